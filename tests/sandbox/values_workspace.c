/* SPDX-License-Identifier: Apache-2.0 */
#include "records.h"

void values_workspace(struct call *call)
{
	const struct sandbox *box = call->box;
	struct buf *out = call_answer(call, 200, "application/json");

	if (target_is(&call->target, 1, "self")) {
		buf_add_z(out, "{\"active\":true");
		json_add_member(out, "scope", records_scopes(call), JSON_SLASH_PLAIN);
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
