/* SPDX-License-Identifier: Apache-2.0 */
/*
 * companies: which there are where they cannot be listed (dialect attributes).  Each is met at a person who
 * is with it, and asked for through that person once the list is through: no list is read for them.
 *
 *  - One that is not known is met when its person is decoded.  The person is staged without it, and gets it
 *    when it is known: nobody is decided about before.
 *  - Where all of them are to be asked for again, every record of the scan tells who is with which, be its
 *    bytes known or not.  What a whole list does not show then is with nobody, and is not known any more.
 */
#include "daemon/runner/references.h"

#include "state/nameless.h"

/* Persons a transaction. */
#define RESOLVE_BATCH 500

bool companies_are_met(const struct runner *runner, enum collection which)
{
	return which == COLLECTION_COMPANIES && !collection_is_list(runner->mapper[SIDE_RECORDS]);
}

static const struct field *company_field(const struct runner *runner)
{
	size_t row = 0;

	while (field_collection(&runner->table->fields[row], SIDE_RECORDS) != COLLECTION_COMPANIES)
		row++;
	return &runner->table->fields[row];
}

void companies_begin(struct runner *runner)
{
	struct references *references = runner->references;

	references->gathers = companies_are_met(runner, COLLECTION_COMPANIES) &&
			      references->sets[COLLECTION_COMPANIES].needed &&
			      references_is_stale(runner, COLLECTION_COMPANIES);
}

/* More than a collection may hold are not asked for. */
static void add_holder(struct references *references, struct str company, struct str person)
{
	if (titles_of_id(references->met, company).len > 0 ||
	    !titles_add(references->met, company, person))
		return;
	*VEC_PUSH(&references->holders.list) = (struct member){
		.id = arena_copy(&references->holder_texts, company),
		.title = arena_copy(&references->holder_texts, person),
	};
}

void companies_meet(struct runner *runner, enum side side, struct str raw)
{
	struct arena arena = { 0 };
	struct str person;
	struct str company;

	if (side != SIDE_RECORDS || !runner->references->gathers)
		return;
	if (collection_holder(runner->mapper[side], company_field(runner)->path[side], raw, &arena,
			      &person, &company))
		add_holder(runner->references, company, person);
	arena_release(&arena);
}

void companies_missed(struct runner *runner, struct str id)
{
	struct references *references = runner->references;

	references->missed_company = arena_copy(&references->missed_texts, id);
}

bool companies_is_missed(const struct runner *runner, enum side side)
{
	return side == SIDE_RECORDS && runner->references->missed_company.len > 0;
}

bool companies_note(struct runner *runner, enum side side, struct str person, struct error *err)
{
	struct references *references = runner->references;
	const struct str company = references->missed_company;

	if (!companies_is_missed(runner, side))
		return true;
	add_holder(references, company, person);
	return store_nameless_put(runner_store(runner), person, company, err);
}

void companies_drop(struct runner *runner, struct str id)
{
	struct references *references = runner->references;
	struct members *members = &references->sets[COLLECTION_COMPANIES].members;
	size_t n = 0;

	references_on_missed(runner, COLLECTION_COMPANIES, id);
	for (size_t i = 0; i < members->list.n; i++) {
		if (!str_equal(members->list.items[i].id, id))
			members->list.items[n++] = members->list.items[i];
	}
	members->list.n = n;
	references->dropped = true;
}

bool companies_wait(const struct runner *runner)
{
	const struct references *references = runner->references;

	return references->gathers || references->dropped || references->holders.list.n > 0;
}

bool companies_are_all(const struct runner *runner)
{
	const struct side_scan *scan = &runner->scans[SIDE_RECORDS];

	return runner->references->gathers && scan->complete && !scan->rolled;
}

void companies_asked(struct runner *runner)
{
	struct references *references = runner->references;

	references->gathers = references->dropped = false;
	references->holders.list.n = 0;
	titles_clear(references->met);
	arena_reset(&references->holder_texts);
}

/* ---- Who is with one ---- */

static bool resolve(struct runner *runner, struct str id, struct str company, struct arena *arena,
		    struct error *err)
{
	const struct field *field = company_field(runner);
	const size_t row = (size_t)(field - runner->table->fields);
	struct mapper_context context = runner->context;
	struct value value;
	enum observation observation;
	struct person person;
	bool found;

	context.on_missed = NULL; /* that was noted */
	if (!collection_company(&context, field, company, arena, &value, err))
		return false;
	if (!value_is_set(&value))
		return true;
	if (!store_person_get(runner_store(runner), SIDE_RECORDS, id, arena, &person, &found, err))
		return false;
	/* Another page may have shown somebody since who is with another one. */
	if (!found || person.values[row].state != VALUE_UNKNOWN)
		return true;
	person.values[row] = value;
	return runner_observe(runner, SIDE_RECORDS, &person, NULL, 0, &observation, err);
}

static bool resolve_some(struct runner *runner, struct arena *at_arena, struct str *at,
			 bool *ret_more, struct error *err)
{
	struct store *store = runner_store(runner);
	struct arena arena = { 0 };
	bool ok = store_begin(store, err);

	*ret_more = true;
	for (int i = 0; ok && *ret_more && i < RESOLVE_BATCH; i++) {
		struct str id;
		struct str company;

		arena_reset(&arena);
		ok = store_nameless_next(store, *at, &arena, &id, &company, ret_more, err);
		if (!ok || !*ret_more)
			break;
		arena_reset(at_arena);
		*at = arena_copy(at_arena, id);
		ok = resolve(runner, id, company, &arena, err);
	}
	arena_release(&arena);
	return ok && store_commit(store, err);
}

bool companies_resolve(struct runner *runner, struct error *err)
{
	struct arena arena = { 0 };
	struct str at = { "", 0 };
	bool more = companies_are_met(runner, COLLECTION_COMPANIES) &&
		    runner->references->sets[COLLECTION_COMPANIES].needed;
	bool ok = true;

	if (!more)
		return true;
	while (ok && more)
		ok = resolve_some(runner, &arena, &at, &more, err);
	arena_release(&arena);
	references_choose_rows(runner);
	return ok && store_nameless_clear(runner_store(runner), err);
}
