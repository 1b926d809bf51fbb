/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/log/journal.h"

#include "base/buf.h"

#include <sys/uio.h>

/* Where in the source a line was written tells its readers nothing. */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

/* More fields than a line has. */
#define FIELDS_MAX 40
#define ENTRY_BYTES ((size_t)64 * 1024)

/* The texts of an entry, one behind the other; they may move while it is written. */
struct entry {
	struct buf text;
	size_t ends[FIELDS_MAX];
	size_t n;
};

static void end_field(struct entry *entry)
{
	entry->ends[entry->n++] = entry->text.len;
}

/* Names in the journal are upper case. */
static void add_name(struct buf *text, const char *key)
{
	buf_add_z(text, "CRMSYNC_");
	for (; *key != '\0'; key++)
		buf_add_char(text, (char)(*key >= 'a' && *key <= 'z' ? *key - 'a' + 'A' : *key));
	buf_add_char(text, '=');
}

static void add_field(struct entry *entry, const struct log_field *field)
{
	add_name(&entry->text, field->key);
	log_add_value(&entry->text, field);
	end_field(entry);
	if (field->kind != LOG_KIND_ERR)
		return;
	add_name(&entry->text, "code");
	buf_add_z(&entry->text, err_code_name(field->value.err->code));
	end_field(entry);
}

bool journal_send(int priority, struct str line, const struct log_field *fields)
{
	struct entry entry = { .n = 0 };
	struct iovec parts[FIELDS_MAX];
	size_t start = 0;

	buf_init(&entry.text, ENTRY_BYTES);
	buf_add_z(&entry.text, "MESSAGE=");
	buf_add_str(&entry.text, line);
	end_field(&entry);
	buf_addf(&entry.text, "PRIORITY=%d", priority);
	end_field(&entry);
	buf_add_z(&entry.text, "SYSLOG_IDENTIFIER=crmsync");
	end_field(&entry);
	for (; fields->key != NULL && entry.n + 2 <= FIELDS_MAX; fields++)
		add_field(&entry, fields);
	for (size_t i = 0; i < entry.n; i++) {
		parts[i] = (struct iovec){ entry.text.bytes + start, entry.ends[i] - start };
		start = entry.ends[i];
	}
	const bool sent = buf_ok(&entry.text) && sd_journal_sendv(parts, (int)entry.n) == 0;

	buf_release(&entry.text);
	return sent;
}
