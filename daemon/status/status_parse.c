/* SPDX-License-Identifier: Apache-2.0 */
/*
 * status_parse: what another process (or an earlier one) wrote into the status file.
 */
#include "base/clock.h"
#include "daemon/status/report.h"
#include "daemon/status/status.h"

#include <stdio.h>

static int64_t number_at(struct json_object *object, const char *key)
{
	int64_t number = 0;

	return json_integer(json_child(object, key), &number) ? number : 0;
}

static uint64_t count_at(struct json_object *object, const char *key)
{
	const int64_t number = number_at(object, key);

	return number > 0 ? (uint64_t)number : 0;
}

static int64_t time_at(struct json_object *object, const char *key)
{
	int64_t ns = 0;

	return clock_parse(json_text_or_empty(json_child(object, key)), &ns) ? ns : 0;
}

static const char *text_at(struct json_object *object, const char *key, struct arena *arena)
{
	return arena_copy(arena, json_text_or_empty(json_child(object, key))).p;
}

/* The index of a name of an enum, or `otherwise`. */
static int index_of(struct str name, int n, int otherwise, const char *(*name_of)(int))
{
	for (int i = 0; i < n; i++) {
		if (str_equal_z(name, name_of(i)))
			return i;
	}
	return otherwise;
}

static const char *mode_at(int i)
{
	return status_mode_name((enum status_mode)i);
}

static const char *state_at(int i)
{
	return status_state_name((enum status_state)i);
}

static const char *health_at(int i)
{
	return health_name((enum health)i);
}

static const char *phase_at(int i)
{
	return phase_name((enum phase)i);
}

static const char *circuit_at(int i)
{
	return breaker_state_name((enum breaker_state)i);
}

static void read_reasons(struct json_object *array, struct status_reasons *reasons)
{
	const size_t n =
		json_object_is_type(array, json_type_array) ? json_object_array_length(array) : 0;

	for (size_t i = 0; i < n && i < STATUS_REASONS_MAX; i++) {
		const struct str text = json_text_or_empty(json_object_array_get_idx(array, i));

		(void)snprintf(reasons->texts[i], sizeof(reasons->texts[i]), "%.*s", STR_ARG(text));
		reasons->n = i + 1;
	}
}

static void read_cycle(struct json_object *node, struct arena *arena, struct status *status)
{
	struct runner_view *cycle = &status->cycle;
	struct json_object *intents = json_child(node, "intents");
	const struct str phase = json_text_or_empty(json_child(node, "phase"));

	if (node == NULL)
		return;
	status->in_cycle = true;
	cycle->cycle = number_at(node, "id");
	cycle->report.kind = text_at(node, "kind", arena);
	cycle->phase = (enum phase)index_of(phase, PHASE_COUNT, PHASE_IDLE, phase_at);
	cycle->started_at = time_at(node, "started_at");
	cycle->intents_done = count_at(intents, "done");
	cycle->intents_total = count_at(intents, "total");
	for (int i = 0; i < SIDE_COUNT; i++) {
		struct json_object *side = json_child(node, side_name((enum side)i));

		cycle->seen[i] = count_at(side, "seen");
		if (!json_integer(json_child(side, "total"), &cycle->total[i]))
			cycle->total[i] = -1;
	}
}

static bool bool_at(struct json_object *object, const char *key)
{
	struct json_object *node = json_child(object, key);

	return json_object_is_type(node, json_type_boolean) && json_object_get_boolean(node);
}

