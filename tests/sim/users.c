/* SPDX-License-Identifier: Apache-2.0 */
/*
 * users: users who give the people customer numbers, take them away and give them to somebody else; and what
 * must have become of the records side's object users in the end.
 */
#include "check.h"

#include "deeds_p.h"

/* Few, so that two have the same one now and then. */
#define NUMBERS 12
#define USERS_PATH "/v2/objects/users/"

void users_configure(struct buf *out)
{
	buf_add_z(out, "users = { enabled = true; };\n");
}

/* ---- What users do ---- */

/* The server does not move updatedAt for it: what else was edited when is told by that. */
bool users_deed(struct sim *sim, const struct op *op)
{
	const struct body *body = oracle_body_of(&sim->oracle, SANDBOX_PEOPLE, op->human, false);
	char ret_id[FACTS_ID_BYTES];
	struct buf text;

	if (body == NULL)
		return false;
	const struct facts_customer customer = facts_customer_of(sim->box, body->id);

	buf_init(&text, 512);
	buf_addf(&text, "{\"side\":\"people\",\"id\":\"%s\",\"at\":%lld,\"set\":{\"customerId\":",
		 body->id, (long long)customer.updated_ns);
	if (op->n % NUMBERS == 0)
		buf_add_z(&text, "null}}");
	else
		buf_addf(&text, "\"C%u\"}}", op->n % NUMBERS);
	const bool ok = deeds_control(sim, "edit", buf_str(&text), ret_id);

	buf_release(&text);
	return ok;
}

/* ---- What the program does ---- */

bool users_is_write(const struct request *request)
{
	return str_starts(buf_str(&request->target), STR_LIT(USERS_PATH));
}

/* ---- What must be ---- */

static void check_user(struct sim *sim, uint32_t human,
		       const struct facts *const pair[SANDBOX_SIDE_COUNT])
{
	const struct str number = facts_customer_of(sim->box, pair[SANDBOX_PEOPLE]->id).number;
	const struct str record = str_from(pair[SANDBOX_RECORDS]->id);
	const struct facts_user user = facts_users(sim->box, "user_id", number);
	const size_t n = user.n;

	sim->figures.checked_users++;
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
		const struct human *facts = &sim->oracle.humans[human];

		if (facts->murk != 0 || !facts->is_agreed || !check_pair(sim, human, pair))
			continue;
		const struct facts_customer customer =
			facts_customer_of(sim->box, pair[SANDBOX_PEOPLE]->id);

		if (customer.n_of_number == 1)
			check_user(sim, human, pair);
	}
}
