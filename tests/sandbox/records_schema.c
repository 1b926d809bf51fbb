/* SPDX-License-Identifier: Apache-2.0 */
#include "records_schema.h"

#include "normal.h"

#define READ_ONLY ATTR_READ_ONLY
#define KEYED (ATTR_INDEXED | ATTR_BY_KEY)

/* The people object, in the order of the document's example answer, then one custom attribute of
 * each further type. */
static const struct attribute people_attributes[] = {
	{ "strongest_connection_strength_legacy", VALUES_NUMBER, READ_ONLY, NULL },
	{ "last_interaction", VALUES_INTERACTION, READ_ONLY, NULL },
	{ "twitter", VALUES_TEXT, 0, NULL },
	{ "avatar_url", VALUES_TEXT, READ_ONLY, NULL },
	{ "job_title", VALUES_TEXT, 0, NULL },
	{ "next_calendar_interaction", VALUES_INTERACTION, READ_ONLY, NULL },
	{ "company", VALUES_REFERENCE, ATTR_BY_KEY, "companies" },
	{ "primary_location", VALUES_LOCATION, 0, NULL },
	{ "angellist", VALUES_TEXT, 0, NULL },
	{ "description", VALUES_TEXT, 0, NULL },
	{ "strongest_connection_user", VALUES_ACTOR, READ_ONLY, NULL },
	{ "strongest_connection_strength", VALUES_SELECT, READ_ONLY, "Very strong|Good|Weak" },
	{ "last_email_interaction", VALUES_INTERACTION, READ_ONLY, NULL },
	{ "email_addresses", VALUES_EMAIL, ATTR_MULTI | ATTR_UNIQUE | KEYED, NULL },
	{ "first_interaction", VALUES_INTERACTION, READ_ONLY, NULL },
	{ "created_at", VALUES_CREATED_AT, READ_ONLY, NULL },
	{ "created_by", VALUES_CREATED_BY, READ_ONLY, NULL },
	{ "last_calendar_interaction", VALUES_INTERACTION, READ_ONLY, NULL },
	{ "linkedin", VALUES_TEXT, ATTR_INDEXED, NULL },
	{ "facebook", VALUES_TEXT, 0, NULL },
	{ "name", VALUES_NAME, 0, NULL },
	{ "first_calendar_interaction", VALUES_INTERACTION, READ_ONLY, NULL },
	{ "twitter_follower_count", VALUES_NUMBER, READ_ONLY, NULL },
	{ "instagram", VALUES_TEXT, 0, NULL },
	{ "first_email_interaction", VALUES_INTERACTION, READ_ONLY, NULL },
	{ "phone_numbers", VALUES_PHONE, ATTR_MULTI | KEYED, NULL },
	{ "tags", VALUES_SELECT, ATTR_MULTI | ATTR_BY_KEY | ATTR_CUSTOM,
	  "Customer|Prospect|Partner|Supplier|Press|Event 2025|VIP" },
	{ "customer_id", VALUES_TEXT, ATTR_INDEXED | ATTR_CUSTOM, NULL },
	{ "external_source", VALUES_TEXT, ATTR_INDEXED | ATTR_CUSTOM, NULL },
	{ "stage", VALUES_SELECT, ATTR_BY_KEY | ATTR_CUSTOM, "Lead|Qualified|Won|Lost" },
	{ "lead_score", VALUES_NUMBER, ATTR_CUSTOM, NULL },
	{ "is_tracked", VALUES_CHECKBOX, ATTR_CUSTOM, NULL },
	{ "budget", VALUES_CURRENCY, ATTR_CUSTOM, "EUR" },
	{ "birthday", VALUES_DATE, ATTR_CUSTOM, NULL },
	{ "last_contacted", VALUES_TIMESTAMP, ATTR_CUSTOM, NULL },
	{ "satisfaction", VALUES_RATING, ATTR_CUSTOM, NULL },
	{ "account_owner", VALUES_ACTOR, ATTR_BY_KEY | ATTR_CUSTOM, NULL },
	{ "website", VALUES_DOMAIN, ATTR_BY_KEY | ATTR_CUSTOM, NULL },
};

