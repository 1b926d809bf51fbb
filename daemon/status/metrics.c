/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/status/metrics.h"

#include "base/clock.h"
#include "daemon/status/replace_file.h"

#include <inttypes.h>

static const struct file_kind kind = { "metrics file", "status.metrics_path", 0644 };

/* ---- Lines ---- */

enum type { COUNTER, GAUGE };

static void head(struct buf *out, const char *name, enum type type, const char *help)
{
	buf_addf(out, "# HELP crmsync_%s %s\n# TYPE crmsync_%s %s\n", name, help, name,
		 type == COUNTER ? "counter" : "gauge");
}

static void number(struct buf *out, const char *name, enum type type, const char *help, uint64_t n)
{
	head(out, name, type, help);
	buf_addf(out, "crmsync_%s %" PRIu64 "\n", name, n);
}

static uint64_t positive(int64_t n)
{
	return n > 0 ? (uint64_t)n : 0;
}

/* Seconds with milliseconds. */
static void add_ns(struct buf *out, int64_t ns)
{
	buf_addf(out, " %" PRIu64 ".%03" PRIu64 "\n", positive(ns) / (uint64_t)NS_PER_S,
		 positive(ns) / (uint64_t)NS_PER_MS % 1000);
}

static void seconds(struct buf *out, const char *name, const char *help, int64_t ns)
{
	head(out, name, GAUGE, help);
	buf_addf(out, "crmsync_%s", name);
	add_ns(out, ns);
}

static void by_side(struct buf *out, const char *name, enum type type, const char *help,
		    const uint64_t n[SIDE_COUNT])
{
	head(out, name, type, help);
	for (int side = 0; side < SIDE_COUNT; side++)
		buf_addf(out, "crmsync_%s{side=\"%s\"} %" PRIu64 "\n", name,
			 side_name((enum side)side), n[side]);
}

/* What never was (0) is left out. */
static void times_by_side(struct buf *out, const char *name, const char *help,
			  const int64_t ns[SIDE_COUNT])
{
	head(out, name, GAUGE, help);
	for (int side = 0; side < SIDE_COUNT; side++) {
		if (ns[side] <= 0)
			continue;
		buf_addf(out, "crmsync_%s{side=\"%s\"}", name, side_name((enum side)side));
		add_ns(out, ns[side]);
	}
}

/* ---- Groups ---- */

static void add_process(struct buf *out, const struct status *status)
{
	head(out, "build_info", GAUGE, "Always 1; the version is the label.");
	buf_addf(out, "crmsync_build_info{version=\"%s\"} 1\n", status->version);
	seconds(out, "start_time_seconds", "When the process started, in Unix time.",
		status->started_at);
	seconds(out, "updated_timestamp_seconds", "When this file was written, in Unix time.",
		status->updated_at);
	head(out, "health", GAUGE, "1 for the health that it has, 0 for the others.");
	for (int i = 0; i < HEALTH_COUNT; i++)
		buf_addf(out, "crmsync_health{health=\"%s\"} %d\n", health_name((enum health)i),
			 status->health == (enum health)i);
}

static void add_counters(struct buf *out, const struct counters *counters)
{
	head(out, "cycles_total", COUNTER, "Cycles that ended, by what came of them.");
	for (int i = 0; i < OUTCOME_COUNT; i++)
		buf_addf(out, "crmsync_cycles_total{outcome=\"%s\"} %" PRIu64 "\n",
			 outcome_name((enum outcome)i), counters->cycles[i]);
	by_side(out, "persons_created_total", COUNTER, "Persons created on a side.",
		counters->created);
	by_side(out, "persons_updated_total", COUNTER, "Persons updated on a side.",
		counters->updated);
	by_side(out, "persons_removed_total", COUNTER, "Persons archived or deleted on a side.",
		counters->removed);
	number(out, "links_made_total", COUNTER, "Persons of the two sides that were linked.",
	       counters->linked);
	by_side(out, "requests_total", COUNTER, "Requests sent to a side.", counters->requests);
	by_side(out, "requests_least_total", COUNTER,
		"The least requests that could have done the same.", counters->requests_least);
	number(out, "request_retries_total", COUNTER, "Requests that had to be repeated.",
	       counters->retries);
}

