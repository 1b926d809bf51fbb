/* SPDX-License-Identifier: Apache-2.0 */
#include "core/scan.h"

#include "base/limits.h"

#include <assert.h>

/* Drift may show one page twice; more than that is no list. */
#define SCAN_REPEATS_MOST 3

static void start_pass(struct scan *scan)
{
	scan->total = -1;
	scan->n_repeats = 0;
	scan->in_flight = 0;
	scan->next_number = 0;
	scan->next_offset = 0;
	scan->n_pages = 0;
	scan->first_answered = false;
	scan->ended = false;
}

void scan_start(struct scan *scan, uint32_t page_size, uint32_t parallel)
{
	assert(page_size > 0 && parallel > 0);
	*scan = (struct scan){ .page_size = page_size, .parallel = parallel };
	start_pass(scan);
}

void scan_save(const struct scan *scan, struct scan_position *ret_position)
{
	assert(scan->state == SCAN_RUNNING && scan->in_flight == 0);
	assert(!scan->ended && !scan->failed);
	*ret_position = (struct scan_position){
		.page_size = scan->page_size,
		.next_number = scan->next_number,
		.n_repeats = scan->n_repeats,
		.next_offset = scan->next_offset,
		.n_pages = scan->n_pages,
		.n_read = scan->n_read,
		.n_first = scan->n_first,
		.first_content = scan->first_content,
		.last_content = scan->last_content,
		.total = scan->total,
		.twice = scan->twice,
		.first_answered = scan->first_answered,
		.order = scan->order,
	};
}

void scan_load(struct scan *scan, const struct scan_position *position, uint32_t parallel)
{
	assert(position->page_size > 0 && parallel > 0);
	*scan = (struct scan){
		.page_size = position->page_size,
		.parallel = parallel,
		.next_number = position->next_number,
		.n_repeats = position->n_repeats,
		.next_offset = position->next_offset,
		.n_pages = position->n_pages,
		.n_read = position->n_read,
		.n_first = position->n_first,
		.first_content = position->first_content,
		.last_content = position->last_content,
		.total = position->total,
		.twice = position->twice,
		.first_answered = position->first_answered,
		.order = position->order,
	};
}

bool scan_next(struct scan *scan, struct scan_page *ret_page)
{
	if (scan->state != SCAN_RUNNING || scan->ended || scan->failed)
		return false;
	/* Until the first page has told how long the list is, one page at a time. */
	const uint32_t parallel = scan->first_answered && scan->n_pages > 0 ? scan->parallel : 1;

	if (scan->in_flight >= parallel ||
	    (scan->n_pages > 0 && scan->next_number >= scan->n_pages))
		return false;
	*ret_page = (struct scan_page){ .offset = scan->next_offset,
					.number = scan->next_number,
					.size = scan->page_size,
					.order = scan->order };
	scan->in_flight++;
	scan->next_number++;
	scan->next_offset += scan->page_size;
	return true;
}

static uint64_t pages_for(uint64_t n, uint32_t page_size)
{
	return (n + page_size - 1) / page_size;
}

/* The first page shows the page size that the server really uses: it may clamp what was asked for. */
static bool learn_from_first(struct scan *scan, const struct scan_answer *answer, struct error *err)
{
	scan->first_answered = true;
	if (answer->total > 0 && answer->n_members == 0)
		return error_set(
			err, ERR_MALFORMED,
			"the first page of the list is empty although %lld persons are announced",
			(long long)answer->total);
	if (answer->n_members > 0 && answer->n_members < scan->page_size &&
	    (answer->total > (int64_t)answer->n_members || answer->has_next))
		scan->page_size = answer->n_members;
	scan->next_offset = answer->n_members;
	return true;
}

static void plan_pages(struct scan *scan, const struct scan_page *page,
		       const struct scan_answer *answer)
{
	if (answer->total < 0) {
		scan->ended = answer->n_members == 0;
		scan->next_offset = page->offset + answer->n_members;
		return;
	}
	/* A total that falls in the middle of a pass: rows have moved up past pages already read, or a page
	 * is not what it should be.  Neither is a whole list. */
	if (answer->total > scan->total)
		scan->total = answer->total;
	scan->n_pages = pages_for((uint64_t)scan->total, scan->page_size);
	/* A full last page that names a successor: the list has grown since the total was counted. */
	if (page->number + 1 >= scan->n_pages && answer->has_next && answer->n_members > 0)
		scan->n_pages = (uint64_t)page->number + 2;
	scan->ended = scan->next_number >= scan->n_pages;
}

/* A server that ignores the page, or goes round in circles. */
static bool repeats_itself(struct scan *scan, const struct scan_page *page,
			   const struct scan_answer *answer)
{
	if (page->number == 0)
		scan->first_content = answer->content;
	else if (answer->n_members > 0 &&
		 (answer->content == scan->last_content || answer->content == scan->first_content))
		scan->n_repeats++;
	else
		scan->n_repeats = 0;
	scan->last_content = answer->content;
	return scan->n_repeats >= SCAN_REPEATS_MOST;
}

bool scan_page_done(struct scan *scan, const struct scan_page *page,
		    const struct scan_answer *answer, struct error *err)
{
	assert(scan->in_flight > 0);
	scan->in_flight--;
	if (!scan->first_answered && !learn_from_first(scan, answer, err)) {
		scan->failed = true;
		return false;
	}
	scan->n_read += answer->n_members;
	plan_pages(scan, page, answer);
	if (repeats_itself(scan, page, answer)) {
		scan->failed = true;
		return error_set(
			err, ERR_MALFORMED,
			"the list shows the same persons again and again: it does not end");
	}
	if (scan->next_number >= LIMIT_PAGES) {
		scan->failed = true;
		return error_set(err, ERR_MALFORMED, "the list does not end after %u pages",
				 (unsigned)LIMIT_PAGES);
	}
	return true;
}

void scan_page_failed(struct scan *scan)
{
	assert(scan->in_flight > 0);
	scan->in_flight--;
	scan->failed = true;
}

bool scan_is_drained(const struct scan *scan)
{
	return scan->state == SCAN_RUNNING && scan->in_flight == 0 && (scan->ended || scan->failed);
}

static void end_incomplete(struct scan *scan, const char *why)
{
	scan->state = SCAN_INCOMPLETE;
	scan->why_incomplete = why;
}

void scan_settle(struct scan *scan, uint64_t n_distinct)
{
	assert(scan_is_drained(scan));
	if (scan->failed) {
		end_incomplete(scan, "a page could not be read");
		return;
	}
	const bool announced = scan->total >= 0;
	const bool enough = !announced || n_distinct >= (uint64_t)scan->total;

	const bool again = scan->order != SCAN_OLDEST_FIRST;
	/* Behind its only page an empty one: nothing can have moved up between pages. */
	const bool may_hide = scan->anew && scan->next_number > 2;

	if (scan->order == SCAN_UNORDERED && !enough) {
		end_incomplete(scan, "fewer persons were read than the list announces");
	} else if (again && !announced && scan->twice && scan->n_read < scan->n_first) {
		end_incomplete(scan, "read in the opposite order it shows fewer persons");
	} else if (enough && (announced || again || (!scan->twice && !may_hide))) {
		scan->state = SCAN_COMPLETE;
	} else {
		scan->n_first = n_distinct;
		scan->n_read = 0;
		scan->order++;
		start_pass(scan);
	}
}

uint64_t scan_least_requests(const struct scan *scan, uint64_t n_persons)
{
	const uint64_t pages = pages_for(n_persons, scan->page_size);

	if (scan->total < 0)
		return pages + 1;
	return pages > 0 ? pages : 1;
}
