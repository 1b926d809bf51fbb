/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All that looks at bytes of a server: decoding of records and notes, judging of answers, the tags, what
 * it says of itself.  Arbitrary bytes give a person that keeps the model's invariants or ERR_MALFORMED; whatever was decoded can be
 * written again as valid JSON, and writing it over itself writes nothing.
 *
 * Input: a byte for the mapper, a byte for the status, the bytes.
 */
#include "fuzz.h"

#include "base/limits.h"
#include "mappers/collections.h"
#include "mappers/json_guard.h"
#include "mappers/json_string.h"
#include "mappers/notes.h"
#include "mappers/schema.h"
#include "mappers/titles.h"

#define MAX_ROWS 32

static struct str view(const char *text)
{
	return str_from(text);
}

/* One row of every type, under names that the fixtures use. */
static size_t fill_rows(struct field rows[MAX_ROWS])
{
	static const struct {
		enum field_type type;
		const char *values, *people;
	} more[] = {
		{ FIELD_NUMBER, "strongest_connection_strength_legacy", "dealSize" },
		{ FIELD_INTEGER, "twitter_follower_count", "totalDeals" },
		{ FIELD_BOOLEAN, "vip", "isTracked" },
		{ FIELD_DATE, "last_contacted", "importedAt" },
		{ FIELD_TIMESTAMP, "last_interaction", "lastSeenAt" },
		{ FIELD_URL, "twitter", "avatarUrl" },
		{ FIELD_SELECT, "strongest_connection_strength", "customerId" },
		{ FIELD_TEXT_SET, "labels", "segments" },
		{ FIELD_REFERENCE, "owner", "owner" },
		{ FIELD_REFERENCE_OF_MANY, "company", "organizations" },
		{ FIELD_REFERENCE_SET, "segments", "segments" },
		{ FIELD_TEXT_SET, "tags", "tags" },
	};
	size_t n = field_defaults(false, MAX_ROWS, rows);

	for (size_t i = 0; i < COUNT_OF(more); i++, n++)
		rows[n] = (struct field){
			.name = view(more[i].values),
			.type = more[i].type,
			.path = { [SIDE_RECORDS] = view(more[i].values),
				  [SIDE_PEOPLE] = view(more[i].people) },
		};
	return n;
}

static bool is_utf8(struct str text)
{
	while (text.len > 0) {
		const size_t step = utf8_sequence(text);

		if (step == 0 || text.p[0] == '\0')
			return false;
		text = str_skip(text, step);
	}
	return true;
}

static void check_value(const struct field *field, const struct value *value, enum side side)
{
	const enum field_shape shape = field_shape(field->type);
	bool any = false;

	if (value->state != VALUE_SET)
		return;
	FUZZ_CHECK(shape != SHAPE_SCALAR || value->n == 1);
	FUZZ_CHECK(shape != SHAPE_PARTS || value->n == field_part_count(field->type));
	FUZZ_CHECK(value->n >= 1);
	for (uint32_t i = 0; i < value->n; i++) {
		const struct item *item = &value->items[i];

		FUZZ_CHECK(is_utf8(item->text) && is_utf8(item->key) && is_utf8(item->extra));
		FUZZ_CHECK(shape == SHAPE_PARTS || item->text.len > 0);
		FUZZ_CHECK(shape != SHAPE_SET || value_find(value, item->key) == i);
		FUZZ_CHECK(side == SIDE_PEOPLE || item->extra.len == 0);
		any = any || item->text.len > 0;
	}
	FUZZ_CHECK(any);
}

static void check_request(struct request *request)
{
	struct error err = { 0 };

	FUZZ_CHECK(buf_ok(&request->target));
	if (buf_ok(&request->body) && request->body.len > 0 &&
	    !json_guard(buf_str(&request->body), &err))
		(void)fprintf(stderr, "%s\n%s\n", err.msg, buf_z(&request->body));
	FUZZ_CHECK(err.code == ERR_OK);
	request_release(request);
}

/* A create is the record that it makes, in another form. */
static void check_echo(const struct mapper *mapper, const struct request *create)
{
	struct arena arena = { 0 };
	struct str raw = { NULL, 0 };
	struct error err;

	FUZZ_CHECK(!buf_ok(&create->body) || mapper_echo(mapper, create, &arena, &raw, &err));
	FUZZ_CHECK(!buf_ok(&create->body) || raw.len > 0);
	arena_release(&arena);
}

static void check_person(const struct mapper *mapper, const struct mapper_context *context,
			 const struct person *person, struct arena *arena)
{
	struct request request;
	struct person nothing;

	person_init(&nothing, arena, context->fields);
	nothing.id = person->id;
	FUZZ_CHECK(person->id.len > 0 && is_utf8(person->id) && is_utf8(person->marker));
	for (size_t i = 0; i < context->fields->n; i++) {
		check_value(&context->fields->fields[i], &person->values[i], mapper->side);
		nothing.values[i] = value_empty();
	}
	mapper->create(context, person, &request);
	check_echo(mapper, &request);
	check_request(&request);
	mapper->update(context, person, person, &request);
	FUZZ_CHECK(request.target.len == 0);
	request_release(&request);
	mapper->update(context, person, &nothing, &request);
	check_request(&request);
	mapper->update(context, &nothing, person, &request);
	check_request(&request);
	mapper->read(context, person->id, &request);
	check_request(&request);
}

