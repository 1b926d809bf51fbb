/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan: the reading of a side's whole list: which page is next, and whether it was complete.
 *
 * Where the list announces a total (people, attributes dialect) the first page tells how many pages
 * there are, and the others are read side by side.  Where it does not (values dialect, plain arrays)
 * pages are read one after the other until an empty one: a short page proves nothing.
 *
 * A scan is complete only if every page was read and the distinct persons are at least the total that
 * any page of the pass announced.  Offset pages drift while others add and remove, and an order without
 * a tie-breaker may repeat and hide rows: if distinct persons are missing at the end, the list is read
 * once more in the opposite order, and then in no order that is asked for, which is the server's own (by id:
 * it has no ties, and many who were imported in one second have to be seen at all), before the scan is called
 * incomplete.
 *
 * Where no total is announced, nothing tells a list that was cut short from a whole one.  If something
 * hangs on who is not there (a create of unknown outcome), such a list is read twice, in both orders, and
 * is complete only if the second reading shows as many persons as were known by the first.  At first
 * contact every create hangs on it: a row that goes while the pages are read hides another one, who
 * would be created again.  So such a list of several pages is read in both orders then, too.
 *
 * A reading may take longer than its process lives: its position is a plain struct that can be kept and
 * loaded again, between two pages.  All of the above then holds over the whole of it.
 *
 * Pure: pages are asked for and reported, nothing is fetched here.
 */
#ifndef CRMSYNC_CORE_SCAN_H
#define CRMSYNC_CORE_SCAN_H

#include "base/error.h"

#include <stdint.h>

enum scan_state {
	SCAN_RUNNING,
	SCAN_COMPLETE,
	/* ended, but persons may be missing: nothing may be concluded from absence */
	SCAN_INCOMPLETE,
	SCAN_STATE_COUNT
};

/* Of the passes, one after the other. */
enum scan_order { SCAN_OLDEST_FIRST, SCAN_NEWEST_FIRST, SCAN_UNORDERED };

struct scan_page {
	uint64_t offset; /* persons before this page */
	uint32_t number; /* pages before this page */
	uint32_t size;
	enum scan_order order;
};

/* What an answered page said. */
struct scan_answer {
	int64_t total;      /* announced number of persons; -1: not announced */
	uint32_t n_members; /* persons on it */
	bool has_next;      /* it names a successor */
	uint64_t content;   /* fingerprint of the persons on it */
};

struct scan {
	enum scan_state state;
	/* as asked for; what the first page really holds decides the paging */
	uint32_t page_size;
	uint32_t parallel; /* pages in flight at most */
	uint32_t in_flight;
	uint32_t next_number; /* the next page to ask for */
	uint64_t next_offset;
	uint64_t n_pages; /* of this pass, as far as known; 0: open end */
	int64_t total;    /* the most announced in this pass; -1: none */
	uint64_t n_read;  /* persons on the pages of this pass, repeated ones counted again */
	uint64_t first_content, last_content; /* fingerprints of pages of this pass */
	uint32_t n_repeats;                   /* pages in a row that showed nobody new */
	uint64_t n_first; /* distinct persons of the first pass, if it is to be read twice */
	bool twice;       /* to be set after scan_start(), see above */
	/* The same: nobody is linked yet.  Not kept with a position: whoever reads in slices asks
	 * before it creates. */
	bool anew;
	bool first_answered;
	enum scan_order order;
	bool ended;                 /* no further page is to be asked for in this pass */
	bool failed;                /* a page could not be read */
	const char *why_incomplete; /* static text */
};

/* Where a reading stands between two pages: all that its next page and its end depend on. */
struct scan_position {
	uint32_t page_size, next_number, n_repeats;
	uint64_t next_offset, n_pages, n_read, n_first;
	uint64_t first_content, last_content;
	int64_t total;
	bool twice, first_answered;
	enum scan_order order;
};

void scan_start(struct scan *scan, uint32_t page_size, uint32_t parallel);
/* Of a scan that runs, has no page in flight and is not drained. */
void scan_save(const struct scan *scan, struct scan_position *ret_position);
/* In place of scan_start(). */
void scan_load(struct scan *scan, const struct scan_position *position, uint32_t parallel);
/* The next page to fetch now; false if none (yet). */
bool scan_next(struct scan *scan, struct scan_page *ret_page);
/* A page was answered.  False: the answer contradicts itself (an empty first page with a total above
 * 0, an endless list); the scan has then failed. */
NODISCARD bool scan_page_done(struct scan *scan, const struct scan_page *page,
			      const struct scan_answer *answer, struct error *err);
void scan_page_failed(struct scan *scan);
/* To be called when no page is in flight and scan_next() has none: n_distinct is the number of
 * different persons seen.  May start another pass; afterwards state says how it stands. */
void scan_settle(struct scan *scan, uint64_t n_distinct);
/* No page is in flight and none is to be asked for: scan_settle() is due. */
bool scan_is_drained(const struct scan *scan);
/* The least number of requests that can read that many persons: pages, and the empty one that ends
 * an unannounced list. */
uint64_t scan_least_requests(const struct scan *scan, uint64_t n_persons);

#endif
