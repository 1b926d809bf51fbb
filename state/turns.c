/* SPDX-License-Identifier: Apache-2.0 */
#include "state/turns.h"

#include "state/store_p.h"

/* The columns behind `side`, in their order; was_unreadable and the like are 0 or 1. */
#define TURN_NUMBERS 25

static void to_numbers(const struct turn *turn, int64_t numbers[static TURN_NUMBERS])
{
	const struct scan_position *at = &turn->at;
	const int64_t all[TURN_NUMBERS] = {
		turn->generation,
		(int64_t)turn->mark,
		turn->cycle,
		turn->end,
		(int64_t)turn->n_distinct,
		(int64_t)turn->n_unreadable,
		turn->was_unreadable,
		turn->asked,
		turn->n_waits,
		turn->n_asks,
		turn->unasked,
		turn->newest,
		at->page_size,
		at->next_number,
		at->n_repeats,
		(int64_t)at->next_offset,
		(int64_t)at->n_pages,
		(int64_t)at->n_read,
		(int64_t)at->n_first,
		(int64_t)at->first_content,
		(int64_t)at->last_content,
		at->total,
		at->twice,
		at->first_answered,
		at->order,
	};

	for (size_t i = 0; i < TURN_NUMBERS; i++)
		numbers[i] = all[i];
}

static struct turn from_numbers(const int64_t n[static TURN_NUMBERS])
{
	return (struct turn){
		.generation = n[0],
		.mark = (uint64_t)n[1],
		.cycle = n[2],
		.end = (enum turn_end)n[3],
		.n_distinct = (uint64_t)n[4],
		.n_unreadable = (uint64_t)n[5],
		.was_unreadable = n[6] != 0,
		.asked = n[7],
		.n_waits = (uint32_t)n[8],
		.n_asks = (uint32_t)n[9],
		.unasked = n[10] != 0,
		.newest = n[11],
		.at = { .page_size = (uint32_t)n[12],
			.next_number = (uint32_t)n[13],
			.n_repeats = (uint32_t)n[14],
			.next_offset = (uint64_t)n[15],
			.n_pages = (uint64_t)n[16],
			.n_read = (uint64_t)n[17],
			.n_first = (uint64_t)n[18],
			.first_content = (uint64_t)n[19],
			.last_content = (uint64_t)n[20],
			.total = n[21],
			.twice = n[22] != 0,
			.first_answered = n[23] != 0,
			.order = (enum scan_order)n[24] },
	};
}

static int64_t sum_of(struct store *store, enum side side,
		      const int64_t numbers[static TURN_NUMBERS])
{
	sum_start(store);
	sum_int(store, side);
	for (size_t i = 0; i < TURN_NUMBERS; i++)
		sum_int(store, numbers[i]);
	return sum_end(store, SUM_TURN);
}

bool store_turn_get(struct store *store, enum side side, struct turn *ret_turn, struct error *err)
{
	int64_t numbers[TURN_NUMBERS];
	bool found;
	struct sql_call call = sql_call(
		&store->sql,
		"SELECT t.generation, mark, cycle, ended, n_distinct, n_unreadable, was_unreadable, "
		"asked, n_waits, n_asks, unasked, newest, page_size, next_number, n_repeats, next_offset, n_pages, "
		"n_read, n_first, "
		"first_content, last_content, total, twice, first_answered, list_order, sum, "
		"coalesce(s.started_at, 0) FROM turn t LEFT JOIN scan s ON s.side = t.side "
		"AND s.generation = t.generation WHERE t.side = ?");

	*ret_turn = (struct turn){ 0 };
	sql_bind_int(&call, side);
	if (!sql_row(&call, &found, err))
		return false;
	if (!found)
		return true;
	for (int i = 0; i < TURN_NUMBERS; i++)
		numbers[i] = sql_int(&call, i);
	const int64_t sum = sql_int(&call, TURN_NUMBERS);
	const int64_t started_at = sql_int(&call, TURN_NUMBERS + 1);

	sql_end(&call);
	if (sum != sum_of(store, side, numbers))
		return sum_fail(store, "turn of side", side, err);
	*ret_turn = from_numbers(numbers);
	ret_turn->started_at = started_at;
	return true;
}

