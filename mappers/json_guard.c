/* SPDX-License-Identifier: Apache-2.0 */
#include "mappers/json_guard.h"

#include "base/hash.h"
#include "base/limits.h"
#include "base/vec.h"
#include "mappers/json_string.h"

#include <stdlib.h>
#include <string.h>

/* Keys of one object up to this many are compared one with another as they come; a larger object's are
 * sorted when it closes. */
#define LINEAR_KEYS 16

struct key {
	uint64_t hash;  /* of the decoded key */
	struct str raw; /* between the quotes */
};

struct guard {
	struct str text;
	size_t at;
	VEC(struct key) keys;                   /* of all open objects */
	size_t first_key[LIMIT_JSON_DEPTH + 1]; /* of the object that is open at this depth */
	bool object[LIMIT_JSON_DEPTH + 1];
	unsigned depth;
	struct error *err;
};

static bool fail(struct guard *guard, size_t at, const char *reason)
{
	return error_set(guard->err, ERR_MALFORMED, "not valid JSON at byte %zu: %s", at, reason);
}

static void skip_blanks(struct guard *guard)
{
	const struct str t = guard->text;

	while (guard->at < t.len && (t.p[guard->at] == ' ' || t.p[guard->at] == '\n' ||
				     t.p[guard->at] == '\r' || t.p[guard->at] == '\t'))
		guard->at++;
}

/* The next byte, or NUL at the end (a raw NUL is an error wherever it may stand). */
static char peek(const struct guard *guard)
{
	return guard->at < guard->text.len ? guard->text.p[guard->at] : '\0';
}

static bool string(struct guard *guard, struct str *ret_raw)
{
	const size_t start = guard->at;
	const char *reason;
	size_t taken;

	if (!json_string_check(str_skip(guard->text, start), &taken, &reason))
		return fail(guard, start + taken, reason);
	if (taken - 2 > LIMIT_JSON_STRING_BYTES)
		return fail(guard, start, "a string is too long");
	guard->at = start + taken;
	*ret_raw = (struct str){ guard->text.p + start + 1, taken - 2 };
	return true;
}

static size_t digits(struct guard *guard)
{
	const size_t start = guard->at;

	while (peek(guard) >= '0' && peek(guard) <= '9')
		guard->at++;
	return guard->at - start;
}

static bool within_int64(struct str text)
{
	const bool negative = text.p[0] == '-';
	uint64_t number;
	const uint64_t max = (uint64_t)INT64_MAX + (negative ? 1 : 0);

	return str_to_u64(str_skip(text, negative ? 1 : 0), max, &number);
}

static bool number(struct guard *guard)
{
	const size_t start = guard->at;
	bool integer = true;

	if (peek(guard) == '-')
		guard->at++;
	const char first = peek(guard);
	const size_t n = digits(guard);

	if (n == 0 || (n > 1 && first == '0'))
		return fail(guard, start, "a number is malformed");
	if (peek(guard) == '.') {
		integer = false;
		guard->at++;
		if (digits(guard) == 0)
			return fail(guard, start, "a number is malformed");
	}
	if (peek(guard) == 'e' || peek(guard) == 'E') {
		integer = false;
		guard->at++;
		if (peek(guard) == '+' || peek(guard) == '-')
			guard->at++;
		if (digits(guard) == 0)
			return fail(guard, start, "a number is malformed");
	}
	const struct str text = { guard->text.p + start, guard->at - start };

	if (text.len > LIMIT_JSON_NUMBER_BYTES)
		return fail(guard, start, "a number is too long");
	if (integer && !within_int64(text))
		return fail(guard, start, "an integer is beyond 64 bits");
	return true;
}

static bool word(struct guard *guard, const char *expected)
{
	const struct str rest = str_skip(guard->text, guard->at);

	if (!str_starts(rest, str_from(expected)))
		return fail(guard, guard->at, "neither a value nor a bracket");
	guard->at += strlen(expected);
	return true;
}

/* ---- Keys ---- */

static uint64_t key_hash(struct str raw)
{
	if (str_find(raw, '\\') == raw.len)
		return hash64(raw, 0);
	struct arena arena = { 0 };
	const uint64_t hash = hash64(json_string_decode(&arena, raw), 0);

	arena_release(&arena);
	return hash;
}

static bool same_key(const struct key *a, const struct key *b)
{
	if (a->hash != b->hash)
		return false;
	struct arena arena = { 0 };
	const bool same =
		str_equal(json_string_decode(&arena, a->raw), json_string_decode(&arena, b->raw));

	arena_release(&arena);
	return same;
}

