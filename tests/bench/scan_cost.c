/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_cost [PAIRS [RUNS]]: what reading both sides costs when nobody changed.
 *
 *   ours       pages are split into records while their bytes arrive, each record's digest is looked
 *              up, and one transaction a page marks who was seen
 *   yardstick  each whole page is gathered, made one json-c tree, and every text in it looked at once;
 *              nothing is decoded, compared or stored, so a program built that way costs more
 *   no digest  ours without the digests: every record is decoded, compared and stored
 *
 * All in this process, over the same pages in memory, in turns; medians of user and system time.
 * Fails if ours costs more than a quarter of the yardstick for records of the size that they really
 * have.  Those of the attributes dialect are tiny: there the state is dearer than any parser, and the
 * figures are for information.
 */
#include "base/limits.h"
#include "compare.h"
#include "scan_state.h"

#include <json-c/json.h>

#include <assert.h>
#include <stdio.h>

#define PAIRS 10000
#define RUNS 5
#define CHUNK_BYTES ((size_t)16 * 1024) /* what curl hands out at most */
#define MOST 0.25

/* How far ours goes; each step includes those before it. */
enum step { STEP_SPLIT, STEP_DIGEST, STEP_LOOK_UP, STEP_MARK, STEP_COUNT };

struct scan {
	struct scan_world *world;
	enum side side;
	enum step step;
	int64_t generation;
	unsigned n_records;
	VEC(struct digest) known; /* of the page at hand */
};

/* ---- Ours: as daemon/runner/fetch.c and scan.c do it ---- */

static void on_record(void *payload, struct str raw)
{
	struct scan *scan = payload;
	const struct scan_world *world = scan->world;
	bool known = false;
	struct error err;

	scan->n_records++;
	if (scan->step < STEP_DIGEST)
		return;
	const struct digest digest =
		mapper_raw_digest(world->mapper[scan->side], raw, world->table.fingerprint);

	*VEC_PUSH(&scan->known) = digest;
	if (scan->step < STEP_LOOK_UP)
		return;
	if (!store_knows_raw(world->store, scan->side, &digest, &known, &err))
		bench_fail("look up", &err);
	if (!known)
		bench_fail("a record is not known", NULL);
}

static void mark_page(struct scan *scan)
{
	struct store *store = scan->world->store;
	struct error err;

	if (!store_begin(store, &err))
		bench_fail("begin", &err);
	for (size_t i = 0; i < scan->known.n; i++) {
		bool known;

		if (!store_mark_seen(store, scan->side, &scan->known.items[i], scan->generation,
				     &known, &err))
			bench_fail("mark", &err);
	}
	if (!store_commit(store, &err))
		bench_fail("commit", &err);
}

static void read_page(struct scan *scan, struct str page)
{
	struct page_reader *reader =
		page_reader_new(scan->world->mapper[scan->side], on_record, scan);
	struct page_info info;
	struct error err;

	while (page.len > 0) {
		const struct str chunk = str_head(page, CHUNK_BYTES);

		if (!page_reader_feed(reader, chunk.p, chunk.len, &err))
			bench_fail("page", &err);
		page = str_skip(page, chunk.len);
	}
	if (!page_reader_finish(reader, &info, &err))
		bench_fail("page", &err);
	page_reader_free(reader);
	if (scan->step == STEP_MARK)
		mark_page(scan);
	VEC_RELEASE(&scan->known);
}

static void ours_side(struct scan_world *world, enum side side, enum step step)
{
	struct scan scan = { .world = world, .side = side, .step = step };
	const struct pages *pages = &world->pages[side];
	int64_t n_seen = pages->n_records;
	struct error err;

	if (step == STEP_MARK && !store_scan_start(world->store, side, 1, &scan.generation, &err))
		bench_fail("scan", &err);
	for (size_t i = 0; i < pages->list.n; i++)
		read_page(&scan, buf_str(&pages->list.items[i]));
	if (step == STEP_MARK &&
	    (!store_scan_count(world->store, side, scan.generation, &n_seen, &err) ||
	     !store_scan_end(world->store, side, scan.generation, true, 1, &err)))
		bench_fail("scan", &err);
	if (scan.n_records != pages->n_records || n_seen != pages->n_records)
		bench_fail("a record was not seen", NULL);
}

static double ours(struct scan_world *world, enum step step)
{
	const double start = cpu_seconds();

	for (int side = 0; side < SIDE_COUNT; side++)
		ours_side(world, (enum side)side, step);
	return cpu_seconds() - start;
}

/* ---- The yardstick ---- */

