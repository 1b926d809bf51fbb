/* SPDX-License-Identifier: Apache-2.0 */
/* The codecs: tables of what is wanted; each result is a fixed point. */
#include "mappers/codec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

typedef struct str codec_fn(struct arena *arena, struct str raw);

struct pair {
	const char *raw, *wanted; /* NULL: the same as raw */
};

static void check(const char *what, codec_fn *codec, const struct pair *pairs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct arena arena = { 0 };
		const char *wanted = pairs[i].wanted ? pairs[i].wanted : pairs[i].raw;
		const struct str got = codec(&arena, str_from(pairs[i].raw));
		const struct str again = codec(&arena, got);

		if (!str_equal_z(got, wanted))
			fail_msg("%s [%s]: got [%.*s], wanted [%s]", what, pairs[i].raw,
				 STR_ARG(got), wanted);
		if (!str_equal(got, again))
			fail_msg("%s [%s]: no fixed point: [%.*s], then [%.*s]", what, pairs[i].raw,
				 STR_ARG(got), STR_ARG(again));
		arena_release(&arena);
	}
}

#define CHECK(codec, pairs) check(#codec, codec, pairs, COUNT_OF(pairs))

static struct str phone_us(struct arena *arena, struct str raw)
{
	return codec_phone(arena, raw, "US");
}

static struct str phone_nl(struct arena *arena, struct str raw)
{
	return codec_phone(arena, raw, "NL");
}

static struct str phone_nowhere(struct arena *arena, struct str raw)
{
	return codec_phone(arena, raw, NULL);
}

static void texts(void **state)
{
	static const struct pair pairs[] = {
		{ "", NULL },
		{ " \t\r\n", "" },
		{ "\u00a0\u3000 \u2003", "" },
		{ "  Jane  Doe ", "Jane  Doe" },
		{ "a\r\nb\nc\rd", "a\nb\nc\rd" },
		{ "a\r\r\nb\r", "a\nb" },
		{ "\u00a0Zoe\u0308\u2028", "Zo\u00eb" },
		{ "\ufeffJane\u200b", "Jane" },
		{ "👩\u200d👩\u200d👧", NULL },
		{ "👍\u200d", NULL },
		{ "❤\ufe0f", NULL },
		{ "\u212b", "\u00c5" },
		{ "\u1100\u1161", "\uac00" },
		{ "a\u0323\u0307", "\u1ea1\u0307" },
		{ "a\u0307\u0323", "\u1ea1\u0307" },
		{ "محمد عبد الله", NULL },
		/* Not UTF-8: left as it is but for the ends. */
		{ " \xff\xfe \xc3 ", "\xff\xfe \xc3" },
		{ "\xe2\x80", NULL },
		{ "\xed\xa0\x80", NULL },
	};

	(void)state;
	CHECK(codec_text, pairs);
}

static void lines(void **state)
{
	static const struct pair pairs[] = {
		{ "", NULL },
		{ "  Jane \t Doe\r\n", "Jane Doe" },
		{ "Jane\u00a0Doe", "Jane Doe" },
		{ "Jane\u2003\u3000\nDoe", "Jane Doe" },
		{ "O'Neill-Z\u030ciz\u030cek", "O'Neill-Žižek" },
		{ "👩\u200d👩\u200d👧  x", "👩\u200d👩\u200d👧 x" },
		{ "a\u200bb", NULL },
		{ "\xff  \xfe", "\xff \xfe" },
	};

	(void)state;
	CHECK(codec_line, pairs);
}

static void folds(void **state)
{
	static const struct pair pairs[] = {
		{ "VIP Customer", "vip customer" },
		{ "ÉCOLE", "école" },
		{ "E\u0301COLE", "école" },
		{ "Straße", "strasse" },
		{ "ΣΊΣΥΦΟΣ", "σίσυφοσ" },
		{ "İ", "i\u0307" },
		{ "王小明", NULL },
		{ "\xff", NULL },
	};

	(void)state;
	CHECK(codec_fold, pairs);
}

