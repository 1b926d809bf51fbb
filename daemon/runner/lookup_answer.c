/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lookup_answer: what a search for persons who are to be created has shown.
 */
#include "daemon/runner/lookup_p.h"

#include "base/log.h"
#include "daemon/runner/unreadable.h"

#include <assert.h>
#include <stdlib.h>

static struct side_lookup *side_of(const struct search *search)
{
	return &search->lookup->sides[search->side];
}

static const struct match_key *key_of(const struct search *search, size_t i)
{
	return &side_of(search)->keys.items[search->first + i].key;
}

static struct candidate *candidate_of(const struct search *search, size_t i)
{
	struct side_lookup *side = side_of(search);

	return &side->candidates.items[side->keys.items[search->first + i].candidate];
}

/* ---- Hits ---- */

static bool was_asked_for(const struct search *search, const struct match_key *key)
{
	for (size_t i = 0; i < search->n_asked; i++) {
		if (search->asked[i].kind == key->kind && str_equal(search->asked[i].key, key->key))
			return true;
	}
	return false;
}

static bool was_wanted(const struct search *search, const struct match_key *key)
{
	for (size_t i = 0; i < search->n; i++) {
		const struct match_key *wanted = key_of(search, i);

		if (wanted->kind == key->kind && str_equal(wanted->key, key->key))
			return true;
	}
	return false;
}

/* The kinds of the keys in the request that somebody has who was found.  With one kind only it was that by
 * which he was found; else it may be any of them. */
static void note_found(struct search *search, const bool has[static KEY_KIND_COUNT])
{
	size_t n = 0;

	for (int kind = 0; kind < KEY_KIND_COUNT; kind++)
		n += has[kind];
	for (int kind = 0; kind < KEY_KIND_COUNT; kind++) {
		search->met[kind] = search->met[kind] || has[kind];
		search->shown[kind] = search->shown[kind] || (has[kind] && n == 1);
	}
}

/* What is not what was asked for says nothing: a search may find more than what is equal.  A
 * witness is looked at like everybody who is read: an edit of his is known from here on, and must
 * not be written over. */
static bool take_person(struct search *search, const struct person *person, struct error *err)
{
	struct lookup *lookup = search->lookup;
	struct runner *runner = lookup->runner;
	struct arena arena = { 0 };
	struct match_key keys[MATCH_KEYS_MAX];
	const size_t n = match_keys(person, runner->table, search->side, &arena, keys);
	bool has[KEY_KIND_COUNT] = { false };
	bool asked = false, wanted = false;
	bool ok = true;

	for (size_t i = 0; i < n; i++) {
		if (!was_asked_for(search, &keys[i]))
			continue;
		has[keys[i].kind] = asked = true;
		wanted = wanted || was_wanted(search, &keys[i]);
	}
	note_found(search, has);
	if (asked) {
		enum observation observation = OBSERVED_SAME;

		ok = runner_observe(runner, search->side, person, NULL,
				    runner->scans[search->side].generation, &observation, err);
		lookup->found = lookup->found || (wanted && observation != OBSERVED_SAME);
	}
	arena_release(&arena);
	return ok;
}

static void note_unreadable(struct search *search, struct str raw)
{
	bool *shown = alloc_zeroed(search->n_asked, sizeof(*shown));
	bool has[KEY_KIND_COUNT] = { false };

	mapper_shown(&search->lookup->runner->context, raw, search->asked, search->n_asked, shown);
	for (size_t i = 0; i < search->n_asked; i++)
		has[search->asked[i].kind] = has[search->asked[i].kind] || shown[i];
	note_found(search, has);
	free(shown);
}

/* From the next match on he keeps off whoever is like him; in this cycle it is by his keys only. */
static bool take_unreadable(struct search *search, const struct raw_record *record,
			    const struct error *bad, struct error *err)
{
	struct runner *runner = search->lookup->runner;
	struct match_key *keys = alloc_zeroed(search->n, sizeof(*keys));
	bool *shown = alloc_zeroed(search->n, sizeof(*shown));
	bool taken;

	for (size_t i = 0; i < search->n; i++)
		keys[i] = *key_of(search, i);
	mapper_shown(&runner->context, record->bytes, keys, search->n, shown);
	for (size_t i = 0; i < search->n; i++)
		candidate_of(search, i)->failed = candidate_of(search, i)->failed || shown[i];
	note_unreadable(search, record->bytes);
	free(shown);
	free(keys);
	return unreadable_take(runner, search->side, UNREADABLE_IN_SEARCH, record,
			       (struct str){ NULL, 0 }, bad, &taken, err);
}

static bool take_hits(struct search *search, const struct answer *answer, struct error *err)
{
	struct runner *runner = search->lookup->runner;
	struct store *store = runner_store(runner);
	struct arena arena = { 0 };
	bool ok = store_begin(store, err);

	for (size_t i = 0; ok && i < answer->records.n; i++) {
		const struct raw_record *record = &answer->records.items[i];
		struct person person;
		struct error bad;

		ok = fetch_decode(runner, search->side, answer, record->bytes, &arena, &person,
				  &bad) ?
			     take_person(search, &person, err) :
			     take_unreadable(search, record, &bad, err);
		arena_reset(&arena);
	}
	arena_release(&arena);
	return ok && store_commit(store, err);
}

/* ---- What follows ---- */

