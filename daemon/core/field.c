/* SPDX-License-Identifier: Apache-2.0 */
#include "core/field.h"

#include "base/hash.h"

#include <assert.h>

struct type_facts {
	const char *name;
	enum field_shape shape;
	unsigned parts;
};

static const struct type_facts types[] = {
	[FIELD_TEXT] = { "text", SHAPE_SCALAR, 0 },
	[FIELD_NUMBER] = { "number", SHAPE_SCALAR, 0 },
	[FIELD_INTEGER] = { "integer", SHAPE_SCALAR, 0 },
	[FIELD_BOOLEAN] = { "boolean", SHAPE_SCALAR, 0 },
	[FIELD_DATE] = { "date", SHAPE_SCALAR, 0 },
	[FIELD_TIMESTAMP] = { "timestamp", SHAPE_SCALAR, 0 },
	[FIELD_URL] = { "url", SHAPE_SCALAR, 0 },
	[FIELD_LINKEDIN] = { "url", SHAPE_SCALAR, 0 },
	[FIELD_EMAIL_SET] = { "email_set", SHAPE_SET, 0 },
	[FIELD_PHONE_SET] = { "phone_set", SHAPE_SET, 0 },
	[FIELD_SELECT] = { "select", SHAPE_SCALAR, 0 },
	[FIELD_TEXT_SET] = { "text_set", SHAPE_SET, 0 },
	[FIELD_REFERENCE] = { "reference", SHAPE_SCALAR, 0 },
	[FIELD_REFERENCE_SET] = { "reference_set", SHAPE_SET, 0 },
	[FIELD_REFERENCE_OF_MANY] = { "reference", SHAPE_SET, 0 },
	[FIELD_LOCATION] = { "location", SHAPE_PARTS, LOCATION_PART_COUNT },
	[FIELD_NAME] = { "name", SHAPE_PARTS, NAME_PART_COUNT },
};
static_assert(COUNT_OF(types) == FIELD_TYPE_COUNT, "every type has its facts");

static const char *const policies[] = {
	[POLICY_NEWEST] = "newest",
	[POLICY_RECORDS] = "records",
	[POLICY_PEOPLE] = "people",
	[POLICY_MANUAL] = "manual",
};
static_assert(COUNT_OF(policies) == POLICY_COUNT, "every policy has a name");

static const char *const directions[] = {
	[DIRECTION_BOTH] = "both",
	[DIRECTION_TO_PEOPLE] = "to_people",
	[DIRECTION_TO_RECORDS] = "to_records",
	[DIRECTION_NONE] = "none",
};
static_assert(COUNT_OF(directions) == DIRECTION_COUNT, "every direction has a name");

enum field_shape field_shape(enum field_type type)
{
	return types[type].shape;
}

unsigned field_part_count(enum field_type type)
{
	return types[type].parts;
}

bool field_has_primary(enum field_type type)
{
	return type == FIELD_EMAIL_SET || type == FIELD_PHONE_SET;
}

bool field_part_elsewhere(const struct field *field, unsigned part)
{
	return (field->parts_elsewhere & (1u << part)) != 0;
}

struct collection_facts {
	const char *name; /* as the people side's paths, and the state, spell it */
	enum side side;
};

static const struct collection_facts collections[] = {
	[COLLECTION_TAGS] = { "tags", SIDE_PEOPLE },
	[COLLECTION_SEGMENTS] = { "segments", SIDE_PEOPLE },
	[COLLECTION_ORGANIZATIONS] = { "organizations", SIDE_PEOPLE },
	[COLLECTION_USERS] = { "users", SIDE_PEOPLE },
	[COLLECTION_COMPANIES] = { "companies", SIDE_RECORDS },
	[COLLECTION_MEMBERS] = { "workspace_members", SIDE_RECORDS },
};
static_assert(COUNT_OF(collections) == COLLECTION_COUNT, "every collection has its facts");

const char *collection_name(enum collection collection)
{
	return collections[collection].name;
}

enum side collection_side(enum collection collection)
{
	return collections[collection].side;
}

