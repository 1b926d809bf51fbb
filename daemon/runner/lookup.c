/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/runner/lookup_p.h"

#include "daemon/runner/plan.h"
#include "daemon/runner/rolling.h"

#include <stdlib.h>
#include <string.h>

/* The kinds that an API may be asked for, in the order in which requests are filled. */
static const enum key_kind kinds[] = { KEY_EMAIL, KEY_LINKEDIN, KEY_PHONE };

/* In one cycle: they are kept in memory. */
#define CANDIDATES_MOST 500
/* Keys that a request is filled from: more than any API takes. */
#define KEYS_MOST 1000

void lookup_free(struct lookup *lookup)
{
	if (lookup == NULL)
		return;
	for (int side = 0; side < SIDE_COUNT; side++) {
		VEC_RELEASE(&lookup->sides[side].candidates);
		VEC_RELEASE(&lookup->sides[side].keys);
	}
	arena_release(&lookup->arena);
	free(lookup);
}

/*
 * Where no search tells, the list does: who was known before the turn began that was the last to read
 * everybody was matched with all who were there, and who came since is on the newest pages.
 */
static bool is_read(const struct lookup *lookup, enum side target,
		    const struct candidate *candidate)
{
	return lookup->sides[target].reached &&
	       candidate->number <= lookup->runner->waits[target].concluded;
}

bool lookup_is_allowed(const struct lookup *lookup, enum side target,
		       const struct candidate *candidate)
{
	if (candidate->failed)
		return false;
	if (lookup_is_doubted(candidate))
		return is_read(lookup, target, candidate);
	return candidate->answered || lookup->sides[target].reached;
}

bool lookup_allows(const struct lookup *lookup, enum side target, struct str id)
{
	if (lookup == NULL)
		return false;
	const struct side_lookup *side = &lookup->sides[target];

	for (size_t i = 0; i < side->candidates.n; i++) {
		if (str_equal(side->candidates.items[i].id, id))
			return lookup_is_allowed(lookup, target, &side->candidates.items[i]);
	}
	return false;
}

size_t lookup_count(const struct lookup *lookup, enum side target)
{
	size_t n = 0;

	if (lookup == NULL)
		return 0;
	for (size_t i = 0; i < lookup->sides[target].candidates.n; i++)
		n += lookup_is_allowed(lookup, target, &lookup->sides[target].candidates.items[i]);
	return n;
}

/* ---- Whom to ask for ---- */

struct collecting {
	struct lookup *lookup;
	enum side target;
	enum wait_rank rank; /* whom of all */
	bool cut;            /* there are more than one cycle asks for */
};

static bool add_candidate(struct collecting *collecting, const struct person *source,
			  struct error *err)
{
	struct lookup *lookup = collecting->lookup;
	struct runner *runner = lookup->runner;
	struct side_lookup *side = &lookup->sides[collecting->target];
	const enum side from = side_other(collecting->target);
	struct match_key keys[MATCH_KEYS_MAX];
	const size_t n = match_keys(source, runner->table, from, &lookup->arena, keys);
	int64_t number = 0;

	if (!store_person_number(runner_store(runner), from, source->id, &number, err))
		return false;
	for (size_t i = 0; i < n; i++)
		*VEC_PUSH(&side->keys) =
			(struct asked_key){ { keys[i].kind,
					      arena_copy(&lookup->arena, keys[i].key) },
					    side->candidates.n };
	*VEC_PUSH(&side->candidates) =
		(struct candidate){ .id = arena_copy(&lookup->arena, source->id),
				    .number = number };
	return true;
}

/* Who was refused before, or put off, must not keep others waiting. */
static bool on_new(void *payload, const struct person *source, struct arena *arena,
		   struct error *err)
{
	struct collecting *collecting = payload;
	struct runner *runner = collecting->lookup->runner;
	const struct side_lookup *side = &collecting->lookup->sides[collecting->target];
	struct lookup_waits *waits = &runner->waits[collecting->target];
	struct intent intent;
	bool possible = false;
	bool refused = false;

	if (lookup_waits_meet(waits, source->id, side->reached) != collecting->rank)
		return true;
	collecting->cut = side->candidates.n == side->most;
	if (collecting->cut)
		return error_set(err, ERR_CANCELED, "enough for one cycle");
	if (!plan_create(runner, collecting->target, source, arena, &intent, &possible, err) ||
	    (possible && !plan_is_refused(runner, &intent, &refused, err)))
		return false;
	return !possible || refused || add_candidate(collecting, source, err);
}