bool store_turn_put(struct store *store, enum side side, const struct turn *turn, struct error *err)
{
	int64_t numbers[TURN_NUMBERS];
	struct sql_call call = sql_call(
		&store->sql,
		"INSERT OR REPLACE INTO turn(side, generation, mark, cycle, ended, n_distinct, "
		"n_unreadable, was_unreadable, asked, n_waits, n_asks, unasked, newest, page_size, next_number, n_repeats, "
		"next_offset, n_pages, n_read, n_first, first_content, last_content, total, "
		"twice, first_answered, list_order, sum) "
		"VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");

	to_numbers(turn, numbers);
	sql_bind_int(&call, side);
	for (size_t i = 0; i < TURN_NUMBERS; i++)
		sql_bind_int(&call, numbers[i]);
	sql_bind_int(&call, sum_of(store, side, numbers));
	return sql_run(&call, err);
}

bool store_turn_drop(struct store *store, enum side side, struct error *err)
{
	struct sql_call call = sql_call(&store->sql, "DELETE FROM turn WHERE side = ?");

	sql_bind_int(&call, side);
	return sql_run(&call, err);
}

bool store_known_get(struct store *store, enum side side, uint64_t mark, int64_t *ret_generation,
		     struct error *err)
{
	bool found;
	struct sql_call call =
		sql_call(&store->sql, "SELECT generation FROM known WHERE side = ? AND mark = ?");

	sql_bind_int(&call, side);
	sql_bind_int(&call, (int64_t)mark);
	if (!sql_row(&call, &found, err))
		return false;
	*ret_generation = found ? sql_int(&call, 0) : 0;
	sql_end(&call);
	return true;
}

bool store_known_set(struct store *store, enum side side, int64_t generation, uint64_t mark,
		     struct error *err)
{
	struct sql_call call =
		sql_call(&store->sql,
			 "INSERT OR REPLACE INTO known(side, generation, mark) VALUES(?, ?, ?)");

	sql_bind_int(&call, side);
	sql_bind_int(&call, generation);
	sql_bind_int(&call, (int64_t)mark);
	if (!sql_run(&call, err))
		return false;
	call = sql_call(&store->sql, "DELETE FROM gap WHERE side = ? AND generation <= ?");
	sql_bind_int(&call, side);
	sql_bind_int(&call, generation);
	return sql_run(&call, err);
}

bool store_person_count(struct store *store, enum side side, int64_t *ret_n, struct error *err)
{
	return store_number(store, "SELECT count(*) FROM person WHERE side = ?", side, ret_n, err);
}

bool store_person_listed(struct store *store, enum side side, struct str id, int64_t generation,
			 bool *ret_listed, struct error *err)
{
	struct sql_call call = sql_call(&store->sql, "SELECT 1 FROM person WHERE side = ? "
						     "AND id = ? AND generation < ? "
						     "AND raw IS NOT NULL");

	sql_bind_int(&call, side);
	sql_bind_text(&call, id);
	sql_bind_int(&call, generation);
	return sql_found(&call, ret_listed, err);
}

bool store_raw_listed(struct store *store, enum side side, const struct digest *raw,
		      int64_t generation, bool *ret_listed, struct error *err)
{
	struct sql_call call = sql_call(&store->sql, "SELECT 1 FROM person WHERE side = ? "
						     "AND raw = ? AND generation < ? LIMIT 1");

	sql_bind_int(&call, side);
	sql_bind_digest(&call, raw);
	sql_bind_int(&call, generation);
	return sql_found(&call, ret_listed, err);
}

bool store_gap_get(struct store *store, enum side side, int64_t *ret_generation, struct error *err)
{
	return store_number(store, "SELECT coalesce(max(generation), 0) FROM gap WHERE side = ?",
			    side, ret_generation, err);
}

bool store_gap_open(struct store *store, enum side side, int64_t generation, struct error *err)
{
	struct sql_call call =
		sql_call(&store->sql, "INSERT OR IGNORE INTO gap(side, generation) VALUES(?, ?)");

	sql_bind_int(&call, side);
	sql_bind_int(&call, generation);
	return sql_run(&call, err);
}

bool store_gap_close(struct store *store, enum side side, struct error *err)
{
	struct sql_call call = sql_call(&store->sql, "DELETE FROM gap WHERE side = ?");

	sql_bind_int(&call, side);
	return sql_run(&call, err);
}

static bool of_person(struct store *store, const char *text, enum side side, struct str id,
		      int64_t *ret_number, struct error *err)
{
	bool found;
	struct sql_call call = sql_call(&store->sql, text);

	sql_bind_int(&call, side);
	sql_bind_text(&call, id);
	if (!sql_row(&call, &found, err))
		return false;
	*ret_number = found ? sql_int(&call, 0) : 0;
	sql_end(&call);
	return true;
}

