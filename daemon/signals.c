/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/signals.h"

#include <assert.h>
#include <signal.h>

static void on_signal(uv_signal_t *watcher, int number)
{
	const struct signals *signals = watcher->data;

	signals->fn(signals->payload, number);
}

bool signals_open(struct signals *signals, uv_loop_t *loop, const int *numbers, size_t n,
		  signals_fn *fn, void *payload, struct error *err)
{
	assert(n <= SIGNALS_MAX);
	signals->fn = fn;
	signals->payload = payload;
	for (size_t i = 0; i < n; i++) {
		uv_signal_t *watcher = &signals->watchers[i];

		if (uv_signal_init(loop, watcher) != 0)
			return error_set(err, ERR_INTERNAL, "cannot watch signals");
		watcher->data = signals;
		signals->numbers[i] = numbers[i];
		signals->n++;
		if (uv_signal_start(watcher, on_signal, numbers[i]) != 0)
			return error_set(err, ERR_INTERNAL, "cannot watch signal %d", numbers[i]);
	}
	return true;
}

/* libuv takes its handler away with the last watcher of a signal. */
void signals_release(struct signals *signals, int number)
{
	for (size_t i = 0; i < signals->n; i++) {
		if (signals->numbers[i] == number)
			(void)uv_signal_stop(&signals->watchers[i]);
	}
}

void signals_close(struct signals *signals)
{
	for (size_t i = 0; i < signals->n; i++) {
		uv_close((uv_handle_t *)&signals->watchers[i], NULL);
		(void)signal(signals->numbers[i], SIG_IGN);
	}
	signals->n = 0;
}