static bool collect_all(struct collecting *collecting, struct error *err)
{
	struct runner *runner = collecting->lookup->runner;
	struct lookup_waits *waits = &runner->waits[collecting->target];

	lookup_waits_begin(waits);
	for (int rank = WAIT_NEW; rank < WAIT_LATER && !collecting->cut; rank++) {
		collecting->rank = (enum wait_rank)rank;
		if (!plan_each_new(runner, collecting->target, on_new, collecting, err))
			return false;
		if (rank == WAIT_NEW && !collecting->cut)
			lookup_waits_forget_others(waits);
		if (waits->all.n == 0)
			break;
	}
	collecting->lookup->sides[collecting->target].all_are_met = !collecting->cut;
	return true;
}

static bool is_witness_of(const struct side_lookup *side, enum key_kind kind, struct str id)
{
	const struct witnesses *witnesses = &side->witnesses[kind];

	for (size_t i = 0; i < witnesses->n; i++) {
		if (str_equal(witnesses->keys[i].id, id))
			return true;
	}
	return false;
}

/* E-mails are asked for by themselves; the other kinds may stand in one request, and who is in it
 * with two of them shows nothing of either. */
static bool is_taken(const struct side_lookup *side, enum key_kind kind, struct str id, bool at_all)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		const bool apart = (kinds[i] == KEY_EMAIL) != (kind == KEY_EMAIL);

		if ((at_all || !apart) && is_witness_of(side, kinds[i], id))
			return true;
	}
	return false;
}

static void add_untaken(struct side_lookup *side, enum key_kind kind,
			const struct known_key known[], size_t n, bool at_all)
{
	struct witnesses *witnesses = &side->witnesses[kind];

	for (size_t i = 0; i < n && witnesses->n < WITNESSES; i++) {
		if (!is_taken(side, kind, known[i].id, at_all))
			witnesses->keys[witnesses->n++] = known[i];
	}
}

/* Who is a witness of nothing else, if there is somebody. */
static bool add_witnesses(struct lookup *lookup, enum side target, enum key_kind kind,
			  int64_t generation, struct error *err)
{
	struct side_lookup *side = &lookup->sides[target];
	struct known_key known[WITNESSES * COUNT_OF(kinds)];
	size_t n = 0;

	if (!store_known_keys(runner_store(lookup->runner), target, kind, generation,
			      COUNT_OF(known), &lookup->arena, known, &n, err))
		return false;
	add_untaken(side, kind, known, n, true);
	if (side->witnesses[kind].n == 0)
		add_untaken(side, kind, known, n, false);
	return true;
}

static bool has_kind(const struct side_lookup *side, enum key_kind kind)
{
	for (size_t i = 0; i < side->keys.n; i++) {
		if (side->keys.items[i].key.kind == kind)
			return true;
	}
	return false;
}

/* Those whom this cycle has seen know best; else whoever was there when all were read last. */
static bool find_witnesses(struct lookup *lookup, enum side target, struct error *err)
{
	const struct side_scan *scan = &lookup->runner->scans[target];
	const int64_t whole = scan->whole_since != 0 ? scan->whole_since : scan->known_since;
	struct side_lookup *side = &lookup->sides[target];

	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		if (!has_kind(side, kinds[i]))
			continue;
		if (!add_witnesses(lookup, target, kinds[i], scan->generation, err) ||
		    (side->witnesses[kinds[i]].n < WITNESSES &&
		     !add_witnesses(lookup, target, kinds[i], whole, err)))
			return false;
	}
	return true;
}

static bool collect(struct lookup *lookup, struct error *err)
{
	struct runner *runner = lookup->runner;
	struct store *store = runner_store(runner);

	if (!store_begin(store, err))
		return false;
	for (int i = 0; i < SIDE_COUNT; i++) {
		const enum side target = (enum side)i;
		const struct side_scan *scan = &runner->scans[target];
		struct collecting collecting = { .lookup = lookup, .target = target };
		const struct budget_rate rate = rolling_rate(runner, target);
		const uint32_t most = budget_push_most(&rate);

		lookup->sides[target].most = most < CANDIDATES_MOST ? most : CANDIDATES_MOST;
		lookup->sides[target].reached = scan->reached;
		if (!scan->rolled)
			lookup_waits_clear(&runner->waits[target]);
		if (scan->rolled && plan_may_create(runner, target) &&
		    (!collect_all(&collecting, err) || !find_witnesses(lookup, target, err)))
			return false;
	}
	return store_commit(store, err);
}

