/* SPDX-License-Identifier: Apache-2.0 */
/*
 * facts_users: customer numbers of the people side and users records of the records side; and single values
 * of a person as they are.
 */
#include "facts.h"

#include "../sandbox/call.h"

#include <string.h>

static struct str text_of(const struct record *record, const char *slug)
{
	return record_key(record, object_attribute(record->object, str_from(slug)));
}

struct facts_customer facts_customer_of(const struct sandbox *box, const char *people_id)
{
	const struct object *people = &box->objects[SANDBOX_PEOPLE][0];
	const struct record *person = object_find(people, str_from(people_id));
	struct facts_customer customer = { .updated_ns = 0 };

	if (person == NULL)
		return customer;
	customer.updated_ns = person->updated_ns;
	customer.number = text_of(person, "customerId");
	for (size_t i = 0; customer.number.len > 0 && i < people->created.n; i++)
		customer.n_of_number +=
			str_equal(text_of(people->created.items[i], "customerId"), customer.number);
	return customer;
}

struct facts_user facts_users(const struct sandbox *box, const char *slug, struct str text)
{
	const struct object *users = &box->objects[SANDBOX_RECORDS][RECORDS_USERS];
	struct facts_user found = { .n = 0 };

	for (size_t i = 0; i < users->created.n; i++) {
		const struct record *user = users->created.items[i];

		if (!str_equal(text_of(user, slug), text))
			continue;
		found.n++;
		found.person = text_of(user, "person");
		found.email = text_of(user, "primary_email_address");
	}
	return found;
}

static const struct cell *cell_of(const struct sandbox *box, enum sandbox_side side, const char *id,
				  const char *slug)
{
	const struct object *object = &box->objects[side][0];
	const struct record *person = object_find(object, str_from(id));
	const uint32_t i = object_attribute(object, str_from(slug));

	return person != NULL && i < object->n_attributes ? &person->cells[i] : NULL;
}

int64_t facts_updated(const struct sandbox *box, enum sandbox_side side, const char *id)
{
	const struct record *person = object_find(&box->objects[side][0], str_from(id));

	return person != NULL ? person->updated_ns : 0;
}

size_t facts_count(const struct sandbox *box, enum sandbox_side side, const char *id,
		   const char *slug)
{
	const struct cell *cell = cell_of(box, side, id, slug);

	return cell != NULL ? cell->n : 0;
}

bool facts_mentions(const struct sandbox *box, enum sandbox_side side, const char *id,
		    const char *slug, const char *text)
{
	const struct cell *cell = cell_of(box, side, id, slug);
	bool mentioned = false;

	for (size_t i = 0; cell != NULL && i < cell->n; i++) {
		const struct str json = cell->values[i].json;

		mentioned = mentioned ||
			    (json.len > 0 && memmem(json.p, json.len, text, strlen(text)) != NULL);
	}
	return mentioned;
}
