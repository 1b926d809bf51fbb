/* SPDX-License-Identifier: Apache-2.0 */
/* When the daemon's cycles come, and when its watchdog is fed. */
#include "daemon/app/schedule.h"
#include "daemon/app/watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MINUTE (60 * NS_PER_S)
#define INTERVAL MINUTE
#define BOOT (1000 * NS_PER_S)

static const struct retry_policy retry = { .base_ns = NS_PER_S, .cap_ns = 600 * NS_PER_S };

static struct schedule started(void)
{
	struct schedule schedule;

	schedule_start(&schedule, INTERVAL, 1, BOOT);
	return schedule;
}

/* A cycle that takes that long. */
static int64_t cycle(struct schedule *schedule, int64_t now, int64_t took, bool failed)
{
	schedule_began(schedule, now);
	schedule_ended(schedule, INTERVAL, &retry, failed, now + took);
	return now + took;
}

static void starts_are_spread(void **state)
{
	int64_t least = INT64_MAX;
	int64_t most = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 1000; seed++) {
		struct schedule schedule;

		schedule_start(&schedule, INTERVAL, seed, BOOT);
		const int64_t wait = schedule_wait(&schedule, BOOT);

		least = wait < least ? wait : least;
		most = wait > most ? wait : most;
	}
	assert_true(least < NS_PER_S / 10);
	assert_true(most > 29 * NS_PER_S / 10 && most <= 3 * NS_PER_S);
}

static void short_intervals_start_soon(void **state)
{
	struct schedule schedule;

	(void)state;
	schedule_start(&schedule, 1, 7, BOOT);
	assert_int_equal(schedule_wait(&schedule, BOOT), 0);
}

static void begins_are_an_interval_apart(void **state)
{
	struct schedule schedule = started();
	const int64_t ended = cycle(&schedule, BOOT, 10 * NS_PER_S, false);

	(void)state;
	assert_int_equal(schedule_wait(&schedule, ended), 50 * NS_PER_S);
	assert_int_equal(schedule_wait(&schedule, BOOT + INTERVAL), 0);
}

/* Neither after a cycle of an hour nor after a night's sleep. */
static void nothing_is_made_up_for(void **state)
{
	struct schedule schedule = started();
	int64_t now = cycle(&schedule, BOOT, 60 * MINUTE, false);

	(void)state;
	assert_int_equal(schedule_wait(&schedule, now), 0);
	now = cycle(&schedule, now, NS_PER_S, false);
	assert_int_equal(schedule_wait(&schedule, now), 59 * NS_PER_S);
}

static void failures_wait_longer_and_longer(void **state)
{
	struct schedule schedule = started();
	int64_t now = BOOT;

	(void)state;
	for (int i = 0; i < 40; i++) {
		now = cycle(&schedule, now, NS_PER_S, true);
		const int64_t wait = schedule_wait(&schedule, now);

		assert_true(wait >= INTERVAL && wait <= retry.cap_ns);
		if (i >= 12)
			assert_true(wait >= retry.cap_ns / 2);
	}
	now = cycle(&schedule, now, NS_PER_S, false);
	assert_int_equal(schedule_wait(&schedule, now), 59 * NS_PER_S);
}

static void wishes_do_not_wait(void **state)
{
	struct schedule schedule = started();
	int64_t now = cycle(&schedule, BOOT, NS_PER_S, true);

	(void)state;
	schedule_ask(&schedule);
	schedule_ask(&schedule);
	assert_int_equal(schedule_wait(&schedule, now), 0);
	schedule_began(&schedule, now);
	schedule_ask(&schedule); /* while one runs */
	schedule_ended(&schedule, INTERVAL, &retry, false, now);
	assert_int_equal(schedule_wait(&schedule, now), 0);
	now = cycle(&schedule, now, NS_PER_S, false);
	assert_int_equal(schedule_wait(&schedule, now), 59 * NS_PER_S);
}

