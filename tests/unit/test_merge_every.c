/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every cell of the merge: all that a side may have held and may hold now, under every policy, direction
 * and knowledge of time.  No table of results, but the laws that each must obey.  (Lists: see
 * test_sets_every.c.)
 */
#include "merge_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct every {
	struct merge_world w;
	struct arena arena; /* of the values */
	const struct value *values[SIDE_COUNT];
	size_t n[SIDE_COUNT];
	enum world_newer newer;
	unsigned long n_cells;
	void (*check)(struct every *every, const struct merge_world *start);
};

/* ---- What holds of every single merge ---- */

/* The side that must win a contest, or SIDE_COUNT: it is nobody's. */
static int winner_of(const struct every *every, const struct merge_world *w)
{
	static const int by_date[] = { SIDE_COUNT, SIDE_RECORDS, SIDE_PEOPLE };
	static const int by_policy[] = { SIDE_COUNT, SIDE_RECORDS, SIDE_PEOPLE, SIDE_COUNT };

	if (world_flows(w, SIDE_RECORDS) != world_flows(w, SIDE_PEOPLE))
		return world_flows(w, SIDE_RECORDS) ? SIDE_RECORDS : SIDE_PEOPLE;
	if (w->one.row.policy == POLICY_NEWEST && every->newer != NEWER_UNKNOWN)
		return by_date[every->newer];
	if (w->one.row.policy == POLICY_NEWEST)
		return by_policy[w->rules.newest_fallback];
	return by_policy[w->one.row.policy];
}

static void check_flow(struct merge_world *start, const struct merge_result *merged)
{
	const struct field_merge *merge = &merged->fields[0];

	for (int i = 0; i < SIDE_COUNT; i++) {
		const enum side to = (enum side)i;
		const enum side from = side_other(to);
		const bool written = merge->write[to].state != VALUE_UNKNOWN;

		WORLD_MUST(start, merged->writes[to] == written, "writes says what is written");
		if (!written) {
			WORLD_MUST(start, !merge->lost[to], "who loses is overwritten");
			continue;
		}
		WORLD_MUST(start, world_flows(start, from), "nothing flows to the source");
		WORLD_MUST(start, world_held(start, from)->state != VALUE_UNKNOWN,
			   "unknown overwrites nothing");
		WORLD_MUST(start,
			   merge->write[to].state != VALUE_EMPTY || !world_first_contact(start),
			   "first contact clears nothing");
		WORLD_MUST(start, merge->verdict != VERDICT_CONFLICT, "a conflict writes nothing");
		WORLD_MUST(start,
			   merge->lost[to] || world_changed(start, from) ||
				   !world_changed(start, to) || start->one.row.enforce,
			   "what is unchanged does not overwrite an edit");
	}
}

/* Both changed, or differ at first contact: the winner's value stays, the loser is named. */
static void check_contest(const struct every *every, struct merge_world *start,
			  const struct merge_result *merged)
{
	const struct field_merge *merge = &merged->fields[0];
	const int winner = winner_of(every, start);
	const bool flows = world_flows(start, SIDE_RECORDS) || world_flows(start, SIDE_PEOPLE);

	if (winner == SIDE_COUNT) {
		WORLD_MUST(start, merge->verdict == VERDICT_CONFLICT || !flows,
			   "manual leaves it to a person");
		WORLD_MUST(start, !merged->writes[SIDE_RECORDS] && !merged->writes[SIDE_PEOPLE],
			   "what nobody decided is not written");
		return;
	}
	const enum side loser = side_other((enum side)winner);

	WORLD_MUST(start, !merged->writes[winner], "who wins keeps its value");
	WORLD_MUST(start, !flows || merge->lost[loser] == merged->writes[loser],
		   "who loses is named");
}

static bool is_contest(struct merge_world *start)
{
	const struct value *held[] = { world_held(start, SIDE_RECORDS),
				       world_held(start, SIDE_PEOPLE) };

	if (held[0]->state == VALUE_UNKNOWN || held[1]->state == VALUE_UNKNOWN ||
	    merge_values_agree(&start->one.row, held[0], held[1], &start->arena))
		return false;
	if (world_first_contact(start))
		return value_is_set(held[0]) && value_is_set(held[1]);
	return world_changed(start, SIDE_RECORDS) && world_changed(start, SIDE_PEOPLE);
}

