/* SPDX-License-Identifier: Apache-2.0 */
#include "state/counters.h"

#include "state/store_p.h"

#include <string.h>

/* What each row of the table `counter` is.  Names are kept in files: none may change its meaning. */
static const struct {
	const char *name;
	size_t offset; /* of a uint64_t in struct counters */
} rows[] = {
	{ "cycles ok", offsetof(struct counters, cycles[OUTCOME_OK]) },
	{ "cycles partial", offsetof(struct counters, cycles[OUTCOME_PARTIAL]) },
	{ "cycles guarded", offsetof(struct counters, cycles[OUTCOME_GUARDED]) },
	{ "cycles failed", offsetof(struct counters, cycles[OUTCOME_FAILED]) },
	{ "created records", offsetof(struct counters, created[SIDE_RECORDS]) },
	{ "created people", offsetof(struct counters, created[SIDE_PEOPLE]) },
	{ "updated records", offsetof(struct counters, updated[SIDE_RECORDS]) },
	{ "updated people", offsetof(struct counters, updated[SIDE_PEOPLE]) },
	{ "removed records", offsetof(struct counters, removed[SIDE_RECORDS]) },
	{ "removed people", offsetof(struct counters, removed[SIDE_PEOPLE]) },
	{ "requests records", offsetof(struct counters, requests[SIDE_RECORDS]) },
	{ "requests people", offsetof(struct counters, requests[SIDE_PEOPLE]) },
	{ "requests_least records", offsetof(struct counters, requests_least[SIDE_RECORDS]) },
	{ "requests_least people", offsetof(struct counters, requests_least[SIDE_PEOPLE]) },
	{ "linked", offsetof(struct counters, linked) },
	{ "retries", offsetof(struct counters, retries) },
};

static struct counters of_cycle(const struct cycle_report *report)
{
	struct counters counters = { .linked = report->linked, .retries = report->retries };

	counters.cycles[report->outcome] = 1;
	for (int side = 0; side < SIDE_COUNT; side++) {
		counters.created[side] = report->created[side];
		counters.updated[side] = report->updated[side];
		counters.removed[side] = report->removed[side];
		counters.requests[side] = report->requests[side];
		counters.requests_least[side] = report->requests_least[side];
	}
	return counters;
}

/* A sum that would leave int64 stays where it is: SQLite would make a float of it. */
static bool add(struct store *store, const char *name, uint64_t n, struct error *err)
{
	struct sql_call call =
		sql_call(&store->sql,
			 "INSERT INTO counter(name, value) VALUES(?1, ?2) ON CONFLICT(name) DO "
			 "UPDATE SET value = value + ?2 WHERE value < 9223372036854775807 - ?2");

	sql_bind_text(&call, str_from(name));
	sql_bind_int(&call, n < INT64_MAX ? (int64_t)n : INT64_MAX);
	return sql_run(&call, err);
}

bool store_counters_add(struct store *store, const struct cycle_report *report, struct error *err)
{
	const struct counters counters = of_cycle(report);
	const char *bytes = (const char *)&counters;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		uint64_t n;

		memcpy(&n, bytes + rows[i].offset, sizeof(n));
		if (n > 0 && !add(store, rows[i].name, n, err))
			return false;
	}
	return true;
}

bool store_counters_read(struct store *store, struct counters *ret_counters, struct error *err)
{
	struct counters counters = { 0 };
	char *bytes = (char *)&counters;
	struct sql_call call = sql_call(&store->sql, "SELECT name, value FROM counter");
	bool row;

	while (sql_row(&call, &row, err)) {
		if (!row) {
			*ret_counters = counters;
			return true;
		}
		for (size_t i = 0; i < COUNT_OF(rows); i++) {
			const uint64_t n = (uint64_t)sql_int(&call, 1);

			if (str_equal_z(sql_text(&call, 0), rows[i].name))
				memcpy(bytes + rows[i].offset, &n, sizeof(n));
		}
	}
	return false;
}
