/* SPDX-License-Identifier: Apache-2.0 */
#include "mappers/records_common.h"

void records_request(const struct mapper_context *context, enum method method,
		     enum request_kind kind, const char *behind, bool body, struct request *ret)
{
	request_init(ret, method, kind);
	buf_add_z(&ret->target, "/v2/objects/");
	target_escape(&ret->target, str_from(context->object));
	buf_add_z(&ret->target, "/records");
	buf_add_z(&ret->target, behind);
	ret->content_type = body ? "application/json" : NULL;
	ret->accept = "application/json";
}

void records_request_of(const struct mapper_context *context, enum method method,
			enum request_kind kind, struct str id, bool body, struct request *ret)
{
	records_request(context, method, kind, "/", body, ret);
	target_escape(&ret->target, id);
}

struct str records_email_path(const struct mapper_context *context)
{
	const struct field_table *table = context->fields;

	return table->emails >= 0 ? table->fields[table->emails].path[SIDE_RECORDS] :
				    (struct str){ NULL, 0 };
}

struct json_writer records_query_begin(const struct mapper_context *context, struct request *ret)
{
	records_request(context, METHOD_POST, REQUEST_READ, "/query", true, ret);
	struct json_writer json = json_writer(&ret->body);

	json_open(&json, '{');
	json_key(&json, "filter");
	json_open(&json, '{');
	return json;
}

void records_query_end(struct json_writer *json, uint64_t limit)
{
	json_close(json, '}');
	json_key(json, "limit");
	json_number(json, limit);
	json_close(json, '}');
}

void records_read(const struct mapper_context *context, struct str id, struct request *ret)
{
	records_request_of(context, METHOD_GET, REQUEST_READ, id, false, ret);
}

void records_remove(const struct mapper_context *context, struct str id, int64_t when,
		    struct request *ret)
{
	(void)when; /* a record is deleted, not dated */
	records_request_of(context, METHOD_DELETE, REQUEST_WRITE, id, false, ret);
}
