/* SPDX-License-Identifier: Apache-2.0 */
/*
 * match: links unlinked persons of the two sides, kind of key by kind of key in order of strength.
 *
 * A pair is linked when each of the two is in no other candidate pair of that kind.  Everything else is
 * ambiguous: parked and reported, never guessed, and out of reach for weaker keys too.
 *
 * What is known of a rolled side may be old: somebody who was last seen there before the other one came
 * into being may be gone, and that must not be carried to who came later.  Such a pair waits until the
 * person is seen again: confirm asks for it in the next cycle.  Whoever is gone is forgotten at the turn's
 * end, and frees the other one.
 */
#include "daemon/runner/likeness.h"
#include "daemon/runner/push.h"
#include "daemon/runner/removals.h"
#include "daemon/runner/rolling.h"
#include "daemon/runner/unreadable.h"

#include "state/forget.h"

/* A key that more persons of one side share proposes nothing: a switchboard's number says nothing, and
 * who shares another key with so many is parked. */
#define SHARE_MAX 16
/* Our clock and the server's may differ by that much. */
#define CREATION_WINDOW_NS (INT64_C(600) * NS_PER_S)

struct matching {
	struct runner *runner;
	enum key_kind kind;
	struct arena arena; /* of one pair */
};

/* A create of either that was refused is not wanted any more. */
static bool add_link(struct runner *runner, const struct str id[SIDE_COUNT], const char *how,
		     struct error *err)
{
	struct store *store = runner_store(runner);
	int64_t link;

	runner->cycle.report.linked++;
	return store_link_add(store, id, str_from(how), runner->cycle.report.id, runner_now(runner),
			      &link, err) &&
	       store_quarantine_lift(store, SIDE_PEOPLE, 0, id[SIDE_RECORDS], err) &&
	       store_quarantine_lift(store, SIDE_RECORDS, 0, id[SIDE_PEOPLE], err);
}

static bool report_ambiguous(struct runner *runner, const struct match_edge *edge,
			     enum key_kind kind, bool doubtful, struct arena *arena,
			     struct error *err)
{
	const struct conflict conflict = {
		.kind = STR_LIT("ambiguous"),
		.side_id = { edge->id[SIDE_RECORDS], edge->id[SIDE_PEOPLE] },
		.evidence = arena_format(arena, "same %s: %u on records, %u on people",
					 doubtful ? "name and nothing else" : key_kind_name(kind),
					 edge->degree[SIDE_PEOPLE], edge->degree[SIDE_RECORDS]),
		.first_cycle = runner->cycle.report.id,
		.last_cycle = runner->cycle.report.id,
	};

	return store_conflict_put(runner_store(runner), &conflict, err);
}

/* Was the person there when the other one was?  Read in this cycle it is there now. */
static bool is_seen_with(struct matching *matching, const struct match_edge *edge, enum side side,
			 bool *ret_seen, struct error *err)
{
	struct runner *runner = matching->runner;
	struct store *store = runner_store(runner);
	const int64_t tolerance = runner->options.config->sync.clock_tolerance_ns;
	struct person persons[SIDE_COUNT];
	int64_t generation = 0;
	bool found[SIDE_COUNT];

	*ret_seen = true;
	if (!runner->scans[side].rolled)
		return true;
	if (!store_person_generation(store, side, edge->id[side], &generation, err))
		return false;
	if (generation >= runner->scans[side].generation)
		return true;
	for (int i = 0; i < SIDE_COUNT; i++) {
		if (!store_unlinked_get(store, (enum side)i, edge->id[i], &matching->arena,
					&persons[i], &found[i], err))
			return false;
	}
	const struct person *other = &persons[side_other(side)];

	*ret_seen = found[SIDE_RECORDS] && found[SIDE_PEOPLE] && other->created_at != 0 &&
		    persons[side].seen_at - tolerance >= other->created_at;
	arena_reset(&matching->arena);
	return true;
}

/* Nothing else becomes of the two before that. */
static bool wait_for(struct runner *runner, const struct match_edge *edge, enum side side,
		     struct error *err)
{
	struct store *store = runner_store(runner);

