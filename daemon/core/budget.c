/* SPDX-License-Identifier: Apache-2.0 */
#include "core/budget.h"

#define MINUTE_NS INT64_C(60000000000)
#define UNIT 1000 /* of a request */
/* A reading that needs fewer is never worth being rolled: a slice and the newest page are as many. */
#define PAGES_LEAST 2
#define RESERVE_PART 5
#define RESERVE_LEAST 2u
/* So many slices in a row may go without a page. */
#define WITHOUT_MOST 2
/* With more there would be no writes. */
#define SHARE_MOST 90

static int64_t at_most(int64_t a, int64_t most)
{
	return a < most ? a : most;
}

static int64_t share_of(const struct budget_rate *rate)
{
	return at_most(rate->share, SHARE_MOST);
}

static uint32_t reserve_of(const struct budget_rate *rate)
{
	const uint32_t part = (rate->allowed + RESERVE_PART - 1) / RESERVE_PART;

	return part > RESERVE_LEAST ? part : RESERVE_LEAST;
}

/* Thousandths of requests that a time yields. */
static int64_t yield_of(uint32_t allowed, int64_t ns)
{
	const int64_t minutes = ns / MINUTE_NS;
	const int64_t rest = ns % MINUTE_NS;

	if (minutes > INT32_MAX)
		return INT64_MAX / UNIT;
	return (int64_t)allowed * UNIT * minutes +
	       (int64_t)((double)allowed * UNIT * (double)rest / (double)MINUTE_NS);
}

bool budget_fits(const struct budget_rate *rate, uint64_t n_pages)
{
	if (rate->allowed == 0 || n_pages <= PAGES_LEAST)
		return true;
	return n_pages <= (uint64_t)yield_of(rate->allowed, rate->interval_ns) / (2 * UNIT);
}

uint32_t budget_push_most(const struct budget_rate *rate)
{
	const int64_t ns = rate->interval_ns > MINUTE_NS ? rate->interval_ns : MINUTE_NS;

	if (rate->allowed == 0)
		return UINT32_MAX;
	const int64_t most = yield_of(rate->allowed, ns) / UNIT * (100 - share_of(rate)) / 100;

	return most > UINT32_MAX ? UINT32_MAX : most > 1 ? (uint32_t)most : 1;
}

/* At most a minute: what was allowed before that is over.  A clock that was set back has stood still. */
static int64_t passed_since(const struct budget *budget, const struct budget_rate *rate,
			    int64_t now_ns)
{
	if (budget->at_ns == 0)
		return at_most(rate->interval_ns, MINUTE_NS);
	if (now_ns <= budget->at_ns)
		return 0;
	const uint64_t passed = (uint64_t)now_ns - (uint64_t)budget->at_ns;

	return passed < (uint64_t)MINUTE_NS ? (int64_t)passed : MINUTE_NS;
}

void budget_slice(struct budget *budget, const struct budget_rate *rate, uint64_t n_used,
		  int64_t now_ns)
{
	const uint32_t reserve = reserve_of(rate);
	const uint32_t spread = rate->allowed > reserve ? rate->allowed - reserve : 1;
	const int64_t most = (int64_t)spread * UNIT;
	const int64_t used = at_most((int64_t)at_most((int64_t)n_used, INT32_MAX) * UNIT, 2 * most);
	const int64_t passed = passed_since(budget, rate, now_ns);

	budget->n_without = budget->at_ns != 0 && budget->n_pages == 0 ? budget->n_without + 1 : 0;
	budget->at_ns = now_ns;
	budget->n_pages = 0;
	budget->debt = (budget->debt > 0 ? budget->debt : 0) +
		       used * share_of(rate) / (100 - share_of(rate));
	budget->debt = at_most(budget->debt, 2 * most);
	budget->credit = at_most(budget->credit + yield_of(spread, passed), most);
	budget->credit -= used;
	if (budget->credit < -most)
		budget->credit = -most;
}

uint32_t budget_ration(struct budget_ration *ration, const struct budget_rate *rate,
		       uint32_t percent, int64_t now_ns)
{
	const int64_t longest = rate->interval_ns > MINUTE_NS ? rate->interval_ns : MINUTE_NS;
	const int64_t least = (int64_t)BUDGET_RATION_LEAST * UNIT;
	const int64_t yield = yield_of(rate->allowed, longest) * percent / 100;
	const int64_t most = yield > least ? yield : least;
	int64_t passed = at_most(rate->interval_ns, longest);

	if (rate->allowed == 0)
		return UINT32_MAX;
	if (ration->at_ns != 0)
		passed = now_ns > ration->at_ns ? at_most(now_ns - ration->at_ns, longest) : 0;
	else
		ration->credit = least;
	ration->at_ns = now_ns;
	ration->credit =
		at_most(ration->credit + yield_of(rate->allowed, passed) * percent / 100, most);
	if (ration->credit < least)
		return 0;
	return (uint32_t)at_most(ration->credit / UNIT, UINT32_MAX);
}

void budget_rationed(struct budget_ration *ration, uint64_t n_used)
{
	ration->credit -= at_most((int64_t)n_used, INT32_MAX) * UNIT;
}

/* Is there room for it beside what has to stay free? */
static bool has_room(const struct budget_rate *rate, uint32_t used, uint32_t reserve)
{
	return rate->allowed == 0 || (uint64_t)used + 1 + reserve <= rate->allowed;
}

bool budget_page(struct budget *budget, const struct budget_rate *rate, uint32_t used, bool due)
{
	const bool owed = budget->debt >= UNIT;
	const bool first = budget->n_pages == 0 && (budget->n_without >= WITHOUT_MOST ||
						    has_room(rate, used, RESERVE_LEAST));
	const bool left = !due && (rate->allowed == 0 || (budget->credit >= UNIT &&
							  has_room(rate, used, reserve_of(rate))));

	if (!owed && !first && !left)
		return false;
	budget->debt -= UNIT;
	budget->credit -= UNIT;
	budget->n_pages++;
	return true;
}
