/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hash: the one place that sees xxhash.h, which is used inline and adds nothing to link with.
 */
#include "base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <string.h>

struct digest digest_of(struct str bytes, uint64_t seed)
{
	XXH128_canonical_t canonical;
	struct digest digest;

	XXH128_canonicalFromHash(&canonical, XXH3_128bits_withSeed(bytes.p, bytes.len, seed));
	static_assert(sizeof(canonical.digest) == sizeof(digest.bytes), "128 bits");
	memcpy(digest.bytes, canonical.digest, sizeof(digest.bytes));
	return digest;
}

bool digest_equal(const struct digest *a, const struct digest *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

uint64_t digest_head(const struct digest *digest)
{
	uint64_t head;

	memcpy(&head, digest->bytes, sizeof(head));
	return head;
}

uint64_t hash64(struct str bytes, uint64_t seed)
{
	return XXH3_64bits_withSeed(bytes.p, bytes.len, seed);
}
