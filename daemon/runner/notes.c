/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/runner/notes.h"

#include "daemon/runner/rolling.h"

#include "base/clock.h"
#include "base/log.h"

#include <assert.h>

/* Of the requests that are allowed, in per cent: for visits in rotation. */
static const uint32_t rotation_share[] = { [SIDE_RECORDS] = 10, [SIDE_PEOPLE] = 25 };

static void visit_release(struct visit *visit)
{
	for (int side = 0; side < SIDE_COUNT; side++) {
		VEC_RELEASE(&visit->side[side].notes);
		VEC_RELEASE(&visit->side[side].contents);
		VEC_RELEASE(&visit->side[side].taken);
	}
	VEC_RELEASE(&visit->pairs);
	VEC_RELEASE(&visit->steps);
	VEC_RELEASE(&visit->refused);
	arena_release(&visit->arena);
	*visit = (struct visit){ .next_step = 0 };
}

static void end_phase(struct notes *notes)
{
	struct runner *runner = notes->runner;

	if (notes->n_left > 0)
		LOG_INFO(
			"edits of notes stay where they are: the other side's API cannot take them",
			LOG_U64("count", notes->n_left));
	for (int side = 0; side < SIDE_COUNT; side++)
		budget_rationed(&runner->rations[side], (uint64_t)notes->rotated[side]);
	arena_release(&notes->list_arena);
	free(notes);
	runner_phase_done(runner);
}

void notes_store_failed(struct notes *notes, const struct error *err)
{
	notes->broken = true;
	runner_store_failed(notes->runner, err);
}

void notes_break(struct notes *notes, enum side side, const struct error *err)
{
	struct error named = *err;

	(void)error_wrap(&named, "%s: notes", side_name(side));
	cycle_note_failure(&notes->runner->cycle, side, &named);
	notes->broken = true;
}

void notes_submit(struct notes *notes, enum side side, struct request *request, fetch_fn *fn,
		  void *payload)
{
	notes->used[side]++;
	notes->rotated[side] += notes->visit.rotates;
	notes->runner->n_note_requests[side]++;
	fetch_submit(notes->runner, side, request, FETCH_RECORDS, SENDER_SCAN, fn, payload);
}

/* ---- Turns ---- */

/* Whoever is due is visited, be it one in each cycle; it takes nothing of what the others have. */
bool notes_may_ask(const struct notes *notes, enum side side)
{
	if (notes->visit.rotates)
		return notes->rotated[side] < notes->share[side];
	return notes->n_visits <= 1 || notes->used[side] - notes->rotated[side] < notes->most[side];
}

/* Where notes flow from records only, most visits need nothing of the other side. */
static bool may_visit(struct notes *notes)
{
	const bool people = direction_flows_from(notes->rules.direction, SIDE_PEOPLE);

	notes->n_visits++;
	notes->visit.rotates = !notes->visit.turn.due && !notes->visit.turn.first;
	return notes_may_ask(notes, SIDE_RECORDS) && (!people || notes_may_ask(notes, SIDE_PEOPLE));
}

/* A link that was dissolved has nothing to read; its turn comes again when it is active again. */
static bool next_turn(struct notes *notes, bool *ret_found, struct error *err)
{
	struct visit *visit = &notes->visit;
	const int64_t cycle = notes->runner->cycle.report.id;
	struct store *store = runner_store(notes->runner);

	for (;;) {
		if (!store_note_turn_next(store, cycle, &visit->arena, &visit->turn, ret_found,
					  err))
			return false;
		if (!*ret_found || visit->turn.active)
			return true;
		if (!store_note_turn_end(store, visit->turn.link, cycle, false, false, err))
			return false;
	}
}

void notes_go_on(struct notes *notes)
{
	bool found = false;
	struct error err;

	if (!notes->broken && !notes->runner->stopping && !next_turn(notes, &found, &err))
		notes_store_failed(notes, &err);
	if (!found || notes->broken || !may_visit(notes)) {
		visit_release(&notes->visit);
		end_phase(notes);
		return;
	}
	notes_read(notes);
}

void notes_visited(struct notes *notes, bool read)
{
	struct visit *visit = &notes->visit;
	const bool ok = notes->runner->cycle.report.failure.code != ERR_STORE;
	struct error err;

	if (ok && !store_note_turn_end(runner_store(notes->runner), visit->turn.link,
				       notes->runner->cycle.report.id, read && !visit->unfinished,
				       visit->unfinished, &err))
		notes_store_failed(notes, &err);
	visit_release(visit);
	runner_changed(notes->runner);
	notes_go_on(notes);
}

/* ---- The phase ---- */

/* What is due may make a cycle as long again as it is, a minute at most: edits of persons wait for the next.
 * Of a minute, so much at least, or somebody who is due again and again would be all. */
#define DUE_LEAST 0.25

