/* SPDX-License-Identifier: Apache-2.0 */
/*
 * marks: what is left of persons who were forgotten: keyed hashes that tell them when they are met again.
 */
#include "state/forget.h"

#include "state/store_p.h"

#include <assert.h>
#include <errno.h>
#include <nettle/hmac.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#define KEY_NAME "forget_key"

/* What a mark is of: no id has the mark of an e-mail. */
enum mark_of { MARK_ID, MARK_KEY };

/* ---- The key ---- */

static bool take_key(struct store *store, struct str text, struct error *err)
{
	for (size_t i = 0; i < MARK_KEY_BYTES; i++) {
		static const char digits[] = "0123456789abcdef";
		const char *high = text.len == 2 * MARK_KEY_BYTES ?
					   memchr(digits, text.p[2 * i], sizeof(digits) - 1) :
					   NULL;
		const char *low =
			high != NULL ? memchr(digits, text.p[2 * i + 1], sizeof(digits) - 1) : NULL;

		if (low == NULL)
			return sum_fail(store, "the key of forgotten persons, row", 1, err);
		store->marks.key[i] = (char)(unsigned char)((high - digits) << 4 | (low - digits));
	}
	store->marks.any = true;
	return true;
}

/* Once: nobody else writes to the state. */
static bool read_key(struct store *store, struct error *err)
{
	struct arena arena = { 0 };
	struct str text;
	bool ok = true;

	if (store->marks.read)
		return true;
	store->marks.any = false;
	ok = store_meta_get(store, KEY_NAME, &arena, &text, err) &&
	     (text.len == 0 || take_key(store, text, err));
	arena_release(&arena);
	store->marks.read = ok;
	return ok;
}

bool marks_any(struct store *store, bool *ret_any, struct error *err)
{
	if (!read_key(store, err))
		return false;
	*ret_any = store->marks.any;
	return true;
}

bool marks_make_key(struct store *store, struct error *err)
{
	char text[2 * MARK_KEY_BYTES + 1];
	unsigned char key[MARK_KEY_BYTES];

	if (!read_key(store, err))
		return false;
	if (store->marks.any)
		return true;
	if (getrandom(key, sizeof(key), 0) != (ssize_t)sizeof(key))
		return error_set(err, ERR_INTERNAL, "no random numbers: %s", system_words(errno));
	for (size_t i = 0; i < sizeof(key); i++)
		(void)snprintf(text + 2 * i, 3, "%02x", key[i]);
	return store_meta_set(store, KEY_NAME, str_from(text), err) &&
	       take_key(store, str_from(text), err);
}

void marks_read_again(struct store *store)
{
	store->marks.read = false;
}

/* ---- Marks ---- */

static struct digest mark(struct store *store, enum mark_of of, int64_t which, struct str text)
{
	struct hmac_sha256_ctx hmac;
	struct digest digest;

	sum_start(store);
	sum_int(store, of);
	sum_int(store, which);
	sum_str(store, text);
	const struct str said = buf_str(&store->sum);

	hmac_sha256_set_key(&hmac, MARK_KEY_BYTES, (const uint8_t *)store->marks.key);
	hmac_sha256_update(&hmac, said.len, (const uint8_t *)said.p);
	static_assert(sizeof(digest.bytes) <= SHA256_DIGEST_SIZE, "its first half");
	hmac_sha256_digest(&hmac, sizeof(digest.bytes), digest.bytes);
	return digest;
}

bool marks_put_id(struct store *store, enum side side, struct str id, int64_t generation,
		  int64_t now, struct error *err)
{
	const struct digest digest = mark(store, MARK_ID, side, id);
	struct sql_call call = sql_call(
		&store->sql,
		"INSERT OR IGNORE INTO forgotten(mark, side, generation, at) VALUES(?, ?, ?, ?)");

	sql_bind_digest(&call, &digest);
	sql_bind_int(&call, side);
	sql_bind_int(&call, generation);
	sql_bind_int(&call, now);
	return sql_run(&call, err);
}

bool marks_put_key(struct store *store, const struct match_key *key, struct error *err)
{
	const struct digest digest = mark(store, MARK_KEY, key->kind, key->key);
	struct sql_call call =
		sql_call(&store->sql, "INSERT OR IGNORE INTO forgotten_key(mark) VALUES(?)");

	sql_bind_digest(&call, &digest);
	return sql_run(&call, err);
}

bool marks_have_key(struct store *store, const struct match_key *key, bool *ret_marked,
		    struct error *err)
{
	struct digest digest;

	*ret_marked = false;
	if (!read_key(store, err))
		return false;
	if (!store->marks.any)
		return true;
	digest = mark(store, MARK_KEY, key->kind, key->key);
	struct sql_call call = sql_call(&store->sql, "SELECT 1 FROM forgotten_key WHERE mark = ?");

	sql_bind_digest(&call, &digest);
	return sql_found(&call, ret_marked, err);
}

bool store_forgotten_at(struct store *store, enum side side, struct str id, int64_t *ret_at,
			struct error *err)
{
	struct digest digest;
	bool found;

	*ret_at = 0;
	if (!read_key(store, err))
		return false;
	if (!store->marks.any)
		return true;
	digest = mark(store, MARK_ID, side, id);
	struct sql_call call = sql_call(&store->sql, "SELECT at FROM forgotten WHERE mark = ?");

	sql_bind_digest(&call, &digest);
	if (!sql_row(&call, &found, err))
		return false;
	if (found)
		*ret_at = sql_int(&call, 0);
	sql_end(&call);
	return true;
}

bool mark_is_lasting(enum key_kind kind)
{
	return kind == KEY_MARKER || kind == KEY_EMAIL || kind == KEY_LINKEDIN;
}

bool marks_meet(struct store *store, enum side side, struct str id, int64_t generation,
		const struct match_key *keys, size_t n_keys, bool *ret_forgotten, struct error *err)
{
	int64_t at;

	if (!store_forgotten_at(store, side, id, &at, err))
		return false;
	*ret_forgotten = at != 0;
	if (at == 0)
		return true;
	/* Its e-mail may be another one by now. */
	for (size_t i = 0; i < n_keys; i++) {
		if (mark_is_lasting(keys[i].kind) && !marks_put_key(store, &keys[i], err))
			return false;
	}
	if (generation == 0)
		return true;
	const struct digest digest = mark(store, MARK_ID, side, id);
	struct sql_call call =
		sql_call(&store->sql, "UPDATE forgotten SET generation = ? WHERE mark = ?");

	sql_bind_int(&call, generation);
	sql_bind_digest(&call, &digest);
	return sql_run(&call, err);
}
