/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each row of the field table against the side's attributes, and against persons that it holds.
 *
 * Where a side tells its attributes, what is not among them does not exist.  Where it doesn't, the API's
 * documents and the sample say something together: what is in neither is not proven to be missing.
 */
#include "daemon/check/check_p.h"

#include <inttypes.h>

/* What the sample holds of one row. */
struct seen {
	size_t n_set, n_there, n_failed;
	struct error failure; /* the first */
};

static void count_one(struct check *check, enum side side, const struct mapper_context *context,
		      struct str raw, struct seen *seen)
{
	struct arena arena = { 0 };
	struct person person;
	struct error err;

	if (check->mapper[side]->decode(context, raw, &arena, &person, &err)) {
		seen->n_set += value_is_set(&person.values[0]);
		seen->n_there += person.values[0].state != VALUE_UNKNOWN;
	} else if (seen->n_failed++ == 0) {
		seen->failure = err;
	}
	arena_release(&arena);
}

static struct seen look(struct check *check, enum side side, size_t field)
{
	const struct check_side *self = &check->sides[side];
	const struct field_table table = check_table_of(check, field);
	const struct mapper_context context = check_context_of(check, &table);
	struct seen seen = { 0 };

	for (size_t i = 0; i < self->sample.n; i++)
		count_one(check, side, &context, self->sample.items[i], &seen);
	/* There, absent is empty: it proves nothing. */
	if (side == SIDE_PEOPLE)
		seen.n_there = seen.n_set;
	return seen;
}

/* ---- Against the attributes ---- */

struct subject {
	struct check *check;
	enum side side;
	const struct field *field;
	bool written; /* values flow to this side */
};

static struct finding *wrong(const struct subject *subject, const char *found, const char *todo)
{
	struct finding *finding =
		check_note_wrong(subject->check, EXIT_CODE_CONFIG, subject->side, "attribute",
				 "%.*s %s", STR_ARG(subject->field->path[subject->side]), found);

	finding->field = subject->field->name;
	finding->todo = str_from(todo);
	return finding;
}

static struct finding *warn(const struct subject *subject, const char *found, const char *todo)
{
	struct finding *finding = wrong(subject, found, todo);

	finding->result = FINDING_WARNING;
	finding->code = EXIT_CODE_OK;
	return finding;
}

static const char *text(const struct subject *subject, const char *before, struct str middle,
			const char *after)
{
	return arena_format(&subject->check->arena, "%s%.*s%s", before, STR_ARG(middle), after).p;
}

static const char *types_needed(const struct subject *subject)
{
	return text(subject, "map an attribute of one of these types: ",
		    str_from(schema_types_of(subject->field->type)), "; or change the row's type");
}

static const char *one_way(const struct subject *subject)
{
	return subject->side == SIDE_RECORDS ?
		       "give the row direction = \"to_people\", or map another attribute" :
		       "give the row direction = \"to_records\", or map another property";
}

/* True: it was said what does not fit. */
static bool complain_of_fit(const struct subject *subject, const struct schema_attribute *attribute)
{
	/* What has a value map may be spelled in any way. */
	const enum schema_fit fit = subject->field->n_map > 0 ?
					    FIT_GOOD :
					    schema_fit(attribute, subject->field, subject->side);
	const char *type = text(subject, "is of type ", attribute->type, "");

	if (fit == FIT_TYPE)
		(void)wrong(subject, type, types_needed(subject));
	else if (fit == FIT_READ && subject->written)
		(void)wrong(subject,
			    text(subject, "is of type ", attribute->type,
				 ", which can be read so, but not written"),
			    types_needed(subject));
	else if (fit == FIT_ONE && subject->written)
		(void)wrong(subject, "holds one value, and the row is a list",
			    "map an attribute that holds several");
	else if (fit == FIT_MANY)
		(void)warn(subject, "holds several values: only the first is synced",
			   "map an attribute that holds one, or change the row's type");
	else
		return false;
	return true;
}

static bool complain_of_attribute(const struct subject *subject,
				  const struct schema_attribute *attribute)
{
	if (attribute->archived)
		(void)wrong(subject, "is archived",
			    "restore it there, or map another one, or switch the row off "
			    "(enabled = false)");
	else if (!attribute->writable && subject->written)
		(void)wrong(subject, "is read-only, and the row writes it", one_way(subject));
	else
		return complain_of_fit(subject, attribute);
	return true;
}

