/* SPDX-License-Identifier: Apache-2.0 */
#include "mappers/records_values.h"

#include "mappers/page_reader.h"
#include "mappers/records_common.h"

#define PAGE_MAX 500

static struct encoder encoder_for(const struct mapper_context *context, struct request *request)
{
	return (struct encoder){ .context = context,
				 .side = SIDE_RECORDS,
				 .codecs = records_values_codecs,
				 .fraction_digits = 9,
				 .zone = "Z",
				 .json = json_writer(&request->body) };
}

/* ---- Reads ---- */

static void list(const struct mapper_context *context, const struct page_request *page,
		 struct request *ret)
{
	records_request(context, METHOD_POST, REQUEST_READ, "/query", true, ret);
	struct json_writer json = json_writer(&ret->body);

	json_open(&json, '{');
	/* The default order is undocumented: without one, pages may repeat and hide records. */
	json_key(&json, "sorts");
	json_open(&json, '[');
	if (page->order != ORDER_NONE) {
		json_open(&json, '{');
		json_key(&json, "attribute");
		json_string(&json, STR_LIT("created_at"));
		json_key(&json, "direction");
		json_string(&json,
			    page->order == ORDER_CREATED_ASC ? STR_LIT("asc") : STR_LIT("desc"));
		json_close(&json, '}');
	}
	json_close(&json, ']');
	json_key(&json, "limit");
	json_number(&json, page->size);
	json_key(&json, "offset");
	json_number(&json, page->offset);
	json_close(&json, '}');
}

static size_t read_group(const struct mapper_context *context, const struct person_ref *refs,
			 size_t n, struct request *ret)
{
	const size_t covered = n < PAGE_MAX ? n : PAGE_MAX;
	struct json_writer json = records_query_begin(context, ret);

	json_key(&json, "record_id");
	json_open(&json, '{');
	json_key(&json, "$in");
	json_open(&json, '[');
	for (size_t i = 0; i < covered; i++)
		json_string(&json, refs[i].id);
	json_close(&json, ']');
	json_close(&json, '}');
	records_query_end(&json, covered);
	return covered;
}

/* By e-mail: of LinkedIn and phones it is not known in which spelling they would be found. */
static size_t search(const struct mapper_context *context, const struct match_key *keys, size_t n,
		     struct request *ret)
{
	const struct str path = records_email_path(context);
	size_t covered = 0;

	if (path.len == 0 || n == 0 || keys[0].kind != KEY_EMAIL)
		return 0;
	struct json_writer json = records_query_begin(context, ret);

	json_key(&json, "$or");
	json_open(&json, '[');
	for (; covered < n && covered < PAGE_MAX && keys[covered].kind == KEY_EMAIL; covered++) {
		json_open(&json, '{');
		json_key_of(&json, path);
		json_string(&json, keys[covered].key);
		json_close(&json, '}');
	}
	json_close(&json, ']');
	records_query_end(&json, PAGE_MAX);
	return covered;
}

/* ---- Writes ---- */

static void open_body(struct encoder *encoder)
{
	json_open(&encoder->json, '{');
	json_key(&encoder->json, "data");
	json_open(&encoder->json, '{');
	json_key(&encoder->json, "values");
	json_open(&encoder->json, '{');
}

static void close_body(struct encoder *encoder)
{
	for (int i = 0; i < 3; i++)
		json_close(&encoder->json, '}');
	encoder_release(encoder);
}

/*
 * A POST, never an assert on email_addresses: that would write to whoever has the address by now, a
 * stranger or a record edited meanwhile, without its having been read or merged, and would overwrite its
 * phone numbers and every other list that is sent.  A POST is refused there and stores nothing; whoever it
 * is gets found by his address, and matched.
 */
static void create(const struct mapper_context *context, const struct person *person,
		   struct request *ret)
{
	records_request(context, METHOD_POST, REQUEST_WRITE, "", true, ret);
	struct encoder encoder = encoder_for(context, ret);

	open_body(&encoder);
	encode_set_fields(&encoder, person);
	close_body(&encoder);
}

/*
 * A PATCH prepends the elements it is given to a list and removes none; a PUT overwrites the lists it
 * is given and leaves what it isn't.  So a PATCH will do unless an element must go or another one is to
 * be the primary: it leaves alone what somebody adds meanwhile.  Where the old primary is to stay it
 * ends up behind the new elements: the order is the price for never losing an element.
 */
