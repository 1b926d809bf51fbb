/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/control/control_ask.h"

#include "base/clock.h"
#include "daemon/control/control_server.h"
#include "daemon/control/control_socket.h"
#include "daemon/print/table.h"
#include "daemon/status/progress.h"
#include "daemon/system.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* A daemon that is alive says its version at once, unless it is in the middle of a large transaction. */
#define GREETING_MS 15000
/* After that it says something every few seconds, unless it rewrites a large state. */
#define SILENCE_MS 120000
#define CONNECT_STEP_MS 50
#define CHUNK_BYTES 65536

struct asking {
	const struct control_question *question;
	int fd;
	FILE *plan;         /* what is left to be sent of it; NULL: nothing */
	struct buf out;     /* what is being sent */
	size_t n_sent;      /* of it */
	struct buf line;    /* what has come of a line */
	struct arena arena; /* of one line */
	struct progress progress;
	struct control_answer answer;
	bool greeted, over;
	int64_t heard_ms;
};

static int64_t now_ms(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		return 0;
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / NS_PER_MS;
}

/* ---- What the daemon says ---- */

static bool greet(struct asking *asking, const struct control_line *line, struct error *err)
{
	if (line->says != CONTROL_VERSION)
		return error_set(err, ERR_LOCKED, "what listens on %s is no crmsync",
				 asking->question->path);
	if (!str_equal_z(line->text, CRMSYNC_VERSION))
		return error_set(err, ERR_LOCKED,
				 "the daemon that holds the state is crmsync %.*s, and this is "
				 "%s: restart the daemon",
				 STR_ARG(str_head(line->text, 40)), CRMSYNC_VERSION);
	asking->greeted = true;
	control_request_write(&asking->question->request, &asking->out);
	return buf_ok(&asking->out) ||
	       error_set(err, ERR_USAGE, "the command line is too long for the control socket");
}

static void show(struct asking *asking, const struct control_line *line)
{
	struct progress *progress = &asking->progress;
	const char *text = table_clean(&asking->arena, line->text).p;

	if (line->says == CONTROL_PROGRESS)
		progress_draw(progress, str_from(text));
	else if (line->says == CONTROL_NOTE || !progress->is_terminal)
		progress_say(progress, text);
}

static bool keep(struct buf *text, const struct control_line *line, struct error *err)
{
	buf_add_str(text, line->text);
	return buf_ok(text) || error_set(err, ERR_LOCKED, "the daemon's answer is too long");
}

static bool take_line(struct asking *asking, struct error *err)
{
	struct control_line line;
	bool ok = true;

	if (!control_line_parse(buf_str(&asking->line), &asking->arena, &line, err)) {
		err->code = ERR_LOCKED;
		return error_wrap(err, "what the daemon answers on %s is not understood",
				  asking->question->path);
	}
	if (!asking->greeted)
		ok = greet(asking, &line, err);
	else if (line.says == CONTROL_OUT || line.says == CONTROL_ERR)
		ok = keep(line.says == CONTROL_OUT ? &asking->answer.out : &asking->answer.err,
			  &line, err);
	else if (line.says == CONTROL_EXIT)
		asking->over = true;
	else
		show(asking, &line);
	if (asking->over)
		asking->answer.code = line.code;
	arena_reset(&asking->arena);
	buf_reset(&asking->line);
	return ok;
}

static bool take(struct asking *asking, struct str bytes, struct error *err)
{
	while (bytes.len > 0 && !asking->over) {
		const size_t at = str_find(bytes, '\n');

		buf_add_str(&asking->line, str_head(bytes, at));
		if (at < bytes.len && !take_line(asking, err))
			return false;
		bytes = str_skip(bytes, at + 1);
	}
	return true;
}

static bool lost(const struct asking *asking, struct error *err)
{
	if (!asking->greeted)
		return error_set(err, ERR_LOCKED, "the daemon on %s went away; try again",
				 asking->question->path);
	return error_set(err, ERR_LOCKED,
			 "the daemon went away before it had answered: whether this was carried "
			 "out is not known; look at `crmsync status` and try again");
}