static void set_allowance(struct notes *notes)
{
	struct runner *runner = notes->runner;
	const struct config *config = runner->options.config;
	const double minutes = (double)config->sync.interval_ns / (60.0 * (double)NS_PER_S);
	const double rates[SIDE_COUNT] = {
		[SIDE_RECORDS] = config->records.reads_per_second * 60,
		[SIDE_PEOPLE] = config->people.requests_per_minute,
	};

	for (int i = 0; i < SIDE_COUNT; i++) {
		const enum side side = (enum side)i;
		const struct budget_rate rate = rolling_rate(runner, side);
		const double most = rates[side] * (minutes > 1         ? 1 :
						   minutes < DUE_LEAST ? DUE_LEAST :
									 minutes);

		notes->most[side] =
			most > BUDGET_RATION_LEAST ? (int64_t)most : BUDGET_RATION_LEAST;
		notes->share[side] = budget_ration(&runner->rations[side], &rate,
						   rotation_share[side], runner_now(runner));
	}
}

/* ---- What the sides can do ---- */

/* An API that could not update notes may have learned to, or something else had answered. */
#define ASKED_AGAIN_NS (INT64_C(86400) * NS_PER_S)
/* In so many cycles in a row. */
#define NOT_FOUND_MOST 3

static const struct {
	const char *cannot_update, *not_found;
} names[] = {
	[SIDE_RECORDS] = { "notes.records.cannot_update_since", "notes.records.not_found" },
	[SIDE_PEOPLE] = { "notes.people.cannot_update_since", "notes.people.not_found" },
};

bool notes_cannot_update(struct notes *notes, enum side side, struct error *err)
{
	char text[CLOCK_TEXT_BYTES];

	clock_format(runner_now(notes->runner), 0, text);
	notes->rules.editable[side] = false;
	return store_meta_set(runner_store(notes->runner), names[side].cannot_update,
			      str_from(text), err);
}

static bool count_not_found(struct notes *notes, enum side side, uint64_t n, struct error *err)
{
	const char text[] = { (char)('0' + n), '\0' };

	static_assert(NOT_FOUND_MOST <= 9, "one digit");
	notes->n_not_found[side] = n;
	return store_meta_set(runner_store(notes->runner), names[side].not_found, str_from(text),
			      err);
}

bool notes_not_found(struct notes *notes, enum side side, struct error *err)
{
	const uint64_t n = notes->n_not_found[side] + 1;

	notes->rules.editable[side] = false;
	notes->visit.unfinished = true;
	if (n < NOT_FOUND_MOST)
		return count_not_found(notes, side, n, err);
	return count_not_found(notes, side, 0, err) && notes_cannot_update(notes, side, err);
}

bool notes_found(struct notes *notes, enum side side, struct error *err)
{
	return count_not_found(notes, side, 0, err);
}

static bool recall_side(struct notes *notes, enum side side, struct arena *arena, struct error *err)
{
	struct store *store = runner_store(notes->runner);
	struct str since = { NULL, 0 };
	struct str count = { NULL, 0 };
	uint64_t n = 0;
	int64_t at = 0;

	if (!store_meta_get(store, names[side].cannot_update, arena, &since, err) ||
	    !store_meta_get(store, names[side].not_found, arena, &count, err))
		return false;
	if (clock_parse(since, &at) && runner_now(notes->runner) - at < ASKED_AGAIN_NS)
		notes->rules.editable[side] = false;
	if (str_to_u64(count, NOT_FOUND_MOST, &n))
		notes->n_not_found[side] = n;
	return true;
}

static bool recall(struct notes *notes, struct error *err)
{
	struct arena arena = { 0 };
	const bool ok = recall_side(notes, SIDE_RECORDS, &arena, err) &&
			recall_side(notes, SIDE_PEOPLE, &arena, err);

	arena_release(&arena);
	return ok;
}

static struct notes *notes_new(struct runner *runner)
{
	const struct config *config = runner->options.config;
	struct notes *notes = alloc_zeroed(1, sizeof(*notes));

	*notes = (struct notes){ .runner = runner };
	notes->api[SIDE_RECORDS] =
		note_api_find(SIDE_RECORDS, dialect_name(config->records.dialect));
	notes->api[SIDE_PEOPLE] = note_api_find(SIDE_PEOPLE, "");
	notes->rules = (struct note_rules){
		.direction = config->notes.direction,
		.conflict = config->sync.conflict,
		.newest_fallback = runner->rules.newest_fallback,
	};
	for (int side = 0; side < SIDE_COUNT; side++) {
		notes->rules.editable[side] = notes->api[side]->update != NULL;
		notes->closed[side] = runner->halted[side];
	}
	set_allowance(notes);
	return notes;
}

/* A plan that was reviewed, or the choice of some persons, says nothing of notes. */
static bool is_wanted(const struct runner *runner)
{
	return runner->options.config->notes.enabled && runner->options.admit == NULL &&
	       !runner->stopping;
}

void runner_notes(struct runner *runner)
{
	struct error err;

	if (!is_wanted(runner)) {
		runner_phase_done(runner);
		return;
	}
	struct notes *notes = notes_new(runner);

	if (!recall(notes, &err) ||
	    !store_note_turns_begin(runner_store(runner), runner->cycle.report.id, &err)) {
		notes_store_failed(notes, &err);
		notes_go_on(notes);
		return;
	}
	notes_list(notes);
}
