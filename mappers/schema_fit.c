/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What type an attribute must have for a row of the field table, in the words of all three APIs.
 */
#include "mappers/schema.h"

#include "mappers/people_property.h"

#include <string.h>

struct type_fit {
	const char *both; /* can be read and written */
	const char *read; /* can be read as this type too */
};

/* A type without a row is not judged. */
static const struct type_fit fits[FIELD_TYPE_COUNT] = {
	[FIELD_TEXT] = { "text select status domain email-address phone-number string email phone "
			 "url",
			 "personal-name date timestamp interaction" },
	[FIELD_NUMBER] = { "number currency rating integer", "" },
	[FIELD_INTEGER] = { "number currency rating integer", "" },
	[FIELD_BOOLEAN] = { "checkbox boolean", "" },
	[FIELD_DATE] = { "date text string", "timestamp interaction date-time" },
	[FIELD_TIMESTAMP] = { "timestamp text string date-time", "date interaction" },
	[FIELD_URL] = { "text domain url string", "" },
	[FIELD_LINKEDIN] = { "text url string", "" },
	[FIELD_EMAIL_SET] = { "email-address email emails", "" },
	[FIELD_PHONE_SET] = { "phone-number phone phones", "" },
	[FIELD_SELECT] = { "select status text string", "" },
	[FIELD_TEXT_SET] = { "select multi_select text iris", "" },
	[FIELD_REFERENCE] = { "record-reference actor-reference link iri iris", "" },
	[FIELD_REFERENCE_SET] = { "record-reference actor-reference link iris", "" },
	[FIELD_REFERENCE_OF_MANY] = { "record-reference link iris", "" },
	[FIELD_LOCATION] = { "location address", "" },
	[FIELD_NAME] = { "personal-name name", "" },
};

static bool names(const char *list, struct str type)
{
	struct str rest = str_from(list);
	struct str word;

	while (str_cut(&rest, ' ', &word)) {
		if (str_equal(word, type))
			return true;
	}
	return false;
}

enum schema_fit schema_fit(const struct schema_attribute *attribute, const struct field *field,
			   enum side side)
{
	const struct type_fit *fit = &fits[field->type];
	const enum field_shape shape = field_shape(field->type);
	const enum people_form form =
		side == SIDE_PEOPLE ? people_property_form(attribute->slug) : PEOPLE_FORM_ANY;

	if (form != PEOPLE_FORM_ANY)
		return people_form_fits(form, field) ? FIT_GOOD : FIT_TYPE;
	if (fit->both == NULL)
		return FIT_UNJUDGED;
	if (!names(fit->both, attribute->type))
		return names(fit->read, attribute->type) ? FIT_READ : FIT_TYPE;
	if (shape == SHAPE_SET && !attribute->multi && !field->single[side])
		return FIT_ONE;
	if (shape == SHAPE_SCALAR && attribute->multi && field->type != FIELD_REFERENCE)
		return FIT_MANY;
	return FIT_GOOD;
}

const char *schema_types_of(enum field_type type)
{
	return fits[type].both != NULL ? fits[type].both : "";
}

const struct schema_attribute *schema_find(const struct schema *schema, struct str slug)
{
	for (size_t i = 0; i < schema->n; i++) {
		if (str_equal(schema->attributes[i].slug, slug))
			return &schema->attributes[i];
	}
	return NULL;
}

/* ---- What the documents say ---- */

static const struct {
	const char *slug, *type;
	bool multi, writable;
} flat[] = {
	{ "name", "name", false, true },
	{ "email", "email", false, true },
	{ "phone", "phone", false, true },
	{ "job_title", "text", false, true },
	{ "company", "link", false, true },
	{ "linkedin_url", "url", false, true },
	{ "twitter_url", "url", false, true },
	{ "tags", "multi_select", true, true },
	/* The document calls it a date; its example is a point in time. */
	{ "last_contacted", "date-time", false, true },
	{ "notes", "text", false, true },
	/* Of the record itself. */
	{ "record_id", "text", false, false },
	{ "created_at", "date-time", false, false },
	{ "updated_at", "date-time", false, false },
};

static struct schema flat_schema(struct arena *arena)
{
	struct schema_attribute *attributes =
		arena_alloc(arena, COUNT_OF(flat), sizeof(*attributes));

	for (size_t i = 0; i < COUNT_OF(flat); i++)
		attributes[i] = (struct schema_attribute){
			.slug = str_from(flat[i].slug),
			.type = str_from(flat[i].type),
			.writable = flat[i].writable,
			.multi = flat[i].multi,
		};
	return (struct schema){ .n = COUNT_OF(flat), .attributes = attributes };
}

static struct schema people_schema(struct arena *arena)
{
	size_t n = 0;

	while (people_property_name(n).len > 0)
		n++;
	struct schema_attribute *attributes = arena_alloc(arena, n + 1, sizeof(*attributes));

	for (size_t i = 0; i < n; i++) {
		const struct str slug = people_property_name(i);
		const enum people_form form = people_property_form(slug);

		attributes[i] = (struct schema_attribute){
			.slug = slug,
			.type = str_from(people_form_type(form)),
			.writable = people_property_access(slug) != PEOPLE_READ_ONLY,
			.multi = people_form_is_list(form),
		};
	}
	/* givenName, familyName and so on: the row of the name stands for all of them. */
	attributes[n] = (struct schema_attribute){ .slug = STR_LIT("name"),
						   .type = STR_LIT("name"),
						   .writable = true };
	return (struct schema){ .n = n + 1, .attributes = attributes };
}

struct schema schema_documented(const struct mapper *mapper, struct arena *arena)
{
	if (mapper->side == SIDE_PEOPLE)
		return people_schema(arena);
	if (strcmp(mapper->name, "attributes") == 0)
		return flat_schema(arena);
	return (struct schema){ .n = 0 };
}
