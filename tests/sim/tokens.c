/* SPDX-License-Identifier: Apache-2.0 */
#include "tokens.h"

#include <stdio.h>
#include <string.h>

#define NAME_LETTERS 5

static const char *const tag_titles[TOKEN_TAGS] = { "Customer", "Prospect",   "Partner", "Supplier",
						    "Press",    "Event 2025", "VIP" };
static const char *const level_titles[TOKEN_LEVELS] = { "Iron", "Bronze", "Silver", "Gold",
							"Platinum" };

const char *slot_name(enum slot slot)
{
	static const char *const names[] = {
		[SLOT_NAME] = "name",         [SLOT_TITLE] = "job_title",
		[SLOT_LINKEDIN] = "linkedin", [SLOT_ADDRESS] = "address",
		[SLOT_EMAIL] = "emails",      [SLOT_PHONE] = "phones",
		[SLOT_TAG] = "tags",          [SLOT_CODE] = "code",
		[SLOT_POINTS] = "points",     [SLOT_LEVEL] = "level",
	};

	return slot < SLOT_COUNT ? names[slot] : "?";
}

bool slot_is_set(enum slot slot)
{
	return slot == SLOT_EMAIL || slot == SLOT_PHONE || slot == SLOT_TAG;
}

bool slot_is_shared(enum slot slot)
{
	return slot == SLOT_TAG || slot == SLOT_LEVEL;
}

/* Letters that make no word with a meaning of its own ("van", "Jr"). */
static void spell(uint32_t token, char ret_letters[static NAME_LETTERS + 1])
{
	static const char letters[] = "bcdfghklmnpqrstwxz";

	for (size_t i = NAME_LETTERS; i > 0; i--) {
		ret_letters[i - 1] = letters[token % 18];
		token /= 18;
	}
	ret_letters[NAME_LETTERS] = '\0';
}

static uint32_t unspell(struct str word)
{
	static const char letters[] = "bcdfghklmnpqrstwxz";
	uint32_t token = 0;

	for (size_t i = 0; i < word.len; i++) {
		const char *at = strchr(letters, word.p[i]);

		if (at == NULL || *at == '\0')
			return TOKEN_ALIEN;
		token = token * 18 + (uint32_t)(at - letters);
	}
	return token;
}

void token_name(uint32_t token, char ret_given[static TOKEN_TEXT_BYTES],
		char ret_family[static TOKEN_TEXT_BYTES])
{
	char letters[NAME_LETTERS + 1];

	spell(token, letters);
	ret_given[0] = '\0';
	if (token < TOKEN_MONONYM)
		(void)snprintf(ret_given, TOKEN_TEXT_BYTES, "Ga%s", letters);
	(void)snprintf(ret_family, TOKEN_TEXT_BYTES, "Fo%s", letters);
}

void token_text(enum slot slot, uint32_t token, char ret_text[static TOKEN_TEXT_BYTES])
{
	char given[TOKEN_TEXT_BYTES];
	char family[TOKEN_TEXT_BYTES];

	ret_text[0] = '\0';
	switch (slot) {
	case SLOT_NAME:
		token_name(token, given, family);
		(void)snprintf(ret_text, TOKEN_TEXT_BYTES, "%.20s%s%.20s", given,
			       given[0] != '\0' ? " " : "", family);
		break;
	case SLOT_TITLE:
		(void)snprintf(ret_text, TOKEN_TEXT_BYTES, "Title %06u", token);
		break;
	case SLOT_LINKEDIN:
		(void)snprintf(ret_text, TOKEN_TEXT_BYTES, "in%06u", token);
		break;
	case SLOT_ADDRESS:
		(void)snprintf(ret_text, TOKEN_TEXT_BYTES, "Street %06u", token);
		break;
	case SLOT_EMAIL:
		(void)snprintf(ret_text, TOKEN_TEXT_BYTES, "e%06u@example.net", token);
		break;
	case SLOT_PHONE:
		(void)snprintf(ret_text, TOKEN_TEXT_BYTES, "+31612%06u", token);
		break;
	case SLOT_TAG:
		if (token >= 1 && token <= TOKEN_TAGS)
			(void)snprintf(ret_text, TOKEN_TEXT_BYTES, "%s", tag_titles[token - 1]);
		break;
	case SLOT_CODE:
		(void)snprintf(ret_text, TOKEN_TEXT_BYTES, "Code %06u", token);
		break;
	case SLOT_POINTS: /* seven digits, of which the first says nothing */
		(void)snprintf(ret_text, TOKEN_TEXT_BYTES, "%u", 1000000 + token);
		break;
	case SLOT_LEVEL:
		if (token >= 1 && token <= TOKEN_LEVELS)
			(void)snprintf(ret_text, TOKEN_TEXT_BYTES, "%s", level_titles[token - 1]);
		break;
	case SLOT_COUNT:
		break;
	}
}

