/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/status/progress.h"

#include "base/clock.h"
#include "daemon/check/estimate.h"

#include <assert.h>
#include <inttypes.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define DRAW_EVERY_NS (100 * NS_PER_MS)
/* A rate that was measured for a shorter time is no rate. */
#define RATE_AFTER_NS (2 * NS_PER_S)
#define COLUMNS_DEFAULT 80

static const char *phase_words(enum phase phase)
{
	static const char *const words[] = {
		[PHASE_IDLE] = "",
		[PHASE_LOAD] = "preparing",
		[PHASE_RECOVER] = "checking what an earlier run left",
		[PHASE_SCAN] = "reading both sides",
		[PHASE_CONFIRM] = "reading single persons",
		[PHASE_MATCH] = "matching",
		[PHASE_LOOKUP] = "looking for persons before creating them",
		[PHASE_MERGE] = "comparing",
		[PHASE_PUSH] = "writing",
		[PHASE_USERS] = "writing users records",
		[PHASE_NOTES] = "carrying notes",
		[PHASE_SLICE] = "reading a part of a long list",
		[PHASE_FINISH] = "finishing",
	};
	static_assert(COUNT_OF(words) == PHASE_COUNT, "every phase has its words");

	return words[phase];
}

/* How far something is: done of total, -1 if that is not known. */
struct extent {
	uint64_t done;
	int64_t total;
};

/* ns until it is done at the rate so far; -1: not known. */
static int64_t time_left(const struct extent *extent, int64_t elapsed_ns)
{
	if (extent->total < 0 || extent->done == 0 || elapsed_ns < RATE_AFTER_NS)
		return -1;
	if (extent->done >= (uint64_t)extent->total)
		return 0;
	const double left = (double)((uint64_t)extent->total - extent->done);

	return (int64_t)(left / (double)extent->done * (double)elapsed_ns);
}

/* A total of 0 is what a side has before it has answered, too. */
static struct extent scan_extent(const struct runner_view *view, const int64_t expected[SIDE_COUNT],
				 int side)
{
	struct extent extent = { view->seen[side],
				 view->total[side] > 0 ? view->total[side] : expected[side] };

	if (extent.total >= 0 && (uint64_t)extent.total < extent.done)
		extent.total = (int64_t)extent.done;
	return extent;
}

static void format_extent(const struct extent *extent, const char *unit, int64_t elapsed_ns,
			  int64_t left_ns, struct buf *out)
{
	struct arena arena = { 0 };

	buf_addf(out, ": %" PRIu64, extent->done);
	if (extent->total >= 0)
		buf_addf(out, " of %" PRId64, extent->total);
	buf_addf(out, " %s", unit);
	if (elapsed_ns >= RATE_AFTER_NS && extent->done > 0) {
		const double rate = (double)extent->done / ((double)elapsed_ns / (double)NS_PER_S);

		buf_addf(out, ", %.*f/s", rate < 10 ? 1 : 0, rate);
	}
	if (left_ns >= 0)
		buf_addf(out, ", %.*s left", STR_ARG(estimate_text(&arena, left_ns)));
	arena_release(&arena);
}

/* The sides are read at once: the slower one says when the reading ends. */
static void format_scan(const struct runner_view *view, const int64_t expected[SIDE_COUNT],
			int64_t elapsed_ns, struct buf *out)
{
	struct extent both = { 0, 0 };
	int64_t left = 0;

	for (int i = 0; i < SIDE_COUNT; i++) {
		const struct extent side = scan_extent(view, expected, i);
		const int64_t side_left = time_left(&side, elapsed_ns);

		both.done += side.done;
		both.total = both.total < 0 || side.total < 0 ? -1 : both.total + side.total;
		left = left < 0 || side_left < 0 ? -1 : (side_left > left ? side_left : left);
	}
	format_extent(&both, "persons", elapsed_ns, left, out);
}

void progress_format(const struct runner_view *view, const int64_t expected[SIDE_COUNT],
		     int64_t elapsed_ns, struct buf *out)
{
	buf_add_z(out, phase_words(view->phase));
	if (view->phase == PHASE_SCAN)
		format_scan(view, expected, elapsed_ns, out);
	if (view->phase == PHASE_PUSH) {
		const struct extent extent = { view->intents_done, (int64_t)view->intents_total };

		format_extent(&extent, "changes", elapsed_ns, time_left(&extent, elapsed_ns), out);
	}
}

/* ---- Drawing ---- */

void progress_init(struct progress *progress, FILE *out)
{
	*progress = (struct progress){ .out = out };
	progress->is_terminal = out != NULL && isatty(fileno(out)) != 0;
}

static size_t columns_of(FILE *out)
{
	struct winsize size = { 0 };

	if (ioctl(fileno(out), TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return COLUMNS_DEFAULT;
	return size.ws_col;
}

void progress_clear(struct progress *progress)
{
	if (!progress->is_drawn)
		return;
	(void)fputs("\r\033[K", progress->out);
	(void)fflush(progress->out);
	progress->is_drawn = false;
}

static void print_line(struct progress *progress, const char *text)
{
	progress_clear(progress);
	(void)fprintf(progress->out, "%s\n", text);
	(void)fflush(progress->out);
}

static void tell(const struct progress *progress, enum progress_news news, const char *text)
{
	if (progress->listen != NULL)
		progress->listen(progress->payload, news, text);
}

void progress_say(struct progress *progress, const char *text)
{
	tell(progress, PROGRESS_NOTE, text);
	if (progress->out != NULL)
		print_line(progress, text);
}

/* The cursor is left at the line's begin: what the log prints stands in its place. */
void progress_draw(struct progress *progress, struct str line)
{
	if (!progress->is_terminal)
		return;
	const struct str shown = str_head(line, columns_of(progress->out) - 1);

	(void)fprintf(progress->out, "\r\033[K%.*s\r", STR_ARG(shown));
	(void)fflush(progress->out);
	progress->is_drawn = true;
}

void progress_update(struct progress *progress, const struct runner_view *view,
		     const int64_t expected[SIDE_COUNT], int64_t now)
{
	const bool is_new = view->phase != progress->phase;
	struct buf line;

	if ((progress->out == NULL && progress->listen == NULL) || view->phase == PHASE_IDLE)
		return;
	if (is_new) {
		progress->phase = view->phase;
		progress->phase_began_at = now;
		tell(progress, PROGRESS_PHASE, phase_words(view->phase));
		if (progress->out != NULL && !progress->is_terminal)
			print_line(progress, phase_words(view->phase));
	}
	if (!is_new && ((!progress->is_terminal && progress->listen == NULL) ||
			(now >= progress->drawn_at && now - progress->drawn_at < DRAW_EVERY_NS)))
		return;
	progress->drawn_at = now;
	buf_init(&line, PROGRESS_BYTES);
	progress_format(view, expected, now - progress->phase_began_at, &line);
	tell(progress, PROGRESS_LINE, buf_z(&line));
	progress_draw(progress, buf_str(&line));
	buf_release(&line);
}
