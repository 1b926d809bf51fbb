/* SPDX-License-Identifier: Apache-2.0 */
/*
 * error: what went wrong, for the one caller that reports it.
 *
 * A fallible function returns bool and takes `struct error *err` last (never NULL).  err is written
 * only on failure, ret_ parameters only on success.  A code says what the caller may DO; native says
 * what the system said; msg is one line for people: what, where, what to do next.  No secrets and no
 * personal data in msg: ids and field names only.
 */
#ifndef CRMSYNC_BASE_ERROR_H
#define CRMSYNC_BASE_ERROR_H

#include "base/attrs.h"

#include <stdbool.h>
#include <stdint.h>

enum err_code {
	ERR_OK,
	ERR_TRANSIENT,    /* the same may work later: network, 5xx, timeouts */
	ERR_RATE_LIMITED, /* 429: wait, then the same */
	ERR_AUTH,         /* 401, 403: nothing will work until somebody acts */
	ERR_REJECTED,     /* this one request will never be accepted */
	ERR_GONE,         /* 404, 410: that thing is not there */
	ERR_MALFORMED,    /* the remote sent what cannot be understood */
	ERR_UNCERTAIN,    /* a write was sent and its outcome is unknown */
	ERR_STORE,        /* the state file could not be read or written */
	ERR_LOCKED,       /* another instance holds the state */
	ERR_FOREIGN,      /* the state belongs to another pair of systems */
	ERR_CONFIG,       /* the configuration is at fault */
	ERR_CREATE,       /* a file could not be created */
	ERR_USAGE,        /* the command line is at fault */
	ERR_CANCELED,     /* stopped on request */
	ERR_INTERNAL,     /* a defect of ours */
	ERR_CODE_COUNT
};

struct error {
	enum err_code code;
	int32_t native;         /* errno, CURLcode, SQLite rc or HTTP status; 0 if none */
	uint32_t retry_after_s; /* seconds the remote asked for; 0 if it did not */
	char msg[400];
};

/* Both return false, so that `return error_set(…)` reads well.  A message too long is cut. */
bool error_set(struct error *err, enum err_code code, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Puts "context: " in front of the message that is there. */
bool error_wrap(struct error *err, const char *fmt, ...) PRINTF_LIKE(2, 3);
const char *err_code_name(enum err_code code);

#endif