static void emails(void **state)
{
	static const struct pair pairs[] = {
		{ "", NULL },
		{ " Jane.Doe@Example.COM ", "jane.doe@example.com" },
		{ "mailto:Jane@x.com?subject=hi", "jane@x.com" },
		{ "MAILTO: jane@x.com", "jane@x.com" },
		{ "Jane Doe <Jane@x.com>", "jane@x.com" },
		{ "<mailto:jane@x.com>", "jane@x.com" },
		{ "jane @ x.com", "jane@x.com" },
		{ "jane+tag@x.com", NULL },
		{ "\u00a0J\u00d6RG@b\u00dccher.de", "jörg@bücher.de" },
		{ "N/A", NULL },
		{ "mailto:", NULL },
		{ "a <b> c@d", "a<b>c@d" },
		{ "@", NULL },
		{ "mailto:\u200bmailto:a@b", "a@b" },
		{ "<<a@b>", "a@b" },
	};

	(void)state;
	CHECK(codec_email, pairs);
}

static void phones(void **state)
{
	static const struct pair us[] = {
		{ "", NULL },
		{ "(555) 867-5309", "+15558675309" },
		{ "+1 555 867 5309", "+15558675309" },
		{ "\u00a01.555.867.5309 ", "+15558675309" },
		{ "555-867-5309 ext. 12", "+15558675309;ext=12" },
		{ "+15558675309;ext=12", NULL },
		{ "tel:+1-555-867-5309", "+15558675309" },
		{ "1-800-FLOWERS", "+18003569377" },
		{ "+31 (0)20 624 1111", "+31206241111" },
		{ "011 31 20 6241111", "+31206241111" },
		{ "+39 06 698 12345", "+390669812345" },
		{ "+54 9 11 1234-5678", "+5491112345678" },
		{ "+٣١ ٢٠ ٦٢٤ ١١١١", "+31206241111" },
		{ "123", NULL },
		{ "call  me", "call me" },
		{ "+999 123", NULL },
		{ "++", NULL },
		{ "\xff\xfe", NULL },
	};
	static const struct pair nl[] = {
		{ "020 624 1111", "+31206241111" },
		{ "0031 20 6241111", "+31206241111" },
		{ "06-12345678", "+31612345678" },
		{ "+1 555 867 5309", "+15558675309" },
	};
	static const struct pair nowhere[] = {
		{ "020 624 1111", NULL },
		{ "+31 20 624 1111", "+31206241111" },
	};

	(void)state;
	check("codec_phone US", phone_us, us, COUNT_OF(us));
	check("codec_phone NL", phone_nl, nl, COUNT_OF(nl));
	check("codec_phone", phone_nowhere, nowhere, COUNT_OF(nowhere));
}

