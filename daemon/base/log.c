/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include "base/buf.h"
#include "base/clock.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A longer line is cut: journald splits at 48 KiB. */
#define LINE_MAX_BYTES ((size_t)16 * 1024)
#define VALUE_MAX_BYTES 2048

struct level_facts {
	const char *name;
	int priority; /* of syslog, for journald */
};

static const struct level_facts levels[] = {
	[LOG_LEVEL_ERROR] = { "error", 3 },   [LOG_LEVEL_WARN] = { "warn", 4 },
	[LOG_LEVEL_NOTICE] = { "notice", 5 }, [LOG_LEVEL_INFO] = { "info", 6 },
	[LOG_LEVEL_DEBUG] = { "debug", 7 },
};
static_assert(COUNT_OF(levels) == LOG_LEVEL_COUNT, "every level has its facts");

static struct {
	enum log_level level;
	enum log_format format;
	bool personal_data;
	bool prefix;          /* "<6>" in front */
	bool to_journal;      /* lines go to journal() */
	log_sink_fn *journal; /* NULL: there is none */
} sink = { .level = LOG_LEVEL_INFO };

/* systemd says which device and inode its stream has; a redirected stderr has others. */
static bool stderr_is_journal(void)
{
	const char *stream =
		getenv("JOURNAL_STREAM"); /* NOLINT(concurrency-mt-unsafe): one thread */
	struct stat facts;
	uintmax_t device, inode;

	return stream != NULL && sscanf(stream, "%ju:%ju", &device, &inode) == 2 &&
	       fstat(STDERR_FILENO, &facts) == 0 && facts.st_dev == device && facts.st_ino == inode;
}

void log_setup(enum log_level level, enum log_format format, bool personal_data)
{
	sink.level = level;
	sink.format = format;
	sink.personal_data = personal_data;
	sink.to_journal =
		format == LOG_FORMAT_JOURNAL && sink.journal != NULL && stderr_is_journal();
	sink.prefix = format == LOG_FORMAT_JOURNAL || stderr_is_journal();
}

void log_set_journal(log_sink_fn *fn)
{
	sink.journal = fn;
}

bool log_enabled(enum log_level level)
{
	return level <= sink.level;
}

/* ---- Values ---- */

/* Without a character that a cut has left incomplete at the end. */
static struct str whole_characters(struct str text)
{
	size_t start = text.len;

	while (start > 0 && text.len - start < 3 &&
	       ((unsigned char)text.p[start - 1] & 0xc0) == 0x80)
		start--;
	if (start == 0)
		return text;

	const unsigned char lead = (unsigned char)text.p[start - 1];
	const size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;

	return text.len - start + 1 < length ? str_head(text, start - 1) : text;
}

/* Quoted; control characters, also those of C1, as \u00XX: valid in JSON and harmless on a terminal. */
static void add_quoted(struct buf *line, struct str text)
{
	text = whole_characters(str_head(text, VALUE_MAX_BYTES));
	buf_add_char(line, '"');
	for (size_t i = 0; i < text.len; i++) {
		const unsigned char c = (unsigned char)text.p[i];
		const unsigned char next = i + 1 < text.len ? (unsigned char)text.p[i + 1] : 0;

		if (c == '"' || c == '\\') {
			buf_add_char(line, '\\');
			buf_add_char(line, (char)c);
		} else if (c < ' ' || c == 0x7f) {
			buf_addf(line, "\\u%04x", c);
		} else if (c == 0xc2 && next >= 0x80 && next < 0xa0) {
			buf_addf(line, "\\u%04x", next);
			i++;
		} else {
			buf_add_char(line, (char)c);
		}
	}
	buf_add_char(line, '"');
}

/* Text that reads well without quotes: identifiers, paths, addresses. */
static bool is_plain(struct str text)
{
	if (text.len == 0)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		const unsigned char c = (unsigned char)text.p[i];

		if (c <= ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '=')
			return false;
	}
	return true;
}

