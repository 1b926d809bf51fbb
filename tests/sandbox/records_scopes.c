/* SPDX-License-Identifier: Apache-2.0 */
#include "records.h"

/* What a token must be allowed for a part of the path, as each dialect's document says. */
struct need {
	enum sandbox_dialect dialect;
	const char *segment;
	const char *read;
	const char *write; /* stands for reading too */
	const char *also;  /* or NULL */
};

static const struct need needs[] = {
	{ SANDBOX_VALUES, "records", "record_permission:read", "record_permission:read-write",
	  "object_configuration:read" },
	{ SANDBOX_VALUES, "attributes", "object_configuration:read",
	  "object_configuration:read-write", NULL },
	{ SANDBOX_VALUES, "notes", "note:read", "note:read-write", "object_configuration:read" },
	{ SANDBOX_VALUES, "workspace_members", "user_management:read", "user_management:read-write",
	  NULL },
	{ SANDBOX_ATTRIBUTES, "records", "record:read", "record:read-write",
	  "record_permission:read" },
};

struct str records_scopes(const struct call *call)
{
	if (call->box->options.scopes != NULL)
		return str_from(call->box->options.scopes);
	if (call->box->options.dialect == SANDBOX_ATTRIBUTES)
		return STR_LIT(
			"record:read-write object_configuration:read record_permission:read");
	return STR_LIT("record_permission:read-write object_configuration:read "
		       "note:read-write user_management:read");
}

static bool allowed(const struct call *call, const char *scope)
{
	struct str rest = records_scopes(call);
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

bool records_scope(struct call *call)
{
	const size_t at = target_is(&call->target, 1, "objects") ? 3 : 1;
	const bool write = !records_is_read(call);

	for (size_t i = 0; i < COUNT_OF(needs); i++) {
		const struct need *need = &needs[i];

		if (need->dialect != call->box->options.dialect ||
		    !target_is(&call->target, at, need->segment))
			continue;
		if (!allowed(call, need->write) && (write || !allowed(call, need->read)))
			return refuse(call, write ? need->write : need->read);
		if (need->also != NULL && !allowed(call, need->also))
			return refuse(call, need->also);
	}
	return true;
}
