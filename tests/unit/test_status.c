/* SPDX-License-Identifier: Apache-2.0 */
/* The status file: its JSON there and back, health and its reasons, and that it is replaced whole. */
#include "daemon/status/status.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000000)
#define NOON (INT64_C(1767268800) * SECOND) /* 2026-01-01T12:00:00Z */

static struct status sample(void)
{
	struct status status = {
		.version = "1.2.3",
		.mode = MODE_ONESHOT,
		.pid = 42,
		.started_at = NOON,
		.updated_at = NOON + 100 * SECOND,
		.state = STATE_SCANNING,
		.in_cycle = true,
		.cycle = { .phase = PHASE_SCAN,
			   .cycle = 7,
			   .started_at = NOON,
			   .seen = { 500, 30 },
			   .total = { -1, 10000 },
			   .intents_done = 1,
			   .intents_total = 2,
			   .report = { .kind = "full" } },
		.has_last_cycle = true,
		.last_cycle = { .id = 6,
				.n_cycles = 1,
				.kind = "full",
				.outcome = OUTCOME_OK,
				.started_at = NOON - 60 * SECOND,
				.ended_at = NOON - 50 * SECOND,
				.created = { 1, 2 },
				.updated = { 3, 4 },
				.removed = { 5, 6 },
				.notes = { 14, 15 },
				.users = 18,
				.references = { 16, 17 },
				.linked = 7,
				.unchanged = 8,
				.left_out = 14,
				.retries = 9,
				.requests = { 10, 11 },
				.requests_least = { 12, 13 } },
		.totals = { .links = 20, .unlinked = { 21, 22 }, .pending = 23 },
		.next_cycle_at = NOON + 200 * SECOND,
	};

	for (int side = 0; side < SIDE_COUNT; side++) {
		status.sides[side] = (struct status_side){
			.reachable = true,
			.last_success_at = NOON + 99 * SECOND,
			.allowed_per_minute = 20,
			.used_last_minute = 12,
		};
		status.freshness[side] = (struct status_freshness){
			.last_complete_scan_at = NOON - 50 * SECOND,
			.oldest_read_at = NOON - 60 * SECOND,
			.turn_ns = 10 * SECOND,
		};
	}
	return status;
}

static void format(const struct status *status, struct buf *out)
{
	buf_init(out, STATUS_BYTES);
	status_format(status, out);
	assert_true(buf_ok(out));
}

/* Word by word: the keys are a contract. */
static void formats_every_key(void **state)
{
	struct status status = sample();
	struct buf text;

	(void)state;
	status.last_cycle.put_off[SIDE_PEOPLE] = 19;
	status_judge(&status);
	format(&status, &text);
	assert_string_equal(
		buf_z(&text),
		"{\"schema\":1,\"version\":\"1.2.3\",\"mode\":\"oneshot\",\"pid\":42,"
		"\"started_at\":\"2026-01-01T12:00:00.000Z\","
		"\"updated_at\":\"2026-01-01T12:01:40.000Z\",\"state\":\"scanning\","
		"\"health\":\"ok\",\"reasons\":[\"persons that are created when the whole list of "
		"people has been read: 19\"],"
		"\"cycle\":{\"id\":7,\"kind\":\"full\",\"phase\":\"scan\","
		"\"started_at\":\"2026-01-01T12:00:00.000Z\","
		"\"records\":{\"seen\":500,\"total\":null},"
		"\"people\":{\"seen\":30,\"total\":10000},\"intents\":{\"done\":1,\"total\":2}},"
		"\"last_cycle\":{\"id\":6,\"kind\":\"full\",\"outcome\":\"ok\","
		"\"started_at\":\"2026-01-01T11:59:00.000Z\","
		"\"ended_at\":\"2026-01-01T11:59:10.000Z\","
		"\"created\":{\"records\":1,\"people\":2},\"updated\":{\"records\":3,\"people\":4},"
		"\"removed\":{\"records\":5,\"people\":6},"
		"\"notes\":{\"records\":14,\"people\":15},"
		"\"references\":{\"records\":16,\"people\":17},"
		"\"put_off\":{\"records\":0,\"people\":19},\"requests\":{\"records\":10,\"people\":11},"
		"\"requests_least\":{\"records\":12,\"people\":13},\"cycles\":1,\"users\":18,"
		"\"linked\":7,\"unchanged\":8,"
		"\"conflicts\":0,\"quarantined\":0,\"left_out\":14,\"guarded\":0,"
		"\"waiting\":0,\"retries\":9,"
		"\"failure\":null},"
		"\"held\":[],\"sides\":{\"records\":{\"reachable\":true,"
		"\"last_success_at\":\"2026-01-01T12:01:39.000Z\",\"consecutive_failures\":0,"
		"\"failing_since\":null,\"last_error\":null,\"last_error_at\":null,"
		"\"backoff_until\":null,"
		"\"told_until\":null,\"circuit\":\"closed\",\"token_refused\":false,"
		"\"writes_refused\":false,\"next_probe_at\":null,"
		"\"rate\":{\"allowed_per_minute\":20,\"used_last_minute\":12}},"
		"\"people\":{\"reachable\":true,"
		"\"last_success_at\":\"2026-01-01T12:01:39.000Z\",\"consecutive_failures\":0,"
		"\"failing_since\":null,\"last_error\":null,\"last_error_at\":null,"
		"\"backoff_until\":null,"
		"\"told_until\":null,\"circuit\":\"closed\",\"token_refused\":false,"
		"\"writes_refused\":false,\"next_probe_at\":null,"
		"\"rate\":{\"allowed_per_minute\":20,\"used_last_minute\":12}}},"
		"\"totals\":{\"links\":20,\"unlinked_records\":21,\"unlinked_people\":22,"
		"\"conflicts\":0,\"quarantined\":0,\"pending\":23},"
		"\"freshness\":{\"records\":{\"last_complete_scan_at\":\"2026-01-01T11:59:10.000Z\","
		"\"oldest_unread_seconds\":160,\"turn_seconds\":10},"
		"\"people\":{\"last_complete_scan_at\":\"2026-01-01T11:59:10.000Z\","
		"\"oldest_unread_seconds\":160,\"turn_seconds\":10}},"
		"\"next_cycle_at\":\"2026-01-01T12:03:20.000Z\"}\n");
	buf_release(&text);
}

