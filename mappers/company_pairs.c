/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same company as each side has it: a company of the records, an organization of the people.
 *
 *   a domain that exactly one of each has          -> a pair
 *   a pair of the last reading, both still there   -> stays one, unless their domains differ by now
 *   a name that exactly one of each has            -> a pair, unless both have domains
 *
 * Nothing else is guessed.  Both of a pair get the same text; a text is never that of two pairs, nor of
 * somebody who has no counterpart.  Who had a text keeps it: a rename, or a domain that is added later,
 * changes nothing in what persons hold.
 */
#include "mappers/codec.h"
#include "mappers/collections.h"
#include "mappers/titles.h"

#include <assert.h>
#include <stdlib.h>

#define NOBODY SIZE_MAX

/* A word that a member is known by. */
struct word {
	struct str key;
	enum side side;
	size_t at;
};

struct pairing {
	struct members *sides[SIDE_COUNT]; /* companies, organizations */
	size_t *partner[SIDE_COUNT];
	struct str *domain; /* of companies: by which they have a partner; else empty */
	struct mapper_titles *taken[SIDE_COUNT];
	VEC(struct word) words;
	struct arena *const *texts; /* of each side's members */
	struct arena scratch;
};

static struct member *member_of(const struct pairing *pairing, enum side side, size_t at)
{
	return &pairing->sides[side]->list.items[at];
}

static void add_word(struct pairing *pairing, struct str key, enum side side, size_t at)
{
	if (key.len > 0)
		*VEC_PUSH(&pairing->words) = (struct word){ key, side, at };
}

static int compare_words(const void *a, const void *b)
{
	const struct word *left = a;
	const struct word *right = b;
	const int order = str_compare(left->key, right->key);

	if (order != 0)
		return order;
	if (left->side != right->side)
		return left->side < right->side ? -1 : 1;
	return left->at < right->at ? -1 : left->at > right->at;
}

/* The only member of that side among these words; NOBODY if there is none, or several. */
static size_t only_one(const struct word *words, size_t n, enum side side)
{
	size_t found = NOBODY;

	for (size_t i = 0; i < n; i++) {
		if (words[i].side != side || words[i].at == found)
			continue;
		if (found != NOBODY)
			return NOBODY;
		found = words[i].at;
	}
	return found;
}

typedef bool allow_fn(const struct member *company, const struct member *organization);

static bool share_domain(const struct member *company, const struct member *organization)
{
	(void)company;
	(void)organization;
	return true;
}

/* Shared domains have made a pair already: two that have some differ in all of them. */
static bool one_lacks_domains(const struct member *company, const struct member *organization)
{
	return company->known_by.len == 0 || organization->known_by.len == 0;
}

static void pair_words(struct pairing *pairing, allow_fn *allow)
{
	struct word *words = pairing->words.items;
	size_t n;

	if (pairing->words.n > 0)
		qsort(words, pairing->words.n, sizeof(*words), compare_words);
	for (size_t i = 0; i < pairing->words.n; i += n) {
		for (n = 1; i + n < pairing->words.n && str_equal(words[i].key, words[i + n].key);)
			n++;
		const size_t company = only_one(&words[i], n, SIDE_RECORDS);
		const size_t organization = only_one(&words[i], n, SIDE_PEOPLE);

		if (company == NOBODY || organization == NOBODY ||
		    pairing->partner[SIDE_RECORDS][company] != NOBODY ||
		    pairing->partner[SIDE_PEOPLE][organization] != NOBODY ||
		    !allow(member_of(pairing, SIDE_RECORDS, company),
			   member_of(pairing, SIDE_PEOPLE, organization)))
			continue;
		pairing->partner[SIDE_RECORDS][company] = organization;
		pairing->partner[SIDE_PEOPLE][organization] = company;
		if (allow == share_domain)
			pairing->domain[company] = words[i].key;
	}
	pairing->words.n = 0;
}

typedef void words_fn(struct pairing *pairing, enum side side, size_t at);

static void add_domains(struct pairing *pairing, enum side side, size_t at)
{
	struct str rest = member_of(pairing, side, at)->known_by;
	struct str domain;

	while (str_cut(&rest, ' ', &domain))
		add_word(pairing, domain, side, at);
}

static void add_old_text(struct pairing *pairing, enum side side, size_t at)
{
	add_word(pairing, member_of(pairing, side, at)->text, side, at);
}

static void add_name(struct pairing *pairing, enum side side, size_t at)
{
	add_word(pairing, codec_fold(&pairing->scratch, member_of(pairing, side, at)->title), side,
		 at);
}

static void each(struct pairing *pairing, words_fn *fn)
{
	for (int side = 0; side < SIDE_COUNT; side++) {
		for (size_t i = 0; i < pairing->sides[side]->list.n; i++)
			fn(pairing, (enum side)side, i);
	}
}

/* ---- Texts ---- */

static bool is_taken(const struct pairing *pairing, struct str text)
{
	return titles_id_of(pairing->taken[SIDE_RECORDS], text).len > 0 ||
	       titles_id_of(pairing->taken[SIDE_PEOPLE], text).len > 0;
}

static void set_text(const struct pairing *pairing, enum side side, size_t at, struct str text)
{
	struct member *member = member_of(pairing, side, at);

	if (!str_equal(member->text, text))
		member->text = arena_copy(pairing->texts[side], text);
}

