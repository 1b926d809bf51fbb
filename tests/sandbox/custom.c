/* SPDX-License-Identifier: Apache-2.0 */
#include "custom.h"

#include "flat.h"
#include "records_schema.h"

#include <string.h>

struct custom {
	struct str object;
	struct str slug;
	int kind;
	unsigned flags;
	struct str detail;
};

static const struct {
	const char *name;
	unsigned flags;
} flag_names[] = {
	{ "multi", ATTR_MULTI },       { "unique", ATTR_UNIQUE | ATTR_INDEXED },
	{ "required", ATTR_REQUIRED }, { "read-only", ATTR_READ_ONLY },
	{ "archived", ATTR_ARCHIVED },
};

/* What every attribute of such a kind is, and whether it needs a detail. */
struct kind_rule {
	int kind;
	unsigned flags;
	bool detailed;
};

static const struct kind_rule values_rules[] = {
	{ VALUES_SELECT, ATTR_BY_KEY, true },
	{ VALUES_STATUS, ATTR_BY_KEY, true },
	{ VALUES_CURRENCY, 0, true },
	{ VALUES_REFERENCE, ATTR_BY_KEY | ATTR_REFERENCE | ATTR_INDEXED, true },
	{ VALUES_ACTOR, ATTR_BY_KEY, false },
	{ VALUES_DOMAIN, ATTR_BY_KEY, false },
	{ VALUES_EMAIL, ATTR_BY_KEY | ATTR_INDEXED, false },
	{ VALUES_PHONE, ATTR_BY_KEY | ATTR_INDEXED, false },
};

static const struct kind_rule flat_rules[] = {
	{ FLAT_COMPANY, ATTR_REFERENCE, false },
	{ FLAT_TAGS, ATTR_MULTI, false },
};

static const struct kind_rule *rule_of(enum sandbox_dialect dialect, int kind)
{
	const struct kind_rule *rules = dialect == SANDBOX_VALUES ? values_rules : flat_rules;
	const size_t n = dialect == SANDBOX_VALUES ? COUNT_OF(values_rules) : COUNT_OF(flat_rules);

	for (size_t i = 0; i < n; i++) {
		if (rules[i].kind == kind)
			return &rules[i];
	}
	return NULL;
}

static bool read_flags(struct str words, unsigned *flags)
{
	struct str word;

	while (str_cut(&words, ':', &word)) {
		size_t i = 0;

		while (i < COUNT_OF(flag_names) && !str_equal_z(word, flag_names[i].name))
			i++;
		if (i == COUNT_OF(flag_names))
			return false;
		*flags |= flag_names[i].flags;
	}
	return true;
}

/* NULL, or what is wrong. */
static const char *read_custom(enum sandbox_dialect dialect, const char *text,
			       struct custom *ret_custom)
{
	const struct str all = str_from(text);
	const size_t equals = str_find(all, '=');
	struct str rest = str_head(all, equals);
	struct custom custom = { .object = STR_LIT("people"),
				 .flags = ATTR_CUSTOM,
				 .detail = str_skip(all, equals + 1) };
	struct str name = { 0 };
	struct str type = { 0 };

	(void)str_cut(&rest, ':', &name);
	(void)str_cut(&rest, ':', &type);
	const size_t dot = str_find(name, '.');

	custom.slug = name;
	if (dot < name.len) {
		custom.object = str_head(name, dot);
		custom.slug = str_skip(name, dot + 1);
	}
	custom.kind = dialect == SANDBOX_VALUES ? values_kind_of(type) : flat_kind_of(type);
	if (custom.slug.len == 0)
		return "an attribute needs a slug";
	if (custom.kind < 0)
		return "no such type of attribute in this dialect";
	if (!read_flags(rest, &custom.flags))
		return "no such flag of an attribute";
	const struct kind_rule *rule = rule_of(dialect, custom.kind);

	if (rule != NULL && rule->detailed && custom.detail.len == 0)
		return "this type of attribute needs =DETAIL";
	if (rule != NULL)
		custom.flags |= rule->flags;
	if (dialect == SANDBOX_ATTRIBUTES && custom.kind == FLAT_COMPANY)
		custom.detail = STR_LIT("companies");
	*ret_custom = custom;
	return NULL;
}

const char *custom_check(enum sandbox_dialect dialect, const char *text)
{
	struct custom custom;

	return read_custom(dialect, text, &custom);
}

static struct object *object_of(struct sandbox *box, struct str slug)
{
	struct object *objects = box->objects[SANDBOX_RECORDS];

	for (size_t i = 0; i < RECORDS_OBJECT_COUNT; i++) {
		if (objects[i].slug != NULL && str_equal_z(slug, objects[i].slug))
			return &objects[i];
	}
	return NULL;
}

void custom_add(struct sandbox *box)
{
	const struct sandbox_options *options = &box->options;

	for (size_t i = 0; i < options->n_attributes; i++) {
		struct custom custom;
		const char *wrong = read_custom(options->dialect, options->attributes[i], &custom);
		struct object *object = wrong == NULL ? object_of(box, custom.object) : NULL;

		/* One that is there already is the workspace's too: the first one stays. */
		if (object == NULL || object_attribute(object, custom.slug) < object->n_attributes)
			continue;
		object_add_attribute(
			object,
			&(struct attribute){
				.slug = arena_copy(&object->texts, custom.slug).p,
				.kind = custom.kind,
				.flags = custom.flags,
				.detail = custom.detail.len > 0 ?
						  arena_copy(&object->texts, custom.detail).p :
						  NULL });
	}
}

void custom_keep(struct sandbox *box, struct json_object *list)
{
	struct sandbox_options *options = &box->options;

	options->n_attributes = 0;
	assert(json_object_array_length(list) <= SANDBOX_ATTRIBUTES_MAX);
	for (size_t i = 0; i < json_object_array_length(list); i++)
		options->attributes[options->n_attributes++] =
			arena_copy(&box->kept, json_str(json_object_array_get_idx(list, i))).p;
}
