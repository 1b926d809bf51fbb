/* SPDX-License-Identifier: Apache-2.0 */
/*
 * codec_p: what the codecs share.  Private to codec_*.c.
 */
#ifndef CRMSYNC_MAPPERS_CODEC_P_H
#define CRMSYNC_MAPPERS_CODEC_P_H

#include "base/arena.h"

/* Bytes of the Unicode white space that text begins with; 0: none. */
size_t codec_space(struct str text);
/* NFC in lower case. */
struct str codec_lower(struct arena *arena, struct str text);
/* Lower-case ASCII letters and digits of a title: accents off, "&" as "and", apostrophes gone, anything
 * else as one blank.  Empty where nothing is left. */
struct str codec_plain(struct arena *arena, struct str text);

#endif
