/* SPDX-License-Identifier: Apache-2.0 */
#include "core/match.h"

#include "base/buf.h"
#include "base/limits.h"
#include "core/location.h"
#include "core/name.h"

#include <assert.h>

static const char *const kind_names[] = {
	[KEY_MARKER] = "marker",           [KEY_EMAIL] = "email",
	[KEY_LINKEDIN] = "linkedin",       [KEY_PHONE] = "phone",
	[KEY_CUSTOMER_ID] = "customer_id", [KEY_IDENTICAL] = "identical",
};
static_assert(COUNT_OF(kind_names) == KEY_KIND_COUNT, "every kind has a name");

const char *key_kind_name(enum key_kind kind)
{
	return kind_names[kind];
}

bool key_kind_from_name(struct str name, enum key_kind *ret_kind)
{
	for (int kind = 0; kind < KEY_KIND_COUNT; kind++) {
		if (str_equal_z(name, kind_names[kind])) {
			*ret_kind = (enum key_kind)kind;
			return true;
		}
	}
	return false;
}

/* ---- Keys ---- */

struct key_list {
	struct match_key *keys;
	size_t n;
};

static void add_key(struct key_list *list, enum key_kind kind, struct str key)
{
	if (key.len > 0 && list->n < MATCH_KEYS_MAX)
		list->keys[list->n++] = (struct match_key){ kind, key };
}

/* One slot is kept for each kind that has a single key, so that many e-mails don't push them out. */
static void add_elements(struct key_list *list, enum key_kind kind, const struct person *person,
			 int field)
{
	if (field < 0 || !value_is_set(&person->values[field]))
		return;
	const struct value *value = &person->values[field];

	for (uint32_t i = 0; i < value->n && list->n < MATCH_KEYS_MAX - KEY_KIND_COUNT; i++)
		add_key(list, kind, value->items[i].key);
}

/* The words of a name in one order on both sides: given, additional, family. */
static struct str name_words(struct arena *arena, const struct value *name, enum side side)
{
	const struct value parts =
		side == SIDE_RECORDS ? name_to_people(arena, name, NULL, NULL) : *name;

	return arena_format(arena, "%.*s %.*s %.*s", STR_ARG(value_part(&parts, NAME_GIVEN)),
			    STR_ARG(value_part(&parts, NAME_ADDITIONAL)),
			    STR_ARG(value_part(&parts, NAME_FAMILY)));
}

static struct str location_words(struct arena *arena, const struct value *location, enum side side)
{
	const struct value parts =
		side == SIDE_RECORDS ? location_to_people(arena, location) : *location;

	return value_join(arena, &parts, ", ");
}

/* Words without the blanks between them: "van der Berg" split in two ways reads the same. */
static void add_squeezed(struct buf *out, struct str words)
{
	for (size_t i = 0; i < words.len; i++) {
		if (words.p[i] != ' ')
			buf_add_char(out, words.p[i]);
	}
}

/* Order is not content here; a side that holds the primary only is known by that. */
static void add_set(struct buf *out, const struct field *field, const struct value *value,
		    struct arena *arena)
{
	const bool single = field->single[SIDE_RECORDS] || field->single[SIDE_PEOPLE];
	const struct str *keys = value_sorted_keys(arena, value);

	if (single)
		buf_add_str(out, value->items[0].key);
	for (uint32_t i = 0; i < value->n && !single; i++)
		buf_addf(out, "%.*s,", STR_ARG(keys[i]));
}

static void add_identity_of(struct buf *out, const struct field *field, const struct value *value,
			    enum side side, struct arena *arena)
{
	buf_addf(out, "\n%.*s=", STR_ARG(field->name));
	if (field->type == FIELD_NAME)
		add_squeezed(out, name_words(arena, value, side));
	else if (field->type == FIELD_LOCATION)
		add_squeezed(out, location_words(arena, value, side));
	else if (field_shape(field->type) == SHAPE_SET)
		add_set(out, field, value, arena);
	else
		buf_add_str(out, value->items[0].text);
}

