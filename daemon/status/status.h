/* SPDX-License-Identifier: Apache-2.0 */
/*
 * status: the status file: what the program is doing and how it fares, for people, scripts and
 * monitoring.  Its keys are a contract; the file is written whole and renamed, so that a reader never
 * sees half of one.
 *
 * No personal data, no token and no words of a server stand in it.
 *
 *   status_judge.c   health and its reasons
 *   status_format.c  struct status -> JSON
 *   status_parse.c   JSON -> struct status
 *   status_file.c    the file
 *
 * Ownership: texts are static, or belong to the arena that the status was parsed into.
 */
#ifndef CRMSYNC_DAEMON_STATUS_STATUS_H
#define CRMSYNC_DAEMON_STATUS_STATUS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/vec.h"
#include "core/cycle.h"
#include "daemon/runner/runner.h"
#include "net/breaker.h"

#include <sys/types.h>

/* ---- Data ---- */

#define STATUS_SCHEMA 1
/* A status file is never longer than this. */
#define STATUS_BYTES ((size_t)64 * 1024)
/* A daemon that has not written for this long is taken for dead. */
#define STATUS_SILENCE_NS (INT64_C(10) * 1000000000)

enum status_mode { MODE_DAEMON, MODE_ONESHOT, MODE_COUNT };

enum status_state {
	STATE_STARTING,
	STATE_IDLE,
	STATE_SCANNING,
	STATE_MATCHING,
	STATE_PUSHING,
	STATE_BACKING_OFF,
	STATE_STOPPING,
	STATE_STOPPED,
	STATE_COUNT
};

enum health { HEALTH_OK, HEALTH_DEGRADED, HEALTH_FAILING, HEALTH_COUNT };

#define STATUS_REASONS_MAX 8

struct status_reasons {
	size_t n;
	char texts[STATUS_REASONS_MAX][128];
};

/* A removal that the guard holds back. */
struct status_held {
	struct str id[SIDE_COUNT];
};

struct status_side {
	bool reachable;
	int64_t last_success_at; /* ns; 0: never, as for all times here */
	uint64_t consecutive_failures;
	char last_error[200]; /* "": none */
	int64_t last_error_at;
	int64_t backoff_until;
	int64_t told_until;    /* the side asked to be left alone */
	int64_t failing_since; /* the first of consecutive_failures */
	enum breaker_state circuit;
	bool token_refused, writes_refused; /* as in net/gate.h */
	int64_t next_probe_at; /* of a side that fails or refuses; in the past: with the next request */
	uint64_t allowed_per_minute; /* 0: not limited */
	uint64_t used_last_minute;
};

struct status_totals {
	int64_t links, unlinked[SIDE_COUNT], conflicts, quarantined, pending;
};

struct status_freshness {
	int64_t last_complete_scan_at; /* when the last reading of the whole list ended */
	int64_t oldest_read_at;        /* when the page that waits longest was read */
	int64_t turn_ns;               /* how long a reading of the whole list takes */
};

struct status {
	const char *version;
	enum status_mode mode;
	pid_t pid;
	int64_t started_at, updated_at;
	enum status_state state;
	enum health health;
	struct status_reasons reasons;
	bool in_cycle;
	struct runner_view cycle; /* if in_cycle; its report counts for kind only */
	bool has_last_cycle;
	struct cycle_report last_cycle;
	struct status_side sides[SIDE_COUNT];
	struct status_totals totals;
	struct status_freshness freshness[SIDE_COUNT];
	VEC(struct status_held) held; /* ids borrowed; the first LIMIT_HELD_SHOWN */
	int64_t next_cycle_at;        /* 0: none is planned */
	/* Only for status_judge(), of a daemon. */
	int64_t interval_ns;
	bool config_refused; /* the file was changed and is not in force */
};

const char *status_mode_name(enum status_mode mode);
const char *status_state_name(enum status_state state);
const char *health_name(enum health health);
/* What the program does in a phase, as far as one word can say it. */
enum status_state status_state_of(enum phase phase);

/* ---- Health ---- */

/*
 * Sets health and reasons from the rest; they go by themselves when what they name has ended.
 *   failing   the last cycle failed; a side cannot be reached, fails again and again, or refuses the
 *             token or every write
 *   degraded  a side asked to be left alone; conflicts or what is in quarantine waits; the last
 *             cycle was guarded or left work; a daemon has not read a side whole for too long
 *             (stale), or was given a bad configuration
 * Who is put off is named as well, whatever the health.
 */
void status_judge(struct status *status);

/* ---- Text ---- */

/* One JSON object and a line end. */
void status_format(const struct status *status, struct buf *out);
/* ERR_MALFORMED.  Keys that are missing read as 0, false, "". */
NODISCARD bool status_parse(struct str text, struct arena *arena, struct status *ret_status,
			    struct error *err);

/* ---- File ---- */

/* Replaces the file (0640), makes its folder if only that one is missing.  ERR_CREATE. */
NODISCARD bool status_write(const char *path, const struct status *status, struct error *err);
/* The file's text, in the arena.  ERR_GONE: there is none; ERR_CREATE: it cannot be read;
 * ERR_MALFORMED: it is too long. */
NODISCARD bool status_read(const char *path, struct arena *arena, struct str *ret_text,
			   struct error *err);

#endif
