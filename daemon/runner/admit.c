/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/runner/admit.h"

#include "base/vec.h"
#include "daemon/runner/push.h"

#include <assert.h>
#include <string.h>

/* Somebody of --only. */
struct chosen {
	struct str id;
	int64_t link; /* not 0: the id is a link's number and nobody's id */
};

/* Where a step is in the list, in order of what it is. */
struct place {
	struct digest key;
	size_t at;
};

struct admit {
	bool has_plan;
	bool resolved;
	struct error unknown; /* ERR_USAGE: who is none of the persons */
	VEC(struct chosen) chosen;
	VEC(struct step) steps;
	VEC(struct place) places;
	struct arena arena;
};

struct admit *admit_new(void)
{
	return alloc_zeroed(1, sizeof(struct admit));
}

void admit_free(struct admit *admit)
{
	if (admit == NULL)
		return;
	VEC_RELEASE(&admit->chosen);
	VEC_RELEASE(&admit->steps);
	VEC_RELEASE(&admit->places);
	arena_release(&admit->arena);
	free(admit);
}

void admit_only(struct admit *admit, struct str id)
{
	*VEC_PUSH(&admit->chosen) = (struct chosen){ .id = arena_copy(&admit->arena, id) };
}

void admit_plan(struct admit *admit)
{
	admit->has_plan = true;
}

/* ---- Steps ---- */

/* Of what the target holds in the written fields; where none is written (a removal), in all. */
static struct digest base_digest(const struct intent *intent, const struct field_table *table)
{
	struct arena arena = { 0 };
	struct person written;
	bool any = false;

	person_init(&written, &arena, table);
	for (size_t i = 0; intent->base.values != NULL && i < table->n; i++) {
		if (intent->write.values[i].state == VALUE_UNKNOWN)
			continue;
		written.values[i] = intent->base.values[i];
		any = true;
	}
	const bool whole = !any && intent->kind != INTENT_CREATE && intent->base.values != NULL;
	const struct digest digest = person_digest(whole ? &intent->base : &written, table);

	arena_release(&arena);
	return digest;
}

struct step step_of(const struct intent *intent, const struct field_table *table)
{
	struct step step = {
		.kind = intent->kind,
		.target = intent->target,
		.source_id = intent->source_id,
		.base = base_digest(intent, table),
	};

	if (intent->kind != INTENT_CREATE)
		step.target_id = intent->target_id;
	if (intent->write.values != NULL)
		step.content = person_digest(&intent->write, table);
	return step;
}

static struct digest key_of(const struct step *step)
{
	struct buf text;

	buf_init(&text, SIZE_MAX / 2);
	buf_addf(&text, "%u %u %zu %zu ", step->kind, step->target, step->target_id.len,
		 step->source_id.len);
	buf_add_str(&text, step->target_id);
	buf_add_str(&text, step->source_id);
	buf_add(&text, step->content.bytes, sizeof(step->content.bytes));
	buf_add(&text, step->base.bytes, sizeof(step->base.bytes));
	const struct digest key = digest_of(buf_str(&text), 0);

	buf_release(&text);
	return key;
}

void admit_add_step(struct admit *admit, const struct step *step)
{
	struct step *copy = VEC_PUSH(&admit->steps);

	*copy = *step;
	copy->target_id = arena_copy(&admit->arena, step->target_id);
	copy->source_id = arena_copy(&admit->arena, step->source_id);
	*VEC_PUSH(&admit->places) = (struct place){ key_of(copy), admit->steps.n - 1 };
}

void admit_each_step(const struct admit *admit, step_fn *fn, void *payload)
{
	for (size_t i = 0; i < admit->steps.n; i++)
		fn(payload, &admit->steps.items[i]);
}

static int compare_places(const void *a, const void *b)
{
	const struct place *left = a;
	const struct place *right = b;

	return memcmp(left->key.bytes, right->key.bytes, sizeof(left->key.bytes));
}

