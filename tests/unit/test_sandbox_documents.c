/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sandbox against the examples of the API documents: their requests are taken, and its answers
 * have each member that theirs have, of the same type and, where it isn't an id or a time that the
 * server chooses, with the same text.
 */
#include "sandbox_documents.h"

#define P "/v2/objects/people/records"

/* The example names one company twice, to show both forms; only one can be stored. */
static void keep_company(struct json_object *body, size_t drop)
{
	struct json_object *company = member_at(body, STR_LIT("data/values/company"));

	assert_int_equal(json_object_array_length(company), 2);
	assert_int_equal(json_object_array_del_idx(company, drop, 1), 0);
}

static void by_id(struct json_object *body)
{
	keep_company(body, 1);
}

static void by_domain(struct json_object *body)
{
	keep_company(body, 0);
}

#define COMPANY \
	"{\"side\":\"records\",\"object\":\"companies\",\"id\":\"99a03ff3-0435-47da-95cc-76b2caeb4dab\"," \
	"\"set\":{\"name\":\"Attio\",\"domains\":[\"attio.com\"]}}"

static const struct row values_world[] = {
	CONTROL("create", COMPANY),
};

/* The example answers an example that lacks what was sent: those attributes are empty there. */
static void empty_the_rest(struct json_object *answer)
{
	static const char *const sent[] = { "company", "phone_numbers", "primary_location",
					    "linkedin" };
	struct json_object *values = member_at(answer, STR_LIT("data/values"));

	for (size_t i = 0; i < COUNT_OF(sent); i++)
		json_object_object_add(values, sent[i], json_object_new_array());
}

static void test_values_create(void **state)
{
	struct sandbox_options options = defaults();
	const struct row remove = { "DELETE", P "/$0", NULL, 200, NULL, NULL, 0, NULL };
	const struct row kept = { "GET",
				  P "/$0",
				  NULL,
				  200,
				  "data/values/company/0/target_record_id",
				  "99a03ff3-0435-47da-95cc-76b2caeb4dab",
				  0,
				  NULL };
	struct world world;

	(void)state;
	options.custom_attributes = false;
	open_world(&world, &options);
	PLAY(&world, SANDBOX_RECORDS, values_world);
	send_example(&world, SANDBOX_RECORDS, "POST", P, "values_create_request.json", NULL, 400);
	for (int i = 0; i < 2; i++) {
		send_example(&world, SANDBOX_RECORDS, "POST", P, "values_create_request.json",
			     i == 0 ? by_id : by_domain, 200);
		struct json_object *answer = answer_of(&world);
		struct json_object *example = load("values_create_answer.json");
		struct json_object *id = member_at(answer, STR_LIT("data/id/record_id"));

		(void)snprintf(world.kept[0], sizeof(world.kept[0]), "%s",
			       json_object_get_string(id));
		/* Its two times of creation contradict each other. */
		empty_the_rest(answer);
		json_object_object_del(member_at(answer, STR_LIT("data")), "created_at");
		json_object_object_del(member_at(example, STR_LIT("data")), "created_at");
		json_object_object_del(member_at(answer, STR_LIT("data/values/created_at/0")),
				       "value");
		json_object_object_del(member_at(example, STR_LIT("data/values/created_at/0")),
				       "value");
		compare("create", NULL, example, answer);
		json_object_put(example);
		json_object_put(answer);
		call(&world, SANDBOX_RECORDS, &kept);
		check(&world, &kept);
		call(&world, SANDBOX_RECORDS, &remove);
		check(&world, &remove);
	}
	close_world(&world);
}

/* What the system had found out about the person of the example of an update. */
#define INTERACTION(name) \
	"\"" name "\":{\"interaction_type\":\"email\",\"interacted_at\":\"2023-01-01T15:00:00Z\"},"
#define SYSTEM_SET \
	"{" INTERACTION("last_interaction") INTERACTION("next_calendar_interaction") INTERACTION( \
		"last_email_interaction") INTERACTION("first_interaction") \
		INTERACTION("last_calendar_interaction") INTERACTION("first_calendar_interaction") INTERACTION( \
			"first_email_interaction") "\"strongest_connection_strength_legacy\":54.725113205693695," \
						   "\"twitter\":\"https://x.com/johnsmith\"," \
						   "\"avatar_url\":\"https://d1ts43dypk8bqh.cloudfront.net/v1/avatars/b792e7f9-003d-494f-a7b4-a53251c621e6\"," \
						   "\"job_title\":\"Software Engineer\",\"angellist\":\"https://angellist.com/johnsmith\"," \
						   "\"strongest_connection_user\":\"anna.bakker@example.net\"," \
						   "\"strongest_connection_strength\":\"Very strong\"," \
						   "\"facebook\":\"https://facebook.com/johnsmith\",\"twitter_follower_count\":100," \
						   "\"instagram\":\"https://instagram.com/johnsmith\"}"

