/* SPDX-License-Identifier: Apache-2.0 */
#include "records.h"
#include "records_schema.h"

#include "base/clock.h"

void values_actor(const struct sandbox *box, enum actor actor, const char **ret_type,
		  const char **ret_id)
{
	switch (actor) {
	case ACTOR_TOKEN:
		*ret_type = "api-token";
		*ret_id = box->token_id;
		break;
	case ACTOR_MEMBER:
		*ret_type = "workspace-member";
		*ret_id = box->members[0].id;
		break;
	case ACTOR_SYSTEM:
	default:
		*ret_type = "system";
		*ret_id = NULL;
	}
}

static void add_actor(const struct sandbox *box, enum actor actor, struct buf *out)
{
	const char *type = NULL;
	const char *id = NULL;

	values_actor(box, actor, &type, &id);
	buf_add_z(out, "\"created_by_actor\":{\"type\":\"");
	buf_add_z(out, type);
	buf_add_z(out, "\",\"id\":");
	if (id == NULL) {
		buf_add_z(out, "null}");
		return;
	}
	buf_add_char(out, '"');
	buf_add_z(out, id);
	buf_add_z(out, "\"}");
}

static void add_value(const struct sandbox *box, const struct value *value, int kind,
		      struct buf *out)
{
	char time[CLOCK_TEXT_BYTES];

	clock_format(value->at_ns, 9, time);
	buf_add_z(out, "{\"active_from\":\"");
	buf_add_z(out, time);
	buf_add_z(out, "\",\"active_until\":null,");
	add_actor(box, value->actor, out);
	buf_add_char(out, ',');
	buf_add_str(out, value->json);
	buf_add_z(out, ",\"attribute_type\":\"");
	buf_add_z(out, values_kind_name(kind));
	buf_add_z(out, "\"}");
}

/* created_at and created_by are not stored: they are the record's own. */
static void add_virtual(struct call *call, const struct record *record, int kind, struct buf *out)
{
	char text[CLOCK_TEXT_BYTES];
	const char *type = NULL;
	const char *id = NULL;
	struct str json;

	if (kind == VALUES_CREATED_AT) {
		clock_format(record->created_ns, 9, text);
		json = arena_format(call->arena, "\"value\":\"%s\"", text);
	} else {
		values_actor(call->box, record->created_by, &type, &id);
		json = arena_format(
			call->arena,
			"\"referenced_actor_type\":\"%s\",\"referenced_actor_id\":%s%s%s", type,
			id != NULL ? "\"" : "", id != NULL ? id : "null", id != NULL ? "\"" : "");
	}
	add_value(call->box, &(struct value){ json, json, record->created_ns, ACTOR_SYSTEM }, kind,
		  out);
}

static void add_cell(struct call *call, const struct record *record, uint32_t i, struct buf *out)
{
	const struct attribute *attribute = &record->object->attributes[i];
	const struct cell *cell = &record->cells[i];

	json_add_key(out, attribute->slug);
	buf_add_char(out, '[');
	if (attribute->kind == VALUES_CREATED_AT || attribute->kind == VALUES_CREATED_BY)
		add_virtual(call, record, attribute->kind, out);
	for (size_t k = 0; k < cell->n; k++) {
		json_add_comma(out);
		add_value(call->box, &cell->values[k], attribute->kind, out);
	}
	buf_add_char(out, ']');
}

void values_render(struct call *call, const struct record *record, bool sparse, struct buf *out)
{
	const struct object *object = record->object;
	char created[CLOCK_TEXT_BYTES];

	clock_format(record->created_ns, 9, created);
	buf_add_z(out, "{\"id\":{\"workspace_id\":\"");
	buf_add_z(out, call->box->workspace_id);
	buf_add_z(out, "\",\"object_id\":\"");
	buf_add_z(out, object->id);
	buf_add_z(out, "\",\"record_id\":\"");
	buf_add_z(out, record->id);
	buf_add_z(out, "\"},\"created_at\":\"");
	buf_add_z(out, created);
	buf_add_z(out, "\",\"web_url\":\"https://app.attio.com/sandbox/");
	buf_add_z(out, object->type);
	buf_add_char(out, '/');
	buf_add_z(out, record->id);
	buf_add_z(out, "\",\"values\":{");
	for (uint32_t i = 0; i < object->n_attributes; i++) {
		const int kind = object->attributes[i].kind;
		const bool own = kind == VALUES_CREATED_AT || kind == VALUES_CREATED_BY;

		if (object_shows(object, i) && (!sparse || record->cells[i].n > 0 || own))
			add_cell(call, record, i, out);
	}
	buf_add_z(out, "}}");
}
