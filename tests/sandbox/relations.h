/* SPDX-License-Identifier: Apache-2.0 */
/*
 * relations: values that point to other records of their side.
 */
#ifndef CRMSYNC_SANDBOX_RELATIONS_H
#define CRMSYNC_SANDBOX_RELATIONS_H

#include "call.h"

/* Whatever points to `from` points to `into` from now on, or nowhere (NULL).  The call's side is
 * that of the record. */
void relations_move(struct call *call, const struct record *from, const struct record *into);

#endif
