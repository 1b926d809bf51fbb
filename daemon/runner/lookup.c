/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/runner/lookup.h"

#include "daemon/runner/fetch.h"
#include "daemon/runner/plan.h"
#include "daemon/runner/rolling.h"

#include <stdlib.h>

/* The kinds that an API may be asked for, in the order in which requests are filled. */
static const enum key_kind kinds[] = { KEY_EMAIL, KEY_LINKEDIN, KEY_PHONE };

/* In one cycle: they are kept in memory. */
#define CANDIDATES_MOST 500

/* Whose creation is wanted. */
struct candidate {
	struct str id;
	bool answered; /* by one of its keys: nobody who has it is unknown */
	bool failed;   /* one of its keys got no answer */
};

struct asked_key {
	struct match_key key;
	size_t candidate;
};

struct side_lookup {
	VEC(struct candidate) candidates;
	VEC(struct asked_key) keys;
	size_t most;  /* candidates in this cycle */
	bool reached; /* the newest pages go back to what is known */
};

struct lookup {
	struct runner *runner;
	struct arena arena;
	struct side_lookup sides[SIDE_COUNT];
	unsigned n_flying;
	bool found; /* somebody who has to be matched */
};

struct search {
	struct lookup *lookup;
	enum side side;
	size_t first, n; /* of the keys */
	uint32_t limit;
};

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

static bool is_allowed(const struct side_lookup *side, const struct candidate *candidate)
{
	return !candidate->failed && (candidate->answered || side->reached);
}

bool lookup_allows(const struct lookup *lookup, enum side target, struct str id)
{
	if (lookup == NULL)
		return false;
	const struct side_lookup *side = &lookup->sides[target];

	for (size_t i = 0; i < side->candidates.n; i++) {
		if (str_equal(side->candidates.items[i].id, id))
			return is_allowed(side, &side->candidates.items[i]);
	}
	return false;
}

size_t lookup_count(const struct lookup *lookup, enum side target)
{
	size_t n = 0;

	if (lookup == NULL)
		return 0;
	for (size_t i = 0; i < lookup->sides[target].candidates.n; i++)
		n += is_allowed(&lookup->sides[target], &lookup->sides[target].candidates.items[i]);
	return n;
}

/* ---- Whom to ask for ---- */

struct collecting {
	struct lookup *lookup;
	enum side target;
};

static void add_candidate(struct collecting *collecting, const struct person *source)
{
	struct lookup *lookup = collecting->lookup;
	struct side_lookup *side = &lookup->sides[collecting->target];
	struct match_key keys[MATCH_KEYS_MAX];
	const size_t n = match_keys(source, lookup->runner->table, side_other(collecting->target),
				    &lookup->arena, keys);

	for (size_t i = 0; i < n; i++)
		*VEC_PUSH(&side->keys) =
			(struct asked_key){ { keys[i].kind,
					      arena_copy(&lookup->arena, keys[i].key) },
					    side->candidates.n };
	*VEC_PUSH(&side->candidates) =
		(struct candidate){ .id = arena_copy(&lookup->arena, source->id) };
}

/* Who was refused before must not keep others waiting. */
static bool on_new(void *payload, const struct person *source, struct arena *arena,
		   struct error *err)
{
	struct collecting *collecting = payload;
	struct runner *runner = collecting->lookup->runner;
	const struct side_lookup *side = &collecting->lookup->sides[collecting->target];
	struct intent intent;
	bool possible = false;
	bool refused = false;

	if (side->candidates.n == side->most)
		return error_set(err, ERR_CANCELED, "enough for one cycle");
	if (!plan_create(runner, collecting->target, source, arena, &intent, &possible, err) ||
	    (possible && !plan_is_refused(runner, &intent, &refused, err)))
		return false;
	if (possible && !refused)
		add_candidate(collecting, source);
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
		struct collecting collecting = { lookup, target };
		const struct budget_rate rate = rolling_rate(runner, target);
		const uint32_t most = budget_push_most(&rate);

		lookup->sides[target].most = most < CANDIDATES_MOST ? most : CANDIDATES_MOST;
		lookup->sides[target].reached = runner->scans[target].reached;
		if (runner->scans[target].rolled && plan_may_create(runner, target) &&
		    !plan_each_new(runner, target, on_new, &collecting, err))
			return false;
	}
	return store_commit(store, err);
}

/* ---- Answers ---- */

static struct candidate *candidate_of(const struct search *search, size_t i)
{
	struct side_lookup *side = &search->lookup->sides[search->side];

	return &side->candidates.items[side->keys.items[search->first + i].candidate];
}

