/* SPDX-License-Identifier: Apache-2.0 */
/* How a cycle ends: exit codes, the error line, and what the estimates and the progress line say. */
#include "daemon/check/estimate.h"
#include "daemon/status/progress.h"
#include "daemon/status/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000000)

struct end_case {
	const char *name;
	enum outcome outcome;
	enum err_code failure;
	uint64_t conflicts, quarantined, waiting;
	bool dry_run;
	enum exit_code code;
};

static const struct end_case end_cases[] = {
	{ "done", OUTCOME_OK, ERR_OK, 0, 0, 0, false, EXIT_CODE_OK },
	{ "conflicts", OUTCOME_OK, ERR_OK, 1, 0, 0, false, EXIT_CODE_WAITING },
	{ "quarantine", OUTCOME_PARTIAL, ERR_REJECTED, 0, 1, 0, false, EXIT_CODE_WAITING },
	{ "guarded", OUTCOME_GUARDED, ERR_OK, 1, 1, 0, false, EXIT_CODE_LATER },
	{ "unreachable", OUTCOME_FAILED, ERR_TRANSIENT, 1, 0, 0, false, EXIT_CODE_UNREACHABLE },
	{ "unreachable midway", OUTCOME_PARTIAL, ERR_TRANSIENT, 0, 0, 3, false,
	  EXIT_CODE_UNREACHABLE },
	{ "limited", OUTCOME_PARTIAL, ERR_RATE_LIMITED, 0, 0, 0, false, EXIT_CODE_LATER },
	{ "refused", OUTCOME_FAILED, ERR_AUTH, 0, 0, 0, false, EXIT_CODE_AUTH },
	{ "not understood", OUTCOME_FAILED, ERR_MALFORMED, 0, 0, 0, false, EXIT_CODE_MALFORMED },
	{ "disk", OUTCOME_FAILED, ERR_STORE, 0, 0, 0, false, EXIT_CODE_IO },
	{ "signal", OUTCOME_PARTIAL, ERR_CANCELED, 0, 0, 5, false, EXIT_CODE_OK },
	{ "dry, nothing", OUTCOME_OK, ERR_OK, 0, 0, 0, true, EXIT_CODE_OK },
	{ "dry, changes", OUTCOME_OK, ERR_OK, 0, 0, 1, true, EXIT_CODE_CHANGES },
	{ "dry, changes and conflicts", OUTCOME_OK, ERR_OK, 1, 1, 1, true, EXIT_CODE_CHANGES },
	{ "dry, conflicts only", OUTCOME_OK, ERR_OK, 1, 0, 0, true, EXIT_CODE_WAITING },
	{ "dry, unreachable", OUTCOME_FAILED, ERR_TRANSIENT, 0, 0, 0, true, EXIT_CODE_UNREACHABLE },
};

static void ends_with_the_right_code(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(end_cases); i++) {
		const struct end_case *c = &end_cases[i];
		const struct cycle_report report = { .outcome = c->outcome,
						     .failure.code = c->failure,
						     .conflicts = c->conflicts,
						     .quarantined = c->quarantined,
						     .waiting = c->waiting };
		const enum exit_code code = report_exit_code(&report, c->dry_run);

		if (code != c->code)
			fail_msg("%s: %d, not %d", c->name, (int)code, (int)c->code);
	}
}

static void check_failure_line(const struct cycle_report *report, const char *expected)
{
	char *text = NULL;
	size_t len = 0;
	FILE *file = open_memstream(&text, &len);

	assert_non_null(file);
	report_print_failure(report, file);
	assert_int_equal(fclose(file), 0);
	assert_string_equal(text, expected);
	free(text);
}

static void names_the_side_once(void **state)
{
	struct cycle_report report = { .outcome = OUTCOME_FAILED, .failure_side = SIDE_PEOPLE };

	(void)state;
	(void)error_set(&report.failure, ERR_AUTH, "401 for GET /people");
	check_failure_line(&report, "crmsync: people: 401 for GET /people; check the side's token"
				    " file and what its token may do\n");
	(void)error_set(&report.failure, ERR_TRANSIENT, "people: connection refused");
	check_failure_line(&report, "crmsync: people: connection refused; nothing is lost, run it"
				    " again once that side answers\n");
	(void)error_set(&report.failure, ERR_CANCELED, "stopped");
	check_failure_line(&report, "");
}

