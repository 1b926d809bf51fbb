/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/app/signals.h"

#include <assert.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

void signals_look(struct signals *signals)
{
	struct signalfd_siginfo one;

	while (signals->n > 0 && read(signals->fd, &one, sizeof(one)) == (ssize_t)sizeof(one))
		signals->fn(signals->payload, (int)one.ssi_signo);
}

bool signals_have(const struct signals *signals, int number)
{
	sigset_t pending;

	return signals->n > 0 && sigismember(&signals->wanted, number) == 1 &&
	       sigpending(&pending) == 0 && sigismember(&pending, number) == 1;
}

static void on_readable(uv_poll_t *watcher, int status, int events)
{
	(void)status;
	(void)events;
	signals_look(watcher->data);
}

bool signals_open(struct signals *signals, uv_loop_t *loop, const int *numbers, size_t n,
		  signals_fn *fn, void *payload, struct error *err)
{
	assert(n <= SIGNALS_MAX);
	signals->fn = fn;
	signals->payload = payload;
	(void)sigemptyset(&signals->wanted);
	for (size_t i = 0; i < n; i++)
		(void)sigaddset(&signals->wanted, numbers[i]);
	(void)pthread_sigmask(SIG_BLOCK, &signals->wanted, NULL);
	signals->fd = signalfd(-1, &signals->wanted, SFD_NONBLOCK | SFD_CLOEXEC);
	if (signals->fd < 0)
		return error_set(err, ERR_INTERNAL, "cannot watch signals");
	if (uv_poll_init(loop, &signals->watcher, signals->fd) != 0) {
		(void)close(signals->fd);
		return error_set(err, ERR_INTERNAL, "cannot watch signals");
	}
	memcpy(signals->numbers, numbers, n * sizeof(numbers[0]));
	signals->n = n;
	signals->watcher.data = signals;
	return uv_poll_start(&signals->watcher, UV_READABLE, on_readable) == 0 ||
	       error_set(err, ERR_INTERNAL, "cannot watch signals");
}

static void unblock(int number)
{
	sigset_t one;

	(void)sigemptyset(&one);
	(void)sigaddset(&one, number);
	(void)pthread_sigmask(SIG_UNBLOCK, &one, NULL);
}

/* Whoever has started us may have had it ignored. */
void signals_release(struct signals *signals, int number)
{
	if (signals->n == 0 || sigismember(&signals->wanted, number) != 1)
		return;
	(void)sigdelset(&signals->wanted, number);
	(void)signalfd(signals->fd, &signals->wanted, 0);
	(void)signal(number, SIG_DFL);
	unblock(number);
}

void signals_close(struct signals *signals)
{
	for (size_t i = 0; i < signals->n; i++) {
		(void)signal(signals->numbers[i], SIG_IGN);
		unblock(signals->numbers[i]);
	}
	if (signals->n > 0) {
		(void)uv_poll_stop(&signals->watcher);
		uv_close((uv_handle_t *)&signals->watcher, NULL);
		(void)close(signals->fd);
	}
	signals->n = 0;
}
