/* SPDX-License-Identifier: Apache-2.0 */
/*
 * users: the users records of the records side: requests, and what an answer shows of one.  Pure, as
 * mapper.h says; answers are read by the dialect's page_reader.
 *
 * Of the dialect `values` only: the document of the other one knows no object but people, neither by a path
 * of its own nor as a kind of record that a person could be referred to from.
 */
#ifndef CRMSYNC_MAPPERS_USERS_H
#define CRMSYNC_MAPPERS_USERS_H

#include "core/user.h"
#include "mappers/mapper.h"

/* Records that one lookup asks for. */
#define USERS_LOOKUP_MOST 50

/* What the server shows of one. */
struct user_record {
	struct str id;
	/* the workspace: that of the context, if it is among them, else the first */
	struct user_content content;
};

enum user_write_kind {
	USER_CREATE, /* POST: refused if the user_id or the e-mail address is taken */
	USER_ASSERT, /* PUT by user_id: the record that has it, else a new one */
	USER_UPDATE, /* PATCH of one record */
	USER_WRITE_KIND_COUNT
};

struct user_request {
	enum user_write_kind kind;
	struct str id; /* of an update */
	const struct user_content *content;
	/* An empty text takes the value away.  The workspace is added to others by an update, and
	 * takes their place by an assert. */
	bool wanted[USER_PART_COUNT];
};

void users_write_request(const struct mapper_context *context, const struct user_request *user,
			 struct request *ret);
/* All records that have one of these user_ids; n <= USERS_LOOKUP_MOST. */
void users_lookup_request(const struct str *user_ids, size_t n, struct request *ret);
/* Is there such a workspace? */
void users_workspace_request(struct str id, struct request *ret);
/* ERR_MALFORMED names the record and never what it holds. */
NODISCARD bool users_decode(struct str raw, struct str workspace, struct arena *arena,
			    struct user_record *ret, struct error *err);

#endif
