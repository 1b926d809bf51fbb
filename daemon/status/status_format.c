/* SPDX-License-Identifier: Apache-2.0 */
/*
 * status_format: struct status as the JSON of the status file.
 */
#include "base/clock.h"
#include "daemon/status/report.h"
#include "daemon/status/status.h"

#include <string.h>

static void put_text(struct json_writer *writer, const char *key, const char *text)
{
	json_key(writer, key);
	json_string(writer, str_from(text));
}

static void put_number(struct json_writer *writer, const char *key, int64_t number)
{
	json_key(writer, key);
	json_number(writer, number > 0 ? (uint64_t)number : 0);
}

static void put_count(struct json_writer *writer, const char *key, uint64_t number)
{
	json_key(writer, key);
	json_number(writer, number);
}

static void put_time(struct json_writer *writer, const char *key, int64_t ns)
{
	json_key(writer, key);
	json_time_or_null(writer, ns);
}

static void put_reasons(struct json_writer *writer, const struct status_reasons *reasons)
{
	json_key(writer, "reasons");
	json_open(writer, '[');
	for (size_t i = 0; i < reasons->n; i++)
		json_string(writer, str_from(reasons->texts[i]));
	json_close(writer, ']');
}

static void put_held(struct json_writer *writer, const struct status *status)
{
	json_key(writer, "held");
	json_open(writer, '[');
	for (size_t i = 0; i < status->held.n; i++) {
		json_open(writer, '{');
		for (int side = 0; side < SIDE_COUNT; side++) {
			json_key(writer, side_name((enum side)side));
			json_string(writer, status->held.items[i].id[side]);
		}
		json_close(writer, '}');
	}
	json_close(writer, ']');
}

static void put_cycle(struct json_writer *writer, const struct status *status)
{
	const struct runner_view *cycle = &status->cycle;

	json_key(writer, "cycle");
	if (!status->in_cycle) {
		json_null(writer);
		return;
	}
	json_open(writer, '{');
	put_number(writer, "id", cycle->cycle);
	put_text(writer, "kind", cycle->report.kind);
	put_text(writer, "phase", phase_name(cycle->phase));
	put_time(writer, "started_at", cycle->started_at);
	for (int side = 0; side < SIDE_COUNT; side++) {
		json_key(writer, side_name((enum side)side));
		json_open(writer, '{');
		put_count(writer, "seen", cycle->seen[side]);
		json_key(writer, "total");
		if (cycle->total[side] < 0)
			json_null(writer);
		else
			json_number(writer, (uint64_t)cycle->total[side]);
		json_close(writer, '}');
	}
	json_key(writer, "intents");
	json_open(writer, '{');
	put_count(writer, "done", cycle->intents_done);
	put_count(writer, "total", cycle->intents_total);
	json_close(writer, '}');
	json_close(writer, '}');
}

static void put_bool(struct json_writer *writer, const char *key, bool value)
{
	json_key(writer, key);
	json_raw(writer, str_from(value ? "true" : "false"));
}

static void put_side(struct json_writer *writer, const struct status_side *side)
{
	json_open(writer, '{');
	put_bool(writer, "reachable", side->reachable);
	put_time(writer, "last_success_at", side->last_success_at);
	put_count(writer, "consecutive_failures", side->consecutive_failures);
	put_time(writer, "failing_since", side->failing_since);
	json_key(writer, "last_error");
	json_string_or_null(writer, str_from(side->last_error));
	put_time(writer, "last_error_at", side->last_error_at);
	put_time(writer, "backoff_until", side->backoff_until);
	put_time(writer, "told_until", side->told_until);
	put_text(writer, "circuit", breaker_state_name(side->circuit));
	put_bool(writer, "token_refused", side->token_refused);
	put_bool(writer, "writes_refused", side->writes_refused);
	put_time(writer, "next_probe_at", side->next_probe_at);
	json_key(writer, "rate");
	json_open(writer, '{');
	put_count(writer, "allowed_per_minute", side->allowed_per_minute);
	put_count(writer, "used_last_minute", side->used_last_minute);
	json_close(writer, '}');
	json_close(writer, '}');
}

static void put_sides(struct json_writer *writer, const struct status *status)
{
	json_key(writer, "sides");
	json_open(writer, '{');
	for (int i = 0; i < SIDE_COUNT; i++) {
		json_key(writer, side_name((enum side)i));
		put_side(writer, &status->sides[i]);
	}
	json_close(writer, '}');
}

static void put_totals(struct json_writer *writer, const struct status_totals *totals)
{
	json_key(writer, "totals");
	json_open(writer, '{');
	put_number(writer, "links", totals->links);
	put_number(writer, "unlinked_records", totals->unlinked[SIDE_RECORDS]);
	put_number(writer, "unlinked_people", totals->unlinked[SIDE_PEOPLE]);
	put_number(writer, "conflicts", totals->conflicts);
	put_number(writer, "quarantined", totals->quarantined);
	put_number(writer, "pending", totals->pending);
	json_close(writer, '}');
}

/* Ages are told as of updated_at. */
static void put_freshness(struct json_writer *writer, const struct status *status)
{
	json_key(writer, "freshness");
	json_open(writer, '{');
	for (int i = 0; i < SIDE_COUNT; i++) {
		const struct status_freshness *side = &status->freshness[i];
		const bool known = side->last_complete_scan_at != 0;

		json_key(writer, side_name((enum side)i));
		json_open(writer, '{');
		put_time(writer, "last_complete_scan_at", side->last_complete_scan_at);
		json_key(writer, "oldest_unread_seconds");
		if (known && side->oldest_read_at <= status->updated_at)
			json_number(writer, (uint64_t)((status->updated_at - side->oldest_read_at) /
						       NS_PER_S));
		else
			json_null(writer);
		json_key(writer, "turn_seconds");
		if (known && side->turn_ns >= 0)
			json_number(writer, (uint64_t)(side->turn_ns / NS_PER_S));
		else
			json_null(writer);
		json_close(writer, '}');
	}
	json_close(writer, '}');
}

void status_format(const struct status *status, struct buf *out)
{
	struct json_writer writer = json_writer(out);

	json_open(&writer, '{');
	put_number(&writer, "schema", STATUS_SCHEMA);
	put_text(&writer, "version", status->version);
	put_text(&writer, "mode", status_mode_name(status->mode));
	put_number(&writer, "pid", status->pid);
	put_time(&writer, "started_at", status->started_at);
	put_time(&writer, "updated_at", status->updated_at);
	put_text(&writer, "state", status_state_name(status->state));
	put_text(&writer, "health", health_name(status->health));
	put_reasons(&writer, &status->reasons);
	put_cycle(&writer, status);
	json_key(&writer, "last_cycle");
	if (status->has_last_cycle)
		report_write(&writer, &status->last_cycle);
	else
		json_null(&writer);
	put_held(&writer, status);
	put_sides(&writer, status);
	put_totals(&writer, &status->totals);
	put_freshness(&writer, status);
	put_time(&writer, "next_cycle_at", status->next_cycle_at);
	json_close(&writer, '}');
	buf_add_char(out, '\n');
}
