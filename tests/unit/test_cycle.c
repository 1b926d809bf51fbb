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

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_order) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
