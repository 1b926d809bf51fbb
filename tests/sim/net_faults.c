/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net_faults: what befalls a request on its way.
 */
#include "net_p.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>

static bool is_hit(struct sim *sim, const struct net_fault *fault, const struct http_call *call)
{
	const bool write = call->request->kind == REQUEST_WRITE;
	const uint32_t n = fault->writes ? sim->tally.n_writes : sim->tally.n_requests;
	const int64_t now = sim->queue.now_ns - SIM_BEGIN_NS;

	if ((fault->writes && !write) || (!fault->any_side && fault->side != net_side(call->side)))
		return false;
	if (fault->end_ns > 0)
		return now >= fault->begin_ns && now < fault->end_ns &&
		       plan_below(&sim->network, 1000) < fault->permille;
	return fault->cycle == sim->cycle && n >= fault->n && n < fault->n + fault->count;
}

static const struct net_fault *pick(struct sim *sim, const struct http_call *call)
{
	const struct plan *plan = sim->plan;

	if (sim->quiet)
		return NULL;
	for (uint32_t i = 0; i < plan->n_faults; i++) {
		const struct net_fault *fault = &plan->faults[i];

		if (!is_hit(sim, fault, call))
			continue;
		sim->tally.n_faults++;
		sim->figures.faults++;
		trace_line(sim->trace, sim->queue.now_ns, "  #%u FAULT %s", call->number,
			   fault_kind_name(fault->kind));
		return fault;
	}
	return NULL;
}

static enum net_fate say(struct http_call *call, int status, const char *type, const char *body)
{
	call->status = status;
	call->content_type = type;
	buf_reset(&call->body);
	buf_add_z(&call->body, body);
	call->date_ns = 0;
	return FATE_ANSWERED;
}

static enum net_fate say_status(struct http_call *call, int status)
{
	static const char body[] = "{\"status_code\":500,\"message\":\"no\",\"detail\":\"no\"}";

	call->retry_after[0] = '\0';
	return say(call, status, "application/json", body);
}

static bool has(struct str text, const char *word)
{
	return text.len > 0 && memmem(text.p, text.len, word, strlen(word)) != NULL;
}

/* A search, too. */
static bool is_list(const struct http_call *call)
{
	const struct str target = buf_str(&call->request->target);
	const struct str body = buf_str(&call->request->body);

	if (call->request->kind != REQUEST_READ)
		return false;
	return has(target, "page=") || has(target, "emailAddresses.") ||
	       has(target, "identifiers") || has(body, "\"offset\"");
}

bool net_is_page(const struct http_call *call)
{
	return is_list(call) && !has(buf_str(&call->request->target), "emailAddresses.") &&
	       !has(buf_str(&call->request->target), "identifiers") &&
	       !has(buf_str(&call->request->body), "\"filter\"");
}

/* A page behind the end in place of the one that was asked for. */
static enum net_fate say_short(struct http_call *call)
{
	const struct str target = buf_str(&call->request->target);
	const struct str body = buf_str(&call->request->body);
	const char *page = memmem(target.p, target.len, "page=", 5);
	const char *offset = body.len > 0 ? memmem(body.p, body.len, "\"offset\":", 9) : NULL;
	struct buf changed;

	call->sim->tally.n_lies++;
	buf_init(&changed, SIZE_MAX / 2);
	if (page != NULL) {
		buf_add(&changed, target.p, (size_t)(page - target.p) + 5);
		buf_add_z(&changed, "97");
		buf_add_z(&changed, page + 5);
		net_serve_instead(call, call->sim->box, buf_str(&changed), body);
	} else if (offset != NULL) {
		buf_add(&changed, body.p, (size_t)(offset - body.p) + 9);
		buf_add_z(&changed, "97");
		buf_add_z(&changed, offset + 9);
		net_serve_instead(call, call->sim->box, target, buf_str(&changed));
	} else {
		net_serve(call);
	}
	buf_release(&changed);
	return FATE_ANSWERED;
}

static void note_denial(struct sim *sim, enum side side)
{
	const enum sandbox_side there = side == SIDE_PEOPLE ? SANDBOX_PEOPLE : SANDBOX_RECORDS;

	for (uint32_t i = 0; i < sim->oracle.n_bodies; i++) {
		struct body *body = &sim->oracle.bodies[i];

		if (body->side == there && body->by_program &&
		    sim->oracle.humans[body->human].agreed_ns <= body->born_ns)
			body->n_denied++;
	}
}

/* What a server says that has lost everybody.  Of tags it has lost none: others' tags would have ids that
 * it does not know when they are written. */
static enum net_fate say_empty(struct http_call *call)
{
	const struct str target = buf_str(&call->request->target);
	struct sandbox_options options = { 0 };

	if (memmem(target.p, target.len, "/tags", 5) != NULL)
		return say_short(call);
	call->sim->tally.n_lies++;
	note_denial(call->sim, call->side);
	sandbox_options_init(&options);
	options.dialect = call->sim->plan->knobs.dialect;
	options.jsonld = call->sim->plan->knobs.jsonld;
	struct sandbox *nobody = sandbox_new(&options);

	net_serve_instead(call, nobody, buf_str(&call->request->target),
			  buf_str(&call->request->body));
	sandbox_free(nobody);
	return FATE_ANSWERED;
}