/* Each of several moves the cycle on; none beyond the time at which it is due anyway. */
static void changes_share_a_cycle(void **state)
{
	struct schedule schedule = started();
	int64_t now = cycle(&schedule, BOOT, 0, false);

	(void)state;
	for (int i = 0; i < 10; i++, now += NS_PER_S / 2) {
		schedule_settle(&schedule, now);
		assert_int_equal(schedule_wait(&schedule, now), NS_PER_S);
	}
	assert_int_equal(schedule_wait(&schedule, now), NS_PER_S / 2);
	now = BOOT + INTERVAL - NS_PER_S / 4;
	schedule_settle(&schedule, now);
	assert_int_equal(schedule_wait(&schedule, now), NS_PER_S / 4);
	schedule_ask(&schedule);
	assert_int_equal(schedule_wait(&schedule, now), 0);
	now = cycle(&schedule, now, 0, false);
	assert_int_equal(schedule_wait(&schedule, now), INTERVAL);
}

static void a_delay_is_the_longest_one(void **state)
{
	struct schedule schedule = started();

	(void)state;
	schedule_delay(&schedule, BOOT + 5 * MINUTE);
	schedule_delay(&schedule, BOOT + 2 * MINUTE);
	assert_int_equal(schedule_wait(&schedule, BOOT), 5 * MINUTE);
	assert_int_equal(schedule_wait(&schedule, BOOT + 5 * MINUTE), 0);
	schedule_ask(&schedule);
	assert_int_equal(schedule_wait(&schedule, BOOT), 0);
}

static void a_new_interval_counts_at_once(void **state)
{
	struct schedule schedule = started();
	const int64_t now = cycle(&schedule, BOOT, NS_PER_S, true);

	(void)state;
	schedule_renew(&schedule, 10 * NS_PER_S, now);
	assert_int_equal(schedule_wait(&schedule, now), 9 * NS_PER_S);
	schedule_renew(&schedule, 10 * MINUTE, now);
	assert_int_equal(schedule_wait(&schedule, now), 10 * MINUTE - NS_PER_S);
}

/* ---- The watchdog ---- */

struct look {
	int64_t at;
	uint64_t mark;
	int64_t excused_until;
	bool alive;
};

static void what_does_not_move_is_not_alive(void **state)
{
	static const struct look looks[] = {
		{ 1 * NS_PER_S, 1, 0, true },
		{ 100 * NS_PER_S, 1, 0, true }, /* just so */
		{ 102 * NS_PER_S, 1, 0, false },
		{ 103 * NS_PER_S, 1, 0, false },
		{ 104 * NS_PER_S, 2, 0, true },
		{ 203 * NS_PER_S, 2, 0, true },
		{ 206 * NS_PER_S, 2, 0, false },
		/* a pause that a server asked for, and its end */
		{ 207 * NS_PER_S, 2, 900 * NS_PER_S, true },
		{ 899 * NS_PER_S, 2, 900 * NS_PER_S, true },
		{ 990 * NS_PER_S, 2, 900 * NS_PER_S, true },
		{ 1000 * NS_PER_S, 2, 900 * NS_PER_S, false },
	};
	struct watch watch = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
		const struct watch_facts facts = { .mark = looks[i].mark,
						   .excused_until_ns = looks[i].excused_until,
						   .patience_ns = 100 * NS_PER_S };

		if (watch_look(&watch, &facts, looks[i].at) != looks[i].alive)
			fail_msg("look %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(starts_are_spread),
		cmocka_unit_test(short_intervals_start_soon),
		cmocka_unit_test(begins_are_an_interval_apart),
		cmocka_unit_test(nothing_is_made_up_for),
		cmocka_unit_test(failures_wait_longer_and_longer),
		cmocka_unit_test(wishes_do_not_wait),
		cmocka_unit_test(changes_share_a_cycle),
		cmocka_unit_test(a_delay_is_the_longest_one),
		cmocka_unit_test(a_new_interval_counts_at_once),
		cmocka_unit_test(what_does_not_move_is_not_alive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
