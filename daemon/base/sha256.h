/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sha256: SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104), for what must not be read back from a
 * digest.  hash.h is faster where that does not matter.
 */
#ifndef CRMSYNC_BASE_SHA256_H
#define CRMSYNC_BASE_SHA256_H

#include "base/str.h"

#include <stdint.h>

#define SHA256_BYTES 32

void sha256(struct str bytes, uint8_t ret_digest[static SHA256_BYTES]);
/* key: of at most 64 bytes. */
void hmac_sha256(struct str key, struct str bytes, uint8_t ret_digest[static SHA256_BYTES]);

#endif
