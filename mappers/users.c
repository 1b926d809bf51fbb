/* SPDX-License-Identifier: Apache-2.0 */
#include "mappers/users.h"

#include "mappers/codec.h"
#include "mappers/mapper_encode.h"

#include <assert.h>

#define RECORDS "/v2/objects/users/records"

/* ---- Requests ---- */

static void put_reference(struct json_writer *json, const char *object, struct str id)
{
	json_open(json, '{');
	json_key(json, "target_object");
	json_string(json, str_from(object));
	json_key(json, "target_record_id");
	json_string(json, id);
	json_close(json, '}');
}

static void put_workspace(struct json_writer *json, struct str id)
{
	json_open(json, '[');
	put_reference(json, "workspaces", id);
	json_close(json, ']');
}

static void put_part(const struct mapper_context *context, struct json_writer *json,
		     const struct user_request *user, enum user_part part)
{
	const struct str text = user->content->part[part];

	json_key(json, user_part_name(part));
	if (text.len == 0)
		json_null(json);
	else if (part == USER_PERSON)
		put_reference(json, context->object, text);
	else if (part == USER_WORKSPACE)
		put_workspace(json, text);
	else
		json_string(json, text);
}

void users_write_request(const struct mapper_context *context, const struct user_request *user,
			 struct request *ret)
{
	static const enum method methods[] = {
		[USER_CREATE] = METHOD_POST,
		[USER_ASSERT] = METHOD_PUT,
		[USER_UPDATE] = METHOD_PATCH,
	};
	static_assert(COUNT_OF(methods) == USER_WRITE_KIND_COUNT, "every kind has its method");

	request_init(ret, methods[user->kind], REQUEST_WRITE);
	ret->content_type = ret->accept = "application/json";
	buf_add_z(&ret->target, RECORDS);
	if (user->kind == USER_ASSERT)
		buf_add_z(&ret->target, "?matching_attribute=user_id");
	if (user->kind == USER_UPDATE) {
		buf_add_char(&ret->target, '/');
		target_escape(&ret->target, user->id);
	}
	struct json_writer json = json_writer(&ret->body);

	json_open(&json, '{');
	json_key(&json, "data");
	json_open(&json, '{');
	json_key(&json, "values");
	json_open(&json, '{');
	for (int part = 0; part < USER_PART_COUNT; part++) {
		if (user->wanted[part])
			put_part(context, &json, user, (enum user_part)part);
	}
	for (int i = 0; i < 3; i++)
		json_close(&json, '}');
}

void users_lookup_request(const struct str *user_ids, size_t n, struct request *ret)
{
	assert(n <= USERS_LOOKUP_MOST);
	request_init(ret, METHOD_POST, REQUEST_READ);
	ret->content_type = ret->accept = "application/json";
	buf_add_z(&ret->target, RECORDS "/query");
	struct json_writer json = json_writer(&ret->body);

	json_open(&json, '{');
	json_key(&json, "filter");
	json_open(&json, '{');
	json_key(&json, "$or");
	json_open(&json, '[');
	for (size_t i = 0; i < n; i++) {
		json_open(&json, '{');
		json_key(&json, user_part_name(USER_ID));
		json_string(&json, user_ids[i]);
		json_close(&json, '}');
	}
	json_close(&json, ']');
	json_close(&json, '}');
	/* One each, and one more: who shows that has ignored the filter. */
	json_key(&json, "limit");
	json_number(&json, n + 1);
	json_close(&json, '}');
}

void users_workspace_request(struct str id, struct request *ret)
{
	request_init(ret, METHOD_GET, REQUEST_READ);
	ret->accept = "application/json";
	buf_add_z(&ret->target, "/v2/objects/workspaces/records/");
	target_escape(&ret->target, id);
}

/* ---- Answers ---- */

static struct json_object *values_of(struct json_object *root, enum user_part part)
{
	struct json_object *values = json_child(json_child(root, "values"), user_part_name(part));

	return json_object_is_type(values, json_type_array) ? values : NULL;
}

/* Of the value at hand; empty if it is no such text, or has ended. */
static struct str text_at(struct json_object *values, size_t i, const char *key)
{
	struct json_object *item = json_object_array_get_idx(values, i);

	if (json_child(item, "active_until") != NULL)
		return (struct str){ NULL, 0 };
	return json_text_or_empty(json_child(item, key));
}

static struct str first_text(struct json_object *root, enum user_part part, const char *key)
{
	struct json_object *values = values_of(root, part);
	const size_t n = values != NULL ? json_object_array_length(values) : 0;

	for (size_t i = 0; i < n; i++) {
		const struct str text = text_at(values, i, key);

		if (text.len > 0)
			return text;
	}
	return (struct str){ NULL, 0 };
}

/* However many there are: whether ours is among them. */
static struct str some_workspace(struct json_object *root, struct str workspace)
{
	struct json_object *values = values_of(root, USER_WORKSPACE);
	const size_t n = values != NULL ? json_object_array_length(values) : 0;
	struct str found = { NULL, 0 };

	for (size_t i = 0; i < n; i++) {
		const struct str id = text_at(values, i, "target_record_id");

		if (found.len == 0 || str_equal(id, workspace))
			found = id;
	}
	return found;
}

static bool take_record(struct json_object *root, struct str workspace, struct arena *arena,
			struct user_record *ret, struct error *err)
{
	struct user_record record = { .id = { NULL, 0 } };
	const struct str id = json_text_or_empty(json_walk(root, "id.record_id"));

	if (id.len == 0)
		return error_set(err, ERR_MALFORMED, "has no id.record_id");
	record.id = arena_copy(arena, id);
	record.content.part[USER_ID] = codec_line(arena, first_text(root, USER_ID, "value"));
	record.content.part[USER_EMAIL] =
		codec_email(arena, first_text(root, USER_EMAIL, "email_address"));
	record.content.part[USER_PERSON] =
		arena_copy(arena, first_text(root, USER_PERSON, "target_record_id"));
	record.content.part[USER_WORKSPACE] = arena_copy(arena, some_workspace(root, workspace));
	*ret = record;
	return true;
}

bool users_decode(struct str raw, struct str workspace, struct arena *arena,
		  struct user_record *ret, struct error *err)
{
	struct json_object *root;

	if (!json_parse(raw, &root, err))
		return error_wrap(err, "a users record");
	const bool good = take_record(root, workspace, arena, ret, err);

	json_object_put(root);
	return good || error_wrap(err, "a users record");
}
