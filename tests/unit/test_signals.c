/* SPDX-License-Identifier: Apache-2.0 */
/* Signals on a loop, and where there is no loop. */
#include "daemon/app/signals.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
	uv_loop_t loop;
	struct signals signals;
	int numbers[4];
	size_t n;
};

static void on_signal(void *payload, int number)
{
	struct fixture *f = payload;

	assert_true(f->n < 4);
	f->numbers[f->n++] = number;
}

static int setup(void **state)
{
	static const int numbers[] = { SIGTERM, SIGHUP };
	static struct fixture fixture;
	struct error err;

	fixture = (struct fixture){ .n = 0 };
	assert_int_equal(uv_loop_init(&fixture.loop), 0);
	assert_true(signals_open(&fixture.signals, &fixture.loop, numbers, 2, on_signal, &fixture,
				 &err));
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	signals_close(&f->signals);
	(void)uv_run(&f->loop, UV_RUN_DEFAULT);
	return uv_loop_close(&f->loop);
}

static void they_come_from_the_loop(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(raise(SIGHUP), 0);
	assert_int_equal(f->n, 0);
	(void)uv_run(&f->loop, UV_RUN_ONCE);
	assert_int_equal(f->n, 1);
	assert_int_equal(f->numbers[0], SIGHUP);
}

static void they_are_seen_without_it(void **state)
{
	struct fixture *f = *state;

	signals_look(&f->signals);
	assert_int_equal(f->n, 0);
	assert_int_equal(raise(SIGTERM), 0);
	signals_look(&f->signals);
	assert_int_equal(f->n, 1);
	assert_int_equal(f->numbers[0], SIGTERM);
	(void)uv_run(&f->loop, UV_RUN_NOWAIT);
	assert_int_equal(f->n, 1);
}

static void one_that_has_come_waits_to_be_looked_at(void **state)
{
	struct fixture *f = *state;

	assert_false(signals_have(&f->signals, SIGTERM));
	assert_int_equal(raise(SIGTERM), 0);
	assert_true(signals_have(&f->signals, SIGTERM));
	assert_true(signals_have(&f->signals, SIGTERM));
	assert_false(signals_have(&f->signals, SIGHUP));
	assert_int_equal(f->n, 0);
	signals_look(&f->signals);
	assert_int_equal(f->n, 1);
	assert_false(signals_have(&f->signals, SIGTERM));
}

/* In a child: it dies of it. */
static void a_released_one_ends_the_process(void **state)
{
	struct fixture *f = *state;
	const pid_t child = fork();
	int status = 0;

	if (child == 0) {
		signals_release(&f->signals, SIGTERM);
		(void)raise(SIGTERM);
		_exit(7);
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

static void a_closed_one_ends_nothing(void **state)
{
	struct fixture *f = *state;

	signals_close(&f->signals);
	assert_int_equal(raise(SIGTERM), 0);
	signals_look(&f->signals);
	assert_int_equal(f->n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(they_come_from_the_loop, setup, teardown),
		cmocka_unit_test_setup_teardown(they_are_seen_without_it, setup, teardown),
		cmocka_unit_test_setup_teardown(one_that_has_come_waits_to_be_looked_at, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_released_one_ends_the_process, setup, teardown),
		cmocka_unit_test_setup_teardown(a_closed_one_ends_nothing, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
