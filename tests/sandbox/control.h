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

/* The call as one of that side, so that its parsers find their objects; "actor" and "at" say who
 * does it when. */
struct call control_call(const struct call *call, struct sandbox_request *request,
			 enum sandbox_side side);
/* "object" of the body, persons if there is none; NULL after having answered. */
struct object *control_object(struct call *call, enum sandbox_side side);
/* The record of that object whose id the member has; NULL after having answered. */
struct record *control_find(struct call *call, enum sandbox_side side, const char *name);

/* POST edit, create, delete, touch, archive, merge, note, note/edit, note/delete, attribute, member. */
void control_edit(struct call *call, enum sandbox_side side);
void control_create(struct call *call, enum sandbox_side side);
void control_delete(struct call *call, enum sandbox_side side);
void control_touch(struct call *call, enum sandbox_side side);
void control_archive(struct call *call);
void control_merge(struct call *call);
void control_note(struct call *call, enum sandbox_side side);
void control_note_edit(struct call *call, enum sandbox_side side);
void control_note_delete(struct call *call, enum sandbox_side side);
void control_attribute(struct call *call);
void control_member(struct call *call);
void control_dump(struct call *call, enum sandbox_side side);

/* In sandbox.c: everything anew with other options. */
void sandbox_reset(struct sandbox *box);

#endif
