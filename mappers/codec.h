/* SPDX-License-Identifier: Apache-2.0 */
/*
 * codec: one canonical form for each kind of value, so that two spellings of the same thing compare
 * equal bytewise.  Files: codec_text.c codec_email.c codec_phone.cc codec_linkedin.c codec_location.c
 * codec_date.c codec_number.c.
 *
 * All take what a server said (valid UTF-8, not NUL-terminated) and return text in the arena; an empty
 * result means that there is no value.  Nothing here fails: what cannot be understood comes back
 * trimmed and in NFC, so that no edit is lost.  Canonical forms are fixed points: codec(codec(x)) ==
 * codec(x).
 */
#ifndef CRMSYNC_MAPPERS_CODEC_H
#define CRMSYNC_MAPPERS_CODEC_H

#include "base/arena.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* NFC, without white space at both ends (Unicode's too), CRLF as LF. */
struct str codec_text(struct arena *arena, struct str raw);
/* Like codec_text, and runs of white space inside become one blank: names, titles, one-line texts. */
struct str codec_line(struct arena *arena, struct str raw);
/* Case-folded NFC: the key that set elements and titles are compared by. */
struct str codec_fold(struct arena *arena, struct str text);

/* Lower case, no blanks, without "mailto:". */
struct str codec_email(struct arena *arena, struct str raw);

/* E.164 ("+15558675309"), with ";ext=12" behind it if there is an extension; a number without a
 * country is read in `region` ("US").  What is no possible number stays as codec_line leaves it. */
struct str codec_phone(struct arena *arena, struct str raw, const char *region);
bool codec_phone_is_number(struct str canonical);
/* The country of a canonical number ("US"), or empty. */
struct str codec_phone_region(struct arena *arena, struct str canonical);

/* "https://www.linkedin.com/in/Jane-Doe/?x=1", "linkedin.com/in/jane-doe", "nl.linkedin.com/…",
 * "jane-doe" -> "jane-doe".  An address that is no personal profile stays an address
 * ("https://linkedin.com/company/x"), a foreign one stays as it is. */
struct str codec_linkedin(struct arena *arena, struct str raw);
/* The address of a canonical handle: "https://linkedin.com/in/jane-doe"; an address stays itself. */
struct str codec_linkedin_url(struct arena *arena, struct str canonical);

/* Scheme and host in lower case, no trailing slash on a bare host; the rest as it is. */
struct str codec_url(struct arena *arena, struct str raw);

/* ISO 3166-1 alpha-2 from a code of two or three letters or an English country name; else the line. */
struct str codec_country(struct arena *arena, struct str raw);

/* "2026-01-31"; midnight anywhere is that day there, any other date-time gives its UTC day.  Else the line
 * as it is. */
struct str codec_date(struct arena *arena, struct str raw);
/* "2026-01-31T10:00:00Z": UTC, cut to the second, since the people side keeps no more; otherwise every
 * fraction would be a difference between sides that cannot be mended.  Else the line as it is. */
struct str codec_timestamp(struct arena *arena, struct str raw);

/* Plain decimal without superfluous zeros or exponent ("12.5", "-3", "0"); digits are kept exactly. */
struct str codec_number(struct arena *arena, struct str raw);

#endif
