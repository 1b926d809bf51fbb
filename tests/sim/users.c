/* SPDX-License-Identifier: Apache-2.0 */
/*
 * users: users who give the people customer numbers, take them away, give them to somebody else and exchange them; and what
 * must have become of the records side's object users in the end.
 */
#include "check.h"

#include "deeds_p.h"

/* Few, so that two have the same one now and then. */
#define NUMBERS 12
/* Every so many-th deed is an exchange of two numbers. */
#define EXCHANGE_EVERY 4
#define USERS_PATH "/v2/objects/users/"

void users_configure(struct buf *out)
{
	buf_add_z(out, "users = { enabled = true; };\n");
}

/* ---- What users do ---- */

/* An empty number: none.  The server does not move updatedAt for it: what else was edited when is told by
 * that. */
static bool set_number(struct sim *sim, const char *people_id, int64_t updated_ns,
		       struct str number)
{
	char ret_id[FACTS_ID_BYTES];
	struct buf text;

	buf_init(&text, 512);
	buf_addf(&text, "{\"side\":\"people\",\"id\":\"%s\",\"at\":%lld,\"set\":{\"customerId\":",
		 people_id, (long long)updated_ns);
	if (number.len == 0)
		buf_add_z(&text, "null}}");
	else
		buf_addf(&text, "\"%.*s\"}}", STR_ARG(number));
	const bool ok = deeds_control(sim, "edit", buf_str(&text), ret_id);

	buf_release(&text);
	return ok;
}

/* The sandbox's own texts end with the first edit. */
static bool exchange(struct sim *sim, const char *one_id, const char *other_id)
{
	const struct facts_customer one = facts_customer_of(sim->box, one_id);
	const struct facts_customer other = facts_customer_of(sim->box, other_id);
	struct arena arena = { 0 };
	const struct str ones = arena_copy(&arena, one.number);
	const struct str others = arena_copy(&arena, other.number);
	const bool ok = set_number(sim, one_id, one.updated_ns, others) &&
			set_number(sim, other_id, other.updated_ns, ones);

	arena_release(&arena);
	return ok;
}

bool users_deed(struct sim *sim, const struct op *op)
{
	const struct body *body = oracle_body_of(&sim->oracle, SANDBOX_PEOPLE, op->human, false);
	const struct body *other = oracle_body_of(&sim->oracle, SANDBOX_PEOPLE, op->other, false);
	char text[16] = "";

	if (body == NULL)
		return false;
	if (op->n % EXCHANGE_EVERY == 0 && other != NULL && other != body)
		return exchange(sim, body->id, other->id);
	if (op->n % NUMBERS != 0)
		(void)snprintf(text, sizeof(text), "C%u", op->n % NUMBERS);
	return set_number(sim, body->id, facts_customer_of(sim->box, body->id).updated_ns,
			  str_from(text));
}

/* ---- What the program does ---- */

bool users_is_write(const struct request *request)
{
	return str_starts(buf_str(&request->target), STR_LIT(USERS_PATH));
}

/* ---- What must be ---- */

/* A customerId that went away and came back, of which the state that was put back knows only the beginning:
 * users records are not read while nothing is to be written (sync.conf(5), users). */
static bool believes_its_old_one(struct sim *sim, struct str record)
{
	return sim->figures.losses > 0 && facts_users(sim->box, "person", record).n > 0;
}

static void check_user(struct sim *sim, uint32_t human,
		       const struct facts *const pair[SANDBOX_SIDE_COUNT])
{
	const struct str number = facts_customer_of(sim->box, pair[SANDBOX_PEOPLE]->id).number;
	const struct str record = str_from(pair[SANDBOX_RECORDS]->id);
	const struct facts_user user = facts_users(sim->box, "user_id", number);
	const size_t n = user.n;

	sim->figures.checked_users++;
	if (n == 0 && believes_its_old_one(sim, record))
		return;
	if (n != 1) {
		sim_violate(sim, n > 1 ? P2_NO_DUPLICATE : P3_CONVERGENCE, "user-missing",
			    "h%u has the customerId %.*s, and there are %zu users records", human,
			    STR_ARG(number), n);
		return;
	}
	if (!str_equal(user.person, record))
		sim_violate(sim, P3_CONVERGENCE, "user-person",
			    "the users record of h%u, %.*s, points to %.*s", human, STR_ARG(number),
			    STR_ARG(user.person));
	const struct str email = user.email;
	const uint32_t first = pair[SANDBOX_PEOPLE]->n[SLOT_EMAIL] > 0 ?
				       pair[SANDBOX_PEOPLE]->tokens[SLOT_EMAIL][0] :
				       0;

	if ((first == 0) != (email.len == 0) ||
	    (first != 0 && token_read(SLOT_EMAIL, email) != first))
		sim_violate(sim, P3_CONVERGENCE, "user-email",
			    "the users record of h%u has the address %.*s, and not %u", human,
			    STR_ARG(email), first);
	const size_t n_of_person = facts_users(sim->box, "person", record).n;

	if (n_of_person > 1 && sim->figures.losses == 0)
		sim_violate(sim, P2_NO_DUPLICATE, "user-twin", "h%u has %zu users records", human,
			    n_of_person);
}

/* Those of whom it is plain who they are, and who share no customerId; not where something was refused: by
 * then a human has to decide. */
void check_users(struct sim *sim)
{
	if (!sim->plan->knobs.users || sim->report.quarantined > 0)
		return;
	for (uint32_t human = 0; human < sim->oracle.n_humans; human++) {
		const struct facts *pair[SANDBOX_SIDE_COUNT];

		if (!check_sure_pair(sim, human, pair))
			continue;
		const struct facts_customer customer =
			facts_customer_of(sim->box, pair[SANDBOX_PEOPLE]->id);

		if (customer.n_of_number == 1)
			check_user(sim, human, pair);
	}
}
