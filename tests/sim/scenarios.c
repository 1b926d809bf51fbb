/* SPDX-License-Identifier: Apache-2.0 */
#include "sweep.h"

#include "base/attrs.h"

#include <string.h>

#define BIT(slot) (1u << (slot))
#define WHOLE (BIT(SLOT_COUNT) - 1)
#define EMAIL_ONLY BIT(SLOT_EMAIL)
#define NAME_ONLY BIT(SLOT_NAME)

static struct op *add(struct plan *plan, enum op_kind kind, uint32_t cycle, uint32_t human,
		      enum sandbox_side side)
{
	struct op *op = &plan->ops[plan->n_ops++];

	*op = (struct op){ .kind = kind,
			   .cycle = cycle,
			   .human = human,
			   .other = NOBODY,
			   .side = side,
			   .token = 10000 + 2 * plan->n_ops };
	if (human >= plan->n_humans)
		plan->n_humans = human + 1;
	return op;
}

static void born(struct plan *plan, uint32_t human, enum sandbox_side side, uint32_t mask)
{
	struct op *op = add(plan, OP_CREATE, 0, human, side);

	op->mask = mask | (side == SANDBOX_PEOPLE ? NAME_ONLY : 0);
	op->n = 10 + human;
}

static void pair(struct plan *plan, uint32_t human)
{
	born(plan, human, SANDBOX_RECORDS, WHOLE);
	born(plan, human, SANDBOX_PEOPLE, WHOLE);
}

static void edit(struct plan *plan, uint32_t cycle, uint32_t human, enum sandbox_side side,
		 enum slot slot, enum op_kind kind)
{
	add(plan, kind, cycle, human, side)->slot = slot;
}

/* ---- The scenarios ---- */

static void first_contact(struct plan *plan)
{
	for (uint32_t human = 0; human < 4; human++)
		pair(plan, human);
	plan->ops[7].mask |= BIT(SLOT_TITLE + SLOT_COUNT) | BIT(SLOT_PHONE + SLOT_COUNT);
	plan->ops[5].mask &= ~BIT(SLOT_TITLE);
}

static void edits_both_ways(struct plan *plan)
{
	for (uint32_t human = 0; human < 3; human++)
		pair(plan, human);
	edit(plan, 1, 0, SANDBOX_RECORDS, SLOT_TITLE, OP_SET);
	edit(plan, 1, 0, SANDBOX_PEOPLE, SLOT_LINKEDIN, OP_SET);
	edit(plan, 1, 1, SANDBOX_PEOPLE, SLOT_NAME, OP_SET);
	edit(plan, 1, 2, SANDBOX_RECORDS, SLOT_TITLE, OP_CLEAR);
	edit(plan, 2, 0, SANDBOX_PEOPLE, SLOT_TITLE, OP_SET);
	edit(plan, 2, 1, SANDBOX_RECORDS, SLOT_NAME, OP_SET);
	edit(plan, 2, 2, SANDBOX_PEOPLE, SLOT_ADDRESS, OP_SET);
}

static void sets(struct plan *plan)
{
	for (uint32_t human = 0; human < 3; human++)
		pair(plan, human);
	edit(plan, 1, 0, SANDBOX_PEOPLE, SLOT_EMAIL, OP_SET);
	edit(plan, 1, 1, SANDBOX_RECORDS, SLOT_PHONE, OP_REPLACE);
	edit(plan, 1, 2, SANDBOX_PEOPLE, SLOT_TAG, OP_SET);
	edit(plan, 2, 0, SANDBOX_RECORDS, SLOT_EMAIL, OP_REPLACE);
	edit(plan, 2, 1, SANDBOX_PEOPLE, SLOT_PHONE, OP_SET);
	edit(plan, 2, 2, SANDBOX_RECORDS, SLOT_TAG, OP_DROP);
}

static void creates_with_email(struct plan *plan)
{
	for (uint32_t human = 0; human < 6; human++)
		born(plan, human, human % 2 == 0 ? SANDBOX_RECORDS : SANDBOX_PEOPLE, WHOLE);
}

static void creates_without_email(struct plan *plan)
{
	for (uint32_t human = 0; human < 6; human++)
		born(plan, human, human % 2 == 0 ? SANDBOX_RECORDS : SANDBOX_PEOPLE,
		     human < 3 ? NAME_ONLY : NAME_ONLY | BIT(SLOT_PHONE) | BIT(SLOT_TITLE));
}

