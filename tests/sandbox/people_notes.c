/* SPDX-License-Identifier: Apache-2.0 */
#include "people.h"

#include "normal.h"

#include "base/clock.h"

#include <string.h>

/* What list items are rendered with. */
struct notes {
	const struct record *person;
	struct note **items;
	size_t n;
};

static void add_optional(struct buf *out, const char *name, const char *text)
{
	if (text != NULL)
		json_add_member(out, name, str_from(text), JSON_SLASH_ESCAPED);
}

static void add_iri(struct buf *out, const char *name, const char *collection, const char *id)
{
	if (id == NULL)
		return;
	json_add_key(out, name);
	buf_addf(out, "\"\\/%s\\/%s\"", collection, id);
}

static void render(const struct record *person, const struct note *note,
		   const struct people_view *view, struct buf *out)
{
	buf_add_char(out, '{');
	if (view->ld && view->context)
		buf_add_z(out, "\"@context\":\"\\/contexts\\/PersonNoteResource\",");
	if (view->ld)
		buf_addf(
			out,
			"\"@id\":\"\\/people\\/%s\\/notes\\/%s\",\"@type\":\"PersonNoteResource\",",
			person->id, note->id);
	json_add_member(out, "id", str_from(note->id), JSON_SLASH_PLAIN);
	json_add_key(out, "createdAt");
	people_time(note->created_ns, out);
	add_optional(out, "description", note->text);
	add_optional(out, "title", note->title);
	buf_addf(out, ",\"flagged\":%s,\"isPrivate\":%s", note->flagged ? "true" : "false",
		 note->hidden ? "true" : "false");
	add_iri(out, "author", "users", note->author);
	add_iri(out, "category", "note_categories", note->category);
	buf_add_char(out, '}');
}

static void answer(struct call *call, int status, const struct record *person,
		   const struct note *note)
{
	const struct people_view view = people_view_of(call);

	render(person, note, &view, call_answer(call, status, view.ld ? PEOPLE_LD : PEOPLE_JSON));
}

/* "category.id=x&category.id[]=y": any of them; asked for nothing, everything passes. */
static bool passes_id(struct call *call, const char *name, struct str id)
{
	const struct str list = arena_format(call->arena, "%s[]", name);
	bool asked = false;

	for (size_t i = 0; i < call->target.n_parameters; i++) {
		const struct parameter *parameter = &call->target.parameters[i];

		if ((!str_equal_z(parameter->name, name) && !str_equal(parameter->name, list)) ||
		    parameter->value.len == 0)
			continue;
		if (str_equal(parameter->value, id))
			return true;
		asked = true;
	}
	return !asked;
}

static bool passes(struct call *call, const struct record *person, const struct note *note)
{
	const struct people_times times = people_times_of(call, "createdAt");
	const struct str search = target_value(&call->target, "q");
	const struct str flagged = target_value(&call->target, "flagged");

	if (!passes_id(call, "category.id", str_from(note->category)) ||
	    !passes_id(call, "author.id", str_from(note->author)) ||
	    !passes_id(call, "person", str_from(person->id)) ||
	    !people_times_hold(&times, note->created_ns))
		return false;
	if (str_equal_z(flagged, "true") ? !note->flagged :
					   str_equal_z(flagged, "false") && note->flagged)
		return false;
	return normal_contains(str_from(note->text), search) ||
	       normal_contains(str_from(note->title), search);
}

/* 1: ascending, -1: descending, 0: not asked for. */
struct order {
	int flagged;
	int created;
};

static int direction(struct call *call, const char *name)
{
	const struct str text = target_value(&call->target, name);

	if (str_equal_nocase(text, STR_LIT("desc")))
		return -1;
	return str_equal_nocase(text, STR_LIT("asc")) ? 1 : 0;
}

/* As the document says, flagged ones first, then the newest, unless another order is asked for. */
static struct order read_order(struct call *call)
{
	const struct order order = { direction(call, "order[flagged]"),
				     direction(call, "order[createdAt]") };

	return order.flagged == 0 && order.created == 0 ? (struct order){ -1, -1 } : order;
}

static int compare_notes(const void *left, const void *right, void *context)
{
	const struct order *order = context;
	const struct note *a = *(struct note *const *)left;
	const struct note *b = *(struct note *const *)right;

	if (a->flagged != b->flagged && order->flagged != 0)
		return a->flagged ? order->flagged : -order->flagged;
	if (a->created_ns != b->created_ns && order->created != 0)
		return a->created_ns > b->created_ns ? order->created : -order->created;
	return strcmp(a->id, b->id);
}

static void render_item(struct call *call, const void *items, size_t i,
			const struct people_view *view, struct buf *out)
{
	const struct notes *notes = items;

	(void)call;
	render(notes->person, notes->items[i], view, out);
}

/* The list of a person that is not there is empty. */
static void list(struct call *call, const struct record *person)
{
	struct people_page page = { .type = "PersonNoteResource" };
	struct notes notes = { .person = person };
	struct order order = read_order(call);

	if (!people_read_page(call, &page))
		return;
	if (person != NULL && person->notes.n > 0) {
		notes.items = arena_alloc(call->arena, person->notes.n, sizeof(struct note *));
		for (size_t i = 0; i < person->notes.n; i++) {
			if (passes(call, person, person->notes.items[i]))
				notes.items[notes.n++] = person->notes.items[i];
		}
		qsort_r(notes.items, notes.n, sizeof(struct note *), compare_notes, &order);
	}
	page.total = notes.n;
	people_answer_page(call, &page, render_item, &notes);
}

