/* SPDX-License-Identifier: Apache-2.0 */
/* What answers mean, by status, content type and body. */
#include "test_mapper_fixture.h"

struct answer_case {
	int status;
	const char *type, *body;
	enum judgement judgement;
	const char *words;
};

#define JSON "application/json; charset=utf-8"
#define PROBLEM "application/problem+json"
#define HTML "text/html; charset=UTF-8"

static const struct answer_case answers[] = {
	{ 200, JSON, "{\"data\":{}}", JUDGE_OK, "" },
	{ 201, "", "", JUDGE_OK, "" },
	{ 204, "", "", JUDGE_OK, "" },
	{ 200, HTML, "<html>Sign in</html>", JUDGE_MALFORMED, "<html>Sign in</html>" },
	{ 0, "", "", JUDGE_TRANSIENT, "" },
	{ 301, "", "", JUDGE_MALFORMED, "" },
	{ 302, HTML, "moved", JUDGE_MALFORMED, "moved" },
	{ 304, "", "", JUDGE_MALFORMED, "" },
	{ 401, JSON, "{\"code\":401,\"message\":\"JWT Token not found\"}", JUDGE_AUTH,
	  "JWT Token not found" },
	{ 403, HTML, "<h1>\tForbidden\n</h1>", JUDGE_AUTH, "<h1> Forbidden </h1>" },
	{ 400, JSON,
	  "{\"status_code\":400,\"type\":\"invalid_request_error\",\"code\":\"uniqueness_conflict\","
	  "\"message\":\"The value is taken.\"}",
	  JUDGE_CLASH, "uniqueness_conflict: The value is taken." },
	{ 400, JSON,
	  "{\"status_code\":400,\"type\":\"invalid_request_error\",\"code\":\"validation_type\","
	  "\"message\":\"Body payload validation error.\","
	  "\"validation_errors\":[{\"code\":\"invalid_type\",\"path\":[\"data\"],\"message\":\"Required\"}]}",
	  JUDGE_REJECTED, "validation_type: Body payload validation error. (data: Required)" },
	{ 400, PROBLEM,
	  "{\"title\":\"An error occurred\",\"detail\":\"Item not found for \\\"/tags/99\\\".\"}",
	  JUDGE_REJECTED, "Item not found for \"/tags/99\"." },
	{ 409, JSON, "{\"message\":\"conflict\"}", JUDGE_CLASH, "conflict" },
	{ 409, JSON, "{\"code\":\"merge_in_progress\",\"message\":\"wait\"}", JUDGE_TRANSIENT,
	  "merge_in_progress: wait" },
	{ 422, PROBLEM,
	  "{\"title\":\"An error occurred\",\"detail\":\"familyName: This value should not be blank.\","
	  "\"violations\":[{\"propertyPath\":\"familyName\",\"message\":\"This value should not be blank.\"}]}",
	  JUDGE_REJECTED, "familyName: This value should not be blank." },
	{ 422, PROBLEM, "{\"detail\":\"emailAddresses: This value is already used.\"}", JUDGE_CLASH,
	  "emailAddresses: This value is already used." },
	{ 422, PROBLEM, "{\"hydra:title\":\"An error occurred\",\"hydra:description\":\"x: y\"}",
	  JUDGE_REJECTED, "x: y" },
	{ 422, PROBLEM, "{\"violations\":[{\"propertyPath\":\"a\",\"message\":\"b\"}]}",
	  JUDGE_REJECTED, "(a: b)" },
	{ 404, JSON,
	  "{\"status_code\":404,\"type\":\"invalid_request_error\",\"code\":\"not_found\","
	  "\"message\":\"Record with ID \\\"x\\\" was not found.\"}",
	  JUDGE_GONE, "not_found: Record with ID \"x\" was not found." },
	{ 404, JSON, "{\"code\":\"not_found\",\"message\":\"Could not find endpoint GET /v2/x\"}",
	  JUDGE_MALFORMED, "not_found: Could not find endpoint GET /v2/x" },
	{ 404, JSON, "{\"code\":\"merge_in_progress\"}", JUDGE_TRANSIENT, "merge_in_progress" },
	{ 404, PROBLEM, "{\"title\":\"An error occurred\",\"detail\":\"Not Found\"}", JUDGE_GONE,
	  "Not Found" },
	{ 404, PROBLEM, "{\"detail\":\"No route found for \\\"GET /persons\\\"\"}", JUDGE_MALFORMED,
	  "No route found for \"GET /persons\"" },
	{ 404, HTML, "<html>", JUDGE_MALFORMED, "<html>" },
	{ 404, "text/plain", "404 page not found", JUDGE_MALFORMED, "404 page not found" },
	{ 404, HTML, "", JUDGE_MALFORMED, "" },
	{ 404, "", "", JUDGE_GONE, "" },
	{ 404, JSON, "[]", JUDGE_MALFORMED, "[]" },
	{ 404, JSON, "{\"detail\":\"cut", JUDGE_MALFORMED, "{\"detail\":\"cut" },
	{ 410, PROBLEM, "{\"detail\":\"gone\"}", JUDGE_GONE, "gone" },
	{ 405, HTML, "x", JUDGE_MALFORMED, "x" },
	{ 408, "", "", JUDGE_TRANSIENT, "" },
	{ 412, "", "", JUDGE_REJECTED, "" },
	{ 413, "", "", JUDGE_REJECTED, "" },
	{ 415, PROBLEM, "{\"detail\":\"unsupported\"}", JUDGE_MALFORMED, "unsupported" },
	{ 425, "", "", JUDGE_TRANSIENT, "" },
	{ 429, HTML, "slow down", JUDGE_LIMITED, "slow down" },
	{ 500, PROBLEM, "{\"title\":\"Internal Server Error\"}", JUDGE_TRANSIENT,
	  "Internal Server Error" },
	{ 502, HTML, "\x1b[31mbad\xc2\x9b gateway\xff", JUDGE_TRANSIENT, "[31mbad  gateway?" },
	{ 599, "", "", JUDGE_TRANSIENT, "" },
	{ 600, "", "", JUDGE_MALFORMED, "" },
	{ 100, "", "", JUDGE_MALFORMED, "" },
};

