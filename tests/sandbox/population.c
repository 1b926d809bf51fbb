/* SPDX-License-Identifier: Apache-2.0 */
#include "population.h"

#include "flat.h"
#include "human.h"
#include "people.h"
#include "population_more.h"
#include "records_schema.h"

#include "base/clock.h"

#include <inttypes.h>

#define SHARED_CREATED_NS (INT64_C(1577836800) * NS_PER_S) /* 2020-01-01 */

/* The records of the small collections, by number. */
struct world {
	struct record *companies[HUMAN_COMPANIES];
	struct record *organizations[HUMAN_COMPANIES];
	struct record *tags[HUMAN_TAGS];
};

/* One attribute that is being filled. */
static struct change field(const struct record *record, const char *slug)
{
	const uint32_t i = object_attribute(record->object, str_from(slug));

	assert(i < record->object->n_attributes);
	return (struct change){ .attribute = i };
}

static void store(const struct call *call, struct record *record, const struct change *change)
{
	if (change->n > 0)
		(void)record_apply(record, change, &call->stamp);
}

static void values_field(struct call *call, struct record *record, const char *slug,
			 struct str text)
{
	struct change change = field(record, slug);

	if (text.len > 0)
		put_text(call, &change, text);
	store(call, record, &change);
}

static void values_contact(struct call *call, const struct human *human, struct record *record)
{
	struct change emails = field(record, "email_addresses");
	struct change phones = field(record, "phone_numbers");

	if (human->email.len > 0)
		(void)!put_email(call, &emails, human->email);
	if (human->second_email.len > 0)
		(void)!put_email(call, &emails, human->second_email);
	if (human->phone.len > 0)
		(void)!put_phone(call, &phones, human->phone, (struct str){ 0 });
	store(call, record, &emails);
	store(call, record, &phones);
	if (human->handle.len > 0)
		values_field(call, record, "linkedin",
			     human_vary_linkedin(call->arena, human->handle, human->number));
}

static void values_place(struct call *call, const struct human *human, struct record *record)
{
	struct change change = field(record, "primary_location");
	struct location_parts place = { 0 };

	if (human->city.len == 0)
		return;
	for (size_t i = 0; i < LOCATION_PART_COUNT; i++)
		place.null[i] = true;
	place.null[0] = place.null[4] = place.null[6] = place.null[7] = false;
	place.parts[0] = human->street;
	place.parts[4] = human->city;
	place.parts[6] = human->postcode;
	place.parts[7] = human->country;
	put_location(call, &change, &place);
	store(call, record, &change);
}

static void values_person(struct call *call, const struct world *world, const struct human *human)
{
	struct object *people = &call->box->objects[SANDBOX_RECORDS][RECORDS_PEOPLE];
	char id[UUID_TEXT_BYTES];

	rng_uuid(&call->box->rng, id);
	struct record *record = object_add(people, id, &call->stamp);
	struct change name = field(record, "name");
	struct change company = field(record, "company");
	const struct str last =
		human->additional.len == 0 || human->family.len == 0 ?
			human->family :
			arena_format(call->arena, "%.*s %.*s", STR_ARG(human->additional),
				     STR_ARG(human->family));

	/* On the records side a single name is the first one. */
	if (human->given.len == 0)
		put_name(call, &name, &(struct name_parts){ last, { 0 }, human->full });
	else
		put_name(call, &name, &(struct name_parts){ human->given, last, human->full });
	store(call, record, &name);
	values_contact(call, human, record);
	values_field(call, record, "job_title", human->job_title);
	values_place(call, human, record);
	if (human->company < HUMAN_COMPANIES)
		put_reference(call, &company, world->companies[human->company]);
	store(call, record, &company);
	if (!call->box->options.custom_attributes)
		return;
	struct change tags = field(record, "tags");

	for (size_t i = 0; i < HUMAN_TAGS; i++) {
		if ((human->tags >> i & 1) != 0)
			put_option(call, people, &tags, str_from(human_tags[i]));
	}
	store(call, record, &tags);
}

static void flat_field(struct call *call, struct record *record, const char *slug, struct str text)
{
	struct change change = field(record, slug);

	if (text.len > 0)
		flat_put_text(call, &change, text, false);
	store(call, record, &change);
}