bool store_person_generation(struct store *store, enum side side, struct str id,
			     int64_t *ret_generation, struct error *err)
{
	return of_person(store, "SELECT generation FROM person WHERE side = ? AND id = ?", side, id,
			 ret_generation, err);
}

bool store_person_number(struct store *store, enum side side, struct str id, int64_t *ret_number,
			 struct error *err)
{
	return of_person(store, "SELECT no FROM person WHERE side = ? AND id = ?", side, id,
			 ret_number, err);
}

bool store_person_newest(struct store *store, int64_t *ret_number, struct error *err)
{
	return store_number(store, "SELECT coalesce(max(no), 0) FROM person", 0, ret_number, err);
}

bool store_known_keys(struct store *store, enum side side, enum key_kind kind, int64_t generation,
		      size_t n, struct arena *arena, struct known_key *ret_keys, size_t *ret_n,
		      struct error *err)
{
	bool found = true;
	struct sql_call call = sql_call(
		&store->sql,
		"SELECT p.id, k.key FROM person p CROSS JOIN match_key k "
		"INDEXED BY match_key_person ON k.person = p.no AND k.kind = ?1 "
		"WHERE p.side = ?2 AND p.generation >= ?3 AND p.raw IS NOT NULL "
		"AND p.archived_at = 0 AND p.gone_cycle = 0 AND NOT EXISTS (SELECT 1 "
		"FROM match_key o CROSS JOIN person q ON q.no = o.person WHERE o.kind = k.kind "
		"AND o.key = k.key AND o.person <> p.no AND q.side = ?2) "
		"GROUP BY p.no ORDER BY p.no DESC LIMIT ?4");

	*ret_n = 0;
	sql_bind_int(&call, kind);
	sql_bind_int(&call, side);
	sql_bind_int(&call, generation);
	sql_bind_int(&call, (int64_t)n);
	while (found) {
		if (!sql_row(&call, &found, err))
			return false;
		if (found) {
			ret_keys[*ret_n].id = sql_text_copy(&call, 0, arena);
			ret_keys[(*ret_n)++].key = sql_text_copy(&call, 1, arena);
		}
	}
	return true;
}

bool store_cycle_kind(struct store *store, int64_t cycle, struct str kind, struct error *err)
{
	struct sql_call call = sql_call(&store->sql, "UPDATE cycle SET kind = ? WHERE id = ?");

	sql_bind_text(&call, kind);
	sql_bind_int(&call, cycle);
	return sql_run(&call, err);
}

/* ---- Freshness ---- */

/* The pages that a turn has still to read were read by the one before, at the same pace. */
static int64_t oldest_of(const struct freshness *last, const struct turn *turn)
{
	const struct scan_position *at = &turn->at;
	const int64_t began = last->complete_at - last->turn_ns;
	const int64_t total = at->total > 0 ? at->total : (int64_t)turn->n_distinct;

	if (turn->generation == 0)
		return began;
	if (at->order != SCAN_OLDEST_FIRST || turn->end != TURN_RUNNING)
		return turn->started_at;
	if (total <= 0 || at->next_offset >= (uint64_t)total)
		return last->complete_at;
	return began + (int64_t)((double)last->turn_ns * (double)at->next_offset / (double)total);
}

bool store_freshness(struct store *store, enum side side, struct freshness *ret_freshness,
		     struct error *err)
{
	struct turn turn;
	bool found;
	struct sql_call call =
		sql_call(&store->sql, "SELECT started_at, ended_at FROM scan WHERE side = ? "
				      "AND complete = 1 ORDER BY generation DESC LIMIT 1");

	*ret_freshness = (struct freshness){ 0 };
	sql_bind_int(&call, side);
	if (!sql_row(&call, &found, err))
		return false;
	if (!found)
		return true;
	ret_freshness->complete_at = sql_int(&call, 1);
	ret_freshness->turn_ns = sql_int(&call, 1) - sql_int(&call, 0);
	sql_end(&call);
	if (ret_freshness->turn_ns < 0) /* the clock was set back */
		ret_freshness->turn_ns = 0;
	if (!store_turn_get(store, side, &turn, err))
		return false;
	ret_freshness->oldest_read_at = oldest_of(ret_freshness, &turn);
	return true;
}
