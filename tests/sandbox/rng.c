/* SPDX-License-Identifier: Apache-2.0 */
#include "rng.h"

/* splitmix64 (public domain, Sebastiano Vigna). */
uint64_t rng_next(struct rng *rng)
{
	rng->state += UINT64_C(0x9e3779b97f4a7c15);
	uint64_t z = rng->state;

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

uint32_t rng_below(struct rng *rng, uint32_t n)
{
	return (uint32_t)(((rng_next(rng) >> 32) * n) >> 32);
}

bool rng_percent(struct rng *rng, uint32_t percent)
{
	return rng_below(rng, 100) < percent;
}

void rng_uuid(struct rng *rng, char ret_text[static UUID_TEXT_BYTES])
{
	static const char hex[] = "0123456789abcdef";
	const uint64_t high = (rng_next(rng) & ~UINT64_C(0xf000)) | UINT64_C(0x4000);
	const uint64_t low = (rng_next(rng) >> 2) | (UINT64_C(1) << 63);
	unsigned at = 0;

	for (unsigned nibble = 0; nibble < 32; nibble++) {
		const uint64_t half = nibble < 16 ? high : low;

		if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20)
			ret_text[at++] = '-';
		ret_text[at++] = hex[(half >> (60 - 4 * (nibble % 16))) & 15];
	}
	ret_text[at] = '\0';
}

void rng_word(struct rng *rng, unsigned n, char *ret_text)
{
	static const char letters[] = "0123456789abcdefghijklmnopqrstuvwxyz";

	for (unsigned i = 0; i < n; i++)
		ret_text[i] = letters[rng_below(rng, 36)];
	ret_text[n] = '\0';
}
