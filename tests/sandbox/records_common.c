/* SPDX-License-Identifier: Apache-2.0 */
#include "records.h"

#include <stdarg.h>
#include <stdio.h>

static const char *error_type(int status)
{
	switch (status) {
	case 401:
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
