/* SPDX-License-Identifier: Apache-2.0 */
/*
 * open: from a path to a database that is ours, whole and of today's layout.
 *
 * Nothing is written to a file before it is known to be ours: SQLite would undo what a killed program
 * left in its journal, or take a log into the file, as soon as it looks at it, so the header is looked
 * at without SQLite first.  WAL with synchronous=FULL: a commit is on the disk when it returns.  One
 * writer only: SQLite before 3.51.3 can damage a WAL that two connections write and checkpoint, so
 * readers open read-only.
 */
#include "state/schema.h"
#include "state/store_p.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* "crms", big-endian, in the header of the file. */
#define APPLICATION_ID 0x63726d73
#define BUSY_TIMEOUT_MS 5000

/* The header of a SQLite file, https://www.sqlite.org/fileformat.html; numbers are big-endian. */
#define MAGIC "SQLite format 3"
#define HEADER_BYTES 100
#define HEADER_PAGE_SIZE 16
#define HEADER_PAGES 28
#define HEADER_VERSION 60
#define HEADER_APPLICATION 68

/* For collecting candidate pairs; in a file of SQLite's own, behind a cache of bounded size. */
static const char temp_schema[] =
	"PRAGMA temp.cache_size = -4096;"
	"CREATE TEMP TABLE nameless(id TEXT NOT NULL PRIMARY KEY, reference TEXT NOT NULL) "
	"WITHOUT ROWID;"
	"CREATE TEMP TABLE crowd(key TEXT NOT NULL PRIMARY KEY, records INTEGER NOT NULL,"
	" people INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE TEMP TABLE candidate(key TEXT NOT NULL, side INTEGER NOT NULL,"
	" person INTEGER NOT NULL, PRIMARY KEY (key, side, person)) WITHOUT ROWID;"
	"CREATE TEMP TABLE edge(r_id TEXT NOT NULL, p_id TEXT NOT NULL, r INTEGER NOT NULL,"
	" p INTEGER NOT NULL, key TEXT NOT NULL, r_degree INTEGER NOT NULL DEFAULT 0,"
	" p_degree INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (r_id, p_id)) WITHOUT ROWID;"
	"CREATE INDEX temp.edge_people ON edge(p_id);"
	"CREATE TEMP TABLE suspect_key(kind INTEGER NOT NULL, key TEXT NOT NULL,"
	" linked INTEGER, PRIMARY KEY (kind, key)) WITHOUT ROWID;"
	"CREATE TEMP TABLE suspect(side INTEGER NOT NULL, id TEXT NOT NULL,"
	" suspicion INTEGER NOT NULL, key TEXT NOT NULL, other_id TEXT NOT NULL,"
	" PRIMARY KEY (side, id)) WITHOUT ROWID;";

static bool fail(const struct store *store, int native, const char *why, struct error *err)
{
	(void)error_set(err, ERR_STORE, "state %s: %s", store->path, why);
	err->native = native;
	return false;
}

static bool cannot_create(const struct store *store, int native, const char *advice,
			  struct error *err)
{
	(void)error_set(err, ERR_CREATE, "cannot create state %s: %s%s", store->path,
			system_words(native), advice);
	err->native = native;
	return false;
}

/* Opened and closed before SQLite does: a descriptor of ours that is closed later would drop
 * SQLite's locks.  The -wal and -shm files take the mode of this one. */
static bool create_file(const struct store *store, struct error *err)
{
	const int fd = open(store->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd >= 0) {
		(void)close(fd);
		return true;
	}
	if (errno == EEXIST)
		return true;
	return cannot_create(
		store, errno,
		errno == ENOENT ?
			"; create its directory first" :
			sql_disk_advice(errno, "; check the permissions of its directory"),
		err);
}

static uint32_t number_at(const unsigned char *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
	       bytes[3];
}

static bool not_a_database(const struct store *store, struct error *err)
{
	return sql_fail(&store->sql, SQLITE_NOTADB, err);
}

