/* SPDX-License-Identifier: Apache-2.0 */
/*
 * person: copies, and the stored form.
 *
 * The packed form, all integers little-endian:
 *
 *   u8 version = 1 | i64 created updated archived seen | text id | text marker | u16 n | n fields
 *   field: u64 fingerprint | u8 state | u8 flags (1: invented) | u8 actor | i64 active_from
 *          | u32 n_items | items (only when state is VALUE_SET)
 *   item:  text text | u8 key_differs [text key] | text extra
 *   text:  u32 length | bytes
 */
#include "core/person.h"

#include <assert.h>
#include <string.h>

#define PACK_VERSION 1
#define FLAG_INVENTED 1

void person_init(struct person *person, struct arena *arena, const struct field_table *table)
{
	*person = (struct person){ .values = arena_alloc(arena, table->n, sizeof(struct value)) };
}

struct person person_copy(struct arena *arena, const struct field_table *table,
			  const struct person *person)
{
	struct person copy = *person;

	copy.id = arena_copy(arena, person->id);
	copy.marker = arena_copy(arena, person->marker);
	copy.values = arena_alloc(arena, table->n, sizeof(struct value));
	for (size_t i = 0; i < table->n; i++)
		copy.values[i] = value_copy(arena, &person->values[i]);
	return copy;
}

/* ---- Writing ---- */

static void put_integer(struct buf *out, uint64_t number, size_t n_bytes)
{
	char bytes[8];

	assert(n_bytes <= sizeof(bytes));
	for (size_t i = 0; i < n_bytes; i++)
		bytes[i] = (char)(unsigned char)(number >> (8 * i));
	buf_add(out, bytes, n_bytes);
}

static void put_text(struct buf *out, struct str text)
{
	assert(text.len <= UINT32_MAX);
	put_integer(out, text.len, 4);
	buf_add_str(out, text);
}

static void put_item(struct buf *out, const struct item *item)
{
	const bool key_differs = !str_equal(item->key, item->text);

	put_text(out, item->text);
	put_integer(out, key_differs, 1);
	if (key_differs)
		put_text(out, item->key);
	put_text(out, item->extra);
}

static void put_value(struct buf *out, uint64_t fingerprint, const struct value *value)
{
	put_integer(out, fingerprint, 8);
	put_integer(out, value->state, 1);
	put_integer(out, value->invented ? FLAG_INVENTED : 0, 1);
	put_integer(out, value->actor, 1);
	put_integer(out, (uint64_t)value->active_from, 8);
	if (value->state != VALUE_SET)
		return;
	put_integer(out, value->n, 4);
	for (uint32_t i = 0; i < value->n; i++)
		put_item(out, &value->items[i]);
}

void person_pack(const struct person *person, const struct field_table *table, struct buf *out)
{
	const int64_t times[] = { person->created_at, person->updated_at, person->archived_at,
				  person->seen_at };
	size_t n = 0;

	put_integer(out, PACK_VERSION, 1);
	for (size_t i = 0; i < COUNT_OF(times); i++)
		put_integer(out, (uint64_t)times[i], 8);
	put_text(out, person->id);
	put_text(out, person->marker);
	for (size_t i = 0; i < table->n; i++)
		n += person->values[i].state != VALUE_UNKNOWN;
	put_integer(out, n, 2);
	for (size_t i = 0; i < table->n; i++) {
		if (person->values[i].state != VALUE_UNKNOWN)
			put_value(out, table->fields[i].fingerprint, &person->values[i]);
	}
}

/* ---- Reading ---- */

/* Sticky: after the first short read everything reads as zero and bad stays set. */
struct reader {
	struct str rest;
	struct arena *arena;
	bool bad;
};

static uint64_t get_integer(struct reader *in, size_t n_bytes)
{
	uint64_t number = 0;

	if (in->rest.len < n_bytes) {
		in->bad = true;
		return 0;
	}
	for (size_t i = 0; i < n_bytes; i++)
		number |= (uint64_t)(unsigned char)in->rest.p[i] << (8 * i);
	in->rest = str_skip(in->rest, n_bytes);
	return number;
}

static struct str get_text(struct reader *in)
{
	const size_t len = get_integer(in, 4);

	if (in->bad || in->rest.len < len) {
		in->bad = true;
		return (struct str){ NULL, 0 };
	}
	const struct str view = str_head(in->rest, len);

	in->rest = str_skip(in->rest, len);
	return len > 0 ? arena_copy(in->arena, view) : (struct str){ NULL, 0 };
}

