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
	const char *name;
	unsigned types;
	bool scalar;
} forms[] = {
	[PEOPLE_FORM_ANY] = { "anything", ~0u, true },
	[PEOPLE_FORM_STRING] = { "a string", TEXTS | NUMBERS | TYPE(BOOLEAN) | TYPE(LINKEDIN),
				 true },
	[PEOPLE_FORM_INTEGER] = { "an integer", NUMBERS, true },
	[PEOPLE_FORM_BOOLEAN] = { "a boolean", TYPE(BOOLEAN), true },
	[PEOPLE_FORM_TIME] = { "a point in time", TYPE(TEXT) | TYPE(DATE) | TYPE(TIMESTAMP), true },
	[PEOPLE_FORM_IRI] = { "a reference", TYPE(TEXT) | TYPE(REFERENCE), true },
	[PEOPLE_FORM_IRIS] = { "a list of references",
			       TYPE(REFERENCE_OF_MANY) | TYPE(REFERENCE_SET), false },
	[PEOPLE_FORM_TAGS] = { "a list of tags", TYPE(TEXT_SET), false },
	[PEOPLE_FORM_EMAILS] = { "a list of e-mail addresses", TYPE(EMAIL_SET), false },
	[PEOPLE_FORM_PHONES] = { "a list of phone numbers", TYPE(PHONE_SET), false },
	[PEOPLE_FORM_ADDRESS] = { "an address", TYPE(LOCATION), false },
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
