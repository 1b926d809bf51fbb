/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hash: 128-bit digests (XXH3) to tell changed content from unchanged.  Not for secrets.
 */
#ifndef CRMSYNC_BASE_HASH_H
#define CRMSYNC_BASE_HASH_H

#include "base/str.h"

#include <stdint.h>

struct digest {
	uint8_t bytes[16];
};

/* The seed keeps digests of different meaning apart (a changed field table, say). */
struct digest digest_of(struct str bytes, uint64_t seed);
bool digest_equal(const struct digest *a, const struct digest *b);
/* Its first eight bytes. */
uint64_t digest_head(const struct digest *digest);
uint64_t hash64(struct str bytes, uint64_t seed);

#endif
