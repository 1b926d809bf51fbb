/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sha256.h"

#include <assert.h>
#include <string.h>

#define BLOCK_BYTES 64
#define ROUNDS 64

struct sha256_state {
	uint32_t h[8];
	uint8_t block[BLOCK_BYTES];
	size_t n_block; /* bytes that wait in it */
	uint64_t n_bytes;
};

static const uint32_t round_constants[ROUNDS] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
	0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
	0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
	0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
	0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
	0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
	0xc67178f2,
};

static const struct sha256_state start = {
	.h = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab,
	       0x5be0cd19 },
};

static uint32_t rotate(uint32_t x, unsigned n)
{
	return x >> n | x << (32 - n);
}

static void expand(const uint8_t block[static BLOCK_BYTES], uint32_t ret_words[static ROUNDS])
{
	uint32_t *w = ret_words;

	for (unsigned i = 0; i < 16; i++)
		w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
		       (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
	for (unsigned i = 16; i < ROUNDS; i++) {
		const uint32_t s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3;
		const uint32_t s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10;

		w[i] = w[i - 16] + s0 + w[i - 7] + s1;
	}
}

static void compress(struct sha256_state *state)
{
	uint32_t w[ROUNDS];
	uint32_t v[8];

	expand(state->block, w);
	memcpy(v, state->h, sizeof(v));
	for (unsigned i = 0; i < ROUNDS; i++) {
		const uint32_t s1 = rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25);
		const uint32_t choice = (v[4] & v[5]) ^ (~v[4] & v[6]);
		const uint32_t t1 = v[7] + s1 + choice + round_constants[i] + w[i];
		const uint32_t s0 = rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22);
		const uint32_t majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);

		memmove(v + 1, v, 7 * sizeof(v[0]));
		v[4] += t1;
		v[0] = t1 + s0 + majority;
	}
	for (unsigned i = 0; i < 8; i++)
		state->h[i] += v[i];
	state->n_block = 0;
}

static void add(struct sha256_state *state, const void *bytes, size_t n)
{
	const uint8_t *from = bytes;

	state->n_bytes += n;
	for (size_t i = 0; i < n; i++) {
		state->block[state->n_block++] = from[i];
		if (state->n_block == BLOCK_BYTES)
			compress(state);
	}
}

static void finish(struct sha256_state *state, uint8_t ret_digest[static SHA256_BYTES])
{
	const uint64_t n_bits = 8 * state->n_bytes;
	uint8_t length[8];

	for (unsigned i = 0; i < sizeof(length); i++)
		length[i] = (uint8_t)(n_bits >> (56 - 8 * i));
	add(state, "\x80", 1);
	while (state->n_block != BLOCK_BYTES - sizeof(length))
		add(state, "", 1);
	add(state, length, sizeof(length));
	for (unsigned i = 0; i < SHA256_BYTES; i++)
		ret_digest[i] = (uint8_t)(state->h[i / 4] >> (24 - 8 * (i % 4)));
}

void sha256(struct str bytes, uint8_t ret_digest[static SHA256_BYTES])
{
	struct sha256_state state = start;

	add(&state, bytes.p, bytes.len);
	finish(&state, ret_digest);
}

void hmac_sha256(struct str key, struct str bytes, uint8_t ret_digest[static SHA256_BYTES])
{
	struct sha256_state inner = start;
	struct sha256_state outer = start;

	assert(key.len <= BLOCK_BYTES);
	for (size_t i = 0; i < BLOCK_BYTES; i++) {
		const uint8_t byte = i < key.len ? (uint8_t)key.p[i] : 0;
		const uint8_t pads[2] = { byte ^ 0x36, byte ^ 0x5c };

		add(&inner, &pads[0], 1);
		add(&outer, &pads[1], 1);
	}
	add(&inner, bytes.p, bytes.len);
	finish(&inner, ret_digest);
	add(&outer, ret_digest, SHA256_BYTES);
	finish(&outer, ret_digest);
}