/* What was parsed formats to the same text. */
static void check_round_trip(const struct status *status)
{
	struct arena arena = { 0 };
	struct buf before, after;
	struct status parsed;
	struct error err;

	format(status, &before);
	assert_true(status_parse(buf_str(&before), &arena, &parsed, &err));
	format(&parsed, &after);
	assert_string_equal(buf_z(&after), buf_z(&before));
	buf_release(&after);
	buf_release(&before);
	arena_release(&arena);
}

static void survives_a_round_trip(void **state)
{
	struct status status = sample();

	(void)state;
	status.last_cycle.put_off[SIDE_PEOPLE] = 19;
	check_round_trip(&status);
	status.last_cycle.outcome = OUTCOME_FAILED;
	status.last_cycle.failure.code = ERR_AUTH;
	status.last_cycle.failure_side = SIDE_PEOPLE;
	status.sides[SIDE_PEOPLE].reachable = false;
	status.sides[SIDE_PEOPLE].backoff_until = NOON + 130 * SECOND;
	status.sides[SIDE_PEOPLE].told_until = NOON + 131 * SECOND;
	status.sides[SIDE_PEOPLE].failing_since = NOON + 40 * SECOND;
	status.sides[SIDE_PEOPLE].next_probe_at = NOON + 132 * SECOND;
	status.sides[SIDE_PEOPLE].circuit = BREAKER_HALF_OPEN;
	status.sides[SIDE_PEOPLE].token_refused = true;
	status.sides[SIDE_RECORDS].writes_refused = true;
	(void)snprintf(status.sides[SIDE_PEOPLE].last_error,
		       sizeof(status.sides[SIDE_PEOPLE].last_error), "a \"quoted\" error");
	status.sides[SIDE_PEOPLE].last_error_at = NOON + 133 * SECOND;
	status_judge(&status);
	assert_true(status.reasons.n > 0);
	check_round_trip(&status);
	check_round_trip(
		&(struct status){ .version = "", .mode = MODE_DAEMON, .state = STATE_STOPPED });
}

struct health_case {
	const char *name;
	enum outcome outcome;
	enum err_code failure;
	int64_t conflicts, quarantined;
	bool unreachable;
	enum health health;
	size_t n_reasons;
};

static const struct health_case health_cases[] = {
	{ "all is well", OUTCOME_OK, ERR_OK, 0, 0, false, HEALTH_OK, 0 },
	{ "conflicts", OUTCOME_OK, ERR_OK, 2, 0, false, HEALTH_DEGRADED, 1 },
	{ "quarantine", OUTCOME_OK, ERR_OK, 0, 1, false, HEALTH_DEGRADED, 1 },
	{ "both", OUTCOME_OK, ERR_OK, 2, 1, false, HEALTH_DEGRADED, 2 },
	{ "guarded", OUTCOME_GUARDED, ERR_OK, 0, 0, false, HEALTH_DEGRADED, 1 },
	{ "partial", OUTCOME_PARTIAL, ERR_TRANSIENT, 0, 0, false, HEALTH_DEGRADED, 1 },
	{ "failed", OUTCOME_FAILED, ERR_TRANSIENT, 0, 0, false, HEALTH_FAILING, 1 },
	{ "failed, conflicts", OUTCOME_FAILED, ERR_AUTH, 1, 0, false, HEALTH_FAILING, 2 },
	{ "token lost midway", OUTCOME_PARTIAL, ERR_AUTH, 0, 0, false, HEALTH_FAILING, 2 },
	{ "unreachable", OUTCOME_OK, ERR_OK, 0, 0, true, HEALTH_FAILING, 1 },
};

