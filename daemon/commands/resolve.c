/* SPDX-License-Identifier: Apache-2.0 */
/*
 * resolve: decides a contested field, or a frozen one.
 *
 * Nothing is asked or written here: each side gets a wish to hold the value that was chosen, bound to
 * what it holds now.  The next sync carries it out, unless either side is edited before that: then the
 * choice was made between other values, and the conflict stays.
 */
#include "daemon/commands/resolve.h"

#include "core/merge.h"
#include "daemon/print/table.h"
#include "mappers/mapper.h"

#include <inttypes.h>

/* ---- Which conflict ---- */

struct search {
	struct str id;
	int64_t number;        /* 0: by the id of a person */
	struct conflict found; /* id, link, kind and field, in the arena; id 0: none */
	uint64_t n_fields;     /* conflicts of that person about a field */
	struct arena *arena;
};

/* Both sides changed it, or something keeps changing it back. */
static bool is_about_a_field(const struct conflict *conflict)
{
	return str_equal_z(conflict->kind, "field") || str_equal_z(conflict->kind, "flapping");
}

static bool on_conflict(void *payload, const struct conflict *conflict, struct error *err)
{
	struct search *search = payload;
	const bool is_it = search->number != 0 ?
				   conflict->id == search->number :
				   str_equal(conflict->side_id[SIDE_RECORDS], search->id) ||
					   str_equal(conflict->side_id[SIDE_PEOPLE], search->id);
	const bool is_field = is_about_a_field(conflict);

	(void)err;
	if (!is_it || (search->n_fields > 0 && !is_field))
		return true;
	search->n_fields += is_field;
	search->found = (struct conflict){
		.id = conflict->id,
		.link = conflict->link,
		.kind = arena_copy(search->arena, conflict->kind),
		.field = arena_copy(search->arena, conflict->field),
	};
	return true;
}

/* An id comes before a number, as everywhere. */
static bool find(struct verb_call *call, struct search *search, struct error *err)
{
	uint64_t number;

	if (!store_conflict_each(call->store, on_conflict, search, err))
		return false;
	if (search->found.id == 0 && str_to_u64(search->id, INT64_MAX, &number) && number != 0) {
		search->number = (int64_t)number;
		if (!store_conflict_each(call->store, on_conflict, search, err))
			return false;
	}
	if (search->found.id == 0)
		return error_set(err, ERR_USAGE,
				 "there is no conflict %.*s; `crmsync conflicts list` shows all",
				 STR_ARG(str_head(search->id, 80)));
	if (search->n_fields > 1)
		return error_set(err, ERR_USAGE,
				 "%" PRIu64
				 " fields of %.*s are contested: name one by its number, "
				 "from `crmsync conflicts show %.*s`",
				 search->n_fields, STR_ARG(str_head(search->id, 80)),
				 STR_ARG(str_head(search->id, 80)));
	return true;
}

/* What settles the conflicts that are no contested fields. */
static bool must_be_a_field(const struct conflict *conflict, struct error *err)
{
	static const struct {
		const char *kind, *advice;
	} others[] = {
		{ "ambiguous", "say who is who with `crmsync links link RECORDS_ID PEOPLE_ID`" },
		{ "duplicate",
		  "link it with `crmsync links link RECORDS_ID PEOPLE_ID`, or merge the "
		  "two at their side" },
		{ "gone",
		  "restore the person there, or part the two with `crmsync links unlink ID`" },
	};

	if (is_about_a_field(conflict))
		return true;
	for (size_t i = 0; i < COUNT_OF(others); i++) {
		if (str_equal_z(conflict->kind, others[i].kind))
			return error_set(err, ERR_USAGE,
					 "conflict %" PRId64
					 " is no contested field but \"%s\": %s",
					 conflict->id, others[i].kind, others[i].advice);
	}
	return error_set(err, ERR_USAGE, "conflict %" PRId64 " is no contested field",
			 conflict->id);
}

/* ---- What each side is to hold ---- */

struct decision {
	const struct field *field;
	struct pair pair;
	struct value now[SIDE_COUNT];
	struct value value[SIDE_COUNT];
	struct str reason;
	struct arena *arena;
};

static bool use_side(struct decision *decision, struct str name, struct error *err)
{
	for (int s = 0; s < SIDE_COUNT; s++) {
		const enum side side = (enum side)s;
		const enum side other = side_other(side);

		if (!str_equal_z(name, side_name(side)))
			continue;
		decision->value[side] = decision->now[side];
		decision->value[other] = merge_carried(decision->field, side, &decision->now[side],
						       &decision->now[other], decision->arena);
		decision->reason =
			arena_format(decision->arena, "decided by hand: %s", side_name(side));
		return true;
	}
	return error_set(err, ERR_USAGE, "--use=%.*s is neither records nor people",
			 STR_ARG(str_head(name, 40)));
}

