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
/* "a|b|c" holds that title: the options of a select attribute. */
bool select_has(const char *options, struct str title);

/* Each adds one value to the change. */
void put_text(struct call *call, struct change *change, struct str text);
void put_name(struct call *call, struct change *change, const struct name_parts *name);
void put_location(struct call *call, struct change *change, const struct location_parts *place);
void put_reference(struct call *call, struct change *change, const struct record *target);
void put_select(struct call *call, struct change *change, struct str title);
void put_domain(struct call *call, struct change *change, struct str domain);
/* False, and nothing added, if it is no e-mail address. */
NODISCARD bool put_email(struct call *call, struct change *change, struct str address);
/* country may be empty if the number starts with '+'.  False if it is no phone number. */
NODISCARD bool put_phone(struct call *call, struct change *change, struct str original,
			 struct str country);

#endif