/* ---- Requests ---- */

static int compare_keys(const void *a, const void *b)
{
	const struct asked_key *x = a;
	const struct asked_key *y = b;

	if (x->key.kind != y->key.kind)
		return x->key.kind < y->key.kind ? -1 : 1;
	return x->candidate < y->candidate ? -1 : x->candidate > y->candidate;
}

static bool is_askable(enum key_kind kind)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		if (kinds[i] == kind)
			return true;
	}
	return false;
}

/* From the first of these keys on, and in front of each kind's those who can show that it is searched. */
static size_t fill(const struct side_lookup *side, size_t first, struct match_key keys[],
		   size_t most)
{
	enum key_kind kind = KEY_KIND_COUNT;
	size_t n = 0;

	for (size_t i = first; i < side->keys.n && n + WITNESSES < most; i++) {
		const struct match_key *key = &side->keys.items[i].key;

		if (!is_askable(key->kind))
			break;
		for (size_t w = 0; key->kind != kind && w < side->witnesses[key->kind].n; w++)
			keys[n++] = (struct match_key){ key->kind,
							side->witnesses[key->kind].keys[w].key };
		kind = key->kind;
		keys[n++] = *key;
	}
	return n;
}

/* How many of the keys that were wanted are among the first n. */
static size_t count_wanted(const struct side_lookup *side, size_t first, size_t n)
{
	enum key_kind kind = KEY_KIND_COUNT;
	size_t wanted = 0;

	for (size_t i = first; i < side->keys.n; i++) {
		const enum key_kind next = side->keys.items[i].key.kind;
		const size_t room = 1 + (next != kind ? side->witnesses[next].n : 0);

		if (room > n)
			break;
		n -= room;
		kind = next;
		wanted++;
	}
	return wanted;
}

/* Their texts are the lookup's already. */
static const struct match_key *copy_keys(struct arena *arena, const struct match_key keys[],
					 size_t n)
{
	struct match_key *copy = arena_alloc(arena, n, sizeof(*copy));

	memcpy(copy, keys, n * sizeof(*copy));
	return copy;
}

/* How many keys the request asks for; 0: the first one's kind cannot be asked for. */
static size_t submit_one(struct lookup *lookup, enum side side, size_t first,
			 struct match_key keys[])
{
	struct runner *runner = lookup->runner;
	const struct mapper *mapper = runner->mapper[side];
	struct side_lookup *all = &lookup->sides[side];
	struct request request;
	const size_t n = fill(all, first, keys, KEYS_MOST);
	const size_t covered = n > 0 ? mapper->search(&runner->context, keys, n, &request) : 0;
	const size_t wanted = count_wanted(all, first, covered);

	if (covered > 0 && wanted == 0)
		request_release(&request);
	if (wanted == 0)
		return 0;
	struct search *search = alloc_zeroed(1, sizeof(*search));

	*search = (struct search){ .lookup = lookup,
				   .side = side,
				   .first = first,
				   .n = wanted,
				   .asked = copy_keys(&lookup->arena, keys, covered),
				   .n_asked = covered,
				   .limit = mapper->caps.page_max };
	lookup->n_flying++;
	runner->n_lookups[side]++;
	fetch_submit(runner, side, &request, FETCH_RECORDS, SENDER_PUSH, lookup_on_answer, search);
	return wanted;
}

static void submit(struct lookup *lookup, enum side side)
{
	struct side_lookup *all = &lookup->sides[side];
	struct match_key *keys = alloc_zeroed(KEYS_MOST, sizeof(*keys));

	if (all->keys.n > 1)
		qsort(all->keys.items, all->keys.n, sizeof(all->keys.items[0]), compare_keys);
	for (size_t i = 0; i < all->keys.n;) {
		const size_t n = submit_one(lookup, side, i, keys);

		i += n > 0 ? n : 1;
	}
	free(keys);
}

void runner_lookup(struct runner *runner)
{
	struct error err;

	/* Who was found by it has been matched now. */
	if (runner->lookup != NULL) {
		runner_phase_done(runner);
		return;
	}
	struct lookup *lookup = alloc_zeroed(1, sizeof(*lookup));

	lookup->runner = runner;
	runner->lookup = lookup;
	if (!collect(lookup, &err)) {
		runner_store_failed(runner, &err);
		runner_phase_done(runner);
		return;
	}
	for (int side = 0; side < SIDE_COUNT; side++)
		submit(lookup, (enum side)side);
	if (lookup->n_flying == 0)
		lookup_end(lookup);
}
