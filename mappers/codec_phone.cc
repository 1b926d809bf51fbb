/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one file in C++: libphonenumber has no C interface.  No exception leaves it; whatever the library
 * cannot do leaves the text as codec_line does.
 */
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>

#include <phonenumbers/phonenumber.pb.h>
#include <phonenumbers/phonenumberutil.h>

extern "C" {
#include "mappers/codec.h"
}

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

/* The library reads 250 bytes at most. */
static const std::size_t phone_bytes_max = 250;
/* Some countries' rules rewrite what they wrote; a number settles in two turns. */
static const int turns_max = 4;

static bool parse(const std::string &text, const std::string &region, PhoneNumber *ret_number)
{
	const PhoneNumberUtil *util = PhoneNumberUtil::GetInstance();

	return util->Parse(text, region, ret_number) == PhoneNumberUtil::NO_PARSING_ERROR &&
	       util->IsPossibleNumber(*ret_number);
}

static bool canonical(const std::string &text, const std::string &region, std::string *ret_text)
{
	PhoneNumber number;
	std::string out;

	if (!parse(text, region, &number))
		return false;
	PhoneNumberUtil::GetInstance()->Format(number, PhoneNumberUtil::E164, &out);
	if (number.has_extension() && !number.extension().empty())
		out += ";ext=" + number.extension();
	*ret_text = out;
	return true;
}

/* False also where the forms chase each other. */
static bool settled(struct str line, const char *region, std::string *ret_text)
{
	const std::string where = region == nullptr ? "ZZ" : region;
	std::string text(line.p, line.len);

	for (int turn = 0; turn < turns_max; turn++) {
		std::string next;

		if (!canonical(text, where, &next))
			return false;
		if (next == text) {
			*ret_text = text;
			return true;
		}
		text = next;
	}
	return false;
}

static struct str copy(struct arena *arena, const std::string &text)
{
	struct str view;

	view.p = text.data();
	view.len = text.size();
	return arena_copy(arena, view);
}

static struct str nothing()
{
	struct str none;

	none.p = nullptr;
	none.len = 0;
	return none;
}

extern "C" struct str codec_phone(struct arena *arena, struct str raw, const char *region)
{
	const struct str line = codec_line(arena, raw);

	if (line.len == 0 || line.len > phone_bytes_max)
		return line;
	try {
		std::string text;

		return settled(line, region, &text) ? copy(arena, text) : line;
	} catch (const std::exception &) {
		return line;
	}
}

extern "C" bool codec_phone_is_number(struct str canonical_phone)
{
	PhoneNumber number;

	if (canonical_phone.len == 0 || canonical_phone.len > phone_bytes_max)
		return false;
	try {
		return parse(std::string(canonical_phone.p, canonical_phone.len), "ZZ", &number);
	} catch (const std::exception &) {
		return false;
	}
}

extern "C" struct str codec_phone_region(struct arena *arena, struct str canonical_phone)
{
	if (canonical_phone.len == 0 || canonical_phone.len > phone_bytes_max)
		return nothing();
	try {
		const PhoneNumberUtil *util = PhoneNumberUtil::GetInstance();
		PhoneNumber number;
		std::string region;

		if (!parse(std::string(canonical_phone.p, canonical_phone.len), "ZZ", &number))
			return nothing();
		util->GetRegionCodeForNumber(number, &region);
		if (region == "ZZ") /* possible, not in use: the country that owns the code */
			util->GetRegionCodeForCountryCode(number.country_code(), &region);
		return region == "ZZ" || region == "001" ? nothing() : copy(arena, region);
	} catch (const std::exception &) {
		return nothing();
	}
}
