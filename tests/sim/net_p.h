/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net_p: what net.c (requests and answers) and net_faults.c (what befalls them) share.
 */
#ifndef CRMSYNC_SIM_NET_P_H
#define CRMSYNC_SIM_NET_P_H

#include "sim.h"

#include "net/http.h"

struct http_call {
	struct sim *sim;
	enum side side;
	const struct request *request;
	struct http_callbacks callbacks;
	void *payload;
	uint32_t number; /* of the cycle, in order of arrival */
	uint64_t event;
	bool canceled;
	bool unsent;    /* certainly never left */
	bool cut;       /* half of the body */
	bool cut_shows; /* and HTTP can tell */
	int64_t timeout_ns, wait_ns;
	int64_t served_at;
	/* the answer */
	int status;
	const char *content_type; /* static */
	struct buf body;
	int64_t date_ns;
	char retry_after[64];
};

enum net_fate { FATE_ANSWERED, FATE_BROKEN };

static inline enum sandbox_side net_side(enum side side)
{
	return side == SIDE_PEOPLE ? SANDBOX_PEOPLE : SANDBOX_RECORDS;
}

/* The request as it is, by the real server. */
void net_serve(struct http_call *call);
/* So much later, when nobody waits for it; false: there are too many. */
bool net_serve_later(struct http_call *call, int64_t wait_ns);
/* By another server, or another request; nothing is watched. */
void net_serve_instead(struct http_call *call, struct sandbox *box, struct str target,
		       struct str body);

/* net_spoil.c: makes of what is read what cannot be decoded, as long as the plan says so. */
void net_spoil(struct http_call *call);

/* net_ignored.c: does the server leave out something of this write?  Then *ret_body is what it carries out, and
 * to be released. */
bool net_ignores(struct http_call *call, struct buf *ret_body);
/* net_faults.c: is it a page of the whole list, and no search? */
bool net_is_page(const struct http_call *call);
/* net_faults.c: has it served, or not, and says what comes back. */
enum net_fate net_suffer(struct http_call *call);

#endif