static enum net_fate cut(struct http_call *call)
{
	net_serve(call);
	call->cut = true;
	call->cut_shows = call->number % 2 == 0;
	buf_truncate(&call->body, call->body.len / 2);
	return FATE_ANSWERED;
}

static enum net_fate slow(struct http_call *call)
{
	const int64_t wait_ns = (5 + call->number * 7 % 40) * NS_PER_S;

	net_serve(call);
	if (wait_ns < call->timeout_ns) {
		call->wait_ns = wait_ns;
		return FATE_ANSWERED;
	}
	call->wait_ns = call->timeout_ns;
	return FATE_BROKEN;
}

static enum net_fate break_off(struct http_call *call, bool carried_out, bool at_once)
{
	if (carried_out)
		net_serve(call);
	call->wait_ns = at_once ? 0 : call->timeout_ns;
	return FATE_BROKEN;
}

/* Between one timeout and two.  Of anything but a person's create: never. */
static enum net_fate come_late(struct http_call *call)
{
	const struct str target = buf_str(&call->request->target);
	const int64_t tenth_ns = call->timeout_ns / 10;

	if (call->request->method == METHOD_POST &&
	    (has(target, "/objects/people/records") || str_equal(target, STR_LIT("/people"))))
		(void)net_serve_later(call, (11 + call->number % 8) * tenth_ns);
	return break_off(call, false, false);
}

static enum net_fate proxy_says(struct http_call *call, int status)
{
	net_serve(call);
	call->retry_after[0] = '\0';
	return say(call, status, "text/html", "<html>bad gateway</html>");
}

static enum net_fate refuse_rate(struct http_call *call, bool told)
{
	(void)say_status(call, 429);
	if (told)
		(void)snprintf(call->retry_after, sizeof(call->retry_after), "%u",
			       1 + call->number % 9);
	return FATE_ANSWERED;
}

/* One person's write is forbidden: that is its quarantine, until somebody has it tried again. */
static void note_forbidden(struct http_call *call)
{
	struct oracle *oracle = &call->sim->oracle;
	const struct str body = buf_str(&call->request->body);

	for (uint32_t i = 0; i < oracle->n_humans && body.len > 0; i++) {
		if (oracle_mentions(oracle, i, body))
			oracle->humans[i].murk |= MURK_POISON;
	}
	for (uint32_t i = 0; i < oracle->n_bodies; i++) {
		const struct body *one = &oracle->bodies[i];
		const struct str target = buf_str(&call->request->target);

		if (memmem(target.p, target.len, one->id, strlen(one->id)) != NULL ||
		    (body.len > 0 && memmem(body.p, body.len, one->id, strlen(one->id)) != NULL))
			oracle->humans[one->human].murk |= MURK_POISON;
	}
	if (notes_is_write(call->request))
		notes_forbidden(call->sim, call->request);
}

static enum net_fate refuse(struct http_call *call, int status)
{
	if (status == 403 && call->request->kind == REQUEST_WRITE)
		note_forbidden(call);
	call->served_at = sim_moment(call->sim);
	return say_status(call, status);
}

static enum net_fate suffer(struct http_call *call, enum fault_kind kind)
{
	switch (kind) {
	case NET_UNSENT:
	case NET_DOWN:
		call->unsent = true;
		return break_off(call, false, true);
	case NET_LOST_BEFORE:
	case NET_LOST_AFTER:
		return break_off(call, kind == NET_LOST_AFTER, true);
	case NET_SILENT:
	case NET_SILENT_AFTER:
		return break_off(call, kind == NET_SILENT_AFTER, false);
	case NET_429:
	case NET_429_SILENT:
		return refuse_rate(call, kind == NET_429);
	case NET_500:
		return refuse(call, 500);
	case NET_503:
		return refuse(call, 503);
	case NET_404:
		return refuse(call, 404);
	case NET_403:
		return refuse(call, 403);
	case NET_401:
		return refuse(call, 401);
	case NET_502_AFTER:
		return proxy_says(call, 502);
	case NET_504_AFTER:
		return proxy_says(call, 504);
	case NET_CUT:
		return cut(call);
	case NET_SLOW:
		return slow(call);
	case NET_HTML:
		return say(call, 200, "text/html", "<html><body>Welcome</body></html>");
	case NET_EMPTY:
		return say_empty(call);
	case NET_SHORT:
		return say_short(call);
	case NET_LATE:
		return come_late(call);
	case NET_FAULT_COUNT:
		break;
	}
	abort();
}

/* Is there anything of the poisoned human in what is to be written? */
static bool is_poisoned(const struct http_call *call)
{
	const struct sim *sim = call->sim;
	const struct str body = buf_str(&call->request->body);

	if (sim->plan->poisoned == NOBODY || call->request->kind != REQUEST_WRITE || body.len == 0)
		return false;
	return oracle_mentions(&sim->oracle, sim->plan->poisoned, body);
}

enum net_fate net_suffer(struct http_call *call)
{
	const struct net_fault *fault = pick(call->sim, call);

	if (fault != NULL &&
	    (is_list(call) || (fault->kind != NET_EMPTY && fault->kind != NET_SHORT)))
		return suffer(call, fault->kind);
	if (is_poisoned(call)) {
		trace_line(call->sim->trace, call->sim->queue.now_ns, "  #%u refused: poisoned",
			   call->number);
		return refuse(call, 422);
	}
	net_serve(call);
	return FATE_ANSWERED;
}