#define TYPE(type) (1u << FIELD_##type)

/* By the property of the people side, which is documented; the records' attributes have any name. */
static const struct {
	const char *people;
	unsigned types;
	enum collection of[SIDE_COUNT]; /* records, people */
} referring[] = {
	{ "tags", TYPE(TEXT_SET), { COLLECTION_NONE, COLLECTION_TAGS } },
	{ "segments",
	  TYPE(REFERENCE_SET) | TYPE(REFERENCE_OF_MANY),
	  { COLLECTION_NONE, COLLECTION_SEGMENTS } },
	{ "organizations",
	  TYPE(REFERENCE_SET) | TYPE(REFERENCE_OF_MANY),
	  { COLLECTION_COMPANIES, COLLECTION_ORGANIZATIONS } },
	{ "owner", TYPE(REFERENCE), { COLLECTION_MEMBERS, COLLECTION_USERS } },
};

enum collection field_collection(const struct field *field, enum side side)
{
	for (size_t i = 0; i < COUNT_OF(referring); i++) {
		if ((referring[i].types & (1u << field->type)) != 0 &&
		    str_equal_z(field->path[SIDE_PEOPLE], referring[i].people))
			return referring[i].of[side];
	}
	return COLLECTION_NONE;
}

bool field_is_tags(const struct field *field)
{
	return field_collection(field, SIDE_PEOPLE) == COLLECTION_TAGS;
}

const char *field_type_name(enum field_type type)
{
	return types[type].name;
}

bool field_type_from_name(struct str name, enum field_type *ret_type)
{
	for (int type = 0; type < FIELD_TYPE_COUNT; type++) {
		if (str_equal_z(name, types[type].name)) {
			*ret_type = (enum field_type)type;
			return true;
		}
	}
	return false;
}

const char *policy_name(enum policy policy)
{
	return policies[policy];
}

bool policy_from_name(struct str name, enum policy *ret_policy)
{
	for (int policy = 0; policy < POLICY_COUNT; policy++) {
		if (str_equal_z(name, policies[policy])) {
			*ret_policy = (enum policy)policy;
			return true;
		}
	}
	return false;
}

const char *direction_name(enum direction direction)
{
	return directions[direction];
}

bool direction_from_name(struct str name, enum direction *ret_direction)
{
	for (int direction = 0; direction < DIRECTION_COUNT; direction++) {
		if (str_equal_z(name, directions[direction])) {
			*ret_direction = (enum direction)direction;
			return true;
		}
	}
	return false;
}

/* The full name of a record is all of it; people show their parts in the order they are spoken. */
static struct str name_display(struct arena *arena, const struct value *name)
{
	static const enum name_part order[] = { NAME_PREFIX, NAME_GIVEN, NAME_ADDITIONAL,
						NAME_FAMILY };
	struct value spoken = value_items(arena, COUNT_OF(order));

	if (value_part(name, NAME_FULL).len > 0)
		return value_part(name, NAME_FULL);
	for (size_t i = 0; i < COUNT_OF(order); i++)
		spoken.items[i].text = value_part(name, order[i]);
	return value_join(arena, &spoken, " ");
}

struct str field_display(struct arena *arena, enum field_type type, const struct value *value)
{
	return type == FIELD_NAME ? name_display(arena, value) : value_join(arena, value, ", ");
}

bool direction_flows_from(enum direction direction, enum side from)
{
	static const bool flows[DIRECTION_COUNT][SIDE_COUNT] = {
		[DIRECTION_BOTH] = { [SIDE_RECORDS] = true, [SIDE_PEOPLE] = true },
		[DIRECTION_TO_PEOPLE] = { [SIDE_RECORDS] = true },
		[DIRECTION_TO_RECORDS] = { [SIDE_PEOPLE] = true },
	};

	return flows[direction][from];
}

int field_find(const struct field_table *table, struct str name)
{
	for (size_t i = 0; i < table->n; i++) {
		if (str_equal(table->fields[i].name, name))
			return (int)i;
	}
	return -1;
}

