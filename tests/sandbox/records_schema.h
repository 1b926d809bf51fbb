/* SPDX-License-Identifier: Apache-2.0 */
/*
 * records_schema: the objects of the records side in dialect `values`, and how their values are
 * made.  A value's json is the members between created_by_actor and attribute_type.
 */
#ifndef CRMSYNC_SANDBOX_RECORDS_SCHEMA_H
#define CRMSYNC_SANDBOX_RECORDS_SCHEMA_H

#include "call.h"

enum values_kind {
	VALUES_TEXT,
	VALUES_NUMBER,
	VALUES_CHECKBOX,
	VALUES_CURRENCY,
	VALUES_DATE,
	VALUES_TIMESTAMP,
	VALUES_RATING,
	VALUES_SELECT,
	VALUES_STATUS,
	VALUES_EMAIL,
	VALUES_PHONE,
	VALUES_NAME,
	VALUES_LOCATION,
	VALUES_REFERENCE,
	VALUES_ACTOR,
	VALUES_DOMAIN,
	VALUES_INTERACTION,
	VALUES_CREATED_AT,
	VALUES_CREATED_BY,
	VALUES_KIND_COUNT
};

struct name_parts {
	struct str first;
	struct str last;
	struct str full;
};

struct location_parts {
	/* line_1 … line_4, locality, region, postcode, country_code, latitude, longitude */
	struct str parts[10];
	bool null[10];
};

#define LOCATION_PART_COUNT 10

extern const char *const location_part_names[LOCATION_PART_COUNT];

void records_schema_init(struct sandbox *box);
const char *values_kind_name(int kind);
/* The kind that a workspace may give to an attribute of its own; -1 if there is none. */
int values_kind_of(struct str name);
void attribute_id(const struct object *object, const struct attribute *attribute,
		  char ret_id[static UUID_TEXT_BYTES]);
/* The number of the attribute with that slug or id, or n_attributes. */
uint32_t attribute_find(const struct object *object, struct str text);
/* The title among "a|b|c" that is, or has the id, `text`; empty if none. */
struct str option_find(struct call *call, const char *options, struct str text);
/* "id":{…} of an option or a status. */
void option_add_id(const struct sandbox *box, const struct object *object,
		   const struct attribute *attribute, struct str title, struct buf *out);

/* Each adds one value to the change. */
void put_text(struct call *call, struct change *change, struct str text);
void put_name(struct call *call, struct change *change, const struct name_parts *name);
void put_location(struct call *call, struct change *change, const struct location_parts *place);
void put_reference(struct call *call, struct change *change, const struct record *target);
/* Of a select or status attribute of the object. */
void put_option(struct call *call, const struct object *object, struct change *change,
		struct str title);
void put_domain(struct call *call, struct change *change, struct str domain);
/* False, and nothing added, if it is no e-mail address. */
NODISCARD bool put_email(struct call *call, struct change *change, struct str address);
/* country may be empty if the number starts with '+'.  False if it is no phone number. */
NODISCARD bool put_phone(struct call *call, struct change *change, struct str original,
			 struct str country);

#endif
