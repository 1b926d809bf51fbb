/* SPDX-License-Identifier: Apache-2.0 */
/* Named things that persons refer to: their pages, and which company is which organization. */
#include "mappers/collections.h"
#include "test_mapper_fixture.h"

/* ---- Pages ---- */

struct page_row {
	enum side side;
	const char *dialect;
	enum collection which;
	const char *body;
	const char *members; /* "id title [known_by]; " each */
};

static const struct page_row pages[] = {
	{ SIDE_PEOPLE, "", COLLECTION_TAGS,
	  "{\"member\":[{\"@id\":\"/tags/3\",\"title\":\" VIP \"}]}", "3 VIP []; " },
	{ SIDE_PEOPLE, "", COLLECTION_SEGMENTS,
	  "{\"hydra:member\":[{\"id\":7,\"title\":\"Early\"}],\"hydra:totalItems\":1}",
	  "7 Early []; " },
	{ SIDE_PEOPLE, "", COLLECTION_ORGANIZATIONS,
	  "[{\"id\":\"1\",\"title\":\"A\",\"website\":\"https://www.A.example/about?x=1\"},"
	  "{\"id\":\"2\",\"title\":\"B\"}]",
	  "1 A [a.example]; 2 B []; " },
	{ SIDE_PEOPLE, "", COLLECTION_USERS,
	  "{\"member\":[{\"@id\":\"/users/9\",\"familyName\":\"Doe\",\"email\":\"Doe@A.example\"}]}",
	  "9  [doe@a.example]; " },
	{ SIDE_RECORDS, "values", COLLECTION_COMPANIES,
	  "{\"data\":[{\"id\":{\"workspace_id\":\"w\",\"object_id\":\"o\",\"record_id\":\"r1\"},"
	  "\"values\":{\"name\":[{\"value\":\"A Ltd\",\"attribute_type\":\"text\"}],"
	  "\"domains\":[{\"domain\":\"a.example\"},{\"domain\":\"A.test\"}]}}]}",
	  "r1 A Ltd [a.example a.test]; " },
	{ SIDE_RECORDS, "values", COLLECTION_MEMBERS,
	  "{\"data\":[{\"id\":{\"workspace_id\":\"w\",\"workspace_member_id\":\"m1\"},"
	  "\"first_name\":\"Jo\",\"email_address\":\"Jo@A.example\"}]}",
	  "m1  [jo@a.example]; " },
	/* GET …/records/{id}/company */
	{ SIDE_RECORDS, "attributes", COLLECTION_COMPANIES,
	  "{\"id\":\"record_1\",\"attributes\":{\"name\":\"A Ltd\",\"domain\":\"a.example\"}}",
	  "record_1 A Ltd [a.example]; " },
};

static void reads_pages(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(pages); i++) {
		const struct page_row *row = &pages[i];
		struct arena arena = { 0 };
		struct members members = { 0 };
		struct page_info info;
		struct error err;
		struct buf text;

		buf_init(&text, 1000);
		assert_true(collection_decode(mapper_find(row->side, row->dialect), row->which,
					      str_from(row->body), &arena, &members, &info, &err));
		for (size_t k = 0; k < members.list.n; k++) {
			const struct member *member = &members.list.items[k];

			buf_addf(&text, "%.*s %.*s [%.*s]; ", STR_ARG(member->id),
				 STR_ARG(member->title), STR_ARG(member->known_by));
		}
		assert_string_equal(buf_z(&text), row->members);
		buf_release(&text);
		VEC_RELEASE(&members.list);
		arena_release(&arena);
	}
}

static void refuses_what_is_none(void **state)
{
	static const char *const bodies[] = { "{\"member\":[{\"title\":\"x\"}]}",
					      "{\"member\":[{\"id\":1,", "{}", "" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bodies); i++) {
		struct arena arena = { 0 };
		struct members members = { 0 };
		struct page_info info;
		struct error err;

		assert_false(collection_decode(mapper_find(SIDE_PEOPLE, ""), COLLECTION_TAGS,
					       str_from(bodies[i]), &arena, &members, &info, &err));
		assert_int_equal(err.code, ERR_MALFORMED);
		VEC_RELEASE(&members.list);
		arena_release(&arena);
	}
}

