/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The paging of a scan against lists that behave, clamp, drift, repeat, lie and do not end.
 */
#include "base/attrs.h"
#include "core/scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* A list of n persons, served with these habits. */
struct list {
	const char *name;
	uint32_t n;
	bool announces; /* has a total */
	bool names_next;
	uint32_t clamp;  /* the largest page it serves; 0: any */
	uint32_t hidden; /* persons that the first passes do not show */
	uint32_t hiding; /* so many passes */
	uint32_t asked;  /* page size asked for */
	/* wanted */
	enum scan_state state;
	uint64_t n_requests;
	bool contradicts;
};

static const struct list lists[] = {
	{ "total, exact pages", 100, true, true, 0, 0, 0, 10, SCAN_COMPLETE, 10, false },
	{ "total, a short last page", 101, true, true, 0, 0, 0, 10, SCAN_COMPLETE, 11, false },
	{ "total of nobody", 0, true, false, 0, 0, 0, 10, SCAN_COMPLETE, 1, false },
	{ "total, one page", 7, true, false, 0, 0, 0, 10, SCAN_COMPLETE, 1, false },
	{ "total, clamped silently", 100, true, true, 5, 0, 0, 10, SCAN_COMPLETE, 20, false },
	{ "total, no view", 100, true, false, 0, 0, 0, 10, SCAN_COMPLETE, 10, false },
	{ "no total, exact pages end with an empty one", 20, false, false, 0, 0, 0, 10,
	  SCAN_COMPLETE, 3, false },
	{ "no total, a short page is not the end", 15, false, false, 0, 0, 0, 10, SCAN_COMPLETE, 3,
	  false },
	{ "no total, nobody", 0, false, false, 0, 0, 0, 10, SCAN_COMPLETE, 1, false },
	{ "a person hidden by the order: read again the other way", 100, true, true, 0, 1, 1, 10,
	  SCAN_COMPLETE, 20, false },
	{ "a person hidden by both orders: read as the server has it", 100, true, true, 0, 1, 2, 10,
	  SCAN_COMPLETE, 30, false },
	{ "a person hidden for good", 100, true, true, 0, 1, 3, 10, SCAN_INCOMPLETE, 30, false },
};

static struct scan_answer serve(const struct list *list, const struct scan_page *page)
{
	const uint32_t size =
		list->clamp > 0 && page->size > list->clamp ? list->clamp : page->size;
	const uint64_t from = list->announces ? (uint64_t)page->number * size : page->offset;
	const uint64_t left = from < list->n ? list->n - from : 0;
	const uint32_t n = left < size ? (uint32_t)left : size;

	return (struct scan_answer){ .total = list->announces ? (int64_t)list->n : -1,
				     .n_members = n,
				     .has_next = list->names_next && left > size,
				     .content = from + 1 };
}

/* A new process goes on where the last one stood. */
static void load_again(struct scan *scan)
{
	struct scan_position position;

	if (scan->ended || scan->in_flight > 0)
		return;
	scan_save(scan, &position);
	memset(scan, 0xee, sizeof(*scan));
	scan_load(scan, &position, 1);
}

/* parallel 1: and every page is read by another process. */
static void run_list(const struct list *list, uint32_t parallel)
{
	struct scan scan;
	struct scan_page pages[64];
	uint64_t n_requests = 0;
	struct error err;

	scan_start(&scan, list->asked, parallel);
	for (;;) {
		size_t n = 0;

		if (parallel == 1)
			load_again(&scan);

		while (scan_next(&scan, &pages[n]))
			n++;
		assert_true(n <= parallel);
		n_requests += n;
		/* Answers come in any order: here the last first. */
		for (size_t i = n; i > 0; i--) {
			const struct scan_answer answer = serve(list, &pages[i - 1]);

			assert_true(scan_page_done(&scan, &pages[i - 1], &answer, &err));
		}
		if (!scan_is_drained(&scan))
			continue;
		const bool sees_all = list->hidden == 0 || (uint32_t)scan.order >= list->hiding;

		scan_settle(&scan, list->n - (sees_all ? 0 : list->hidden));
		if (scan.state != SCAN_RUNNING)
			break;
	}
	if (scan.state != list->state || n_requests != list->n_requests)
		fail_msg("%s: state %d after %llu requests, wanted %d after %llu", list->name,
			 scan.state, (unsigned long long)n_requests, list->state,
			 (unsigned long long)list->n_requests);
}