static bool damaged(const struct store *store, struct str how, struct error *err)
{
	(void)error_set(err, ERR_STORE,
			"state %s is damaged (%.*s): restore a backup, or start anew with `crmsync "
			"reset`",
			store->path, STR_ARG(str_head(how, 160)));
	err->native = SQLITE_CORRUPT;
	return false;
}

static bool other_program(const struct store *store, struct error *err)
{
	return fail(store, SQLITE_NOTADB,
		    "this is the database of another program; name another file", err);
}

static bool newer_program(const struct store *store, struct error *err)
{
	return fail(store, SQLITE_MISMATCH, "a newer crmsync wrote this file; use that version",
		    err);
}

/* One page at most: what made it one's own may still stand in the log, so SQLite has to say. */
static bool check_bytes(const struct store *store, const unsigned char *bytes, struct error *err)
{
	const uint32_t application_id = number_at(bytes + HEADER_APPLICATION);

	if (memcmp(bytes, MAGIC, sizeof(MAGIC)) != 0)
		return not_a_database(store, err);
	if (application_id != APPLICATION_ID)
		return (application_id == 0 && number_at(bytes + HEADER_PAGES) <= 1) ||
		       other_program(store, err);
	return number_at(bytes + HEADER_VERSION) <= store_schema_n || newer_program(store, err);
}

/* A file is so many whole pages; the last one may be half written by who died in the middle of taking
 * the log into it, and then the log is still there. */
static bool check_size(const struct store *store, const unsigned char *bytes, off_t size,
		       struct error *err)
{
	const unsigned page = (unsigned)bytes[HEADER_PAGE_SIZE] << 8 | bytes[HEADER_PAGE_SIZE + 1];
	const off_t page_size = page == 1 ? 65536 : page; /* 65536 has no room in two bytes */
	struct arena arena = { 0 };
	struct stat log;
	const bool has_log =
		stat(arena_format(&arena, "%s-wal", store->path).p, &log) == 0 && log.st_size > 0;

	arena_release(&arena);
	return has_log || (page_size > 0 && size % page_size == 0) ||
	       damaged(store, STR_LIT("it was cut short"), err);
}

/* Before SQLite opens it: closing a descriptor drops SQLite's locks.  What cannot be read is left to
 * SQLite, which says why. */