static bool receive(struct asking *asking, struct error *err)
{
	char chunk[CHUNK_BYTES];
	const ssize_t n = recv(asking->fd, chunk, sizeof(chunk), 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (n <= 0)
		return lost(asking, err);
	asking->heard_ms = now_ms();
	return take(asking, (struct str){ chunk, (size_t)n }, err);
}

/* ---- What it is told ---- */

static bool has_more(const struct asking *asking)
{
	return asking->n_sent < asking->out.len || (asking->greeted && asking->plan != NULL);
}

static void close_plan(struct asking *asking)
{
	if (asking->plan != NULL)
		(void)fclose(asking->plan);
	asking->plan = NULL;
}

static bool refill(struct asking *asking, struct error *err)
{
	char chunk[CHUNK_BYTES];
	const size_t n = fread(chunk, 1, sizeof(chunk), asking->plan);

	buf_reset(&asking->out);
	buf_add(&asking->out, chunk, n);
	asking->n_sent = 0;
	if (ferror(asking->plan) != 0)
		return error_set(err, ERR_USAGE, "cannot read plan %s: %s", asking->question->plan,
				 system_error(errno));
	if (n == 0)
		close_plan(asking);
	return true;
}

/* A daemon that does not read on has an answer for us. */
static bool send_more(struct asking *asking, struct error *err)
{
	if (asking->n_sent == asking->out.len && !refill(asking, err))
		return false;
	const struct str rest = str_skip(buf_str(&asking->out), asking->n_sent);
	const ssize_t n = send(asking->fd, rest.p, rest.len, MSG_NOSIGNAL);

	if (n >= 0) {
		asking->n_sent += (size_t)n;
	} else if (errno != EAGAIN && errno != EINTR) {
		asking->n_sent = asking->out.len;
		close_plan(asking);
	}
	return true;
}

/* ---- The talk ---- */

static bool silent(const struct asking *asking, struct error *err)
{
	return error_set(
		err, ERR_LOCKED,
		"the daemon has said nothing on %s for %d s: look at `crmsync status`, and "
		"restart it if it hangs",
		asking->question->path, (asking->greeted ? SILENCE_MS : GREETING_MS) / 1000);
}

static bool talk(struct asking *asking, struct error *err)
{
	while (!asking->over) {
		struct pollfd poller = { .fd = asking->fd,
					 .events = (short)(has_more(asking) ? POLLIN | POLLOUT :
									      POLLIN) };
		const int64_t patience = asking->greeted ? SILENCE_MS : GREETING_MS;
		const int64_t left = asking->heard_ms + patience - now_ms();

		if (left <= 0)
			return silent(asking, err);
		if (poll(&poller, 1, (int)left) < 0 && errno != EINTR)
			return error_set(err, ERR_INTERNAL, "cannot wait for the daemon: %s",
					 system_error(errno));
		if ((poller.revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
			if (!receive(asking, err))
				return false;
		} else if ((poller.revents & POLLOUT) != 0 && !send_more(asking, err)) {
			return false;
		}
	}
	return true;
}

static bool reach(struct asking *asking, struct error *err)
{
	const char *path = asking->question->path;

	while (!control_socket_connect(path, &asking->fd)) {
		if (errno == EAGAIN && now_ms() < asking->heard_ms + GREETING_MS) {
			(void)poll(NULL, 0, CONNECT_STEP_MS);
			continue;
		}
		if (errno == EAGAIN)
			return silent(asking, err);
		if (errno == EACCES || errno == EPERM)
			return error_set(
				err, ERR_LOCKED,
				"a daemon may hold the state, and its control socket %s is "
				"not for this user: use root's account or the daemon's",
				path);
		*err = *asking->question->why;
		return false;
	}
	return true;
}

static bool open_plan(struct asking *asking, struct error *err)
{
	const char *path = asking->question->plan;

	if (path == NULL)
		return true;
	asking->plan = fopen(path, "re");
	return asking->plan != NULL ||
	       error_set(err, ERR_USAGE, "cannot read plan %s: %s", path, system_error(errno));
}

bool control_ask(const struct control_question *question, struct control_answer *ret_answer,
		 struct error *err)
{
	struct asking asking = { .question = question, .fd = -1, .heard_ms = now_ms() };

	buf_init(&asking.out, CONTROL_REQUEST_BYTES);
	buf_init(&asking.line, CONTROL_LINE_BYTES);
	buf_init(&asking.answer.out, CONTROL_ANSWER_BYTES);
	buf_init(&asking.answer.err, CONTROL_ANSWER_BYTES);
	progress_init(&asking.progress, question->request.quiet ? NULL : stderr);
	const bool ok = open_plan(&asking, err) && reach(&asking, err) && talk(&asking, err);

	progress_clear(&asking.progress);
	close_plan(&asking);
	if (asking.fd >= 0)
		(void)close(asking.fd);
	buf_release(&asking.out);
	buf_release(&asking.line);
	arena_release(&asking.arena);
	if (ok)
		*ret_answer = asking.answer;
	else
		control_answer_release(&asking.answer);
	return ok;
}

void control_answer_release(struct control_answer *answer)
{
	buf_release(&answer->out);
	buf_release(&answer->err);
}
