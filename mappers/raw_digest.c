/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The digest of a record's raw bytes, by which an unchanged one is recognised without parsing it.
 *
 * The people side's serialiser gives nested objects a fresh "@id" in every answer, which would make
 * every record look changed: the values of nested "@id" members are left out.  Bytes like `"@id"` can
 * only be a whole string, never a piece of one (a quote inside a string has a backslash before it); if
 * the string is a value and no key, nothing is left out.  The record's own @id, at depth 1, counts.
 */
#include "mappers/mapper.h"

#include "base/limits.h"

#include <string.h>

#define AT_ID "\"@id\""

struct depth {
	int depth;
	bool quoted, escaped;
};

/* How deep the bytes up to `end` lead. */
static void follow(struct depth *d, const char *p, const char *end)
{
	for (; p < end; p++) {
		if (d->escaped)
			d->escaped = false;
		else if (*p == '\\')
			d->escaped = d->quoted;
		else if (*p == '"')
			d->quoted = !d->quoted;
		else if (!d->quoted)
			d->depth += (*p == '{' || *p == '[') - (*p == '}' || *p == ']');
	}
}

static const char *skip_blanks(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r'))
		p++;
	return p;
}

/* Behind the string value of the member whose key ends at p; NULL if it is no key of a string. */
static const char *skip_string_value(const char *p, const char *end)
{
	p = skip_blanks(p, end);
	if (p == end || *p != ':')
		return NULL;
	p = skip_blanks(p + 1, end);
	if (p == end || *p != '"')
		return NULL;
	for (p++; p < end && *p != '"'; p++)
		p += *p == '\\';
	return p < end ? p + 1 : NULL;
}

static struct digest digest_without_nested_ids(struct str raw, uint64_t seed)
{
	const char *end = raw.p + raw.len;
	const char *from = raw.p; /* not yet copied from here */
	const char *at = raw.p;
	struct depth d = { 0 };
	const char *followed = raw.p;
	struct buf kept;

	buf_init(&kept, LIMIT_RECORD_BYTES);
	while ((at = memmem(at, (size_t)(end - at), AT_ID, sizeof(AT_ID) - 1)) != NULL) {
		const char *behind_key = at + sizeof(AT_ID) - 1;
		const char *behind = skip_string_value(behind_key, end);

		follow(&d, followed, at);
		followed = at;
		if (behind != NULL && d.depth > 1 && !d.quoted) {
			buf_add(&kept, from, (size_t)(behind_key - from));
			from = behind;
			followed = behind;
		}
		at = behind != NULL ? behind : behind_key;
	}
	buf_add(&kept, from, (size_t)(end - from));
	const struct digest digest = digest_of(buf_str(&kept), seed);

	buf_release(&kept);
	return digest;
}

struct digest mapper_raw_digest(const struct mapper *mapper, struct str raw, uint64_t seed)
{
	return mapper->caps.volatile_ids ? digest_without_nested_ids(raw, seed) :
					   digest_of(raw, seed);
}
