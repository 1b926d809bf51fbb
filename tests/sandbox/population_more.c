/* SPDX-License-Identifier: Apache-2.0 */
#include "population_more.h"

#include "flat.h"
#include "people.h"
#include "records_schema.h"

#include "base/clock.h"

#include <inttypes.h>

static const char *const subjects[] = { "Call", "Lunch", "Contract", "Demo", "Complaint" };
static const char *const texts[] = {
	"Wants an offer before the summer.",
	"Line one.\n\nLine two, with \"quotes\" and a tab\t.",
	"Überlegt noch; meldet sich nächste Woche.",
	"Asked for *references* and a price list.",
};

/* Every second one is the same on both sides; the others are each side's own. */
static void add_note(struct call *call, const struct human *human, struct record *record,
		     uint32_t k)
{
	const bool people = call->request->side == SANDBOX_PEOPLE;
	const bool shared = k % 2 == 0;
	struct rng rng = { .state = human->number * UINT64_C(1009) + k };
	const struct object *categories = &call->box->objects[SANDBOX_PEOPLE][PEOPLE_CATEGORIES];
	struct note *note = record_add_note(record, &call->box->further);

	if (!shared && people)
		(void)rng_next(&rng);
	const struct str title =
		arena_format(call->arena, "%s %" PRIu32 ".%" PRIu32 "%s",
			     subjects[rng_below(&rng, COUNT_OF(subjects))], human->number, k,
			     shared ? "" :
			     people ? " (people)" :
				      " (records)");

	note->title = alloc_copy(title.p, title.len);
	note->text = alloc_copy_z(texts[rng_below(&rng, COUNT_OF(texts))]);
	note->created_ns = human->created_ns + (int64_t)(k + 1) * 86400 * NS_PER_S;
	note->updated_ns = note->created_ns;
	note->actor = ACTOR_MEMBER;
	if (!people) {
		if (call->box->options.dialect == SANDBOX_ATTRIBUTES && !shared)
			note->type = rng_percent(&rng, 50) ? "email" : "task";
		return;
	}
	note->category = alloc_copy_z(
		categories->created.items[rng_below(&rng, (uint32_t)categories->created.n)]->id);
	note->flagged = rng_percent(&rng, 10);
	note->hidden = !shared && rng_percent(&rng, 20);
}

/* The attribute if there is one of that name and type. */
static bool has(const struct call *call, const struct record *record, const char *slug,
		const char *type, uint32_t *ret_attribute)
{
	const int kind = call->box->options.dialect == SANDBOX_VALUES ?
				 values_kind_of(str_from(type)) :
				 flat_kind_of(str_from(type));

	*ret_attribute = object_attribute(record->object, str_from(slug));
	return *ret_attribute < record->object->n_attributes &&
	       record->object->attributes[*ret_attribute].kind == kind;
}

static void store_json(struct call *call, struct record *record, uint32_t attribute,
		       struct str json, struct str key)
{
	struct change change = { .attribute = attribute };

	change_put(&change, call->arena, json, key);
	(void)record_apply(record, &change, &call->stamp);
}

/* What both sides can hold of a human besides the usual. */
struct extras {
	struct str customer;
	struct str tracked; /* JSON */
	uint32_t owner;     /* MEMBER_COUNT: nobody */
	uint32_t score;
};

static void fill_people(struct call *call, const struct extras *extras, struct record *record)
{
	const struct object *objects = call->box->objects[SANDBOX_PEOPLE];
	struct change customer = { .attribute = object_attribute(record->object,
								 STR_LIT("customerId")) };
	struct change owner = { .attribute = object_attribute(record->object, STR_LIT("owner")) };
	struct change segments = { .attribute =
					   object_attribute(record->object, STR_LIT("segments")) };
	const struct str score = arena_format(call->arena, "%" PRIu32, extras->score);

	people_put_text(call, &customer, extras->customer);
	(void)record_apply(record, &customer, &call->stamp);
	store_json(call, record, object_attribute(record->object, STR_LIT("isTracked")),
		   extras->tracked, extras->tracked);
	store_json(call, record, object_attribute(record->object, STR_LIT("dealSize")), score,
		   score);
	if (extras->owner < MEMBER_COUNT)
		people_put_iri(call, &owner, objects[PEOPLE_USERS].created.items[extras->owner]);
	(void)record_apply(record, &owner, &call->stamp);
	people_put_iri(call, &segments,
		       objects[PEOPLE_SEGMENTS]
			       .created.items[extras->score % objects[PEOPLE_SEGMENTS].created.n]);
	(void)record_apply(record, &segments, &call->stamp);
}

