/* SPDX-License-Identifier: Apache-2.0 */
/*
 * facts_users: customer numbers of the people side and users records of the records side.
 */
#include "facts.h"

#include "../sandbox/call.h"

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