static struct step *find_step(struct admit *admit, const struct intent *intent,
			      const struct field_table *table)
{
	const struct step step = step_of(intent, table);
	const struct place wanted = { .key = key_of(&step) };
	const struct place *place = NULL;

	if (admit->places.n > 0)
		place = bsearch(&wanted, admit->places.items, admit->places.n, sizeof(wanted),
				compare_places);
	return place != NULL ? &admit->steps.items[place->at] : NULL;
}

/* ---- Persons ---- */

/* An id comes before a number, as everywhere. */
static bool resolve(struct admit *admit, struct chosen *chosen, struct store *store,
		    struct error *err)
{
	struct arena arena = { 0 };
	struct person person;
	struct link link;
	bool known = false;
	bool linked = false;
	bool ok = true;

	for (int side = 0; ok && !known && side < SIDE_COUNT; side++)
		ok = store_person_get(store, (enum side)side, chosen->id, &arena, &person, &known,
				      err);
	if (ok && !known)
		ok = store_link_find(store, chosen->id, &arena, &link, &linked, err);
	if (ok && linked)
		chosen->link = link.id;
	arena_release(&arena);
	if (ok && !known && !linked)
		(void)error_set(&admit->unknown, ERR_USAGE,
				"--only: nobody has the id %.*s on either side, and no link has "
				"that number; `crmsync links list` shows the links",
				STR_ARG(str_head(chosen->id, 80)));
	return ok;
}

bool admit_resolve(struct admit *admit, struct store *store, struct error *err)
{
	if (admit == NULL || admit->resolved)
		return true;
	for (size_t i = 0; admit->unknown.code == ERR_OK && i < admit->chosen.n; i++) {
		if (!resolve(admit, &admit->chosen.items[i], store, err))
			return false;
	}
	if (admit->places.n > 0)
		qsort(admit->places.items, admit->places.n, sizeof(struct place), compare_places);
	admit->resolved = true;
	return true;
}

enum err_code admit_unknown(const struct admit *admit, struct error *ret_err)
{
	if (admit == NULL)
		return ERR_OK;
	*ret_err = admit->unknown;
	return admit->unknown.code;
}

static bool is_chosen(const struct admit *admit, const struct intent *intent)
{
	for (size_t i = 0; i < admit->chosen.n; i++) {
		const struct chosen *chosen = &admit->chosen.items[i];

		if (chosen->link != 0 ? chosen->link == intent->link :
					str_equal(chosen->id, intent->target_id) ||
						str_equal(chosen->id, intent->source_id))
			return true;
	}
	return admit->chosen.n == 0;
}

bool admit_intent(struct admit *admit, const struct intent *intent, const struct field_table *table)
{
	if (admit == NULL)
		return true;
	assert(admit->resolved);
	if (admit->unknown.code != ERR_OK || !is_chosen(admit, intent))
		return false;
	if (!admit->has_plan)
		return true;
	struct step *step = find_step(admit, intent, table);

	if (step != NULL)
		step->state = STEP_ADMITTED;
	return step != NULL;
}

void admit_answered(struct admit *admit, const struct job *job, const struct field_table *table)
{
	/* What is not known yet, or left to the next sync, stays admitted. */
	static const enum step_state states[] = {
		[RESULT_DONE] = STEP_DONE,        [RESULT_SAME] = STEP_DONE,
		[RESULT_MOVED] = STEP_WAITING,    [RESULT_REFUSED] = STEP_REFUSED,
		[RESULT_CLASH] = STEP_WAITING,    [RESULT_GONE] = STEP_WAITING,
		[RESULT_DROPPED] = STEP_ADMITTED, [RESULT_UNCERTAIN] = STEP_ADMITTED,
		[RESULT_IGNORED] = STEP_REFUSED,
	};
	struct step *step;

	if (admit == NULL || !admit->has_plan)
		return;
	step = find_step(admit, &job->intent, table);
	if (step != NULL)
		step->state = states[job->result];
}