static void asks_for_pages(void **state)
{
	static const struct {
		enum side side;
		const char *dialect;
		enum collection which;
		const char *method, *target, *body;
	} rows[] = {
		{ SIDE_PEOPLE, "", COLLECTION_TAGS, "GET", "/tags?page=3&itemsPerPage=30", NULL },
		{ SIDE_PEOPLE, "", COLLECTION_USERS, "GET", "/users?page=3&itemsPerPage=30", NULL },
		{ SIDE_RECORDS, "values", COLLECTION_COMPANIES, "POST",
		  "/v2/objects/companies/records/query",
		  "{\"sorts\":[{\"attribute\":\"created_at\",\"direction\":\"asc\"}],"
		  "\"limit\":500,\"offset\":1000}" },
		{ SIDE_RECORDS, "values", COLLECTION_MEMBERS, "GET", "/v2/workspace_members",
		  NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct request request;

		collection_page(mapper_find(rows[i].side, rows[i].dialect), rows[i].which, 2,
				&request);
		assert_request(&request, rows[i].method, rows[i].target, rows[i].body);
		request_release(&request);
	}
}

static void makes_new_ones(void **state)
{
	struct request request;

	(void)state;
	collection_create(mapper_find(SIDE_PEOPLE, ""), COLLECTION_ORGANIZATIONS, STR_LIT("A"),
			  STR_LIT("a.example a.test"), &request);
	assert_request(&request, "POST", "/organizations",
		       "{\"title\":\"A\",\"website\":\"https://a.example\"}");
	request_release(&request);
	collection_create(mapper_find(SIDE_RECORDS, "values"), COLLECTION_COMPANIES, STR_LIT("A"),
			  STR_LIT("a.example"), &request);
	assert_request(&request, "POST", "/v2/objects/companies/records",
		       "{\"data\":{\"values\":{\"name\":\"A\",\"domains\":[\"a.example\"]}}}");
	request_release(&request);
	collection_assert(mapper_find(SIDE_RECORDS, "values"), COLLECTION_COMPANIES,
			  STR_LIT("a.example a.test"), &request);
	assert_request(&request, "PUT", "/v2/objects/companies/records?matching_attribute=domains",
		       "{\"data\":{\"values\":{\"domains\":[\"a.example\",\"a.test\"]}}}");
	request_release(&request);
	collection_create(mapper_find(SIDE_RECORDS, "values"), COLLECTION_COMPANIES, STR_LIT("A"),
			  str_from(""), &request);
	assert_request(&request, "POST", "/v2/objects/companies/records",
		       "{\"data\":{\"values\":{\"name\":\"A\",\"domains\":[]}}}");
	request_release(&request);
	assert_true(collection_create_repeats(mapper_find(SIDE_RECORDS, "values"),
					      COLLECTION_COMPANIES, STR_LIT("a.example")));
	assert_false(collection_create_repeats(mapper_find(SIDE_RECORDS, "values"),
					       COLLECTION_COMPANIES, str_from("")));
	assert_false(collection_create_repeats(mapper_find(SIDE_PEOPLE, ""),
					       COLLECTION_ORGANIZATIONS, STR_LIT("a.example")));
	assert_false(collection_can_create(mapper_find(SIDE_RECORDS, "attributes"),
					   COLLECTION_COMPANIES));
	assert_false(collection_can_create(mapper_find(SIDE_PEOPLE, ""), COLLECTION_USERS));
}

/* ---- Pairs ---- */

/* "name|domains|text so far", each with a ';' behind it. */
struct pairs_row {
	const char *name;
	const char *companies, *organizations;
	const char *texts[SIDE_COUNT]; /* "text;" each */
};

static const struct pairs_row pairs[] = {
	{ "by domain", "A Ltd|a.test|;", "A Limited|a.test|;", { "a.test;", "a.test;" } },
	{ "by one of the domains", "A|x.test a.test|;", "B|a.test|;", { "a.test;", "a.test;" } },
	{ "by name", "A Ltd|a.test|;", "a ltd||;", { "A Ltd;", "A Ltd;" } },
	{ "other domains are others", "A|a.test|;", "A|b.test|;", { "a.test;", "b.test;" } },
	{ "a name of two", "A||;", "A||;A||;", { "A;", "A (#p0);A (#p1);" } },
	{ "a domain of two",
	  "A|a.test|;B|a.test|;",
	  "C|a.test|;",
	  { "a.test;a.test (#r1);", "a.test (#p0);" } },
	{ "a domain of two, and a name of one",
	  "A|a.test|;B|a.test|;",
	  "B||;",
	  { "a.test;B;", "B;" } },
	{ "the domain goes before the name",
	  "A|a.test|;B|b.test|;",
	  "B|a.test|;",
	  { "a.test;b.test;", "a.test;" } },
	{ "renamed: still a pair", "A||A;", "B||A;", { "A;", "A;" } },
	{ "a domain later: the text stays", "A|a.test|A;", "A|a.test|A;", { "A;", "A;" } },
	{ "a counterpart at last: it takes over the text",
	  "A|a.test|a.test;",
	  "A||;",
	  { "a.test;", "a.test;" } },
	{ "two texts: that of the company", "A|a.test|A;", "B|a.test|B;", { "A;", "A;" } },
	{ "another domain: no pair any more",
	  "A|a.test|a.test;",
	  "A|b.test|a.test;",
	  { "a.test;", "a.test (#p0);" } },
	{ "the counterpart is gone: the text stays", "A|b.test|A;", "", { "A;", "" } },
	{ "a new pair does not take an old text",
	  "A||Old;Old|old.test|;",
	  "A||Old;Old|old.test|;",
	  { "Old;old.test;", "Old;old.test;" } },
	{ "nothing to be called by", "||;", "||;", { " (#r0);", " (#p0);" } },
};

static void read_members(struct arena *arena, const char *text, char prefix, struct members *ret)
{
	struct str rest = str_from(text);
	struct str one;

	while (str_cut(&rest, ';', &one)) {
		struct member member = { .id = arena_format(arena, "%c%zu", prefix, ret->list.n) };

		if (one.len == 0)
			continue;
		(void)str_cut(&one, '|', &member.title);
		(void)str_cut(&one, '|', &member.known_by);
		member.text = one;
		*VEC_PUSH(&ret->list) = member;
	}
}

static void pairs_companies(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		struct arena arena = { 0 };
		struct members members[SIDE_COUNT] = { 0 };

		read_members(&arena, pairs[i].companies, 'r', &members[SIDE_RECORDS]);
		read_members(&arena, pairs[i].organizations, 'p', &members[SIDE_PEOPLE]);
		/* A second time changes nothing. */
		for (int round = 0; round < 2; round++) {
			collections_pair((struct members *[]){ &members[0], &members[1] },
					 (struct arena *[]){ &arena, &arena });
			for (int side = 0; side < SIDE_COUNT; side++) {
				struct buf text;

				buf_init(&text, 1000);
				for (size_t k = 0; k < members[side].list.n; k++)
					buf_addf(&text, "%.*s;",
						 STR_ARG(members[side].list.items[k].text));
				if (strcmp(buf_z(&text), pairs[i].texts[side]) != 0)
					fail_msg("%s, round %d, side %d: %s", pairs[i].name, round,
						 side, buf_z(&text));
				buf_release(&text);
			}
		}
		for (int side = 0; side < SIDE_COUNT; side++)
			VEC_RELEASE(&members[side].list);
		arena_release(&arena);
	}
}

