/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rng: numbers that look random and are the same for the same seed.
 */
#ifndef CRMSYNC_SANDBOX_RNG_H
#define CRMSYNC_SANDBOX_RNG_H

#include <stdbool.h>
#include <stdint.h>

#define UUID_TEXT_BYTES 37

struct rng {
	uint64_t state;
};

uint64_t rng_next(struct rng *rng);
/* 0 … n - 1; n must not be 0. */
uint32_t rng_below(struct rng *rng, uint32_t n);
bool rng_percent(struct rng *rng, uint32_t percent);
/* A version 4 UUID. */
void rng_uuid(struct rng *rng, char ret_text[static UUID_TEXT_BYTES]);
/* n characters of 0-9a-z and a NUL. */
void rng_word(struct rng *rng, unsigned n, char *ret_text);

#endif