void token_typed(enum slot slot, uint32_t token, uint32_t n, char ret_text[static TOKEN_TEXT_BYTES])
{
	token_text(slot, token, ret_text);
	if (slot == SLOT_EMAIL && n % 3 == 0)
		ret_text[0] = 'E';
	if (slot == SLOT_PHONE && n % 3 == 1)
		(void)snprintf(ret_text, TOKEN_TEXT_BYTES, "+31 6 12 %06u", token);
	if (slot == SLOT_PHONE && n % 3 == 2)
		(void)snprintf(ret_text, TOKEN_TEXT_BYTES, "+31 (0)612-%06u", token);
}

/* The last run of six digits or more: its last six. */
static uint32_t last_digits(struct str text)
{
	size_t end = text.len;

	while (end > 0 && (text.p[end - 1] < '0' || text.p[end - 1] > '9'))
		end--;
	uint32_t token = 0;
	uint32_t unit = 1;

	for (size_t i = 0; i < 6; i++, unit *= 10) {
		if (end < i + 1 || text.p[end - 1 - i] < '0' || text.p[end - 1 - i] > '9')
			return TOKEN_ALIEN;
		token += (uint32_t)(text.p[end - 1 - i] - '0') * unit;
	}
	return token;
}

static uint32_t read_name(struct str text)
{
	struct str rest = text;
	struct str word;
	uint32_t given = 0;
	uint32_t family = 0;

	while (str_cut(&rest, ' ', &word)) {
		if (word.len == 0)
			continue;
		if (word.len == 7 && word.p[0] == 'e' && last_digits(word) != TOKEN_ALIEN)
			return TOKEN_INVENTED;
		if (word.len == 7 && word.p[0] == 'E' && last_digits(word) != TOKEN_ALIEN)
			return TOKEN_INVENTED;
		if (word.len != NAME_LETTERS + 2)
			return TOKEN_ALIEN;
		if (str_starts(word, STR_LIT("Ga")) && given == 0)
			given = unspell(str_skip(word, 2));
		else if (str_starts(word, STR_LIT("Fo")) && family == 0)
			family = unspell(str_skip(word, 2));
		else
			return TOKEN_ALIEN;
	}
	if (family >= TOKEN_MONONYM && family != TOKEN_ALIEN)
		return given == 0 ? family : TOKEN_ALIEN;
	return given == family ? family : TOKEN_ALIEN;
}

static uint32_t read_title(struct str text, const char *const *titles, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		if (str_equal_z(text, titles[i]))
			return i + 1;
	}
	return TOKEN_ALIEN;
}

uint32_t token_read(enum slot slot, struct str text)
{
	const struct str trimmed = str_trim(text);

	if (trimmed.len == 0)
		return 0;
	if (slot == SLOT_NAME)
		return read_name(trimmed);
	if (slot == SLOT_TAG)
		return read_title(trimmed, tag_titles, TOKEN_TAGS);
	if (slot == SLOT_LEVEL)
		return read_title(trimmed, level_titles, TOKEN_LEVELS);
	if (slot == SLOT_PHONE && str_equal_z(trimmed, TOKEN_NO_NUMBER))
		return 0;
	if (slot == SLOT_EMAIL)
		return last_digits(str_head(trimmed, str_find(trimmed, '@')));
	return last_digits(trimmed);
}