static void finds_alikes(void **state)
{
	struct arena arena = { 0 };
	struct members members = { 0 };

	(void)state;
	read_members(&arena, "A Ltd|a.test b.test|;", 'r', &members);
	assert_true(collection_has_alike(&members, STR_LIT("a ltd"), str_from("")));
	assert_true(collection_has_alike(&members, STR_LIT("B"), STR_LIT("c.test b.test")));
	assert_false(collection_has_alike(&members, STR_LIT("B"), STR_LIT("c.test")));
	VEC_RELEASE(&members.list);
	arena_release(&arena);
}

static void knows_domains(void **state)
{
	static const struct {
		const char *website, *domain;
	} rows[] = {
		{ "a.test", "a.test" },
		{ "https://www.A.test/about", "a.test" },
		{ "HTTP://a.test:8080", "a.test" },
		{ "a.test.", "a.test" },
		{ " www.shop.a.test ", "shop.a.test" },
		{ "none", "" },
		{ "", "" },
		{ "https://", "" },
	};
	struct arena arena = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct str domain = collection_domain(&arena, str_from(rows[i].website));

		assert_true(str_equal_z(domain, rows[i].domain));
	}
	arena_release(&arena);
}

/* ---- Values of persons ---- */

static void on_missed(void *payload, enum collection which, struct str id)
{
	bool *missed = payload;

	assert_text(id, "f528bd86-8142-4359-9a8c-b651d50a27b1");
	missed[which] = true;
}