/* Bounded by the tokener's depth.  NOLINTNEXTLINE(misc-no-recursion) */
static size_t text_bytes(struct json_object *node)
{
	size_t bytes = 0;

	if (json_object_is_type(node, json_type_string))
		return (size_t)json_object_get_string_len(node);
	if (json_object_is_type(node, json_type_object)) {
		json_object_object_foreach(node, key, value)
		{
			(void)key;
			bytes += text_bytes(value);
		}
	} else if (json_object_is_type(node, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(node); i++)
			bytes += text_bytes(json_object_array_get_idx(node, i));
	}
	return bytes;
}

static size_t tree_of_page(struct str page)
{
	struct json_tokener *tokener = json_tokener_new_ex(LIMIT_JSON_DEPTH);
	struct buf whole;

	buf_init(&whole, LIMIT_RESPONSE_BYTES);
	while (page.len > 0) {
		const struct str chunk = str_head(page, CHUNK_BYTES);

		buf_add_str(&whole, chunk);
		page = str_skip(page, chunk.len);
	}
	struct json_object *root = json_tokener_parse_ex(tokener, whole.bytes, (int)whole.len);

	if (root == NULL || !buf_ok(&whole))
		bench_fail("no tree", NULL);
	const size_t bytes = text_bytes(root);

	json_object_put(root);
	json_tokener_free(tokener);
	buf_release(&whole);
	return bytes;
}

static double yardstick(const struct scan_world *world)
{
	const double start = cpu_seconds();
	size_t bytes = 0;

	for (int side = 0; side < SIDE_COUNT; side++) {
		const struct pages *pages = &world->pages[side];

		for (size_t i = 0; i < pages->list.n; i++)
			bytes += tree_of_page(buf_str(&pages->list.items[i]));
	}
	if (bytes == 0)
		bench_fail("the pages hold no text", NULL);
	return cpu_seconds() - start;
}

/* ---- Side by side ---- */

enum { ROW_YARDSTICK = STEP_COUNT, ROW_NO_DIGEST, ROW_COUNT };

static double no_digest(struct scan_world *world)
{
	const double start = cpu_seconds();

	scan_world_observe(world);
	return cpu_seconds() - start;
}

static void print_pages(enum record_shape shape, const struct scan_world *world)
{
	const struct pages *records = &world->pages[SIDE_RECORDS];
	const struct pages *people = &world->pages[SIDE_PEOPLE];

	(void)printf("%s: %u pairs, records %.1f MB in %zu pages, people %.1f MB in %zu pages\n",
		     record_shape_name(shape), records->n_records, (double)records->bytes / 1e6,
		     records->list.n, (double)people->bytes / 1e6, people->list.n);
}

static bool print_rows(enum record_shape shape, const double medians[static ROW_COUNT],
		       unsigned n_pairs)
{
	static const char *const names[] = {
		[STEP_SPLIT] = "splitting alone",
		[STEP_DIGEST] = "... and the digests",
		[STEP_LOOK_UP] = "... and looking them up",
		[STEP_MARK] = "ours: ... and marking them seen",
		[ROW_YARDSTICK] = "yardstick: a tree of each page",
		[ROW_NO_DIGEST] = "no digest: decode and compare all",
	};
	static_assert(COUNT_OF(names) == ROW_COUNT, "every row has a name");
	const double ratio = medians[STEP_MARK] / medians[ROW_YARDSTICK];

	for (int row = 0; row < ROW_COUNT; row++)
		(void)printf("  %-34s %7.3f s  %7.2f us a pair\n", names[row], medians[row],
			     medians[row] / n_pairs * 1e6);
	(void)printf("  ours / yardstick = %.3f (%s), ours / no digest = %.3f\n", ratio,
		     shape == RECORD_ATTRIBUTES ? "for information" :
		     ratio <= MOST              ? "at most 0.25" :
						  "MORE THAN 0.25",
		     medians[STEP_MARK] / medians[ROW_NO_DIGEST]);
	(void)fflush(stdout);
	return shape == RECORD_ATTRIBUTES || ratio <= MOST;
}

static bool compare(enum record_shape shape, unsigned n_pairs, unsigned n_runs)
{
	struct scan_world world;
	double took[ROW_COUNT][COMPARE_RUNS_MAX], medians[ROW_COUNT];

	scan_world_open(&world, shape, n_pairs);
	print_pages(shape, &world);
	for (unsigned run = 0; run < n_runs; run++) {
		for (int step = 0; step < STEP_COUNT; step++)
			took[step][run] = ours(&world, (enum step)step);
		took[ROW_YARDSTICK][run] = yardstick(&world);
		took[ROW_NO_DIGEST][run] = no_digest(&world);
	}
	for (int row = 0; row < ROW_COUNT; row++)
		medians[row] = median(took[row], n_runs);
	scan_world_close(&world);
	return print_rows(shape, medians, n_pairs);
}

int main(int argc, char **argv)
{
	return compare_shapes(argc, argv, "bench_scan_cost", PAIRS, RUNS, compare);
}
