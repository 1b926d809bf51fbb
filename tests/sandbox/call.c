/* SPDX-License-Identifier: Apache-2.0 */
#include "call.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#define VIOLATIONS_MAX 1000

struct object *call_object(struct call *call, struct str slug)
{
	struct object *objects = call->box->objects[call->request->side];

	for (size_t i = 0; i < PEOPLE_OBJECT_COUNT; i++) {
		if (objects[i].slug != NULL && str_equal_z(slug, objects[i].slug))
			return &objects[i];
	}
	return NULL;
}

bool call_method(const struct call *call, const char *method)
{
	return str_equal_z(call->request->method, method);
}

struct buf *call_answer(struct call *call, int status, const char *content_type)
{
	call->response->status = status;
	call->response->content_type = content_type;
	buf_reset(&call->response->body);
	return &call->response->body;
}

void call_header(struct call *call, const char *name, const char *value)
{
	buf_addf(&call->response->headers, "%s: %s\n", name, value);
}

void call_violation(struct call *call, const char *fmt, ...)
{
	char text[256];
	va_list args;

	if (call->control || call->box->violations.n >= VIOLATIONS_MAX)
		return;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	*VEC_PUSH(&call->box->violations) = alloc_copy_z(text);
}

struct str call_media(const struct call *call, enum sandbox_header header)
{
	const struct str text = call->request->headers[header];

	return str_trim(str_head(text, str_find(text, ';')));
}

int64_t call_number(const struct call *call, const char *name, int64_t other)
{
	const struct parameter *parameter = target_find(&call->target, name);
	uint64_t number = 0;

	if (parameter == NULL)
		return other;
	return str_to_u64(parameter->value, INT32_MAX, &number) ? (int64_t)number : -1;
}

/* Always in English, so not by strftime(). */
void http_date(int64_t ns, char ret_text[static HTTP_DATE_BYTES])
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	const time_t seconds = (time_t)(ns / INT64_C(1000000000));
	struct tm parts = { 0 };

	(void)gmtime_r(&seconds, &parts);
	(void)snprintf(ret_text, HTTP_DATE_BYTES, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT",
		       &days[3 * (size_t)parts.tm_wday], parts.tm_mday,
		       &months[3 * (size_t)parts.tm_mon], parts.tm_year + 1900, parts.tm_hour,
		       parts.tm_min, parts.tm_sec);
}
