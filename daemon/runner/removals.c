/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/runner/removals.h"

#include "daemon/runner/plan.h"
#include "daemon/runner/unreadable.h"
#include "daemon/runner/untaken.h"

#include "mappers/codec.h"
#include "state/removals.h"

struct sorting {
	struct runner *runner;
	bool late;
	uint64_t n_removals; /* persons that would be archived or deleted */
};

bool removals_concern(const struct pair *pair)
{
	return pair->gone_cycle[SIDE_RECORDS] != 0 || pair->gone_cycle[SIDE_PEOPLE] != 0 ||
	       pair->now[SIDE_PEOPLE].archived_at != 0;
}

/* ---- What is to become of a link ---- */

/*
 * Both persons must have been read in this cycle, or proved to be gone by it.  Of a rolled side what was
 * read last stands for it: before somebody is removed he and whose removal it carries are read again.  What
 * somebody holds who cannot be read is not known: it may be an edit that wins.
 */
static bool is_known(const struct runner *runner, const struct pair *pair)
{
	for (int i = 0; i < SIDE_COUNT; i++) {
		const enum side side = (enum side)i;

		if (pair->unreadable[side])
			return false;
		if (!runner->scans[side].rolled &&
		    pair->generation[side] != runner->scans[side].generation &&
		    !runner_is_gone(runner, pair, side))
			return false;
	}
	return true;
}

static bool may_create_on(const struct runner *runner, enum side side)
{
	return plan_may_write(runner, side) &&
	       direction_flows_from(runner->options.config->sync.create, side_other(side));
}

static enum side missing_side(const struct pair *pair)
{
	return pair->gone_cycle[SIDE_RECORDS] != 0 ? SIDE_RECORDS : SIDE_PEOPLE;
}

/* The row that on_removed.people = "tag" writes to; table->n if tags are not mapped. */
static size_t tags_row(const struct runner *runner)
{
	size_t i = 0;

	while (i < runner->table->n && !str_equal_z(runner->table->fields[i].name, "tags"))
		i++;
	return i;
}

/* The tag as an element of a record's tags would be read. */
static struct item tag_item(const struct runner *runner, struct arena *arena)
{
	const struct str tag =
		codec_line(arena, str_from(runner->options.config->sync.archived_tag));

	return (struct item){ .text = tag, .key = codec_fold(arena, tag) };
}

/* Is there no tag to be set: because tags are not mapped, or because the record has it? */
static bool is_tagged(const struct runner *runner, const struct person *record)
{
	const size_t row = tags_row(runner);
	struct arena arena = { 0 };
	bool has = true;

	if (row < runner->table->n) {
		const struct value *tags = &record->values[row];

		has = value_is_set(tags) && value_has(tags, tag_item(runner, &arena).key);
	}
	arena_release(&arena);
	return has;
}

static enum removal decide_known(const struct runner *runner, const struct pair *pair)
{
	enum fate fates[SIDE_COUNT];

	if (!is_known(runner, pair))
		return REMOVAL_NONE;
	for (int side = 0; side < SIDE_COUNT; side++)
		fates[side] = removal_fate(runner->table, &runner->rules, (enum side)side,
					   &pair->now[side], &pair->shadow[side],
					   pair->gone_cycle[side] != 0);
	const enum removal removal = removal_decide(&runner->removal_rules, fates);

	if (removal == REMOVAL_ANEW && !may_create_on(runner, missing_side(pair)))
		return REMOVAL_DISSOLVE;
	if (removal == REMOVAL_RESTORE && !plan_may_write(runner, SIDE_PEOPLE))
		return REMOVAL_DISSOLVE;
	if (removal == REMOVAL_BY_RULE &&
	    runner->removal_rules.of[missing_side(pair)] == RULE_TAG &&
	    is_tagged(runner, &pair->now[SIDE_RECORDS]))
		return REMOVAL_DISSOLVE;
	return removal;
}

/* One that cannot be read may be the record under which it lives on: that shows when it can. */
static bool decide(struct runner *runner, const struct pair *pair, enum removal *ret_removal,
		   struct error *err)
{
	struct arena arena = { 0 };
	bool may = false;
	bool untaken = false;
	bool ok = true;

	*ret_removal = decide_known(runner, pair);
	if (*ret_removal != REMOVAL_NONE && pair->gone_cycle[SIDE_RECORDS] != 0)
		ok = unreadable_may_be(runner, SIDE_RECORDS, &pair->now[SIDE_RECORDS], &arena, &may,
				       err);
	if (may)
		*ret_removal = REMOVAL_NONE;
	arena_release(&arena);
	if (ok && (*ret_removal == REMOVAL_ANEW || *ret_removal == REMOVAL_RESTORE))
		ok = untaken_are_edits(runner, pair, side_other(missing_side(pair)), &untaken, err);
	if (untaken)
		*ret_removal = REMOVAL_DISSOLVE;
	return ok;
}