/* ---- What holds once all rounds are over ---- */

static void check_end(struct merge_world *start, struct merge_world *end)
{
	const bool both_ways = world_flows(start, SIDE_RECORDS) && world_flows(start, SIDE_PEOPLE);
	const struct value *held[SIDE_COUNT];
	const struct value *were[SIDE_COUNT];
	bool known = true;
	bool changed = world_first_contact(start);

	for (int i = 0; i < SIDE_COUNT; i++) {
		held[i] = world_held(end, (enum side)i);
		were[i] = world_held(start, (enum side)i);
		known = known && were[i]->state != VALUE_UNKNOWN;
		changed = changed || world_changed(start, (enum side)i);
	}
	if (known && both_ways && changed &&
	    !(start->one.row.policy == POLICY_MANUAL && is_contest(start)))
		WORLD_MUST(start,
			   merge_values_agree(&start->one.row, held[0], held[1], &end->arena),
			   "both end with the same");
	for (int i = 0; i < SIDE_COUNT; i++) {
		const enum side from = (enum side)i;
		const enum side to = side_other(from);

		if (world_first_contact(start) || !world_changed(start, from) ||
		    world_changed(start, to) || were[to]->state == VALUE_UNKNOWN)
			continue;
		if (world_flows(start, from)) {
			WORLD_MUST(start, value_equal(held[from], were[from]),
				   "an edit stays where it was made");
			WORLD_MUST(
				start,
				merge_values_agree(&start->one.row, held[0], held[1], &end->arena),
				"an edit arrives on the other side");
		} else {
			WORLD_MUST(start, value_equal(held[to], were[to]),
				   "the source of a one-way field stays as it is");
		}
	}
}

/* All rounds, and two more that must be quiet. */
static void check_rounds(struct every *every, struct merge_world *start)
{
	struct merge_world *w = &every->w;
	struct merge_result merged;
	int round = 1;

	while (world_round(w, round == WORLD_ROUNDS_MOST, &merged)) {
		if (round == 1) {
			check_flow(start, &merged);
			if (is_contest(start))
				check_contest(every, start, &merged);
		}
		WORLD_MUST(start, round <= WORLD_ROUNDS_MOST, "it comes to an end");
		round++;
	}
	if (round == 1) {
		check_flow(start, &merged);
		if (is_contest(start))
			check_contest(every, start, &merged);
	}
	for (int again = 0; again < 2; again++)
		WORLD_MUST(start, !world_round(w, false, &merged), "then all is quiet");
	check_end(start, w);
}

/* ---- Scalars ---- */

static void check_mirrored(struct merge_world *start)
{
	static const enum verdict other_way[] = {
		[VERDICT_SAME] = VERDICT_SAME,
		[VERDICT_AGREED] = VERDICT_AGREED,
		[VERDICT_TO_PEOPLE] = VERDICT_TO_RECORDS,
		[VERDICT_TO_RECORDS] = VERDICT_TO_PEOPLE,
		[VERDICT_TO_BOTH] = VERDICT_TO_BOTH,
		[VERDICT_CONFLICT] = VERDICT_CONFLICT,
		[VERDICT_LEFT] = VERDICT_LEFT,
		[VERDICT_UNKNOWN] = VERDICT_UNKNOWN,
	};
	struct merge_world mirrored;
	struct merge_result one, two;

	world_mirror(start, &mirrored);
	world_merge(start, &one);
	mirrored.arena = (struct arena){ 0 };
	world_merge(&mirrored, &two);
	WORLD_MUST(start, two.fields[0].verdict == other_way[one.fields[0].verdict],
		   "it is the same the other way round");
	for (int i = 0; i < SIDE_COUNT; i++) {
		const enum side other = side_other((enum side)i);

		WORLD_MUST(start, value_equal(&one.fields[0].write[i], &two.fields[0].write[other]),
			   "what is written is the same the other way round");
		WORLD_MUST(start, one.fields[0].lost[i] == two.fields[0].lost[other],
			   "what is lost is the same the other way round");
	}
	arena_release(&mirrored.arena);
}

