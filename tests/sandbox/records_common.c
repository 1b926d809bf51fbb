/* SPDX-License-Identifier: Apache-2.0 */
#include "records.h"

#include <stdarg.h>
#include <stdio.h>

static const char *error_type(int status)
{
	switch (status) {
	case 401:
	case 403:
		return "auth_error";
	case 429:
		return "rate_limit_error";
	default:
		return status >= 500 ? "api_error" : "invalid_request_error";
	}
}

bool records_fail(struct call *call, int status, const char *code, const char *fmt, ...)
{
	char message[512];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	struct buf *out = call_answer(call, status, "application/json");

	buf_addf(out, "{\"status_code\":%d,\"type\":\"%s\",\"code\":\"%s\",\"message\":", status,
		 error_type(status), code);
	json_add_text(out, str_from(message), JSON_SLASH_PLAIN);
	buf_add_char(out, '}');
	return false;
}

bool records_invalid(struct call *call, const char *path, const char *complaint)
{
	struct buf *out = call_answer(call, 400, "application/json");
	struct str rest = str_from(path);
	struct str part;

	buf_add_z(out, "{\"status_code\":400,\"type\":\"invalid_request_error\",");
	buf_add_z(out, "\"code\":\"validation_type\",");
	buf_add_z(out, "\"message\":\"Body payload validation error.\",");
	buf_add_z(out, "\"validation_errors\":[{\"code\":\"invalid_type\",\"path\":[");
	while (str_cut(&rest, '.', &part)) {
		json_add_comma(out);
		json_add_text(out, part, JSON_SLASH_PLAIN);
	}
	buf_add_char(out, ']');
	json_add_member(out, "message", str_from(complaint), JSON_SLASH_PLAIN);
	buf_add_z(out, "}]}");
	return false;
}

bool records_no_endpoint(struct call *call)
{
	call_violation(call, "no such endpoint: %.*s %.*s", STR_ARG(call->request->method),
		       STR_ARG(call->target.path));
	return records_fail(
		call, 404, "not_found",
		"Could not find endpoint \"%.*s %.*s\". Please check the URL and method.",
		STR_ARG(call->request->method), STR_ARG(call->target.path));
}

bool records_is_read(const struct call *call)
{
	return call_method(call, "GET") ||
	       (call->target.n_segments == 5 && target_is(&call->target, 4, "query"));
}

bool records_unique(struct call *call, const struct object *object, const struct changes *changes,
		    const struct record *but)
{
	for (size_t i = 0; i < changes->list.n; i++) {
		const struct change *change = &changes->list.items[i];
		const struct attribute *attribute = &object->attributes[change->attribute];

		if ((attribute->flags & ATTR_UNIQUE) == 0)
			continue;
		for (size_t k = 0; k < change->n; k++) {
			if (object_find_key(object, change->attribute, change->drafts[k].key,
					    but) == NULL)
				continue;
			return records_fail(call, 400, "uniqueness_conflict",
					    "The value provided for the attribute \"%s\" conflicts "
					    "with one that is already in the system.",
					    attribute->slug);
		}
	}
	return true;
}

bool records_complete(struct call *call, const struct object *object, const struct record *record,
		      const struct changes *changes)
{
	for (uint32_t i = 0; i < object->n_attributes; i++) {
		const unsigned flags = object->attributes[i].flags;
		bool there = record != NULL && record->cells[i].n > 0;

		for (size_t k = 0; k < changes->list.n; k++) {
			const struct change *change = &changes->list.items[k];

			if (change->attribute == i)
				there = change->n > 0 || (there && change->add);
		}
		if (!there && (flags & ATTR_REQUIRED) != 0 && object_shows(object, i))
			return records_fail(call, 400, "missing_value",
					    "Required value for attribute \"%s\" was not provided.",
					    object->attributes[i].slug);
	}
	return true;
}

bool records_may_write(struct call *call, const struct attribute *attribute, const char *slug)
{
	if ((attribute->flags & ATTR_READ_ONLY) == 0 || call->stamp.actor == ACTOR_SYSTEM)
		return true;
	call_violation(call, "read-only attribute %s in a write", slug);
	return records_fail(call, 400, "validation_type", "Attribute \"%s\" is read-only.", slug);
}