static void judges_answers(void **state)
{
	struct arena arena = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(answers); i++) {
		const struct answer_case *answer = &answers[i];
		const struct response response = { .status = answer->status,
						   .content_type = str_from(answer->type),
						   .body = str_from(answer->body) };
		struct str words = { NULL, 0 };
		const enum judgement judgement =
			mapper_judge(mapper_find(SIDE_PEOPLE, "people"), &response, &arena, &words);

		if (judgement != answer->judgement)
			fail_msg("%d %s: %s", answer->status, answer->body,
				 judgement_name(judgement));
		assert_text(words, answer->words);
	}
	arena_release(&arena);
}

static void cuts_words_between_characters(void **state)
{
	struct arena arena = { 0 };
	struct buf body;
	struct str words;

	(void)state;
	buf_init(&body, LIMIT_BODY_BYTES);
	buf_add_char(&body, 'x');
	for (int i = 0; i < 3000; i++)
		buf_add_z(&body, "\xe2\x82\xac");
	const struct response response = { .status = 500, .body = buf_str(&body) };

	(void)mapper_judge(mapper_find(SIDE_RECORDS, "values"), &response, &arena, &words);
	assert_int_equal(words.len, 1 + (LIMIT_SERVER_WORDS_BYTES - 1) / 3 * 3);
	buf_release(&body);
	arena_release(&arena);
}

static void finds_mappers(void **state)
{
	(void)state;
	assert_string_equal(mapper_find(SIDE_RECORDS, "values")->name, "values");
	assert_string_equal(mapper_find(SIDE_RECORDS, "attributes")->name, "attributes");
	assert_string_equal(mapper_find(SIDE_PEOPLE, NULL)->name, "people");
	assert_null(mapper_find(SIDE_RECORDS, "people"));
	for (int i = 0; i < JUDGE_COUNT; i++)
		assert_non_null(judgement_name((enum judgement)i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_answers),
		cmocka_unit_test(cuts_words_between_characters),
		cmocka_unit_test(finds_mappers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