/* A server that ignores a filter returns everybody, one page of them. */
static bool is_whole(const struct search *search, const struct answer *answer)
{
	const struct page_info *info = &answer->info;

	if (info->has_next)
		return false;
	return info->total >= 0 ? info->total <= (int64_t)info->n_members :
				  info->n_members < search->limit;
}

static enum doubt doubt_of(const struct search *search, enum key_kind kind, bool whole)
{
	const bool missed = !whole || !search->met[kind];

	return missed && side_of(search)->witnesses[kind].n > 0 ? DOUBT_UNFOUND : DOUBT_UNPROVEN;
}

/* Nothing is known of that key; an e-mail or LinkedIn address says more than a phone. */
static void doubt(struct candidate *candidate, enum key_kind kind, enum doubt why)
{
	if (kind == KEY_PHONE)
		candidate->is_vague = true;
	else
		candidate->doubted = true;
	if (kind != KEY_PHONE || !candidate->doubted) {
		candidate->doubt = why;
		candidate->doubtful = kind;
	}
}

static void judge(struct search *search, bool whole)
{
	for (size_t i = 0; i < search->n; i++) {
		const enum key_kind kind = key_of(search, i)->kind;

		if (whole && search->shown[kind])
			candidate_of(search, i)->answered = true;
		else
			doubt(candidate_of(search, i), kind, doubt_of(search, kind, whole));
	}
}

/* The side does not know this search: that is no answer either. */
static void judge_refused(struct search *search)
{
	for (size_t i = 0; i < search->n; i++)
		doubt(candidate_of(search, i), key_of(search, i)->kind, DOUBT_REFUSED);
}

static void fail(struct search *search)
{
	for (size_t i = 0; i < search->n; i++)
		candidate_of(search, i)->failed = true;
}

void lookup_on_answer(void *payload, struct answer *answer)
{
	struct search *search = payload;
	struct lookup *lookup = search->lookup;
	struct runner *runner = lookup->runner;
	struct error err;

	if (answer->judgement == JUDGE_OK) {
		if (take_hits(search, answer, &err))
			judge(search, is_whole(search, answer));
		else
			runner_store_failed(runner, &err);
	} else if (answer->judgement == JUDGE_REJECTED) {
		judge_refused(search);
	} else {
		(void)error_wrap(&answer->err, "%s: looking for persons before creating them",
				 side_name(search->side));
		cycle_note_failure(&runner->cycle, search->side, &answer->err);
		fail(search);
	}
	free(search);
	if (--lookup->n_flying == 0)
		lookup_end(lookup);
}

static void note_waiting(struct lookup *lookup, enum side target)
{
	const struct side_lookup *side = &lookup->sides[target];
	struct lookup_waits *waits = &lookup->runner->waits[target];

	for (size_t i = 0; i < side->candidates.n; i++) {
		const struct candidate *candidate = &side->candidates.items[i];
		const bool turn_tells = !candidate->failed && lookup_is_doubted(candidate);

		if (lookup_is_allowed(lookup, target, candidate))
			lookup_waits_remove(waits, candidate->id);
		else
			lookup_waits_put_off(waits, candidate->id,
					     turn_tells ? candidate->number : 0);
	}
	waits->round += side->all_are_met;
}

/* Who waits for a turn is not held up in silence.  As long as it lasts it is said once. */
static void report_doubt(struct lookup *lookup, enum side target, enum doubt doubt,
			 enum key_kind kind)
{
	static const char *const texts[] = {
		[DOUBT_REFUSED] = "the search is refused",
		[DOUBT_UNFOUND] = "the search does not find who is there",
		[DOUBT_UNPROVEN] = "nobody there could show that the search works",
	};
	static_assert(COUNT_OF(texts) == DOUBT_COUNT, "every doubt has its words");
	const struct side_lookup *side = &lookup->sides[target];
	struct lookup_waits *waits = &lookup->runner->waits[target];
	bool *is_said = &waits->said[doubt][kind];
	bool lasts = side->candidates.n == 0 || lookup_waits_count(waits) > 0;
	size_t n = 0;

	for (size_t i = 0; i < side->candidates.n; i++) {
		const struct candidate *candidate = &side->candidates.items[i];

		if (candidate->failed || !lookup_is_doubted(candidate) ||
		    candidate->doubt != doubt || candidate->doubtful != kind)
			continue;
		lasts = true;
		n += !lookup_is_allowed(lookup, target, candidate);
	}
	if (n > 0 && !*is_said)
		LOG_WARN("persons are created only when the whole list has been read",
			 LOG_STR("side", side_name(target)), LOG_STR("key", key_kind_name(kind)),
			 LOG_STR("why", texts[doubt]), LOG_U64("count", n));
	*is_said = n > 0 || (*is_said && lasts);
}

static void report(struct lookup *lookup, enum side target)
{
	for (int doubt = 0; doubt < DOUBT_COUNT; doubt++) {
		for (int kind = 0; kind < KEY_KIND_COUNT; kind++)
			report_doubt(lookup, target, (enum doubt)doubt, (enum key_kind)kind);
	}
}

void lookup_end(struct lookup *lookup)
{
	for (int side = 0; side < SIDE_COUNT; side++) {
		note_waiting(lookup, (enum side)side);
		report(lookup, (enum side)side);
	}
	lookup->runner->again = lookup->found;
	runner_phase_done(lookup->runner);
}
