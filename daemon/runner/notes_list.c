/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notes_list: one list of everybody's notes, where the API has one: fifty notes a request tell who is worth
 * a visit.  It only proposes: a server that has no such list, or a page that drifted, leaves the notes to
 * the slow rotation.
 */
#include "daemon/runner/notes.h"

#include <stdio.h>

#define OFFSET_NAME "notes.list_offset"
static void request_page(struct notes *notes);

static bool remember_offset(struct notes *notes, struct error *err)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)notes->list_offset);
	return store_meta_set(runner_store(notes->runner), OFFSET_NAME, str_from(text), err);
}

static void end_list(struct notes *notes)
{
	struct error err;

	if (!notes->broken && !remember_offset(notes, &err))
		notes_store_failed(notes, &err);
	notes_go_on(notes);
}

/* A note that cannot be understood is met again when its person is visited. */
static bool take_page(struct notes *notes, const struct answer *answer, struct error *err)
{
	struct store *store = runner_store(notes->runner);
	struct arena arena = { 0 };
	bool ok = store_begin(store, err);

	for (size_t i = 0; ok && i < answer->records.n; i++) {
		struct note note;
		struct error bad;

		if (notes->api[SIDE_RECORDS]->decode(answer->records.items[i].bytes, &arena, &note,
						     &bad))
			ok = store_note_listed(store, &note, err);
	}
	arena_release(&arena);
	return ok && store_commit(store, err);
}

/* A server that ignores the offset shows the same page for ever. */
static bool is_repeated(struct notes *notes, const struct answer *answer)
{
	const struct str first = answer->records.items[0].bytes;

	if (str_equal(first, notes->list_last))
		return true;
	arena_reset(&notes->list_arena);
	notes->list_last = arena_copy(&notes->list_arena, first);
	return false;
}

/* What one person's notes show as well is not worth a failure. */
static bool is_no_list(const struct answer *answer)
{
	return answer->judgement == JUDGE_GONE || answer->judgement == JUDGE_REJECTED ||
	       answer->judgement == JUDGE_CLASH || answer->judgement == JUDGE_MALFORMED;
}

static void on_page(void *payload, struct answer *answer)
{
	struct notes *notes = payload;
	struct error err;

	if (answer->judgement != JUDGE_OK) {
		if (!is_no_list(answer))
			notes_break(notes, SIDE_RECORDS, &answer->err);
		notes->list_offset = 0;
		end_list(notes);
		return;
	}
	if (answer->records.n == 0 || is_repeated(notes, answer)) {
		notes->list_offset = 0;
		end_list(notes);
		return;
	}
	if (!take_page(notes, answer, &err))
		notes_store_failed(notes, &err);
	notes->list_offset += answer->records.n;
	if (notes->broken || notes->runner->stopping || notes->list_allowance <= 0)
		end_list(notes);
	else
		request_page(notes);
}

static void request_page(struct notes *notes)
{
	const struct note_page page = { .offset = notes->list_offset };
	struct request request;

	notes->list_allowance--;
	notes->api[SIDE_RECORDS]->list(&notes->runner->context, &page, &request);
	notes_submit(notes, SIDE_RECORDS, &request, on_page, notes);
}

void notes_list(struct notes *notes)
{
	struct arena arena = { 0 };
	struct str text = { NULL, 0 };
	uint64_t offset = 0;
	struct error err;

	notes->list_allowance = notes->share[SIDE_RECORDS];

	if (!notes->api[SIDE_RECORDS]->lists_all ||
	    !direction_flows_from(notes->rules.direction, SIDE_RECORDS)) {
		notes_go_on(notes);
		return;
	}
	if (!store_meta_get(runner_store(notes->runner), OFFSET_NAME, &arena, &text, &err))
		notes_store_failed(notes, &err);
	else if (str_to_u64(text, UINT32_MAX, &offset))
		notes->list_offset = offset;
	arena_release(&arena);
	if (notes->broken)
		notes_go_on(notes);
	else
		request_page(notes);
}
