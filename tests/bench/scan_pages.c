/* SPDX-License-Identifier: Apache-2.0 */
#include "scan_pages.h"

#include "scan_custom.h"

#include <json-c/json.h>

#include <assert.h>
#include <stdio.h>

#define PAGE_BYTES_MAX ((size_t)64 * 1024 * 1024)
#define TEXT_BYTES 160

struct example {
	const char *name, *dialect;
	const char *file;
	const char *record; /* JSON pointer to the record in the file */
	unsigned page_size;
	const char *before, *behind; /* of the records of a page; "%u": the number of persons */
	int flags;                   /* how this server writes JSON */
};

static const struct example records_examples[] = {
	[RECORD_VALUES] = { "values", "values", "values_update_answer.json", "/data", 500,
			    "{\"data\":[", "]}", JSON_C_TO_STRING_NOSLASHESCAPE },
	[RECORD_VALUES_HALF] = { "values, half empty", "values", "values_update_answer.json",
				 "/data", 500, "{\"data\":[", "]}",
				 JSON_C_TO_STRING_NOSLASHESCAPE },
	[RECORD_ATTRIBUTES] = { "attributes", "attributes", "attributes_list_answer.json",
				"/data/0", 100, "{\"data\":[",
				"],\"meta\":{\"page\":1,\"pageSize\":100,\"total\":%u}}",
				JSON_C_TO_STRING_NOSLASHESCAPE },
};
static_assert(COUNT_OF(records_examples) == RECORD_SHAPE_COUNT, "every shape has an example");

static const struct example people_example = {
	"people",
	"",
	"people_list_answer.json",
	"/member/0",
	30,
	"{\"@context\":\"\\/contexts\\/Person\",\"@id\":\"\\/people\",\"@type\":\"Collection\",\"member\":[",
	"],\"totalItems\":%u,\"view\":{\"@id\":\"\\/people?page=1\",\"@type\":\"PartialCollectionView\","
	"\"next\":\"\\/people?page=2\"}}",
	JSON_C_TO_STRING_PLAIN,
};

void bench_fail(const char *what, const struct error *err)
{
	(void)fprintf(stderr, "bench: %s%s%s\n", what, err != NULL ? ": " : "",
		      err != NULL ? err->msg : "");
	exit(EXIT_FAILURE); /* NOLINT(concurrency-mt-unsafe): one thread */
}

const char *record_shape_name(enum record_shape shape)
{
	return records_examples[shape].name;
}

const char *record_shape_dialect(enum record_shape shape)
{
	return records_examples[shape].dialect;
}

static struct json_object *at(struct json_object *root, const char *pointer)
{
	struct json_object *node;

	if (json_pointer_get(root, pointer, &node) != 0)
		bench_fail(pointer, NULL);
	return node;
}

/* Replaces a text that is there. */
static void put(struct json_object *root, const char *pointer, const char *text)
{
	(void)json_object_set_string(at(root, pointer), text);
}

/* All but the e-mail addresses, which make the pairs. */
static void empty_every_second(struct json_object *values)
{
	bool second = false;

	json_object_object_foreach(values, name, value)
	{
		if (second && !str_equal_z(str_from(name), "email_addresses"))
			(void)json_object_array_del_idx(value, 0, json_object_array_length(value));
		second = !second;
	}
}

/* What identifies a person on either side, so that none is equal to another. */
struct identity {
	char id[64], email[64], linkedin[64], phone[32];
};

static void identify(struct identity *who, unsigned i, enum side side)
{
	/* Ids are in no order that persons come in. */
	const unsigned scattered = i * 2654435761U;

	(void)snprintf(who->id, sizeof(who->id), "%08x-1c1f-4f5b-9a53-%04x%08x", scattered,
		       side == SIDE_PEOPLE ? 0x9eU : 0xacU, i);
	(void)snprintf(who->email, sizeof(who->email), "john-smith.%u@attio.com", i);
	(void)snprintf(who->linkedin, sizeof(who->linkedin), "https://linkedin.com/in/johnsmith-%u",
		       i);
	(void)snprintf(who->phone, sizeof(who->phone), "+1202%07u", i % 10000000);
}