/* A value that is written stands on the other side. */
static void check_scalar(struct every *every, const struct merge_world *was)
{
	struct merge_world start = *was;
	struct merge_result merged;

	start.arena = (struct arena){ 0 };
	start.one.table.fields = &start.one.row;
	world_merge(&start, &merged);
	for (int i = 0; i < SIDE_COUNT; i++) {
		const struct value *write = &merged.fields[0].write[i];
		const enum side from = side_other((enum side)i);

		if (write->state != VALUE_UNKNOWN)
			WORLD_MUST(&start, value_equal(write, world_held(&start, from)),
				   "what is written stands on the other side");
	}
	check_mirrored(&start);
	check_rounds(every, &start);
	arena_release(&start.arena);
}

/* ---- Names and addresses: the two sides hold other parts, so nothing is symmetric ---- */

static bool has_word(const struct value *value, struct str word)
{
	for (uint32_t i = 0; value_is_set(value) && i < value->n; i++) {
		struct str rest = value->items[i].text;
		struct str one;

		while (str_cut(&rest, ' ', &one)) {
			if (str_equal_nocase(str_trim(one), word) ||
			    (one.len == word.len + 1 && str_starts(one, word)))
				return true;
		}
	}
	return false;
}

/* Every word that is written stands in something that a side holds or held. */
static void check_words(struct merge_world *start, const struct value *write)
{
	for (uint32_t i = 0; value_is_set(write) && i < write->n; i++) {
		struct str rest = write->items[i].text;
		struct str word;

		while (str_cut(&rest, ' ', &word)) {
			const struct str bare = str_trim(word);
			const struct str known = bare.len > 1 && bare.p[bare.len - 1] == ',' ?
							 (struct str){ bare.p, bare.len - 1 } :
							 bare;

			WORLD_MUST(start,
				   known.len == 0 || has_word(&start->now[0], known) ||
					   has_word(&start->now[1], known) ||
					   has_word(&start->shadow[0], known) ||
					   has_word(&start->shadow[1], known),
				   "nothing is invented");
		}
	}
}

static void check_parts(struct every *every, const struct merge_world *was)
{
	struct merge_world start = *was;
	struct merge_result merged;

	start.arena = (struct arena){ 0 };
	start.one.table.fields = &start.one.row;
	world_merge(&start, &merged);
	for (int i = 0; i < SIDE_COUNT; i++)
		check_words(&start, &merged.fields[0].write[i]);
	check_rounds(every, &start);
	arena_release(&start.arena);
}

/* ---- Every cell ---- */

/* Dates, and what decides without them, are for newest only; who is silent tells of no date. */
static bool is_of_use(const struct every *every, const struct merge_world *start)
{
	const struct merge_world *w = &every->w;

	if (w->one.row.policy != POLICY_NEWEST)
		return every->newer == NEWER_UNKNOWN && w->rules.newest_fallback == POLICY_RECORDS;
	return every->newer == NEWER_UNKNOWN || (start->now[SIDE_RECORDS].state != VALUE_UNKNOWN &&
						 start->now[SIDE_PEOPLE].state != VALUE_UNKNOWN);
}

static void each_way(struct every *every)
{
	struct merge_world *w = &every->w;
	const struct merge_world start = *w;

	for (size_t i = 0; i < COUNT_OF(world_ways) * 2 * NEWER_COUNT * 2 * POLICY_COUNT; i++) {
		size_t rest = i;

		w->one.row.direction = world_ways[rest % COUNT_OF(world_ways)].field;
		w->rules.direction = world_ways[rest % COUNT_OF(world_ways)].rules;
		rest /= COUNT_OF(world_ways);
		w->one.row.enforce = rest % 2 == 1;
		rest /= 2;
		every->newer = (enum world_newer)(rest % NEWER_COUNT);
		rest /= NEWER_COUNT;
		w->rules.newest_fallback = rest % 2 == 1 ? POLICY_PEOPLE : POLICY_RECORDS;
		rest /= 2;
		w->one.row.policy = (enum policy)rest;
		if (!is_of_use(every, &start))
			continue;
		for (int side = 0; side < SIDE_COUNT; side++) {
			w->now[side] = start.now[side];
			w->shadow[side] = start.shadow[side];
		}
		world_date(w, every->newer);
		const struct merge_world cell = *w;

		every->check(every, &cell);
		every->n_cells++;
		arena_reset(&w->arena);
	}
}

