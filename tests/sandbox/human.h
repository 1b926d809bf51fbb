/* SPDX-License-Identifier: Apache-2.0 */
/*
 * human: invented people, the same for the same seed and number.  E-mail addresses lie in the
 * domains kept for examples; phone numbers in ranges kept for fiction as far as these reach.
 */
#ifndef CRMSYNC_SANDBOX_HUMAN_H
#define CRMSYNC_SANDBOX_HUMAN_H

#include "base/arena.h"

#include <stdint.h>

#define HUMAN_COMPANIES 50
#define HUMAN_TAGS 7

/* Empty: the human has none. */
struct human {
	uint32_t number;
	struct str prefix;
	struct str given;
	struct str additional;
	struct str family;
	struct str full;
	struct str email;
	struct str second_email;
	struct str phone; /* E.164 */
	struct str handle;
	struct str job_title;
	struct str street;
	struct str postcode;
	struct str city;
	struct str country; /* two letters */
	uint32_t company;   /* HUMAN_COMPANIES: none */
	uint32_t tags;      /* bits */
	int64_t created_ns;
};

extern const char *const human_tags[HUMAN_TAGS];

void human_make(struct arena *arena, uint64_t seed, uint32_t number, struct human *ret_human);
struct str human_company_name(struct arena *arena, uint32_t company);
struct str human_company_domain(struct arena *arena, uint32_t company);

/* The same thing in other words; variant is any number. */
struct str human_vary_email(struct arena *arena, struct str email, uint32_t variant);
struct str human_vary_linkedin(struct arena *arena, struct str handle, uint32_t variant);
struct str human_vary_phone(struct arena *arena, struct str phone, uint32_t variant);

#endif