static void creates_from_email(struct plan *plan)
{
	for (uint32_t human = 0; human < 4; human++)
		born(plan, human, SANDBOX_RECORDS, EMAIL_ONLY);
	edit(plan, 1, 0, SANDBOX_RECORDS, SLOT_NAME, OP_SET);
	edit(plan, 2, 1, SANDBOX_PEOPLE, SLOT_NAME, OP_SET);
}

static void create_then_edit(struct plan *plan)
{
	born(plan, 0, SANDBOX_RECORDS, WHOLE);
	born(plan, 1, SANDBOX_PEOPLE, WHOLE);
	edit(plan, 1, 0, SANDBOX_PEOPLE, SLOT_TITLE, OP_SET);
	edit(plan, 1, 1, SANDBOX_RECORDS, SLOT_TITLE, OP_SET);
	edit(plan, 2, 0, SANDBOX_RECORDS, SLOT_TITLE, OP_SET);
	edit(plan, 2, 1, SANDBOX_PEOPLE, SLOT_TITLE, OP_CLEAR);
}

static void batches(struct plan *plan)
{
	plan->knobs.batch_size = 3;
	for (uint32_t human = 0; human < 8; human++)
		born(plan, human, SANDBOX_PEOPLE, WHOLE);
	for (uint32_t human = 0; human < 8; human++)
		edit(plan, 1, human, SANDBOX_PEOPLE, SLOT_TITLE, OP_SET);
}

static void pages(struct plan *plan)
{
	plan->knobs.page_size = 3;
	plan->knobs.items_per_page = 2;
	for (uint32_t human = 0; human < 6; human++)
		pair(plan, human);
	edit(plan, 1, 3, SANDBOX_RECORDS, SLOT_TITLE, OP_SET);
	edit(plan, 1, 4, SANDBOX_PEOPLE, SLOT_EMAIL, OP_SET);
}

static void conflicts(struct plan *plan, enum plan_policy policy)
{
	plan->knobs.policy = policy;
	for (uint32_t human = 0; human < 3; human++)
		pair(plan, human);
	for (uint32_t human = 0; human < 3; human++) {
		edit(plan, 1, human, SANDBOX_RECORDS, SLOT_TITLE, OP_SET);
		edit(plan, 1, human, SANDBOX_PEOPLE, SLOT_TITLE, OP_SET);
		edit(plan, 2, human, human % 2 == 0 ? SANDBOX_RECORDS : SANDBOX_PEOPLE, SLOT_TITLE,
		     OP_SET);
	}
}

static void conflicts_records(struct plan *plan)
{
	conflicts(plan, PLAN_RECORDS);
}

static void conflicts_people(struct plan *plan)
{
	conflicts(plan, PLAN_PEOPLE);
}

static void conflicts_manual(struct plan *plan)
{
	conflicts(plan, PLAN_MANUAL);
}

static void email_move(struct plan *plan)
{
	for (uint32_t human = 0; human < 3; human++)
		pair(plan, human);
	add(plan, OP_MOVE, 1, 0, SANDBOX_PEOPLE)->other = 1;
	add(plan, OP_SWAP, 2, 1, SANDBOX_PEOPLE)->other = 2;
}

static void lost_creates(struct plan *plan)
{
	creates_with_email(plan);
	plan->faults[plan->n_faults++] = (struct net_fault){
		.kind = NET_LOST_AFTER, .writes = true, .n = 1, .count = 2, .any_side = true
	};
}

static void lost_updates(struct plan *plan)
{
	edits_both_ways(plan);
	for (uint32_t cycle = 1; cycle <= 2; cycle++)
		plan->faults[plan->n_faults++] = (struct net_fault){ .kind = NET_504_AFTER,
								     .cycle = cycle,
								     .writes = true,
								     .n = 1,
								     .count = 2,
								     .any_side = true };
}

static void refused(struct plan *plan)
{
	edits_both_ways(plan);
	plan->poisoned = 1;
}