/* ---- The row ---- */

/* Nothing is said of how many have it where none was read: a reference may be there, and not be read. */
static void note_fit(const struct subject *subject, const struct seen *seen,
		     const struct schema_attribute *attribute)
{
	struct check *check = subject->check;
	const struct str path = subject->field->path[subject->side];
	const struct str type = attribute != NULL ? attribute->type : (struct str){ NULL, 0 };
	const struct str count =
		seen->n_set == 0 ? (struct str){ NULL, 0 } :
				   arena_format(&check->arena, ": on %zu of %zu persons",
						seen->n_set, check->sides[subject->side].sample.n);

	check_note(check, FINDING_OK, subject->side, "attribute", "%.*s%s%.*s%.*s", STR_ARG(path),
		   type.len > 0 ? ", " : "", STR_ARG(type), STR_ARG(count))
		->field = subject->field->name;
}

static void note_unseen(const struct subject *subject)
{
	const size_t n = subject->check->sides[subject->side].sample.n;
	struct finding *finding = check_note(
		subject->check, n > 0 ? FINDING_WARNING : FINDING_UNCHECKED, subject->side,
		"attribute", "%.*s: not documented, and not seen on any of %zu persons",
		STR_ARG(subject->field->path[subject->side]), n);

	finding->field = subject->field->name;
	finding->todo = STR_LIT("look whether it is spelled as it is there");
}

static void note_failed(const struct subject *subject, const struct seen *seen)
{
	struct finding *finding = check_note_wrong(
		subject->check, EXIT_CODE_CONFIG, subject->side, "attribute",
		"on %zu of %zu persons it is not of the row's type: %s", seen->n_failed,
		subject->check->sides[subject->side].sample.n, seen->failure.msg);

	finding->field = subject->field->name;
	finding->todo = STR_LIT("change the row's type, or map another one");
}

static void check_row(const struct subject *subject, size_t row)
{
	const struct check_side *self = &subject->check->sides[subject->side];
	const struct schema_attribute *attribute =
		schema_find(&self->schema, subject->field->path[subject->side]);
	const struct seen seen = look(subject->check, subject->side, row);

	if (attribute == NULL && self->schema.live) {
		(void)wrong(subject,
			    text(subject, "does not exist in the object ",
				 str_from(subject->check->context.object), ""),
			    "make it there, or map another one, or switch the row off "
			    "(enabled = false)");
		return;
	}
	if (attribute != NULL && complain_of_attribute(subject, attribute))
		return;
	if (seen.n_failed > 0)
		note_failed(subject, &seen);
	else if (attribute == NULL && seen.n_there == 0)
		note_unseen(subject);
	else
		note_fit(subject, &seen, attribute);
}

/* Attributes that a new person must have, and that no row writes. */
static void check_required(struct check *check, enum side side)
{
	const struct schema *schema = &check->sides[side].schema;
	const struct field_table *table = check->context.fields;

	for (size_t i = 0; i < schema->n; i++) {
		bool mapped = !schema->attributes[i].required || !schema->attributes[i].writable;

		for (size_t k = 0; k < table->n && !mapped; k++)
			mapped = str_equal(table->fields[k].path[side],
					   schema->attributes[i].slug) &&
				 direction_flows_from(table->fields[k].direction, side_other(side));
		if (!mapped)
			check_note(check, FINDING_WARNING, side, "attribute",
				   "%.*s is required, and no row writes it: persons cannot be made",
				   STR_ARG(schema->attributes[i].slug))
				->todo = STR_LIT("map it, or take the requirement away");
	}
}

static bool is_known(const struct check_side *side)
{
	return side->sampled || side->schema.live;
}

void check_fields(struct check *check, enum side side)
{
	const struct field_table *table = check->context.fields;

	if (!is_known(&check->sides[side])) {
		(void)check_note(check, FINDING_UNCHECKED, side, "attributes of all fields",
				 "see above");
		return;
	}
	for (size_t i = 0; i < table->n; i++) {
		const struct subject subject = {
			.check = check,
			.side = side,
			.field = &table->fields[i],
			.written =
				direction_flows_from(table->fields[i].direction, side_other(side)),
		};

		if (table->fields[i].path[side].len > 0 &&
		    table->fields[i].direction != DIRECTION_NONE)
			check_row(&subject, i);
	}
	if (direction_flows_from(check->config->sync.create, side_other(side)))
		check_required(check, side);
}
