/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a sync needs beside the persons themselves: tags, notes, users, and what references name.  Asked
 * for where it is enabled: one short page of each, because having a token proves no access.
 */
#include "daemon/check/check_p.h"
#include "mappers/collections.h"
#include "mappers/mapper_encode.h"
#include "mappers/titles.h"

/* ---- What is needed ---- */

static bool needs_notes(const struct config *config)
{
	return config->notes.enabled;
}

static bool needs_category(const struct config *config)
{
	return config->notes.enabled && config->notes.category[0] == '/';
}

static bool needs_users(const struct config *config)
{
	return config->users.enabled;
}

static bool needs_workspace(const struct config *config)
{
	return config->users.enabled && config->users.workspace[0] != '\0';
}

static bool needs_companies(const struct config *config)
{
	return config->references[REFERENCE_COMPANIES].enabled;
}

static bool needs_segments(const struct config *config)
{
	return config->references[REFERENCE_SEGMENTS].enabled;
}

static bool needs_owners(const struct config *config)
{
	return config->references[REFERENCE_OWNERS].enabled;
}

/* ---- How it is asked for ---- */

/* ID: the first person of the sample; CATEGORY: notes.category; WORKSPACE: users.workspace. */
#define ID "{id}"
#define CATEGORY "{category}"
#define WORKSPACE "{workspace}"
#define ONE "{\"limit\":1}"

struct asked {
	const char *dialect, *what;
	bool (*needed)(const struct config *config);
	const char *target;
	const char *body; /* of a query; NULL: GET */
	const char *todo; /* where it is refused */
};

static const struct asked asked_for[] = {
	{ "values", "notes", needs_notes, "/v2/notes?limit=1", NULL,
	  "give the token the scope note:read-write" },
	{ "values", "users", needs_users, "/v2/objects/users/records/query", ONE,
	  "enable the object users there, or set users.enabled = false" },
	{ "values", "workspace", needs_workspace, "/v2/objects/workspaces/records/" WORKSPACE, NULL,
	  "set users.workspace to the id of a record of the object workspaces, or leave it out" },
	{ "values", "companies", needs_companies, "/v2/objects/companies/records/query", ONE,
	  "give the token the scope record_permission:read-write" },
	{ "values", "owners", needs_owners, "/v2/workspace_members", NULL,
	  "give the token the scope user_management:read" },
	{ "attributes", "notes", needs_notes,
	  "/v2/objects/people/records/" ID "/activities?type=note&page=1&pageSize=1", NULL,
	  "give the token this right, or set notes.enabled = false" },
	{ "people", "notes", needs_notes, "/people/" ID "/notes?itemsPerPage=1", NULL,
	  "give the token this right, or set notes.enabled = false" },
	{ "people", "category", needs_category, CATEGORY, NULL,
	  "set notes.category to a category that exists" },
	{ "people", "companies", needs_companies, "/organizations?itemsPerPage=1", NULL,
	  "give the token this right, or set references.companies.enabled = false" },
	{ "people", "segments", needs_segments, "/segments?itemsPerPage=1", NULL,
	  "give the token this right, or set references.segments.enabled = false" },
	{ "people", "owners", needs_owners, "/users?itemsPerPage=1", NULL,
	  "give the token this right, or set references.owners.enabled = false" },
};

/* The id of the first person of the sample; empty if there is none. */
static struct str some_id(struct check *check, enum side side)
{
	const struct check_side *self = &check->sides[side];
	struct field_table none;
	struct person person;
	struct error ignored; /* said of the fields */

	field_table_init(&none, NULL, 0);
	const struct mapper_context context = check_context_of(check, &none);
	if (self->sample.n == 0 || !check->mapper[side]->decode(&context, self->sample.items[0],
								&check->arena, &person, &ignored))
		return (struct str){ NULL, 0 };
	return person.id;
}

/* False: there is nobody to ask for. */
static bool add_target(struct check *check, enum side side, const char *target, struct buf *out)
{
	struct str rest = str_from(target);

	while (rest.len > 0) {
		if (str_starts(rest, STR_LIT(ID))) {
			const struct str id = some_id(check, side);

			if (id.len == 0)
				return false;
			target_escape(out, id);
			rest = str_skip(rest, sizeof(ID) - 1);
		} else if (str_starts(rest, STR_LIT(CATEGORY))) {
			buf_add_z(out, check->config->notes.category);
			rest = str_skip(rest, sizeof(CATEGORY) - 1);
		} else if (str_starts(rest, STR_LIT(WORKSPACE))) {
			target_escape(out, str_from(check->config->users.workspace));
			rest = str_skip(rest, sizeof(WORKSPACE) - 1);
		} else {
			buf_add_char(out, rest.p[0]);
			rest = str_skip(rest, 1);
		}
	}
	return true;
}