static bool was_asked_for(const struct search *search, const struct person *person)
{
	const struct side_lookup *side = &search->lookup->sides[search->side];
	struct arena arena = { 0 };
	struct match_key keys[MATCH_KEYS_MAX];
	const size_t n =
		match_keys(person, search->lookup->runner->table, search->side, &arena, keys);
	bool asked = false;

	for (size_t i = 0; i < n && !asked; i++) {
		for (size_t k = 0; k < search->n && !asked; k++) {
			const struct match_key *key = &side->keys.items[search->first + k].key;

			asked = key->kind == keys[i].kind && str_equal(key->key, keys[i].key);
		}
	}
	arena_release(&arena);
	return asked;
}

/* What is not what was asked for says nothing: a search may find more than what is equal. */
static bool take_hits(const struct search *search, const struct answer *answer, bool *ret_any,
		      bool *ret_readable, struct error *err)
{
	struct lookup *lookup = search->lookup;
	struct runner *runner = lookup->runner;
	struct store *store = runner_store(runner);
	struct arena arena = { 0 };
	bool ok = store_begin(store, err);

	*ret_any = false;
	*ret_readable = true;
	for (size_t i = 0; ok && i < answer->records.n; i++) {
		struct person person;
		enum observation observation;
		struct error bad;

		if (!fetch_decode(runner, search->side, answer, answer->records.items[i].bytes,
				  &arena, &person, &bad)) {
			*ret_readable = false;
		} else if (was_asked_for(search, &person)) {
			*ret_any = true;
			ok = runner_observe(runner, search->side, &person, NULL,
					    runner->scans[search->side].generation, &observation,
					    err);
			lookup->found = lookup->found || observation != OBSERVED_SAME;
		}
		arena_reset(&arena);
	}
	arena_release(&arena);
	return ok && store_commit(store, err);
}

static bool is_whole(const struct search *search, const struct answer *answer)
{
	const struct page_info *info = &answer->info;

	if (info->has_next)
		return false;
	return info->total >= 0 ? info->total <= (int64_t)info->n_members :
				  info->n_members < search->limit;
}

static void mark(const struct search *search, bool answered)
{
	for (size_t i = 0; i < search->n; i++) {
		struct candidate *candidate = candidate_of(search, i);

		candidate->answered = candidate->answered || answered;
		candidate->failed = candidate->failed || !answered;
	}
}

static void take_answer(const struct search *search, const struct answer *answer)
{
	struct runner *runner = search->lookup->runner;
	struct error err;
	bool any = false;
	bool readable = false;

	if (!take_hits(search, answer, &any, &readable, &err))
		runner_store_failed(runner, &err);
	else if (is_whole(search, answer) && readable)
		mark(search, true);
	else if (any || !readable)
		mark(search, false);
	/* Else the filter is ignored here: nobody was asked for. */
}

static void end(struct lookup *lookup)
{
	lookup->runner->again = lookup->found;
	runner_phase_done(lookup->runner);
}

static void on_answer(void *payload, struct answer *answer)
{
	struct search *search = payload;
	struct lookup *lookup = search->lookup;
	struct runner *runner = lookup->runner;

	if (answer->judgement == JUDGE_OK) {
		take_answer(search, answer);
	} else if (answer->judgement != JUDGE_REJECTED) {
		(void)error_wrap(&answer->err, "%s: looking for persons before creating them",
				 side_name(search->side));
		cycle_note_failure(&runner->cycle, search->side, &answer->err);
		mark(search, false);
	}
	free(search);
	if (--lookup->n_flying == 0)
		end(lookup);
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

static void submit(struct lookup *lookup, enum side side)
{
	struct runner *runner = lookup->runner;
	struct side_lookup *all = &lookup->sides[side];
	struct match_key *keys = alloc_zeroed(all->keys.n + 1, sizeof(*keys));

	if (all->keys.n > 1)
		qsort(all->keys.items, all->keys.n, sizeof(all->keys.items[0]), compare_keys);
	for (size_t i = 0; i < all->keys.n; i++)
		keys[i] = all->keys.items[i].key;
	for (size_t i = 0; i < all->keys.n;) {
		struct request request;
		const size_t n = is_askable(keys[i].kind) ?
					 runner->mapper[side]->search(&runner->context, keys + i,
								      all->keys.n - i, &request) :
					 0;

		if (n == 0) {
			i++;
			continue;
		}
		struct search *search = alloc_zeroed(1, sizeof(*search));

		*search =
			(struct search){ lookup, side, i, n, runner->mapper[side]->caps.page_max };
		lookup->n_flying++;
		runner->n_lookups[side]++;
		fetch_submit(runner, side, &request, FETCH_RECORDS, SENDER_PUSH, on_answer, search);
		i += n;
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
		end(lookup);
}