static void read_side(struct json_object *node, struct status_side *side)
{
	struct json_object *rate = json_child(node, "rate");
	const struct str error = json_text_or_empty(json_child(node, "last_error"));
	const struct str circuit = json_text_or_empty(json_child(node, "circuit"));

	side->reachable = bool_at(node, "reachable");
	side->last_success_at = time_at(node, "last_success_at");
	side->consecutive_failures = count_at(node, "consecutive_failures");
	(void)snprintf(side->last_error, sizeof(side->last_error), "%.*s", STR_ARG(error));
	side->last_error_at = time_at(node, "last_error_at");
	side->failing_since = time_at(node, "failing_since");
	side->backoff_until = time_at(node, "backoff_until");
	side->told_until = time_at(node, "told_until");
	side->circuit = (enum breaker_state)index_of(circuit, BREAKER_STATE_COUNT, BREAKER_CLOSED,
						     circuit_at);
	side->token_refused = bool_at(node, "token_refused");
	side->writes_refused = bool_at(node, "writes_refused");
	side->next_probe_at = time_at(node, "next_probe_at");
	side->allowed_per_minute = count_at(rate, "allowed_per_minute");
	side->used_last_minute = count_at(rate, "used_last_minute");
}

static void read_totals(struct json_object *node, struct status_totals *totals)
{
	*totals = (struct status_totals){
		.links = number_at(node, "links"),
		.unlinked[SIDE_RECORDS] = number_at(node, "unlinked_records"),
		.unlinked[SIDE_PEOPLE] = number_at(node, "unlinked_people"),
		.conflicts = number_at(node, "conflicts"),
		.quarantined = number_at(node, "quarantined"),
		.pending = number_at(node, "pending"),
	};
}

/* Seconds that no clock of ours could have counted are none. */
static int64_t seconds_at(struct json_object *node, const char *key)
{
	const int64_t seconds = number_at(node, key);

	return seconds > 0 && seconds < INT64_MAX / NS_PER_S / 2 ? seconds * NS_PER_S : 0;
}

static void read_freshness(struct json_object *node, int64_t updated_at,
			   struct status_freshness *freshness)
{
	freshness->last_complete_scan_at = time_at(node, "last_complete_scan_at");
	freshness->oldest_read_at = updated_at - seconds_at(node, "oldest_unread_seconds");
	freshness->turn_ns = seconds_at(node, "turn_seconds");
}

bool status_parse(struct str text, struct arena *arena, struct status *ret_status,
		  struct error *err)
{
	struct status status = { 0 };
	struct json_object *root;

	if (!json_parse(text, &root, err))
		return false;
	if (number_at(root, "schema") != STATUS_SCHEMA) {
		(void)error_set(err, ERR_MALFORMED, "is not a status file of schema %d",
				STATUS_SCHEMA);
		json_object_put(root);
		return false;
	}

	const struct str mode = json_text_or_empty(json_child(root, "mode"));
	const struct str state = json_text_or_empty(json_child(root, "state"));
	const struct str health = json_text_or_empty(json_child(root, "health"));

	status.version = text_at(root, "version", arena);
	status.mode = (enum status_mode)index_of(mode, MODE_COUNT, MODE_DAEMON, mode_at);
	status.pid = (pid_t)number_at(root, "pid");
	status.started_at = time_at(root, "started_at");
	status.updated_at = time_at(root, "updated_at");
	status.state = (enum status_state)index_of(state, STATE_COUNT, STATE_STOPPED, state_at);
	status.health = (enum health)index_of(health, HEALTH_COUNT, HEALTH_FAILING, health_at);
	status.next_cycle_at = time_at(root, "next_cycle_at");
	read_reasons(json_child(root, "reasons"), &status.reasons);
	read_cycle(json_child(root, "cycle"), arena, &status);
	status.has_last_cycle =
		report_parse(json_child(root, "last_cycle"), arena, &status.last_cycle);
	read_totals(json_child(root, "totals"), &status.totals);
	for (int i = 0; i < SIDE_COUNT; i++) {
		const char *name = side_name((enum side)i);

		read_side(json_child(json_child(root, "sides"), name), &status.sides[i]);
		read_freshness(json_child(json_child(root, "freshness"), name), status.updated_at,
			       &status.freshness[i]);
	}
	json_object_put(root);
	*ret_status = status;
	return true;
}
