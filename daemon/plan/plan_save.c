/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_save: writes a plan beside its place and renames it.
 */
#include "base/clock.h"
#include "daemon/plan/plan_file_p.h"
#include "daemon/plan/plan_view.h"
#include "daemon/state_open.h"
#include "daemon/system.h"
#include "mappers/json_write.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

struct saving {
	const char *path;
	const struct config *config;
	FILE *file;
	struct buf line;
	struct digest sum;
	uint64_t n_steps;
};

static bool fail(const char *path, struct error *err)
{
	const int saved = errno;

	(void)error_set(err, ERR_CREATE, "cannot save the plan as %s: %s", path,
			system_error(saved));
	err->native = saved;
	return false;
}

static bool end_line(struct saving *saving, struct error *err)
{
	struct buf *line = &saving->line;

	buf_add_char(line, '\n');
	if (!buf_ok(line))
		return error_set(err, ERR_INTERNAL, "a step of the plan is too long to be saved");
	saving->sum = plan_sum(&saving->sum, buf_str(line));
	if (fwrite(line->bytes, 1, line->len, saving->file) != line->len)
		return fail(saving->path, err);
	buf_reset(line);
	return true;
}

static void put(struct json_writer *writer, const char *key, struct str text)
{
	json_key(writer, key);
	json_string_or_null(writer, text);
}

static void put_digest(struct json_writer *writer, const char *key, const struct digest *digest)
{
	char text[2 * sizeof(digest->bytes) + 1];

	for (size_t i = 0; i < sizeof(digest->bytes); i++)
		(void)snprintf(text + 2 * i, 3, "%02x", digest->bytes[i]);
	put(writer, key, str_from(text));
}

static bool write_head(struct saving *saving, int64_t now, struct error *err)
{
	struct json_writer writer = json_writer(&saving->line);
	struct arena arena = { 0 };
	struct str identity[SIDE_COUNT];
	char at[CLOCK_TEXT_BYTES];

	clock_format(now, 0, at);
	state_identity(saving->config, &arena, identity);
	json_open(&writer, '{');
	json_key(&writer, PLAN_MARK);
	json_number(&writer, PLAN_SCHEMA);
	put(&writer, "version", STR_LIT(CRMSYNC_VERSION));
	put(&writer, "created_at", str_from(at));
	put(&writer, "records", identity[SIDE_RECORDS]);
	put(&writer, "people", identity[SIDE_PEOPLE]);
	put(&writer, "fields",
	    arena_format(&arena, "%016" PRIx64, saving->config->fields.fingerprint));
	json_close(&writer, '}');
	arena_release(&arena);
	return end_line(saving, err);
}

static void write_fields(struct json_writer *writer, const struct plan_item *item)
{
	json_key(writer, "fields");
	json_open(writer, '[');
	for (size_t i = 0; i < item->n_rows; i++) {
		const struct plan_row *row = &item->rows[i];

		json_open(writer, '{');
		put(writer, "field", row->field);
		put(writer, "old", row->old_value);
		put(writer, "new", row->new_value);
		put(writer, "why", row->why);
		json_close(writer, '}');
	}
	json_close(writer, ']');
}

static bool write_step(void *payload, const struct plan_item *item, struct error *err)
{
	struct saving *saving = payload;
	struct json_writer writer = json_writer(&saving->line);

	if (item->intent == NULL)
		return true;
	const struct step step = step_of(item->intent, &saving->config->fields);

	saving->n_steps++;
	json_open(&writer, '{');
	put(&writer, "action", item->action);
	put(&writer, "side", str_from(side_name(step.target)));
	put(&writer, "id", step.target_id);
	put(&writer, "source_id", step.source_id);
	put(&writer, "person", item->person);
	put_digest(&writer, "content", &step.content);
	put_digest(&writer, "base", &step.base);
	write_fields(&writer, item);
	json_close(&writer, '}');
	return end_line(saving, err);
}

static bool write_end(struct saving *saving, struct error *err)
{
	struct json_writer writer = json_writer(&saving->line);

	json_open(&writer, '{');
	json_key(&writer, PLAN_END);
	json_number(&writer, saving->n_steps);
	put_digest(&writer, "sum", &saving->sum);
	json_close(&writer, '}');
	return end_line(saving, err);
}

static bool write_all(struct saving *saving, struct store *store, int64_t now, struct error *err)
{
	if (!write_head(saving, now, err) ||
	    !plan_each(store, &saving->config->fields, write_step, saving, err) ||
	    !write_end(saving, err))
		return false;
	return (fflush(saving->file) == 0 && fsync(fileno(saving->file)) == 0) ||
	       fail(saving->path, err);
}

static bool save_as(struct saving *saving, const char *temporary, struct store *store, int64_t now,
		    struct error *err)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
	int fd = open(temporary, flags, 0600);

	/* Left by a process that was killed while it wrote. */
	if (fd < 0 && errno == EEXIST && unlink(temporary) == 0)
		fd = open(temporary, flags, 0600);
	saving->file = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (saving->file == NULL)
		return fail(saving->path, err);
	bool ok = write_all(saving, store, now, err);

	if (fclose(saving->file) != 0 && ok)
		ok = fail(saving->path, err);
	if (ok && rename(temporary, saving->path) != 0)
		ok = fail(saving->path, err);
	if (!ok)
		(void)unlink(temporary);
	return ok;
}

bool plan_save(const char *path, struct store *store, const struct config *config, int64_t now,
	       struct error *err)
{
	struct saving saving = { .path = path, .config = config };
	struct arena arena = { 0 };

	buf_init(&saving.line, PLAN_FILE_LINE_BYTES);
	const bool ok = save_as(&saving, arena_format(&arena, "%s.tmp", path).p, store, now, err);

	buf_release(&saving.line);
	arena_release(&arena);
	return ok;
}