/* ---- Estimates ---- */

static void estimates_time(void **state)
{
	const struct config config = {
		.records = { .dialect = DIALECT_VALUES,
			     .page_size = 500,
			     .reads_per_second = 100,
			     .writes_per_second = 25 },
		.people = { .items_per_page = 30, .requests_per_minute = 20 },
	};

	(void)state;
	assert_int_equal(estimate_pages(&config, SIDE_PEOPLE, 10000), 334);
	assert_int_equal(estimate_pages(&config, SIDE_PEOPLE, 0), 1);
	assert_int_equal(estimate_pages(&config, SIDE_RECORDS, 10000), 21); /* the empty one */
	assert_int_equal(estimate_time(&config, SIDE_PEOPLE, 20, 0), 0);
	assert_int_equal(estimate_time(&config, SIDE_PEOPLE, 20, 1), 60 * SECOND);
	assert_int_equal(estimate_time(&config, SIDE_PEOPLE, 334, 0), 16 * 60 * SECOND);
	assert_int_equal(estimate_time(&config, SIDE_RECORDS, 100, 25), 2 * SECOND);
	assert_int_equal(estimate_writes(&config, SIDE_RECORDS, 3, 4), 7);
	assert_int_equal(estimate_verifying(&config, SIDE_PEOPLE, 31), 2);
	assert_int_equal(estimate_per_minute(0.001, 1), 1);
	assert_int_equal(estimate_per_minute(100, 1), 6000);
}

static void writes_batches(void **state)
{
	const struct config config = {
		.records = { .dialect = DIALECT_ATTRIBUTES, .page_size = 100, .batch_size = 50 }
	};

	(void)state;
	assert_int_equal(estimate_pages(&config, SIDE_RECORDS, 10000), 100);
	assert_int_equal(estimate_writes(&config, SIDE_RECORDS, 51, 50), 3);
}

static void tells_durations(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} cases[] = {
		{ 0, "0 s" },           { 119, "119 s" },    { 120, "2 min" },
		{ 1000, "17 min" },     { 7199, "120 min" }, { 7200, "2 h 0 min" },
		{ 9000, "2 h 30 min" },
	};
	struct arena arena = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_string_equal(estimate_text(&arena, cases[i].seconds * SECOND).p,
				    cases[i].text);
	arena_release(&arena);
}

/* ---- Progress ---- */

static void check_line(const struct runner_view *view, int64_t seconds, const char *expected)
{
	static const int64_t expected_persons[SIDE_COUNT] = { -1, -1 };
	struct buf line;

	buf_init(&line, PROGRESS_BYTES);
	progress_format(view, expected_persons, seconds * SECOND, &line);
	assert_string_equal(buf_z(&line), expected);
	buf_release(&line);
}

static void shows_what_is_known(void **state)
{
	(void)state;
	check_line(&(struct runner_view){ .phase = PHASE_SCAN,
					  .seen = { 500, 30 },
					  .total = { -1, 900 } },
		   1, "reading both sides: 530 persons");
	/* The slower side says when it ends. */
	check_line(&(struct runner_view){ .phase = PHASE_SCAN,
					  .seen = { 1000, 100 },
					  .total = { 1000, 1000 } },
		   10, "reading both sides: 1100 of 2000 persons, 110/s, 90 s left");
	check_line(&(struct runner_view){ .phase = PHASE_PUSH,
					  .intents_done = 5,
					  .intents_total = 20 },
		   10, "writing: 5 of 20 changes, 0.5/s, 30 s left");
	check_line(&(struct runner_view){ .phase = PHASE_MERGE }, 10, "comparing");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_with_the_right_code), cmocka_unit_test(names_the_side_once),
		cmocka_unit_test(estimates_time),           cmocka_unit_test(writes_batches),
		cmocka_unit_test(tells_durations),          cmocka_unit_test(shows_what_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