/* Whoever is not older is there, as far as is known. */
static int64_t seen_since(const struct side_scan *scan)
{
	if (!scan->rolled)
		return scan->generation;
	return scan->whole_since != 0 ? scan->whole_since : scan->known_since;
}

/* A record that was merged lives on under another id: it shares an e-mail or LinkedIn address. */
static bool find_survivor(struct runner *runner, const struct pair *pair, struct arena *arena,
			  struct str *ret_id, int64_t *ret_link, int64_t *ret_n, struct error *err)
{
	*ret_n = 0;
	if (pair->gone_cycle[SIDE_RECORDS] == 0 || pair->now[SIDE_PEOPLE].archived_at != 0 ||
	    pair->gone_cycle[SIDE_PEOPLE] != 0)
		return true;
	return store_survivor(runner_store(runner), SIDE_RECORDS, pair->link.side_id[SIDE_RECORDS],
			      seen_since(&runner->scans[SIDE_RECORDS]), arena, ret_id, ret_link,
			      ret_n, err);
}

/* ---- The guard ---- */

static bool count_one(void *payload, struct pair *pair, struct arena *arena, struct error *err)
{
	struct sorting *sorting = payload;
	struct runner *runner = sorting->runner;
	enum removal removal;
	struct str survivor;
	int64_t link;
	int64_t n;

	if (!decide(runner, pair, &removal, err))
		return false;
	if (removal != REMOVAL_BY_RULE || runner->removal_rules.of[missing_side(pair)] == RULE_TAG)
		return true;
	if (!find_survivor(runner, pair, arena, &survivor, &link, &n, err))
		return false;
	sorting->n_removals += n == 0;
	return true;
}

static bool report_held(void *payload, struct pair *pair, struct arena *arena, struct error *err)
{
	struct runner *runner = payload;
	enum removal removal;

	(void)arena;
	if (!decide(runner, pair, &removal, err))
		return false;
	if (removal != REMOVAL_BY_RULE)
		return true;
	const struct conflict conflict = {
		.kind = STR_LIT("held"),
		.link = pair->link.id,
		.side_id = { pair->link.side_id[0], pair->link.side_id[1] },
		.evidence = missing_side(pair) == SIDE_RECORDS ?
				    STR_LIT("the record is gone; too many are to be removed") :
				    STR_LIT("the person is gone; too many are to be removed"),
		.first_cycle = runner->cycle.report.id,
		.last_cycle = runner->cycle.report.id,
	};

	return store_conflict_put(runner_store(runner), &conflict, err);
}

/* Only when all who are absent were asked for is it known how many are to be removed. */
static bool asks_on(const struct runner *runner)
{
	bool asks = false;

	for (int side = 0; side < SIDE_COUNT; side++)
		asks = asks || runner->scans[side].asks_on || runner->scans[side].turn.unasked;
	return asks;
}

/* Before the first removal of a cycle is sent, all of them are counted. */
static bool guard(struct runner *runner, uint64_t n_removals, struct error *err)
{
	const struct config_sync *sync = &runner->options.config->sync;
	const struct cycle_report *report = &runner->cycle.report;
	const uint64_t n =
		n_removals + report->removed[SIDE_RECORDS] + report->removed[SIDE_PEOPLE];
	int64_t n_links = 0;

	if (!store_link_count(runner_store(runner), &n_links, err))
		return false;
	const uint64_t limit =
		removal_limit(sync->max_removals, sync->max_removal_percent, (uint64_t)n_links);

	if (n_removals == 0 || n <= limit || n <= runner->options.allow_removals) {
		runner->removals_held = runner->removals_held || asks_on(runner);
		return true;
	}
	if (!runner->removals_held)
		runner->cycle.report.guarded += n_removals;
	runner->removals_held = true;
	runner->cycle.report.held_removals = n_removals;
	return store_left_each(runner_store(runner), report_held, runner, err);
}

static bool count_and_guard(struct sorting *sorting, struct error *err)
{
	struct runner *runner = sorting->runner;

	sorting->n_removals = 0;
	return store_left_each(runner_store(runner), count_one, sorting, err) &&
	       guard(runner, sorting->n_removals, err);
}