static void test_lists(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(lists); i++)
		run_list(&lists[i], 4);
}

static void test_a_process_a_page(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(lists); i++)
		run_list(&lists[i], 1);
}

static void test_empty_first_page_with_a_total_is_an_error(void **state)
{
	struct scan scan;
	struct scan_page page;
	struct error err;
	const struct scan_answer answer = { .total = 12 };

	(void)state;
	scan_start(&scan, 30, 4);
	assert_true(scan_next(&scan, &page));
	assert_false(scan_page_done(&scan, &page, &answer, &err));
	assert_int_equal(err.code, ERR_MALFORMED);
	assert_true(scan_is_drained(&scan));
	scan_settle(&scan, 0);
	assert_int_equal(scan.state, SCAN_INCOMPLETE);
}

static void test_a_failed_page_leaves_the_scan_incomplete(void **state)
{
	struct scan scan;
	struct scan_page first, page;
	struct error err;
	const struct scan_answer answer = { .total = 60, .n_members = 30, .has_next = true };

	(void)state;
	scan_start(&scan, 30, 4);
	assert_true(scan_next(&scan, &first));
	assert_true(scan_page_done(&scan, &first, &answer, &err));
	assert_true(scan_next(&scan, &page));
	scan_page_failed(&scan);
	assert_false(scan_next(&scan, &page));
	assert_true(scan_is_drained(&scan));
	scan_settle(&scan, 60);
	assert_int_equal(scan.state, SCAN_INCOMPLETE);
}

static void test_an_endless_list_ends(void **state)
{
	struct scan scan;
	struct scan_page page;
	struct error err;
	const struct scan_answer answer = { .total = -1, .n_members = 30, .content = 7 };
	unsigned n = 0;

	(void)state;
	scan_start(&scan, 30, 4);
	while (scan_next(&scan, &page) && n < 100) {
		n++;
		(void)!scan_page_done(&scan, &page, &answer, &err);
	}
	assert_true(n < 10);
	assert_int_equal(err.code, ERR_MALFORMED);
	scan_settle(&scan, 30);
	assert_int_equal(scan.state, SCAN_INCOMPLETE);
}

/* A list that grows while it is read: the last page names a successor that the total did not count. */
static void test_a_growing_list_is_followed(void **state)
{
	struct scan scan;
	struct scan_page page;
	struct error err;
	const struct scan_answer first = { .total = 30, .n_members = 30, .has_next = true };
	const struct scan_answer second = { .total = 31, .n_members = 1 };

	(void)state;
	scan_start(&scan, 30, 4);
	assert_true(scan_next(&scan, &page));
	assert_true(scan_page_done(&scan, &page, &first, &err));
	assert_true(scan_next(&scan, &page));
	assert_int_equal(page.number, 1);
	assert_true(scan_page_done(&scan, &page, &second, &err));
	assert_true(scan_is_drained(&scan));
	scan_settle(&scan, 31);
	assert_int_equal(scan.state, SCAN_COMPLETE);
}

/* ---- The total changes while the list is read ---- */

/* One page of a pass, and what the list says on it. */
struct told {
	int64_t total;
	uint32_t n_members;
};

/* Pages of three persons, as they are told; the second pass runs in the opposite order. */
struct wavering {
	const char *name;
	struct told passes[3][5];
	uint64_t n_distinct[3]; /* persons that each pass shows */
	unsigned n_passes;
	enum scan_state state;
};

