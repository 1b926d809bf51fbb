/* SPDX-License-Identifier: Apache-2.0 */
#include "request_log.h"

#include "base/clock.h"

#include <inttypes.h>

const char *sandbox_side_name(enum sandbox_side side)
{
	return side == SANDBOX_PEOPLE ? "people" : "records";
}

void request_log_init(struct request_log *log, size_t capacity)
{
	*log = (struct request_log){ .capacity = capacity };
	if (capacity > 0)
		log->entries = alloc_zeroed(capacity, sizeof(*log->entries));
}

static void entry_release(struct log_entry *entry)
{
	free(entry->method);
	free(entry->target);
	free((char *)(uintptr_t)entry->body.p);
	*entry = (struct log_entry){ 0 };
}

void request_log_clear(struct request_log *log)
{
	for (size_t i = 0; i < log->n; i++)
		entry_release(&log->entries[(log->first + i) % log->capacity]);
	log->n = 0;
	log->first = 0;
}

void request_log_release(struct request_log *log)
{
	request_log_clear(log);
	free(log->entries);
	*log = (struct request_log){ 0 };
}

static char *copy(struct str text)
{
	return alloc_copy(text.len > 0 ? text.p : "", text.len);
}

void request_log_add(struct request_log *log, const struct sandbox_request *request, int status)
{
	log->total++;
	if (log->capacity == 0)
		return;
	if (log->n == log->capacity) {
		entry_release(&log->entries[log->first]);
		log->first = (log->first + 1) % log->capacity;
		log->n--;
	}
	struct log_entry *entry = &log->entries[(log->first + log->n) % log->capacity];

	log->n++;
	*entry = (struct log_entry){ .n = log->total,
				     .side = request->side,
				     .method = copy(request->method),
				     .target = copy(request->target),
				     .body = { copy(request->body), request->body.len },
				     .status = status,
				     .mono_ns = request->mono_ns };
}

/* The body as JSON if it is, else as text. */
static void add_body(struct str body, struct buf *out)
{
	struct json_object *value = json_read(body);

	if (value != NULL)
		buf_add_str(out, body);
	else
		json_add_text(out, body, JSON_SLASH_PLAIN);
	json_object_put(value);
}

void request_log_write(const struct request_log *log, enum sandbox_side side, uint64_t from,
		       struct buf *out)
{
	buf_add_z(out, "\"requests\":[");
	for (size_t i = 0; i < log->n; i++) {
		const struct log_entry *entry = &log->entries[(log->first + i) % log->capacity];

		if ((side != SANDBOX_SIDE_COUNT && entry->side != side) || entry->n < from)
			continue;
		json_add_comma(out);
		buf_addf(out, "{\"n\":%" PRIu64 ",\"side\":\"%s\"", entry->n,
			 sandbox_side_name(entry->side));
		json_add_member(out, "method", str_from(entry->method), JSON_SLASH_PLAIN);
		json_add_member(out, "target", str_from(entry->target), JSON_SLASH_PLAIN);
		buf_addf(out, ",\"status\":%d,\"t\":%" PRId64 ",\"body\":", entry->status,
			 entry->mono_ns / NS_PER_MS);
		add_body(entry->body, out);
		buf_add_char(out, '}');
	}
	buf_add_char(out, ']');
}
