/* SPDX-License-Identifier: Apache-2.0 */
#include "human.h"

#include "normal.h"
#include "rng.h"

#include "base/clock.h"

#include <inttypes.h>

/* 2026-01-01T00:00:00Z; creation times lie in the five years before it. */
#define EPOCH_NS (INT64_C(1767225600) * NS_PER_S)
#define SPAN_S (UINT32_C(5) * 365 * 24 * 3600)

struct shape {
	const char *given;
	const char *additional;
	const char *family;
};

/* Rare shapes of names; most people get theirs from the lists below. */
static const struct shape shapes[] = {
	{ "Jan", "van der", "Berg" },
	{ "Femke", "de", "Vries" },
	{ "María José", "", "García Márquez" },
	{ "Siobhán", "", "O'Neill-Žižek" },
	{ "", "", "Zéphyrine" },
	{ "小明", "", "王" },
	{ "花子", "", "山田" },
	{ "Zoë 🦊", "", "Lindqvist" },
	{ "ليلى", "", "حداد" },
	{ "Nguyễn", "Thị", "Hương" },
	{ "Łukasz", "", "Święcicki" },
	{ "Mohamed", "ben", "Aïssa" },
};

static const char *const given_names[] = {
	"Ada",   "Bram",  "Clara", "Dries", "Elena",   "Finn", "Greta", "Hugo",
	"Ilse",  "Jonas", "Katja", "Luuk",  "Milou",   "Noor", "Oscar", "Petra",
	"Quinn", "Rosa",  "Sven",  "Tess",  "Umberto", "Vera", "Wout",  "Yara",
};

static const char *const family_names[] = {
	"Achterberg", "Brouwer", "Castillo", "Dijkstra", "Eriksen",   "Fontaine",  "Grabowski",
	"Hofstede",   "Ivanova", "Janssen",  "Kowalski", "Lindgren",  "Moretti",   "Nakamura",
	"Oosterhuis", "Petrov",  "Quist",    "Rietveld", "Schneider", "Takahashi", "Ullrich",
	"Vermeulen",  "Wójcik",  "Ypma",     "Zanetti",
};

static const char *const job_titles[] = {
	"Account Manager",         "Software Engineer",
	"Marketing Director",      "CTO",
	"Sales Manager",           "Product Manager",
	"Office Manager",          "Head of Research",
	"Customer Success",        "Buyer",
	"Chief Executive Officer", "Intern",
};

static const struct {
	const char *city;
	const char *country;
	const char *postcode;
	const char *street;
} places[] = {
	{ "Amsterdam", "NL", "1012 AB", "Damrak" },
	{ "Utrecht", "NL", "3511 CD", "Oudegracht" },
	{ "Gent", "BE", "9000", "Korenmarkt" },
	{ "Berlin", "DE", "10115", "Invalidenstraße" },
	{ "Madrid", "ES", "28013", "Calle Mayor" },
	{ "London", "GB", "EC1A 1BB", "Aldersgate" },
	{ "Springfield", "US", "01101", "Main Street" },
	{ "Lyon", "FR", "69001", "Rue Terme" },
};

static const char *const prefixes[] = { "Dr.", "Prof.", "Ms.", "Mr." };

const char *const human_tags[HUMAN_TAGS] = { "Customer", "Prospect",   "Partner", "Supplier",
					     "Press",    "Event 2025", "VIP" };

#define PICK(rng, table) str_from((table)[rng_below((rng), COUNT_OF(table))])

static void make_name(struct arena *arena, struct rng *rng, struct human *human)
{
	human->given = PICK(rng, given_names);
	human->family = PICK(rng, family_names);
	if (rng_percent(rng, 12)) {
		const struct shape *shape = &shapes[rng_below(rng, COUNT_OF(shapes))];

		human->given = str_from(shape->given);
		human->additional = str_from(shape->additional);
		human->family = str_from(shape->family);
	}
	if (rng_percent(rng, 8))
		human->prefix = PICK(rng, prefixes);
	const struct str parts[] = { human->prefix, human->given, human->additional,
				     human->family };

	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		if (parts[i].len > 0)
			human->full =
				arena_format(arena, "%.*s%s%.*s", STR_ARG(human->full),
					     human->full.len > 0 ? " " : "", STR_ARG(parts[i]));
	}
}

/* Letters and digits of ASCII only, so that it can stand in an address. */
static struct str plain_word(struct arena *arena, struct str text)
{
	struct str lower = normal_lower(arena, text);
	char *out = arena_alloc(arena, lower.len + 5, 1);
	size_t len = 0;

	for (size_t i = 0; i < lower.len; i++) {
		if (lower.p[i] >= 'a' && lower.p[i] <= 'z')
			out[len++] = lower.p[i];
	}
	return len > 0 ? (struct str){ out, len } : STR_LIT("person");
}

static struct str make_phone(struct arena *arena, uint32_t number)
{
	static const uint32_t area_codes[] = { 201, 202, 206, 212, 213, 214, 215, 303, 305, 312,
					       313, 314, 404, 407, 408, 412, 415, 469, 503, 512,
					       602, 612, 615, 617, 619, 702, 704, 713, 714, 718 };
	const uint32_t n_us = COUNT_OF(area_codes) * 100;

