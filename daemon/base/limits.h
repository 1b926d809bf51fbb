/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limits: every size, depth and count that a server or a user controls has its limit here, by name.
 */
#ifndef CRMSYNC_BASE_LIMITS_H
#define CRMSYNC_BASE_LIMITS_H

#include <stddef.h>

/* What one answer may hold, decoded: a page of 500 records of 20 KB each, with room. */
#define LIMIT_RESPONSE_BYTES ((size_t)64 * 1024 * 1024)
/* An answer that is kept whole (single records, batches, errors). */
#define LIMIT_BODY_BYTES ((size_t)8 * 1024 * 1024)
/* One record inside a page. */
#define LIMIT_RECORD_BYTES ((size_t)1024 * 1024)
/* A page without its records: totals, views, errors. */
#define LIMIT_ENVELOPE_BYTES ((size_t)256 * 1024)
#define LIMIT_HEADER_BYTES ((size_t)256 * 1024)
#define LIMIT_REQUEST_BYTES ((size_t)8 * 1024 * 1024)
#define LIMIT_URL_BYTES ((size_t)64 * 1024)
/* What a server said of a refusal, as far as it is kept. */
#define LIMIT_SERVER_WORDS_BYTES ((size_t)2048)

#define LIMIT_JSON_DEPTH 32
#define LIMIT_JSON_MEMBERS 4096    /* keys of one object */
#define LIMIT_JSON_NUMBER_BYTES 64 /* text of one number */
#define LIMIT_JSON_STRING_BYTES ((size_t)1024 * 1024)

#define LIMIT_FIELDS 256     /* rows of the field table */
#define LIMIT_SET_ITEMS 1024 /* elements of one set */
#define LIMIT_VALUE_MAP 512  /* pairs in one value map */
#define LIMIT_PAGES 1000000  /* pages of one scan: an endless list ends here */
/* The text that the identity of a person without keys is digested from. */
#define LIMIT_IDENTITY_BYTES ((size_t)1024 * 1024)
#define LIMIT_TOKEN_BYTES ((size_t)64 * 1024)
#define LIMIT_CONFIG_BYTES ((size_t)1024 * 1024)
#define LIMIT_COLLECTION_ITEMS 100000 /* of each: tags, companies, … that are known by id */
/* Title and text of one note that is carried. */
#define LIMIT_NOTE_BYTES ((size_t)64 * 1024)
/* One person's notes on one side: whoever has more of them keeps them where they are. */
#define LIMIT_NOTES 1000
#define LIMIT_NOTES_BYTES ((size_t)16 * 1024 * 1024)
#define LIMIT_HELD_SHOWN 1000 /* removals that the guard holds, in the status file */

#endif
