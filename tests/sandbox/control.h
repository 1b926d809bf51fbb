/* SPDX-License-Identifier: Apache-2.0 */
/*
 * control: the path /_control/ by which tests look at the servers and edit as a person would.
 * Neither tokens nor limits apply, and nothing of it is logged.
 */
#ifndef CRMSYNC_SANDBOX_CONTROL_H
#define CRMSYNC_SANDBOX_CONTROL_H

#include "call.h"

void control_handle(struct call *call);
/* "side" of the body or the query; false if it is neither. */
NODISCARD bool control_side(struct call *call, enum sandbox_side *ret_side);
bool control_fail(struct call *call, int status, const char *what);
void control_ok(struct call *call, struct str id);

/* POST edit, create, delete, archive, merge, note. */
void control_edit(struct call *call, enum sandbox_side side);
void control_create(struct call *call, enum sandbox_side side);
void control_delete(struct call *call, enum sandbox_side side);
void control_archive(struct call *call);
void control_merge(struct call *call);
void control_note(struct call *call, enum sandbox_side side);
void control_dump(struct call *call, enum sandbox_side side);

/* In sandbox.c: everything anew with other options. */
void sandbox_reset(struct sandbox *box);

#endif