static void identify_values(struct json_object *record, const struct identity *who)
{
	struct json_object *linkedin = at(record, "/values/linkedin");

	put(record, "/id/record_id", who->id);
	put(record, "/values/email_addresses/0/original_email_address", who->email);
	put(record, "/values/email_addresses/0/email_address", who->email);
	if (json_object_array_length(linkedin) > 0)
		put(record, "/values/linkedin/0/value", who->linkedin);
}

static void identify_attributes(struct json_object *record, const struct identity *who)
{
	put(record, "/id", who->id);
	put(record, "/attributes/email", who->email);
	put(record, "/attributes/phone", who->phone);
	put(record, "/attributes/linkedin_url", who->linkedin);
}

/* Nested ids are the server's whim: others in every answer. */
static void identify_person(struct json_object *record, const struct identity *who)
{
	char text[TEXT_BYTES];

	(void)snprintf(text, sizeof(text), "/people/%s", who->id);
	put(record, "/@id", text);
	put(record, "/id", who->id);
	put(record, "/linkedinId", who->linkedin);
	put(record, "/emailAddresses/0/email", who->email);
	(void)snprintf(text, sizeof(text), "second.%s", who->email);
	put(record, "/emailAddresses/1/email", text);
	(void)snprintf(text, sizeof(text), "/.well-known/genid/%.13s", who->id);
	put(record, "/emailAddresses/0/@id", text);
	put(record, "/phoneNumbers/0/@id", text);
	json_object_object_del(record, "externalSource");
}

static struct buf *begin_page(struct pages *pages, const struct example *example)
{
	struct buf *page = VEC_PUSH(&pages->list);

	buf_init(page, PAGE_BYTES_MAX);
	buf_add_z(page, example->before);
	return page;
}

static void end_page(struct pages *pages, struct buf *page, const struct example *example)
{
	char behind[TEXT_BYTES];

	/* The example's own text, not a stranger's. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	(void)snprintf(behind, sizeof(behind), example->behind, pages->n_records);
#pragma GCC diagnostic pop
	buf_add_z(page, behind);
	if (!buf_ok(page))
		bench_fail("a page is too large", NULL);
	pages->bytes += page->len;
}

static void add_records(struct pages *pages, const struct example *example, enum side side,
			struct json_object *record)
{
	struct buf *page = NULL;
	struct identity who;

	for (unsigned i = 0; i < pages->n_records; i++) {
		identify(&who, i, side);
		if (side == SIDE_PEOPLE)
			identify_person(record, &who);
		else if (example == &records_examples[RECORD_ATTRIBUTES])
			identify_attributes(record, &who);
		else
			identify_values(record, &who);
		if (page == NULL)
			page = begin_page(pages, example);
		else
			buf_add_char(page, ',');
		buf_add_z(page, json_object_to_json_string_ext(record, example->flags));
		if (i % example->page_size == example->page_size - 1 || i == pages->n_records - 1) {
			end_page(pages, page, example);
			page = NULL;
		}
	}
}

static void make(struct pages *pages, enum side side, enum record_shape shape, unsigned n,
		 bool custom)
{
	const struct example *example =
		side == SIDE_RECORDS ? &records_examples[shape] : &people_example;
	char path[sizeof(TEST_DATA) + TEXT_BYTES];

	*pages = (struct pages){ .n_records = n };
	(void)snprintf(path, sizeof(path), TEST_DATA "/api/%s", example->file);
	struct json_object *root = json_object_from_file(path);

	if (root == NULL)
		bench_fail(json_util_get_last_err(), NULL);
	struct json_object *record = at(root, example->record);

	if (side == SIDE_RECORDS && shape == RECORD_VALUES_HALF)
		empty_every_second(at(record, "/values"));
	if (custom)
		custom_values(record, side, shape);
	add_records(pages, example, side, record);
	json_object_put(root);
}

void pages_make(struct pages *pages, enum side side, enum record_shape shape, unsigned n)
{
	make(pages, side, shape, n, false);
}

void pages_make_custom(struct pages *pages, enum side side, enum record_shape shape, unsigned n)
{
	make(pages, side, shape, n, true);
}

void pages_release(struct pages *pages)
{
	for (size_t i = 0; i < pages->list.n; i++)
		buf_release(&pages->list.items[i]);
	VEC_RELEASE(&pages->list);
}