/* Of a rolled side its newest page is enough to tell.  Who cannot be read is somebody, too. */
static bool shows_nobody(const struct side_scan *scan)
{
	const bool read_all = scan->n_unreadable == 0 && !scan->was_unreadable;

	return (scan->whole_since != 0 && scan->n_distinct == 0 && read_all) ||
	       (scan->rolled && scan->began && scan->n_seen == 0);
}

/* A list that is empty where links exist proves nothing: whoever could bear witness is missing too. */
static bool guard_empty(struct runner *runner, struct error *err)
{
	int64_t n_links = 0;

	if (!store_link_count(runner_store(runner), &n_links, err))
		return false;
	for (int side = 0; side < SIDE_COUNT && n_links > 0; side++) {
		const struct side_scan *scan = &runner->scans[side];
		const struct side_scan *other = &runner->scans[side_other((enum side)side)];

		if (shows_nobody(scan) && other->n_distinct > 0)
			runner->cycle.report.guarded = (uint64_t)n_links;
	}
	return true;
}

/* ---- In the state ---- */

static bool add_note(struct runner *runner, const struct link *link, const char *action,
		     const char *reason, struct error *err)
{
	const struct history_entry entry = {
		.cycle = runner->cycle.report.id,
		.link = link->id,
		.at = runner_now(runner),
		.side = SIDE_RECORDS,
		.side_id = link->side_id[SIDE_RECORDS],
		.action = str_from(action),
		.reason = str_from(reason),
	};

	return store_history_add(runner_store(runner), &entry, err);
}

static bool create_anew(struct runner *runner, const struct pair *pair, bool late,
			struct error *err)
{
	const enum side left = side_other(missing_side(pair));
	struct store *store = runner_store(runner);

	return add_note(runner, &pair->link, "unlink",
			"removed on one side and edited on the other: the edit wins", err) &&
	       store_link_forget(store, pair->link.id, err) &&
	       (!late || store_park(store, left, pair->link.side_id[left], err));
}

/* The link follows the record; if that one is linked already, its people person is a duplicate. */
static bool follow_merge(struct runner *runner, const struct pair *pair, struct str survivor,
			 bool is_free, struct error *err)
{
	struct store *store = runner_store(runner);

	if (is_free)
		return add_note(runner, &pair->link, "move", "the record was merged into another",
				err) &&
		       store_link_move(store, pair->link.id, SIDE_RECORDS, survivor, err);
	return add_note(runner, &pair->link, "unlink",
			"the record was merged into one that is linked already", err) &&
	       store_link_dissolve(store, pair->link.id, LINK_END_MERGED, err);
}

static bool settle_one(void *payload, struct pair *pair, struct arena *arena, struct error *err)
{
	const struct sorting *sorting = payload;
	struct runner *runner = sorting->runner;
	enum removal removal;
	struct str survivor = { NULL, 0 };
	int64_t link = 0;
	int64_t n = 0;

	if (!decide(runner, pair, &removal, err))
		return false;
	if (removal == REMOVAL_NONE || runner->removals_held)
		return true;
	if (!find_survivor(runner, pair, arena, &survivor, &link, &n, err))
		return false;
	if (n > 0)
		return follow_merge(runner, pair, survivor, n == 1 && link == 0, err);
	if (removal == REMOVAL_ANEW)
		return create_anew(runner, pair, sorting->late, err);
	if (removal != REMOVAL_DISSOLVE)
		return true; /* takes a write */
	return add_note(runner, &pair->link, "unlink",
			pair->now[SIDE_PEOPLE].archived_at != 0 ? "the person is archived" :
								  "a person is gone",
			err) &&
	       store_link_dissolve(runner_store(runner), pair->link.id,
				   pair->now[SIDE_PEOPLE].archived_at != 0 ? LINK_END_ARCHIVED :
									     LINK_END_REMOVED,
				   err);
}

/* An un-archived person belongs to its record again if that lives, else it is like a new one. */
static bool bring_back(void *payload, const struct link *link, struct error *err)
{
	struct runner *runner = payload;
	struct store *store = runner_store(runner);
	struct arena arena = { 0 };
	struct person persons[SIDE_COUNT];
	bool found[SIDE_COUNT] = { false };
	bool ok = true;

	for (int side = 0; side < SIDE_COUNT && ok; side++)
		ok = store_unlinked_get(store, (enum side)side, link->side_id[side], &arena,
					&persons[side], &found[side], err);
	const bool back = ok && found[SIDE_PEOPLE] && persons[SIDE_PEOPLE].archived_at == 0;

	if (back && found[SIDE_RECORDS]) {
		runner->cycle.report.linked++;
		ok = store_link_revive(store, link->id, err) &&
		     add_note(runner, link, "link", "the person was un-archived", err);
	} else if (back && side_is_known(&runner->scans[SIDE_RECORDS])) {
		ok = store_link_forget(store, link->id, err);
	}
	arena_release(&arena);
	return ok;
}

