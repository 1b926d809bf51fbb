/* SPDX-License-Identifier: Apache-2.0 */
/*
 * custom: attributes that a workspace adds to the objects of the records side, as the options name
 * them: "[OBJECT.]SLUG:TYPE[:FLAG…][=DETAIL]".
 *
 *     stage:status=Lead|Won                 people, one of two titles
 *     companies.partners:record-reference:multi=companies
 *
 * TYPE is a name of the dialect.  FLAG: multi, unique, required, read-only, archived.  DETAIL: the
 * titles of a select or status, the code of a currency, the object that a reference points to.
 */
#ifndef CRMSYNC_SANDBOX_CUSTOM_H
#define CRMSYNC_SANDBOX_CUSTOM_H

#include "call.h"

/* NULL if that is an attribute of the dialect, else what is wrong with it. */
const char *custom_check(enum sandbox_dialect dialect, const char *text);
/* Adds what the options name; all of them are right. */
void custom_add(struct sandbox *box);
/* Copies the list, so that the options may point to it: for the control path. */
void custom_keep(struct sandbox *box, struct json_object *list);

#endif
