/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of the sample would come back as it was, had it been written to the other side, read there and
 * written back: field by field, by the functions that a sync uses.  What does not is not lost where it
 * is (nothing is written that was not edited); but it is what the other side will not have, and what an
 * edit there may cost here.
 *
 * Shows how many, which parts, and one id: never a value.
 */
#include "core/merge.h"
#include "daemon/check/check_p.h"

#include <inttypes.h>

struct rounds {
	struct check *check;
	enum side from;
	const struct field *field;
	struct mapper_context context;
	size_t n, n_lossy;
	struct str id;  /* of the first that is lossy */
	struct str why; /* the same */
};

/* ---- There and back ---- */

/* What `side` would answer, had it been given this value. */
static bool stored(const struct rounds *rounds, enum side side, const struct value *value,
		   struct arena *arena, struct value *ret_value, struct error *err)
{
	const struct mapper *mapper = rounds->check->mapper[side];
	struct person person;
	struct request request;
	struct str raw;

	person_init(&person, arena, rounds->context.fields);
	person.values[0] = *value;
	mapper->create(&rounds->context, &person, &request);
	const bool ok = mapper_echo(mapper, &request, arena, &raw, err) &&
			mapper->decode(&rounds->context, raw, arena, &person, err);

	request_release(&request);
	if (ok)
		*ret_value = person.values[0];
	return ok;
}

/* What the other side holds after `value` was carried there. */
static bool carried(const struct rounds *rounds, enum side from, const struct value *value,
		    struct arena *arena, struct value *ret_value, struct error *err)
{
	const struct value nothing = value_empty();
	const struct value wanted = merge_carried(rounds->field, from, value, &nothing, arena);

	return stored(rounds, side_other(from), &wanted, arena, ret_value, err);
}

/* ---- What is lost ---- */

static const char *const name_parts[NAME_PART_COUNT] = {
	[NAME_GIVEN] = "given name",   [NAME_ADDITIONAL] = "additional name",
	[NAME_FAMILY] = "family name", [NAME_PREFIX] = "prefix",
	[NAME_INITIALS] = "initials",  [NAME_FULL] = "full name",
};

static const char *const location_parts[LOCATION_PART_COUNT] = {
	[LOCATION_LINE_1] = "line 1",     [LOCATION_LINE_2] = "line 2",
	[LOCATION_LINE_3] = "line 3",     [LOCATION_LINE_4] = "line 4",
	[LOCATION_LOCALITY] = "locality", [LOCATION_REGION] = "region",
	[LOCATION_POSTCODE] = "postcode", [LOCATION_COUNTRY] = "country",
	[LOCATION_LATITUDE] = "latitude", [LOCATION_LONGITUDE] = "longitude",
};

/* Names of the parts that differ, with ", " between them. */
static struct str lost_parts(enum field_type type, const struct value *before,
			     const struct value *after, struct arena *arena)
{
	const char *const *parts = type == FIELD_NAME ? name_parts : location_parts;
	struct str text = { NULL, 0 };

	for (unsigned i = 0; i < field_part_count(type); i++) {
		if (!str_equal(value_part(before, i), value_part(after, i)))
			text = arena_format(arena, "%.*s%s%s", STR_ARG(text),
					    text.len > 0 ? ", " : "", parts[i]);
	}
	return text;
}

/* Empty: nothing is lost. */
static struct str loss(const struct field *field, const struct value *before,
		       const struct value *after, struct arena *arena)
{
	const enum field_shape shape = field_shape(field->type);
	uint32_t n_lost = 0;

	if (shape == SHAPE_PARTS)
		return lost_parts(field->type, before, after, arena);
	if (shape == SHAPE_SCALAR)
		return value_equal(before, after) ? (struct str){ NULL, 0 } :
						    STR_LIT("it comes back different");
	for (uint32_t i = 0; i < before->n; i++)
		n_lost += !value_is_set(after) || !value_has(after, before->items[i].key);
	if (n_lost > 0)
		return arena_format(arena, "%" PRIu32 " of %" PRIu32 " elements", n_lost,
				    before->n);
	return value_equal_as_set(before, after) ? (struct str){ NULL, 0 } :
						   STR_LIT("elements are added");
}

/* ---- The sample ---- */

static struct str round_trip(const struct rounds *rounds, const struct value *value,
			     struct arena *arena)
{
	struct value there;
	struct value back;
	struct error err;

	if (!carried(rounds, rounds->from, value, arena, &there, &err) ||
	    !carried(rounds, side_other(rounds->from), &there, arena, &back, &err))
		return STR_LIT("it cannot be read again");
	return loss(rounds->field, value, &back, arena);
}

static void try_one(struct rounds *rounds, struct str raw)
{
	const struct mapper *mapper = rounds->check->mapper[rounds->from];
	struct arena arena = { 0 };
	struct person person;
	struct error ignored; /* said of the fields */

	if (mapper->decode(&rounds->context, raw, &arena, &person, &ignored) &&
	    value_is_set(&person.values[0])) {
		const struct str why = round_trip(rounds, &person.values[0], &arena);

		rounds->n++;
		if (why.len > 0 && rounds->n_lossy++ == 0) {
			rounds->id = arena_copy(&rounds->check->arena, person.id);
			rounds->why = arena_copy(&rounds->check->arena, why);
		}
	}
	arena_release(&arena);
}

static void note_rounds(struct rounds *rounds)
{
	struct check *check = rounds->check;
	struct finding *finding;

	if (rounds->n == 0) {
		finding = check_note(check, FINDING_UNCHECKED, rounds->from, "round trip",
				     "nothing in the sample to try it with");
	} else if (rounds->n_lossy == 0) {
		finding = check_note(check, FINDING_OK, rounds->from, "round trip",
				     "%zu of %zu come back as they were", rounds->n, rounds->n);
	} else {
		finding = check_note(check, FINDING_WARNING, rounds->from, "round trip",
				     "lossy: %zu of %zu do not come back as they were; %.*s: %.*s",
				     rounds->n_lossy, rounds->n, STR_ARG(rounds->id),
				     STR_ARG(rounds->why));
		const char *there = side_name(side_other(rounds->from));

		finding->todo =
			arena_format(&check->arena,
				     "%s cannot hold it so: what is named stays on %s as it "
				     "is, unless the field is edited on %s",
				     there, side_name(rounds->from), there);
	}
	finding->field = rounds->field->name;
}

static bool is_tried(const struct check *check, enum side from, const struct field *field)
{
	return field->path[SIDE_RECORDS].len > 0 && field->path[SIDE_PEOPLE].len > 0 &&
	       direction_flows_from(field->direction, from) &&
	       /* Of tags whose titles are not all known nothing can be said. */
	       (check->tags_whole || !field_is_tags(field));
}

void check_rounds(struct check *check, enum side side)
{
	const struct check_side *self = &check->sides[side];
	const struct field_table *table = check->context.fields;

	if (!self->sampled) {
		(void)check_note(check, FINDING_UNCHECKED, side, "round trip", "see above");
		return;
	}
	for (size_t i = 0; i < table->n; i++) {
		const struct field_table one = check_table_of(check, i);
		struct rounds rounds = {
			.check = check,
			.from = side,
			.field = &one.fields[0],
			.context = check_context_of(check, &one),
		};

		if (!is_tried(check, side, &table->fields[i]))
			continue;
		for (size_t k = 0; k < self->sample.n; k++)
			try_one(&rounds, self->sample.items[k]);
		note_rounds(&rounds);
	}
}