static bool build(struct check *check, enum side side, const struct asked *collection,
		  struct request *ret)
{
	const bool query = collection->body != NULL;

	request_init(ret, query ? METHOD_POST : METHOD_GET, REQUEST_READ);
	ret->accept = side == SIDE_PEOPLE ? "application/ld+json" : "application/json";
	if (query) {
		ret->content_type = "application/json";
		buf_add_z(&ret->body, collection->body);
	}
	if (add_target(check, side, collection->target, &ret->target))
		return true;
	request_release(ret);
	return false;
}

/* One thing that a key of the configuration names. */
struct named {
	const char *what;
	const char *key, *value;
	const char *may_not; /* todo for the lack of a right */
};

static bool is_named(const struct config *config, const char *what, struct named *ret)
{
	const struct named rows[] = {
		{ "workspace", "users.workspace", config->users.workspace,
		  "let the token read the object workspaces, or leave users.workspace out" },
		{ "category", "notes.category", config->notes.category,
		  "let the token read categories of notes" },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		*ret = rows[i];
		if (str_equal_z(str_from(what), rows[i].what))
			return true;
	}
	return false;
}

/* An id that is none may be refused like a question that is none, and a right that is missing is no
 * matter of the id. */
static void note_refusal(struct check *check, enum side side, const struct asked *collection,
			 const struct check_answer *answer)
{
	const bool may_not = answer->judgement == JUDGE_AUTH;
	const bool refused = answer->judgement == JUDGE_REJECTED;
	struct finding *finding = check_note_failure(check, side, collection->what, answer);
	struct named named;
	const bool one = is_named(check->config, collection->what, &named);

	if (!may_not && !(one && refused) && answer->judgement != JUDGE_GONE)
		return;
	finding->todo = str_from(one && may_not ? named.may_not : collection->todo);
	if (!one)
		return;
	if (refused)
		finding->code = EXIT_CODE_CONFIG;
	finding->found = arena_format(&check->arena, "%s = \"%s\": %.*s", named.key, named.value,
				      STR_ARG(finding->found));
}

static void check_one(struct check *check, enum side side, const struct asked *collection)
{
	struct check_answer answer;
	struct request request;

	if (check->sides[side].given_up) {
		(void)check_note(check, FINDING_UNCHECKED, side, collection->what, "see above");
	} else if (!build(check, side, collection, &request)) {
		(void)check_note(check, FINDING_UNCHECKED, side, collection->what,
				 "there is nobody yet");
	} else if (check_ask(check, side, &request, CHECK_BODY, &answer)) {
		(void)check_note(check, FINDING_OK, side, collection->what, "can be read");
	} else {
		note_refusal(check, side, collection, &answer);
	}
}

/* ---- Tags ---- */

static bool maps_tags(const struct check *check)
{
	const struct field_table *table = check->context.fields;

	for (size_t i = 0; i < table->n; i++) {
		if (field_is_tags(&table->fields[i]) && table->fields[i].path[SIDE_RECORDS].len > 0)
			return true;
	}
	return false;
}

static void know_tags(struct check *check, const struct members *tags, const struct page_info *info)
{
	check->tags_whole = !info->has_next;
	for (size_t i = 0; i < tags->list.n; i++) {
		const struct member *tag = &tags->list.items[i];

		check->tags_whole =
			titles_add(check->tags, tag->id, tag->title) && check->tags_whole;
	}
	(void)check_note(check, FINDING_OK, SIDE_PEOPLE, "tags", "%s%zu of them",
			 info->has_next ? "more than " : "", titles_count(check->tags));
}

static void check_tags(struct check *check)
{
	struct members tags = { 0 };
	struct check_answer answer;
	struct request request;
	struct page_info info;

	collection_page(check->mapper[SIDE_PEOPLE], COLLECTION_TAGS, 0, &request);
	if (!check_ask(check, SIDE_PEOPLE, &request, CHECK_BODY, &answer)) {
		(void)check_note_failure(check, SIDE_PEOPLE, "tags", &answer);
		return;
	}
	if (!collection_decode(check->mapper[SIDE_PEOPLE], COLLECTION_TAGS, answer.body,
			       &check->arena, &tags, &info, &answer.err)) {
		answer.judgement = JUDGE_MALFORMED;
		(void)check_note_failure(check, SIDE_PEOPLE, "tags", &answer);
	} else {
		know_tags(check, &tags, &info);
	}
	VEC_RELEASE(&tags.list);
}

void check_collections(struct check *check, enum side side)
{
	if (side == SIDE_PEOPLE && maps_tags(check))
		check_tags(check);
	for (size_t i = 0; i < COUNT_OF(asked_for); i++) {
		const struct asked *collection = &asked_for[i];

		if (str_equal_z(str_from(collection->dialect), check->mapper[side]->name) &&
		    collection->needed(check->config))
			check_one(check, side, collection);
	}
}
