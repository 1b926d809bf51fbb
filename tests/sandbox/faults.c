/* SPDX-License-Identifier: Apache-2.0 */
#include "faults.h"

#include "base/clock.h"

#include <inttypes.h>
#include <string.h>

struct fault {
	enum sandbox_side side;
	bool any_side;
	char *method;      /* empty: any */
	char *path_prefix; /* empty: any */
	uint64_t skip;
	uint64_t count;
	enum fault_action action;
	int status;
	struct str body; /* owned */
	bool has_body;
	char *headers;            /* "Name: value\n" each */
	const char *content_type; /* lives as long as the sandbox */
	enum sandbox_length length;
	int64_t delay_ns;
};

static const char *const action_names[] = {
	[FAULT_STATUS] = "status",
	[FAULT_STATUS_AFTER] = "status_after",
	[FAULT_RESET_BEFORE] = "reset_before",
	[FAULT_RESET_AFTER] = "reset_after",
	[FAULT_TIMEOUT] = "timeout",
	[FAULT_TIMEOUT_AFTER] = "timeout_after",
	[FAULT_CUT_BODY] = "cut_body",
	[FAULT_DELAY] = "delay",
	[FAULT_REDIRECT] = "redirect",
	[FAULT_RAW] = "raw",
};

static_assert(COUNT_OF(action_names) == FAULT_ACTION_COUNT, "every action has a name");

static const char *const length_names[] = {
	[SANDBOX_LENGTH_RIGHT] = "right",
	[SANDBOX_LENGTH_CHUNKED] = "chunked",
	[SANDBOX_LENGTH_ABSENT] = "absent",
};

/* The number of the name, or n. */
static unsigned find_name(const char *const *names, unsigned n, struct str text)
{
	unsigned i = 0;

	while (i < n && !str_equal_z(text, names[i]))
		i++;
	return i;
}

static char *copy(struct str text)
{
	return alloc_copy(text.len > 0 ? text.p : "", text.len);
}

static uint64_t number(struct json_object *object, const char *name, uint64_t other)
{
	struct json_object *value = json_member(object, name);
	const int64_t given = value != NULL ? json_object_get_int64(value) : 0;

	return given > 0 ? (uint64_t)given : other;
}

static char *read_headers(struct json_object *headers)
{
	struct buf text;

	buf_init(&text, 65536);
	buf_add_z(&text, "");
	if (json_object_is_type(headers, json_type_object)) {
		json_object_object_foreach(headers, name, value)
			buf_addf(&text, "%s: %s\n", name, json_object_get_string(value));
	}
	char *copied = alloc_copy_z(buf_z(&text));

	buf_release(&text);
	return copied;
}

/* Answers are on their way long after their call, and after their fault was cleared. */
static const char *keep_type(struct sandbox *box, struct str type)
{
	for (size_t i = 0; i < box->types.n; i++) {
		if (str_equal_z(type, box->types.items[i]))
			return box->types.items[i];
	}
	char *kept = copy(type);

	*VEC_PUSH(&box->types) = kept;
	return kept;
}

static void read_body(struct sandbox *box, struct fault *fault, struct json_object *json)
{
	struct json_object *body = json_member(json, "body");
	const struct str text =
		json_is_text(body) ? json_str(body) : str_from(json_object_to_json_string(body));

	fault->has_body = body != NULL;
	fault->body = (struct str){ copy(body != NULL ? text : (struct str){ 0 }),
				    body != NULL ? text.len : 0 };
	fault->content_type = keep_type(box, json_has(json, "content_type") ?
						     json_member_str(json, "content_type") :
						     STR_LIT("application/json"));
}