/* On either side; creates, edits and a removal go on beside him, and both of his sides are edited. */
static void spoiled(struct plan *plan, enum sandbox_side side)
{
	edits_both_ways(plan);
	pair(plan, 7);
	born(plan, 8, SANDBOX_RECORDS, WHOLE);
	born(plan, 9, SANDBOX_PEOPLE, WHOLE);
	plan->ops[plan->n_ops - 1].cycle = plan->ops[plan->n_ops - 2].cycle = 1;
	add(plan, OP_DELETE, 1, 7, SANDBOX_RECORDS);
	edit(plan, 1, 1, SANDBOX_RECORDS, SLOT_TITLE, OP_SET);
	edit(plan, 1, 1, SANDBOX_PEOPLE, SLOT_LINKEDIN, OP_SET);
	plan->spoiled = (struct spoiled){ .human = 1, .side = side, .from = 1, .to = 3 };
}

static void spoiled_record(struct plan *plan)
{
	spoiled(plan, SANDBOX_RECORDS);
}

static void spoiled_person(struct plan *plan)
{
	spoiled(plan, SANDBOX_PEOPLE);
}

static void removals(struct plan *plan)
{
	for (uint32_t human = 0; human < 6; human++)
		pair(plan, human);
	add(plan, OP_DELETE, 1, 0, SANDBOX_RECORDS);
	add(plan, OP_ARCHIVE, 1, 1, SANDBOX_PEOPLE);
	add(plan, OP_DELETE, 1, 2, SANDBOX_PEOPLE);
	add(plan, OP_UNARCHIVE, 2, 1, SANDBOX_PEOPLE);
	/* Removed here, edited there. */
	edit(plan, 2, 3, SANDBOX_PEOPLE, SLOT_TITLE, OP_SET);
	add(plan, OP_DELETE, 2, 3, SANDBOX_RECORDS);
}

static void removals_carried(struct plan *plan)
{
	removals(plan);
	plan->knobs.on_people = 1;
}

static void removals_win(struct plan *plan)
{
	removals(plan);
	plan->knobs.on_people = 1;
	plan->knobs.on_edited = 1;
}

static void merged(struct plan *plan)
{
	for (uint32_t human = 0; human < 3; human++)
		pair(plan, human);
	add(plan, OP_MERGE, 1, 0, SANDBOX_RECORDS)->other = 1;
}

/* Lists leave out what is empty: a cleared value has to be asked for. */
static void sparse(struct plan *plan)
{
	plan->knobs.sparse = true;
	plan->knobs.verify_after_s = 30;
	for (uint32_t human = 0; human < 4; human++)
		pair(plan, human);
	edit(plan, 1, 0, SANDBOX_RECORDS, SLOT_TITLE, OP_CLEAR);
	edit(plan, 1, 1, SANDBOX_RECORDS, SLOT_EMAIL, OP_CLEAR);
	edit(plan, 1, 2, SANDBOX_RECORDS, SLOT_TAG, OP_CLEAR);
	edit(plan, 1, 2, SANDBOX_PEOPLE, SLOT_TAG, OP_CLEAR);
	edit(plan, 2, 3, SANDBOX_PEOPLE, SLOT_TITLE, OP_CLEAR);
	edit(plan, 2, 0, SANDBOX_RECORDS, SLOT_TITLE, OP_SET);
	edit(plan, 2, 1, SANDBOX_RECORDS, SLOT_PHONE, OP_CLEAR);
}

/* A side is down when the other one's lists have been read: what they showed must not be forgotten. */
static void sparse_and_down(struct plan *plan)
{
	sparse(plan);
	for (uint32_t cycle = 1; cycle <= 2; cycle++)
		plan->faults[plan->n_faults++] = (struct net_fault){ .kind = NET_DOWN,
								     .cycle = cycle,
								     .n = 1,
								     .count = 30,
								     .side = SANDBOX_PEOPLE };
}

static void everything(struct plan *plan)
{
	for (uint32_t human = 0; human < 3; human++)
		pair(plan, human);
	born(plan, 3, SANDBOX_RECORDS, WHOLE);
	born(plan, 4, SANDBOX_PEOPLE, NAME_ONLY | BIT(SLOT_PHONE));
	edit(plan, 1, 0, SANDBOX_RECORDS, SLOT_TITLE, OP_SET);
	edit(plan, 1, 0, SANDBOX_PEOPLE, SLOT_TITLE, OP_SET);
	edit(plan, 1, 1, SANDBOX_PEOPLE, SLOT_EMAIL, OP_REPLACE);
	edit(plan, 1, 2, SANDBOX_RECORDS, SLOT_EMAIL, OP_CLEAR);
	edit(plan, 2, 3, SANDBOX_PEOPLE, SLOT_NAME, OP_SET);
	edit(plan, 2, 4, SANDBOX_RECORDS, SLOT_PHONE, OP_SET);
}