/* Only where the workspace has such attributes. */
static void fill_records(struct call *call, const struct extras *extras, struct record *record)
{
	const bool values = call->box->options.dialect == SANDBOX_VALUES;
	const struct str score = arena_format(call->arena, "%" PRIu32, extras->score);
	const char *wrap = values ? "\"value\":" : "";
	uint32_t i = 0;

	if (has(call, record, "customer_id", "text", &i))
		store_json(call, record, i,
			   arena_format(call->arena, "%s\"%.*s\"", wrap, STR_ARG(extras->customer)),
			   extras->customer);
	if (has(call, record, "is_tracked", "checkbox", &i))
		store_json(call, record, i,
			   arena_format(call->arena, "%s%.*s", wrap, STR_ARG(extras->tracked)),
			   extras->tracked);
	if (has(call, record, "lead_score", "number", &i))
		store_json(call, record, i,
			   arena_format(call->arena, "%s%.*s", wrap, STR_ARG(score)), score);
	if (extras->owner < MEMBER_COUNT &&
	    has(call, record, "account_owner", "actor-reference", &i)) {
		const char *id = call->box->members[extras->owner].id;

		store_json(call, record, i,
			   arena_format(call->arena,
					"\"referenced_actor_type\":\"workspace-member\","
					"\"referenced_actor_id\":\"%s\"",
					id),
			   str_from(id));
	}
}

void population_enrich(struct call *call, const struct human *human, struct record *record)
{
	const struct sandbox_options *options = &call->box->options;
	struct rng rng = { .state = options->seed * 7919 + human->number };
	const uint32_t n_notes = rng_below(&rng, options->notes + 1);

	for (uint32_t k = 0; k < n_notes; k++)
		add_note(call, human, record, k);
	if (!options->filled)
		return;
	const struct extras extras = {
		.customer = arena_format(call->arena, "C-%06" PRIu32, human->number),
		.tracked = rng_percent(&rng, 50) ? STR_LIT("true") : STR_LIT("false"),
		.owner = rng_below(&rng, MEMBER_COUNT + 1),
		.score = rng_below(&rng, 1000),
	};

	if (call->request->side == SANDBOX_PEOPLE)
		fill_people(call, &extras, record);
	else
		fill_records(call, &extras, record);
}

static void add_text(struct call *call, struct record *record, const char *slug, struct str text)
{
	struct change change = { .attribute = object_attribute(record->object, str_from(slug)) };

	if (call->request->side == SANDBOX_PEOPLE)
		people_put_text(call, &change, text);
	else if (call->box->options.dialect == SANDBOX_ATTRIBUTES)
		flat_put_text(call, &change, text, false);
	else if (record->object->attributes[change.attribute].kind == VALUES_DOMAIN)
		put_domain(call, &change, text);
	else
		put_text(call, &change, text);
	(void)record_apply(record, &change, &call->stamp);
}

static void add_company(struct call *call, struct str name, struct str domain)
{
	struct object *companies = &call->box->objects[SANDBOX_RECORDS][RECORDS_COMPANIES];
	const bool flat = call->box->options.dialect == SANDBOX_ATTRIBUTES;
	char id[RECORD_ID_BYTES];

	rng_uuid(&call->box->further, id);
	if (flat)
		flat_id(&call->box->further, id);
	struct record *company = object_add(companies, id, &call->stamp);

	add_text(call, company, "name", name);
	add_text(call, company, flat ? "domain" : "domains", domain);
}

static void add_organization(struct call *call, struct str name, struct str domain)
{
	struct object *organizations = &call->box->objects[SANDBOX_PEOPLE][PEOPLE_ORGANIZATIONS];
	char id[UUID_TEXT_BYTES];

	rng_uuid(&call->box->further, id);
	struct record *organization = object_add(organizations, id, &call->stamp);

	add_text(call, organization, "title", name);
	add_text(call, organization, "website",
		 arena_format(call->arena, "https://%.*s", STR_ARG(domain)));
}

void population_companies(struct call *call)
{
	struct sandbox_request request = *call->request;
	struct call records = *call;

	request.side = SANDBOX_RECORDS;
	records.request = &request;
	for (uint32_t i = 0; i < call->box->options.companies; i++) {
		const uint32_t number = HUMAN_COMPANIES + i;
		const struct str name =
			arena_format(call->arena, "%.*s %" PRIu32,
				     STR_ARG(human_company_name(call->arena, number)), number);
		const struct str domain = human_company_domain(call->arena, number);

		/* Half of them are on both sides, the others on one. */
		if (i % 4 != 3)
			add_company(&records, name, domain);
		if (i % 4 != 1)
			add_organization(call, name, domain);
	}
}
