/* SPDX-License-Identifier: Apache-2.0 */
#include "mappers/notes.h"

#include "mappers/codec.h"
#include "mappers/mapper_decode.h"

#include <string.h>

const struct note_api *note_api_find(enum side side, const char *dialect)
{
	static const struct note_api *const apis[] = { &notes_values, &notes_attributes };

	if (side == SIDE_PEOPLE)
		return &notes_people;
	for (size_t i = 0; i < COUNT_OF(apis); i++) {
		if (strcmp(apis[i]->name, dialect) == 0)
			return apis[i];
	}
	return NULL;
}

static struct json_object *first_of(struct json_object *root, const char *const paths[2])
{
	struct json_object *node = json_walk(root, paths[0]);

	return node == NULL && paths[1] != NULL ? json_walk(root, paths[1]) : node;
}

/* Absent and null are the empty text; anything that is no text is not understood. */
static bool take_text(struct decoder *decoder, struct json_object *node, const char *path,
		      struct str (*canon)(struct arena *arena, struct str raw), struct str *ret)
{
	struct str text = { NULL, 0 };

	if (node != NULL && !json_text(node, &text))
		return decode_fail(decoder, str_from(path), "is not a string");
	*ret = canon(decoder->arena, text);
	return true;
}

/* The servers say so, or it is something else that the list shows although it was not asked to. */
static bool stays_there(const struct note_shape *shape, struct json_object *root)
{
	struct json_object *node =
		shape->is_private != NULL ? json_walk(root, shape->is_private) : NULL;
	struct str type = { NULL, 0 };

	if (json_object_is_type(node, json_type_boolean) && json_object_get_boolean(node))
		return true;
	return shape->type != NULL && json_text(json_walk(root, shape->type), &type) &&
	       !str_equal_z(type, "note");
}

/* "7" of "/people/7/notes/12"; empty if it is no such path. */
static struct str owner_of(struct decoder *decoder, struct json_object *iri)
{
	struct str rest = json_text_or_empty(iri);
	struct str owner = { NULL, 0 };
	struct str part;

	while (str_cut(&rest, '/', &part)) {
		if (str_equal_z(part, "notes"))
			return arena_copy(decoder->arena, owner);
		owner = part;
	}
	return (struct str){ NULL, 0 };
}

static bool decode_tree(struct decoder *decoder, const struct note_shape *shape,
			struct json_object *root, struct note *note)
{
	decoder->id = note->id = decode_id(decoder, first_of(root, shape->id));
	if (note->id.len == 0)
		return decode_fail(decoder, str_from(shape->id[0]), "is missing");
	if (shape->person_id != NULL)
		note->person_id = decode_id(decoder, json_walk(root, shape->person_id));
	if (shape->iri != NULL)
		note->person_id = owner_of(decoder, json_walk(root, shape->iri));
	note->is_private = stays_there(shape, root);
	note->created_at = decode_time(json_walk(root, shape->created_at));
	if (!take_text(decoder, json_walk(root, shape->title), shape->title, codec_line,
		       &note->part[NOTE_TITLE]) ||
	    !take_text(decoder, first_of(root, shape->text), shape->text[0], codec_text,
		       &note->part[NOTE_TEXT]))
		return false;
	if (shape->title_is_text && note->part[NOTE_TEXT].len == 0)
		note->part[NOTE_TEXT] = note->part[NOTE_TITLE];
	return true;
}

bool note_decode(const struct note_shape *shape, struct str raw, struct arena *arena,
		 struct note *ret, struct error *err)
{
	struct decoder decoder = { .arena = arena, .err = err };
	struct note note = { .created_at = 0 };
	struct json_object *root;

	if (!json_parse(raw, &root, err))
		return error_wrap(err, "a note");
	const bool good = decode_tree(&decoder, shape, root, &note);

	json_object_put(root);
	if (!good)
		return error_wrap(err, "a note");
	*ret = note;
	return true;
}
