/* SPDX-License-Identifier: Apache-2.0 */
/*
 * normal: the forms that the servers give to what they are sent.
 */
#ifndef CRMSYNC_SANDBOX_NORMAL_H
#define CRMSYNC_SANDBOX_NORMAL_H

#include "base/arena.h"

/* ASCII lower case. */
struct str normal_lower(struct arena *arena, struct str text);
bool normal_is_email(struct str text);
bool normal_is_uuid(struct str text);
/* "mail.example.co.uk" → "example.co.uk". */
struct str normal_root_domain(struct str domain);
/* A phone number in E.164 and its country (static text).  country: two letters, or empty if the
 * number starts with '+'.  False if it is not a possible number. */
NODISCARD bool normal_phone(struct arena *arena, struct str text, struct str country,
			    struct str *ret_number, const char **ret_country);
/* The number in E.164 if it starts with '+' or 00, else as it was; always trimmed. */
struct str normal_phone_loosely(struct arena *arena, struct str text);
/* Contains, upper and lower case (ASCII) alike; an empty needle is contained. */
bool normal_contains(struct str text, struct str needle);

#endif
