/* SPDX-License-Identifier: Apache-2.0 */
#include "plan_p.h"

#include "base/attrs.h"

#include <string.h>

#define BASE_TOKENS 1000u
#define EDIT_TOKENS 10000u
/* Without the custom ones. */
#define ALL_SLOTS ((1u << (SLOT_TAG + 1)) - 1)
#define BIT(slot) (1u << (slot))

uint64_t plan_random(uint64_t *state)
{
	*state += UINT64_C(0x9e3779b97f4a7c15);
	uint64_t z = *state;

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

uint32_t plan_below(uint64_t *state, uint32_t n)
{
	return n > 0 ? (uint32_t)(plan_random(state) % n) : 0;
}

bool plan_percent(uint64_t *state, uint32_t percent)
{
	return plan_below(state, 100) < percent;
}

uint32_t plan_base_token(uint32_t human, enum slot slot, uint32_t variant)
{
	if (slot == SLOT_TAG)
		return 1 + (human + variant) % TOKEN_TAGS;
	if (slot == SLOT_LEVEL)
		return 1 + (human + variant) % TOKEN_LEVELS;
	const uint32_t token = BASE_TOKENS + human * 64 + (uint32_t)slot * 4 + variant;

	return slot == SLOT_NAME && human % 9 == 4 ? token + TOKEN_MONONYM : token;
}

bool plan_has_slot(const struct knobs *knobs, enum slot slot)
{
	if (slot == SLOT_ADDRESS)
		return knobs->dialect == SANDBOX_VALUES;
	if (slot == SLOT_TAG)
		return knobs->tags;
	return slot < SLOT_CODE || knobs->custom;
}

const char *op_kind_name(enum op_kind kind)
{
	static const char *const names[] = {
		[OP_CREATE] = "create",       [OP_SET] = "set",
		[OP_CLEAR] = "clear",         [OP_DROP] = "drop",
		[OP_REPLACE] = "replace",     [OP_MOVE] = "move",
		[OP_SWAP] = "swap",           [OP_TWIN] = "twin",
		[OP_DELETE] = "delete",       [OP_ARCHIVE] = "archive",
		[OP_UNARCHIVE] = "unarchive", [OP_MERGE] = "merge",
		[OP_NOTE] = "note",           [OP_NOTE_EDIT] = "note edit",
		[OP_CUSTOMER] = "customer",   [OP_PHONE] = "phone that is none",
		[OP_FIRM] = "firm",
	};

	return kind < OP_KIND_COUNT ? names[kind] : "?";
}

const char *fault_kind_name(enum fault_kind kind)
{
	static const char *const names[] = {
		[NET_UNSENT] = "not sent",
		[NET_LOST_BEFORE] = "lost before the server saw it",
		[NET_LOST_AFTER] = "carried out, answer lost",
		[NET_SILENT] = "no answer, not carried out",
		[NET_SILENT_AFTER] = "carried out, no answer",
		[NET_429] = "429",
		[NET_429_SILENT] = "429 without Retry-After",
		[NET_500] = "500",
		[NET_502_AFTER] = "carried out, 502",
		[NET_503] = "503",
		[NET_504_AFTER] = "carried out, 504",
		[NET_CUT] = "carried out, body cut",
		[NET_SLOW] = "slow",
		[NET_404] = "404 of everything",
		[NET_403] = "403",
		[NET_401] = "401",
		[NET_HTML] = "a stranger's page",
		[NET_EMPTY] = "empty list",
		[NET_SHORT] = "short list",
		[NET_DOWN] = "side is down",
		[NET_LATE] = "carried out after the timeout",
	};

	return kind < NET_FAULT_COUNT ? names[kind] : "?";
}

const char *mishap_name(enum mishap mishap)
{
	static const char *const names[] = {
		[MISHAP_KILL] = "kill",
		[MISHAP_KILL_LOSE] = "kill, state lost",
		[MISHAP_KILL_OLD] = "kill, old state restored",
		[MISHAP_LOSE] = "state lost",
		[MISHAP_OLD] = "old state restored",
		[MISHAP_TERM] = "told to stop",
	};

	return names[mishap];
}

/* ---- Drawing ---- */

struct op *plan_add_op(struct draw *draw, enum op_kind kind, uint32_t cycle)
{
	struct plan *plan = draw->plan;
	struct op *op = &plan->ops[plan->n_ops];

	if (plan->n_ops < PLAN_OPS)
		plan->n_ops++;
	*op = (struct op){ .kind = kind, .cycle = cycle, .human = 0, .other = NOBODY };
	op->token = EDIT_TOKENS + 2 * plan->n_ops;
	return op;
}

static uint32_t below(struct draw *draw, uint32_t n)
{
	return plan_below(&draw->random, n);
}

static bool percent(struct draw *draw, uint32_t share)
{
	return plan_percent(&draw->random, share);
}

static void draw_servers(struct draw *draw, struct knobs *knobs)
{
	knobs->dialect = percent(draw, 50) ? SANDBOX_VALUES : SANDBOX_ATTRIBUTES;
	knobs->jsonld = (enum sandbox_jsonld)below(draw, 3);
	knobs->rewrite = percent(draw, 30);
	knobs->sparse = percent(draw, 25);
	knobs->stable_ids = percent(draw, 50);
	knobs->unique_rows = percent(draw, 30);
	knobs->exact_search = percent(draw, 30);
	knobs->link_companies = percent(draw, 10);
	knobs->tags = knobs->dialect == SANDBOX_ATTRIBUTES || percent(draw, 40);
	if (percent(draw, 15))
		knobs->server_people_per_min = 20 + below(draw, 40);
	for (int side = 0; side < SANDBOX_SIDE_COUNT; side++) {
		if (percent(draw, 15))
			knobs->skew_s[side] = (int32_t)below(draw, 240) - 120;
	}
}

void plan_draw_knobs(struct draw *draw)
{
	static const uint32_t sizes[] = { 2, 3, 5, 10, 30 };
	struct knobs *knobs = &draw->plan->knobs;

	draw_servers(draw, knobs);
	knobs->policy = percent(draw, 45) ? PLAN_NEWEST : (enum plan_policy)below(draw, 4);
	knobs->create = percent(draw, 75) ? PLAN_CREATE_BOTH : (enum plan_create)below(draw, 4);
	knobs->fallback_people = percent(draw, 30);
	knobs->marker = percent(draw, 75);
	knobs->page_size = percent(draw, 40) ? sizes[below(draw, 4)] : 100;
	knobs->items_per_page = sizes[below(draw, 5)];
	knobs->batch_size = 1 + below(draw, 6);
	knobs->verify_after_s = percent(draw, 25) ? 1 + below(draw, 30) : 0;
	knobs->people_per_minute = percent(draw, 30) ? 20 : 600;
	knobs->in_flight = 1 + below(draw, 8);
	knobs->reopen = percent(draw, 20);
	knobs->removals = percent(draw, 30);
	knobs->removal_percent = percent(draw, 60) ? 100 : 10;
	knobs->changed_percent = 100;
	knobs->on_records = below(draw, 3);
	knobs->on_people = below(draw, 3);
	knobs->on_edited = below(draw, 4) == 0;
	knobs->gap_s = percent(draw, 30) ? 1 + below(draw, 5) : 60 + below(draw, 3600);
}

/* ---- Who is there ---- */

static uint32_t draw_slots(struct draw *draw)
{
	switch (below(draw, 10)) {
	case 0:
		return BIT(SLOT_NAME);
	case 1:
		return BIT(SLOT_NAME) | BIT(SLOT_PHONE);
	case 2:
		return BIT(SLOT_EMAIL);
	case 3:
		return BIT(SLOT_NAME) | BIT(SLOT_LINKEDIN) | BIT(SLOT_TITLE);
	case 4:
	case 5:
		return BIT(SLOT_NAME) | BIT(SLOT_EMAIL) | (below(draw, ALL_SLOTS) & ALL_SLOTS);
	default:
		return ALL_SLOTS & ~(percent(draw, 40) ? BIT(SLOT_TAG) : 0);
	}
}

static void draw_birth(struct draw *draw, uint32_t human, enum sandbox_side side, uint32_t cycle,
		       uint32_t mask)
{
	struct op *op = plan_add_op(draw, OP_CREATE, cycle);

	op->human = human;
	op->side = side;
	op->mask = mask;
	op->n = below(draw, 1000);
	if (cycle > 0 && percent(draw, 30)) {
		op->when = WHEN_REQUEST;
		op->n = 1 + below(draw, 12);
	}
	/* The people side demands a name. */
	if (side == SANDBOX_PEOPLE)
		op->mask |= BIT(SLOT_NAME);
}

void plan_draw_human(struct draw *draw, uint32_t human)
{
	const uint32_t mask = draw_slots(draw);
	const uint32_t where = below(draw, 100);
	const uint32_t cycle = percent(draw, 85) ? 0 : below(draw, draw->plan->n_cycles);
	const enum sandbox_side first = percent(draw, 50) ? SANDBOX_RECORDS : SANDBOX_PEOPLE;
	const enum sandbox_side second =
		first == SANDBOX_RECORDS ? SANDBOX_PEOPLE : SANDBOX_RECORDS;
	uint32_t other_mask = mask;

	draw_birth(draw, human, first, cycle, mask);
	if (where >= 55 || mask == BIT(SLOT_EMAIL))
		return;
	/* The second one lacks something, or says something else. */
	if (percent(draw, 25))
		other_mask &= ~BIT(below(draw, SLOT_TAG + 1)) | BIT(SLOT_NAME);
	if ((other_mask & (BIT(SLOT_EMAIL) | BIT(SLOT_LINKEDIN))) != 0) {
		if (percent(draw, 20))
			other_mask |= BIT(SLOT_TITLE + SLOT_COUNT);
		if (percent(draw, 10))
			other_mask |= BIT(SLOT_ADDRESS + SLOT_COUNT);
		if (percent(draw, 10))
			other_mask |= BIT(SLOT_PHONE + SLOT_COUNT);
	}
	draw_birth(draw, human, second, cycle, other_mask);
}

/* ---- What users do ---- */

static enum slot draw_slot(struct draw *draw)
{
	static const enum slot slots[] = { SLOT_TITLE,    SLOT_TITLE,   SLOT_NAME,
					   SLOT_LINKEDIN, SLOT_ADDRESS, SLOT_EMAIL,
					   SLOT_EMAIL,    SLOT_PHONE,   SLOT_TAG };

	return slots[below(draw, COUNT_OF(slots))];
}

static enum op_kind draw_edit(struct draw *draw, enum slot slot)
{
	const uint32_t n = below(draw, 100);

	if (!slot_is_set(slot))
		return n < 88 || slot == SLOT_NAME ? OP_SET : OP_CLEAR;
	return n < 45 ? OP_SET : n < 65 ? OP_DROP : n < 92 ? OP_REPLACE : OP_CLEAR;
}

static enum op_kind draw_removal(struct draw *draw)
{
	const uint32_t n = below(draw, 100);

	return n < 40 ? OP_DELETE : n < 70 ? OP_ARCHIVE : n < 88 ? OP_UNARCHIVE : OP_MERGE;
}

void plan_draw_deed(struct draw *draw, uint32_t cycle)
{
	const struct plan *plan = draw->plan;
	const uint32_t n = below(draw, 100);
	struct op *op = plan_add_op(draw, OP_SET, cycle);
	const uint32_t when = below(draw, 100);

	op->human = below(draw, plan->n_humans);
	op->side = percent(draw, 50) ? SANDBOX_RECORDS : SANDBOX_PEOPLE;
	op->slot = draw_slot(draw);
	op->kind = draw_edit(draw, op->slot);
	op->when = when < 60 ? WHEN_BEFORE : when < 85 ? WHEN_REQUEST : WHEN_WRITE;
	op->n = 1 + below(draw, op->when == WHEN_WRITE ? 4 : 14);
	if (n < 3) {
		op->kind = percent(draw, 70) ? OP_MOVE : OP_SWAP;
		op->other = below(draw, plan->n_humans);
	} else if (n < 4) {
		op->kind = OP_TWIN;
	} else if (n < 5) {
		op->other = below(draw, plan->n_humans);
		op->slot = percent(draw, 50) ? SLOT_EMAIL : SLOT_PHONE;
		op->kind = OP_SET;
	} else if (plan->knobs.removals && n < 17) {
		op->kind = draw_removal(draw);
		if (op->kind == OP_ARCHIVE || op->kind == OP_UNARCHIVE)
			op->side = SANDBOX_PEOPLE;
		if (op->kind == OP_MERGE) {
			op->side = SANDBOX_RECORDS;
			op->other = below(draw, plan->n_humans);
		}
	}
}

/* The same field of the same human on both sides, one after the other. */
static void draw_contest(struct draw *draw)
{
	static const enum slot slots[] = { SLOT_TITLE, SLOT_TITLE, SLOT_NAME, SLOT_LINKEDIN,
					   SLOT_ADDRESS };
	const uint32_t cycle = 1 + below(draw, draw->plan->n_cycles - 1);
	const uint32_t human = below(draw, draw->plan->n_humans);
	const enum slot slot = slots[below(draw, COUNT_OF(slots))];
	const bool people_first = percent(draw, 50);

	for (int i = 0; i < 2; i++) {
		struct op *op = plan_add_op(draw, OP_SET, cycle);

		op->human = human;
		op->slot = slot;
		op->side = people_first == (i == 0) ? SANDBOX_PEOPLE : SANDBOX_RECORDS;
	}
}

static void draw_contests(struct draw *draw)
{
	const uint32_t n = percent(draw, 30) ? 1 + below(draw, 3) : 0;

	for (uint32_t i = 0; i < n && draw->plan->n_cycles > 1; i++)
		draw_contest(draw);
}

static void draw_fault(struct draw *draw)
{
	struct plan *plan = draw->plan;
	struct net_fault *fault = &plan->faults[plan->n_faults++];
	const bool writes = percent(draw, 45);

	*fault = (struct net_fault){
		.kind = (enum fault_kind)below(draw, NET_DRAWN),
		.cycle = below(draw, plan->n_cycles),
		.writes = writes,
		.n = 1 + below(draw, writes ? 5 : 14),
		.count = percent(draw, 75) ? 1 : 1 + below(draw, 8),
		.any_side = percent(draw, 60),
		.side = percent(draw, 50) ? SANDBOX_RECORDS : SANDBOX_PEOPLE,
	};
	if (fault->kind == NET_DOWN) {
		fault->any_side = false;
		fault->writes = false;
		fault->count = 3 + below(draw, 60);
	}
}

static void draw_kill(struct draw *draw)
{
	struct plan *plan = draw->plan;
	struct kill *kill = &plan->kills[plan->n_kills++];
	const uint32_t n = below(draw, 100);

	kill->cycle = below(draw, plan->n_cycles);
	kill->action = 1 + below(draw, percent(draw, 50) ? 30 : 140);
	kill->mishap = n < 80 ? MISHAP_KILL :
		       n < 84 ? MISHAP_KILL_LOSE :
		       n < 90 ? MISHAP_KILL_OLD :
		       n < 94 ? MISHAP_LOSE :
				MISHAP_OLD;
}

static void draw_trouble(struct draw *draw)
{
	if (percent(draw, 60)) {
		const uint32_t n = 1 + below(draw, 8);

		for (uint32_t i = 0; i < n; i++)
			draw_fault(draw);
	}
	if (percent(draw, 35)) {
		const uint32_t n = 1 + below(draw, 3);

		for (uint32_t i = 0; i < n; i++)
			draw_kill(draw);
	}
	if (percent(draw, 8))
		draw->plan->poisoned = below(draw, draw->plan->n_humans);
}

/* From a stream of its own, so that the rest of a seed is what it was before cycles had a budget. */
#define BUDGET_STREAM UINT64_C(0x627564676574)

/* Somebody comes to both sides, and on one of them stands in the middle of the list: no newest page shows him,
 * only the side itself can tell before he is created there once more. */
static void draw_import(struct draw *draw)
{
	struct plan *plan = draw->plan;
	const uint32_t human = plan->n_humans;
	const uint32_t cycle = plan->n_cycles - 1 - below(draw, plan->n_cycles / 2);
	const enum sandbox_side old = percent(draw, 70) ? SANDBOX_PEOPLE : SANDBOX_RECORDS;

	if (plan->n_cycles < 4 || human == PLAN_HUMANS)
		return;
	plan->n_humans++;
	for (int side = 0; side < SANDBOX_SIDE_COUNT; side++) {
		draw_birth(draw, human, (enum sandbox_side)side, cycle, ALL_SLOTS & ~BIT(SLOT_TAG));
		struct op *op = &plan->ops[plan->n_ops - 1];

		op->when = WHEN_BEFORE;
		op->hours_old = side == (int)old ? 1 + below(draw, 900) : 0;
	}
}

/* Somebody comes in the middle of a turn, and what creates him on the other side is not answered: only a turn
 * that begins behind that can show that he isn't there. */
static void draw_lost_create(struct draw *draw)
{
	struct plan *plan = draw->plan;
	const uint32_t human = plan->n_humans;
	const uint32_t cycle = plan->n_cycles / 2 + below(draw, plan->n_cycles / 2);
	const bool on_records = percent(draw, 70);

	if (plan->n_cycles < 4 || human == PLAN_HUMANS || plan->n_faults == PLAN_FAULTS)
		return;
	plan->n_humans++;
	draw_birth(draw, human, on_records ? SANDBOX_RECORDS : SANDBOX_PEOPLE, cycle,
		   ALL_SLOTS & ~BIT(SLOT_TAG));
	plan->ops[plan->n_ops - 1].when = WHEN_BEFORE;
	plan->faults[plan->n_faults++] = (struct net_fault){
		.kind = percent(draw, 50) ? NET_LOST_AFTER : NET_SILENT_AFTER,
		.cycle = cycle,
		.writes = true,
		.n = 1,
		.count = 1 + below(draw, 3),
		.side = on_records ? SANDBOX_PEOPLE : SANDBOX_RECORDS,
	};
}

static void draw_budget(struct draw *draw)
{
	static const uint32_t rates[] = { 20, 40, 120, 600 };
	static const uint32_t intervals[] = { 1, 2, 5, 30 };
	static const uint32_t shares[] = { 33, 33, 1, 60 };
	struct plan *plan = draw->plan;
	struct knobs *knobs = &plan->knobs;

	draw->random = plan->seed ^ BUDGET_STREAM;
	knobs->interval_s = 60;
	knobs->reads_per_second = 100;
	knobs->scan_share = 33;
	if (!percent(draw, 50))
		return;
	knobs->quick = true;
	knobs->interval_s = intervals[below(draw, COUNT_OF(intervals))];
	knobs->scan_share = shares[below(draw, COUNT_OF(shares))];
	if (percent(draw, 85)) {
		const uint32_t rate = rates[below(draw, COUNT_OF(rates))];

		/* Notes need what they were given. */
		knobs->people_per_minute = knobs->notes ? knobs->people_per_minute : rate;
		knobs->items_per_page = percent(draw, 70) ? 2 : 3;
	}
	if (percent(draw, 30)) {
		knobs->reads_per_second = 1 + below(draw, 3);
		knobs->page_size = 2 + below(draw, 2);
	}
	plan->n_cycles += below(draw, PLAN_CYCLES + 1 - plan->n_cycles);
	if (percent(draw, 30))
		draw_import(draw);
	if (percent(draw, 30))
		draw_lost_create(draw);
}

void plan_make(uint64_t seed, struct plan *ret_plan)
{
	struct draw draw = { .random = seed, .plan = ret_plan };

	memset(ret_plan, 0, sizeof(*ret_plan));
	ret_plan->seed = seed;
	ret_plan->poisoned = ret_plan->spoiled.human = ret_plan->deaf = NOBODY;
	ret_plan->n_cycles = percent(&draw, 80) ? 1 + below(&draw, 4) : 4 + below(&draw, 5);
	ret_plan->n_humans = percent(&draw, 85) ? 1 + below(&draw, 9) : 5 + below(&draw, 20);
	plan_draw_knobs(&draw);
	for (uint32_t human = 0; human < ret_plan->n_humans; human++)
		plan_draw_human(&draw, human);
	for (uint32_t cycle = 0; cycle < ret_plan->n_cycles; cycle++) {
		const uint32_t n = below(&draw, cycle == 0 ? 4 : 8);

		for (uint32_t i = 0; i < n; i++)
			plan_draw_deed(&draw, cycle);
	}
	draw_trouble(&draw);
	draw_contests(&draw);
	plan_draw_beside(&draw);
	draw_budget(&draw);
	plan_draw_custom(&draw);
	plan_draw_mass(&draw);
	plan_draw_ills(&draw);
}