static void phone_regions(void **state)
{
	static const struct pair pairs[] = {
		{ "+15558675309", "US" },
		{ "+12025550123", "US" },
		{ "+14165550123", "CA" },
		{ "+31206241111", "NL" },
		{ "+441481960194", "GG" },
		{ "+80012345678", "" },
		{ "12", "" },
		{ "", "" },
		{ "+31206241111;ext=5", "NL" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		struct arena arena = { 0 };
		const struct str got = codec_phone_region(&arena, str_from(pairs[i].raw));

		if (!str_equal_z(got, pairs[i].wanted))
			fail_msg("%s: got [%.*s]", pairs[i].raw, STR_ARG(got));
		arena_release(&arena);
	}
}

static void linkedin(void **state)
{
	static const struct pair pairs[] = {
		{ "", NULL },
		{ "https://www.linkedin.com/in/Jane-Doe/?x=1", "jane-doe" },
		{ "http://linkedin.com/in/jane-doe", "jane-doe" },
		{ "HTTPS://NL.LinkedIn.com/in/jane-doe/en", "jane-doe" },
		{ "linkedin.com/in/jane-doe", "jane-doe" },
		{ "www.linkedin.com/in/jane-doe#about", "jane-doe" },
		{ "https://linkedin.com:443/in/jane-doe", "jane-doe" },
		{ "/in/jane-doe", "jane-doe" },
		{ "in/jane-doe/", "jane-doe" },
		{ "@Jane-Doe", "jane-doe" },
		{ "@linkedin.com", NULL },
		{ "linkedin.com/in/LinkedIn.com", "https://linkedin.com/in/LinkedIn.com" },
		{ " jane-doe ", "jane-doe" },
		{ "https://linkedin.com/in/jos%C3%A9-g", "josé-g" },
		{ "https://linkedin.com/in/JOS%c3%89-g", "josé-g" },
		{ "https://linkedin.com/in/a%2Fb", "https://linkedin.com/in/a%2Fb" },
		{ "https://www.linkedin.com/company/x/", "https://linkedin.com/company/x" },
		{ "linkedin.com", "https://linkedin.com" },
		{ "https://www.linkedin.com/in/", "https://linkedin.com/in" },
		{ "https://www.linkedin.com/profile/view?id=1",
		  "https://linkedin.com/profile/view?id=1" },
		{ "https://notlinkedin.com/in/jane", NULL },
		{ "https://example.com/in/jane", NULL },
		{ "https://linkedin.com.evil.example/in/jane", NULL },
		{ "ftp://linkedin.com/in/jane", NULL },
		{ "none of your business", NULL },
		{ "100%", NULL },
		{ "%", NULL },
		{ "@", NULL },
		{ "https://linkedin.com/in/%", NULL },
	};
	static const struct pair urls[] = {
		{ "jane-doe", "https://linkedin.com/in/jane-doe" },
		{ "josé", "https://linkedin.com/in/jos%C3%A9" },
		{ "https://linkedin.com/company/x", "https://linkedin.com/company/x" },
		{ "none of your business", "none of your business" },
		{ "", "" },
	};

	(void)state;
	CHECK(codec_linkedin, pairs);
	for (size_t i = 0; i < COUNT_OF(urls); i++) {
		struct arena arena = { 0 };
		const struct str url = codec_linkedin_url(&arena, str_from(urls[i].raw));

		assert_true(str_equal_z(url, urls[i].wanted));
		assert_true(str_equal_z(codec_linkedin(&arena, url), urls[i].raw));
		arena_release(&arena);
	}
}

static void urls(void **state)
{
	static const struct pair pairs[] = {
		{ "", NULL },
		{ " HTTPS://Example.COM/ ", "https://example.com" },
		{ "https://Example.com/Path/", "https://example.com/Path/" },
		{ "https://Example.com?Q=1", "https://example.com?Q=1" },
		{ "https://Example.com/?Q=1", "https://example.com/?Q=1" },
		{ "https://User:Pass@Example.com:8080/", "https://User:Pass@example.com:8080" },
		{ "Example.com/Path", NULL },
		{ "mailto:X@Y", NULL },
		{ "https://", NULL },
		{ "://X/", NULL },
		{ "1http://X/", NULL },
	};

	(void)state;
	CHECK(codec_url, pairs);
}

static void countries(void **state)
{
	static const struct pair pairs[] = {
		{ "", NULL },
		{ "nl", "NL" },
		{ "NLD", "NL" },
		{ "usa", "US" },
		{ "UK", "GB" },
		{ "U.S.A.", "US" },
		{ "U.K.", "GB" },
		{ "EL", "GR" },
		{ "XK", NULL },
		{ "Netherlands", "NL" },
		{ "The Netherlands", "NL" },
		{ " the  netherlands ", "NL" },
		{ "Netherlands, The", "NL" },
		{ "Kingdom of the Netherlands", "NL" },
		{ "Holland", "NL" },
		{ "United Kingdom", "GB" },
		{ "England", "GB" },
		{ "United States of America", "US" },
		{ "GERMANY", "DE" },
		{ "Federal Republic of Germany", "DE" },
		{ "Côte d'Ivoire", "CI" },
		{ "Côte d’Ivoire", "CI" },
		{ "Cote d'Ivoire", "CI" },
		{ "Ivory Coast", "CI" },
		{ "Curaçao", "CW" },
		{ "St. Lucia", "LC" },
		{ "Saint Lucia", "LC" },
		{ "Trinidad & Tobago", "TT" },
		{ "Trinidad and Tobago", "TT" },
		{ "Türkiye", "TR" },
		{ "Turkey", "TR" },
		{ "Czech Republic", "CZ" },
		{ "South Korea", "KR" },
		{ "Korea, Republic of", "KR" },
		{ "Republic of Ireland", "IE" },
		{ "Republic of China", "TW" },
		{ "People's Republic of China", "CN" },
		{ "Democratic Republic of the Congo", "CD" },
		{ "Republic of the Congo", "CG" },
		{ "Islamic Republic of Pakistan", "PK" },
		{ "Iran, Islamic Republic of", "IR" },
		{ "Myanmar (Burma)", "MM" },
		{ "Zimbabwe", "ZW" },
		{ "Afghanistan", "AF" },
		{ "Atlantis", NULL },
		{ "ZZ", NULL },
		{ "zz", NULL },
		{ "The", NULL },
		{ "St.", NULL },
		{ "Republic of", NULL },
		{ "---", NULL },
	};

	(void)state;
	CHECK(codec_country, pairs);
}

static void dates(void **state)
{
	static const struct pair days[] = {
		{ "", NULL },
		{ "2026-01-31", NULL },
		{ " 2026-01-31T10:00:00Z ", "2026-01-31" },
		{ "2026-01-31T23:30:00-02:00", "2026-02-01" },
		{ "2026-01-31T00:00:00+02:00", "2026-01-31" },
		{ "2026-01-31T00:00:00.000-05:00", "2026-01-31" },
		{ "2026-01-31 00:00:00+0100", "2026-01-31" },
		{ "2026-01-31T00:00:01+02:00", "2026-01-30" },
		{ "2026-01-31 10:00", "2026-01-31" },
		{ "2026-02-30", NULL },
		{ "1600-01-01", NULL },
		{ "1969-12-31T23:59:59Z", "1969-12-31" },
		{ "31 Jan  2026", "31 Jan 2026" },
		{ "2026-01-31T", NULL },
	};
	static const struct pair times[] = {
		{ "", NULL },
		{ "2026-01-31T10:00:00Z", NULL },
		{ "2026-01-31T10:00:00.000000000Z", "2026-01-31T10:00:00Z" },
		{ "2026-01-31T10:00:00.999999999Z", "2026-01-31T10:00:00Z" },
		{ "2026-01-31T12:00:00+02:00", "2026-01-31T10:00:00Z" },
		{ "2026-01-31", "2026-01-31T00:00:00Z" },
		{ "1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59Z" },
		{ "soon", NULL },
	};

	(void)state;
	check("codec_date", codec_date, days, COUNT_OF(days));
	check("codec_timestamp", codec_timestamp, times, COUNT_OF(times));
}

static void numbers(void **state)
{
	static const struct pair pairs[] = {
		{ "", NULL },
		{ "0", NULL },
		{ "-0", "0" },
		{ "-0.00e5", "0" },
		{ "12.50", "12.5" },
		{ "+007", "7" },
		{ "-3.0", "-3" },
		{ ".5", "0.5" },
		{ "5.", "5" },
		{ "1e3", "1000" },
		{ "1.25E+1", "12.5" },
		{ "125e-4", "0.0125" },
		{ "-1200e-2", "-12" },
		{ "100", NULL },
		{ "0.001", NULL },
		{ "12345678901234567890.12345678901234567890",
		  "12345678901234567890.1234567890123456789" },
		{ "9007199254740993", NULL },
		{ "1e999", NULL },
		{ "1e99999999999999999999", NULL },
		{ "1,000", NULL },
		{ ".", NULL },
		{ "-", NULL },
		{ "e5", NULL },
		{ "1e", NULL },
		{ "1 2", NULL },
		{ "NaN", NULL },
		{ "0x10", NULL },
	};

	(void)state;
	CHECK(codec_number, pairs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts),     cmocka_unit_test(lines),
		cmocka_unit_test(folds),     cmocka_unit_test(emails),
		cmocka_unit_test(phones),    cmocka_unit_test(phone_regions),
		cmocka_unit_test(linkedin),  cmocka_unit_test(urls),
		cmocka_unit_test(countries), cmocka_unit_test(dates),
		cmocka_unit_test(numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
