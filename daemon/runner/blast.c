/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/runner/blast.h"

#include "base/log.h"
#include "state/changed.h"

#define EVERY_LINK STR_LIT("")

static bool was_met(const struct pair *pair)
{
	return pair->has_shadow[SIDE_RECORDS] || pair->has_shadow[SIDE_PEOPLE];
}

/* A field that is newly mapped is met for the first time. */
static bool clears(const struct pair *pair, enum side target, size_t field,
		   const struct value *write)
{
	return write->state == VALUE_EMPTY && pair->has_shadow[target] &&
	       value_is_set(&pair->shadow[target].values[field]);
}

/* What was refused before, and is not sent for it, changes nobody. */
static bool is_refused(struct runner *runner, const struct pair *pair, bool *ret_refused,
		       struct error *err)
{
	*ret_refused = false;
	for (int side = 0; side < SIDE_COUNT && !*ret_refused; side++) {
		if (!store_quarantine_blocks(runner_store(runner), (enum side)side, pair->link.id,
					     (struct str){ NULL, 0 }, NULL, ret_refused, err))
			return false;
	}
	return true;
}

bool blast_note(struct runner *runner, const struct pair *pair, const struct merge_result *merged,
		bool added, struct error *err)
{
	const bool writes = merged->writes[SIDE_RECORDS] || merged->writes[SIDE_PEOPLE];
	bool refused = false;

	if (runner->cycle.merge_rounds > 1 || !was_met(pair) || !writes)
		return true;
	if (!added && !is_refused(runner, pair, &refused, err))
		return false;
	if (refused)
		return true;
	runner->n_changed++;
	for (int i = 0; i < SIDE_COUNT; i++) {
		const enum side target = (enum side)i;

		for (size_t field = 0; field < runner->table->n && merged->writes[target]; field++)
			runner->n_cleared[target][field] +=
				clears(pair, target, field, &merged->fields[field].write[target]);
	}
	return true;
}

/* Would the cycle clear the field in too many of those that hold it?  They are looked through only if it
 * may be so. */
static bool guard_field(struct runner *runner, enum side target, size_t field, bool *ret_blast,
			struct error *err)
{
	struct store *store = runner_store(runner);
	const struct str name = runner->table->fields[field].name;
	const uint64_t percent = runner->options.config->sync.max_changed_percent;
	int64_t n_before = 0;
	int64_t n_holders = 0;

	*ret_blast = false;
	if (runner->n_cleared[target][field] == 0)
		return true;
	if (!store_changed_get(store, side_other(target), name, &n_before, err))
		return false;
	const uint64_t n = runner->n_cleared[target][field] + (uint64_t)n_before;

	if (!removal_may_be_blast(percent, n))
		return true;
	if (!store_holders(store, target, field, &n_holders, err))
		return false;
	*ret_blast = removal_is_blast(percent, n, (uint64_t)(n_holders + n_before));
	if (*ret_blast)
		LOG_WARN("held: a field would be cleared in most of those who have it",
			 LOG_STR("side", side_name(target)), LOG_TEXT("field", name),
			 LOG_U64("count", n));
	return true;
}

static bool is_blast(struct runner *runner, bool *ret_blast, struct error *err)
{
	struct store *store = runner_store(runner);
	uint64_t n = runner->n_changed;
	int64_t n_links = 0;

	if (!store_link_count(store, &n_links, err))
		return false;
	for (int side = 0; side < SIDE_COUNT; side++) {
		int64_t n_before = 0;

		if (!store_changed_get(store, (enum side)side, EVERY_LINK, &n_before, err))
			return false;
		n += (uint64_t)n_before;
	}
	*ret_blast = removal_is_blast(runner->options.config->sync.max_changed_percent, n,
				      (uint64_t)n_links);
	for (int side = 0; side < SIDE_COUNT; side++) {
		for (size_t field = 0; field < runner->table->n && !*ret_blast; field++) {
			if (!guard_field(runner, (enum side)side, field, ret_blast, err))
				return false;
		}
	}
	return true;
}

/* What was judged with all that a side holds, or was allowed, does not count for what comes. */
static bool begin_anew(struct runner *runner, struct error *err)
{
	for (int side = 0; side < SIDE_COUNT; side++) {
		if ((!runner->scans[side].rolled || runner->changes_allowed) &&
		    !store_changed_drop(runner_store(runner), (enum side)side, err))
			return false;
	}
	return true;
}

bool blast_guard(struct runner *runner, struct error *err)
{
	const uint64_t n = runner->n_changed;
	bool blast = false;

	if (runner->changes_held || runner->cycle.merge_rounds > 1)
		return true;
	if (n > 0 && !is_blast(runner, &blast, err))
		return false;
	runner->changes_allowed = blast && n <= runner->options.allow_changes;
	if (!blast || runner->changes_allowed)
		return runner->cycle.dry_run || begin_anew(runner, err);
	runner->changes_held = true;
	runner->cycle.report.guarded += n;
	runner->cycle.report.held_changes = n;
	runner->n_updates[SIDE_RECORDS] = runner->n_updates[SIDE_PEOPLE] = 0;
	return store_intent_drop_updates(runner_store(runner), err);
}

bool blast_written(struct runner *runner, const struct intent *intent, const struct pair *pair,
		   struct error *err)
{
	struct store *store = runner_store(runner);
	const enum side source = side_other(intent->target);

	if (!runner->scans[source].rolled || runner->changes_allowed || !was_met(pair))
		return true;
	if (!store_changed_add(store, source, EVERY_LINK, err))
		return false;
	for (size_t field = 0; field < runner->table->n; field++) {
		if (clears(pair, intent->target, field, &intent->write.values[field]) &&
		    !store_changed_add(store, source, runner->table->fields[field].name, err))
			return false;
	}
	return true;
}
