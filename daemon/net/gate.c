/* SPDX-License-Identifier: Apache-2.0 */
#include "net/gate.h"

#define STATUS_UNAUTHORIZED 401

static enum gate_verdict probe_or_shut(const struct gate *gate, int64_t now_ns)
{
	return gate->probing || now_ns >= gate->probe_ns ? GATE_PROBE : GATE_SHUT;
}

enum gate_verdict gate_judge(const struct gate *gate, enum request_kind kind, int64_t now_ns)
{
	if (gate->token_refused)
		return kind == REQUEST_READ ? probe_or_shut(gate, now_ns) : GATE_SHUT;
	if (gate->writes_refused && kind == REQUEST_WRITE)
		return probe_or_shut(gate, now_ns);
	return GATE_PASS;
}

static int64_t probe_wait(const struct gate *gate, const struct retry_policy *policy)
{
	const int64_t most = policy->cap_ns > INT64_MAX / GATE_PROBE_CAPS ?
				     policy->cap_ns :
				     policy->cap_ns * GATE_PROBE_CAPS;
	int64_t wait_ns = policy->cap_ns;

	for (uint32_t i = 1; i < gate->n_probes && wait_ns < most; i++)
		wait_ns *= 2;
	return wait_ns < most ? wait_ns : most;
}

/* Those that were under way when it shut say the same once more. */
static void shut(struct gate *gate, bool *which, const struct retry_policy *policy, int64_t now_ns)
{
	if (*which && now_ns < gate->probe_ns)
		return;
	*which = true;
	if (gate->n_probes < UINT32_MAX)
		gate->n_probes++;
	gate->probe_ns = now_ns + probe_wait(gate, policy);
}

void gate_refused(struct gate *gate, enum request_kind kind, int status, bool list,
		  const struct retry_policy *policy, int64_t now_ns)
{
	const bool read = kind == REQUEST_READ;
	const uint32_t many =
		!read && gate->took_write ? GATE_FORBIDDEN_AFTER_TAKEN : GATE_FORBIDDEN_MANY;

	if (status != STATUS_UNAUTHORIZED && gate->n_forbidden[kind] < UINT32_MAX)
		gate->n_forbidden[kind]++;
	if (status == STATUS_UNAUTHORIZED || (read && (list || gate->n_forbidden[kind] >= many)))
		shut(gate, &gate->token_refused, policy, now_ns);
	else if (gate->n_forbidden[kind] >= many)
		shut(gate, &gate->writes_refused, policy, now_ns);
}

void gate_accepted(struct gate *gate, enum request_kind kind)
{
	gate->token_refused = false;
	if (kind == REQUEST_WRITE) {
		gate->writes_refused = false;
		gate->took_write = true;
	}
	gate->n_forbidden[kind] = 0;
	if (!gate->writes_refused)
		gate->n_probes = 0;
}

void gate_open(struct gate *gate)
{
	*gate = (struct gate){ .probing = gate->probing };
}