static void custom_fields(struct plan *plan)
{
	plan->knobs.custom = true;
	for (uint32_t human = 0; human < 3; human++)
		pair(plan, human);
	born(plan, 3, SANDBOX_RECORDS, WHOLE);
	born(plan, 4, SANDBOX_PEOPLE, WHOLE);
	plan->ops[3].mask |= BIT(SLOT_CODE + SLOT_COUNT) | BIT(SLOT_POINTS + SLOT_COUNT);
	plan->ops[5].mask &= ~BIT(SLOT_LEVEL);
	edit(plan, 1, 0, SANDBOX_RECORDS, SLOT_CODE, OP_SET);
	edit(plan, 1, 0, SANDBOX_PEOPLE, SLOT_POINTS, OP_SET);
	edit(plan, 1, 1, SANDBOX_PEOPLE, SLOT_LEVEL, OP_SET);
	edit(plan, 1, 2, SANDBOX_RECORDS, SLOT_POINTS, OP_CLEAR);
	edit(plan, 2, 2, SANDBOX_RECORDS, SLOT_POINTS, OP_SET);
	edit(plan, 2, 2, SANDBOX_PEOPLE, SLOT_POINTS, OP_SET);
	edit(plan, 2, 3, SANDBOX_PEOPLE, SLOT_CODE, OP_CLEAR);
	edit(plan, 2, 4, SANDBOX_RECORDS, SLOT_LEVEL, OP_SET);
}

static void notes(struct plan *plan)
{
	plan->knobs.notes = true;
	for (uint32_t human = 0; human < 2; human++)
		pair(plan, human);
	born(plan, 2, SANDBOX_RECORDS, WHOLE);
	add(plan, OP_NOTE, 0, 0, SANDBOX_RECORDS);
	add(plan, OP_NOTE, 0, 1, SANDBOX_PEOPLE);
	add(plan, OP_NOTE, 1, 2, SANDBOX_RECORDS);
	add(plan, OP_NOTE, 1, 1, SANDBOX_PEOPLE);
	add(plan, OP_NOTE_EDIT, 1, 0, SANDBOX_RECORDS)->n = 0;
	add(plan, OP_NOTE_EDIT, 2, 1, SANDBOX_PEOPLE)->n = 1;
}

/* ---- Of a side that is rolled: its turns take several cycles ---- */

static void roll(struct plan *plan)
{
	struct knobs *knobs = &plan->knobs;

	plan->n_cycles = 8;
	knobs->quick = true;
	knobs->interval_s = knobs->gap_s = 1;
	knobs->people_per_minute = 20;
	knobs->items_per_page = 2;
}

static void roll_both(struct plan *plan)
{
	roll(plan);
	plan->knobs.reads_per_second = 1;
	plan->knobs.page_size = 2;
}

static void rolled_pairs(struct plan *plan, uint32_t n)
{
	roll(plan);
	for (uint32_t human = 0; human < n; human++)
		pair(plan, human);
}

static void rolled_contact(struct plan *plan)
{
	rolled_pairs(plan, 3);
	born(plan, 3, SANDBOX_RECORDS, WHOLE);
	born(plan, 4, SANDBOX_PEOPLE, WHOLE);
	born(plan, 5, SANDBOX_PEOPLE, NAME_ONLY);
	born(plan, 6, SANDBOX_PEOPLE, WHOLE);
}

static void rolled_edits(struct plan *plan)
{
	rolled_pairs(plan, 6);
	edit(plan, 3, 0, SANDBOX_RECORDS, SLOT_TITLE, OP_SET);
	edit(plan, 3, 1, SANDBOX_PEOPLE, SLOT_TITLE, OP_SET);
	edit(plan, 4, 5, SANDBOX_PEOPLE, SLOT_EMAIL, OP_SET);
	edit(plan, 5, 2, SANDBOX_PEOPLE, SLOT_NAME, OP_SET);
	edit(plan, 5, 3, SANDBOX_RECORDS, SLOT_PHONE, OP_REPLACE);
}

