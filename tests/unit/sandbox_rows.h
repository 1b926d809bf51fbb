/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox_rows: requests to the sandbox as rows of a table, and what they are answered.
 */
#ifndef CRMSYNC_TESTS_SANDBOX_ROWS_H
#define CRMSYNC_TESTS_SANDBOX_ROWS_H

#include "sandbox.h"

#include "base/clock.h"

#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW_NS (INT64_C(1770000000) * NS_PER_S)
#define JSON "application/json"
#define MERGE "application/merge-patch+json"

/*
 * One request.  $0 … $9 in target, body and `want` stand for ids that earlier rows kept.  `path` names a
 * member of the answer ("data/values/name/0/first_name"), `want` its text: "*" is anything, NULL
 * that there is no such member.  keep: '0' … '9' keeps that member's text.
 */
struct row {
	const char *method;
	const char *target;
	const char *body; /* NULL: none */
	int status;
	const char *path;
	const char *want;
	char keep;
	const char *media; /* NULL: what the side takes */
};

/* Rows in short: a look at an answer, a request that is refused, one whose answer has an id. */
#define LOOK(target, path, want) \
	{ \
		"GET", (target), NULL, 200, (path), (want), 0, NULL \
	}
#define DEED(method, target, body, path, want) \
	{ \
		(method), (target), (body), 200, (path), (want), 0, NULL \
	}
#define NO(method, target, body, status, path, want) \
	{ \
		(method), (target), (body), (status), (path), (want), 0, NULL \
	}
#define KEEP(method, target, body, status, path, where) \
	{ \
		(method), (target), (body), (status), (path), "*", (where), NULL \
	}
#define CONTROL(what, body) \
	{ \
		"POST", "/_control/" what, (body), 200, NULL, NULL, 0, NULL \
	}

struct world {
	struct sandbox *box;
	struct sandbox_response response;
	char kept[10][64];
	int64_t now_ns;
};

static inline void expand(const struct world *world, const char *text, struct buf *out)
{
	for (; text != NULL && *text != '\0'; text++) {
		if (*text == '$' && text[1] >= '0' && text[1] <= '9')
			buf_add_z(out, world->kept[*++text - '0']);
		else
			buf_add_char(out, *text);
	}
}

static inline void call(struct world *world, enum sandbox_side side, const struct row *row)
{
	struct buf target;
	struct buf body;
	const char *media = row->media;

	if (media == NULL)
		media = side == SANDBOX_PEOPLE && strcmp(row->method, "PATCH") == 0 ? MERGE : JSON;
	buf_init(&target, 4096);
	buf_init(&body, 65536);
	expand(world, row->target, &target);
	expand(world, row->body, &body);
	const struct sandbox_request request = {
		.side = side,
		.method = str_from(row->method),
		.target = buf_str(&target),
		.headers = { [SANDBOX_AUTHORIZATION] = STR_LIT("Bearer sandbox-records-token"),
			     [SANDBOX_API_KEY] = STR_LIT("sandbox-people-token"),
			     [SANDBOX_CONTENT_TYPE] = str_from(media),
			     [SANDBOX_ACCEPT] = STR_LIT("application/ld+json") },
		.body = buf_str(&body),
	};

	world->now_ns += NS_PER_S;
	sandbox_handle(world->box, &request, world->now_ns, &world->response);
	buf_release(&target);
	buf_release(&body);
}

/* The member at a path of names and numbers; NULL if there is none. */
static inline struct json_object *member_at(struct json_object *value, struct str path)
{
	struct str part;
	char name[64];

	while (value != NULL && str_cut(&path, '/', &part)) {
		struct json_object *next = NULL;

		(void)snprintf(name, sizeof(name), "%.*s", STR_ARG(part));
		if (json_object_is_type(value, json_type_array))
			next = json_object_array_get_idx(value, (size_t)strtoul(name, NULL, 10));
		else if (json_object_is_type(value, json_type_object))
			(void)json_object_object_get_ex(value, name, &next);
		value = next;
	}
	return value;
}

static inline void check(struct world *world, const struct row *row)
{
	struct json_object *answer = json_tokener_parse(buf_z(&world->response.body));
	struct json_object *member = NULL;

	if (world->response.status != row->status)
		fail_msg("%s %s %s: %d instead of %d: %.400s", row->method, row->target,
			 row->body != NULL ? row->body : "", world->response.status, row->status,
			 buf_z(&world->response.body));
	if (row->path != NULL)
		member = member_at(answer, str_from(row->path));
	const char *text = member != NULL ? json_object_get_string(member) : NULL;
	struct buf want;

	buf_init(&want, 4096);
	expand(world, row->want, &want);

	if (row->path != NULL && row->want == NULL && text != NULL)
		fail_msg("%s %s: %s is %s", row->method, row->target, row->path, text);
	if (row->want != NULL &&
	    (text == NULL || (strcmp(row->want, "*") != 0 && strcmp(buf_z(&want), text) != 0)))
		fail_msg("%s %s: %s is %s instead of %s in %.400s", row->method, row->target,
			 row->path, text != NULL ? text : "absent", buf_z(&want),
			 buf_z(&world->response.body));
	if (row->keep != '\0' && text != NULL)
		(void)snprintf(world->kept[row->keep - '0'], sizeof(world->kept[0]), "%s", text);
	buf_release(&want);
	json_object_put(answer);
}

static inline void open_world(struct world *world, const struct sandbox_options *options)
{
	*world = (struct world){ .box = sandbox_new(options), .now_ns = NOW_NS };
	sandbox_response_init(&world->response);
}

static inline void close_world(struct world *world)
{
	sandbox_response_release(&world->response);
	sandbox_free(world->box);
}

static inline void run(const struct sandbox_options *options, enum sandbox_side side,
		       const struct row *rows, size_t n)
{
	struct world world;

	open_world(&world, options);
	for (size_t i = 0; i < n; i++) {
		call(&world, side, &rows[i]);
		check(&world, &rows[i]);
	}
	close_world(&world);
}

/* The sandbox has nothing to complain of in what it was sent. */
static inline void assert_no_violation(struct world *world)
{
	const struct row stats = LOOK("/_control/stats", "violations", "[ ]");

	call(world, SANDBOX_RECORDS, &stats);
	check(world, &stats);
}

static inline struct sandbox_options defaults(void)
{
	struct sandbox_options options;

	sandbox_options_init(&options);
	options.custom_attributes = true;
	return options;
}

#endif
