/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log: one line an event, to stderr or another sink.  The only global of the program.
 *
 *   LOG_WARN("push deferred", LOG_STR("side", side_name(side)), LOG_U64("link", id), LOG_ERR(&err));
 *
 * The message is constant text; what varies is a typed field.  There is no kind of field for a
 * secret.  People are named by id; LOG_PERSONAL shows its value only where the configuration says
 * log.personal_data = true.  Control characters are escaped: no value can forge a line.
 *
 * The core never logs, it returns facts.  A failure is logged once, at the top.
 */
#ifndef CRMSYNC_BASE_LOG_H
#define CRMSYNC_BASE_LOG_H

#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_level {
	LOG_LEVEL_ERROR,  /* an operation failed */
	LOG_LEVEL_WARN,   /* failed, going on */
	LOG_LEVEL_NOTICE, /* life cycle */
	LOG_LEVEL_INFO,   /* a line a cycle, with counts */
	LOG_LEVEL_DEBUG,
	LOG_LEVEL_COUNT
};

enum log_format {
	LOG_FORMAT_TEXT, /* "2026-01-01T12:00:00Z info message key=value" */
	LOG_FORMAT_JSON, /* one object a line */
	/* Each field a field of the journal, where stderr is one of its streams ($JOURNAL_STREAM) and
	 * there is a sink for it; else "<6>message key=value" */
	LOG_FORMAT_JOURNAL,
	LOG_FORMAT_COUNT
};

enum log_kind {
	LOG_KIND_STR,
	LOG_KIND_PERSONAL,
	LOG_KIND_U64,
	LOG_KIND_I64,
	LOG_KIND_BOOL,
	LOG_KIND_ERR,
};

struct log_field {
	const char *key; /* constant: lower case and '_' */
	enum log_kind kind;
	union {
		struct str str;
		uint64_t u64;
		int64_t i64;
		bool boolean;
		const struct error *err;
	} value;
};

/* Lines above this level are dropped.  text and json lines get the priority prefix too when stderr
 * is a stream of the journal ($JOURNAL_STREAM). */
void log_setup(enum log_level level, enum log_format format, bool personal_data);
/* Takes a line: "message key=value", and the same as fields; false if it cannot. */
typedef bool log_sink_fn(int priority, struct str line, const struct log_field *fields);
/* For LOG_FORMAT_JOURNAL. */
void log_set_journal(log_sink_fn *fn);
/* A field's value as text, not escaped; what is personal as log_setup() says.  Of LOG_ERR() the
 * message. */
struct buf;
void log_add_value(struct buf *out, const struct log_field *field);
bool log_enabled(enum log_level level);
/* fields end with LOG_END. */
void log_write(enum log_level level, const char *message, const struct log_field *fields);

/* ---- Fields ---- */

#define LOG_STR(name, text) \
	((struct log_field){ .key = (name), .kind = LOG_KIND_STR, .value.str = str_from(text) })
#define LOG_TEXT(name, view) \
	((struct log_field){ .key = (name), .kind = LOG_KIND_STR, .value.str = (view) })
#define LOG_PERSONAL(name, view) \
	((struct log_field){ .key = (name), .kind = LOG_KIND_PERSONAL, .value.str = (view) })
#define LOG_U64(name, number) \
	((struct log_field){ .key = (name), .kind = LOG_KIND_U64, .value.u64 = (number) })
#define LOG_I64(name, number) \
	((struct log_field){ .key = (name), .kind = LOG_KIND_I64, .value.i64 = (number) })
#define LOG_BOOL(name, yes) \
	((struct log_field){ .key = (name), .kind = LOG_KIND_BOOL, .value.boolean = (yes) })
/* error=<message> code=<name> */
#define LOG_ERR(error_pointer) \
	((struct log_field){ .key = "error", .kind = LOG_KIND_ERR, .value.err = (error_pointer) })

/* ---- Lines ---- */

#define LOG_END ((struct log_field){ .key = NULL })
#define LOG_AT(level, message, ...) \
	log_write((level), "" message, (const struct log_field[]){ __VA_ARGS__ })

#define LOG_ERROR(...) LOG_AT(LOG_LEVEL_ERROR, __VA_ARGS__, LOG_END)
#define LOG_WARN(...) LOG_AT(LOG_LEVEL_WARN, __VA_ARGS__, LOG_END)
#define LOG_NOTICE(...) LOG_AT(LOG_LEVEL_NOTICE, __VA_ARGS__, LOG_END)
#define LOG_INFO(...) LOG_AT(LOG_LEVEL_INFO, __VA_ARGS__, LOG_END)
#define LOG_DEBUG(...) LOG_AT(LOG_LEVEL_DEBUG, __VA_ARGS__, LOG_END)

#endif
