/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report_json: the last_cycle object, there and back.  Its keys are a contract.
 */
#include "base/clock.h"
#include "daemon/status/report.h"

#include <assert.h>
#include <string.h>

/* One number a side. */
static const struct {
	const char *key;
	size_t offset; /* of uint64_t[SIDE_COUNT] in struct cycle_report */
} by_side[] = {
	{ "created", offsetof(struct cycle_report, created) },
	{ "updated", offsetof(struct cycle_report, updated) },
	{ "removed", offsetof(struct cycle_report, removed) },
	{ "notes", offsetof(struct cycle_report, notes) },
	{ "references", offsetof(struct cycle_report, references) },
	{ "put_off", offsetof(struct cycle_report, put_off) },
	{ "requests", offsetof(struct cycle_report, requests) },
	{ "requests_least", offsetof(struct cycle_report, requests_least) },
};

static const struct {
	const char *key;
	size_t offset; /* of uint64_t in struct cycle_report */
} plain[] = {
	{ "cycles", offsetof(struct cycle_report, n_cycles) },
	{ "users", offsetof(struct cycle_report, users) },
	{ "linked", offsetof(struct cycle_report, linked) },
	{ "unchanged", offsetof(struct cycle_report, unchanged) },
	{ "conflicts", offsetof(struct cycle_report, conflicts) },
	{ "quarantined", offsetof(struct cycle_report, quarantined) },
	{ "left_out", offsetof(struct cycle_report, left_out) },
	{ "guarded", offsetof(struct cycle_report, guarded) },
	{ "waiting", offsetof(struct cycle_report, waiting) },
	{ "retries", offsetof(struct cycle_report, retries) },
};

static void write_time(struct json_writer *writer, const char *key, int64_t ns)
{
	json_key(writer, key);
	json_time_or_null(writer, ns);
}

/* Which side and which kind of error; the message is for stderr and the log. */
static void write_failure(struct json_writer *writer, const struct cycle_report *report)
{
	json_key(writer, "failure");
	if (report->failure.code == ERR_OK) {
		json_null(writer);
		return;
	}
	json_open(writer, '{');
	json_key(writer, "side");
	json_string(writer, str_from(side_name(report->failure_side)));
	json_key(writer, "code");
	json_string(writer, str_from(err_code_name(report->failure.code)));
	json_close(writer, '}');
}

void report_write(struct json_writer *writer, const struct cycle_report *report)
{
	const char *bytes = (const char *)report;

	json_open(writer, '{');
	json_key(writer, "id");
	json_number(writer, (uint64_t)report->id);
	json_key(writer, "kind");
	json_string(writer, str_from(report->kind));
	json_key(writer, "outcome");
	json_string(writer, str_from(outcome_name(report->outcome)));
	write_time(writer, "started_at", report->started_at);
	write_time(writer, "ended_at", report->ended_at);
	for (size_t i = 0; i < COUNT_OF(by_side); i++) {
		uint64_t n[SIDE_COUNT];

		memcpy(n, bytes + by_side[i].offset, sizeof(n));
		json_key(writer, by_side[i].key);
		json_open(writer, '{');
		for (int side = 0; side < SIDE_COUNT; side++) {
			json_key(writer, side_name((enum side)side));
			json_number(writer, n[side]);
		}
		json_close(writer, '}');
	}
	for (size_t i = 0; i < COUNT_OF(plain); i++) {
		uint64_t n;

		memcpy(&n, bytes + plain[i].offset, sizeof(n));
		json_key(writer, plain[i].key);
		json_number(writer, n);
	}
	write_failure(writer, report);
	json_close(writer, '}');
}

void report_format(const struct cycle_report *report, struct buf *out)
{
	struct json_writer writer = json_writer(out);

	report_write(&writer, report);
}

/* ---- Back ---- */

static uint64_t read_number(struct json_object *node)
{
	int64_t number = 0;

	return json_integer(node, &number) && number > 0 ? (uint64_t)number : 0;
}

static int64_t read_time(struct json_object *node)
{
	int64_t ns = 0;

	return clock_parse(json_text_or_empty(node), &ns) ? ns : 0;
}

static bool read_outcome(struct str name, enum outcome *ret_outcome)
{
	for (int i = 0; i < OUTCOME_COUNT; i++) {
		if (str_equal_z(name, outcome_name((enum outcome)i))) {
			*ret_outcome = (enum outcome)i;
			return true;
		}
	}
	return false;
}

static void read_failure(struct json_object *node, struct cycle_report *report)
{
	const struct str side = json_text_or_empty(json_child(node, "side"));
	const struct str code = json_text_or_empty(json_child(node, "code"));

	report->failure_side =
		str_equal_z(side, side_name(SIDE_PEOPLE)) ? SIDE_PEOPLE : SIDE_RECORDS;
	for (int i = 0; i < ERR_CODE_COUNT; i++) {
		if (str_equal_z(code, err_code_name((enum err_code)i)))
			report->failure.code = (enum err_code)i;
	}
}

bool report_parse(struct json_object *node, struct arena *arena, struct cycle_report *ret_report)
{
	struct cycle_report report = { .id = (int64_t)read_number(json_child(node, "id")) };
	char *bytes = (char *)&report;

	if (!read_outcome(json_text_or_empty(json_child(node, "outcome")), &report.outcome))
		return false;
	report.kind = arena_copy(arena, json_text_or_empty(json_child(node, "kind"))).p;
	report.started_at = read_time(json_child(node, "started_at"));
	report.ended_at = read_time(json_child(node, "ended_at"));
	for (size_t i = 0; i < COUNT_OF(by_side); i++) {
		struct json_object *pair = json_child(node, by_side[i].key);
		const uint64_t n[SIDE_COUNT] = {
			[SIDE_RECORDS] = read_number(json_child(pair, side_name(SIDE_RECORDS))),
			[SIDE_PEOPLE] = read_number(json_child(pair, side_name(SIDE_PEOPLE))),
		};

		memcpy(bytes + by_side[i].offset, n, sizeof(n));
	}
	for (size_t i = 0; i < COUNT_OF(plain); i++) {
		const uint64_t n = read_number(json_child(node, plain[i].key));

		memcpy(bytes + plain[i].offset, &n, sizeof(n));
	}
	read_failure(json_child(node, "failure"), &report);
	*ret_report = report;
	return true;
}