static void give(struct pairing *pairing, enum side side, size_t at, struct str text)
{
	const size_t partner = pairing->partner[side][at];

	if (text.len == 0 || is_taken(pairing, text))
		text = arena_format(&pairing->scratch, "%.*s (#%.*s)", STR_ARG(text),
				    STR_ARG(member_of(pairing, side, at)->id));
	set_text(pairing, side, at, text);
	if (partner != NOBODY)
		set_text(pairing, side_other(side), partner, text);
	const bool room = titles_add(pairing->taken[side], text, text);

	assert(room); /* a collection has the same limit */
}

/* A pair is named when its company is met. */
static bool is_named_elsewhere(const struct pairing *pairing, enum side side, size_t at)
{
	return side == SIDE_PEOPLE && pairing->partner[side][at] != NOBODY;
}

/* What it was known by; a pair by what its company was, else its organization.  Empty: it is new. */
static struct str old_text(const struct pairing *pairing, enum side side, size_t at)
{
	const size_t partner = pairing->partner[side][at];
	const struct str text = member_of(pairing, side, at)->text;

	return text.len > 0 || partner == NOBODY ?
		       text :
		       member_of(pairing, side_other(side), partner)->text;
}

static struct str new_text(const struct pairing *pairing, enum side side, size_t at)
{
	const struct member *member = member_of(pairing, side, at);
	struct str rest = member->known_by;
	struct str domain = { NULL, 0 };

	if (pairing->partner[side][at] == NOBODY)
		return str_cut(&rest, ' ', &domain) && domain.len > 0 ? domain : member->title;
	if (is_named_elsewhere(pairing, side, at))
		return (struct str){ NULL, 0 };
	return pairing->domain[at].len > 0 ? pairing->domain[at] : member->title;
}

static void name_all(struct pairing *pairing)
{
	enum { OLD_PAIRS, OLD_SINGLES, NEW_PAIRS, NEW_SINGLES, ROUNDS };
	struct str *texts[SIDE_COUNT];
	bool *keeps[SIDE_COUNT];

	for (int side = 0; side < SIDE_COUNT; side++) {
		const size_t n = pairing->sides[side]->list.n;

		texts[side] = arena_alloc(&pairing->scratch, n + 1, sizeof(**texts));
		keeps[side] = arena_alloc(&pairing->scratch, n + 1, sizeof(**keeps));
		for (size_t i = 0; i < n; i++) {
			texts[side][i] = old_text(pairing, (enum side)side, i);
			keeps[side][i] = texts[side][i].len > 0;
			if (!keeps[side][i])
				texts[side][i] = new_text(pairing, (enum side)side, i);
		}
	}
	for (int round = 0; round < ROUNDS; round++) {
		for (int side = 0; side < SIDE_COUNT; side++) {
			for (size_t i = 0; i < pairing->sides[side]->list.n; i++) {
				const bool pair = pairing->partner[side][i] != NOBODY;
				const int turn = keeps[side][i] ? (pair ? OLD_PAIRS : OLD_SINGLES) :
								  (pair ? NEW_PAIRS : NEW_SINGLES);

				if (turn == round &&
				    !is_named_elsewhere(pairing, (enum side)side, i))
					give(pairing, (enum side)side, i, texts[side][i]);
			}
		}
	}
}

void collections_pair(struct members *const sides[SIDE_COUNT],
		      struct arena *const texts[SIDE_COUNT])
{
	struct pairing pairing = {
		.sides = { sides[SIDE_RECORDS], sides[SIDE_PEOPLE] },
		.texts = texts,
	};

	for (int side = 0; side < SIDE_COUNT; side++) {
		const size_t n = pairing.sides[side]->list.n;

		pairing.partner[side] = arena_alloc(&pairing.scratch, n + 1, sizeof(size_t));
		pairing.taken[side] = titles_new();
		for (size_t i = 0; i < n; i++)
			pairing.partner[side][i] = NOBODY;
	}
	pairing.domain =
		arena_alloc(&pairing.scratch, sides[SIDE_RECORDS]->list.n + 1, sizeof(struct str));
	each(&pairing, add_domains);
	pair_words(&pairing, share_domain);
	each(&pairing, add_old_text);
	pair_words(&pairing, one_lacks_domains);
	each(&pairing, add_name);
	pair_words(&pairing, one_lacks_domains);
	name_all(&pairing);
	for (int side = 0; side < SIDE_COUNT; side++)
		titles_free(pairing.taken[side]);
	VEC_RELEASE(&pairing.words);
	arena_release(&pairing.scratch);
}

static bool shares_a_domain(struct str domains, struct str others)
{
	struct str domain;

	while (str_cut(&domains, ' ', &domain)) {
		struct str rest = others;
		struct str other;

		while (str_cut(&rest, ' ', &other)) {
			if (domain.len > 0 && str_equal(domain, other))
				return true;
		}
	}
	return false;
}

bool collection_has_alike(const struct members *members, struct str title, struct str known_by)
{
	struct arena arena = { 0 };
	const struct str folded = codec_fold(&arena, title);
	bool found = false;

	for (size_t i = 0; i < members->list.n && !found; i++) {
		const struct member *member = &members->list.items[i];

		found = str_equal(codec_fold(&arena, member->title), folded) ||
			shares_a_domain(member->known_by, known_by);
	}
	arena_release(&arena);
	return found;
}
