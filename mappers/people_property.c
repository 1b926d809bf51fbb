/* SPDX-License-Identifier: Apache-2.0 */
#include "mappers/people_property.h"

#include <assert.h>

struct property {
	const char *name;
	enum people_form form;
	enum people_access access;
};

static const struct property properties[] = {
	{ "id", PEOPLE_FORM_STRING, PEOPLE_READ_ONLY },
	{ "familyName", PEOPLE_FORM_STRING, PEOPLE_READ_WRITE },
	{ "givenName", PEOPLE_FORM_STRING, PEOPLE_READ_WRITE },
	{ "additionalName", PEOPLE_FORM_STRING, PEOPLE_READ_WRITE },
	{ "initials", PEOPLE_FORM_STRING, PEOPLE_READ_WRITE },
	{ "customerId", PEOPLE_FORM_STRING, PEOPLE_READ_WRITE },
	{ "honorificPrefix", PEOPLE_FORM_STRING, PEOPLE_READ_WRITE },
	{ "isTracked", PEOPLE_FORM_BOOLEAN, PEOPLE_READ_WRITE },
	{ "linkedinId", PEOPLE_FORM_STRING, PEOPLE_READ_WRITE },
	{ "externalSource", PEOPLE_FORM_STRING, PEOPLE_READ_WRITE },
	{ "createdAt", PEOPLE_FORM_TIME, PEOPLE_READ_ONLY },
	{ "updatedAt", PEOPLE_FORM_TIME, PEOPLE_READ_ONLY },
	{ "importedAt", PEOPLE_FORM_TIME, PEOPLE_READ_ONLY },
	{ "archivedAt", PEOPLE_FORM_TIME, PEOPLE_READ_ONLY },
	{ "owner", PEOPLE_FORM_IRI, PEOPLE_READ_WRITE },
	{ "jobTitle", PEOPLE_FORM_STRING, PEOPLE_READ_WRITE },
	{ "tags", PEOPLE_FORM_TAGS, PEOPLE_READ_WRITE },
	{ "segments", PEOPLE_FORM_IRIS, PEOPLE_READ_WRITE },
	{ "organizations", PEOPLE_FORM_IRIS, PEOPLE_READ_WRITE },
	{ "avatarUrl", PEOPLE_FORM_STRING, PEOPLE_READ_ONLY },
	{ "avatar", PEOPLE_FORM_IRI, PEOPLE_WRITE_ONLY },
	/* No counter: somebody says what a deal is worth. */
	{ "dealSize", PEOPLE_FORM_INTEGER, PEOPLE_READ_WRITE },
	/* Counters: what a server counts is not ours to say, although the document doesn't forbid it. */
	{ "totalDeals", PEOPLE_FORM_INTEGER, PEOPLE_READ_ONLY },
	{ "totalLostDeals", PEOPLE_FORM_INTEGER, PEOPLE_READ_ONLY },
	{ "totalWonDeals", PEOPLE_FORM_INTEGER, PEOPLE_READ_ONLY },
	{ "emailAddresses", PEOPLE_FORM_EMAILS, PEOPLE_READ_WRITE },
	{ "phoneNumbers", PEOPLE_FORM_PHONES, PEOPLE_READ_WRITE },
	{ "address", PEOPLE_FORM_ADDRESS, PEOPLE_READ_WRITE },
};

static const struct property *find(struct str name)
{
	for (size_t i = 0; i < COUNT_OF(properties); i++) {
		if (str_equal_z(name, properties[i].name))
			return &properties[i];
	}
	return NULL;
}

struct str people_property_name(size_t i)
{
	return i < COUNT_OF(properties) ? str_from(properties[i].name) : (struct str){ NULL, 0 };
}

enum people_form people_property_form(struct str name)
{
	const struct property *property = find(name);

	return property != NULL ? property->form : PEOPLE_FORM_ANY;
}

enum people_access people_property_access(struct str name)
{
	const struct property *property = find(name);

	return property != NULL ? property->access : PEOPLE_READ_WRITE;
}

#define TYPE(type) (1u << FIELD_##type)
#define TEXTS (TYPE(TEXT) | TYPE(URL) | TYPE(SELECT) | TYPE(DATE) | TYPE(TIMESTAMP))
#define NUMBERS (TYPE(NUMBER) | TYPE(INTEGER))

static const struct {
	const char *name, *type;
	unsigned types;
	bool scalar, list;
} forms[] = {
	[PEOPLE_FORM_ANY] = { "anything", "", ~0u, true, false },
	[PEOPLE_FORM_STRING] = { "a string", "string",
				 TEXTS | NUMBERS | TYPE(BOOLEAN) | TYPE(LINKEDIN), true, false },
	[PEOPLE_FORM_INTEGER] = { "an integer", "integer", NUMBERS, true, false },
	[PEOPLE_FORM_BOOLEAN] = { "a boolean", "boolean", TYPE(BOOLEAN), true, false },
	[PEOPLE_FORM_TIME] = { "a point in time", "string",
			       TYPE(TEXT) | TYPE(DATE) | TYPE(TIMESTAMP), true, false },
	[PEOPLE_FORM_IRI] = { "a reference", "iri", TYPE(TEXT) | TYPE(REFERENCE), true, false },
	[PEOPLE_FORM_IRIS] = { "a list of references", "iris",
			       TYPE(REFERENCE_OF_MANY) | TYPE(REFERENCE_SET), false, true },
	[PEOPLE_FORM_TAGS] = { "a list of tags", "iris", TYPE(TEXT_SET), false, true },
	[PEOPLE_FORM_EMAILS] = { "a list of e-mail addresses", "emails", TYPE(EMAIL_SET), false,
				 true },
	[PEOPLE_FORM_PHONES] = { "a list of phone numbers", "phones", TYPE(PHONE_SET), false,
				 true },
	[PEOPLE_FORM_ADDRESS] = { "an address", "address", TYPE(LOCATION), false, false },
};
static_assert(COUNT_OF(forms) == PEOPLE_FORM_COUNT, "every form has its types");

bool people_form_fits(enum people_form form, const struct field *field)
{
	const bool translated =
		field->n_map > 0 && forms[form].scalar && field_shape(field->type) == SHAPE_SCALAR;

	return translated || (forms[form].types & (1u << field->type)) != 0;
}

const char *people_form_name(enum people_form form)
{
	return forms[form].name;
}

const char *people_form_type(enum people_form form)
{
	return forms[form].type;
}

bool people_form_is_list(enum people_form form)
{
	return forms[form].list;
}
