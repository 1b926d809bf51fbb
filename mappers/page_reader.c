/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The body of an answer as a state machine over its bytes.
 *
 *   START ─┬─ '{' ─> KEY_OR_END ─> KEY ─> COLON ─> VALUE ─┬─ string, word ──────> LITERAL ─┐
 *          │             ^                                ├─ object, array ─────> NESTED  ─┤
 *          │             └── KEY_NEXT <─ ',' ─ AFTER <────┴─ the records ─┐                │
 *          │                                     ^ │ '}' ─> END           │         AFTER <┘
 *          └─ '[' (a list of its own) ──────────────────────────┐         │
 *                                                               v         v
 *             RECORD_OR_END ─ '{' ─> RECORD ─> RECORD_AFTER ─ ',' ─> RECORD_NEXT ─ '{' ─> RECORD
 *
 * Everything but the records goes to the envelope, which is held and parsed strictly when the root
 * closes; so this machine needs to be exact only about where things begin and end.
 */
#include "mappers/page_reader.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "mappers/json_scan.h"
#include "mappers/json_tree.h"

#include <assert.h>
#include <stdlib.h>

enum state {
	START,
	KEY_OR_END,
	KEY_NEXT,
	KEY,
	COLON,
	VALUE,
	LITERAL,
	NESTED,
	AFTER,
	RECORD_OR_END,
	RECORD_NEXT,
	RECORD,
	RECORD_AFTER,
	END,
	FAILED,
	STATE_COUNT
};

struct page_reader {
	const struct page_shape *shape;
	page_record_fn *on_record;
	void *payload;
	enum state state;
	uint64_t offset;      /* of the first byte of the chunk at hand */
	struct buf envelope;  /* the body so far, with [] for the records */
	size_t key_start;     /* of the key at hand, in the envelope */
	bool quoted, escaped; /* KEY, LITERAL: inside a string, behind a backslash */
	bool root_is_array;
	bool may_say_nothing;  /* an answer that holds nobody is one, too */
	bool single;           /* the records are one object, no array */
	bool have_records;     /* the record key was there */
	uint64_t record_at;    /* where the record at hand began */
	struct json_scan scan; /* RECORD, NESTED */
	struct buf record;     /* a record's bytes from earlier chunks */
	struct page_info info;
	struct error err; /* FAILED: why */
};

/* The chunk at hand. */
struct chunk {
	const char *p;
	size_t len, at;
};

struct page_reader *page_reader_new(const struct mapper *mapper, page_record_fn *on_record,
				    void *payload)
{
	struct page_reader *reader = alloc_zeroed(1, sizeof(*reader));

	reader->shape = mapper->shape;
	reader->on_record = on_record;
	reader->payload = payload;
	reader->info.total = -1;
	/* A record that is the root itself is an envelope as well. */
	buf_init(&reader->envelope, LIMIT_RECORD_BYTES);
	buf_init(&reader->record, LIMIT_RECORD_BYTES);
	return reader;
}

void page_reader_may_say_nothing(struct page_reader *reader)
{
	reader->may_say_nothing = true;
}

void page_reader_free(struct page_reader *reader)
{
	if (reader == NULL)
		return;
	buf_release(&reader->envelope);
	buf_release(&reader->record);
	free(reader);
}

static uint64_t position(const struct page_reader *reader, const struct chunk *chunk)
{
	return reader->offset + chunk->at;
}

static bool fail(struct page_reader *reader, uint64_t at, const char *what)
{
	reader->state = FAILED;
	return error_set(&reader->err, ERR_MALFORMED, "answer at byte %llu: %s",
			 (unsigned long long)at, what);
}