void faults_add(struct call *call)
{
	struct json_object *match = json_member(call->body, "match");
	const struct str side = json_member_str(call->body, "side");
	const unsigned action =
		find_name(action_names, FAULT_ACTION_COUNT, json_member_str(call->body, "action"));
	const unsigned length = find_name(length_names, COUNT_OF(length_names),
					  json_member_str(call->body, "length"));

	if (action == FAULT_ACTION_COUNT) {
		buf_add_z(call_answer(call, 400, "application/json"),
			  "{\"error\":\"no such action\"}");
		return;
	}
	struct fault *fault = alloc_zeroed(1, sizeof(*fault));

	fault->side = str_equal_z(side, "people") ? SANDBOX_PEOPLE : SANDBOX_RECORDS;
	fault->any_side = side.len == 0;
	fault->method = copy(json_member_str(match, "method"));
	fault->path_prefix = copy(json_member_str(match, "path_prefix"));
	fault->skip = number(match, "nth", 1) - 1;
	fault->count = number(call->body, "count", 1);
	fault->action = (enum fault_action)action;
	fault->status = (int)number(call->body, "status", action == FAULT_REDIRECT ? 302 : 500);
	fault->headers = read_headers(json_member(call->body, "headers"));
	fault->delay_ns = (int64_t)number(call->body, "delay_ms", 0) * NS_PER_MS;
	if (length < COUNT_OF(length_names))
		fault->length = (enum sandbox_length)length;
	read_body(call->box, fault, call->body);
	*VEC_PUSH(&call->box->faults) = fault;
	buf_addf(call_answer(call, 200, "application/json"), "{\"faults\":%zu}",
		 call->box->faults.n);
}

void faults_clear(struct sandbox *box)
{
	for (size_t i = 0; i < box->faults.n; i++) {
		struct fault *fault = box->faults.items[i];

		free(fault->method);
		free(fault->path_prefix);
		free((char *)(uintptr_t)fault->body.p);
		free(fault->headers);
		free(fault);
	}
	VEC_RELEASE(&box->faults);
}

const struct fault *faults_take(struct sandbox *box, const struct sandbox_request *request)
{
	for (size_t i = 0; i < box->faults.n; i++) {
		struct fault *fault = box->faults.items[i];

		if (fault->count == 0 || (!fault->any_side && fault->side != request->side) ||
		    (fault->method[0] != '\0' && !str_equal_z(request->method, fault->method)) ||
		    !str_starts(request->target, str_from(fault->path_prefix)))
			continue;
		if (fault->skip > 0) {
			fault->skip--;
			continue;
		}
		fault->count--;
		box->counts[request->side].faults++;
		return fault;
	}
	return NULL;
}

bool fault_carries_out(const struct fault *fault)
{
	switch (fault->action) {
	case FAULT_STATUS_AFTER:
	case FAULT_RESET_AFTER:
	case FAULT_TIMEOUT_AFTER:
	case FAULT_CUT_BODY:
	case FAULT_DELAY:
		return true;
	case FAULT_STATUS:
	case FAULT_RESET_BEFORE:
	case FAULT_TIMEOUT:
	case FAULT_REDIRECT:
	case FAULT_RAW:
	case FAULT_ACTION_COUNT:
	default:
		return false;
	}
}

static void answer_own(const struct fault *fault, struct call *call)
{
	struct buf *out = call_answer(call, fault->status, fault->content_type);

	buf_reset(&call->response->headers);
	buf_add_z(&call->response->headers, fault->headers);
	if (fault->has_body)
		buf_add_str(out, fault->body);
	else
		buf_addf(out,
			 "{\"status_code\":%d,\"status\":%d,\"message\":\"A fault of the test.\"}",
			 fault->status, fault->status);
}

void fault_apply(const struct fault *fault, struct call *call)
{
	struct sandbox_response *response = call->response;

	response->delay_ns = fault->delay_ns;
	response->length = fault->length;
	switch (fault->action) {
	case FAULT_STATUS:
	case FAULT_STATUS_AFTER:
	case FAULT_REDIRECT:
	case FAULT_RAW:
		answer_own(fault, call);
		break;
	case FAULT_RESET_BEFORE:
	case FAULT_RESET_AFTER:
		response->delivery = SANDBOX_DROP;
		break;
	case FAULT_TIMEOUT:
	case FAULT_TIMEOUT_AFTER:
		response->delivery = SANDBOX_SILENCE;
		break;
	case FAULT_CUT_BODY:
		response->delivery = SANDBOX_CUT;
		break;
	case FAULT_DELAY:
	case FAULT_ACTION_COUNT:
	default:
		break;
	}
}
