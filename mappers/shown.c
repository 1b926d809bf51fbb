/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shown: which match keys a record that cannot be decoded has somewhere in its texts.
 */
#include "base/alloc.h"
#include "base/hash.h"
#include "mappers/codec.h"
#include "mappers/json_tree.h"
#include "mappers/mapper.h"
#include "mappers/people.h"

#include <json-c/json_visit.h>
#include <stdlib.h>

/* What is longer is no name. */
#define NAME_BYTES 200
/* Never full: a search ends. */
#define SLOTS (2 * MAPPER_MARKS_MOST)

struct showing {
	const struct mapper_context *context;
	/* What is done with a text, in the form of each kind. */
	void (*take)(struct showing *showing, const struct str forms[static KEY_KIND_COUNT]);
	const struct match_key *keys;
	size_t n;
	bool *shown;
	uint64_t *marks;
	size_t n_marks;
	uint64_t *slots; /* of the marks, by their bits; 0: free */
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
		return people_marked(text);
	case KEY_IDENTICAL: /* stands in no one text */
	case KEY_KIND_COUNT:
		break;
	}
	return (struct str){ NULL, 0 };
}

static void compare(struct showing *showing, const struct str forms[static KEY_KIND_COUNT])
{
	for (size_t i = 0; i < showing->n; i++) {
		const struct match_key *key = &showing->keys[i];

		showing->shown[i] = showing->shown[i] ||
				    (key->key.len > 0 && str_equal(forms[key->kind], key->key));
	}
}

/* What stands there often counts once. */
static void add_mark(struct showing *showing, uint64_t mark)
{
	size_t at = mark % SLOTS;

	while (showing->slots[at] != 0 && showing->slots[at] != mark)
		at = (at + 1) % SLOTS;
	if (showing->slots[at] == mark || showing->n_marks == MAPPER_MARKS_MOST)
		return;
	showing->slots[at] = mark;
	showing->marks[showing->n_marks++] = mark;
}

static void add_words(struct showing *showing, struct str text)
{
	struct str rest = codec_line(&showing->arena, text);
	struct str word;

	if (rest.len > NAME_BYTES)
		return;
	while (str_cut(&rest, ' ', &word))
		add_mark(showing, mapper_mark_word(&showing->arena, word));
}

static void mark(struct showing *showing, const struct str forms[static KEY_KIND_COUNT])
{
	for (int kind = 0; kind < KEY_KIND_COUNT; kind++) {
		if (forms[kind].len > 0)
			add_mark(showing, mapper_mark((enum key_kind)kind, forms[kind]));
	}
}

static void take_text(struct showing *showing, struct str text)
{
	struct str forms[KEY_KIND_COUNT];

	for (int kind = 0; kind < KEY_KIND_COUNT; kind++)
		forms[kind] = canonical(showing, (enum key_kind)kind, text);
	showing->take(showing, forms);
	if (showing->marks != NULL)
		add_words(showing, text);
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
		take_text(showing, text);
	arena_reset(&showing->arena);
	return JSON_C_VISIT_RETURN_CONTINUE;
}

void mapper_shown(const struct mapper_context *context, struct str raw,
		  const struct match_key *keys, size_t n, bool *ret_shown)
{
	struct showing showing = {
		.context = context, .take = compare, .keys = keys, .n = n, .shown = ret_shown
	};
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

uint64_t mapper_mark(enum key_kind kind, struct str key)
{
	return hash64(key, kind);
}

uint64_t mapper_mark_word(struct arena *arena, struct str word)
{
	return hash64(codec_fold(arena, word), KEY_KIND_COUNT);
}

size_t mapper_marks(const struct mapper_context *context, struct str raw,
		    uint64_t ret_marks[static MAPPER_MARKS_MOST])
{
	struct showing showing = { .context = context, .take = mark, .marks = ret_marks };
	struct json_object *root;
	struct error err;

	if (!json_parse(raw, &root, &err))
		return MAPPER_MARKS_MOST;
	showing.slots = alloc_zeroed(SLOTS, sizeof(*showing.slots));
	(void)json_c_visit(root, 0, on_node, &showing);
	free(showing.slots);
	json_object_put(root);
	arena_release(&showing.arena);
	return showing.n_marks;
}
