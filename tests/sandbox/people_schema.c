/* SPDX-License-Identifier: Apache-2.0 */
#include "people.h"

#include "normal.h"

#define KEYED (ATTR_MULTI | ATTR_INDEXED)

static const struct attribute person_attributes[] = {
	{ "familyName", PEOPLE_TEXT, ATTR_REQUIRED, NULL },
	{ "givenName", PEOPLE_TEXT, 0, NULL },
	{ "additionalName", PEOPLE_TEXT, 0, NULL },
	{ "initials", PEOPLE_TEXT, 0, NULL },
	{ "customerId", PEOPLE_TEXT, 0, NULL },
	{ "honorificPrefix", PEOPLE_TEXT, 0, NULL },
	{ "isTracked", PEOPLE_FLAG, 0, NULL },
	{ "linkedinId", PEOPLE_TEXT, ATTR_INDEXED, NULL },
	{ "externalSource", PEOPLE_TEXT, 0, NULL },
	{ "createdAt", PEOPLE_CREATED, ATTR_READ_ONLY, NULL },
	{ "updatedAt", PEOPLE_UPDATED, ATTR_READ_ONLY, NULL },
	{ "importedAt", PEOPLE_TIME, ATTR_READ_ONLY, NULL },
	{ "archivedAt", PEOPLE_TIME, 0, NULL },
	{ "owner", PEOPLE_IRI, ATTR_REFERENCE, "users" },
	{ "jobTitle", PEOPLE_TEXT, 0, NULL },
	{ "tags", PEOPLE_IRIS, ATTR_MULTI | ATTR_REFERENCE, "tags" },
	{ "segments", PEOPLE_IRIS, ATTR_MULTI | ATTR_REFERENCE, "segments" },
	{ "organizations", PEOPLE_IRIS, ATTR_MULTI | ATTR_REFERENCE, "organizations" },
	{ "avatarUrl", PEOPLE_TEXT, ATTR_READ_ONLY, NULL },
	{ "avatar", PEOPLE_IRI, ATTR_WRITE_ONLY | ATTR_REFERENCE, "media_objects" },
	{ "dealSize", PEOPLE_INTEGER, 0, NULL },
	{ "totalDeals", PEOPLE_INTEGER, 0, NULL },
	{ "totalLostDeals", PEOPLE_INTEGER, 0, NULL },
	{ "totalWonDeals", PEOPLE_INTEGER, 0, NULL },
	{ "emailAddresses", PEOPLE_EMAILS, KEYED, "EmailAddress" },
	{ "phoneNumbers", PEOPLE_PHONES, KEYED, "PhoneNumber" },
	{ "address", PEOPLE_ADDRESS, 0, "Address" },
	/* A tenant's own, one of each further kind. */
	{ "stage", PEOPLE_TEXT, ATTR_CUSTOM, NULL },
	{ "lifecycle", PEOPLE_TEXT, ATTR_CUSTOM, NULL },
	{ "interests", PEOPLE_TEXTS, ATTR_MULTI | ATTR_CUSTOM, NULL },
	{ "leadScore", PEOPLE_NUMBER, ATTR_CUSTOM, NULL },
	{ "teamSize", PEOPLE_INTEGER, ATTR_CUSTOM, NULL },
	{ "budget", PEOPLE_NUMBER, ATTR_CUSTOM, NULL },
	{ "birthday", PEOPLE_DATE, ATTR_CUSTOM, NULL },
	{ "lastContacted", PEOPLE_TIME, ATTR_CUSTOM, NULL },
	{ "satisfaction", PEOPLE_INTEGER, ATTR_CUSTOM, NULL },
	{ "website", PEOPLE_TEXT, ATTR_CUSTOM, NULL },
	{ "homepage", PEOPLE_TEXT, ATTR_CUSTOM, NULL },
	{ "office", PEOPLE_ADDRESS, ATTR_CUSTOM, "Address" },
	{ "note", PEOPLE_TEXT, ATTR_CUSTOM, NULL },
};

static const struct attribute titled_attributes[] = {
	{ "title", PEOPLE_TEXT, ATTR_REQUIRED, NULL },
	{ "createdAt", PEOPLE_CREATED, ATTR_READ_ONLY, NULL },
};

static const struct attribute organization_attributes[] = {
	{ "title", PEOPLE_TEXT, ATTR_REQUIRED, NULL },
	{ "website", PEOPLE_TEXT, 0, NULL },
	{ "createdAt", PEOPLE_CREATED, ATTR_READ_ONLY, NULL },
	{ "updatedAt", PEOPLE_UPDATED, ATTR_READ_ONLY, NULL },
};