static bool check_names(struct call *call)
{
	static const char *const known[] = { "id",       "personId", "createdAt", "description",
					     "title",    "flagged",  "isPrivate", "author",
					     "category", "@context", "@type" };

	if (!json_object_is_type(call->body, json_type_object))
		return people_fail(call, 400, "Syntax error");
	json_object_object_foreach(call->body, name, value)
	{
		bool found = false;

		(void)value;
		for (size_t i = 0; i < COUNT_OF(known); i++)
			found = found || strcmp(name, known[i]) == 0;
		if (found && (strcmp(name, "id") != 0 || !call_method(call, "PATCH")))
			continue;
		call_violation(call, "property %s in a note", name);
		return people_fail(call, 400,
				   "Extra attributes are not allowed (\"%s\" is unknown).", name);
	}
	return true;
}

static bool check_text(struct call *call, const char *name, bool required)
{
	struct json_object *value = json_member(call->body, name);
	const bool named = json_has(call->body, name);

	if (value != NULL && !json_is_text(value))
		return people_fail(call, 400,
				   "The type of the \"%s\" attribute must be \"string\".", name);
	/* What a PATCH does not name stays. */
	if (!required || json_str(value).len > 0 || (!named && call_method(call, "PATCH")))
		return true;
	return people_violation(call, name, "This value should not be blank.");
}

static bool check_flag(struct call *call, const char *name)
{
	struct json_object *value = json_member(call->body, name);

	return value == NULL || json_object_is_type(value, json_type_boolean) ||
	       people_fail(call, 400, "The type of the \"%s\" attribute must be \"bool\".", name);
}

static bool check_note(struct call *call)
{
	struct json_object *category = json_member(call->body, "category");
	struct json_object *author = json_member(call->body, "author");
	int64_t ns = 0;

	if (!people_check_media(call) || !check_names(call) ||
	    !check_text(call, "description", true) || !check_text(call, "title", false) ||
	    !check_text(call, "category", true) || !check_text(call, "author", false) ||
	    !check_text(call, "createdAt", false) || !check_text(call, "personId", false) ||
	    !check_flag(call, "flagged") || !check_flag(call, "isPrivate"))
		return false;
	if (category != NULL && people_iri(call, json_str(category), "note_categories") == NULL)
		return false;
	if (author != NULL && people_iri(call, json_str(author), "users") == NULL)
		return false;
	return json_member(call->body, "createdAt") == NULL ||
	       people_read_time(call, json_member_str(call->body, "createdAt"), &ns);
}

static void set_text(struct call *call, const char *name, char **text, bool merge)
{
	const struct str value = json_member_str(call->body, name);

	if (merge && !json_has(call->body, name))
		return;
	free(*text);
	*text = json_member(call->body, name) != NULL ? alloc_copy(value.p, value.len) : NULL;
}

static void set_iri(struct call *call, const char *name, const char *collection, char **id,
		    bool merge)
{
	if (merge && !json_has(call->body, name))
		return;
	free(*id);
	*id = NULL;
	if (json_member(call->body, name) != NULL)
		*id = alloc_copy_z(
			people_iri(call, json_member_str(call->body, name), collection)->id);
}

static void set_flag(struct call *call, const char *name, bool *flag, bool merge)
{
	if (json_has(call->body, name) || !merge)
		*flag = json_object_get_boolean(json_member(call->body, name)) != 0;
}

static void write_note(struct call *call, struct note *note, bool merge)
{
	set_text(call, "description", &note->text, merge);
	set_text(call, "title", &note->title, merge);
	set_iri(call, "category", "note_categories", &note->category, merge);
	set_iri(call, "author", "users", &note->author, merge);
	set_flag(call, "flagged", &note->flagged, merge);
	set_flag(call, "isPrivate", &note->hidden, merge);
	if (json_member(call->body, "createdAt") != NULL)
		(void)!clock_parse(json_member_str(call->body, "createdAt"), &note->created_ns);
	note->updated_ns = call->stamp.now_ns;
}

static void create(struct call *call, struct record *person)
{
	if (person == NULL) {
		(void)people_not_found(call);
		return;
	}
	if (!check_note(call))
		return;
	struct note *note = record_add_note(person, &call->box->rng);

	note->created_ns = call->stamp.now_ns;
	note->actor = call->stamp.actor;
	write_note(call, note, false);
	answer(call, 201, person, note);
}

static void one_note(struct call *call, const struct record *person)
{
	struct note *note = NULL;

	for (size_t i = 0; person != NULL && i < person->notes.n; i++) {
		if (str_equal_z(call->target.segments[3], person->notes.items[i]->id))
			note = person->notes.items[i];
	}
	if (!call_method(call, "GET") && !call_method(call, "PUT") && !call_method(call, "PATCH")) {
		(void)people_not_allowed(call, "GET, PUT, PATCH");
		return;
	}
	if (note == NULL) {
		(void)people_not_found(call);
		return;
	}
	if (!call_method(call, "GET")) {
		if (!check_note(call))
			return;
		write_note(call, note, call_method(call, "PATCH"));
	}
	answer(call, 200, person, note);
}

void people_notes(struct call *call, struct record *person)
{
	if (call->target.n_segments == 4)
		one_note(call, person);
	else if (call->target.n_segments > 4)
		(void)people_not_found(call);
	else if (call_method(call, "GET"))
		list(call, person);
	else if (call_method(call, "POST"))
		create(call, person);
	else
		(void)people_not_allowed(call, "GET, POST");
}
