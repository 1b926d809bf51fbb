/* SPDX-License-Identifier: Apache-2.0 */
#include "people.h"

#include <stdarg.h>
#include <stdio.h>

static bool hydra(const struct call *call)
{
	return call->box->options.jsonld == SANDBOX_JSONLD_HYDRA;
}

static struct buf *problem_begin(struct call *call, int status, const char *type, struct str detail)
{
	const bool old = hydra(call);
	struct buf *out = call_answer(call, status,
				      old ? PEOPLE_LD : "application/problem+json; charset=utf-8");

	buf_addf(out, "{\"@context\":\"\\/contexts\\/%s\",\"@type\":\"%s%s\"", type,
		 old ? "hydra:" : "", type);
	json_add_member(out, old ? "hydra:title" : "title", STR_LIT("An error occurred"),
			JSON_SLASH_ESCAPED);
	json_add_member(out, old ? "hydra:description" : "detail", detail, JSON_SLASH_ESCAPED);
	if (!old)
		buf_addf(out, ",\"status\":%d,\"type\":\"\\/errors\\/%d\"", status, status);
	return out;
}

/* What stands in front of the application answers in its own way. */
static bool is_page(struct call *call, int status)
{
	return call->box->options.html_errors && !call->control &&
	       (status == 405 || status == 429 ||
		(status == 404 && call_object(call, call->target.segments[0]) == NULL));
}

bool people_fail(struct call *call, int status, const char *fmt, ...)
{
	char detail[512];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(detail, sizeof(detail), fmt, args);
	va_end(args);
	if (is_page(call, status)) {
		buf_addf(
			call_answer(call, status, "text/html; charset=UTF-8"),
			"<!DOCTYPE html>\n<html><head><title>%d</title></head><body></body></html>\n",
			status);
		return false;
	}
	buf_add_char(problem_begin(call, status, "Error", str_from(detail)), '}');
	return false;
}

bool people_violation(struct call *call, const char *property, const char *message)
{
	const struct str detail = arena_format(call->arena, "%s: %s", property, message);
	struct buf *out = problem_begin(
		call, 422, hydra(call) ? "ConstraintViolationList" : "ConstraintViolation", detail);

	json_add_key(out, "violations");
	buf_add_z(out, "[{");
	json_add_member(out, "propertyPath", str_from(property), JSON_SLASH_ESCAPED);
	json_add_member(out, "message", str_from(message), JSON_SLASH_ESCAPED);
	buf_add_z(out, "}]}");
	return false;
}

bool people_not_found(struct call *call)
{
	return people_fail(call, 404, "Not Found");
}

bool people_not_allowed(struct call *call, const char *allow)
{
	call_violation(call, "method not allowed: %.*s %.*s", STR_ARG(call->request->method),
		       STR_ARG(call->target.path));
	(void)people_fail(call, 405,
			  "No route found for \"%.*s %.*s\": Method Not Allowed (Allow: %s)",
			  STR_ARG(call->request->method), STR_ARG(call->target.path), allow);
	call_header(call, "Allow", allow);
	return false;
}

bool people_unauthorized(struct call *call)
{
	buf_add_z(call_answer(call, 401, "application/json"),
		  "{\"code\":401,\"message\":\"Invalid credentials.\"}");
	return false;
}