static void decode(const struct mapper *mapper, const struct mapper_context *context,
		   struct str raw)
{
	struct arena arena = { 0 };
	struct person person;
	struct error err = { 0 };

	if (mapper->decode(context, raw, &arena, &person, &err)) {
		check_person(mapper, context, &person, &arena);
	} else {
		FUZZ_CHECK(err.code == ERR_MALFORMED);
		FUZZ_CHECK(err.msg[0] != '\0');
	}
	arena_release(&arena);
}

static void judge(const struct mapper *mapper, uint8_t choice, struct str body)
{
	static const int statuses[] = { 200, 400, 401, 404, 409, 410, 422, 429, 500, 302 };
	const struct response response = { .status = statuses[choice % COUNT_OF(statuses)],
					   .content_type = view(choice & 64 ? "text/html" : ""),
					   .body = body };
	struct arena arena = { 0 };
	struct str words = { NULL, 0 };
	const enum judgement judgement = mapper_judge(mapper, &response, &arena, &words);

	FUZZ_CHECK((int)judgement >= 0 && judgement < JUDGE_COUNT);
	FUZZ_CHECK(words.len <= LIMIT_SERVER_WORDS_BYTES && is_utf8(words));
	for (size_t i = 0; i < words.len; i++)
		FUZZ_CHECK((unsigned char)words.p[i] >= 0x20 && words.p[i] != 0x7f);
	arena_release(&arena);
}

/* A note that was understood can be written. */
static void decode_note(const struct mapper *mapper, const struct mapper_context *context,
			struct str raw)
{
	static const bool whole[NOTE_PART_COUNT] = { true, true };
	const struct note_api *api = note_api_find(mapper->side, mapper->name);
	struct arena arena = { 0 };
	struct request request;
	struct note note;
	struct error err = { 0 };

	if (!api->decode(raw, &arena, &note, &err)) {
		FUZZ_CHECK(err.code == ERR_MALFORMED && err.msg[0] != '\0');
	} else {
		FUZZ_CHECK(note.id.len > 0 && is_utf8(note.id) && is_utf8(note.person_id));
		for (int part = 0; part < NOTE_PART_COUNT; part++)
			FUZZ_CHECK(is_utf8(note.part[part]));
		if (api->creates) {
			api->create(context, note.id, &note, "/note_categories/1", &request);
			check_request(&request);
			api->update(context, note.id, &note, whole, &request);
			check_request(&request);
		}
	}
	arena_release(&arena);
}

/* What a side says of itself. */
static void read_schema(struct str bytes)
{
	struct arena arena = { 0 };
	struct schema schema = { 0 };
	struct schema_token token;
	struct schema_filters filters = { 0 };
	struct error err = { 0 };

	if (!schema_attributes_decode(bytes, &arena, &schema, &err) ||
	    !schema_token_decode(bytes, &arena, &token, &err) ||
	    !schema_filters_decode(bytes, &arena, &filters, &err))
		FUZZ_CHECK(err.code == ERR_MALFORMED && err.msg[0] != '\0');
	for (size_t i = 0; i < schema.n; i++)
		FUZZ_CHECK(is_utf8(schema.attributes[i].slug) &&
			   is_utf8(schema.attributes[i].type));
	for (size_t i = 0; i < filters.n; i++)
		FUZZ_CHECK(is_utf8(filters.names[i]));
	arena_release(&arena);
}

static void read_collections(const struct mapper *mapper, struct str bytes)
{
	for (int i = 0; i < COLLECTION_COUNT; i++) {
		struct arena arena = { 0 };
		struct members members[SIDE_COUNT] = { 0 };
		struct page_info info;
		struct error err = { 0 };

		for (int side = 0; side < SIDE_COUNT; side++) {
			if (!collection_decode(mapper, (enum collection)i, bytes, &arena,
					       &members[side], &info, &err))
				FUZZ_CHECK(err.code == ERR_MALFORMED);
		}
		collections_pair((struct members *[]){ &members[0], &members[1] },
				 (struct arena *[]){ &arena, &arena });
		for (int side = 0; side < SIDE_COUNT; side++)
			VEC_RELEASE(&members[side].list);
		arena_release(&arena);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct field rows[MAX_ROWS];
	struct field_table table;

	if (size < 2)
		return 0;
	field_table_init(&table, rows, fill_rows(rows));
	struct mapper_titles *titles = titles_new();
	const struct mapper_context context = {
		.fields = &table,
		.collections = { [COLLECTION_TAGS] = titles,
				 [COLLECTION_ORGANIZATIONS] = titles,
				 [COLLECTION_COMPANIES] = titles,
				 [COLLECTION_USERS] = titles,
				 [COLLECTION_MEMBERS] = titles },
		.object = "people",
		.default_region = "US",
		.email_property = "emailAddresses",
		.email_key = "email",
		.phone_property = "phoneNumbers",
		.phone_key = "phoneNumber",
		.marker = true,
	};
	const struct mapper *mapper = fuzz_mapper(data[0]);
	const struct str bytes = { (const char *)data + 2, size - 2 };

	FUZZ_CHECK(titles_add(titles, STR_LIT("3"), STR_LIT("Prospect")));
	decode(mapper, &context, bytes);
	decode_note(mapper, &context, bytes);
	judge(mapper, data[1], bytes);
	read_collections(mapper, bytes);
	read_schema(bytes);
	titles_free(titles);
	return 0;
}
