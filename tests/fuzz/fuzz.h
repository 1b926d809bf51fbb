/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz: what every fuzzer has: libFuzzer's entry, and a check that stops it.
 */
#ifndef CRMSYNC_TESTS_FUZZ_H
#define CRMSYNC_TESTS_FUZZ_H

#include "mappers/mapper.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_CHECK(condition) \
	((condition) ? \
		 (void)0 : \
		 ((void)fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition), \
		  abort()))

/* The first byte of every input says which mapper it is for: v, a, p. */
static inline const struct mapper *fuzz_mapper(uint8_t first)
{
	return first == 'p' ? mapper_find(SIDE_PEOPLE, "people") :
			      mapper_find(SIDE_RECORDS, first == 'a' ? "attributes" : "values");
}

#endif
