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

enum access { ACCESS_BOTH, ACCESS_READ };

struct documented {
	const char *dialect, *slug, *type;
	bool multi;
	enum access access;
};

static const struct documented documents[] = {
	{ "attributes", "name", "name", false, ACCESS_BOTH },
	{ "attributes", "email", "email", false, ACCESS_BOTH },
	{ "attributes", "phone", "phone", false, ACCESS_BOTH },
	{ "attributes", "job_title", "text", false, ACCESS_BOTH },
	{ "attributes", "company", "link", false, ACCESS_BOTH },
	{ "attributes", "linkedin_url", "url", false, ACCESS_BOTH },
	{ "attributes", "twitter_url", "url", false, ACCESS_BOTH },
	{ "attributes", "tags", "multi_select", true, ACCESS_BOTH },
	/* The document calls it a date; its example is a point in time. */
	{ "attributes", "last_contacted", "date-time", false, ACCESS_BOTH },
	{ "attributes", "notes", "text", false, ACCESS_BOTH },
	/* Of the record itself. */
	{ "attributes", "record_id", "text", false, ACCESS_READ },
	{ "attributes", "created_at", "date-time", false, ACCESS_READ },
	{ "attributes", "updated_at", "date-time", false, ACCESS_READ },
	/* givenName, familyName and so on: the row of the name stands for all of them. */
	{ "people", "name", "name", false, ACCESS_BOTH },
	{ "people", "id", "string", false, ACCESS_READ },
	{ "people", "familyName", "string", false, ACCESS_BOTH },
	{ "people", "givenName", "string", false, ACCESS_BOTH },
	{ "people", "additionalName", "string", false, ACCESS_BOTH },
	{ "people", "initials", "string", false, ACCESS_BOTH },
	{ "people", "customerId", "string", false, ACCESS_BOTH },
	{ "people", "honorificPrefix", "string", false, ACCESS_BOTH },
	{ "people", "isTracked", "boolean", false, ACCESS_BOTH },
	{ "people", "linkedinId", "string", false, ACCESS_BOTH },
	{ "people", "externalSource", "string", false, ACCESS_BOTH },
	{ "people", "createdAt", "string", false, ACCESS_READ },
	{ "people", "updatedAt", "string", false, ACCESS_READ },
	{ "people", "importedAt", "string", false, ACCESS_READ },
	{ "people", "archivedAt", "string", false, ACCESS_READ },
	{ "people", "owner", "iri", false, ACCESS_BOTH },
	{ "people", "jobTitle", "string", false, ACCESS_BOTH },
	{ "people", "tags", "iris", true, ACCESS_BOTH },
	{ "people", "segments", "iris", true, ACCESS_BOTH },
	{ "people", "organizations", "iris", true, ACCESS_BOTH },
	{ "people", "avatarUrl", "string", false, ACCESS_READ },
	{ "people", "avatar", "iri", false, ACCESS_BOTH },
	{ "people", "dealSize", "integer", false, ACCESS_BOTH },
	{ "people", "totalDeals", "integer", false, ACCESS_READ },
	{ "people", "totalLostDeals", "integer", false, ACCESS_READ },
	{ "people", "totalWonDeals", "integer", false, ACCESS_READ },
	{ "people", "emailAddresses", "emails", true, ACCESS_BOTH },
	{ "people", "phoneNumbers", "phones", true, ACCESS_BOTH },
	{ "people", "address", "address", false, ACCESS_BOTH },
};

struct schema schema_documented(const struct mapper *mapper, struct arena *arena)
{
	struct schema_attribute *attributes =
		arena_alloc(arena, COUNT_OF(documents), sizeof(*attributes));
	size_t n = 0;

	for (size_t i = 0; i < COUNT_OF(documents); i++) {
		const struct documented *row = &documents[i];

		if (strcmp(row->dialect, mapper->name) != 0)
			continue;
		attributes[n++] = (struct schema_attribute){
			.slug = str_from(row->slug),
			.type = str_from(row->type),
			.writable = row->access == ACCESS_BOTH,
			.multi = row->multi,
		};
	}
	return (struct schema){ .n = n, .attributes = attributes };
}