static void add_text(struct buf *line, struct str text)
{
	if (sink.format != LOG_FORMAT_JSON && is_plain(text) && text.len <= VALUE_MAX_BYTES)
		buf_add_str(line, text);
	else
		add_quoted(line, text);
}

void log_add_value(struct buf *out, const struct log_field *field)
{
	switch (field->kind) {
	case LOG_KIND_STR:
		buf_add_str(out, field->value.str);
		break;
	case LOG_KIND_PERSONAL:
		buf_add_str(out, sink.personal_data ? field->value.str : STR_LIT("(hidden)"));
		break;
	case LOG_KIND_U64:
		buf_addf(out, "%" PRIu64, field->value.u64);
		break;
	case LOG_KIND_I64:
		buf_addf(out, "%" PRId64, field->value.i64);
		break;
	case LOG_KIND_BOOL:
		buf_add_z(out, field->value.boolean ? "true" : "false");
		break;
	case LOG_KIND_ERR:
		buf_add_z(out, field->value.err->msg);
		break;
	}
}

static void add_key(struct buf *line, const char *key)
{
	if (sink.format == LOG_FORMAT_JSON)
		buf_addf(line, ",\"%s\":", key);
	else
		buf_addf(line, " %s=", key);
}

static void add_field(struct buf *line, const struct log_field *field)
{
	add_key(line, field->key);
	switch (field->kind) {
	case LOG_KIND_STR:
		add_text(line, field->value.str);
		break;
	case LOG_KIND_PERSONAL:
		add_text(line, sink.personal_data ? field->value.str : STR_LIT("(hidden)"));
		break;
	case LOG_KIND_U64:
	case LOG_KIND_I64:
	case LOG_KIND_BOOL:
		log_add_value(line, field);
		break;
	case LOG_KIND_ERR:
		add_text(line, str_from(field->value.err->msg));
		add_key(line, "code");
		add_text(line, str_from(err_code_name(field->value.err->code)));
		break;
	}
}

/* ---- Lines ---- */

static void format_now(char ret_text[static CLOCK_TEXT_BYTES])
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &now);
	clock_format((int64_t)now.tv_sec * NS_PER_S + now.tv_nsec, 3, ret_text);
}

static void add_head(struct buf *line, enum log_level level, const char *message)
{
	char now[CLOCK_TEXT_BYTES];

	if (sink.format == LOG_FORMAT_JSON) {
		format_now(now);
		buf_addf(line, "{\"time\":\"%s\",\"level\":\"%s\",\"message\":", now,
			 levels[level].name);
		add_quoted(line, str_from(message));
		return;
	}
	if (!sink.prefix) {
		format_now(now);
		buf_addf(line, "%s %s ", now, levels[level].name);
	}
	buf_add_z(line, message);
}

/* Nobody can be told that the log cannot be written. */
static void write_out(const struct buf *line)
{
	size_t done = 0;

	while (done < line->len) {
		const ssize_t n = write(STDERR_FILENO, line->bytes + done, line->len - done);

		if (n <= 0)
			return;
		done += (size_t)n;
	}
}

void log_write(enum log_level level, const char *message, const struct log_field *fields)
{
	struct buf line;

	if (!log_enabled(level))
		return;
	buf_init(&line, LINE_MAX_BYTES);
	if (sink.prefix)
		buf_addf(&line, "<%d>", levels[level].priority);
	const size_t n_prefix = line.len;

	add_head(&line, level, message);
	for (const struct log_field *field = fields; field->key != NULL; field++) {
		const size_t before = line.len;

		add_field(&line, field);
		if (!buf_ok(&line) || line.len + 2 > LINE_MAX_BYTES) {
			/* What does not fit is left out whole: the line stays one that can be parsed. */
			line.overflow = false;
			buf_truncate(&line, before);
			break;
		}
	}
	const struct str unprefixed = str_skip(buf_str(&line), n_prefix);

	if (!sink.to_journal || !sink.journal(levels[level].priority, unprefixed, fields)) {
		buf_add_z(&line, sink.format == LOG_FORMAT_JSON ? "}\n" : "\n");
		write_out(&line);
	}
	buf_release(&line);
}