/* Says what is there instead, since this is what an operator sees of a proxy's page. */
static bool fail_start(struct page_reader *reader, const struct chunk *chunk)
{
	return fail(reader, position(reader, chunk),
		    chunk->p[chunk->at] == '<' ? "HTML or XML, not JSON" :
		    chunk->p[chunk->at] == '[' ? "an array where an object is expected" :
						 "neither an object nor an array");
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* Takes what was read since from for the envelope. */
static bool keep(struct page_reader *reader, const struct chunk *chunk, size_t from)
{
	const size_t limit = reader->have_records ? LIMIT_ENVELOPE_BYTES : LIMIT_RECORD_BYTES;
	const size_t room = limit - reader->envelope.len;

	if (chunk->at - from > room)
		return fail(reader, reader->offset + from + room, "too much around the records");
	buf_add(&reader->envelope, chunk->p + from, chunk->at - from);
	return true;
}

/* Takes one byte for the envelope. */
static bool keep_byte(struct page_reader *reader, struct chunk *chunk, enum state next)
{
	chunk->at++;
	reader->state = next;
	return keep(reader, chunk, chunk->at - 1);
}

/* ---- The end of the root ---- */

static bool has_any(struct json_object *root, const char *const keys[], size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (keys[i] != NULL && json_has_key(root, str_from(keys[i])))
			return true;
	}
	return false;
}

static bool read_totals(struct page_reader *reader, struct json_object *root, uint64_t at)
{
	for (size_t i = 0; i < COUNT_OF(reader->shape->totals); i++) {
		const char *path = reader->shape->totals[i];
		struct json_object *node = path != NULL ? json_walk(root, path) : NULL;

		if (node != NULL &&
		    (!json_integer(node, &reader->info.total) || reader->info.total < 0))
			return fail(reader, at, "the announced total is no number");
	}
	for (size_t i = 0; i < COUNT_OF(reader->shape->nexts); i++) {
		const char *path = reader->shape->nexts[i];

		if (path != NULL && json_text_or_empty(json_walk(root, path)).len > 0)
			reader->info.has_next = true;
	}
	return true;
}

static bool is_record(const struct page_reader *reader, struct json_object *root)
{
	const struct page_shape *shape = reader->shape;

	return has_any(root, shape->identity_keys, COUNT_OF(shape->identity_keys)) &&
	       !has_any(root, shape->list_keys, COUNT_OF(shape->list_keys));
}

static bool judge_root(struct page_reader *reader, struct json_object *root, uint64_t at)
{
	if (reader->have_records)
		return read_totals(reader, root, at);
	if (!is_record(reader, root))
		return reader->may_say_nothing || fail(reader, at, "an answer without records");
	reader->info.n_members = 1;
	reader->state = END;
	reader->on_record(reader->payload, buf_str(&reader->envelope));
	return true;
}

static bool end_root(struct page_reader *reader, struct chunk *chunk)
{
	struct json_object *root;
	struct error err;

	if (!keep_byte(reader, chunk, END))
		return false;
	if (!json_parse(buf_str(&reader->envelope), &root, &err))
		return fail(reader, position(reader, chunk), err.msg);
	const bool good = judge_root(reader, root, position(reader, chunk));

	json_object_put(root);
	return good;
}

/* ---- Records ---- */

static bool begin_record(struct page_reader *reader, const struct chunk *chunk)
{
	/* Open around it: the root, and the array of records. */
	const unsigned around = (reader->root_is_array ? 0U : 1U) + (reader->single ? 0U : 1U);

	reader->record_at = position(reader, chunk);
	reader->state = RECORD;
	buf_reset(&reader->record);
	json_scan_init(&reader->scan, LIMIT_JSON_DEPTH - around);
	return true;
}

static bool scan_failed(struct page_reader *reader, uint64_t at, enum json_scan_result result)
{
	return fail(reader, at,
		    result == JSON_SCAN_DEEP ? "nested too deep" : "brackets that do not match");
}

static bool take_record(struct page_reader *reader, struct chunk *chunk)
{
	struct str raw = { chunk->p + chunk->at, 0 };
	const enum json_scan_result result =
		json_scan_feed(&reader->scan, raw.p, chunk->len - chunk->at, &raw.len);

	chunk->at += raw.len;
	if (result == JSON_SCAN_MISMATCH || result == JSON_SCAN_DEEP)
		return scan_failed(reader, position(reader, chunk), result);
	if (reader->record.len + raw.len > LIMIT_RECORD_BYTES)
		return fail(reader, reader->record_at, "a record is too large");
	if (result == JSON_SCAN_MORE) {
		buf_add_str(&reader->record, raw);
		return true;
	}
	if (reader->record.len > 0) {
		buf_add_str(&reader->record, raw);
		raw = buf_str(&reader->record);
	}
	reader->info.n_members++;
	reader->state = reader->single ? AFTER : RECORD_AFTER;
	reader->on_record(reader->payload, raw);
	return true;
}

