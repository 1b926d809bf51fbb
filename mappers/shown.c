/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shown: which match keys a record that cannot be decoded has somewhere in its texts.
 */
#include "mappers/codec.h"
#include "mappers/json_tree.h"
#include "mappers/mapper.h"

#include <json-c/json_visit.h>

struct showing {
	const struct mapper_context *context;
	const struct match_key *keys;
	size_t n;
	bool *shown;
	struct arena arena;
};

/* The text as a key of that kind; of a kind that stands in no one text: empty. */
static struct str canonical(struct showing *showing, enum key_kind kind, struct str text)
{
	switch (kind) {
	case KEY_EMAIL:
		return codec_email(&showing->arena, text);
	case KEY_LINKEDIN:
		return codec_linkedin(&showing->arena, text);
	case KEY_PHONE:
		return codec_phone(&showing->arena, text, showing->context->default_region);
	case KEY_CUSTOMER_ID:
		return codec_line(&showing->arena, text);
	case KEY_MARKER:
	case KEY_IDENTICAL:
	case KEY_KIND_COUNT:
		break;
	}
	return (struct str){ NULL, 0 };
}

static void compare(struct showing *showing, struct str text)
{
	struct str forms[KEY_KIND_COUNT];

	for (int kind = 0; kind < KEY_KIND_COUNT; kind++)
		forms[kind] = canonical(showing, (enum key_kind)kind, text);
	for (size_t i = 0; i < showing->n; i++) {
		const struct match_key *key = &showing->keys[i];

		showing->shown[i] = showing->shown[i] ||
				    (key->key.len > 0 && str_equal(forms[key->kind], key->key));
	}
}

static int on_node(json_object *node, int flags, json_object *parent, const char *name,
		   size_t *index, void *payload)
{
	struct showing *showing = payload;
	struct str text;

	(void)parent;
	(void)name;
	(void)index;
	if ((flags & JSON_C_VISIT_SECOND) == 0 && json_scalar(node, &showing->arena, &text))
		compare(showing, text);
	arena_reset(&showing->arena);
	return JSON_C_VISIT_RETURN_CONTINUE;
}

void mapper_shown(const struct mapper_context *context, struct str raw,
		  const struct match_key *keys, size_t n, bool *ret_shown)
{
	struct showing showing = { .context = context, .keys = keys, .n = n, .shown = ret_shown };
	struct json_object *root;
	struct error err;
	const bool parsed = json_parse(raw, &root, &err);

	for (size_t i = 0; i < n; i++)
		ret_shown[i] = !parsed;
	if (!parsed)
		return;
	(void)json_c_visit(root, 0, on_node, &showing);
	json_object_put(root);
	arena_release(&showing.arena);
}
