/* SPDX-License-Identifier: Apache-2.0 */
#include "plan.h"

#include "base/clock.h"

#include <stdio.h>

static void print_knobs(const struct plan *plan, FILE *out)
{
	static const char *const policies[] = { "newest", "records", "people", "manual" };
	static const char *const creates[] = { "both", "to_people", "to_records", "none" };
	const struct knobs *k = &plan->knobs;

	(void)fprintf(out, "seed %llu: %u humans, %u cycles\n", (unsigned long long)plan->seed,
		      plan->n_humans, plan->n_cycles);
	(void)fprintf(out,
		      "  program: %s, policy %s%s, create %s, %s marker, pages %u/%u, batch %u, "
		      "verify_after %u s, %u requests/min, %u in flight, %s\n",
		      k->dialect == SANDBOX_VALUES ? "values" : "attributes", policies[k->policy],
		      k->fallback_people ? " (else people)" : "", creates[k->create],
		      k->marker ? "with" : "no", k->page_size, k->items_per_page, k->batch_size,
		      k->verify_after_s, k->people_per_minute, k->in_flight,
		      k->reopen ? "a process a cycle" : "one process");
	(void)fprintf(
		out, "  servers:%s%s%s%s%s%s%s%s%s limit %u/min, clocks off by %d s and %d s\n",
		k->tags ? " tags" : "", k->custom ? " custom fields" : "", k->odd ? " odd" : "",
		k->rewrite ? " rewrite" : "", k->sparse ? " sparse" : "",
		k->stable_ids ? " stable_ids" : "", k->unique_rows ? " unique_rows" : "",
		k->exact_search ? " exact_search" : "", k->link_companies ? " link_companies" : "",
		k->server_people_per_min, k->skew_s[0], k->skew_s[1]);
	if (k->quick)
		(void)fprintf(
			out,
			"  a daemon's cycles: interval %u s, %u%% for the list, %u reads/s of "
			"records\n",
			k->interval_s, k->scan_share, k->reads_per_second);
	if (plan->deaf != NOBODY)
		(void)fprintf(out, "  titles of h%u are ignored on %s\n", plan->deaf,
			      plan->deaf_side == SANDBOX_PEOPLE ? "people" : "records");
	if (plan->poisoned != NOBODY)
		(void)fprintf(out, "  whatever is written of h%u is refused\n", plan->poisoned);
	if (plan->spoiled.human != NOBODY)
		(void)fprintf(out, "  in cycles %u to %u h%u cannot be read on %s\n",
			      plan->spoiled.from, plan->spoiled.to - 1, plan->spoiled.human,
			      plan->spoiled.side == SANDBOX_PEOPLE ? "people" : "records");
}

void plan_print(const struct plan *plan, FILE *out)
{
	print_knobs(plan, out);
	for (uint32_t i = 0; i < plan->n_faults; i++) {
		const struct net_fault *fault = &plan->faults[i];

		if (fault->end_ns > 0) {
			(void)fprintf(out, "  fault from %lld to %lld s: %u in 1000%s: %s\n",
				      (long long)(fault->begin_ns / NS_PER_S),
				      (long long)(fault->end_ns / NS_PER_S), fault->permille,
				      fault->any_side               ? "" :
				      fault->side == SANDBOX_PEOPLE ? " of people" :
								      " of records",
				      fault_kind_name(fault->kind));
			continue;
		}
		(void)fprintf(out, "  fault in cycle %u: %s %u … %u%s: %s\n", fault->cycle,
			      fault->writes ? "writes" : "requests", fault->n,
			      fault->n + fault->count - 1,
			      fault->any_side               ? "" :
			      fault->side == SANDBOX_PEOPLE ? " of people" :
							      " of records",
			      fault_kind_name(fault->kind));
	}
	for (uint32_t i = 0; i < plan->n_kills; i++)
		(void)fprintf(out, "  in cycle %u: %s, action %u\n", plan->kills[i].cycle,
			      mishap_name(plan->kills[i].mishap), plan->kills[i].action);
}