static bool use_value(struct decision *decision, struct str text, struct error *err)
{
	if (!mapper_typed(decision->field, text, decision->arena, &decision->value[SIDE_RECORDS],
			  err))
		return false;
	decision->value[SIDE_PEOPLE] = decision->value[SIDE_RECORDS];
	decision->reason = STR_LIT("decided by hand");
	return true;
}

static bool load(struct verb_call *call, const struct conflict *conflict, struct decision *decision,
		 struct error *err)
{
	const struct field_table *table = &call->context->config->fields;
	const int at = field_find(table, conflict->field);

	if (at < 0)
		return error_set(err, ERR_USAGE,
				 "conflict %" PRId64 " is about a field that is no longer in the "
				 "table; the next sync ends it",
				 conflict->id);
	if (!store_pair_get(call->store, conflict->link, decision->arena, &decision->pair, err))
		return false;
	decision->field = &table->fields[at];
	for (int s = 0; s < SIDE_COUNT; s++) {
		const struct value *now = &decision->pair.now[s].values[at];

		decision->now[s] =
			now->state != VALUE_UNKNOWN ? *now : decision->pair.shadow[s].values[at];
		/* Never said to be there. */
		if (decision->now[s].state == VALUE_UNKNOWN)
			decision->now[s] = value_empty();
	}
	return true;
}

static bool wish(struct verb_call *call, const struct decision *decision, struct error *err)
{
	for (int s = 0; s < SIDE_COUNT; s++) {
		const struct wish wish = {
			.link = decision->pair.link.id,
			.side = (enum side)s,
			.field = decision->field->name,
			.value = decision->value[s],
			.base = decision->now[s],
			.reason = decision->reason,
			.at = verb_now(),
		};

		if (!store_wish_put(call->store, &wish, err))
			return false;
	}
	return true;
}

/* "decided by hand: records: Analyst" */
static struct str choice_text(const struct field *field, struct str reason,
			      const struct value *value, struct arena *arena)
{
	const struct str text = field_display(arena, field->type, value);

	return arena_format(arena, "%.*s: %.*s", STR_ARG(reason),
			    STR_ARG(text.len > 0 ? text : STR_LIT("(empty)")));
}

static bool resolve(struct verb_call *call, struct arena *arena, struct conflict *ret_conflict,
		    struct str *ret_choice, struct error *err)
{
	struct search search = { .id = call->words[0], .arena = arena };
	struct decision decision = { .arena = arena };

	if (call->given[VERB_USE] == call->given[VERB_VALUE])
		return error_set(err, ERR_USAGE,
				 "conflicts resolve needs either --use=records, --use=people or "
				 "--value=TEXT");
	if (!find(call, &search, err) || !must_be_a_field(&search.found, err) ||
	    !load(call, &search.found, &decision, err))
		return false;
	*ret_conflict = search.found;
	if (!(call->given[VERB_USE] ? use_side(&decision, call->option[VERB_USE], err) :
				      use_value(&decision, call->option[VERB_VALUE], err)))
		return false;
	*ret_choice =
		choice_text(decision.field, decision.reason, &decision.value[SIDE_RECORDS], arena);
	return wish(call, &decision, err);
}

bool conflict_resolve(struct verb_call *call, struct error *err)
{
	struct arena arena = { 0 };
	struct conflict conflict = { 0 };
	struct str choice = { NULL, 0 };

	if (!store_begin(call->store, err))
		return false;
	bool ok = resolve(call, &arena, &conflict, &choice, err) && store_commit(call->store, err);

	if (!ok)
		store_rollback(call->store);
	else if (!call->context->quiet)
		ok = listing_printed(printf("conflict %" PRId64
					    " (%.*s) is %.*s; the next sync carries it out\n",
					    conflict.id, STR_ARG(conflict.field),
					    STR_ARG(table_clean(&arena, choice))) >= 0,
				     err);
	arena_release(&arena);
	return ok;
}

/* ---- For the list ---- */

struct seen_wish {
	const struct field *field;
	struct arena *arena;
	struct str choice;
};

static bool on_wish(void *payload, const struct wish *wish, struct arena *arena, struct error *err)
{
	struct seen_wish *seen = payload;

	(void)arena;
	(void)err;
	if (seen->choice.len == 0 && str_equal(wish->field, seen->field->name))
		seen->choice = choice_text(seen->field, wish->reason, &wish->value, seen->arena);
	return true;
}

bool conflict_choice(const struct verb_call *call, const struct conflict *conflict,
		     struct arena *arena, struct str *ret_choice, struct error *err)
{
	const struct field_table *table = &call->context->config->fields;
	const int at = field_find(table, conflict->field);
	struct seen_wish seen = { .arena = arena };

	if (at >= 0)
		seen.field = &table->fields[at];
	if (at >= 0 && conflict->link != 0 &&
	    !store_wish_each(call->store, conflict->link, on_wish, &seen, err))
		return false;
	*ret_choice = seen.choice;
	return true;
}