static void rolled_creates(struct plan *plan)
{
	static const struct {
		uint32_t human;
		enum sandbox_side side;
		uint32_t mask;
	} births[] = { { 6, SANDBOX_PEOPLE, WHOLE },
		       { 6, SANDBOX_RECORDS, WHOLE },
		       { 7, SANDBOX_RECORDS, WHOLE },
		       { 8, SANDBOX_PEOPLE, WHOLE },
		       { 9, SANDBOX_RECORDS, NAME_ONLY } };

	rolled_pairs(plan, 6);
	for (size_t i = 0; i < COUNT_OF(births); i++) {
		born(plan, births[i].human, births[i].side, births[i].mask);
		plan->ops[plan->n_ops - 1].cycle = 4;
	}
}

static void rolled_lost(struct plan *plan)
{
	rolled_creates(plan);
	edit(plan, 5, 0, SANDBOX_RECORDS, SLOT_TITLE, OP_SET);
	for (uint32_t cycle = 4; cycle <= 5; cycle++)
		plan->faults[plan->n_faults++] = (struct net_fault){ .kind = NET_504_AFTER,
								     .cycle = cycle,
								     .writes = true,
								     .n = 1,
								     .count = 2,
								     .any_side = true };
}

static void rolled_removals(struct plan *plan)
{
	rolled_pairs(plan, 6);
	plan->knobs.on_people = 1;
	add(plan, OP_DELETE, 3, 0, SANDBOX_PEOPLE);
	add(plan, OP_ARCHIVE, 3, 1, SANDBOX_PEOPLE);
	add(plan, OP_DELETE, 4, 2, SANDBOX_RECORDS);
}

static void rolled_both(struct plan *plan)
{
	rolled_edits(plan);
	roll_both(plan);
}

static const struct {
	const char *name;
	void (*make)(struct plan *plan);
} scenarios[] = {
	{ "first contact", first_contact },
	{ "edits both ways", edits_both_ways },
	{ "sets", sets },
	{ "creates with e-mail", creates_with_email },
	{ "creates without e-mail", creates_without_email },
	{ "creates from an e-mail", creates_from_email },
	{ "create, then edit", create_then_edit },
	{ "batches", batches },
	{ "pages", pages },
	{ "conflicts, records win", conflicts_records },
	{ "conflicts, people win", conflicts_people },
	{ "conflicts, manual", conflicts_manual },
	{ "e-mails move", email_move },
	{ "lost creates", lost_creates },
	{ "lost updates", lost_updates },
	{ "refused", refused },
	{ "a record that cannot be read", spoiled_record },
	{ "a person who cannot be read", spoiled_person },
	{ "removals", removals },
	{ "removals, carried both ways", removals_carried },
	{ "removals win", removals_win },
	{ "merged records", merged },
	{ "sparse lists", sparse },
	{ "sparse lists, people are down", sparse_and_down },
	{ "everything", everything },
	{ "custom fields", custom_fields },
	{ "notes", notes },
	{ "rolled, first contact", rolled_contact },
	{ "rolled, edits", rolled_edits },
	{ "rolled, creates", rolled_creates },
	{ "rolled, lost answers", rolled_lost },
	{ "rolled, removals", rolled_removals },
	{ "both rolled", rolled_both },
};

size_t scenarios_count(void)
{
	return COUNT_OF(scenarios);
}

const char *scenario_name(size_t i)
{
	return scenarios[i].name;
}

void scenario_make(size_t i, enum sandbox_dialect dialect, struct plan *ret_plan)
{
	memset(ret_plan, 0, sizeof(*ret_plan));
	ret_plan->seed = 1000 + i;
	ret_plan->poisoned = ret_plan->spoiled.human = ret_plan->deaf = NOBODY;
	ret_plan->n_cycles = 3;
	ret_plan->knobs = (struct knobs){ .dialect = dialect,
					  .policy = PLAN_NEWEST,
					  .marker = true,
					  .tags = true,
					  .page_size = 100,
					  .items_per_page = 30,
					  .batch_size = 4,
					  .people_per_minute = 600,
					  .in_flight = 4,
					  .interval_s = 60,
					  .reads_per_second = 100,
					  .scan_share = 33,
					  .removal_percent = 100,
					  .changed_percent = 100,
					  .gap_s = 600 };
	scenarios[i].make(ret_plan);
}
