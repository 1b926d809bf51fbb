/* SPDX-License-Identifier: Apache-2.0 */
#include "records.h"
#include "records_schema.h"

#include "base/clock.h"

#include <string.h>

/* How long the system takes to link a company to a person with an e-mail of its domain. */
#define LINK_DELAY_NS (500 * NS_PER_MS)

void values_link_later(struct call *call, const struct record *record)
{
	struct object *people = &call->box->objects[SANDBOX_RECORDS][RECORDS_PEOPLE];

	if (!call->box->options.link_companies || record->object != people ||
	    record->cells[object_attribute(people, STR_LIT("company"))].n > 0)
		return;
	struct pending_link *link = VEC_PUSH(&call->box->pending);

	*link = (struct pending_link){ .due_ns = call->stamp.now_ns + LINK_DELAY_NS };
	memcpy(link->record_id, record->id, sizeof(link->record_id));
}

static void link_company(struct sandbox *box, struct str id, int64_t now_ns)
{
	struct object *people = &box->objects[SANDBOX_RECORDS][RECORDS_PEOPLE];
	const struct object *companies = &box->objects[SANDBOX_RECORDS][RECORDS_COMPANIES];
	const uint32_t company = object_attribute(people, STR_LIT("company"));
	struct record *record = object_find(people, id);
	struct stamp stamp = { now_ns, ACTOR_SYSTEM };
	struct change change = { .attribute = company };

	if (record == NULL || record->cells[company].n > 0)
		return;
	const struct str email =
		record_key(record, object_attribute(people, STR_LIT("email_addresses")));
	const struct record *target =
		object_find_key(companies, object_attribute(companies, STR_LIT("domains")),
				str_skip(email, str_find(email, '@') + 1), NULL);
	struct call call = { .box = box, .arena = &box->arena, .stamp = stamp };

	if (target == NULL)
		return;
	put_reference(&call, &change, target);
	(void)record_apply(record, &change, &stamp);
}

void values_link_due(struct sandbox *box, int64_t now_ns)
{
	size_t n = 0;

	for (size_t i = 0; i < box->pending.n; i++) {
		if (box->pending.items[i].due_ns > now_ns)
			box->pending.items[n++] = box->pending.items[i];
		else
			link_company(box, str_from(box->pending.items[i].record_id),
				     box->pending.items[i].due_ns);
	}
	box->pending.n = n;
}