static bool patch_suffices(const struct field *field, const struct value *current,
			   const struct value *desired)
{
	uint32_t added = 0;

	if (field_shape(field->type) != SHAPE_SET || field->single[SIDE_RECORDS])
		return true;
	if (current->state == VALUE_EMPTY)
		return true;
	if (current->state != VALUE_SET || desired->state != VALUE_SET)
		return false;
	for (uint32_t i = 0; i < current->n; i++) {
		if (!value_has(desired, current->items[i].key))
			return false;
	}
	if (!field_has_primary(field->type) ||
	    str_equal(desired->items[0].key, current->items[0].key))
		return true;
	while (added < desired->n && !value_has(current, desired->items[added].key))
		added++;
	if (desired->n - added != current->n)
		return false;
	for (uint32_t i = 0; i < current->n; i++) {
		if (!str_equal(desired->items[added + i].key, current->items[i].key))
			return false;
	}
	return true;
}

static struct value added_only(struct arena *arena, const struct value *current,
			       const struct value *desired)
{
	struct value added = value_items(arena, desired->n);

	added.n = 0;
	for (uint32_t i = 0; i < desired->n; i++) {
		if (!value_has(current, desired->items[i].key))
			added.items[added.n++] = desired->items[i];
	}
	return added;
}

static void write_field(struct encoder *encoder, const struct field *field, bool put,
			const struct value *current, const struct value *desired)
{
	const bool set = field_shape(field->type) == SHAPE_SET && !field->single[SIDE_RECORDS];

	if (set && desired->state != VALUE_SET) {
		json_key_of(&encoder->json, field->path[SIDE_RECORDS]);
		json_raw(&encoder->json, STR_LIT("[]"));
	} else if (set && !put) {
		const struct value added = added_only(&encoder->arena, current, desired);

		encode_field(encoder, field, &added);
	} else {
		encode_field(encoder, field, desired);
	}
}

static bool to_write(struct encoder *encoder, size_t i, const struct person *current,
		     const struct person *desired)
{
	const struct field *field = &encoder->context->fields->fields[i];

	return desired->values[i].state != VALUE_UNKNOWN && encoder_maps(encoder, field) &&
	       encoder_differs(encoder, field, &current->values[i], &desired->values[i]);
}

static void update(const struct mapper_context *context, const struct person *current,
		   const struct person *desired, struct request *ret)
{
	const struct field_table *table = context->fields;
	bool put = false;
	size_t written = 0;

	records_request_of(context, METHOD_PATCH, REQUEST_WRITE, current->id, true, ret);
	struct encoder encoder = encoder_for(context, ret);

	for (size_t i = 0; i < table->n; i++) {
		if (!to_write(&encoder, i, current, desired))
			continue;
		written++;
		put = put ||
		      !patch_suffices(&table->fields[i], &current->values[i], &desired->values[i]);
	}
	ret->method = put ? METHOD_PUT : METHOD_PATCH;
	open_body(&encoder);
	for (size_t i = 0; i < table->n; i++) {
		if (to_write(&encoder, i, current, desired))
			write_field(&encoder, &table->fields[i], put, &current->values[i],
				    &desired->values[i]);
	}
	close_body(&encoder);
	if (written == 0)
		buf_reset(&ret->target);
}

/* ---- Decoding ---- */

static const struct record_shape record_shape = {
	.id = "id.record_id",
	.values = "values",
	.codecs = records_values_codecs,
};

static bool decode(const struct mapper_context *context, struct str raw, struct arena *arena,
		   struct person *ret, struct error *err)
{
	return records_decode(context, &record_shape, raw, arena, ret, err);
}

static const struct page_shape shape = {
	.id = "id.record_id",
	.record_keys = { "data" },
	.single = true,
};

const struct mapper records_values = {
	.name = "values",
	.side = SIDE_RECORDS,
	.caps = { .sparse_lists = true, .page_max = PAGE_MAX },
	.shape = &shape,
	.list = list,
	.read = records_read,
	.read_group = read_group,
	.search = search,
	.create = create,
	.update = update,
	.remove = records_remove,
	.takes = records_takes,
	.decode = decode,
};