static bool peek(const struct store *store, struct error *err)
{
	unsigned char bytes[HEADER_BYTES];
	const int fd = open(store->path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return true;
	const off_t size = lseek(fd, 0, SEEK_END);
	const ssize_t n = pread(fd, bytes, sizeof(bytes), 0);

	(void)close(fd);
	if (n <= 0)
		return true;
	if ((size_t)n < sizeof(bytes))
		return not_a_database(store, err);
	return check_bytes(store, bytes, err) && check_size(store, bytes, size, err);
}

/* Is there a file that may be opened?  *ret_found false: there is none. */
static bool check_file(const struct store *store, bool *ret_found, struct error *err)
{
	struct stat facts;

	if (stat(store->path, &facts) != 0) {
		if (errno == ENOENT || errno == ENOTDIR) {
			*ret_found = false;
			return true;
		}
		(void)error_set(err, ERR_STORE,
				"state %s: %s; check the permissions of its directory", store->path,
				system_words(errno));
		err->native = SQLITE_CANTOPEN;
		return false;
	}
	if (!S_ISREG(facts.st_mode))
		return fail(store, SQLITE_CANTOPEN,
			    S_ISDIR(facts.st_mode) ? "this is a directory; name a file" :
						     "this is not a regular file",
			    err);
	*ret_found = true;
	return peek(store, err);
}

/* The last one to close takes the log into the file: not before it is known to be ours, and whole. */
static void keep_log(struct sql *sql, bool keep)
{
	(void)sqlite3_db_config(sql->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, (int)keep, NULL);
}

static bool connect(struct sql *sql, const char *path, int flags, struct error *err)
{
	const int rc = sqlite3_open_v2(path, &sql->db,
				       flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE |
					       SQLITE_OPEN_EXRESCODE,
				       NULL);

	if (rc != SQLITE_OK)
		return sql_fail(sql, rc, err);
	(void)sqlite3_busy_timeout(sql->db, BUSY_TIMEOUT_MS);
	keep_log(sql, true);
	return sql_exec(sql,
			"PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;"
			"PRAGMA mmap_size = 0; PRAGMA cache_size = -8192;"
			"PRAGMA temp_store = FILE",
			err);
}

struct header {
	int64_t application_id;
	int64_t version;
	int64_t n_tables;
};

static bool read_header(struct store *store, struct header *ret_header, struct error *err)
{
	struct header header;

	if (!store_number(store, "PRAGMA application_id", 0, &header.application_id, err) ||
	    !store_number(store, "PRAGMA user_version", 0, &header.version, err) ||
	    !store_number(store, "SELECT count(*) FROM sqlite_schema", 0, &header.n_tables, err))
		return false;
	*ret_header = header;
	return true;
}

/* Ours, and not from the future?  version 0: new. */
static bool check_header(struct store *store, int64_t *ret_version, struct error *err)
{
	struct header header;

	if (!read_header(store, &header, err))
		return false;
	const bool blank =
		header.application_id == 0 && header.version == 0 && header.n_tables == 0;

	if (!blank && header.application_id != APPLICATION_ID)
		return other_program(store, err);
	if (header.version > (int64_t)store_schema_n)
		return newer_program(store, err);
	if (!blank && header.version < 1)
		return fail(store, SQLITE_CORRUPT,
			    "the file has no version: it is damaged; restore a backup, or start "
			    "anew with `crmsync reset`",
			    err);
	*ret_version = header.version;
	return true;
}

/* SQLite itself accepts commits on top of a file that was cut short; this notices. */
static bool check_pages(struct store *store, struct error *err)
{
	bool row;
	struct sql_call call = sql_call(&store->sql, "PRAGMA quick_check(1)");

	if (!sql_row(&call, &row, err))
		return false;
	const bool ok = row && str_equal_z(sql_text(&call, 0), "ok");

	if (row && !ok) {
		struct str rest = sql_text(&call, 0);
		struct str line = rest;

		/* "*** in database main ***", then one line for each finding. */
		while (str_cut(&rest, '\n', &line) && str_starts(line, STR_LIT("***")))
			continue;
		(void)damaged(store, line, err);
	}
	sql_end(&call);
	return ok;
}

static bool migrate_one(struct store *store, const struct store_schema *schema, struct error *err)
{
	char stamp[80];

	(void)snprintf(stamp, sizeof(stamp), "PRAGMA application_id = %d; PRAGMA user_version = %d",
		       APPLICATION_ID, schema->version);
	if (!store_begin(store, err))
		return false;
	if (sql_exec(&store->sql, schema->sql, err) && sql_exec(&store->sql, stamp, err) &&
	    store_commit(store, err))
		return true;
	store_rollback(store);
	return error_wrap(err, "migration %s", schema->name);
}

static bool migrate(struct store *store, int64_t version, struct error *err)
{
	for (size_t i = (size_t)version; i < store_schema_n; i++) {
		if (!migrate_one(store, &store_schema[i], err))
			return false;
	}
	return true;
}

/* A reader makes them with the mode of the file: beside one that was read-only at that time they would
 * keep it so. */
static void make_log_writable(const struct store *store)
{
	static const char *const suffixes[] = { "-wal", "-shm" };
	struct arena arena = { 0 };

	for (size_t i = 0; i < COUNT_OF(suffixes) && access(store->path, W_OK) == 0; i++) {
		const char *path = arena_format(&arena, "%s%s", store->path, suffixes[i]).p;

		if (access(path, F_OK) == 0 && access(path, W_OK) != 0)
			(void)chmod(path, 0600);
	}
	arena_release(&arena);
}

static bool open_write(struct store *store, struct error *err)
{
	bool found;
	int64_t version;

	/* Before the lock, so that the message tells of the path and not of the lock's. */
	if (!check_file(store, &found, err) || !lock_take(store, err))
		return false;
	if (!create_file(store, err))
		return false;
	make_log_writable(store);
	if (!connect(&store->sql, store->path, SQLITE_OPEN_READWRITE, err))
		return false;
	if (sqlite3_db_readonly(store->sql.db, "main") == 1)
		return fail(store, SQLITE_READONLY,
			    "the file is read-only; check its permissions and its file system",
			    err);
	if (!check_header(store, &version, err) || !check_pages(store, err))
		return false;
	keep_log(&store->sql, false);
	if (!sql_exec(&store->sql,
		      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
		      "PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;"
		      "PRAGMA journal_size_limit = 16777216",
		      err) ||
	    !migrate(store, version, err))
		return false;
	forget_scrub_on_opening(store);
	return sql_exec(&store->sql, temp_schema, err);
}

/* Ours, and of exactly this layout. */
static bool check_reader(struct store *store, struct error *err)
{
	int64_t version;

	if (!check_header(store, &version, err))
		return false;
	if (version < (int64_t)store_schema_n)
		return fail(store, SQLITE_MISMATCH,
			    version == 0 ?
				    "the file is empty; the first sync fills it" :
				    "an older crmsync wrote this file; the next sync brings it "
				    "up to date",
			    err);
	return true;
}

static bool open_read(struct store *store, struct error *err)
{
	bool found;

	if (!check_file(store, &found, err))
		return false;
	if (!found)
		return fail(store, SQLITE_CANTOPEN,
			    "there is no state yet; `crmsync sync` makes it", err);
	return connect(&store->sql, store->path, SQLITE_OPEN_READONLY, err) &&
	       check_reader(store, err);
}

/* The backup reads one snapshot, also while a daemon writes. */
static bool copy_database(struct store *store, struct sql *from, struct error *err)
{
	sqlite3_backup *backup = sqlite3_backup_init(store->sql.db, "main", from->db, "main");

	if (backup == NULL)
		return sql_fail(&store->sql, sqlite3_extended_errcode(store->sql.db), err);
	const int stepped = sqlite3_backup_step(backup, -1);
	const int finished = sqlite3_backup_finish(backup);

	if (stepped == SQLITE_DONE)
		return true;
	return sql_fail(from, finished != SQLITE_OK ? finished : stepped, err);
}

static bool open_scratch(struct store *store, struct error *err)
{
	struct sql from = { .path = store->path };
	int64_t version = 0;
	bool found;
	bool ok = false;

	if (!check_file(store, &found, err))
		return false;
	/* An empty name is a temporary file that SQLite deletes as soon as it has opened it. */
	if (!connect(&store->sql, "", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, err))
		return false;
	if (found && (!connect(&from, store->path, SQLITE_OPEN_READONLY, err) ||
		      !copy_database(store, &from, err)))
		goto close_from;
	if (!check_header(store, &version, err) || !check_pages(store, err))
		goto close_from;
	ok = sql_exec(&store->sql,
		      "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;"
		      "PRAGMA foreign_keys = ON",
		      err) &&
	     migrate(store, version, err) && sql_exec(&store->sql, temp_schema, err);
close_from:
	(void)sqlite3_close(from.db);
	return ok;
}

bool open_database(struct store *store, struct error *err)
{
	switch (store->mode) {
	case STORE_WRITE:
		return open_write(store, err);
	case STORE_READ:
		return open_read(store, err);
	case STORE_SCRATCH:
		return open_scratch(store, err);
	}
	return error_set(err, ERR_INTERNAL, "state: unknown mode");
}