static const struct row update_world[] = {
	CONTROL("create", COMPANY),
	CONTROL("create", "{\"side\":\"records\",\"id\":\"bf071e1f-6035-429d-b874-d83ea64ea13b\","
			  "\"at\":\"2023-01-01T15:00:00Z\",\"set\":{}}"),
	CONTROL("edit", "{\"side\":\"records\",\"id\":\"bf071e1f-6035-429d-b874-d83ea64ea13b\","
			"\"actor\":\"system\",\"set\":" SYSTEM_SET "}"),
};

static void forget_created(struct json_object *answer)
{
	json_object_object_del(member_at(answer, STR_LIT("data")), "created_at");
}

/* Every attribute and every type of value of the document, one by one. */
static void test_values_update(void **state)
{
	struct sandbox_options options = defaults();
	struct world world;

	(void)state;
	options.custom_attributes = false;
	open_world(&world, &options);
	PLAY(&world, SANDBOX_RECORDS, update_world);
	send_example(&world, SANDBOX_RECORDS, "PATCH", P "/bf071e1f-6035-429d-b874-d83ea64ea13b",
		     "values_update_request.json", by_domain, 200);
	struct json_object *answer = answer_of(&world);
	struct json_object *example = load("values_update_answer.json");

	forget_created(answer);
	forget_created(example);
	compare("update", NULL, example, answer);
	json_object_put(example);
	json_object_put(answer);
	assert_no_violation(&world);
	close_world(&world);
}

/* The document's page hides e-mail addresses from robots; the workspace's id is no UUID in it. */
#define USER_EMAIL "person@company.com"
#define USER_WORKSPACE "72ef5fea-4919-4208-b332-1339ab8ba040"

static void mend_request(struct json_object *body)
{
	struct json_object *values = member_at(body, STR_LIT("data/values"));
	struct json_object *workspace = member_at(values, STR_LIT("workspace/0"));

	json_object_object_add(values, "primary_email_address", json_object_new_string(USER_EMAIL));
	json_object_object_add(workspace, "target_record_id",
			       json_object_new_string(USER_WORKSPACE));
}

static const struct row user_world[] = {
	CONTROL("create", "{\"side\":\"records\",\"id\":\"891dcbfc-9141-415d-9b2a-2238a6cc012d\","
			  "\"set\":{\"name\":\"Doe, Jo\"}}"),
	CONTROL("create", "{\"side\":\"records\",\"object\":\"workspaces\",\"id\":\"" USER_WORKSPACE
			  "\",\"set\":{\"workspace_id\":\"w\"}}"),
};

static void test_values_user(void **state)
{
	const struct sandbox_options options = defaults();
	struct world world;

	(void)state;
	open_world(&world, &options);
	PLAY(&world, SANDBOX_RECORDS, user_world);
	send_example(&world, SANDBOX_RECORDS, "POST", "/v2/objects/users/records",
		     "values_user_request.json", mend_request, 200);
	struct json_object *answer = answer_of(&world);
	struct json_object *example = load("values_user_answer.json");
	struct json_object *email =
		member_at(example, STR_LIT("data/values/primary_email_address/0"));

	json_object_object_add(email, "original_email_address", json_object_new_string(USER_EMAIL));
	json_object_object_add(email, "email_address", json_object_new_string(USER_EMAIL));
	forget_created(answer);
	forget_created(example);
	/* What the example leaves out of a user. */
	for (const char *const *name =
		     (const char *const[]){ "avatar_url", "created_at", "created_by", NULL };
	     *name != NULL; name++)
		json_object_object_del(member_at(answer, STR_LIT("data/values")), *name);
	compare("user", NULL, example, answer);
	json_object_put(example);
	json_object_put(answer);
	send_example(&world, SANDBOX_RECORDS, "POST", "/v2/objects/users/records",
		     "values_user_request.json", mend_request, 400);
	send_example(&world, SANDBOX_RECORDS, "PUT",
		     "/v2/objects/users/records?matching_attribute=user_id",
		     "values_user_request.json", mend_request, 200);
	assert_no_violation(&world);
	close_world(&world);
}

