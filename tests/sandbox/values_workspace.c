/* SPDX-License-Identifier: Apache-2.0 */
#include "records.h"

/* What a token must be allowed for the first part of a path. */
static const struct {
	const char *segment;
	const char *read;
	const char *write; /* stands for reading too */
	bool objects;      /* and the configuration of objects */
} needs[] = {
	{ "records", "record_permission:read", "record_permission:read-write", true },
	{ "attributes", "object_configuration:read", "object_configuration:read-write", false },
	{ "notes", "note:read", "note:read-write", true },
	{ "workspace_members", "user_management:read", "user_management:read-write", false },
};

static bool allowed(const struct call *call, const char *scope)
{
	struct str rest = str_from(call->box->options.scopes);
	struct str word;

	while (str_cut(&rest, ' ', &word)) {
		if (str_equal_z(word, scope))
			return true;
	}
	return false;
}

static bool refuse(struct call *call, const char *scope)
{
	return records_fail(call, 403, "unauthorized", "The access token lacks the scope \"%s\".",
			    scope);
}

bool values_scope(struct call *call)
{
	const size_t at = target_is(&call->target, 1, "objects") ? 3 : 1;
	const bool write = !records_is_read(call);

	for (size_t i = 0; i < COUNT_OF(needs); i++) {
		if (!target_is(&call->target, at, needs[i].segment))
			continue;
		if (!allowed(call, needs[i].write) && (write || !allowed(call, needs[i].read)))
			return refuse(call, write ? needs[i].write : needs[i].read);
		if (needs[i].objects && !allowed(call, "object_configuration:read") &&
		    !allowed(call, "object_configuration:read-write"))
			return refuse(call, "object_configuration:read");
	}
	return true;
}

void values_workspace(struct call *call)
{
	const struct sandbox *box = call->box;
	struct buf *out = call_answer(call, 200, "application/json");

	if (target_is(&call->target, 1, "self")) {
		buf_add_z(out, "{\"active\":true");
		json_add_member(out, "scope", str_from(box->options.scopes), JSON_SLASH_PLAIN);
		buf_add_char(out, ',');
		buf_addf(out, "\"client_id\":\"%s\",\"token_type\":\"Bearer\",\"sub\":\"%s\",",
			 box->token_id, box->workspace_id);
		buf_addf(out, "\"authorized_by_workspace_member_id\":\"%s\",", box->members[0].id);
		buf_addf(out, "\"workspace_id\":\"%s\",\"workspace_name\":\"Sandbox\",",
			 box->workspace_id);
		buf_add_z(out, "\"workspace_slug\":\"sandbox\"}");
		return;
	}
	buf_add_z(out, "{\"data\":[");
	for (size_t i = 0; i < MEMBER_COUNT; i++) {
		const struct member *member = &box->members[i];

		json_add_comma(out);
		buf_addf(out, "{\"id\":{\"workspace_id\":\"%s\",\"workspace_member_id\":\"%s\"},",
			 box->workspace_id, member->id);
		buf_addf(out, "\"first_name\":\"%s\",\"last_name\":\"%s\",\"avatar_url\":null,",
			 member->first, member->last);
		buf_addf(out, "\"email_address\":\"%s\",\"access_level\":\"admin\"}",
			 member->email);
	}
	buf_add_z(out, "]}");
}
