/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/runner/flap.h"

#define DAY_NS (INT64_C(86400) * NS_PER_S)

struct writes {
	struct str next; /* the value that is to be written now */
	uint32_t n;
	uint32_t n_turns; /* writes to another side than the one before */
	enum side last;
	bool repeats; /* the value was written before */
};

static bool on_write(void *payload, const struct history_entry *entry, struct error *err)
{
	struct writes *writes = payload;

	(void)err;
	writes->n_turns += writes->n > 0 && entry->side != writes->last;
	writes->repeats = writes->repeats || str_equal(entry->new_value, writes->next);
	writes->last = entry->side;
	writes->n++;
	return true;
}

/*
 * A person who edits a field often gives it new values on one side.  Programs that disagree bring values
 * back, or answer each write on one side with a change on it, which we carry to the other.
 */
static bool is_flapping(const struct writes *writes, enum side target, uint32_t limit)
{
	const uint32_t n_turns = writes->n_turns + (writes->n > 0 && writes->last != target);

	return writes->n >= limit && (writes->repeats || n_turns >= limit);
}

static bool by_human(const struct pair *pair, enum side source, size_t field)
{
	return pair->now[source].values[field].actor == ACTOR_MEMBER;
}

static bool report(struct runner *runner, const struct pair *pair, const struct field *field,
		   struct error *err)
{
	const struct conflict conflict = {
		.kind = STR_LIT("flapping"),
		.link = pair->link.id,
		.field = field->name,
		.side_id = { pair->link.side_id[0], pair->link.side_id[1] },
		.evidence = STR_LIT("written too often in a day: something changes it back each "
				    "time; frozen until tomorrow"),
		.first_cycle = runner->cycle.report.id,
		.last_cycle = runner->cycle.report.id,
	};

	return store_conflict_put(runner_store(runner), &conflict, err);
}

bool flap_freeze(struct runner *runner, const struct pair *pair, const struct merge_result *merged,
		 enum side target, struct person *write, struct error *err)
{
	const uint32_t limit = runner->options.config->sync.flap_limit;
	struct arena arena = { 0 };
	bool ok = true;

	for (size_t i = 0; i < runner->table->n && ok; i++) {
		const struct field *field = &runner->table->fields[i];
		struct writes writes = { 0 };

		if (write->values[i].state == VALUE_UNKNOWN || merged->fields[i].by_hand ||
		    by_human(pair, side_other(target), i))
			continue;
		writes.next = field_display(&arena, field->type, &write->values[i]);
		ok = store_history_field(runner_store(runner), pair->link.id, field->name,
					 runner_now(runner) - DAY_NS, on_write, &writes, err);
		if (!ok || !is_flapping(&writes, target, limit))
			continue;
		write->values[i] = (struct value){ .state = VALUE_UNKNOWN };
		ok = report(runner, pair, field, err);
	}
	arena_release(&arena);
	return ok;
}
