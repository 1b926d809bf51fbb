/* SPDX-License-Identifier: Apache-2.0 */
/*
 * match: links unlinked persons of the two sides, kind of key by kind of key in order of strength.
 *
 * A pair is linked when each of the two is in no other candidate pair of that kind.  Everything else is
 * ambiguous: parked and reported, never guessed, and out of reach for weaker keys too.
 */
#include "daemon/runner/runner_p.h"

/* A switchboard's number says nothing; an e-mail shared by many is ambiguous however many they are. */
#define SHARE_MAX_PHONE 16
#define SHARE_MAX 1000

struct matching {
	struct runner *runner;
	enum key_kind kind;
	struct arena arena; /* of one pair */
};

static bool report_ambiguous(struct runner *runner, const struct match_edge *edge,
			     enum key_kind kind, struct arena *arena, struct error *err)
{
	const struct conflict conflict = {
		.kind = STR_LIT("ambiguous"),
		.side_id = { edge->id[SIDE_RECORDS], edge->id[SIDE_PEOPLE] },
		.evidence = arena_format(arena, "same %s: %u on records, %u on people",
					 key_kind_name(kind), edge->degree[SIDE_PEOPLE],
					 edge->degree[SIDE_RECORDS]),
		.first_cycle = runner->cycle.report.id,
		.last_cycle = runner->cycle.report.id,
	};

	return store_conflict_put(runner_store(runner), &conflict, err);
}

static bool decide_edge(void *payload, const struct match_edge *edge, struct error *err)
{
	struct matching *matching = payload;
	struct runner *runner = matching->runner;
	struct store *store = runner_store(runner);
	int64_t link;

	runner_changed(runner);
	if (edge->degree[SIDE_RECORDS] == 1 && edge->degree[SIDE_PEOPLE] == 1) {
		runner->cycle.report.linked++;
		return store_link_add(store, edge->id, str_from(key_kind_name(matching->kind)),
				      runner->cycle.report.id, runner_now(runner), &link, err);
	}
	const bool ok = report_ambiguous(runner, edge, matching->kind, &matching->arena, err) &&
			store_park(store, SIDE_RECORDS, edge->id[SIDE_RECORDS], err) &&
			store_park(store, SIDE_PEOPLE, edge->id[SIDE_PEOPLE], err);

	arena_reset(&matching->arena);
	return ok;
}

static bool drop_other_names(void *payload, const struct match_edge *edge, struct error *err)
{
	struct matching *matching = payload;
	struct runner *runner = matching->runner;
	struct person persons[SIDE_COUNT];
	bool compatible = true;

	for (int side = 0; side < SIDE_COUNT; side++) {
		bool found = false;

		if (!store_unlinked_get(runner_store(runner), (enum side)side, edge->id[side],
					&matching->arena, &persons[side], &found, err))
			return false;
		compatible = compatible && found;
	}
	compatible =
		compatible && match_names_compatible(&persons[SIDE_RECORDS], &persons[SIDE_PEOPLE],
						     runner->table, &matching->arena);
	arena_reset(&matching->arena);
	return compatible || store_match_drop(runner_store(runner), edge, err);
}

static bool match_kind(struct runner *runner, enum key_kind kind, struct error *err)
{
	struct store *store = runner_store(runner);
	struct matching matching = { .runner = runner, .kind = kind };
	const unsigned share_max = kind == KEY_PHONE ? SHARE_MAX_PHONE : SHARE_MAX;
	const bool ok =
		store_begin(store, err) && store_match_collect(store, kind, share_max, err) &&
		(kind != KEY_PHONE || store_match_each(store, drop_other_names, &matching, err)) &&
		store_match_each(store, decide_edge, &matching, err) && store_commit(store, err);

	arena_release(&matching.arena);
	return ok;
}

static bool on_suspect(void *payload, enum side side, struct str id, enum suspicion suspicion,
		       struct str key, struct str other_id, struct error *err)
{
	struct runner *runner = payload;
	struct conflict conflict = {
		.kind = STR_LIT("duplicate"),
		.evidence =
			suspicion == SUSPECT_LINKED ?
				STR_LIT("its e-mail or LinkedIn address belongs to a linked person") :
				STR_LIT("shares its e-mail or LinkedIn address with an older person"),
		.first_cycle = runner->cycle.report.id,
		.last_cycle = runner->cycle.report.id,
	};

	(void)key;
	(void)other_id;
	conflict.side_id[side] = id;
	return store_conflict_put(runner_store(runner), &conflict, err) &&
	       store_park(runner_store(runner), side, id, err);
}

/*
 * A create that was sent and never answered: both sides have been read whole, so if it happened its
 * person has just been matched, and if it did not appear, it did not happen.
 */
static bool settle_lost_create(void *payload, const struct intent *intent, struct arena *arena,
			       struct error *err)
{
	struct runner *runner = payload;

	(void)arena;
	if (intent->kind != INTENT_CREATE)
		return true;
	return store_intent_delete(runner_store(runner), intent->id, err);
}

static bool match_all(struct runner *runner, struct error *err)
{
	const struct config_sync *sync = &runner->options.config->sync;
	struct store *store = runner_store(runner);
	const int64_t cycle = runner->cycle.report.id;

	if (!store_begin(store, err) || !store_match_begin(store, err) ||
	    !store_commit(store, err) || !match_kind(runner, KEY_MARKER, err))
		return false;
	for (size_t i = 0; i < sync->n_match; i++) {
		if (!match_kind(runner, sync->match[i], err))
			return false;
	}
	if (!match_kind(runner, KEY_IDENTICAL, err) || !store_begin(store, err) ||
	    !store_match_suspects(store, on_suspect, runner, err))
		return false;
	for (int side = 0; side < SIDE_COUNT; side++) {
		if (!store_intent_each(store, (enum side)side, 0, UINT32_MAX, settle_lost_create,
				       runner, err))
			return false;
	}
	return store_conflict_sweep(store, "ambiguous", cycle, err) &&
	       store_conflict_sweep(store, "duplicate", cycle, err) && store_commit(store, err);
}

/* A key is only known to be unique on a side that was read whole: its twin may be on a lost page. */
void runner_match(struct runner *runner)
{
	const bool all_known =
		runner->scans[SIDE_RECORDS].complete && runner->scans[SIDE_PEOPLE].complete;
	struct error err;

	if (all_known && !match_all(runner, &err))
		runner_store_failed(runner, &err);
	runner_phase_done(runner);
}