static const struct attribute user_attributes[] = {
	{ "familyName", PEOPLE_TEXT, ATTR_REQUIRED, NULL },
	{ "givenName", PEOPLE_TEXT, 0, NULL },
	{ "email", PEOPLE_TEXT, ATTR_REQUIRED, NULL },
};

static const struct attribute media_attributes[] = {
	{ "contentUrl", PEOPLE_TEXT, ATTR_REQUIRED, NULL },
};

#define ROWS(table) (table), COUNT_OF(table)

static const struct {
	const char *slug;
	const char *type;
	const struct attribute *attributes;
	uint32_t n;
} collections[] = {
	[PEOPLE_PERSONS] = { "people", "Person", ROWS(person_attributes) },
	[PEOPLE_TAGS] = { "tags", "Tag", ROWS(titled_attributes) },
	[PEOPLE_SEGMENTS] = { "segments", "Segment", ROWS(titled_attributes) },
	[PEOPLE_ORGANIZATIONS] = { "organizations", "Organization", ROWS(organization_attributes) },
	[PEOPLE_USERS] = { "users", "User", ROWS(user_attributes) },
	[PEOPLE_CATEGORIES] = { "note_categories", "NoteCategory", ROWS(titled_attributes) },
	[PEOPLE_MEDIA_OBJECTS] = { "media_objects", "MediaObject", ROWS(media_attributes) },
};

static_assert(COUNT_OF(collections) == PEOPLE_OBJECT_COUNT, "every collection has its row");

const char *const people_address_parts[ADDRESS_PART_COUNT] = { "street", "postalCode", "city",
							       "country" };

void people_schema_init(struct sandbox *box)
{
	struct object *objects = box->objects[SANDBOX_PEOPLE];

	for (size_t i = 0; i < PEOPLE_OBJECT_COUNT; i++) {
		objects[i] =
			(struct object){ .slug = collections[i].slug, .type = collections[i].type };
		uint32_t n = collections[i].n;

		while (!box->options.custom_attributes &&
		       (collections[i].attributes[n - 1].flags & ATTR_CUSTOM) != 0)
			n--;
		object_init(&objects[i], collections[i].attributes, n);
	}
}

static struct str tidy(const struct call *call, struct str text)
{
	return call->box->options.rewrite ? str_trim(text) : text;
}

void people_put_text(struct call *call, struct change *change, struct str text)
{
	const struct str kept = tidy(call, text);

	change_put(change, call->arena, json_quote(call->arena, kept, JSON_SLASH_ESCAPED), kept);
}

static void member(struct call *call, const char *name, struct str text)
{
	struct buf *out = &call->box->scratch;

	if (out->len > 0)
		buf_add_char(out, ',');
	json_add_text(out, str_from(name), JSON_SLASH_PLAIN);
	buf_add_char(out, ':');
	json_add_text(out, text, JSON_SLASH_ESCAPED);
}

void people_put_email(struct call *call, struct change *change, struct str address)
{
	const struct str lower = normal_lower(call->arena, str_trim(address));

	buf_reset(&call->box->scratch);
	member(call, "email", call->box->options.rewrite ? lower : address);
	change_put(change, call->arena, buf_str(&call->box->scratch), lower);
}

void people_put_phone(struct call *call, struct change *change, struct str number,
		      struct str phone_type)
{
	const struct str kept =
		call->box->options.rewrite ? normal_phone_loosely(call->arena, number) : number;

	buf_reset(&call->box->scratch);
	member(call, "phoneNumber", kept);
	if (phone_type.len > 0)
		member(call, "phoneType", phone_type);
	change_put(change, call->arena, buf_str(&call->box->scratch), kept);
}

/* Four parts; those without a text are null and left out. */
void people_put_address(struct call *call, struct change *change, const struct str *parts)
{
	buf_reset(&call->box->scratch);
	for (size_t i = 0; i < ADDRESS_PART_COUNT; i++) {
		if (parts[i].p != NULL)
			member(call, people_address_parts[i], tidy(call, parts[i]));
	}
	change_put(change, call->arena, buf_str(&call->box->scratch), (struct str){ 0 });
}

void people_put_iri(struct call *call, struct change *change, const struct record *target)
{
	change_put(change, call->arena,
		   arena_format(call->arena, "\"\\/%s\\/%s\"", target->object->slug, target->id),
		   str_from(target->id));
}
