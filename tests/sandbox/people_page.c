/* SPDX-License-Identifier: Apache-2.0 */
#include "people.h"

#include "base/clock.h"

#include <string.h>

#define PER_PAGE 15
#define PER_PAGE_MAX 30

bool people_read_page(struct call *call, struct people_page *page)
{
	const int64_t number = call_number(call, "page", 1);
	const int64_t size = call_number(call, "itemsPerPage", PER_PAGE);

	if (number < 1)
		return people_fail(call, 400, "Page should not be less than 1");
	/* Above the limit it is cut down silently; junk counts as 0. */
	page->n = size < 0 ? 0 : size > PER_PAGE_MAX ? PER_PAGE_MAX : (size_t)size;
	page->from = (size_t)(number - 1) * page->n;
	return true;
}

/* A root-relative link to another page, with the other parameters as they were sent. */
static void add_link(struct call *call, const char *name, size_t number, struct buf *out)
{
	const struct target *target = &call->target;

	json_add_key(out, name);
	buf_reset(&call->box->scratch);
	buf_add_str(&call->box->scratch, target->path);
	buf_add_char(&call->box->scratch, '?');
	for (size_t i = 0; i < target->n_parameters; i++) {
		if (str_equal_z(target->parameters[i].name, "page"))
			continue;
		buf_add_str(&call->box->scratch, target->parameters[i].raw);
		buf_add_char(&call->box->scratch, '&');
	}
	buf_addf(&call->box->scratch, "page=%zu", number);
	json_add_text(out, buf_str(&call->box->scratch), JSON_SLASH_ESCAPED);
}

static void add_view(struct call *call, const struct people_page *page, bool hydra, struct buf *out)
{
	const size_t last = page->n > 0 ? (page->total + page->n - 1) / page->n : 0;
	const size_t number = page->n > 0 ? page->from / page->n + 1 : 1;

	if (last < 2)
		return;
	json_add_key(out, hydra ? "hydra:view" : "view");
	buf_add_char(out, '{');
	add_link(call, "@id", number, out);
	json_add_member(out, "@type",
			hydra ? STR_LIT("hydra:PartialCollectionView") :
				STR_LIT("PartialCollectionView"),
			JSON_SLASH_PLAIN);
	add_link(call, hydra ? "hydra:first" : "first", 1, out);
	add_link(call, hydra ? "hydra:last" : "last", last, out);
	if (number > 1)
		add_link(call, hydra ? "hydra:previous" : "previous", number - 1, out);
	if (number < last)
		add_link(call, hydra ? "hydra:next" : "next", number + 1, out);
	buf_add_char(out, '}');
}

/* The filters that the server really has. */
static void add_search(struct call *call, bool hydra, struct buf *out)
{
	static const char *const filters[] = {
		"q",
		"owner.id",
		"owner.id[]",
		"emailAddresses.email",
		"emailAddresses.email[]",
		"tags.id",
		"tags.id[]",
		"segments.uuid",
		"segments.uuid[]",
		"exists[archivedAt]",
		"order[familyName]",
		"order[createdAt]",
		"createdAt[before]",
		"createdAt[strictly_before]",
		"createdAt[after]",
		"createdAt[strictly_after]",
		"identifiers",
		"identifiers[]",
		"view",
	};

	if (!target_is(&call->target, 0, "people") || call->target.n_segments > 1)
		return;
	json_add_key(out, hydra ? "hydra:search" : "search");
	buf_addf(out, "{\"@type\":\"%sIriTemplate\"", hydra ? "hydra:" : "");
	json_add_key(out, hydra ? "hydra:variableRepresentation" : "variableRepresentation");
	buf_add_z(out, "\"BasicRepresentation\"");
	json_add_key(out, hydra ? "hydra:mapping" : "mapping");
	buf_add_char(out, '[');
	for (size_t i = 0; i < COUNT_OF(filters); i++) {
		json_add_comma(out);
		buf_addf(
			out,
			"{\"@type\":\"IriTemplateMapping\",\"variable\":\"%s\",\"required\":false}",
			filters[i]);
	}
	buf_add_z(out, "]}");
}

static void add_items(struct call *call, const struct people_page *page, people_item_fn *item,
		      const void *items, struct people_view view, struct buf *out)
{
	view.context = false;
	buf_add_char(out, '[');
	for (size_t i = page->from; i < page->total && i - page->from < page->n; i++) {
		json_add_comma(out);
		item(call, items, i, &view, out);
	}
	buf_add_char(out, ']');
}

void people_answer_page(struct call *call, const struct people_page *page, people_item_fn *item,
			const void *items)
{
	const struct people_view view = people_view_of(call);
	const bool hydra = call->box->options.jsonld == SANDBOX_JSONLD_HYDRA;
	struct buf *out = call_answer(call, 200, view.ld ? PEOPLE_LD : PEOPLE_JSON);

	if (!view.ld) {
		add_items(call, page, item, items, view, out);
		return;
	}
	buf_addf(out, "{\"@context\":\"\\/contexts\\/%s\"", page->type);
	json_add_member(out, "@id", call->target.path, JSON_SLASH_ESCAPED);
	json_add_member(out, "@type", hydra ? STR_LIT("hydra:Collection") : STR_LIT("Collection"),
			JSON_SLASH_PLAIN);
	json_add_key(out, hydra ? "hydra:totalItems" : "totalItems");
	buf_addf(out, "%zu", page->total);
	json_add_key(out, hydra ? "hydra:member" : "member");
	add_items(call, page, item, items, view, out);
	add_view(call, page, hydra, out);
	add_search(call, hydra, out);
	buf_add_char(out, '}');
}

static void narrow(struct people_times *times, size_t which, int64_t bound)
{
	const int64_t low = which == 0 ? bound : which == 1 ? bound + 1 : times->low_s;
	const int64_t high = which == 2 ? bound : which == 3 ? bound - 1 : times->high_s;

	times->low_s = low > times->low_s ? low : times->low_s;
	times->high_s = high < times->high_s ? high : times->high_s;
}

struct people_times people_times_of(struct call *call, const char *property)
{
	static const char *const names[] = { "after", "strictly_after", "before",
					     "strictly_before" };
	struct people_times times = { INT64_MIN / NS_PER_S, INT64_MAX / NS_PER_S };

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		const struct str name = arena_format(call->arena, "%s[%s]", property, names[i]);
		const struct str text = target_value(&call->target, name.p);
		int64_t bound_ns = 0;

		/* Junk is no filter at all. */
		if (text.len > 0 && clock_parse(text, &bound_ns))
			narrow(&times, i, bound_ns / NS_PER_S);
	}
	return times;
}

bool people_times_hold(const struct people_times *times, int64_t ns)
{
	const int64_t seconds = ns / NS_PER_S;

	return seconds >= times->low_s && seconds <= times->high_s;
}