static bool report_merged(void *payload, const struct link *link, struct error *err)
{
	struct runner *runner = payload;
	struct arena arena = { 0 };
	struct person person;
	bool found = false;
	bool ok = store_unlinked_get(runner_store(runner), SIDE_PEOPLE, link->side_id[SIDE_PEOPLE],
				     &arena, &person, &found, err);

	if (ok && found && person.archived_at == 0) {
		const struct conflict conflict = {
			.kind = STR_LIT("duplicate"),
			.side_id = { [SIDE_PEOPLE] = link->side_id[SIDE_PEOPLE] },
			.evidence =
				STR_LIT("its record was merged into one that is linked already"),
			.first_cycle = runner->cycle.report.id,
			.last_cycle = runner->cycle.report.id,
		};

		ok = store_conflict_put(runner_store(runner), &conflict, err);
	}
	arena_release(&arena);
	return ok;
}

bool removals_settle(struct runner *runner, bool late, struct error *err)
{
	struct store *store = runner_store(runner);
	struct sorting sorting = { .runner = runner, .late = late };

	if (!store_begin(store, err))
		return false;
	if (!late && (!guard_empty(runner, err) ||
		      !store_ended_each(store, LINK_END_ARCHIVED, bring_back, runner, err)))
		return false;
	return count_and_guard(&sorting, err) &&
	       store_left_each(store, settle_one, &sorting, err) &&
	       store_ended_each(store, LINK_END_MERGED, report_merged, runner, err) &&
	       store_commit(store, err);
}

/* ---- Writes ---- */

/* Who has it already is not planned for. */
static struct value with_tag(const struct runner *runner, const struct value *tags,
			     struct arena *arena)
{
	const uint32_t n = value_is_set(tags) ? tags->n : 0;
	struct value all = value_items(arena, n + 1);

	for (all.n = 0; all.n < n; all.n++)
		all.items[all.n] = tags->items[all.n];
	all.items[all.n++] = tag_item(runner, arena);
	return all;
}

static bool add_intent(struct runner *runner, const struct pair *pair, enum intent_kind kind,
		       enum side target, struct arena *arena, struct error *err)
{
	const enum side source = side_other(target);
	struct intent intent = {
		.kind = kind,
		.target = target,
		.link = pair->link.id,
		.target_id = pair->link.side_id[target],
		.source_id = pair->link.side_id[source],
		.source = pair->now[source],
		.base = pair->now[target],
		.cycle = runner->cycle.report.id,
		.created_at = runner_now(runner),
		.reasons = kind == INTENT_RESTORE ? STR_LIT(": archived, but edited on records\n") :
			   target == SIDE_PEOPLE  ? STR_LIT(": the record is gone\n") :
						    STR_LIT(": the person is archived or gone\n"),
	};

	const size_t tags = tags_row(runner);
	bool added;

	person_init(&intent.write, arena, runner->table);
	intent.write.id = intent.target_id;
	if (kind == INTENT_REMOVE && runner->removal_rules.of[source] == RULE_TAG)
		intent.write.values[tags] =
			with_tag(runner, &pair->now[target].values[tags], arena);
	return plan_add(runner, &intent, &added, err);
}

static bool plan_one(void *payload, struct pair *pair, struct arena *arena, struct error *err)
{
	struct runner *runner = payload;
	enum removal removal;
	struct str survivor;
	int64_t link;
	int64_t n;

	if (!decide(runner, pair, &removal, err))
		return false;
	if (removal == REMOVAL_RESTORE)
		return add_intent(runner, pair, INTENT_RESTORE, SIDE_PEOPLE, arena, err);
	/* Who lives on under another id is not removed, nor was he counted: the link is to follow him. */
	if (removal != REMOVAL_BY_RULE)
		return true;
	if (!find_survivor(runner, pair, arena, &survivor, &link, &n, err))
		return false;
	return n > 0 ||
	       add_intent(runner, pair, INTENT_REMOVE, side_other(missing_side(pair)), arena, err);
}

bool removals_plan(struct runner *runner, struct error *err)
{
	struct store *store = runner_store(runner);
	struct sorting sorting = { .runner = runner };

	if (runner->removals_held)
		return true;
	/* Again: a create that was lost may have been found since, and linked with somebody who is gone. */
	return store_begin(store, err) && count_and_guard(&sorting, err) &&
	       (runner->removals_held || store_left_each(store, plan_one, runner, err)) &&
	       store_commit(store, err);
}
