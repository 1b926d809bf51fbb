/* SPDX-License-Identifier: Apache-2.0 */
/* Users records on the wire, against the document's own request and answer. */
#include "mappers/users.h"
#include "test_mapper_fixture.h"

#define WORKSPACE "72ef5feaf-4919-4208-b332-1339ab8ba040"
#define ALL \
	{ \
		true, true, true, true \
	}

#define TEXT(literal) \
	{ \
		literal, sizeof(literal) - 1 \
	}

static const struct user_content example = {
	.part = { TEXT("123"), TEXT("[email protected]"),
		  TEXT("891dcbfc-9141-415d-9b2a-2238a6cc012d"), TEXT(WORKSPACE) },
};

static int open_fixture(void **state)
{
	static struct fixture fixture;

	fixture_open(&fixture, SIDE_RECORDS, "values");
	*state = &fixture;
	return 0;
}

static int close_fixture(void **state)
{
	fixture_close(*state);
	return 0;
}

/* Without the blanks between its tokens. */
static struct str squeezed(struct arena *arena, struct str json)
{
	char *out = arena_alloc(arena, json.len + 1, 1);
	bool quoted = false;
	size_t n = 0;

	for (size_t i = 0; i < json.len; i++) {
		const char c = json.p[i];

		quoted = quoted != (c == '"');
		if (quoted || (c != ' ' && c != '\n'))
			out[n++] = c;
	}
	return (struct str){ out, n };
}

/* Byte for byte, but for the document's indentation. */
static void creates(void **state)
{
	struct fixture *f = *state;
	const struct user_request user = { .kind = USER_CREATE,
					   .content = &example,
					   .wanted = ALL };
	const struct str document =
		squeezed(&f->arena, read_data(&f->arena, "values_user_request.json"));

	users_write_request(&f->context, &user, &f->request);
	assert_int_equal(f->request.kind, REQUEST_WRITE);
	assert_string_equal(method_name(f->request.method), "POST");
	assert_string_equal(buf_z(&f->request.target), "/v2/objects/users/records");
	assert_text(buf_str(&f->request.body), arena_copy(&f->arena, document).p);
}

static void asserts(void **state)
{
	struct fixture *f = *state;
	const struct user_content none = {
		.part = { STR_LIT("1"), { NULL, 0 }, STR_LIT("r1"), STR_LIT("w2") }
	};
	const struct user_request user = { .kind = USER_ASSERT, .content = &none, .wanted = ALL };

	users_write_request(&f->context, &user, &f->request);
	assert_request(
		&f->request, "PUT", "/v2/objects/users/records?matching_attribute=user_id",
		"{\"data\":{\"values\":{\"user_id\":\"1\",\"primary_email_address\":null,"
		"\"person\":{\"target_object\":\"people\",\"target_record_id\":\"r1\"},"
		"\"workspace\":[{\"target_object\":\"workspaces\",\"target_record_id\":\"w2\"}]}}}");
}

static void updates(void **state)
{
	struct fixture *f = *state;
	const struct user_request user = { .kind = USER_UPDATE,
					   .id = STR_LIT("u/1"),
					   .content = &example,
					   .wanted = { false, true } };

	users_write_request(&f->context, &user, &f->request);
	assert_request(&f->request, "PATCH", "/v2/objects/users/records/u%2F1",
		       "{\"data\":{\"values\":{\"primary_email_address\":\"[email protected]\"}}}");
}

static void looks_up(void **state)
{
	struct fixture *f = *state;
	const struct str ids[] = { STR_LIT("1"), STR_LIT("2") };

	users_lookup_request(ids, COUNT_OF(ids), &f->request);
	assert_int_equal(f->request.kind, REQUEST_READ);
	assert_request(&f->request, "POST", "/v2/objects/users/records/query",
		       "{\"filter\":{\"$or\":[{\"user_id\":\"1\"},{\"user_id\":\"2\"}]},"
		       "\"limit\":3}");
}

static void looks_for_the_workspace(void **state)
{
	struct fixture *f = *state;

	users_workspace_request(STR_LIT("w/1"), &f->request);
	assert_int_equal(f->request.kind, REQUEST_READ);
	assert_request(&f->request, "GET", "/v2/objects/workspaces/records/w%2F1", NULL);
}

/* ---- Answers ---- */

static void reads_the_answer(void **state)
{
	struct fixture *f = *state;
	const struct str answer = read_data(&f->arena, "values_user_answer.json");
	struct json_object *root = NULL;
	struct user_record record;
	struct error err = { 0 };

	assert_true(json_parse(answer, &root, &err));
	const struct str raw = arena_copy(
		&f->arena, str_from(json_object_to_json_string(json_child(root, "data"))));

	json_object_put(root);
	assert_true(users_decode(raw, STR_LIT(WORKSPACE), &f->arena, &record, &err));
	assert_text(record.id, "bf071e1f-6035-429d-b874-d83ea64ea13b");
	assert_text(record.content.part[USER_ID], "123");
	assert_text(record.content.part[USER_PERSON], "891dcbfc-9141-415d-9b2a-2238a6cc012d");
	assert_text(record.content.part[USER_WORKSPACE], WORKSPACE);
}

#define ID "\"id\":{\"record_id\":\"u1\"},"

static void reads_less(void **state)
{
	static const struct {
		const char *raw;
		const char *user_id, *email, *workspace; /* user_id NULL: it is refused */
	} rows[] = {
		{ "{" ID "\"values\":{}}", "", "", "" },
		{ "{" ID "\"values\":{\"user_id\":[],\"workspace\":null}}", "", "", "" },
		{ "{" ID "\"values\":{\"user_id\":[{\"value\":\" 7 \"}],"
		  "\"primary_email_address\":[{\"email_address\":\"A@Example.COM\"}]}}",
		  "7", "a@example.com", "" },
		{ "{" ID "\"values\":{\"user_id\":[{\"value\":\"old\",\"active_until\":\"2024\"},"
		  "{\"value\":\"new\"}]}}",
		  "new", "", "" },
		{ "{" ID "\"values\":{\"workspace\":[{\"target_record_id\":\"w1\"},"
		  "{\"target_record_id\":\"w2\"}]}}",
		  "", "", "w2" },
		{ "{" ID "\"values\":{\"workspace\":[{\"target_record_id\":\"w1\"},"
		  "{\"target_record_id\":\"w3\"}]}}",
		  "", "", "w1" },
		{ "{" ID "\"values\":[]}", "", "", "" },
		{ "{\"values\":{}}", NULL, NULL, NULL },
		{ "{\"id\":\"u1\",\"values\":{}}", NULL, NULL, NULL },
		{ "[]", NULL, NULL, NULL },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct user_record record;
		struct error err = { 0 };
		const bool good = users_decode(str_from(rows[i].raw), STR_LIT("w2"), &f->arena,
					       &record, &err);

		if (good != (rows[i].user_id != NULL))
			fail_msg("%s", rows[i].raw);
		if (!good) {
			assert_int_equal(err.code, ERR_MALFORMED);
			continue;
		}
		assert_text(record.content.part[USER_ID], rows[i].user_id);
		assert_text(record.content.part[USER_EMAIL], rows[i].email);
		assert_text(record.content.part[USER_WORKSPACE], rows[i].workspace);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_fixture, close_fixture)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(creates),
		TEST(asserts),
		TEST(updates),
		TEST(looks_up),
		TEST(looks_for_the_workspace),
		TEST(reads_the_answer),
		TEST(reads_less),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