static const struct attribute company_attributes[] = {
	{ "name", VALUES_TEXT, ATTR_INDEXED, NULL },
	{ "domains", VALUES_DOMAIN, ATTR_MULTI | ATTR_UNIQUE | KEYED, NULL },
	{ "description", VALUES_TEXT, 0, NULL },
	{ "primary_location", VALUES_LOCATION, 0, NULL },
	{ "created_at", VALUES_CREATED_AT, READ_ONLY, NULL },
	{ "created_by", VALUES_CREATED_BY, READ_ONLY, NULL },
};

static const struct attribute user_attributes[] = {
	{ "person", VALUES_REFERENCE, ATTR_BY_KEY, "people" },
	{ "primary_email_address", VALUES_EMAIL, ATTR_UNIQUE | KEYED, NULL },
	{ "user_id", VALUES_TEXT, ATTR_UNIQUE | KEYED, NULL },
	{ "workspace", VALUES_REFERENCE, ATTR_MULTI | ATTR_BY_KEY, "workspaces" },
	{ "created_at", VALUES_CREATED_AT, READ_ONLY, NULL },
	{ "created_by", VALUES_CREATED_BY, READ_ONLY, NULL },
};

const char *const location_part_names[LOCATION_PART_COUNT] = {
	"line_1", "line_2",   "line_3",       "line_4",   "locality",
	"region", "postcode", "country_code", "latitude", "longitude",
};

static const char *const kind_names[] = {
	[VALUES_TEXT] = "text",
	[VALUES_NUMBER] = "number",
	[VALUES_CHECKBOX] = "checkbox",
	[VALUES_CURRENCY] = "currency",
	[VALUES_DATE] = "date",
	[VALUES_TIMESTAMP] = "timestamp",
	[VALUES_RATING] = "rating",
	[VALUES_SELECT] = "select",
	[VALUES_EMAIL] = "email-address",
	[VALUES_PHONE] = "phone-number",
	[VALUES_NAME] = "personal-name",
	[VALUES_LOCATION] = "location",
	[VALUES_REFERENCE] = "record-reference",
	[VALUES_ACTOR] = "actor-reference",
	[VALUES_DOMAIN] = "domain",
	[VALUES_INTERACTION] = "interaction",
	[VALUES_CREATED_AT] = "timestamp",
	[VALUES_CREATED_BY] = "actor-reference",
};

static_assert(COUNT_OF(kind_names) == VALUES_KIND_COUNT, "every kind has a name");

const char *values_kind_name(int kind)
{
	assert(kind >= 0 && kind < VALUES_KIND_COUNT);
	return kind_names[kind];
}

void records_schema_init(struct sandbox *box)
{
	struct object *objects = box->objects[SANDBOX_RECORDS];
	uint32_t n_people = COUNT_OF(people_attributes);

	while (!box->options.custom_attributes &&
	       (people_attributes[n_people - 1].flags & ATTR_CUSTOM) != 0)
		n_people--;
	objects[RECORDS_PEOPLE] = (struct object){ .slug = "people", .type = "person" };
	object_init(&objects[RECORDS_PEOPLE], people_attributes, n_people);
	objects[RECORDS_COMPANIES] = (struct object){ .slug = "companies", .type = "company" };
	object_init(&objects[RECORDS_COMPANIES], company_attributes, COUNT_OF(company_attributes));
	objects[RECORDS_USERS] = (struct object){ .slug = "users", .type = "user" };
	object_init(&objects[RECORDS_USERS], user_attributes, COUNT_OF(user_attributes));
	for (size_t i = 0; i < RECORDS_OBJECT_COUNT; i++)
		rng_uuid(&box->rng, objects[i].id);
}

bool select_has(const char *options, struct str title)
{
	struct str rest = str_from(options);
	struct str option;

	while (str_cut(&rest, '|', &option)) {
		if (str_equal(option, title))
			return true;
	}
	return false;
}

