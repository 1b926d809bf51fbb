/* SPDX-License-Identifier: Apache-2.0 */
/*
 * control_server: the daemon's end of the control socket: who may speak, how much, and for how long.
 *
 * It hands over whole lines and sends lines; what they mean is its user's.  A client that sends slowly,
 * does not read, or goes away costs bounded memory for a bounded time and holds nobody up:
 *
 *  - only root and the user of this process are heard;
 *  - of CONTROL_CLIENTS connections a new one takes the place of the oldest that has not asked yet, or
 *    does not take its answer;
 *  - what is not sent whole within CONTROL_SEND_MS is closed, and so is an answer that is not taken within
 *    CONTROL_TAKE_MS.
 */
#ifndef CRMSYNC_DAEMON_CONTROL_CONTROL_SERVER_H
#define CRMSYNC_DAEMON_CONTROL_CONTROL_SERVER_H

#include "base/error.h"
#include "base/str.h"
#include "base/vec.h"
#include "daemon/control/control_wire.h"

#include <uv.h>

#define CONTROL_CLIENTS 16
#define CONTROL_SEND_MS 30000
#define CONTROL_TAKE_MS 30000
/* What is only news (a phase, progress) is not sent to a client that has as much before it. */
#define CONTROL_NEWS_BYTES ((size_t)64 * 1024)
/* What one command may print. */
#define CONTROL_ANSWER_BYTES ((size_t)16 * 1024 * 1024)

struct control_client;

enum control_wants { CONTROL_MORE, CONTROL_ENOUGH };

struct control_events {
	/* A line, without its end.  CONTROL_ENOUGH: the request is whole, or is answered; nothing more is
	 * read.  The longest line is CONTROL_REQUEST_BYTES, or what control_client_allow() says. */
	enum control_wants (*on_line)(void *payload, struct control_client *client,
				      struct str line);
	/* The client is gone, whatever the reason.  Last call. */
	void (*on_gone)(void *payload, struct control_client *client);
};

/* Zeroed is valid to be closed.  It must not move while it is open. */
struct control_server {
	uv_loop_t *loop;
	uv_pipe_t *listener;
	char path[CONTROL_PATH_BYTES + 1];
	uint64_t send_ms, take_ms; /* CONTROL_SEND_MS, CONTROL_TAKE_MS; tests have less time */
	uv_timer_t timer;
	bool has_timer;
	const struct control_events *events;
	void *payload;
	VEC(struct control_client *) clients; /* the oldest first */
	char *chunk;                          /* what was just read */
};

/*
 * Listens.  The caller holds the lock of the state, so that a socket which is there and has no listener is
 * what a killed daemon left: it is replaced.  ERR_CONFIG for a path that no socket can have, or on which
 * another program listens; ERR_CREATE.
 */
NODISCARD bool control_server_open(struct control_server *server, uv_loop_t *loop, const char *path,
				   const struct control_events *events, void *payload,
				   struct error *err);
/* Listens on another path from now on; on failure all stays as it was. */
NODISCARD bool control_server_move(struct control_server *server, const char *path,
				   struct error *err);
/* Listens no more, and removes the socket. */
void control_server_silence(struct control_server *server);
/* Is there an answer that is not taken yet? */
bool control_server_owes(const struct control_server *server);
/* Bytes that wait for clients to take them. */
size_t control_server_unsent(const struct control_server *server);
/* Closes everything; the loop must be run until it is empty. */
void control_server_close(struct control_server *server);

/* ---- Clients ---- */

void control_client_set_data(struct control_client *client, void *data);
void *control_client_data(const struct control_client *client);
int64_t control_client_uid(const struct control_client *client);
/* The longest line from now on. */
void control_client_allow(struct control_client *client, size_t line_bytes);
/* Sends text as lines of that kind. */
void control_client_say(struct control_client *client, enum control_says says, struct str text);
/* The end of the answer: the client is closed as soon as it has taken it. */
void control_client_exit(struct control_client *client, int code);

#endif