static const struct row flat_world[] = {
	CONTROL("create",
		"{\"side\":\"records\",\"object\":\"companies\","
		"\"id\":\"record_01defghijklmnopqrstuvwxy\",\"set\":{\"name\":\"Acme\"}}"),
	CONTROL("create",
		"{\"side\":\"records\",\"id\":\"record_01abcdefghijklmnopqrstuv\","
		"\"at\":\"2023-02-15T10:30:00Z\",\"set\":{\"name\":\"Jane Smith\","
		"\"email\":\"jane@example.com\",\"phone\":\"+1 (555) 123-4567\",\"job_title\":\"CEO\","
		"\"company\":{\"record_id\":\"record_01defghijklmnopqrstuvwxy\"},"
		"\"linkedin_url\":\"https://linkedin.com/in/janesmith\","
		"\"last_contacted\":\"2023-06-15T00:00:00Z\"}}"),
	CONTROL("touch", "{\"side\":\"records\",\"id\":\"record_01abcdefghijklmnopqrstuv\","
			 "\"at\":\"2023-06-10T14:20:00Z\"}"),
	LOOK(P, "meta/total", "1"),
};

/* The second record of the example of a batch. */
static const struct row second_record[] = {
	CONTROL("create", "{\"side\":\"records\",\"id\":\"record_01defghijklmnopqrstuvwxy\","
			  "\"set\":{\"name\":\"Joe\"}}"),
};

static void test_attributes(void **state)
{
	struct sandbox_options options = defaults();
	struct world world;

	(void)state;
	options.dialect = SANDBOX_ATTRIBUTES;
	open_world(&world, &options);
	PLAY(&world, SANDBOX_RECORDS, flat_world);
	assert_like(&world, "attributes_list_answer.json", "", NULL);
	send_example(&world, SANDBOX_RECORDS, "POST", P, "attributes_create_request.json", NULL,
		     201);
	send_example(&world, SANDBOX_RECORDS, "POST", P "/query", "attributes_query_request.json",
		     NULL, 200);
	struct json_object *answer = answer_of(&world);
	struct json_object *title = member_at(answer, STR_LIT("data/0/title"));

	assert_string_equal(json_object_get_string(title), "Jane Smith");
	json_object_put(answer);
	send_example(&world, SANDBOX_RECORDS, "POST", P, "attributes_code_create_request.json",
		     NULL, 201);
	send_example(&world, SANDBOX_RECORDS, "POST", P "/query",
		     "attributes_code_query_request.json", NULL, 200);
	send_example(&world, SANDBOX_RECORDS, "PATCH", P "/record_01abcdefghijklmnopqrstuv",
		     "attributes_update_request.json", NULL, 200);
	send_example(&world, SANDBOX_RECORDS, "POST", P "/batch",
		     "attributes_batch_create_request.json", NULL, 201);
	PLAY(&world, SANDBOX_RECORDS, second_record);
	send_example(&world, SANDBOX_RECORDS, "PATCH", P "/batch",
		     "attributes_batch_update_request.json", NULL, 200);
	assert_no_violation(&world);
	close_world(&world);
}

#define TITLED(what, id, title) \
	CONTROL("create", "{\"side\":\"people\",\"object\":\"" what "\",\"id\":\"" id \
			  "\",\"set\":{\"title\":\"" title "\"}}")