static void add_totals(struct buf *out, const struct status_totals *totals)
{
	const uint64_t unlinked[SIDE_COUNT] = {
		[SIDE_RECORDS] = positive(totals->unlinked[SIDE_RECORDS]),
		[SIDE_PEOPLE] = positive(totals->unlinked[SIDE_PEOPLE]),
	};

	number(out, "links", GAUGE, "Linked pairs of persons.", positive(totals->links));
	by_side(out, "unlinked_persons", GAUGE, "Persons of a side without a link.", unlinked);
	number(out, "conflicts", GAUGE, "Conflicts that wait for a decision.",
	       positive(totals->conflicts));
	number(out, "quarantined_writes", GAUGE,
	       "Refused writes and unreadable persons in quarantine.",
	       positive(totals->quarantined));
	number(out, "pending_writes", GAUGE, "Writes that are decided and not done yet.",
	       positive(totals->pending));
}

static void add_sides(struct buf *out, const struct status *status)
{
	uint64_t reachable[SIDE_COUNT], failures[SIDE_COUNT], allowed[SIDE_COUNT], used[SIDE_COUNT];
	uint64_t circuit[SIDE_COUNT], token[SIDE_COUNT], writes[SIDE_COUNT];
	int64_t success[SIDE_COUNT], complete[SIDE_COUNT], turn[SIDE_COUNT], backoff[SIDE_COUNT];

	for (int i = 0; i < SIDE_COUNT; i++) {
		const struct status_side *side = &status->sides[i];

		reachable[i] = side->reachable ? 1 : 0;
		failures[i] = side->consecutive_failures;
		circuit[i] = side->circuit != BREAKER_CLOSED ? 1 : 0;
		token[i] = side->token_refused ? 1 : 0;
		writes[i] = side->writes_refused ? 1 : 0;
		backoff[i] = side->backoff_until;
		allowed[i] = side->allowed_per_minute;
		used[i] = side->used_last_minute;
		success[i] = side->last_success_at;
		complete[i] = status->freshness[i].last_complete_scan_at;
		turn[i] = status->freshness[i].turn_ns;
	}
	by_side(out, "side_reachable", GAUGE, "1 if a side can be reached.", reachable);
	by_side(out, "side_consecutive_failures", GAUGE, "Requests that failed in a row.",
		failures);
	by_side(out, "side_circuit_open", GAUGE, "1 if only probes are sent, after failures.",
		circuit);
	by_side(out, "side_token_refused", GAUGE, "1 if a side refuses the token.", token);
	by_side(out, "side_writes_refused", GAUGE, "1 if a side refuses every write.", writes);
	times_by_side(out, "side_backoff_until_timestamp_seconds",
		      "Until when a side is left alone, in Unix time; missing if it is not.",
		      backoff);
	by_side(out, "side_allowed_requests_per_minute", GAUGE, "0 for no limit.", allowed);
	by_side(out, "side_used_requests_last_minute", GAUGE, "Requests of the last minute.", used);
	times_by_side(out, "side_last_success_timestamp_seconds",
		      "When a side last answered, in Unix time.", success);
	times_by_side(out, "scan_complete_timestamp_seconds",
		      "When a side was last read whole, in Unix time.", complete);
	times_by_side(out, "scan_turn_seconds", "How long a reading of a whole side takes.", turn);
}

static void add_last_cycle(struct buf *out, const struct status *status)
{
	const struct cycle_report *last = &status->last_cycle;

	if (!status->has_last_cycle)
		return;
	seconds(out, "last_cycle_end_timestamp_seconds", "When the last cycle ended, in Unix time.",
		last->ended_at);
	seconds(out, "last_cycle_duration_seconds", "How long the last cycle took.",
		last->ended_at - last->started_at);
	number(out, "last_cycle_guarded_changes", GAUGE,
	       "Changes that the guard held back in the last cycle.", last->guarded);
	if (status->next_cycle_at != 0)
		seconds(out, "next_cycle_timestamp_seconds",
			"When the next cycle is due, in Unix time.", status->next_cycle_at);
}

void metrics_format(const struct status *status, const struct counters *counters, struct buf *out)
{
	add_process(out, status);
	add_counters(out, counters);
	add_totals(out, &status->totals);
	add_sides(out, status);
	add_last_cycle(out, status);
}

bool metrics_write(const char *path, const struct status *status, const struct counters *counters,
		   struct error *err)
{
	struct buf text;

	buf_init(&text, METRICS_BYTES);
	metrics_format(status, counters, &text);
	const bool ok = buf_ok(&text) ?
				file_replace(&kind, path, buf_str(&text), err) :
				error_set(err, ERR_INTERNAL,
					  "the metrics are longer than %zu bytes", METRICS_BYTES);

	buf_release(&text);
	return ok;
}
