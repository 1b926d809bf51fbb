/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net_spoil: a person of well-formed answers who cannot be decoded; who he is and what he has is still there.
 */
#include "net_p.h"

#include <string.h>

bool sim_is_spoiled(const struct sim *sim, uint32_t human, enum sandbox_side side)
{
	const struct spoiled *spoiled = &sim->plan->spoiled;

	return !sim->quiet && spoiled->human == human && spoiled->side == side &&
	       sim->cycle >= spoiled->from && sim->cycle < spoiled->to;
}

static const char *find(struct str text, size_t from, const char *word)
{
	return from < text.len ? memmem(text.p + from, text.len - from, word, strlen(word)) : NULL;
}

/* Of the persons themselves, not of their notes and the like. */
static bool shows_persons(const struct http_call *call)
{
	const struct str target = buf_str(&call->request->target);

	return call->request->kind == REQUEST_READ && call->status == 200 &&
	       find(target, 0, "/people") != NULL && find(target, 0, "/notes") == NULL &&
	       find(target, 0, "/company") == NULL && find(target, 0, "/attributes") == NULL;
}

/* The first member behind his id that every person of that API has. */
static void spoil_one(struct http_call *call, const char *id)
{
	static const char *const records[] = {
		[SANDBOX_VALUES] = "\"values\":", [SANDBOX_ATTRIBUTES] = "\"attributes\":"
	};
	const char *was = call->side == SIDE_PEOPLE ? "\"familyName\":" :
						      records[call->sim->plan->knobs.dialect];
	const struct str body = buf_str(&call->body);
	const char *his = find(body, 0, id);
	const char *at = his != NULL ? find(body, (size_t)(his - body.p), was) : NULL;
	struct buf changed;

	if (at == NULL)
		return;
	buf_init(&changed, SIZE_MAX / 2);
	buf_add(&changed, body.p, (size_t)(at - body.p) + strlen(was));
	buf_add_z(&changed, "5,\"shown\":");
	buf_add_str(&changed, str_skip(body, (size_t)(at - body.p) + strlen(was)));
	buf_reset(&call->body);
	buf_add_str(&call->body, buf_str(&changed));
	buf_release(&changed);
	call->sim->tally.n_spoiled++;
}

void net_spoil(struct http_call *call)
{
	struct sim *sim = call->sim;

	for (uint32_t i = 0; i < sim->oracle.n_bodies && shows_persons(call); i++) {
		const struct body *body = &sim->oracle.bodies[i];

		if (body->side == net_side(call->side) && !body->gone &&
		    sim_is_spoiled(sim, body->human, body->side))
			spoil_one(call, body->id);
	}
}
