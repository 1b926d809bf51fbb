/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan: what the push shares with the planning of intents.
 */
#ifndef CRMSYNC_DAEMON_RUNNER_PLAN_H
#define CRMSYNC_DAEMON_RUNNER_PLAN_H

#include "daemon/runner/runner_p.h"

/* May anything be written to that side at all (sync.direction)? */
bool plan_may_write(const struct runner *runner, enum side target);
/* What identifies a write for the quarantine: the same content is refused again. */
struct digest plan_content(const struct runner *runner, const struct person *write);
/* Merges the pair as it is, by the rules of the cycle. */
void plan_merge(struct runner *runner, const struct pair *pair, struct arena *arena,
		struct merge_result *ret_merged);

/* A write of fields, and not of the person as a whole. */
bool plan_writes_fields(const struct runner *runner, const struct intent *intent);
/* plan_content() of what an intent writes; of a whole person that is removed, of what it held. */
struct digest plan_intent_content(const struct runner *runner, const struct intent *intent);
/* Was a write of this content refused before? */
NODISCARD bool plan_is_refused(struct runner *runner, const struct intent *intent,
			       bool *ret_refused, struct error *err);
/* Is enough known of both sides to create persons on this one, and is it wanted? */
bool plan_may_create(const struct runner *runner, enum side target);
/* Who may be new on that side.  fn ends it early by ERR_CANCELED. */
NODISCARD bool plan_each_new(struct runner *runner, enum side target, person_fn *fn, void *payload,
			     struct error *err);
/* What would create the person there; *ret_possible false: nothing can, which is reported. */
NODISCARD bool plan_create(struct runner *runner, enum side target, const struct person *source,
			   struct arena *arena, struct intent *ret_intent, bool *ret_possible,
			   struct error *err);
/* Adds the intents for all of them. */
NODISCARD bool plan_creates(struct runner *runner, struct error *err);
/* Is what the pair's merge wants to write there known to be refused? */
NODISCARD bool plan_was_refused(struct runner *runner, const struct pair *pair, enum side target,
				bool *ret_refused, struct error *err);
/* Stores the intent; *ret_added false if it is none of those that are asked for, was refused before, or
 * another write of its link is still of unknown outcome. */
NODISCARD bool plan_add(struct runner *runner, const struct intent *intent, bool *ret_added,
			struct error *err);

#endif