	/* 555-01xx in the United States and the drama numbers of London are nobody's. */
	if (number < n_us)
		return arena_format(arena, "+1%" PRIu32 "55501%02" PRIu32,
				    area_codes[number % COUNT_OF(area_codes)],
				    number / (uint32_t)COUNT_OF(area_codes));
	if (number < n_us + 1000)
		return arena_format(arena, "+442079460%03" PRIu32, number - n_us);
	return arena_format(arena, "+3120%07" PRIu32, 2000000 + number % 7000000);
}

static void make_contact(struct arena *arena, struct rng *rng, struct human *human)
{
	const struct str word = plain_word(arena, human->family);
	const struct str first = plain_word(arena, human->given);

	human->handle = arena_format(arena, "%.*s-%.*s-%" PRIu32, STR_ARG(first), STR_ARG(word),
				     human->number);
	human->email =
		arena_format(arena, "%.*s.%.*s.%" PRIu32 "@example.%s", STR_ARG(first),
			     STR_ARG(word), human->number, rng_percent(rng, 50) ? "com" : "org");
	human->phone = make_phone(arena, human->number);
	if (rng_percent(rng, 5)) {
		human->email = (struct str){ 0 };
		return;
	}
	/* Those with an e-mail address may lack the other keys. */
	if (rng_percent(rng, 40))
		human->handle = (struct str){ 0 };
	if (rng_percent(rng, 30))
		human->phone = (struct str){ 0 };
	if (human->company < HUMAN_COMPANIES && rng_percent(rng, 20))
		human->second_email =
			arena_format(arena, "%.*s%" PRIu32 "@%.*s", STR_ARG(word), human->number,
				     STR_ARG(human_company_domain(arena, human->company)));
}

void human_make(struct arena *arena, uint64_t seed, uint32_t number, struct human *ret_human)
{
	struct rng rng = { .state = seed * 1000003 + number };
	struct human human = { .number = number, .company = HUMAN_COMPANIES };

	(void)rng_next(&rng);
	human.created_ns = EPOCH_NS - (int64_t)rng_below(&rng, SPAN_S) * NS_PER_S;
	make_name(arena, &rng, &human);
	if (rng_percent(&rng, 60))
		human.company = rng_below(&rng, HUMAN_COMPANIES);
	if (rng_percent(&rng, 75))
		human.job_title = PICK(&rng, job_titles);
	if (rng_percent(&rng, 40)) {
		const uint32_t place = rng_below(&rng, COUNT_OF(places));

		human.street = arena_format(arena, "%s %" PRIu32, places[place].street,
					    1 + rng_below(&rng, 200));
		human.postcode = str_from(places[place].postcode);
		human.city = str_from(places[place].city);
		human.country = str_from(places[place].country);
	}
	if (rng_percent(&rng, 50))
		human.tags = rng_below(&rng, 1U << HUMAN_TAGS);
	make_contact(arena, &rng, &human);
	*ret_human = human;
}

struct str human_company_name(struct arena *arena, uint32_t company)
{
	static const char *const words[] = { "Acme",    "Blauwe Tulp", "Contoso", "Dorpsplein",
					     "Ember",   "Fjord",       "Globex",  "Hollandia",
					     "Initech", "Juniper" };
	static const char *const kinds[] = { "B.V.", "GmbH", "Inc.", "Ltd", "& Sons" };

	return arena_format(arena, "%s %s", words[company % COUNT_OF(words)],
			    kinds[company / COUNT_OF(words) % COUNT_OF(kinds)]);
}

struct str human_company_domain(struct arena *arena, uint32_t company)
{
	return arena_format(arena, "company-%" PRIu32 ".example", company);
}

struct str human_vary_email(struct arena *arena, struct str email, uint32_t variant)
{
	switch (variant % 4) {
	case 0:
		return arena_format(arena, "%.*s", STR_ARG(email));
	case 1:
		return arena_format(arena, "%c%.*s", email.p[0] - 'a' + 'A',
				    STR_ARG(str_skip(email, 1)));
	case 2:
		return arena_format(arena, "%.*s@EXAMPLE.%s",
				    STR_ARG(str_head(email, str_find(email, '@'))),
				    str_ends(email, STR_LIT("com")) ? "COM" : "ORG");
	default:
		return arena_format(arena, " %.*s ", STR_ARG(email));
	}
}

struct str human_vary_linkedin(struct arena *arena, struct str handle, uint32_t variant)
{
	static const char *const forms[][2] = {
		{ "https://linkedin.com/in/", "" },
		{ "https://www.linkedin.com/in/", "/" },
		{ "http://linkedin.com/in/", "?trk=x" },
		{ "https://nl.linkedin.com/in/", "" },
		{ "linkedin.com/in/", "" },
		{ "https://LinkedIn.com/in/", "/" },
	};

	return arena_format(arena, "%s%.*s%s", forms[variant % COUNT_OF(forms)][0], STR_ARG(handle),
			    forms[variant % COUNT_OF(forms)][1]);
}

struct str human_vary_phone(struct arena *arena, struct str phone, uint32_t variant)
{
	const bool us = str_starts(phone, STR_LIT("+1")) && phone.len == 12;

	if (variant % 3 == 0)
		return phone;
	if (us && variant % 3 == 1)
		return arena_format(arena, "+1 (%.3s) %.3s-%.4s", phone.p + 2, phone.p + 5,
				    phone.p + 8);
	if (us)
		return arena_format(arena, "+1 %.3s-%.3s-%.4s", phone.p + 2, phone.p + 5,
				    phone.p + 8);
	return arena_format(arena, "%.3s %.2s %.*s", phone.p, phone.p + 3,
			    STR_ARG(str_skip(phone, 5)));
}
