/* SPDX-License-Identifier: Apache-2.0 */
#include "mappers/records_attributes.h"

#include "mappers/page_reader.h"
#include "mappers/records_common.h"

#define PAGE_MAX 100
#define BATCH_MAX 100

static struct encoder encoder_for(const struct mapper_context *context, struct request *request)
{
	return (struct encoder){ .context = context,
				 .side = SIDE_RECORDS,
				 .codecs = records_attributes_codecs,
				 .fraction_digits = 3,
				 .zone = "Z",
				 .json = json_writer(&request->body) };
}

/* ---- Reads ---- */

static void list(const struct mapper_context *context, const struct page_request *page,
		 struct request *ret)
{
	records_request(context, METHOD_GET, REQUEST_READ, "", false, ret);
	buf_addf(&ret->target, "?page=%u&pageSize=%u", page->number + 1, page->size);
	if (page->order != ORDER_NONE)
		buf_addf(&ret->target, "&sort=created_at&direction=%s",
			 page->order == ORDER_CREATED_ASC ? "asc" : "desc");
}

/* Ids cannot be filtered by: persons without an e-mail are read one by one. */
static size_t read_group(const struct mapper_context *context, const struct person_ref *refs,
			 size_t n, struct request *ret)
{
	const struct str path = records_email_path(context);
	size_t covered = 0;

	while (covered < n && covered < PAGE_MAX && refs[covered].email.len > 0)
		covered++;
	if (path.len == 0)
		covered = 0;
	struct json_writer json = records_query_begin(context, ret);

	json_key_of(&json, path);
	json_open(&json, '{');
	json_key(&json, "$in");
	json_open(&json, '[');
	for (size_t i = 0; i < covered; i++)
		json_string(&json, refs[i].email);
	json_close(&json, ']');
	json_close(&json, '}');
	records_query_end(&json, PAGE_MAX);
	return covered;
}

static size_t search(const struct mapper_context *context, const struct match_key *keys, size_t n,
		     struct request *ret)
{
	struct person_ref refs[PAGE_MAX];
	size_t covered = 0;

	for (; covered < n && covered < PAGE_MAX && keys[covered].kind == KEY_EMAIL; covered++)
		refs[covered] = (struct person_ref){ .email = keys[covered].key };
	if (covered == 0)
		return 0;
	const size_t asked = read_group(context, refs, covered, ret);

	if (asked == 0)
		request_release(ret);
	return asked;
}

/* ---- Writes ---- */

static void create_body(struct encoder *encoder, const struct person *person)
{
	json_open(&encoder->json, '{');
	json_key(&encoder->json, "attributes");
	json_open(&encoder->json, '{');
	encode_set_fields(encoder, person);
	json_close(&encoder->json, '}');
	json_close(&encoder->json, '}');
}

static void create(const struct mapper_context *context, const struct person *person,
		   struct request *ret)
{
	records_request(context, METHOD_POST, REQUEST_WRITE, "", true, ret);
	struct encoder encoder = encoder_for(context, ret);

	create_body(&encoder, person);
	encoder_release(&encoder);
}

/* What is named is replaced as a whole, so no list needs its old elements to be told apart. */
static size_t changed_attributes(struct encoder *encoder, const struct person *current,
				 const struct person *desired)
{
	const struct field_table *table = encoder->context->fields;
	size_t written = 0;

	json_key(&encoder->json, "attributes");
	json_open(&encoder->json, '{');
	for (size_t i = 0; i < table->n; i++) {
		const struct field *field = &table->fields[i];

		if (desired->values[i].state == VALUE_UNKNOWN || !encoder_maps(encoder, field) ||
		    !encoder_differs(encoder, field, &current->values[i], &desired->values[i]))
			continue;
		encode_field(encoder, field, &desired->values[i]);
		written++;
	}
	json_close(&encoder->json, '}');
	return written;
}

static void update(const struct mapper_context *context, const struct person *current,
		   const struct person *desired, struct request *ret)
{
	records_request_of(context, METHOD_PATCH, REQUEST_WRITE, current->id, true, ret);
	struct encoder encoder = encoder_for(context, ret);

	json_open(&encoder.json, '{');
	const size_t written = changed_attributes(&encoder, current, desired);

	json_close(&encoder.json, '}');
	encoder_release(&encoder);
	if (written == 0)
		buf_reset(&ret->target);
}

static struct encoder open_batch(const struct mapper_context *context, enum method method,
				 struct request *ret)
{
	records_request(context, method, REQUEST_WRITE, "/batch", true, ret);
	struct encoder encoder = encoder_for(context, ret);

	json_open(&encoder.json, '{');
	json_key(&encoder.json, "records");
	json_open(&encoder.json, '[');
	return encoder;
}

static void close_batch(struct encoder *encoder)
{
	json_close(&encoder->json, ']');
	json_close(&encoder->json, '}');
	encoder_release(encoder);
}

static void create_batch(const struct mapper_context *context, const struct person *const *persons,
			 size_t n, struct request *ret)
{
	struct encoder encoder = open_batch(context, METHOD_POST, ret);

	for (size_t i = 0; i < n; i++)
		create_body(&encoder, persons[i]);
	close_batch(&encoder);
}

static void update_batch(const struct mapper_context *context, const struct person *const *current,
			 const struct person *const *desired, size_t n, struct request *ret)
{
	struct encoder encoder = open_batch(context, METHOD_PATCH, ret);

	for (size_t i = 0; i < n; i++) {
		json_open(&encoder.json, '{');
		json_key(&encoder.json, "id");
		json_string(&encoder.json, current[i]->id);
		(void)changed_attributes(&encoder, current[i], desired[i]);
		json_close(&encoder.json, '}');
	}
	close_batch(&encoder);
}

/* ---- Decoding ---- */

static const struct record_shape record_shape = {
	.id = "id",
	.values = "attributes",
	.codecs = records_attributes_codecs,
	.has_null = true,
};

static bool decode(const struct mapper_context *context, struct str raw, struct arena *arena,
		   struct person *ret, struct error *err)
{
	return records_decode(context, &record_shape, raw, arena, ret, err);
}

/* The document says of single records and batches only that they are "returned": bare or under data. */
static const struct page_shape shape = {
	.id = "id",
	.record_keys = { "data" },
	.single = true,
	.root_array = true,
	.identity_keys = { "attributes" },
	.list_keys = { "meta" },
	.totals = { "meta.total" },
};

const struct mapper records_attributes = {
	.name = "attributes",
	.side = SIDE_RECORDS,
	.caps = { .totals = true, .batch = true, .page_max = PAGE_MAX, .batch_max = BATCH_MAX },
	.shape = &shape,
	.list = list,
	.read = records_read,
	.read_group = read_group,
	.search = search,
	.create = create,
	.update = update,
	.remove = records_remove,
	.takes = records_takes,
	.create_batch = create_batch,
	.update_batch = update_batch,
	.decode = decode,
};