/* Of what both sides can have, at least two values make an identity; of somebody who has a name and nothing
 * else it is a doubt, and the key says so by its first letter. */
static struct str identical_key(const struct person *person, const struct field_table *table,
				enum side side, struct arena *arena)
{
	struct buf text;
	size_t n = 0;

	buf_init(&text, LIMIT_IDENTITY_BYTES);
	for (size_t i = 0; i < table->n; i++) {
		if (!value_is_set(&person->values[i]) ||
		    table->fields[i].path[side_other(side)].len == 0)
			continue;
		n++;
		add_identity_of(&text, &table->fields[i], &person->values[i], side, arena);
	}
	struct str key = { NULL, 0 };

	const bool only_name =
		n == 1 && table->name >= 0 && value_is_set(&person->values[table->name]);

	if ((n >= 2 || only_name) && buf_ok(&text)) {
		const struct digest digest = digest_of(buf_str(&text), 0);
		char key_text[1 + 2 * sizeof(digest.bytes)] = { only_name ? MATCH_DOUBTFUL : '=' };

		for (size_t i = 0; i < sizeof(digest.bytes); i++) {
			static const char digits[] = "0123456789abcdef";

			key_text[1 + 2 * i] = digits[digest.bytes[i] >> 4];
			key_text[2 + 2 * i] = digits[digest.bytes[i] & 15];
		}
		key = arena_copy(arena, (struct str){ key_text, sizeof(key_text) });
	}
	buf_release(&text);
	return key;
}

size_t match_keys(const struct person *person, const struct field_table *table, enum side side,
		  struct arena *arena, struct match_key ret_keys[static MATCH_KEYS_MAX])
{
	struct key_list list = { .keys = ret_keys };

	add_key(&list, KEY_MARKER, side == SIDE_RECORDS ? person->id : person->marker);
	add_key(&list, KEY_IDENTICAL, identical_key(person, table, side, arena));
	add_elements(&list, KEY_LINKEDIN, person, table->linkedin);
	add_elements(&list, KEY_CUSTOMER_ID, person, table->customer_id);
	add_elements(&list, KEY_EMAIL, person, table->emails);
	add_elements(&list, KEY_PHONE, person, table->phones);
	return list.n;
}

/* ---- Names ---- */

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* "J." and "j" stand for any word with that first letter. */
static bool word_covers(struct str a, struct str b)
{
	const struct str shorter = a.len <= b.len ? a : b;
	const struct str longer = a.len <= b.len ? b : a;
	const bool initial = shorter.len == 1 || (shorter.len == 2 && shorter.p[1] == '.');

	if (initial)
		return longer.len > 0 && lower(shorter.p[0]) == lower(longer.p[0]);
	return str_equal_nocase(a, b);
}

static bool has_word(struct str words, struct str wanted)
{
	struct str word;

	while (str_cut(&words, ' ', &word)) {
		if (word.len > 0 && word_covers(word, wanted))
			return true;
	}
	return false;
}

static bool all_words_in(struct str few, struct str many)
{
	struct str word;

	while (str_cut(&few, ' ', &word)) {
		if (word.len > 0 && !has_word(many, word))
			return false;
	}
	return true;
}

bool match_names_compatible(const struct person *records, const struct person *people,
			    const struct field_table *table, struct arena *arena)
{
	if (table->name < 0)
		return true;
	const struct value *left = &records->values[table->name];
	const struct value *right = &people->values[table->name];

	if (!value_is_set(left) || !value_is_set(right) || name_agrees(arena, left, right))
		return true;
	const struct str left_words = str_trim(name_words(arena, left, SIDE_RECORDS));
	const struct str right_words = str_trim(name_words(arena, right, SIDE_PEOPLE));

	return all_words_in(left_words, right_words) || all_words_in(right_words, left_words);
}
