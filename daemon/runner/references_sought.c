/* SPDX-License-Identifier: Apache-2.0 */
/*
 * references_sought: what was looked for in vain.
 *
 * A reading answers for whatever it was wanted for and does not have, until the next one: what nobody can
 * resolve costs no request in each cycle.  Where a missing one is to be made, that was refused, too.
 */
#include "daemon/runner/references.h"

#include "base/limits.h"
#include "mappers/value_map.h"
#include "state/members.h"

#include <assert.h>

/* No text has one: an id stands behind it. */
#define ID_MARK '\n'

static bool is_id(struct str sought)
{
	return sought.len > 0 && sought.p[0] == ID_MARK;
}

static bool is_sought(const struct known *known, struct str sought)
{
	return titles_of_id(known->sought, sought).len > 0 ||
	       titles_count(known->sought) >= LIMIT_COLLECTION_ITEMS;
}

static void remember(struct known *known, struct str sought)
{
	const bool room = titles_add(known->sought, sought, STR_LIT("sought"));

	assert(room);
}

static void on_stored(void *payload, struct str sought, bool refused)
{
	struct known *known = payload;

	/* Not tried, before create_missing was switched on. */
	if ((refused || !known->create || is_id(sought)) && !is_sought(known, sought))
		remember(known, sought);
}

static void forget_sought(struct known *known)
{
	titles_clear(known->sought);
	known->news.n = known->wants.n = 0;
	arena_reset(&known->sought_texts);
}

bool references_load_sought(struct runner *runner, enum collection which, struct error *err)
{
	struct known *known = &runner->references->sets[which];

	forget_sought(known);
	return store_sought_each(runner_store(runner), collection_name(which), on_stored, known,
				 err);
}

void references_give_up(struct known *known, struct str text)
{
	if (is_sought(known, text))
		return;
	remember(known, text);
	*VEC_PUSH(&known->news) = arena_copy(&known->sought_texts, text);
}

/* ---- What is wanted ---- */

static void want(struct runner *runner, enum collection which, struct str sought)
{
	struct known *known = &runner->references->sets[which];

	references_want(runner, which);
	for (size_t i = 0; i < known->wants.n; i++) {
		if (str_equal(known->wants.items[i], sought))
			return;
	}
	if (known->wants.n < REFERENCES_WANTS_MOST)
		*VEC_PUSH(&known->wants) = arena_copy(&known->sought_texts, sought);
}

static void want_created(struct known *known, struct str text)
{
	for (size_t i = 0; i < known->missing.n; i++) {
		if (str_equal(known->missing.items[i], text))
			return;
	}
	if (known->missing.n < REFERENCES_CREATED_MOST)
		*VEC_PUSH(&known->missing) = arena_copy(&known->missing_texts, text);
}

void references_seek(struct runner *runner, enum side target, const struct field *field,
		     struct str text)
{
	const enum collection which = field_collection(field, target);
	struct known *known = &runner->references->sets[which];
	struct arena arena = { 0 };
	const struct str written = value_map_written(&arena, field, target, text);

	if (!is_sought(known, written)) {
		want(runner, which, written);
		if (known->create)
			want_created(known, written);
	}
	arena_release(&arena);
}

void references_on_missed(void *payload, enum collection which, struct str id)
{
	struct runner *runner = payload;
	struct arena arena = { 0 };
	const struct str sought = arena_format(&arena, "%c%.*s", ID_MARK, STR_ARG(id));

	if (!is_sought(&runner->references->sets[which], sought)) {
		want(runner, which, sought);
		if (companies_are_met(runner, which))
			companies_missed(runner, id);
		else
			runner->references->missed[which] = true;
	}
	arena_release(&arena);
}

/* ---- After a reading ---- */

static bool is_there(const struct known *known, struct str sought)
{
	return (is_id(sought) ? titles_of_id(known->titles, str_skip(sought, 1)) :
				titles_id_of(known->titles, sought))
		       .len > 0;
}

void references_conclude(struct runner *runner, enum collection which)
{
	struct known *known = &runner->references->sets[which];
	struct arena wants = known->sought_texts;
	const size_t n = known->wants.n;

	if (!known->fresh)
		return;
	known->fresh = known->doubted = false;
	known->sought_texts = (struct arena){ 0 };
	forget_sought(known);
	/* A plan looks at what is there now, and leaves no word of it. */
	for (size_t i = 0; i < n && !runner->options.dry_run; i++) {
		const struct str sought = known->wants.items[i];

		if ((is_id(sought) || !known->create) && !is_there(known, sought))
			references_give_up(known, sought);
	}
	arena_release(&wants);
}

/* What two readings in a row do not show waits for the one after them. */
static void end_doubt(struct known *known)
{
	if (!known->doubted || !known->reread || !known->found_out)
		return;
	known->doubted = false;
	for (size_t i = 0; i < known->wants.n; i++) {
		const struct str sought = known->wants.items[i];

		if (is_id(sought) && !is_there(known, sought))
			references_give_up(known, sought);
	}
}

/* As known as before, and as old as can be: the next cycle reads it. */
static bool store_doubt(struct runner *runner, enum collection which, struct error *err)
{
	struct known *known = &runner->references->sets[which];

	if (!known->doubted)
		return true;
	known->doubted = false;
	known->read_at = STORE_MEMBERS_OLD;
	return store_members_outdate(runner_store(runner), collection_name(which), err);
}

bool references_store_sought(struct runner *runner, struct error *err)
{
	struct store *store = runner_store(runner);
	bool any = false;

	for (int i = 0; i < COLLECTION_COUNT; i++) {
		end_doubt(&runner->references->sets[i]);
		any = any || runner->references->sets[i].news.n > 0 ||
		      runner->references->sets[i].doubted;
	}
	if (!any)
		return true;
	if (!store_begin(store, err))
		return false;
	for (int i = 0; i < COLLECTION_COUNT; i++) {
		struct known *known = &runner->references->sets[i];

		for (size_t k = 0; k < known->news.n; k++) {
			if (!store_sought_add(store, collection_name((enum collection)i),
					      known->news.items[k], known->create, err))
				return false;
		}
		known->news.n = 0;
		if (!store_doubt(runner, (enum collection)i, err))
			return false;
	}
	return store_commit(store, err);
}