static void values_of_records(void **state)
{
	struct fixture f;
	struct mapper_titles *companies = titles_new();
	bool missed[COLLECTION_COUNT] = { false };

	(void)state;
	fixture_open(&f, SIDE_RECORDS, "values");
	const size_t row =
		fixture_add_row(&f, "company", FIELD_REFERENCE_OF_MANY, "company", "organizations");

	f.rows[row].single[SIDE_RECORDS] = true;
	(void)read_body(&f, read_data(&f.arena, "values_update_answer.json"));
	struct person person = decode_raw(&f, f.record);

	/* What nothing is known of is left alone. */
	assert_int_equal(person.values[row].state, VALUE_UNKNOWN);
	f.context.collections[COLLECTION_COMPANIES] = companies;
	f.context.collections[COLLECTION_ORGANIZATIONS] = companies;
	f.context.on_missed = on_missed;
	f.context.missed_payload = missed;
	person = decode_raw(&f, f.record);
	assert_int_equal(person.values[row].state, VALUE_UNKNOWN);
	assert_true(missed[COLLECTION_COMPANIES]);
	assert_true(titles_add(companies, STR_LIT("f528bd86-8142-4359-9a8c-b651d50a27b1"),
			       STR_LIT("a.example")));
	person = decode_raw(&f, f.record);
	assert_text(value_part(&person.values[row], 0), "a.example");
	assert_int_equal(person.values[row].actor, ACTOR_SYSTEM);
	titles_free(companies);
	fixture_close(&f);
}

/* Dialect attributes: a record of the list tells who is with which company. */
static void finds_holders(void **state)
{
	static const struct {
		const char *raw, *holder; /* NULL: with none */
	} rows[] = {
		{ "{\"id\":\"r1\",\"attributes\":{\"company\":{\"record_id\":\"c1\"}}}", "r1 c1" },
		{ "{\"id\":\"r1\",\"attributes\":{\"company\":null}}", NULL },
		{ "{\"id\":\"r1\",\"attributes\":{\"firm\":{\"record_id\":\"c1\"}}}", NULL },
		{ "{\"attributes\":{\"company\":{\"record_id\":\"c1\"}}}", NULL },
		{ "{\"id\":\"r1\",\"attributes\":{\"company\":\"c1\"}}", NULL },
		{ "{\"id\":\"r1\",\"attributes\":[]}", NULL },
		{ "{\"id\":", NULL },
		{ "7", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena arena = { 0 };
		struct str person;
		struct str company;
		const bool found = collection_holder(mapper_find(SIDE_RECORDS, "attributes"),
						     STR_LIT("company"), str_from(rows[i].raw),
						     &arena, &person, &company);

		assert_int_equal(found, rows[i].holder != NULL);
		if (found)
			assert_true(str_equal(arena_format(&arena, "%.*s %.*s", STR_ARG(person),
							   STR_ARG(company)),
					      str_from(rows[i].holder)));
		arena_release(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_holders),        cmocka_unit_test(reads_pages),
		cmocka_unit_test(refuses_what_is_none), cmocka_unit_test(asks_for_pages),
		cmocka_unit_test(makes_new_ones),       cmocka_unit_test(pairs_companies),
		cmocka_unit_test(finds_alikes),         cmocka_unit_test(knows_domains),
		cmocka_unit_test(values_of_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