static const struct wavering wavering_lists[] = {
	{ "the same all the time",
	  { { { 12, 3 }, { 12, 3 }, { 12, 3 }, { 12, 3 } } },
	  { 12 },
	  1,
	  SCAN_COMPLETE },
	{ "falls to 0 on empty pages, and shows all the other way",
	  { { { 12, 3 }, { 0, 0 }, { 0, 0 }, { 0, 0 } },
	    { { 12, 3 }, { 12, 3 }, { 12, 3 }, { 12, 3 } } },
	  { 3, 12 },
	  2,
	  SCAN_COMPLETE },
	{ "falls to 0 on empty pages, in each order",
	  { { { 12, 3 }, { 0, 0 }, { 0, 0 }, { 0, 0 } },
	    { { 12, 3 }, { 0, 0 }, { 0, 0 }, { 0, 0 } },
	    { { 12, 3 }, { 0, 0 }, { 0, 0 }, { 0, 0 } } },
	  { 3, 3, 3 },
	  3,
	  SCAN_INCOMPLETE },
	{ "one is removed, and one moves up past a page that was read",
	  { { { 12, 3 }, { 12, 3 }, { 11, 3 }, { 11, 2 } },
	    { { 11, 3 }, { 11, 3 }, { 11, 3 }, { 11, 2 } } },
	  { 11, 11 },
	  2,
	  SCAN_COMPLETE },
	{ "the same, and one is hidden the other way too, and shown in no order",
	  { { { 12, 3 }, { 12, 3 }, { 11, 3 }, { 11, 2 } },
	    { { 11, 3 }, { 11, 3 }, { 11, 3 }, { 11, 2 } },
	    { { 11, 3 }, { 11, 3 }, { 11, 3 }, { 11, 2 } } },
	  { 11, 10, 11 },
	  3,
	  SCAN_COMPLETE },
	{ "falls in each order: never whole",
	  { { { 12, 3 }, { 12, 3 }, { 11, 3 }, { 11, 2 } },
	    { { 11, 3 }, { 11, 3 }, { 10, 3 }, { 10, 1 } },
	    { { 11, 3 }, { 11, 3 }, { 11, 3 }, { 11, 2 } } },
	  { 11, 10, 10 },
	  3,
	  SCAN_INCOMPLETE },
	{ "falls, but nobody is hidden",
	  { { { 12, 3 }, { 12, 3 }, { 12, 3 }, { 11, 3 } } },
	  { 12 },
	  1,
	  SCAN_COMPLETE },
	{ "only the last page tells that it had been more",
	  { { { 11, 3 }, { 11, 3 }, { 11, 3 }, { 12, 2 } },
	    { { 12, 3 }, { 12, 3 }, { 12, 3 }, { 12, 3 } } },
	  { 11, 12 },
	  2,
	  SCAN_COMPLETE },
	{ "grows by a page",
	  { { { 12, 3 }, { 12, 3 }, { 12, 3 }, { 13, 3 }, { 13, 1 } } },
	  { 13 },
	  1,
	  SCAN_COMPLETE },
};

static void run_pass(struct scan *scan, const struct wavering *list, unsigned pass)
{
	struct scan_page page;
	struct error err;
	unsigned n = 0;

	while (scan_next(scan, &page)) {
		assert_true(page.number < COUNT_OF(list->passes[0]));
		assert_int_equal(page.number, n);
		assert_int_equal(page.order, pass);
		const struct told *told = &list->passes[pass][page.number];
		const struct scan_answer answer = { .total = told->total,
						    .n_members = told->n_members,
						    .content = told->n_members > 0 ?
								       100 * pass + n :
								       0 };

		assert_true(scan_page_done(scan, &page, &answer, &err));
		n++;
	}
	assert_true(scan_is_drained(scan));
}

