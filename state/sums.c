/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sums: checksums of rows.  SQLite does not notice a flipped bit inside a value; integrity_check finds
 * one flip in six.  These find it in the rows that decide what is written where.
 */
#include "state/store_p.h"

void sum_start(struct store *store)
{
	buf_reset(&store->sum);
}

void sum_int(struct store *store, int64_t number)
{
	const uint64_t bits = (uint64_t)number;

	for (unsigned i = 0; i < 8; i++)
		buf_add_char(&store->sum, (char)(unsigned char)(bits >> (8 * i)));
}

void sum_str(struct store *store, struct str text)
{
	sum_int(store, (int64_t)text.len);
	buf_add_str(&store->sum, text);
}

int64_t sum_end(struct store *store, enum sum_table table)
{
	return (int64_t)hash64(buf_str(&store->sum), (uint64_t)table + 1);
}

bool sum_fail(const struct store *store, const char *table, int64_t row, struct error *err)
{
	(void)error_set(err, ERR_STORE,
			"state %s: %s %lld does not match its checksum: the file is damaged; "
			"restore a backup, or start anew with `crmsync reset`",
			store->path, table, (long long)row);
	err->native = SQLITE_CORRUPT;
	return false;
}