static void run_every(struct every *every)
{
	struct merge_world *w = &every->w;
	const size_t n[] = { every->n[0], every->n[1] };

	for (size_t i = 0; i < n[0] * n[0] * n[1] * n[1]; i++) {
		w->shadow[SIDE_RECORDS] = every->values[SIDE_RECORDS][i % n[0]];
		w->now[SIDE_RECORDS] = every->values[SIDE_RECORDS][i / n[0] % n[0]];
		w->shadow[SIDE_PEOPLE] = every->values[SIDE_PEOPLE][i / n[0] / n[0] % n[1]];
		w->now[SIDE_PEOPLE] = every->values[SIDE_PEOPLE][i / n[0] / n[0] / n[1]];
		each_way(every);
	}
	print_message("%lu cells\n", every->n_cells);
	arena_release(&w->arena);
	arena_release(&every->arena);
}

static const struct value *values_of(struct every *every, const char *const *texts, size_t n)
{
	struct value *values = arena_alloc(&every->arena, n, sizeof(*values));

	for (size_t i = 0; i < n; i++)
		values[i] = value_of(&every->arena, every->w.one.row.type, texts[i]);
	return values;
}

static void run_type(enum field_type type, bool single, const char *const *records,
		     size_t n_records, const char *const *people, size_t n_people,
		     void (*check)(struct every *, const struct merge_world *))
{
	struct every every = { .check = check, .n = { n_records, n_people } };

	world_init(&every.w, type);
	every.w.one.row.single[SIDE_RECORDS] = single;
	every.values[SIDE_RECORDS] = values_of(&every, records, n_records);
	every.values[SIDE_PEOPLE] = values_of(&every, people, n_people);
	run_every(&every);
}

static void every_scalar(void **state)
{
	static const char *const texts[] = { "-", "", "a", "b", "c" };

	(void)state;
	run_type(FIELD_TEXT, false, texts, COUNT_OF(texts), texts, COUNT_OF(texts), check_scalar);
}

/* given|additional|family|prefix|initials|full */
static void every_name(void **state)
{
	static const char *const records[] = { "-",
					       "",
					       "Ann||Lee|||Ann Lee",
					       "Ann||van der Berg|||Ann van der Berg",
					       "Cher|||||Cher",
					       "Bo||Poe|||Dr. Bo Poe" };
	static const char *const people[] = { "-",           "",
					      "Ann||Lee|||", "Ann|van der|Berg|||",
					      "||Cher|||",   "Bo||Poe|Dr.||" };

	(void)state;
	run_type(FIELD_NAME, false, records, COUNT_OF(records), people, COUNT_OF(people),
		 check_parts);
}

static void every_name_of_one_string(void **state)
{
	static const char *const records[] = {
		"-", "", "|||||Ann Lee", "|||||Ann van der Berg", "|||||Cher", "|||||Dr. Bo Poe"
	};
	static const char *const people[] = { "-",           "",
					      "Ann||Lee|||", "Ann|van der|Berg|||",
					      "||Cher|||",   "Bo||Poe|Dr.||" };

	(void)state;
	run_type(FIELD_NAME, true, records, COUNT_OF(records), people, COUNT_OF(people),
		 check_parts);
}

/* four lines|locality|region|postcode|country|latitude|longitude */
static void every_location(void **state)
{
	static const char *const records[] = { "-", "", "Main St 1||||Ghent||9000|BE||",
					       "Main St 1|Floor 2|||Ghent|EF|9000|BE|51.0|3.7",
					       "||||Riga|||LV||" };
	static const char *const people[] = { "-", "", "Main St 1||||Ghent||9000|BE||",
					      "Main St 1, Floor 2||||Ghent||9000|BE||",
					      "||||Riga|||LV||" };

	(void)state;
	run_type(FIELD_LOCATION, false, records, COUNT_OF(records), people, COUNT_OF(people),
		 check_parts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_scalar),
		cmocka_unit_test(every_name),
		cmocka_unit_test(every_name_of_one_string),
		cmocka_unit_test(every_location),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
