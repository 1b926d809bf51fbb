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
	{ "company", VALUES_REFERENCE, ATTR_BY_KEY | ATTR_REFERENCE, "companies" },
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
	{ "person", VALUES_REFERENCE, KEYED | ATTR_REFERENCE, "people" },
	{ "primary_email_address", VALUES_EMAIL, ATTR_UNIQUE | KEYED, NULL },
	{ "user_id", VALUES_TEXT, ATTR_UNIQUE | KEYED, NULL },
	{ "workspace", VALUES_REFERENCE, ATTR_MULTI | ATTR_BY_KEY | ATTR_REFERENCE, "workspaces" },
	{ "avatar_url", VALUES_TEXT, READ_ONLY, NULL },
	{ "created_at", VALUES_CREATED_AT, READ_ONLY, NULL },
	{ "created_by", VALUES_CREATED_BY, READ_ONLY, NULL },
};

static const struct attribute workspace_attributes[] = {
	{ "workspace_id", VALUES_TEXT, ATTR_UNIQUE | KEYED, NULL },
	{ "name", VALUES_TEXT, ATTR_INDEXED, NULL },
	{ "company", VALUES_REFERENCE, ATTR_BY_KEY | ATTR_REFERENCE, "companies" },
	{ "avatar_url", VALUES_TEXT, READ_ONLY, NULL },
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
	[VALUES_STATUS] = "status",
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

int values_kind_of(struct str name)
{
	/* The kinds after it are the server's own. */
	for (int kind = 0; kind < VALUES_INTERACTION; kind++) {
		if (kind != VALUES_NAME && str_equal_z(name, kind_names[kind]))
			return kind;
	}
	return -1;
}

#define ROWS(table) (table), COUNT_OF(table)

static const struct {
	const char *slug;
	const char *type;
	const struct attribute *attributes;
	uint32_t n;
} tables[] = {
	[RECORDS_PEOPLE] = { "people", "person", ROWS(people_attributes) },
	[RECORDS_COMPANIES] = { "companies", "company", ROWS(company_attributes) },
	[RECORDS_USERS] = { "users", "user", ROWS(user_attributes) },
	[RECORDS_WORKSPACES] = { "workspaces", "workspace", ROWS(workspace_attributes) },
};

static_assert(COUNT_OF(tables) == RECORDS_OBJECT_COUNT, "every object has its attributes");

void records_schema_init(struct sandbox *box)
{
	struct object *objects = box->objects[SANDBOX_RECORDS];

	for (size_t i = 0; i < RECORDS_OBJECT_COUNT; i++) {
		uint32_t n = tables[i].n;

		while (!box->options.custom_attributes &&
		       (tables[i].attributes[n - 1].flags & ATTR_CUSTOM) != 0)
			n--;
		objects[i] = (struct object){ .slug = tables[i].slug, .type = tables[i].type };
		object_init(&objects[i], tables[i].attributes, n);
		rng_uuid(i < RECORDS_WORKSPACES ? &box->rng : &box->further, objects[i].id);
	}
}

/* An id that follows from a text: the same everywhere and always. */
static void id_of_text(struct str text, uint64_t salt, char ret_id[static UUID_TEXT_BYTES])
{
	struct rng rng = { .state = salt };

	for (size_t i = 0; i < text.len; i++)
		rng.state = rng.state * 31 + (unsigned char)text.p[i];
	rng_uuid(&rng, ret_id);
}

void attribute_id(const struct object *object, const struct attribute *attribute,
		  char ret_id[static UUID_TEXT_BYTES])
{
	id_of_text(str_from(attribute->slug), (unsigned char)object->slug[0], ret_id);
}

uint32_t attribute_find(const struct object *object, struct str text)
{
	uint32_t i = object_attribute(object, text);
	char id[UUID_TEXT_BYTES];

	if (i < object->n_attributes || !normal_is_uuid(text))
		return i;
	for (i = 0; i < object->n_attributes; i++) {
		attribute_id(object, &object->attributes[i], id);
		if (str_equal_z(text, id))
			break;
	}
	return i;
}

struct str option_find(struct call *call, const char *options, struct str text)
{
	struct str rest = str_from(options);
	char id[UUID_TEXT_BYTES];
	struct str title;

	while (str_cut(&rest, '|', &title)) {
		id_of_text(title, 0, id);
		if (str_equal(title, text) || str_equal_z(text, id))
			return arena_copy(call->arena, title);
	}
	return (struct str){ 0 };
}

void option_add_id(const struct sandbox *box, const struct object *object,
		   const struct attribute *attribute, struct str title, struct buf *out)
{
	char id[UUID_TEXT_BYTES];

	attribute_id(object, attribute, id);
	buf_addf(out, "\"id\":{\"workspace_id\":\"%s\",\"object_id\":\"%s\",", box->workspace_id,
		 object->id);
	buf_addf(out, "\"attribute_id\":\"%s\",", id);
	id_of_text(title, 0, id);
	buf_addf(out, "\"%s_id\":\"%s\"}", attribute->kind == VALUES_STATUS ? "status" : "option",
		 id);
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

void put_option(struct call *call, const struct object *object, struct change *change,
		struct str title)
{
	const struct attribute *attribute = &object->attributes[change->attribute];
	const bool status = attribute->kind == VALUES_STATUS;
	struct buf *out = &call->box->scratch;

	begin(call);
	buf_addf(out, "\"%s\":{", status ? "status" : "option");
	option_add_id(call->box, object, attribute, title, out);
	member(call, "title", title);
	buf_add_z(out, ",\"is_archived\":false");
	if (status)
		buf_add_z(out, ",\"celebration_enabled\":false,\"target_time_in_status\":null");
	buf_add_char(out, '}');
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
