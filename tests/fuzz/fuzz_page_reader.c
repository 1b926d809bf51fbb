/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page reader and the guard against json-c: what they accept together, json-c accepts in its strict
 * mode; the records handed out are the records of json-c's tree; and how the body is cut into chunks
 * changes nothing.  (The other way round does not hold: json-c takes more.)
 *
 * Input: a byte for the mapper, a byte that seeds the chunks, the body.
 */
#include "fuzz.h"

#include "base/limits.h"
#include "base/vec.h"
#include "mappers/json_guard.h"
#include "mappers/page_reader.h"

#include <json-c/json_object.h>
#include <json-c/json_tokener.h>
#include <string.h>

struct outcome {
	bool good;
	struct page_info info;
	struct error err;
	struct arena arena;
	VEC(struct str) records;
};

static void on_record(void *payload, struct str raw)
{
	struct outcome *outcome = payload;

	*VEC_PUSH(&outcome->records) = arena_copy(&outcome->arena, raw);
}

/* Each chunk is a block of its own, so that a read beyond its end is seen. */
static bool feed_copy(struct page_reader *reader, const char *bytes, size_t len, struct error *err)
{
	char *copy = malloc(len);

	FUZZ_CHECK(copy != NULL);
	memcpy(copy, bytes, len);
	const bool good = page_reader_feed(reader, copy, len, err);

	free(copy);
	return good;
}

/* seed 0: in one piece. */
static void read_body(const struct mapper *mapper, struct str body, uint32_t seed,
		      struct outcome *outcome)
{
	*outcome = (struct outcome){ .good = true };
	struct page_reader *reader = page_reader_new(mapper, on_record, outcome);

	for (size_t at = 0; at < body.len && outcome->good;) {
		const size_t left = body.len - at;
		uint32_t random = seed = seed * 1664525U + (seed != 0 ? 1013904223U : 0);

		random = random >> 24 < 200 ? random >> 16 & 15 : random >> 16 & 255;
		const size_t n = seed == 0 || random + 1 > left ? left : random + 1;

		outcome->good = feed_copy(reader, body.p + at, n, &outcome->err);
		at += n;
	}
	outcome->good = outcome->good && page_reader_finish(reader, &outcome->info, &outcome->err);
	page_reader_free(reader);
}

static void release(struct outcome *outcome)
{
	VEC_RELEASE(&outcome->records);
	arena_release(&outcome->arena);
}

static void check_same(const struct outcome *a, const struct outcome *b)
{
	FUZZ_CHECK(a->good == b->good);
	FUZZ_CHECK(a->records.n == b->records.n);
	for (size_t i = 0; i < a->records.n; i++)
		FUZZ_CHECK(str_equal(a->records.items[i], b->records.items[i]));
	if (!a->good) {
		FUZZ_CHECK(a->err.code == ERR_MALFORMED);
		FUZZ_CHECK(strcmp(a->err.msg, b->err.msg) == 0);
		return;
	}
	FUZZ_CHECK(a->info.total == b->info.total);
	FUZZ_CHECK(a->info.n_members == b->info.n_members);
	FUZZ_CHECK(a->info.has_next == b->info.has_next);
	FUZZ_CHECK(a->info.n_members == a->records.n);
}

/* NULL: json-c refuses it. */
static struct json_object *parse(struct str text)
{
	struct json_tokener *tokener = json_tokener_new_ex(LIMIT_JSON_DEPTH + 1);

	FUZZ_CHECK(tokener != NULL);
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	struct json_object *root = json_tokener_parse_ex(tokener, text.p, (int)text.len);
	const bool good = json_tokener_get_error(tokener) == json_tokener_success &&
			  str_trim(str_skip(text, json_tokener_get_parse_end(tokener))).len == 0;

	json_tokener_free(tokener);
	if (good)
		return root;
	json_object_put(root);
	return NULL;
}

static bool all_pass_guard(const struct outcome *outcome)
{
	for (size_t i = 0; i < outcome->records.n; i++) {
		struct error err;

		if (!json_guard(outcome->records.items[i], &err)) {
			FUZZ_CHECK(err.code == ERR_MALFORMED);
			return false;
		}
	}
	return true;
}

static void check_record(struct json_object *want, struct str raw)
{
	struct json_object *have = parse(raw);

	FUZZ_CHECK(have != NULL);
	FUZZ_CHECK(json_object_equal(have, want));
	json_object_put(have);
}

static void check_against_tree(const struct mapper *mapper, struct str body,
			       const struct outcome *outcome)
{
	struct json_object *root = parse(body);
	struct json_object *records = root;

	FUZZ_CHECK(root != NULL);
	for (size_t i = 0; i < PAGE_RECORD_KEYS; i++) {
		struct json_object *found;

		if (mapper->shape->record_keys[i] != NULL &&
		    json_object_is_type(root, json_type_object) &&
		    json_object_object_get_ex(root, mapper->shape->record_keys[i], &found))
			records = found;
	}
	if (json_object_is_type(records, json_type_array)) {
		FUZZ_CHECK(json_object_array_length(records) == outcome->records.n);
		for (size_t i = 0; i < outcome->records.n; i++)
			check_record(json_object_array_get_idx(records, i),
				     outcome->records.items[i]);
	} else {
		FUZZ_CHECK(outcome->records.n == 1);
		check_record(records, outcome->records.items[0]);
	}
	json_object_put(root);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	const struct mapper *mapper = fuzz_mapper(data[0]);
	const struct str body = { (const char *)data + 2, size - 2 };
	struct outcome whole, cut;

	read_body(mapper, body, 0, &whole);
	read_body(mapper, body, data[1] + 1U, &cut);
	check_same(&whole, &cut);
	if (whole.good && all_pass_guard(&whole))
		check_against_tree(mapper, body, &whole);
	release(&whole);
	release(&cut);
	return 0;
}
