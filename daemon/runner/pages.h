/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pages: one page of a side's list: asked for, decoded, stored under the side's newest generation.
 *
 * A record whose raw bytes are known is only marked as seen; the others are decoded and staged.  Nothing of
 * a page that broke off is taken.
 */
#ifndef CRMSYNC_DAEMON_RUNNER_PAGES_H
#define CRMSYNC_DAEMON_RUNNER_PAGES_H

#include "daemon/runner/runner_p.h"

struct page_result {
	struct scan_page page;
	bool read; /* else it could not be, and that was noted */
	struct scan_answer said;
	/* Of a rolled side's pages in descending order: somebody on it was on a list before; of the newest
	 * ones, before the gap behind them was found, if there is one. */
	bool listed;
};

struct page_use {
	/* The page is stored by itself; else those on which nobody changed are stored several together. */
	bool alone;
	bool newest; /* one page of a rolled side's newest, in their order */
	/* In the transaction of a page that is stored alone; may be NULL. */
	bool (*with)(struct runner *runner, enum side side, const struct page_result *result,
		     struct error *err);
	/* From the loop; once. */
	void (*on_page)(struct runner *runner, enum side side, const struct page_result *result);
};

/* use: static. */
void pages_fetch(struct runner *runner, enum side side, const struct scan_page *page,
		 const struct page_use *use);
/* Stores what was recognised and is not stored yet. */
NODISCARD bool pages_flush(struct runner *runner, enum side side, struct error *err);

#endif