static void flat_person(struct call *call, const struct world *world, const struct human *human)
{
	struct object *people = &call->box->objects[SANDBOX_RECORDS][RECORDS_PEOPLE];
	char id[RECORD_ID_BYTES];

	flat_id(&call->box->rng, id);
	struct record *record = object_add(people, id, &call->stamp);
	struct change company = field(record, "company");
	struct change tags = field(record, "tags");

	flat_field(call, record, "name", human->full);
	flat_field(call, record, "email", human->email);
	flat_field(call, record, "job_title", human->job_title);
	if (human->phone.len > 0)
		flat_field(call, record, "phone",
			   human_vary_phone(call->arena, human->phone, human->number));
	if (human->handle.len > 0)
		flat_field(call, record, "linkedin_url",
			   human_vary_linkedin(call->arena, human->handle, human->number));
	if (human->company < HUMAN_COMPANIES)
		flat_put_company(call, &company, world->companies[human->company]);
	for (size_t i = 0; i < HUMAN_TAGS; i++) {
		if ((human->tags >> i & 1) != 0)
			flat_put_text(call, &tags, str_from(human_tags[i]), false);
	}
	store(call, record, &company);
	store(call, record, &tags);
}

static void people_field(struct call *call, struct record *record, const char *slug,
			 struct str text)
{
	struct change change = field(record, slug);

	if (text.len > 0)
		people_put_text(call, &change, text);
	store(call, record, &change);
}

static void people_contact(struct call *call, const struct human *human, struct record *record)
{
	struct change emails = field(record, "emailAddresses");
	struct change phones = field(record, "phoneNumbers");
	const uint32_t variant = human->number / 2;

	if (human->email.len > 0)
		people_put_email(call, &emails,
				 human_vary_email(call->arena, human->email, variant));
	if (human->second_email.len > 0)
		people_put_email(call, &emails, human->second_email);
	if (human->phone.len > 0)
		people_put_phone(call, &phones,
				 human_vary_phone(call->arena, human->phone, variant + 1),
				 STR_LIT("mobile"));
	store(call, record, &emails);
	store(call, record, &phones);
	people_field(call, record, "linkedinId", human->handle);
}

static void people_relations(struct call *call, const struct world *world,
			     const struct human *human, struct record *record)
{
	struct change organizations = field(record, "organizations");
	struct change tags = field(record, "tags");
	struct change address = field(record, "address");

	if (human->company < HUMAN_COMPANIES)
		people_put_iri(call, &organizations, world->organizations[human->company]);
	for (size_t i = 0; i < HUMAN_TAGS; i++) {
		if ((human->tags >> i & 1) != 0)
			people_put_iri(call, &tags, world->tags[i]);
	}
	if (human->city.len > 0)
		people_put_address(
			call, &address,
			(const struct str[ADDRESS_PART_COUNT]){ human->street, human->postcode,
								human->city, human->country });
	store(call, record, &organizations);
	store(call, record, &tags);
	store(call, record, &address);
}

static void people_person(struct call *call, const struct world *world, const struct human *human)
{
	struct object *people = &call->box->objects[SANDBOX_PEOPLE][PEOPLE_PERSONS];
	char id[UUID_TEXT_BYTES];

	rng_uuid(&call->box->rng, id);
	struct record *record = object_add(people, id, &call->stamp);

	people_field(call, record, "familyName", human->family);
	people_field(call, record, "givenName", human->given);
	people_field(call, record, "additionalName", human->additional);
	people_field(call, record, "honorificPrefix", human->prefix);
	people_field(call, record, "jobTitle", human->job_title);
	people_contact(call, human, record);
	people_relations(call, world, human, record);
}

static struct record *titled(struct call *call, enum people_object which, struct str title)
{
	struct object *object = &call->box->objects[SANDBOX_PEOPLE][which];
	char id[UUID_TEXT_BYTES];

	rng_uuid(&call->box->rng, id);
	struct record *record = object_add(object, id, &call->stamp);

	people_field(call, record, "title", title);
	return record;
}

