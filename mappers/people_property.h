/* SPDX-License-Identifier: Apache-2.0 */
/*
 * people_property: what the API's document says of each property of a person: the JSON type that a write
 * must have (a server takes no "12" for an integer, and no 12 for a string) and who may write it.
 * A tenant's own properties are not in it: of those the row of the field table says all.
 */
#ifndef CRMSYNC_MAPPERS_PEOPLE_PROPERTY_H
#define CRMSYNC_MAPPERS_PEOPLE_PROPERTY_H

#include "core/field.h"

enum people_form {
	PEOPLE_FORM_ANY, /* not documented */
	PEOPLE_FORM_STRING,
	PEOPLE_FORM_INTEGER,
	PEOPLE_FORM_BOOLEAN,
	PEOPLE_FORM_TIME,
	PEOPLE_FORM_IRI,
	PEOPLE_FORM_IRIS,
	PEOPLE_FORM_TAGS, /* IRIs that are known by title */
	PEOPLE_FORM_EMAILS,
	PEOPLE_FORM_PHONES,
	PEOPLE_FORM_ADDRESS,
	PEOPLE_FORM_COUNT
};

enum people_access {
	PEOPLE_READ_WRITE,
	PEOPLE_READ_ONLY,  /* or ours to write for another purpose: archivedAt */
	PEOPLE_WRITE_ONLY, /* no answer shows it */
};

/* All that are documented, by number from 0; empty: there are no more. */
struct str people_property_name(size_t i);
enum people_form people_property_form(struct str name);
/* PEOPLE_READ_WRITE for what is not documented. */
enum people_access people_property_access(struct str name);
/* Can a row of this type hold a property of this form?  With a map of values any scalar can. */
bool people_form_fits(enum people_form form, const struct field *field);
/* "an integer": what a property of this form is, for people */
const char *people_form_name(enum people_form form);
/* "integer": the type of an attribute of this form, in a schema's words (mappers/schema.h) */
const char *people_form_type(enum people_form form);
bool people_form_is_list(enum people_form form);

#endif
