/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox.h"

#include "call.h"
#include "control.h"
#include "custom.h"
#include "faults.h"
#include "limits.h"
#include "people.h"
#include "population.h"
#include "records.h"
#include "records_schema.h"
#include "request_log.h"

#include <string.h>

#define LOG_LIMIT 200000
#define SCRATCH_BYTES ((size_t)16 * 1024 * 1024)

void sandbox_options_init(struct sandbox_options *options)
{
	*options = (struct sandbox_options){
		.seed = 1,
		.tokens = { "sandbox-records-token", "sandbox-people-token" },
		.log_limit = LOG_LIMIT,
	};
}

static void world_make(struct sandbox *box)
{
	static const struct member members[MEMBER_COUNT] = {
		{ "", "Anna", "Bakker", "anna.bakker@example.net" },
		{ "", "Ben", "Carter", "ben.carter@example.net" },
		{ "", "Chloé", "Dubois", "chloe.dubois@example.net" },
	};

	box->rng.state = box->options.seed;
	box->ripple.state = box->options.seed ^ UINT64_C(0x5eed);
	box->further.state = box->options.seed ^ UINT64_C(0xf02e);
	rng_uuid(&box->rng, box->workspace_id);
	rng_uuid(&box->rng, box->token_id);
	memcpy(box->members, members, sizeof(members));
	for (size_t i = 0; i < MEMBER_COUNT; i++)
		rng_uuid(&box->rng, box->members[i].id);
	if (box->options.dialect == SANDBOX_VALUES)
		records_schema_init(box);
	else
		flat_schema_init(box);
	custom_add(box);
	people_schema_init(box);
	if (box->options.common > box->options.persons)
		box->options.common = box->options.persons;
	population_make(box);
	limits_init(box);
	request_log_init(&box->log, box->options.log_limit);
}

static void world_release(struct sandbox *box)
{
	for (size_t side = 0; side < SANDBOX_SIDE_COUNT; side++) {
		for (size_t i = 0; i < PEOPLE_OBJECT_COUNT; i++) {
			object_release(&box->objects[side][i]);
			box->objects[side][i] = (struct object){ 0 };
		}
	}
	limits_release(box);
	request_log_release(&box->log);
	faults_clear(box);
	for (size_t i = 0; i < box->violations.n; i++)
		free(box->violations.items[i]);
	VEC_RELEASE(&box->violations);
	VEC_RELEASE(&box->pending);
	VEC_RELEASE(&box->merging);
	memset(box->counts, 0, sizeof(box->counts));
}

struct sandbox *sandbox_new(const struct sandbox_options *options)
{
	struct sandbox *box = alloc_zeroed(1, sizeof(*box));

	box->options = *options;
	buf_init(&box->scratch, SCRATCH_BYTES);
	world_make(box);
	arena_reset(&box->arena);
	return box;
}

void sandbox_free(struct sandbox *box)
{
	if (box == NULL)
		return;
	world_release(box);
	for (size_t i = 0; i < box->types.n; i++)
		free(box->types.items[i]);
	VEC_RELEASE(&box->types);
	arena_release(&box->arena);
	arena_release(&box->kept);
	buf_release(&box->scratch);
	free(box);
}

void sandbox_reset(struct sandbox *box)
{
	world_release(box);
	world_make(box);
}

void sandbox_response_init(struct sandbox_response *response)
{
	*response = (struct sandbox_response){ 0 };
	buf_init(&response->headers, 65536);
	buf_init(&response->body, SANDBOX_BODY_BYTES);
}

void sandbox_response_release(struct sandbox_response *response)
{
	buf_release(&response->headers);
	buf_release(&response->body);
}

static void response_reset(struct sandbox_response *response)
{
	const struct buf headers = response->headers;
	const struct buf body = response->body;

	*response = (struct sandbox_response){ .headers = headers, .body = body };
	buf_reset(&response->headers);
	buf_reset(&response->body);
	/* The terminator is always there, also in an empty text. */
	buf_add_z(&response->headers, "");
	buf_add_z(&response->body, "");
}

static bool bearer(const struct call *call, const char *token)
{
	const struct str text = call->request->headers[SANDBOX_AUTHORIZATION];

	return str_starts_nocase(text, STR_LIT("Bearer ")) && str_equal_z(str_skip(text, 7), token);
}