static void make_companies(struct call *call, struct world *world)
{
	struct object *companies = &call->box->objects[SANDBOX_RECORDS][RECORDS_COMPANIES];
	const bool flat = call->box->options.dialect == SANDBOX_ATTRIBUTES;
	char id[RECORD_ID_BYTES];

	for (uint32_t i = 0; i < HUMAN_COMPANIES; i++) {
		const struct str name = human_company_name(call->arena, i);
		const struct str domain = human_company_domain(call->arena, i);

		if (flat)
			flat_id(&call->box->rng, id);
		else
			rng_uuid(&call->box->rng, id);
		struct record *company = object_add(companies, id, &call->stamp);

		world->companies[i] = company;
		if (flat) {
			flat_field(call, company, "name", name);
			flat_field(call, company, "domain", domain);
		} else {
			struct change domains = field(company, "domains");

			values_field(call, company, "name", name);
			put_domain(call, &domains, domain);
			store(call, company, &domains);
		}
		world->organizations[i] = titled(call, PEOPLE_ORGANIZATIONS, name);
		people_field(call, world->organizations[i], "website",
			     arena_format(call->arena, "https://%.*s", STR_ARG(domain)));
	}
}

static void make_collections(struct call *call, struct world *world)
{
	static const char *const categories[] = { "Call", "E-mail", "Meeting", "Other" };
	static const char *const segments[] = { "Newsletter", "Key accounts", "Dormant" };
	struct object *users = &call->box->objects[SANDBOX_PEOPLE][PEOPLE_USERS];
	char id[UUID_TEXT_BYTES];

	for (size_t i = 0; i < HUMAN_TAGS; i++)
		world->tags[i] = titled(call, PEOPLE_TAGS, str_from(human_tags[i]));
	for (size_t i = 0; i < COUNT_OF(categories); i++)
		(void)titled(call, PEOPLE_CATEGORIES, str_from(categories[i]));
	for (size_t i = 0; i < COUNT_OF(segments); i++)
		(void)titled(call, PEOPLE_SEGMENTS, str_from(segments[i]));
	for (size_t i = 0; i < MEMBER_COUNT; i++) {
		const struct member *member = &call->box->members[i];

		rng_uuid(&call->box->rng, id);
		struct record *user = object_add(users, id, &call->stamp);

		people_field(call, user, "familyName", str_from(member->last));
		people_field(call, user, "givenName", str_from(member->first));
		people_field(call, user, "email", str_from(member->email));
	}
}

/* The first `common` numbers are the same humans on both sides. */
static void make_side(struct call *call, const struct world *world, enum sandbox_side side)
{
	const struct sandbox_request request = { .side = side };
	const struct sandbox_options *options = &call->box->options;
	struct object *people = &call->box->objects[side][0];
	struct arena arena = { 0 };

	call->arena = &arena;
	call->request = &request;
	object_bulk_begin(people);
	for (uint32_t i = 0; i < options->persons; i++) {
		const uint32_t number =
			side == SANDBOX_PEOPLE && i >= options->common ? options->persons + i : i;
		struct human human;

		human_make(&arena, options->seed, number, &human);
		call->stamp = (struct stamp){ human.created_ns, ACTOR_MEMBER };
		if (side == SANDBOX_PEOPLE)
			people_person(call, world, &human);
		else if (options->dialect == SANDBOX_ATTRIBUTES)
			flat_person(call, world, &human);
		else
			values_person(call, world, &human);
		population_enrich(call, &human, people->created.items[i]);
		arena_reset(&arena);
	}
	object_bulk_end(people);
	arena_release(&arena);
}

void population_make(struct sandbox *box)
{
	struct world world = { 0 };
	struct sandbox_request request = { .side = SANDBOX_PEOPLE };
	struct call call = { .box = box,
			     .request = &request,
			     .arena = &box->arena,
			     .control = true,
			     .stamp = { SHARED_CREATED_NS, ACTOR_MEMBER } };

	make_companies(&call, &world);
	make_collections(&call, &world);
	population_companies(&call);
	make_side(&call, &world, SANDBOX_RECORDS);
	make_side(&call, &world, SANDBOX_PEOPLE);
}
