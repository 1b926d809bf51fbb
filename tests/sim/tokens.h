/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tokens: values that say who set them.  Every value that a user of the simulator sets is made of one
 * number, its token, and is read back as that number whatever form a server gives it.  A value that
 * nobody set reads as TOKEN_ALIEN.
 */
#ifndef CRMSYNC_SIM_TOKENS_H
#define CRMSYNC_SIM_TOKENS_H

#include "base/str.h"

#include <stdbool.h>

enum slot {
	SLOT_NAME,
	SLOT_TITLE,
	SLOT_LINKEDIN,
	SLOT_ADDRESS,
	SLOT_EMAIL,
	SLOT_PHONE,
	SLOT_TAG,
	/* Custom ones: a text, a number, a select. */
	SLOT_CODE,
	SLOT_POINTS,
	SLOT_LEVEL,
	SLOT_COUNT
};

/* The titles of tags are given: their tokens are 1 to TOKEN_TAGS. */
#define TOKEN_TAGS 7u
/* So are those of levels, 1 to TOKEN_LEVELS. */
#define TOKEN_LEVELS 5u
#define TOKEN_LEVEL_TITLES "Iron|Bronze|Silver|Gold|Platinum"
/* All others are above. */
#define TOKEN_FIRST 100u
#define TOKEN_MAX 999999u
/* Names that were made of one word. */
#define TOKEN_MONONYM 500000u
#define TOKEN_ALIEN UINT32_MAX
/* A name taken from an e-mail's local part, for want of another. */
/* A phone that is none: it stands for nothing. */
#define TOKEN_NO_NUMBER "ask reception"
#define TOKEN_INVENTED (UINT32_MAX - 1)

#define TOKEN_TEXT_BYTES 64

const char *slot_name(enum slot slot);
bool slot_is_set(enum slot slot);
/* Do different humans hold the same ones? */
bool slot_is_shared(enum slot slot);
/* The canonical text, in which the token can be found whatever a server does to it. */
void token_text(enum slot slot, uint32_t token, char ret_text[static TOKEN_TEXT_BYTES]);
/* The same thing as somebody might type it; n is any number. */
void token_typed(enum slot slot, uint32_t token, uint32_t n,
		 char ret_text[static TOKEN_TEXT_BYTES]);
/* A name's two words; given is empty for a mononym. */
void token_name(uint32_t token, char ret_given[static TOKEN_TEXT_BYTES],
		char ret_family[static TOKEN_TEXT_BYTES]);
/* 0 for a blank text. */
uint32_t token_read(enum slot slot, struct str text);

#endif
