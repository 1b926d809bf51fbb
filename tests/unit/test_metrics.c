/* SPDX-License-Identifier: Apache-2.0 */
/* The Prometheus text file: what the format demands of every line, and that counters are kept. */
#include "daemon/status/metrics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define NOON (INT64_C(1767268800) * 1000000000)

static void format(const struct status *status, const struct counters *counters, struct buf *out)
{
	buf_init(out, METRICS_BYTES);
	metrics_format(status, counters, out);
	assert_true(buf_ok(out));
}

static void expect(const struct buf *text, const char *line)
{
	struct arena arena = { 0 };
	const char *whole = arena_format(&arena, "\n%s\n", line).p;

	if (strstr(text->bytes, whole) == NULL)
		fail_msg("no line %s in\n%s", line, text->bytes);
	arena_release(&arena);
}

static void says_the_numbers(void **state)
{
	const struct status status = {
		.version = "1.2.3",
		.started_at = NOON,
		.updated_at = NOON + 1500000000,
		.health = HEALTH_DEGRADED,
		.has_last_cycle = true,
		.last_cycle = { .started_at = NOON, .ended_at = NOON + 2250000000, .guarded = 4 },
		.sides = { [SIDE_RECORDS] = { .circuit = BREAKER_HALF_OPEN,
					      .token_refused = true,
					      .backoff_until = NOON + 7250000000 },
			   [SIDE_PEOPLE] = { .reachable = true,
					     .allowed_per_minute = 20,
					     .writes_refused = true } },
		.totals = { .links = 20, .unlinked = { 21, 22 }, .conflicts = 5 },
	};
	const struct counters counters = { .cycles[OUTCOME_OK] = 7,
					   .created = { 1, 2 },
					   .requests = { 3, UINT64_C(9007199254740993) } };
	struct buf text;

	(void)state;
	format(&status, &counters, &text);
	expect(&text, "crmsync_build_info{version=\"1.2.3\"} 1");
	expect(&text, "crmsync_start_time_seconds 1767268800.000");
	expect(&text, "crmsync_updated_timestamp_seconds 1767268801.500");
	expect(&text, "crmsync_health{health=\"ok\"} 0");
	expect(&text, "crmsync_health{health=\"degraded\"} 1");
	expect(&text, "crmsync_cycles_total{outcome=\"ok\"} 7");
	expect(&text, "crmsync_persons_created_total{side=\"people\"} 2");
	expect(&text, "crmsync_requests_total{side=\"people\"} 9007199254740993");
	expect(&text, "crmsync_unlinked_persons{side=\"records\"} 21");
	expect(&text, "crmsync_conflicts 5");
	expect(&text, "crmsync_side_reachable{side=\"records\"} 0");
	expect(&text, "crmsync_side_allowed_requests_per_minute{side=\"people\"} 20");
	expect(&text, "crmsync_last_cycle_duration_seconds 2.250");
	expect(&text, "crmsync_side_circuit_open{side=\"records\"} 1");
	expect(&text, "crmsync_side_circuit_open{side=\"people\"} 0");
	expect(&text, "crmsync_side_token_refused{side=\"records\"} 1");
	expect(&text, "crmsync_side_writes_refused{side=\"people\"} 1");
	expect(&text,
	       "crmsync_side_backoff_until_timestamp_seconds{side=\"records\"} 1767268807.250");
	assert_null(strstr(text.bytes, "last_success_timestamp_seconds{"));
	buf_release(&text);
}

/* The family of a sample line: what stands before '{' or ' '. */
static struct str family_of(struct str line)
{
	size_t n = 0;

	while (n < line.len && line.p[n] != '{' && line.p[n] != ' ')
		n++;
	return str_head(line, n);
}

/* What promtool would complain of: samples without HELP and TYPE before them, a family in two places,
 * counters that are not named _total, other things that are. */
static void keeps_to_the_format(void **state)
{
	const struct status status = { .version = "1", .has_last_cycle = true };
	const struct counters counters = { 0 };
	struct arena arena = { 0 };
	struct str rest, line;
	struct str family = { NULL, 0 };
	struct buf seen, text;
	bool is_counter = false;

	(void)state;
	buf_init(&seen, METRICS_BYTES);
	format(&status, &counters, &text);
	rest = buf_str(&text);
	assert_true(rest.len > 0 && rest.p[rest.len - 1] == '\n');
	while (str_cut(&rest, '\n', &line) && line.len > 0) {
		if (str_starts(line, STR_LIT("# HELP "))) {
			family = family_of(str_skip(line, strlen("# HELP ")));
			const char *mark = arena_format(&arena, "|%.*s|", STR_ARG(family)).p;

			assert_true(str_starts(family, STR_LIT("crmsync_")));
			assert_true(seen.len == 0 || strstr(seen.bytes, mark) == NULL);
			buf_add_z(&seen, mark);
		} else if (str_starts(line, STR_LIT("# TYPE "))) {
			assert_true(
				str_equal(family_of(str_skip(line, strlen("# TYPE "))), family));
			is_counter = strstr(arena_copy(&arena, line).p, " counter") != NULL;
			assert_int_equal(
				is_counter,
				family.len > 6 &&
					str_equal_z(str_skip(family, family.len - 6), "_total"));
		} else {
			assert_true(str_equal(family_of(line), family));
		}
	}
	buf_release(&seen);
	buf_release(&text);
	arena_release(&arena);
}

/* ---- The counters in the state ---- */

static void counters_are_kept(void **state)
{
	char folder[] = "/tmp/test_metrics.XXXXXX";
	const struct field_table fields = { 0 };
	const struct cycle_report report = {
		.outcome = OUTCOME_PARTIAL, .created = { 1, 2 }, .requests = { 10, 20 }, .linked = 3
	};
	struct counters counters;
	struct arena arena = { 0 };
	struct store *store;
	struct error err;

	(void)state;
	assert_non_null(mkdtemp(folder));
	const char *path = arena_format(&arena, "%s/state.db", folder).p;

	for (unsigned i = 1; i <= 3; i++) {
		assert_true(store_open(path, STORE_WRITE, &fields, &store, &err));
		assert_true(store_counters_add(store, &report, &err));
		assert_true(store_counters_read(store, &counters, &err));
		assert_int_equal(counters.cycles[OUTCOME_PARTIAL], i);
		assert_int_equal(counters.cycles[OUTCOME_OK], 0);
		assert_int_equal(counters.created[SIDE_PEOPLE], 2 * i);
		assert_int_equal(counters.requests[SIDE_RECORDS], 10 * i);
		assert_int_equal(counters.linked, 3 * i);
		store_close(store);
	}
	(void)unlink(path);
	(void)unlink(arena_format(&arena, "%s.lock", path).p);
	assert_int_equal(rmdir(folder), 0);
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_the_numbers),
		cmocka_unit_test(keeps_to_the_format),
		cmocka_unit_test(counters_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