static bool key(struct guard *guard)
{
	const size_t start = guard->at;
	const size_t first = guard->first_key[guard->depth];
	struct str raw = { NULL, 0 };

	if (peek(guard) != '"')
		return fail(guard, start, "a key is missing");
	if (!string(guard, &raw))
		return false;
	if (guard->keys.n - first == LIMIT_JSON_MEMBERS)
		return fail(guard, start, "an object has too many members");
	const struct key added = { key_hash(raw), raw };

	if (guard->keys.n - first < LINEAR_KEYS) {
		for (size_t i = first; i < guard->keys.n; i++) {
			if (same_key(&guard->keys.items[i], &added))
				return fail(guard, start, "a key stands twice in one object");
		}
	}
	*VEC_PUSH(&guard->keys) = added;
	skip_blanks(guard);
	if (peek(guard) != ':')
		return fail(guard, guard->at, "a colon is missing");
	guard->at++;
	return true;
}

static int compare_hashes(const void *a, const void *b)
{
	const struct key *x = a;
	const struct key *y = b;

	return x->hash < y->hash ? -1 : x->hash > y->hash;
}

static bool keys_distinct(struct guard *guard)
{
	const size_t first = guard->first_key[guard->depth];
	const size_t n = guard->keys.n - first;

	if (n <= LINEAR_KEYS)
		return true;
	struct key *keys = guard->keys.items + first;

	qsort(keys, n, sizeof(*keys), compare_hashes);
	for (size_t i = 1; i < n; i++) {
		for (size_t j = i; j > 0 && keys[j - 1].hash == keys[i].hash; j--) {
			if (same_key(&keys[j - 1], &keys[i]))
				return fail(guard, guard->at,
					    "a key stands twice in the object that ends here");
		}
	}
	return true;
}

/* ---- Structure: a loop with its own stack ---- */

static bool open_container(struct guard *guard)
{
	if (guard->depth == LIMIT_JSON_DEPTH)
		return fail(guard, guard->at, "nested too deep");
	guard->depth++;
	guard->object[guard->depth] = peek(guard) == '{';
	guard->first_key[guard->depth] = guard->keys.n;
	guard->at++;
	return true;
}

static bool close_container(struct guard *guard)
{
	if (guard->object[guard->depth] && !keys_distinct(guard))
		return false;
	guard->keys.n = guard->first_key[guard->depth];
	guard->depth--;
	guard->at++;
	return true;
}

static char closer(const struct guard *guard)
{
	return guard->object[guard->depth] ? '}' : ']';
}

/* A value that is no container, or the opening of one; *ret_opened: it is one, and it isn't empty. */
static bool value(struct guard *guard, bool *ret_opened)
{
	struct str raw;

	*ret_opened = false;
	switch (peek(guard)) {
	case '"':
		return string(guard, &raw);
	case '{':
	case '[':
		if (!open_container(guard))
			return false;
		skip_blanks(guard);
		*ret_opened = peek(guard) != closer(guard);
		return *ret_opened || close_container(guard);
	case 't':
		return word(guard, "true");
	case 'f':
		return word(guard, "false");
	case 'n':
		return word(guard, "null");
	default:
		break;
	}
	if (peek(guard) == '-' || (peek(guard) >= '0' && peek(guard) <= '9'))
		return number(guard);
	return fail(guard, guard->at,
		    guard->at < guard->text.len ? "neither a value nor a bracket" : "it ends here");
}

/* Behind a value: closes what ends here.  *ret_more: another member follows. */
static bool after_value(struct guard *guard, bool *ret_more)
{
	while (guard->depth > 0) {
		skip_blanks(guard);
		if (peek(guard) == ',') {
			guard->at++;
			*ret_more = true;
			return true;
		}
		if (peek(guard) != closer(guard))
			return fail(guard, guard->at,
				    guard->at < guard->text.len ? "a comma or bracket is missing" :
								  "it ends here");
		if (!close_container(guard))
			return false;
	}
	*ret_more = false;
	return true;
}

static bool walk(struct guard *guard)
{
	for (bool more = true; more;) {
		bool opened;

		skip_blanks(guard);
		if (guard->depth > 0 && guard->object[guard->depth]) {
			if (!key(guard))
				return false;
			skip_blanks(guard);
		}
		if (!value(guard, &opened))
			return false;
		if (!opened && !after_value(guard, &more))
			return false;
	}
	skip_blanks(guard);
	if (guard->at != guard->text.len)
		return fail(guard, guard->at, "more bytes behind the end");
	return true;
}

bool json_guard(struct str text, struct error *err)
{
	struct guard guard = { .text = text, .err = err };
	const bool good = walk(&guard);

	VEC_RELEASE(&guard.keys);
	return good;
}