/* At the bracket that opens the records; the envelope gets an empty list in their place. */
static bool begin_records(struct page_reader *reader, struct chunk *chunk)
{
	reader->have_records = true;
	reader->single = chunk->p[chunk->at] == '{';
	buf_add_z(&reader->envelope, reader->single ? "[]" : "[");
	if (!buf_ok(&reader->envelope) || reader->envelope.len > LIMIT_ENVELOPE_BYTES)
		return fail(reader, position(reader, chunk), "too much around the records");
	if (reader->single)
		return begin_record(reader, chunk);
	chunk->at++;
	reader->state = RECORD_OR_END;
	return true;
}

static bool end_records(struct page_reader *reader, struct chunk *chunk)
{
	return reader->root_is_array ? end_root(reader, chunk) : keep_byte(reader, chunk, AFTER);
}

/* ---- One function a state.  All are called with at least one byte left. ---- */

static bool on_start(struct page_reader *reader, struct chunk *chunk)
{
	const char c = chunk->p[chunk->at];

	if (c == '{')
		return keep_byte(reader, chunk, KEY_OR_END);
	if (c == 'n' && reader->may_say_nothing)
		return keep_byte(reader, chunk, LITERAL);
	if (c != '[' || !reader->shape->root_array)
		return fail_start(reader, chunk);
	reader->root_is_array = true;
	return begin_records(reader, chunk);
}

static bool on_key_start(struct page_reader *reader, struct chunk *chunk)
{
	const char c = chunk->p[chunk->at];

	if (c == '}' && reader->state == KEY_OR_END)
		return end_root(reader, chunk);
	if (c != '"')
		return fail(reader, position(reader, chunk), "a key is missing");
	reader->key_start = reader->envelope.len + 1;
	return keep_byte(reader, chunk, KEY);
}

/* Behind an opening quote: to the closing one. */
static bool take_string(struct page_reader *reader, struct chunk *chunk, enum state next)
{
	const size_t from = chunk->at;

	while (chunk->at < chunk->len) {
		const char c = chunk->p[chunk->at++];

		if (reader->escaped) {
			reader->escaped = false;
		} else if (c == '\\') {
			reader->escaped = true;
		} else if (c == '"') {
			reader->state = next;
			break;
		}
	}
	return keep(reader, chunk, from);
}

static bool on_key(struct page_reader *reader, struct chunk *chunk)
{
	return take_string(reader, chunk, COLON);
}

static bool on_colon(struct page_reader *reader, struct chunk *chunk)
{
	if (chunk->p[chunk->at] != ':')
		return fail(reader, position(reader, chunk), "a colon is missing");
	return keep_byte(reader, chunk, VALUE);
}

static bool is_record_key(const struct page_reader *reader)
{
	const struct str envelope = buf_str(&reader->envelope);
	struct str key = str_skip(envelope, reader->key_start);

	key = str_head(key, str_find(key, '"')); /* a key with an escape is none of ours */
	for (size_t i = 0; i < PAGE_RECORD_KEYS; i++) {
		const char *name = reader->shape->record_keys[i];

		if (name != NULL && str_equal_z(key, name))
			return true;
	}
	return false;
}

static bool on_value(struct page_reader *reader, struct chunk *chunk)
{
	const char c = chunk->p[chunk->at];

	if (is_record_key(reader)) {
		if (reader->have_records)
			return fail(reader, position(reader, chunk), "records stand there twice");
		if (c == '[' || (c == '{' && reader->shape->single))
			return begin_records(reader, chunk);
		if (c != 'n' || !reader->may_say_nothing)
			return fail(reader, position(reader, chunk), "the records are no array");
	}
	if (c == '{' || c == '[') {
		json_scan_init(&reader->scan, LIMIT_JSON_DEPTH - 1);
		reader->state = NESTED;
		return true;
	}
	if (c == ',' || c == '}' || c == ']' || c == ':')
		return fail(reader, position(reader, chunk), "a value is missing");
	reader->quoted = c == '"';
	return keep_byte(reader, chunk, LITERAL);
}