static void get_items(struct reader *in, struct value *value)
{
	const uint32_t n = (uint32_t)get_integer(in, 4);

	/* An item takes nine bytes at least: a damaged count can't ask for more than there is. */
	if (in->bad || n == 0 || n > in->rest.len / 9) {
		in->bad = true;
		return;
	}
	value->n = n;
	value->items = arena_alloc(in->arena, n, sizeof(struct item));
	for (uint32_t i = 0; i < n && !in->bad; i++) {
		struct item *item = &value->items[i];

		item->text = get_text(in);
		item->key = get_integer(in, 1) != 0 ? get_text(in) : item->text;
		item->extra = get_text(in);
	}
}

static struct value get_value(struct reader *in)
{
	struct value value = { 0 };
	const uint64_t state = get_integer(in, 1);

	value.invented = (get_integer(in, 1) & FLAG_INVENTED) != 0;
	const uint64_t actor = get_integer(in, 1);

	value.active_from = (int64_t)get_integer(in, 8);
	if (state >= VALUE_STATE_COUNT || actor >= ACTOR_COUNT) {
		in->bad = true;
		return value;
	}
	value.state = (enum value_state)state;
	value.actor = (enum actor)actor;
	if (value.state == VALUE_SET)
		get_items(in, &value);
	return value;
}

static int find_fingerprint(const struct field_table *table, uint64_t fingerprint, size_t expected)
{
	if (expected < table->n && table->fields[expected].fingerprint == fingerprint)
		return (int)expected;
	for (size_t i = 0; i < table->n; i++) {
		if (table->fields[i].fingerprint == fingerprint)
			return (int)i;
	}
	return -1;
}

bool person_unpack(struct str packed, const struct field_table *table, struct arena *arena,
		   struct person *ret_person, struct error *err)
{
	struct reader in = { .rest = packed, .arena = arena };
	struct person person;
	size_t expected = 0;

	person_init(&person, arena, table);
	if (get_integer(&in, 1) != PACK_VERSION)
		in.bad = true;
	person.created_at = (int64_t)get_integer(&in, 8);
	person.updated_at = (int64_t)get_integer(&in, 8);
	person.archived_at = (int64_t)get_integer(&in, 8);
	person.seen_at = (int64_t)get_integer(&in, 8);
	person.id = get_text(&in);
	person.marker = get_text(&in);
	const size_t n = get_integer(&in, 2);

	for (size_t i = 0; i < n && !in.bad; i++) {
		const uint64_t fingerprint = get_integer(&in, 8);
		const struct value value = get_value(&in);
		const int at = find_fingerprint(table, fingerprint, expected);

		if (at >= 0) {
			person.values[at] = value;
			expected = (size_t)at + 1;
		}
	}
	if (in.bad || in.rest.len > 0)
		return error_set(err, ERR_STORE, "a stored person cannot be read (%zu bytes)",
				 packed.len);
	*ret_person = person;
	return true;
}

/* ---- Digest and label ---- */

/* Sets are digested in a fixed order, so that a server that shuffles them changes nothing; but the
 * primary element of a list of e-mails or phones is content, so it goes first. */
static void digest_set(struct buf *out, const struct field *field, const struct value *value,
		       struct arena *arena)
{
	const struct str *keys = value_sorted_keys(arena, value);

	if (field_has_primary(field->type))
		put_text(out, value->items[0].key);
	for (uint32_t i = 0; i < value->n; i++)
		put_text(out, keys[i]);
}

struct digest person_digest(const struct person *person, const struct field_table *table)
{
	struct arena arena = { 0 };
	struct buf out;

	buf_init(&out, SIZE_MAX / 2);
	put_integer(&out, person->archived_at != 0, 1);
	for (size_t i = 0; i < table->n; i++) {
		const struct value *value = &person->values[i];

		if (value->state == VALUE_UNKNOWN)
			continue;
		put_integer(&out, table->fields[i].fingerprint, 8);
		put_integer(&out, value->state, 1);
		if (value->state != VALUE_SET)
			continue;
		put_integer(&out, value->n, 4);
		if (field_shape(table->fields[i].type) == SHAPE_SET) {
			digest_set(&out, &table->fields[i], value, &arena);
			continue;
		}
		for (uint32_t j = 0; j < value->n; j++)
			put_text(&out, value->items[j].text);
	}
	const struct digest digest = digest_of(buf_str(&out), 0);

	buf_release(&out);
	arena_release(&arena);
	return digest;
}

struct str person_label(struct arena *arena, const struct person *person,
			const struct field_table *table)
{
	struct str label = { NULL, 0 };

	if (table->name >= 0)
		label = field_display(arena, FIELD_NAME, &person->values[table->name]);
	if (label.len > 0)
		return label;
	if (table->emails >= 0 && value_is_set(&person->values[table->emails]))
		return person->values[table->emails].items[0].text;
	return person->id;
}
