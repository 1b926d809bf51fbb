/* SPDX-License-Identifier: Apache-2.0 */
#include "scan_state.h"

#include "core/match.h"
#include "mappers/titles.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SETTLE_BATCH 500
#define NOW INT64_C(1790000000000000000)

/* ---- Filling the state ---- */

struct filling {
	struct scan_world *world;
	enum side side;
	int64_t generation;
	struct arena arena;
};

static void observe(void *payload, struct str raw)
{
	struct filling *filling = payload;
	struct scan_world *world = filling->world;
	const struct mapper *mapper = world->mapper[filling->side];
	const struct digest digest = mapper_raw_digest(mapper, raw, world->table.fingerprint);
	struct match_key keys[MATCH_KEYS_MAX];
	enum observation observation;
	struct person person;
	struct error err;

	if (!mapper->decode(&world->context, raw, &filling->arena, &person, &err))
		bench_fail("decode", &err);
	person.seen_at = NOW;
	const size_t n = match_keys(&person, &world->table, filling->side, &filling->arena, keys);

	if (!store_observe(world->store, filling->side, &person, &digest, filling->generation, keys,
			   n, &observation, &err))
		bench_fail("observe", &err);
	arena_reset(&filling->arena);
}

static bool observe_page(struct filling *filling, const struct buf *page, struct error *err)
{
	struct store *store = filling->world->store;
	struct page_info info;
	struct page_reader *reader =
		page_reader_new(filling->world->mapper[filling->side], observe, filling);
	const bool ok = store_begin(store, err) &&
			page_reader_feed(reader, page->bytes, page->len, err) &&
			page_reader_finish(reader, &info, err) && store_commit(store, err);

	page_reader_free(reader);
	return ok;
}

static void observe_side(struct scan_world *world, enum side side)
{
	struct filling filling = { .world = world, .side = side };
	struct error err;

	if (!store_scan_start(world->store, side, NOW, &filling.generation, &err))
		bench_fail("scan", &err);
	for (size_t i = 0; i < world->pages[side].list.n; i++) {
		if (!observe_page(&filling, &world->pages[side].list.items[i], &err))
			bench_fail("page", &err);
	}
	if (!store_scan_end(world->store, side, filling.generation, true, NOW, &err))
		bench_fail("scan", &err);
	arena_release(&filling.arena);
}

void scan_world_observe(struct scan_world *world)
{
	for (int side = 0; side < SIDE_COUNT; side++)
		observe_side(world, (enum side)side);
}

static bool link_edge(void *payload, const struct match_edge *edge, struct error *err)
{
	struct scan_world *world = payload;
	int64_t link;

	return store_link_add(world->store, edge->id, STR_LIT("email"), 1, NOW, &link, err);
}

static bool settle_pair(void *payload, struct pair *pair, struct arena *arena, struct error *err)
{
	struct scan_world *world = payload;

	(void)arena;
	for (int side = 0; side < SIDE_COUNT; side++) {
		if (!store_settle(world->store, pair->link.id, (enum side)side, &pair->now[side],
				  &pair->now[side], err))
			return false;
	}
	return true;
}

static void link_all(struct scan_world *world, unsigned n_pairs)
{
	struct store *store = world->store;
	struct error err;
	int64_t n_links = 0;

	if (!store_begin(store, &err) || !store_match_begin(store, &err) ||
	    !store_match_collect(store, KEY_EMAIL, 1, &err) ||
	    !store_match_each(store, link_edge, world, &err) || !store_commit(store, &err) ||
	    !store_pairs_dirty(store, SETTLE_BATCH, settle_pair, world, &err) ||
	    !store_link_count(store, &n_links, &err))
		bench_fail("link", &err);
	if (n_links != n_pairs)
		bench_fail("not every pair was linked", NULL);
}

/* ---- The world ---- */

static void open_mappers(struct scan_world *world, enum record_shape shape, bool mapped)
{
	const char *dialect = record_shape_dialect(shape);

	world->mapper[SIDE_RECORDS] = mapper_find(SIDE_RECORDS, dialect);
	world->mapper[SIDE_PEOPLE] = mapper_find(SIDE_PEOPLE, "");
	size_t n_rows = field_defaults(strcmp(dialect, "attributes") == 0, COUNT_OF(world->rows),
				       world->rows);

	if (mapped) {
		custom_rows(world->rows + n_rows);
		n_rows += CUSTOM_FIELDS;
	}
	field_table_init(&world->table, world->rows, n_rows);
	world->tags = titles_new();
	if (!titles_add(world->tags, STR_LIT("/tags/3"), STR_LIT("customer")) ||
	    !titles_add(world->tags, STR_LIT("/tags/9"), STR_LIT("newsletter")))
		bench_fail("titles", NULL);
	world->context = (struct mapper_context){
		.fields = &world->table,
		.collections = { [COLLECTION_TAGS] = world->tags },
		.object = "people",
		.default_region = "US",
		.email_property = "emailAddresses",
		.email_key = "email",
		.phone_property = "phoneNumbers",
		.phone_key = "phoneNumber",
		.marker = true,
	};
}

typedef void pages_fn(struct pages *pages, enum side side, enum record_shape shape, unsigned n);

static void open_world(struct scan_world *world, enum record_shape shape, unsigned n_pairs,
		       pages_fn *make, bool mapped)
{
	struct error err;

	*world = (struct scan_world){ .folder = "/tmp/crmsync-bench-XXXXXX" };
	if (mkdtemp(world->folder) == NULL)
		bench_fail("no temporary folder", NULL);
	(void)snprintf(world->state_path, sizeof(world->state_path), "%s/state.db", world->folder);
	open_mappers(world, shape, mapped);
	if (!store_open(world->state_path, STORE_WRITE, &world->table, &world->store, &err))
		bench_fail("state", &err);
	for (int side = 0; side < SIDE_COUNT; side++)
		make(&world->pages[side], (enum side)side, shape, n_pairs);
	scan_world_observe(world);
	link_all(world, n_pairs);
}

void scan_world_open(struct scan_world *world, enum record_shape shape, unsigned n_pairs)
{
	open_world(world, shape, n_pairs, pages_make, false);
}

void scan_world_open_custom(struct scan_world *world, enum record_shape shape, unsigned n_pairs,
			    bool mapped)
{
	open_world(world, shape, n_pairs, pages_make_custom, mapped);
}

void scan_world_close(struct scan_world *world)
{
	static const char *const endings[] = { "", "-wal", "-shm", "-journal", ".lock" };

	store_close(world->store);
	for (size_t i = 0; i < COUNT_OF(endings); i++) {
		char path[sizeof(world->state_path) + 16];

		(void)snprintf(path, sizeof(path), "%s%s", world->state_path, endings[i]);
		(void)unlink(path);
	}
	(void)rmdir(world->folder);
	for (int side = 0; side < SIDE_COUNT; side++)
		pages_release(&world->pages[side]);
	titles_free(world->tags);
}