static void judges_health(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(health_cases); i++) {
		const struct health_case *c = &health_cases[i];
		struct status status = sample();

		status.last_cycle.outcome = c->outcome;
		status.last_cycle.failure.code = c->failure;
		status.totals.conflicts = c->conflicts;
		status.totals.quarantined = c->quarantined;
		status.sides[SIDE_RECORDS].reachable = !c->unreachable;
		status_judge(&status);
		if (status.health != c->health || status.reasons.n != c->n_reasons)
			fail_msg("%s: %s for %zu reasons", c->name, health_name(status.health),
				 status.reasons.n);
	}
}

/* Times: seconds after the writing, 0: none. */
struct side_case {
	const char *name;
	struct {
		enum breaker_state circuit;
		bool token_refused, writes_refused;
		int probe, told;
	} side;
	int next_cycle;
	enum health health;
	const char *reasons[3];
};

static const struct side_case side_cases[] = {
	{ "closed", { .circuit = BREAKER_CLOSED }, 60, HEALTH_OK, { NULL } },
	{ "open",
	  { .circuit = BREAKER_OPEN, .probe = 40 },
	  0,
	  HEALTH_FAILING,
	  { "people does not answer, or only with errors, since 2026-01-01T12:00:30Z; "
	    "next probe at 2026-01-01T12:02:20Z" } },
	{ "open, and the next cycle is later than its end",
	  { .circuit = BREAKER_OPEN, .probe = 40 },
	  50,
	  HEALTH_FAILING,
	  { "people does not answer, or only with errors, since 2026-01-01T12:00:30Z; "
	    "next probe at 2026-01-01T12:02:30Z" } },
	{ "a probe is under way",
	  { .circuit = BREAKER_HALF_OPEN, .probe = -1 },
	  0,
	  HEALTH_FAILING,
	  { "people does not answer, or only with errors, since 2026-01-01T12:00:30Z; "
	    "a probe is due" } },
	{ "the token",
	  { .token_refused = true, .probe = 40 },
	  0,
	  HEALTH_FAILING,
	  { "people refuses the token; next probe at 2026-01-01T12:02:20Z" } },
	{ "writes",
	  { .writes_refused = true, .probe = 40 },
	  0,
	  HEALTH_FAILING,
	  { "people refuses every write; next probe at 2026-01-01T12:02:20Z" } },
	{ "told",
	  { .told = 7 },
	  0,
	  HEALTH_DEGRADED,
	  { "people asked to be left alone until 2026-01-01T12:01:47Z" } },
	{ "told, and that is over", { .told = -1 }, 0, HEALTH_OK, { NULL } },
	{ "all of it",
	  { .circuit = BREAKER_OPEN, .token_refused = true, .probe = 40, .told = 40 },
	  0,
	  HEALTH_FAILING,
	  { "people does not answer, or only with errors, since 2026-01-01T12:00:30Z; "
	    "next probe at 2026-01-01T12:02:20Z",
	    "people refuses the token; next probe at 2026-01-01T12:02:20Z",
	    "people asked to be left alone until 2026-01-01T12:02:20Z" } },
};

static void judges_a_side(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(side_cases); i++) {
		const struct side_case *c = &side_cases[i];
		struct status status = sample();
		struct status_side *side = &status.sides[SIDE_PEOPLE];
		size_t n = 0;

		side->circuit = c->side.circuit;
		side->failing_since = NOON + 30 * SECOND;
		side->token_refused = c->side.token_refused;
		side->writes_refused = c->side.writes_refused;
		if (c->side.probe != 0)
			side->next_probe_at = status.updated_at + c->side.probe * SECOND;
		if (c->side.told != 0)
			side->told_until = status.updated_at + c->side.told * SECOND;
		status.next_cycle_at =
			c->next_cycle != 0 ? status.updated_at + c->next_cycle * SECOND : 0;
		status_judge(&status);
		while (n < COUNT_OF(c->reasons) && c->reasons[n] != NULL)
			n++;
		if (status.health != c->health || status.reasons.n != n)
			fail_msg("%s: %s for %zu reasons", c->name, health_name(status.health),
				 status.reasons.n);
		for (size_t k = 0; k < n; k++)
			assert_string_equal(status.reasons.texts[k], c->reasons[k]);
	}
}

