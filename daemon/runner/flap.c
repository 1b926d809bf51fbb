/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/runner/flap.h"

#include "core/flap.h"

#define DAY_NS (INT64_C(86400) * NS_PER_S)

struct writes {
	struct flap_write writes[HISTORY_FIELD_ROWS]; /* newest first */
	size_t n;
	struct arena *arena;
};

static bool on_write(void *payload, const struct history_entry *entry, struct error *err)
{
	struct writes *writes = payload;

	(void)err;
	writes->writes[writes->n++] = (struct flap_write){
		.side = entry->side,
		.old_value = arena_copy(writes->arena, entry->old_value),
		.new_value = arena_copy(writes->arena, entry->new_value),
	};
	return true;
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
				    "time; frozen until tomorrow, or until it is decided with "
				    "`crmsync conflicts resolve`"),
		.first_cycle = runner->cycle.report.id,
		.last_cycle = runner->cycle.report.id,
	};

	return store_conflict_put(runner_store(runner), &conflict, err);
}

static bool flaps(struct runner *runner, int64_t link, const struct field *field, enum side target,
		  const struct value *value, struct arena *arena, bool *ret_flaps,
		  struct error *err)
{
	struct writes writes = { .n = 0, .arena = arena };

	if (!store_history_field(runner_store(runner), link, field->name,
				 runner_now(runner) - DAY_NS, on_write, &writes, err))
		return false;
	*ret_flaps =
		flap_is(writes.writes, writes.n, target, field_display(arena, field->type, value),
			runner->options.config->sync.flap_limit);
	return true;
}

bool flap_freeze(struct runner *runner, const struct pair *pair, const struct merge_result *merged,
		 enum side target, struct person *write, struct error *err)
{
	struct arena arena = { 0 };
	bool ok = true;

	for (size_t i = 0; i < runner->table->n && ok; i++) {
		const struct field *field = &runner->table->fields[i];
		bool is_frozen = false;

		if (write->values[i].state == VALUE_UNKNOWN || merged->fields[i].by_hand ||
		    by_human(pair, side_other(target), i))
			continue;
		arena_reset(&arena);
		ok = flaps(runner, pair->link.id, field, target, &write->values[i], &arena,
			   &is_frozen, err);
		if (!ok || !is_frozen)
			continue;
		write->values[i] = (struct value){ .state = VALUE_UNKNOWN };
		ok = report(runner, pair, field, err);
	}
	arena_release(&arena);
	return ok;
}