static bool on_literal(struct page_reader *reader, struct chunk *chunk)
{
	if (reader->quoted)
		return take_string(reader, chunk, AFTER);
	const size_t from = chunk->at;

	while (chunk->at < chunk->len && !is_blank(chunk->p[chunk->at]) &&
	       chunk->p[chunk->at] != ',' && chunk->p[chunk->at] != '}')
		chunk->at++;
	if (chunk->at < chunk->len)
		reader->state = AFTER;
	return keep(reader, chunk, from);
}

static bool on_nested(struct page_reader *reader, struct chunk *chunk)
{
	const size_t from = chunk->at;
	size_t taken;
	const enum json_scan_result result =
		json_scan_feed(&reader->scan, chunk->p + from, chunk->len - from, &taken);

	chunk->at += taken;
	if (result == JSON_SCAN_MISMATCH || result == JSON_SCAN_DEEP)
		return scan_failed(reader, position(reader, chunk), result);
	if (result == JSON_SCAN_CLOSED)
		reader->state = AFTER;
	return keep(reader, chunk, from);
}

static bool on_after(struct page_reader *reader, struct chunk *chunk)
{
	const char c = chunk->p[chunk->at];

	if (c == ',')
		return keep_byte(reader, chunk, KEY_NEXT);
	if (c == '}')
		return end_root(reader, chunk);
	return fail(reader, position(reader, chunk), "a comma or bracket is missing");
}

static bool on_record_start(struct page_reader *reader, struct chunk *chunk)
{
	const char c = chunk->p[chunk->at];

	if (c == '{')
		return begin_record(reader, chunk);
	if (c == ']' && reader->state == RECORD_OR_END)
		return end_records(reader, chunk);
	return fail(reader, position(reader, chunk), "a record is no object");
}

static bool on_record_after(struct page_reader *reader, struct chunk *chunk)
{
	const char c = chunk->p[chunk->at];

	if (c == ']')
		return end_records(reader, chunk);
	if (c != ',')
		return fail(reader, position(reader, chunk), "a comma or bracket is missing");
	chunk->at++;
	reader->state = RECORD_NEXT;
	return true;
}

static bool on_end(struct page_reader *reader, struct chunk *chunk)
{
	return fail(reader, position(reader, chunk), "more bytes behind the end");
}

struct state_row {
	bool (*take)(struct page_reader *reader, struct chunk *chunk);
	bool blanks; /* white space is skipped before take is called */
};

static const struct state_row states[] = {
	[START] = { on_start, true },
	[KEY_OR_END] = { on_key_start, true },
	[KEY_NEXT] = { on_key_start, true },
	[KEY] = { on_key, false },
	[COLON] = { on_colon, true },
	[VALUE] = { on_value, true },
	[LITERAL] = { on_literal, false },
	[NESTED] = { on_nested, false },
	[AFTER] = { on_after, true },
	[RECORD_OR_END] = { on_record_start, true },
	[RECORD_NEXT] = { on_record_start, true },
	[RECORD] = { take_record, false },
	[RECORD_AFTER] = { on_record_after, true },
	[END] = { on_end, true },
	[FAILED] = { NULL, false },
};
static_assert(COUNT_OF(states) == STATE_COUNT, "every state has its row");

bool page_reader_feed(struct page_reader *reader, const char *bytes, size_t len, struct error *err)
{
	struct chunk chunk = { bytes, len, 0 };

	while (reader->state != FAILED && chunk.at < chunk.len) {
		const struct state_row *row = &states[reader->state];

		if (row->blanks && is_blank(chunk.p[chunk.at]))
			chunk.at++;
		else if (!row->take(reader, &chunk))
			assert(reader->state == FAILED);
	}
	reader->offset += chunk.at;
	if (reader->state == FAILED)
		*err = reader->err;
	return reader->state != FAILED;
}

bool page_reader_finish(struct page_reader *reader, struct page_info *ret_info, struct error *err)
{
	const bool nothing =
		reader->may_say_nothing &&
		(reader->state == START || str_equal_z(buf_str(&reader->envelope), "null"));

	if (reader->state != END && reader->state != FAILED && !nothing)
		(void)fail(reader, reader->offset,
			   reader->state == START ? "an empty body" : "it is cut off here");
	if (reader->state == FAILED) {
		*err = reader->err;
		return false;
	}
	*ret_info = reader->info;
	return true;
}
