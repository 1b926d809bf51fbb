/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox_documents: the examples of the API documents (tests/data), and how answers compare.
 */
#ifndef CRMSYNC_TESTS_SANDBOX_DOCUMENTS_H
#define CRMSYNC_TESTS_SANDBOX_DOCUMENTS_H

#include "sandbox_rows.h"

#include <json-c/json_util.h>

/* Members whose text is the server's own affair. */
static const char *const server_chooses[] = {
	"workspace_id",
	"object_id",
	"record_id",
	"attribute_id",
	"option_id",
	"active_from",
	"referenced_actor_id",
	"referenced_actor_type",
	"type",
	"web_url",
	"total",
	"totalItems",
	"@id",
	"target_record_id",
};

/* Members of the sandbox's answers that the documents' examples leave out. */
static const char *const beyond_examples[] = { "web_url", "createdAt",    "uuid",      "view",
					       "search",  "hydra:search", "hydra:view" };

static inline bool among(const char *name, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	return false;
}

static inline struct json_object *load(const char *name)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/api/%s", TEST_DATA, name);
	struct json_object *value = json_object_from_file(path);

	if (value == NULL)
		fail_msg("no %s", path);
	return value;
}

static inline void compare(const char *path, const char *name, struct json_object *example,
			   struct json_object *answer);

static inline void compare_objects(const char *path, struct json_object *example,
				   struct json_object *answer)
{
	char below[512];

	json_object_object_foreach(example, name, value)
	{
		struct json_object *other = NULL;

		(void)snprintf(below, sizeof(below), "%s/%s", path, name);
		if (!json_object_object_get_ex(answer, name, &other))
			fail_msg("%s is in the document, not in the answer", below);
		compare(below, name, value, other);
	}
	json_object_object_foreach(answer, more, ignored)
	{
		(void)ignored;
		if (!json_object_object_get_ex(example, more, NULL) &&
		    !among(more, beyond_examples, COUNT_OF(beyond_examples)))
			fail_msg("%s/%s is in the answer, not in the document", path, more);
	}
}

/* name: of the member that holds them; NULL inside a list. */
static inline void compare(const char *path, const char *name, struct json_object *example,
			   struct json_object *answer)
{
	const bool free_text =
		name != NULL && among(name, server_chooses, COUNT_OF(server_chooses));
	char below[512];

	/* The system has no id, a token and a member have. */
	if (name != NULL &&
	    (strcmp(name, "created_by_actor") == 0 || strcmp(name, "owner_actor") == 0)) {
		assert_true(json_object_object_get_ex(answer, "type", NULL));
		assert_true(json_object_object_get_ex(answer, "id", NULL));
		return;
	}
	if (json_object_get_type(example) != json_object_get_type(answer))
		fail_msg("%s: %s in the document, %s in the answer", path,
			 json_object_get_string(example), json_object_get_string(answer));
	if (json_object_is_type(example, json_type_object)) {
		compare_objects(path, example, answer);
		return;
	}
	if (!json_object_is_type(example, json_type_array)) {
		if (!free_text && example != NULL)
			assert_string_equal(json_object_get_string(example),
					    json_object_get_string(answer));
		return;
	}
	if (json_object_array_length(example) != json_object_array_length(answer))
		fail_msg("%s: %s in the document, %s in the answer", path,
			 json_object_get_string(example), json_object_get_string(answer));
	for (size_t i = 0; i < json_object_array_length(example); i++) {
		(void)snprintf(below, sizeof(below), "%s/%zu", path, i);
		compare(below, NULL, json_object_array_get_idx(example, i),
			json_object_array_get_idx(answer, i));
	}
}

static inline void play(struct world *world, enum sandbox_side side, const struct row *rows,
			size_t n)
{
	for (size_t i = 0; i < n; i++) {
		call(world, side, &rows[i]);
		check(world, &rows[i]);
	}
}

#define PLAY(world, side, rows) play((world), (side), (rows), COUNT_OF(rows))

/* Sends the example as it is in the file, after `edit` had a look at it. */
static inline void send_example(struct world *world, enum sandbox_side side, const char *method,
				const char *target, const char *name,
				void (*edit)(struct json_object *), int status)
{
	struct json_object *body = load(name);

	if (edit != NULL)
		edit(body);
	const struct row row = { method, target, json_object_get_string(body), status, NULL, NULL,
				 0,      NULL };

	call(world, side, &row);
	check(world, &row);
	json_object_put(body);
}

static inline struct json_object *answer_of(const struct world *world)
{
	struct json_object *answer = json_tokener_parse(buf_z(&world->response.body));

	assert_non_null(answer);
	return answer;
}

/* The last answer, or one member of it, against that of the example. */
static inline void assert_like(const struct world *world, const char *name, const char *path,
			       void (*edit)(struct json_object *))
{
	struct json_object *example = load(name);
	struct json_object *answer = answer_of(world);

	if (edit != NULL)
		edit(example);
	compare(name, NULL, member_at(example, str_from(path)), member_at(answer, str_from(path)));
	json_object_put(example);
	json_object_put(answer);
}

#endif