static bool authorized(struct call *call)
{
	const enum sandbox_side side = call->request->side;
	const char *token = call->box->options.tokens[side];

	if (bearer(call, token) ||
	    (side == SANDBOX_PEOPLE && str_equal_z(call->request->headers[SANDBOX_API_KEY], token)))
		return true;
	call->box->counts[side].unauthorized++;
	if (side == SANDBOX_PEOPLE)
		return people_unauthorized(call);
	return records_fail(call, 401, "unauthorized", "The access token is missing or invalid.");
}

static bool is_read(const struct call *call)
{
	return call->request->side == SANDBOX_PEOPLE ? call_method(call, "GET") :
						       records_is_read(call);
}

static bool within_limits(struct call *call)
{
	const enum sandbox_side side = call->request->side;
	struct limit *limit = &call->box->limits[LIMIT_PEOPLE];

	if (side == SANDBOX_RECORDS)
		limit = &call->box->limits[is_read(call) ? LIMIT_RECORDS_READS :
							   LIMIT_RECORDS_WRITES];
	const int64_t when_ns = limit_take(limit, call->stamp.now_ns);

	if (when_ns == 0)
		return true;
	call->box->counts[side].limited++;
	limit_header(call, when_ns);
	if (side == SANDBOX_PEOPLE)
		return people_fail(call, 429, "Too many requests.");
	return records_fail(call, 429, "rate_limit_exceeded",
			    "Rate limit exceeded, please try again later.");
}

/* Bodies are JSON and say so; people_check_media() is stricter about its side. */
static bool read_body(struct call *call)
{
	const bool people = call->request->side == SANDBOX_PEOPLE;
	const struct str media = call_media(call, SANDBOX_CONTENT_TYPE);

	if (call_method(call, "GET") || call_method(call, "DELETE"))
		return true;
	if (!people && !str_equal_nocase(media, STR_LIT("application/json"))) {
		call_violation(call, "content type %.*s", STR_ARG(media));
		return records_fail(call, 415, "unsupported_media_type",
				    "Content-Type must be application/json.");
	}
	if (people && !people_check_media(call))
		return false;
	call->body = json_read(call->request->body);
	if (json_object_is_type(call->body, json_type_object))
		return true;
	call_violation(call, "the body is no JSON object");
	return people ? people_fail(call, 400, "Syntax error") :
			records_fail(call, 400, "invalid_json", "The body is not valid JSON.");
}

static void carry_out(struct call *call)
{
	struct counts *counts = &call->box->counts[call->request->side];

	if (!authorized(call) || !within_limits(call))
		return;
	if (is_read(call))
		counts->reads++;
	else
		counts->writes++;
	if (!read_body(call))
		return;
	if (call->request->side == SANDBOX_PEOPLE)
		people_handle(call);
	else if (call->box->options.dialect == SANDBOX_VALUES)
		values_handle(call);
	else
		flat_handle(call);
}

static void add_date(struct call *call)
{
	char text[HTTP_DATE_BYTES];

	http_date(call->stamp.now_ns, text);
	call_header(call, "Date", text);
}

static void serve(struct call *call)
{
	const struct sandbox_request *request = call->request;
	const struct fault *fault = faults_take(call->box, request);

	values_link_due(call->box, call->stamp.now_ns);
	if (fault == NULL || fault_carries_out(fault)) {
		add_date(call);
		carry_out(call);
	}
	if (fault != NULL)
		fault_apply(fault, call);
	const bool answered = call->response->delivery == SANDBOX_ANSWER ||
			      call->response->delivery == SANDBOX_CUT;

	request_log_add(&call->box->log, request, answered ? call->response->status : 0);
}

void sandbox_handle(struct sandbox *box, const struct sandbox_request *request, int64_t now_ns,
		    struct sandbox_response *response)
{
	struct call call = { .box = box,
			     .request = request,
			     .response = response,
			     .arena = &box->arena,
			     .stamp = { now_ns + box->options.clock_offset_ns[request->side],
					ACTOR_TOKEN } };

	response_reset(response);
	if (!target_parse(call.arena, request->target, &call.target)) {
		(void)control_fail(&call, 400, "the path cannot be read");
	} else if (target_is(&call.target, 0, "_control")) {
		response->body.max = SANDBOX_DUMP_BYTES;
		control_handle(&call);
	} else {
		response->body.max = SANDBOX_BODY_BYTES;
		serve(&call);
	}
	json_object_put(call.body);
	arena_reset(&box->arena);
}