/* Only a daemon can do something about it, and the reason goes when it has. */
static void judges_what_is_stale(void **state)
{
	struct status status = sample();

	(void)state;
	status.updated_at = NOON + 7200 * SECOND;
	status.interval_ns = 60 * SECOND;
	status_judge(&status);
	assert_int_equal(status.health, HEALTH_OK); /* a one-shot's */
	status.mode = MODE_DAEMON;
	status_judge(&status);
	assert_int_equal(status.health, HEALTH_DEGRADED);
	assert_string_equal(status.reasons.texts[0],
			    "stale: records has not been read whole for 120 min");
	status.freshness[SIDE_RECORDS].last_complete_scan_at = status.updated_at - SECOND;
	status.freshness[SIDE_PEOPLE].turn_ns = 3600 * SECOND; /* a large one takes its time */
	status_judge(&status);
	assert_int_equal(status.health, HEALTH_OK);
	assert_int_equal(status.reasons.n, 0);
	status.config_refused = true;
	status_judge(&status);
	assert_int_equal(status.health, HEALTH_DEGRADED);
	assert_int_equal(status.reasons.n, 1);
}

static void refuses_what_is_no_status(void **state)
{
	static const char *const texts[] = { "", "{", "[]", "{}", "{\"schema\":2}", "null" };
	struct arena arena = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct status status;
		struct error err;

		if (status_parse(str_from(texts[i]), &arena, &status, &err))
			fail_msg("took %s", texts[i]);
		assert_int_equal(err.code, ERR_MALFORMED);
	}
	arena_release(&arena);
}

/* ---- The file ---- */

struct place {
	char folder[32];
	char path[64], temporary[80];
};

static void make_place(struct place *place)
{
	(void)snprintf(place->folder, sizeof(place->folder), "/tmp/test_status.XXXXXX");
	assert_non_null(mkdtemp(place->folder));
	(void)snprintf(place->path, sizeof(place->path), "%s/run/status.json", place->folder);
	(void)snprintf(place->temporary, sizeof(place->temporary), "%s.tmp", place->path);
}

static void remove_place(const struct place *place)
{
	char folder[64];

	(void)snprintf(folder, sizeof(folder), "%s/run", place->folder);
	(void)unlink(place->temporary);
	(void)unlink(place->path);
	(void)rmdir(folder);
	assert_int_equal(rmdir(place->folder), 0);
}

static void replaces_the_file(void **state)
{
	struct status status = sample();
	struct arena arena = { 0 };
	struct place place;
	struct stat info;
	struct error err;
	struct str text;
	struct status back;

	(void)state;
	make_place(&place);
	assert_true(status_write(place.path, &status, &err)); /* makes the folder */
	assert_int_equal(stat(place.path, &info), 0);
	assert_int_equal(info.st_mode & 07777, 0640);

	/* What a killed process left beside it is no hindrance. */
	const int fd = open(place.temporary, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(close(fd), 0);
	status.pid = 43;
	assert_true(status_write(place.path, &status, &err));
	assert_int_not_equal(access(place.temporary, F_OK), 0);
	assert_true(status_read(place.path, &arena, &text, &err));
	assert_true(status_parse(text, &arena, &back, &err));
	assert_int_equal(back.pid, 43);
	arena_release(&arena);
	remove_place(&place);
}

static void says_that_there_is_none(void **state)
{
	struct arena arena = { 0 };
	struct place place;
	struct error err;
	struct str text;

	(void)state;
	make_place(&place);
	assert_false(status_read(place.path, &arena, &text, &err));
	assert_int_equal(err.code, ERR_GONE);
	arena_release(&arena);
	remove_place(&place);
}

static void fails_where_it_cannot_write(void **state)
{
	const struct status status = sample();
	struct error err;

	(void)state;
	assert_false(status_write("/proc/no/such/folder/status.json", &status, &err));
	assert_int_equal(err.code, ERR_CREATE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats_every_key),
		cmocka_unit_test(survives_a_round_trip),
		cmocka_unit_test(judges_health),
		cmocka_unit_test(judges_a_side),
		cmocka_unit_test(judges_what_is_stale),
		cmocka_unit_test(refuses_what_is_no_status),
		cmocka_unit_test(replaces_the_file),
		cmocka_unit_test(says_that_there_is_none),
		cmocka_unit_test(fails_where_it_cannot_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