static void begin(struct call *call)
{
	buf_reset(&call->box->scratch);
}

static void member(struct call *call, const char *name, struct str text)
{
	struct buf *out = &call->box->scratch;

	if (out->len > 0)
		buf_add_char(out, ',');
	buf_add_char(out, '"');
	buf_add_z(out, name);
	buf_add_z(out, "\":");
	json_add_text(out, text, JSON_SLASH_PLAIN);
}

static void finish(struct call *call, struct change *change, struct str key)
{
	change_put(change, call->arena, buf_str(&call->box->scratch), key);
}

void put_text(struct call *call, struct change *change, struct str text)
{
	begin(call);
	member(call, "value", text);
	finish(call, change, text);
}

void put_name(struct call *call, struct change *change, const struct name_parts *name)
{
	begin(call);
	member(call, "first_name", name->first);
	member(call, "last_name", name->last);
	member(call, "full_name", name->full);
	finish(call, change, name->full);
}

void put_location(struct call *call, struct change *change, const struct location_parts *place)
{
	begin(call);
	for (size_t i = 0; i < LOCATION_PART_COUNT; i++) {
		if (!place->null[i]) {
			member(call, location_part_names[i], place->parts[i]);
			continue;
		}
		buf_addf(&call->box->scratch, "%s\"%s\":null", i > 0 ? "," : "",
			 location_part_names[i]);
	}
	finish(call, change, place->parts[4]);
}

void put_reference(struct call *call, struct change *change, const struct record *target)
{
	begin(call);
	member(call, "target_object", str_from(target->object->slug));
	member(call, "target_record_id", str_from(target->id));
	finish(call, change, str_from(target->id));
}

void put_select(struct call *call, struct change *change, struct str title)
{
	struct buf *out = &call->box->scratch;
	struct rng option = { .state = 0 };
	char option_id[UUID_TEXT_BYTES];

	/* An option's id follows from its title: it is the same everywhere and always. */
	for (size_t i = 0; i < title.len; i++)
		option.state = option.state * 31 + (unsigned char)title.p[i];
	rng_uuid(&option, option_id);
	begin(call);
	buf_addf(out, "\"option\":{\"id\":{\"workspace_id\":\"%s\",\"object_id\":\"%s\",",
		 call->box->workspace_id, call->box->objects[SANDBOX_RECORDS][RECORDS_PEOPLE].id);
	buf_addf(out, "\"attribute_id\":\"%s\",\"option_id\":\"%s\"}", call->box->workspace_id,
		 option_id);
	member(call, "title", title);
	buf_add_z(out, ",\"is_archived\":false}");
	finish(call, change, title);
}

void put_domain(struct call *call, struct change *change, struct str domain)
{
	const struct str lower = normal_lower(call->arena, str_trim(domain));

	begin(call);
	member(call, "domain", lower);
	member(call, "root_domain", normal_root_domain(lower));
	finish(call, change, lower);
}

bool put_email(struct call *call, struct change *change, struct str address)
{
	const struct str original = str_trim(address);

	if (!normal_is_email(original))
		return false;
	const struct str lower = normal_lower(call->arena, original);
	const size_t at = str_find(lower, '@');
	const struct str domain = str_skip(lower, at + 1);

	begin(call);
	member(call, "original_email_address", original);
	member(call, "email_address", lower);
	member(call, "email_domain", domain);
	member(call, "email_root_domain", normal_root_domain(domain));
	member(call, "email_local_specifier", str_head(lower, at));
	finish(call, change, lower);
	return true;
}

bool put_phone(struct call *call, struct change *change, struct str original, struct str country)
{
	struct str number = { 0 };
	const char *code = NULL;

	if (!normal_phone(call->arena, original, country, &number, &code))
		return false;
	begin(call);
	member(call, "country_code", str_from(code));
	member(call, "original_phone_number", call->box->options.rewrite ? number : original);
	member(call, "phone_number", number);
	finish(call, change, number);
	return true;
}