static const struct row people_world[] = {
	CONTROL("create", "{\"side\":\"people\",\"object\":\"users\",\"id\":\"7\","
			  "\"set\":{\"familyName\":\"Vos\",\"email\":\"vos@example.com\"}}"),
	TITLED("tags", "3", "Prospect"),
	TITLED("tags", "9", "Technical"),
	TITLED("segments", "1", "Old"),
	TITLED("organizations", "12", "Acme"),
	CONTROL("create",
		"{\"side\":\"people\",\"id\":\"0195f1c2-7b1e-7f3a-9d53-0a4c1d2e3f40\","
		"\"at\":\"2024-03-01T09:15:00Z\",\"set\":{\"familyName\":\"Berg\","
		"\"givenName\":\"Anna\",\"additionalName\":\"van der\",\"initials\":\"A.M.\","
		"\"honorificPrefix\":\"dr.\",\"customerId\":\"C-1001\",\"isTracked\":true,"
		"\"linkedinId\":\"anna-vd-berg\","
		"\"externalSource\":\"crmsync:bf071e1f-6035-429d-b874-d83ea64ea13b\","
		"\"owner\":\"/users/7\",\"jobTitle\":\"CTO\",\"tags\":[\"/tags/3\",\"/tags/9\"],"
		"\"segments\":[\"/segments/1\"],\"organizations\":[\"/organizations/12\"],"
		"\"dealSize\":120000,\"totalDeals\":4,\"totalLostDeals\":1,\"totalWonDeals\":3,"
		"\"emailAddresses\":[{\"email\":\"Anna@Example.com\"},{\"email\":\"a.berg@example.org\"}],"
		"\"phoneNumbers\":[{\"phoneNumber\":\"+31 20 794 0800\",\"phoneType\":\"work\"}],"
		"\"address\":{\"street\":\"Damrak 1\",\"postalCode\":\"1012 LG\","
		"\"city\":\"Amsterdam\",\"country\":\"NL\"}}}"),
	CONTROL("touch", "{\"side\":\"people\",\"id\":\"0195f1c2-7b1e-7f3a-9d53-0a4c1d2e3f40\","
			 "\"at\":\"2025-01-20T16:45:30Z\"}"),
	LOOK("/people/0195f1c2-7b1e-7f3a-9d53-0a4c1d2e3f40", "familyName", "Berg"),
};

/* Relations come in any order. */
static void sort_tags(struct json_object *person)
{
	struct json_object *tags = member_at(person, STR_LIT("tags"));
	struct json_object *first = json_object_array_get_idx(tags, 0);

	if (strcmp(json_object_get_string(first), "/tags/3") == 0)
		return;
	json_object_get(first);
	(void)json_object_array_del_idx(tags, 0, 1);
	(void)json_object_array_add(tags, first);
}

static void test_people(void **state)
{
	const struct row list = LOOK("/people", "totalItems", "1");
	struct sandbox_options options = defaults();
	struct world world;

	(void)state;
	options.custom_attributes = false;
	open_world(&world, &options);
	PLAY(&world, SANDBOX_PEOPLE, people_world);
	struct json_object *example = load("people_person_answer.json");
	struct json_object *answer = answer_of(&world);

	sort_tags(answer);
	compare("person", NULL, example, answer);
	json_object_put(answer);
	json_object_put(example);
	/* The same person in a list, without a context. */
	call(&world, SANDBOX_PEOPLE, &list);
	check(&world, &list);
	example = load("people_list_answer.json");
	answer = answer_of(&world);
	sort_tags(member_at(answer, STR_LIT("member/0")));
	compare("list", NULL, member_at(example, STR_LIT("member/0")),
		member_at(answer, STR_LIT("member/0")));
	json_object_put(answer);
	json_object_put(example);
	assert_no_violation(&world);
	close_world(&world);
}

/* The second person of the lists: all that is null is left out, what is empty is a list. */
static const struct row jansen[] = {
	CONTROL("create",
		"{\"side\":\"people\",\"id\":\"2\",\"at\":\"2024-03-02T09:15:00Z\","
		"\"set\":{\"familyName\":\"Jansen\",\"archivedAt\":\"2025-02-01T00:00:00Z\","
		"\"address\":{\"city\":null}}}"),
	LOOK("/people", "hydra:member/0/familyName", "Jansen"),
};

static void test_hydra(void **state)
{
	struct sandbox_options options = defaults();
	struct world world;

	(void)state;
	options.jsonld = SANDBOX_JSONLD_HYDRA;
	options.custom_attributes = false;
	open_world(&world, &options);
	PLAY(&world, SANDBOX_PEOPLE, jansen);
	struct json_object *example = load("people_hydra_answer.json");
	struct json_object *answer = answer_of(&world);
	struct json_object *person = member_at(answer, STR_LIT("hydra:member/0"));

	/* One page needs no view.  Empty relations and updatedAt are shown besides. */
	json_object_object_del(example, "hydra:view");
	for (const char *const *name = (const char *const[]){ "tags", "segments", "organizations",
							      "updatedAt", NULL };
	     *name != NULL; name++)
		json_object_object_del(person, *name);
	compare("hydra", NULL, example, answer);
	json_object_put(answer);
	json_object_put(example);
	close_world(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values_create), cmocka_unit_test(test_values_update),
		cmocka_unit_test(test_values_user),   cmocka_unit_test(test_attributes),
		cmocka_unit_test(test_people),        cmocka_unit_test(test_hydra),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
