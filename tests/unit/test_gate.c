/* SPDX-License-Identifier: Apache-2.0 */
/* net/gate: what goes to a side that refused the token, step by step in virtual time. */
#include "net/gate.h"

#include "base/alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define CAP_NS (60 * NS_PER_S)

static const struct retry_policy policy = { .attempts = 6, .cap_ns = CAP_NS };

enum step {
	END,
	READ_401,
	WRITE_401,
	READ_403, /* one person's */
	LIST_403,
	WRITE_403,
	WRITES_403, /* as many as shut it */
	READ_OK,
	WRITE_OK,
	TOKEN,      /* another one */
	WAIT,       /* a cap */
	WAIT_SHORT, /* nearly a cap */
	PROBE,      /* one goes */
};

static void refuse(struct gate *gate, enum request_kind kind, int status, bool list, int64_t now_ns)
{
	gate->probing = false;
	gate_refused(gate, kind, status, list, &policy, now_ns);
}

static void take(struct gate *gate, enum step step, int64_t *now_ns)
{
	switch (step) {
	case READ_401:
	case WRITE_401:
		refuse(gate, step == READ_401 ? REQUEST_READ : REQUEST_WRITE, 401, false, *now_ns);
		break;
	case READ_403:
	case LIST_403:
		refuse(gate, REQUEST_READ, 403, step == LIST_403, *now_ns);
		break;
	case WRITE_403:
		refuse(gate, REQUEST_WRITE, 403, false, *now_ns);
		break;
	case WRITES_403:
		for (int i = 0; i < GATE_FORBIDDEN_MANY; i++)
			refuse(gate, REQUEST_WRITE, 403, false, *now_ns);
		break;
	case READ_OK:
	case WRITE_OK:
		gate->probing = false;
		gate_accepted(gate, step == READ_OK ? REQUEST_READ : REQUEST_WRITE);
		break;
	case TOKEN:
		gate_open(gate);
		break;
	case WAIT:
		*now_ns += CAP_NS;
		break;
	case WAIT_SHORT:
		*now_ns += CAP_NS - 1;
		break;
	case PROBE:
		gate->probing = true;
		break;
	case END:
		break;
	}
}

static const struct {
	const char *name;
	enum step steps[8];
	enum gate_verdict reads, writes;
} rows[] = {
	{ "new", { END }, GATE_PASS, GATE_PASS },
	{ "401", { READ_401 }, GATE_SHUT, GATE_SHUT },
	{ "401 of a write", { WRITE_401 }, GATE_SHUT, GATE_SHUT },
	{ "403 of a list", { LIST_403 }, GATE_SHUT, GATE_SHUT },
	{ "403 of a person", { READ_403 }, GATE_PASS, GATE_PASS },
	{ "403 of four", { READ_403, READ_403, READ_403, READ_403 }, GATE_PASS, GATE_PASS },
	{ "403 of five",
	  { READ_403, READ_403, READ_403, READ_403, READ_403 },
	  GATE_SHUT,
	  GATE_SHUT },
	{ "403 of four and three",
	  { READ_403, READ_403, READ_403, READ_403, READ_OK, READ_403, READ_403, READ_403 },
	  GATE_PASS,
	  GATE_PASS },
	{ "403 of a write", { WRITE_403 }, GATE_PASS, GATE_PASS },
	{ "403 of five writes", { WRITES_403 }, GATE_PASS, GATE_SHUT },
	{ "a write was taken", { WRITE_OK, WRITES_403 }, GATE_PASS, GATE_PASS },
	{ "and then twenty were not",
	  { WRITE_OK, WRITES_403, WRITES_403, WRITES_403, WRITES_403 },
	  GATE_PASS,
	  GATE_SHUT },
	{ "taken between", { WRITE_403, WRITE_403, WRITE_OK, WRITE_403 }, GATE_PASS, GATE_PASS },
	{ "not yet", { READ_401, WAIT_SHORT }, GATE_SHUT, GATE_SHUT },
	{ "a read probes", { READ_401, WAIT }, GATE_PROBE, GATE_SHUT },
	{ "it is under way", { READ_401, WAIT, PROBE }, GATE_PROBE, GATE_SHUT },
	{ "refused again", { READ_401, WAIT, PROBE, READ_401 }, GATE_SHUT, GATE_SHUT },
	{ "longer this time", { READ_401, WAIT, PROBE, READ_401, WAIT }, GATE_SHUT, GATE_SHUT },
	{ "twice as long", { READ_401, WAIT, PROBE, READ_401, WAIT, WAIT }, GATE_PROBE, GATE_SHUT },
	{ "taken", { READ_401, WAIT, PROBE, READ_OK }, GATE_PASS, GATE_PASS },
	{ "a write probes", { WRITES_403, WAIT }, GATE_PASS, GATE_PROBE },
	{ "reads say nothing of writes", { WRITES_403, READ_OK }, GATE_PASS, GATE_SHUT },
	{ "a write is taken", { WRITES_403, WAIT, PROBE, WRITE_OK }, GATE_PASS, GATE_PASS },
	{ "both", { WRITES_403, READ_401 }, GATE_SHUT, GATE_SHUT },
	{ "another token", { WRITES_403, READ_401, TOKEN }, GATE_PASS, GATE_PASS },
	{ "which is no better", { READ_401, TOKEN, READ_401 }, GATE_SHUT, GATE_SHUT },
};

static void test_steps(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct gate gate = { 0 };
		int64_t now_ns = NS_PER_S;

		for (size_t n = 0; n < COUNT_OF(rows[i].steps) && rows[i].steps[n] != END; n++)
			take(&gate, rows[i].steps[n], &now_ns);
		if (gate_judge(&gate, REQUEST_READ, now_ns) != rows[i].reads ||
		    gate_judge(&gate, REQUEST_WRITE, now_ns) != rows[i].writes)
			fail_msg("%s: reads %d, writes %d", rows[i].name,
				 (int)gate_judge(&gate, REQUEST_READ, now_ns),
				 (int)gate_judge(&gate, REQUEST_WRITE, now_ns));
	}
}

/* Those that were under way when it shut do not put the next probe off. */
static void test_stragglers(void **state)
{
	struct gate gate = { 0 };

	(void)state;
	for (int i = 0; i < 16; i++)
		refuse(&gate, REQUEST_READ, 401, false, NS_PER_S + i);
	assert_int_equal(gate.probe_ns, NS_PER_S + CAP_NS);
}

/* 1, 2, 4, 8 and then 15 caps: fewer than a hundred probes a day, wherever it began. */
static void test_probes_are_gentle(void **state)
{
	struct gate gate = { 0 };
	int64_t now_ns = NS_PER_S;
	unsigned n = 0;

	(void)state;
	refuse(&gate, REQUEST_READ, 401, false, now_ns);
	while (now_ns < 86400 * NS_PER_S) {
		assert_int_equal(gate_judge(&gate, REQUEST_READ, gate.probe_ns - 1), GATE_SHUT);
		now_ns = gate.probe_ns;
		gate.probing = true;
		refuse(&gate, REQUEST_READ, 401, false, now_ns);
		n++;
	}
	assert_in_range(n, 90, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_stragglers),
		cmocka_unit_test(test_probes_are_gentle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