/* The most that any page of a pass announced is what the pass has to show. */
static void test_a_total_that_wavers(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(wavering_lists); i++) {
		const struct wavering *list = &wavering_lists[i];
		struct scan scan;
		unsigned n_passes = 0;

		scan_start(&scan, 3, 1);
		while (scan.state == SCAN_RUNNING && n_passes < COUNT_OF(list->passes)) {
			run_pass(&scan, list, n_passes);
			scan_settle(&scan, list->n_distinct[n_passes++]);
		}
		if (scan.state != list->state || n_passes != list->n_passes)
			fail_msg("%s: state %d after %u passes, wanted %d after %u", list->name,
				 scan.state, n_passes, list->state, list->n_passes);
	}
}

/* A list without a total is read twice if something hangs on it; the second reading must not show fewer. */
static void test_a_list_is_read_twice_where_asked(void **state)
{
	(void)state;
	for (uint32_t n_second = 1; n_second <= 3; n_second++) {
		struct scan scan;
		struct scan_page page;
		struct error err;
		const struct scan_answer none = { .total = -1 };

		scan_start(&scan, 30, 4);
		scan.twice = true;
		for (int pass = 0; pass < 2; pass++) {
			const struct scan_answer some = { .total = -1,
							  .n_members = pass == 0 ? 2 : n_second,
							  .content = 7 };

			assert_int_equal(scan.order, pass);
			assert_true(scan_next(&scan, &page));
			assert_int_equal(page.order, pass);
			assert_true(scan_page_done(&scan, &page, &some, &err));
			assert_true(scan_next(&scan, &page));
			assert_true(scan_page_done(&scan, &page, &none, &err));
			assert_true(scan_is_drained(&scan));
			scan_settle(&scan, n_second == 3 && pass == 1 ? 3 : 2);
		}
		assert_int_equal(scan.state, n_second == 1 ? SCAN_INCOMPLETE : SCAN_COMPLETE);
	}
}

/* At first contact, and only where a row can have moved up behind a page that was read. */
static void test_a_list_of_several_pages_is_read_twice_at_first_contact(void **state)
{
	(void)state;
	for (uint32_t n_pages = 1; n_pages <= 3; n_pages++) {
		struct scan scan;
		struct scan_page page;
		struct error err;

		scan_start(&scan, 30, 4);
		scan.anew = true;
		for (uint32_t i = 0; i <= n_pages; i++) {
			const struct scan_answer answer = { .total = -1,
							    .n_members = i < n_pages ? 30 : 0,
							    .content = i + 1 };

			assert_true(scan_next(&scan, &page));
			assert_true(scan_page_done(&scan, &page, &answer, &err));
		}
		scan_settle(&scan, n_pages * 30);
		assert_int_equal(scan.state, n_pages == 1 ? SCAN_COMPLETE : SCAN_RUNNING);
		if (n_pages == 1)
			continue;
		/* Somebody is gone by now: that is nobody's business. */
		for (uint32_t i = 0; i < n_pages; i++) {
			const struct scan_answer answer = { .total = -1,
							    .n_members = i + 1 < n_pages ? 29 : 0,
							    .content = i + 7 };

			assert_int_equal(scan.order, SCAN_NEWEST_FIRST);
			assert_true(scan_next(&scan, &page));
			assert_true(scan_page_done(&scan, &page, &answer, &err));
		}
		scan_settle(&scan, n_pages * 30);
		assert_int_equal(scan.state, SCAN_COMPLETE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_a_process_a_page),
		cmocka_unit_test(test_a_list_is_read_twice_where_asked),
		cmocka_unit_test(test_a_list_of_several_pages_is_read_twice_at_first_contact),
		cmocka_unit_test(test_empty_first_page_with_a_total_is_an_error),
		cmocka_unit_test(test_a_failed_page_leaves_the_scan_incomplete),
		cmocka_unit_test(test_an_endless_list_ends),
		cmocka_unit_test(test_a_growing_list_is_followed),
		cmocka_unit_test(test_a_total_that_wavers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