/* ---- Defaults ---- */

struct default_row {
	const char *name;
	enum field_type type;
	const char *values, *attributes, *people; /* NULL: not in this dialect */
	bool single_in_attributes;
};

static const struct default_row default_rows[] = {
	{ "name", FIELD_NAME, "name", "name", "name", true },
	{ "emails", FIELD_EMAIL_SET, "email_addresses", "email", "emailAddresses", true },
	{ "phones", FIELD_PHONE_SET, "phone_numbers", "phone", "phoneNumbers", true },
	{ "job_title", FIELD_TEXT, "job_title", "job_title", "jobTitle", false },
	{ "linkedin", FIELD_LINKEDIN, "linkedin", "linkedin_url", "linkedinId", false },
	{ "tags", FIELD_TEXT_SET, NULL, "tags", "tags", false },
	{ "address", FIELD_LOCATION, "primary_location", NULL, "address", false },
};

size_t field_defaults(bool attributes_dialect, size_t max, struct field ret_rows[])
{
	size_t n = 0;

	for (size_t i = 0; i < COUNT_OF(default_rows); i++) {
		const struct default_row *row = &default_rows[i];
		const char *records = attributes_dialect ? row->attributes : row->values;

		if (records == NULL)
			continue;
		assert(n < max);
		ret_rows[n] = (struct field){
			.name = str_from(row->name),
			.type = row->type,
			.path = { [SIDE_RECORDS] = str_from(records),
				  [SIDE_PEOPLE] = str_from(row->people) },
			.single = { [SIDE_RECORDS] =
					    attributes_dialect && row->single_in_attributes },
			.direction = DIRECTION_BOTH,
			.policy = POLICY_NEWEST,
		};
		n++;
	}
	return n;
}

/* What a name needs of people stays with it: only these can be fields of their own. */
static const struct {
	const char *property;
	enum name_part part;
} separable[] = {
	{ "honorificPrefix", NAME_PREFIX },
	{ "initials", NAME_INITIALS },
};

static unsigned parts_written_by(const struct field *row)
{
	unsigned parts = 0;

	for (size_t i = 0; i < COUNT_OF(separable); i++) {
		if (direction_flows_from(row->direction, SIDE_RECORDS) &&
		    str_equal_z(row->path[SIDE_PEOPLE], separable[i].property))
			parts |= 1u << separable[i].part;
	}
	return parts;
}

static void find_parts_elsewhere(struct field *rows, size_t n)
{
	unsigned parts = 0;

	for (size_t i = 0; i < n; i++)
		parts |= parts_written_by(&rows[i]);
	for (size_t i = 0; i < n; i++) {
		if (rows[i].type == FIELD_NAME)
			rows[i].parts_elsewhere = parts;
	}
}

static uint64_t row_fingerprint(const struct field *row)
{
	uint64_t hash =
		hash64(row->name, (uint64_t)row->type + 1 + ((uint64_t)row->parts_elsewhere << 32));

	for (int side = 0; side < SIDE_COUNT; side++)
		hash = hash64(row->path[side], hash + row->single[side]);
	for (size_t i = 0; i < row->n_map; i++) {
		for (int side = 0; side < SIDE_COUNT; side++)
			hash = hash64(row->map[i].side[side], hash);
	}
	return hash;
}

void field_table_init(struct field_table *table, struct field *rows, size_t n)
{
	*table = (struct field_table){ .n = n, .fields = rows };
	find_parts_elsewhere(rows, n);
	for (size_t i = 0; i < n; i++) {
		rows[i].fingerprint = row_fingerprint(&rows[i]);
		table->fingerprint = hash64(rows[i].name, table->fingerprint ^ rows[i].fingerprint);
	}
	table->name = field_find(table, STR_LIT("name"));
	table->emails = field_find(table, STR_LIT("emails"));
	table->phones = field_find(table, STR_LIT("phones"));
	table->linkedin = field_find(table, STR_LIT("linkedin"));
	table->customer_id = field_find(table, STR_LIT("customer_id"));
}
