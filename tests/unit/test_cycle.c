/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of the phases, with and without a rolled side.
 */
#include "base/attrs.h"
#include "base/buf.h"
#include "core/cycle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct walk {
	bool rolls, dry_run;
	enum phase again[3]; /* where something is to be done once more, each once; 0: nowhere */
	const char *phases;
};

static const struct walk walks[] = {
	{ false,
	  false,
	  { 0 },
	  "load recover scan confirm match merge push users notes finish idle " },
	{ false,
	  false,
	  { PHASE_PUSH },
	  "load recover scan confirm match merge push merge push users notes finish idle " },
	{ false,
	  true,
	  { PHASE_PUSH },
	  "load recover scan confirm match merge users notes finish idle " },
	{ true,
	  false,
	  { 0 },
	  "load recover scan confirm match lookup merge push users notes slice finish idle " },
	{ true,
	  false,
	  { PHASE_LOOKUP, PHASE_PUSH },
	  "load recover scan confirm match lookup match lookup merge push merge push users notes slice finish "
	  "idle " },
	{ true,
	  true,
	  { 0 },
	  "load recover scan confirm match lookup merge users notes finish idle " },
};

static bool take_again(enum phase again[static 3], enum phase phase)
{
	for (size_t i = 0; i < 3; i++) {
		if (again[i] == phase && phase != PHASE_IDLE) {
			again[i] = PHASE_IDLE;
			return true;
		}
	}
	return false;
}

static void test_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(walks); i++) {
		struct walk walk = walks[i];
		struct cycle cycle = { .dry_run = walk.dry_run, .rolls = walk.rolls };
		struct buf phases;

		buf_init(&phases, 1000);
		do {
			const bool again = take_again(walk.again, cycle.phase);

			cycle_enter(&cycle, cycle_after(&cycle, again));
			buf_addf(&phases, "%s ", phase_name(cycle.phase));
		} while (cycle.phase != PHASE_IDLE);
		assert_string_equal(buf_z(&phases), walk.phases);
		buf_release(&phases);
	}
}

/* Every counter is a number of its own, times the factor. */
static struct cycle_report report(int64_t id, enum outcome outcome, uint64_t factor)
{
	struct cycle_report report = {
		.id = id,
		.n_cycles = 1,
		.kind = "full",
		.outcome = outcome,
		.started_at = 10 * id,
		.ended_at = 10 * id + 5,
		.users = 11 * factor,
		.linked = 12 * factor,
		.unchanged = 13 * factor,
		.conflicts = 14 * factor,
		.quarantined = 15 * factor,
		.left_out = 16 * factor,
		.waiting = 17 * factor,
		.retries = 22 * factor,
	};
	uint64_t *const by_side[] = { report.created,       report.updated,    report.removed,
				      report.notes,         report.references, report.requests,
				      report.requests_least };

	for (size_t i = 0; i < COUNT_OF(by_side); i++) {
		for (size_t side = 0; side < SIDE_COUNT; side++)
			by_side[i][side] = (30 + 2 * i + side) * factor;
	}
	return report;
}

/* What several cycles of one run did: what they counted together, and what the last one left. */
static void test_sum(void **state)
{
	struct cycle_report sum = report(7, OUTCOME_PARTIAL, 1);
	const struct cycle_report next = report(8, OUTCOME_OK, 100);

	(void)state;
	sum.failure.code = ERR_UNCERTAIN;
	cycle_report_add(&sum, &next);
	struct cycle_report expected = report(8, OUTCOME_OK, 101);

	expected.n_cycles = 2;
	expected.started_at = 70;
	/* Of those whom the first one wrote to, the second says that they needed nothing. */
	expected.unchanged = 13;
	expected.conflicts = 1400;
	expected.quarantined = 1500;
	expected.left_out = 1600;
	expected.waiting = 1700;
	assert_memory_equal(&sum, &expected, sizeof(sum));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_order),
					    cmocka_unit_test(test_sum) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