	confirm_later(runner, side, edge->id[side]);
	return store_park(store, SIDE_RECORDS, edge->id[SIDE_RECORDS], err) &&
	       store_park(store, SIDE_PEOPLE, edge->id[SIDE_PEOPLE], err);
}

static bool link_edge(struct matching *matching, const struct match_edge *edge, struct error *err)
{
	for (int side = 0; side < SIDE_COUNT; side++) {
		bool seen = false;

		if (!is_seen_with(matching, edge, (enum side)side, &seen, err))
			return false;
		if (!seen)
			return wait_for(matching->runner, edge, (enum side)side, err);
	}
	return add_link(matching->runner, edge->id, key_kind_name(matching->kind), err);
}

static bool decide_edge(void *payload, const struct match_edge *edge, struct error *err)
{
	struct matching *matching = payload;
	struct runner *runner = matching->runner;
	struct store *store = runner_store(runner);

	if (!runner_goes_on(runner, err))
		return false;
	const bool doubtful = matching->kind == KEY_IDENTICAL && edge->key.len > 0 &&
			      edge->key.p[0] == MATCH_DOUBTFUL;

	if (edge->degree[SIDE_RECORDS] == 1 && edge->degree[SIDE_PEOPLE] == 1 && !doubtful)
		return link_edge(matching, edge, err);

	const bool ok =
		report_ambiguous(runner, edge, matching->kind, doubtful, &matching->arena, err) &&
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

static bool on_crowd(void *payload, const struct match_crowd *crowd, struct error *err)
{
	struct matching *matching = payload;
	const struct conflict conflict = {
		.kind = STR_LIT("ambiguous"),
		.field = str_from(key_kind_name(matching->kind)),
		.evidence = arena_format(&matching->arena,
					 "the same %s (%.*s): %u on records, %u on people",
					 key_kind_name(matching->kind), STR_ARG(crowd->key),
					 crowd->n[SIDE_RECORDS], crowd->n[SIDE_PEOPLE]),
		.first_cycle = matching->runner->cycle.report.id,
		.last_cycle = matching->runner->cycle.report.id,
	};
	const bool ok = store_conflict_put(runner_store(matching->runner), &conflict, err);

	arena_reset(&matching->arena);
	return ok;
}

static bool match_kind(struct runner *runner, enum key_kind kind, struct error *err)
{
	struct store *store = runner_store(runner);
	struct matching matching = { .runner = runner, .kind = kind };
	const bool by_phone = kind == KEY_PHONE;
	const bool ok =
		store_begin(store, err) && store_match_collect(store, kind, SHARE_MAX, err) &&
		(by_phone || store_match_crowds(store, SHARE_MAX, on_crowd, &matching, err)) &&
		(!by_phone || store_match_each(store, drop_other_names, &matching, err)) &&
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

/* Before any key is looked at: it may be the same human once more, who is not taken in again. */
static bool on_alike(void *payload, enum side side, struct str id, enum key_kind kind,
		     struct error *err)
{
	struct runner *runner = payload;
	struct arena arena = { 0 };
	struct conflict conflict = {
		.kind = STR_LIT("duplicate"),
		.evidence = arena_format(&arena,
					 "same %s as a person who was forgotten: forget this one "
					 "too, or link it by hand",
					 key_kind_name(kind)),
		.first_cycle = runner->cycle.report.id,
		.last_cycle = runner->cycle.report.id,
	};

	conflict.side_id[side] = id;
	const bool ok = store_conflict_put(runner_store(runner), &conflict, err) &&
			store_park(runner_store(runner), side, id, err);

	arena_release(&arena);
	return ok;
}

/* ---- Creates that were sent and never answered ---- */

struct lost_create {
	struct runner *runner;
	const struct intent *intent;
	struct arena arena;
	struct str marked; /* who bears its marker; empty: nobody yet */
	struct str found;  /* who is like it; empty: nobody yet */
};

/* Created when that create was sent, or as late as it was tried; the server's clock may be another. */
static bool is_new(const struct runner *runner, const struct intent *intent,
		   const struct person *person)
{
	const int64_t after = person->created_at - intent->sent_at;
	const int64_t tried = runner->options.config->sync.retry.deadline_ns;

	return person->created_at == 0 ||
	       (after >= -CREATION_WINDOW_NS && after <= tried + CREATION_WINDOW_NS);
}

/* Who was created since the create was sent: his marker says so, or he holds all of it and is ours, or a
 * twin that somebody made by hand. */
static bool is_it(void *payload, const struct person *person, struct arena *arena,
		  struct error *err)
{
	struct lost_create *lost = payload;
	const struct intent *intent = lost->intent;

	(void)arena;
	(void)err;
	if (person->marker.len > 0 && str_equal(person->marker, intent->source_id))
		lost->marked = arena_copy(&lost->arena, person->id);
	else if (lost->found.len == 0 && person->marker.len == 0 &&
		 is_new(lost->runner, intent, person) &&
		 likeness_shows_all(lost->runner->table, intent, person))
		lost->found = arena_copy(&lost->arena, person->id);
	return true;
}

/*
 * It was created at about that time, and something of what was sent is there: perhaps it is ours, and
 * somebody has edited it since.  Who was a candidate once stays one, whatever is edited next.
 */
static bool is_perhaps(void *payload, const struct person *person, struct arena *arena,
		       struct error *err)
{
	struct lost_create *lost = payload;
	const struct field_table *table = lost->runner->table;

	(void)arena;
	(void)err;
	if (str_equal(person->id, lost->intent->target_id))
		lost->found = arena_copy(&lost->arena, person->id);
	if (lost->found.len > 0 || lost->intent->target_id.len > 0 || person->marker.len > 0 ||
	    !is_new(lost->runner, lost->intent, person))
		return true;
	for (size_t i = 0; i < table->n && lost->found.len == 0; i++) {
		if (likeness_tells(&table->fields[i]) &&
		    likeness_shares(table, lost->intent, i, person))
			lost->found = arena_copy(&lost->arena, person->id);
	}
	return true;
}

static bool look_for(struct lost_create *lost, struct error *err)
{
	const int64_t since = lost->intent->sent_at - CREATION_WINDOW_NS;

	if (!store_newcomers_each(runner_store(lost->runner), lost->intent->target, since, is_it,
				  lost, err))
		return false;
	if (lost->marked.len > 0 && lost->intent->target == SIDE_PEOPLE)
		lost->found = lost->marked;
	runner_changed(lost->runner);
	return true;
}

/* Before any key is looked at: who was created is settled as if the create had been answered. */
static bool find_lost_create(void *payload, const struct intent *intent, struct arena *arena,
			     struct error *err)
{
	struct runner *runner = payload;
	struct lost_create lost = { .runner = runner, .intent = intent };
	struct person source;
	struct person person;
	bool unlinked = false;
	bool found = false;

	if (intent->kind != INTENT_CREATE || intent->state != INTENT_SENT)
		return true;
	bool ok = store_unlinked_get(runner_store(runner), side_other(intent->target),
				     intent->source_id, arena, &source, &unlinked, err) &&
		  (!unlinked || look_for(&lost, err));

	if (ok && lost.found.len > 0)
		ok = store_unlinked_get(runner_store(runner), intent->target, lost.found,
					&lost.arena, &person, &found, err) &&
		     (!found || settle_found(runner, intent, &person, err));
	arena_release(&lost.arena);
	return ok;
}

/* Neither sent again nor linked: nobody but a human can tell. */
static bool park_possible(struct runner *runner, const struct intent *intent, bool *ret_parked,
			  struct error *err)
{
	struct store *store = runner_store(runner);
	struct lost_create lost = { .runner = runner, .intent = intent };
	struct conflict conflict = {
		.kind = STR_LIT("ambiguous"),
		.evidence = STR_LIT("the answer to its creation was lost, and the other one may be "
				    "who was created, edited since"),
		.first_cycle = runner->cycle.report.id,
		.last_cycle = runner->cycle.report.id,
	};
	bool ok = store_newcomers_each(store, intent->target, intent->sent_at - CREATION_WINDOW_NS,
				       is_perhaps, &lost, err);

	*ret_parked = ok && lost.found.len > 0;
	if (*ret_parked) {
		conflict.side_id[intent->target] = lost.found;
		conflict.side_id[side_other(intent->target)] = intent->source_id;
		ok = store_conflict_put(store, &conflict, err) &&
		     store_intent_candidate(store, intent->id, lost.found, err) &&
		     store_park(store, intent->target, lost.found, err);
	}
	arena_release(&lost.arena);
	return ok;
}

/*
 * After the keys: if it happened, its person may have been matched by one, with values that the server
 * rewrote.  If the target was read whole and nobody appeared, it did not happen, and is decided anew.
 */
static bool settle_lost_create(void *payload, const struct intent *intent, struct arena *arena,
			       struct error *err)
{
	struct runner *runner = payload;
	struct store *store = runner_store(runner);
	struct intent made = *intent;
	struct person person;
	struct link link;
	bool linked = false;
	bool found = false;

	if (intent->kind != INTENT_CREATE || intent->state != INTENT_SENT)
		return true;
	if (!store_link_find(store, intent->source_id, arena, &link, &linked, err))
		return false;
	linked = linked && link.state == LINK_ACTIVE;
	if (!linked) {
		bool parked = false;
		bool whole = false;

		if (!park_possible(runner, intent, &parked, err) ||
		    !recover_tells(runner, intent, &whole, err))
			return false;
		if (parked || !whole)
			return true;
	}
	if (linked) {
		made.link = link.id;
		if (!store_person_get(store, intent->target, link.side_id[intent->target], arena,
				      &person, &found, err) ||
		    (found && is_new(runner, intent, &person) &&
		     !settle_found(runner, &made, &person, err)))
			return false;
	}
	return store_intent_delete(store, intent->id, err);
}

static bool each_create(struct runner *runner, intent_fn *fn, struct error *err)
{
	for (int side = 0; side < SIDE_COUNT; side++) {
		if (!store_intent_each(runner_store(runner), (enum side)side, 0, UINT32_MAX, fn,
				       runner, err))
			return false;
	}
	return true;
}

static bool match_all(struct runner *runner, struct error *err)
{
	const struct config_sync *sync = &runner->options.config->sync;
	struct store *store = runner_store(runner);
	const int64_t cycle = runner->cycle.report.id;

	if (!store_begin(store, err) || !store_match_begin(store, err) ||
	    !unreadable_park(runner, err) || !each_create(runner, find_lost_create, err) ||
	    !store_alike_each(store, on_alike, runner, err) || !store_commit(store, err) ||
	    !match_kind(runner, KEY_MARKER, err))
		return false;
	for (size_t i = 0; i < sync->n_match; i++) {
		if (!match_kind(runner, sync->match[i], err))
			return false;
	}
	if (!match_kind(runner, KEY_IDENTICAL, err) || !store_begin(store, err))
		return false;
	if (!each_create(runner, settle_lost_create, err))
		return false;
	return rolling_conclude(runner, err) &&
	       store_match_suspects(store, on_suspect, runner, err) &&
	       store_conflict_sweep(store, "ambiguous", cycle, err) &&
	       store_conflict_sweep(store, "duplicate", cycle, err) && store_commit(store, err);
}

/* Somebody who is there is there, however little else could be read. */
bool match_lost_creates(struct runner *runner, struct error *err)
{
	struct store *store = runner_store(runner);

	return store_begin(store, err) && each_create(runner, find_lost_create, err) &&
	       store_commit(store, err);
}

/* The other side's list, be it never whole, must not end the reading of this one: what a turn's end leaves
 * open is in the state, and the next one says it again. */
static bool match_little(struct runner *runner, struct error *err)
{
	struct store *store = runner_store(runner);

	return match_lost_creates(runner, err) && store_begin(store, err) &&
	       rolling_conclude(runner, err) && store_commit(store, err);
}

/* A key is only known to be unique on a side that was read whole: its twin may be on a lost page.  Of a
 * rolled side the last whole reading and what was read since then tell. */
void runner_match(struct runner *runner)
{
	const bool all_known = side_is_known(&runner->scans[SIDE_RECORDS]) &&
			       side_is_known(&runner->scans[SIDE_PEOPLE]);
	struct error err;

	if (!recover_settle(runner, &err) || !removals_settle(runner, false, &err) ||
	    !(all_known ? match_all(runner, &err) : match_little(runner, &err)))
		runner_store_failed(runner, &err);
	runner_phase_done(runner);
}
