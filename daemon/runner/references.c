/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/runner/references.h"

#include "base/log.h"
#include "mappers/value_map.h"
#include "state/members.h"

#include <assert.h>
#include <string.h>

struct references *references_new(const struct runner *runner)
{
	struct references *references = alloc_zeroed(1, sizeof(*references));

	for (int i = 0; i < COLLECTION_COUNT; i++) {
		struct known *known = &references->sets[i];
		const enum collection which = (enum collection)i;

		known->titles = titles_new();
		known->sought = titles_new();
		known->listed = which == COLLECTION_COMPANIES ||
				collection_is_list(runner->mapper[collection_side(which)]);
		known->create = references_can_create(runner, which);
		for (size_t row = 0; row < runner->table->n; row++) {
			const struct field *field = &runner->table->fields[row];

			known->needed = known->needed ||
					field_collection(field, collection_side(which)) == which;
		}
	}
	references->met = titles_new();
	return references;
}

static void forget(struct known *known)
{
	VEC_RELEASE(&known->members.list);
	arena_release(&known->texts);
}

void references_free(struct references *references)
{
	if (references == NULL)
		return;
	for (int i = 0; i < COLLECTION_COUNT; i++) {
		forget(&references->sets[i]);
		VEC_RELEASE(&references->sets[i].missing);
		arena_release(&references->sets[i].missing_texts);
		VEC_RELEASE(&references->sets[i].news);
		VEC_RELEASE(&references->sets[i].wants);
		arena_release(&references->sets[i].sought_texts);
		titles_free(references->sets[i].titles);
		titles_free(references->sets[i].sought);
	}
	titles_free(references->met);
	VEC_RELEASE(&references->holders.list);
	arena_release(&references->holder_texts);
	arena_release(&references->missed_texts);
	free(references);
}

/* ---- What is known ---- */

static void publish(struct runner *runner, enum collection which)
{
	struct known *known = &runner->references->sets[which];

	titles_clear(known->titles);
	for (size_t i = 0; i < known->members.list.n; i++) {
		const struct member *member = &known->members.list.items[i];
		const bool room = titles_add(known->titles, member->id, member->text);

		assert(room); /* a reading has the same limit */
	}
	/* Where the dialect has no list, its attributes hold the texts themselves, or persons show what
	 * there is. */
	const bool known_at_all =
		known->read_at > 0 || !known->listed || companies_are_met(runner, which);

	runner->context.collections[which] = known->needed && known_at_all ? known->titles : NULL;
}

static bool on_stored(void *payload, const struct stored_member *stored, struct error *err)
{
	struct known *known = payload;

	(void)err;
	*VEC_PUSH(&known->members.list) = (struct member){
		.id = arena_copy(&known->texts, stored->id),
		.title = arena_copy(&known->texts, stored->title),
		.known_by = arena_copy(&known->texts, stored->known_by),
		.text = arena_copy(&known->texts, stored->text),
	};
	return true;
}

bool references_begin(struct runner *runner, struct error *err)
{
	struct references *references = runner->references;

	references_count_anew(runner);
	for (int i = 0; i < COLLECTION_COUNT; i++) {
		struct known *known = &references->sets[i];

		known->tried = known->found_out = known->wanted = known->created = false;
		known->doubted = false;
		known->missing.n = 0;
		known->wants.n = known->news.n = 0;
		arena_reset(&known->sought_texts);
		arena_reset(&known->missing_texts);
		if (known->loaded || !known->needed)
			continue;
		forget(known);
		if (!store_members_each(runner_store(runner), collection_name((enum collection)i),
					&known->read_at, &known->n_requests, on_stored, known,
					err) ||
		    !references_load_sought(runner, (enum collection)i, err))
			return false;
		known->loaded = true;
		publish(runner, (enum collection)i);
	}
	for (int side = 0; side < SIDE_COUNT; side++) {
		references->n_missed[side] = 0;
		references->n_requests[side] = 0;
		references->given_up[side] = false;
	}
	return true;
}

/* What the reading of it costs, spread over the share of the rate that it may take. */
static int64_t pause_ns(const struct runner *runner, enum collection which)
{
	const struct config *config = runner->options.config;
	const double a_minute = collection_side(which) == SIDE_RECORDS ?
					config->records.reads_per_second * 60 :
					config->people.requests_per_minute;
	const double minutes = runner->references->sets[which].n_requests / a_minute;

	return (int64_t)(minutes * REFERENCES_RATE_SHARE * 60 * (double)NS_PER_S);
}

static int64_t age_ns(const struct runner *runner, enum collection which)
{
	return runner_now(runner) - runner->references->sets[which].read_at;
}

bool references_is_stale(const struct runner *runner, enum collection which)
{
	const int64_t pause = pause_ns(runner, which);
	const int64_t age = age_ns(runner, which);

	/* A clock that was set back makes no reading younger.  A plan says what a sync would find. */
	return runner->references->sets[which].read_at == 0 || age < 0 || runner->options.dry_run ||
	       age >= (pause > REFERENCES_EXPIRY_NS ? pause : REFERENCES_EXPIRY_NS);
}

bool references_may_refresh(const struct runner *runner, enum collection which)
{
	const struct known *known = &runner->references->sets[which];

	if (companies_are_met(runner, which))
		return known->needed && companies_wait(runner) &&
		       !runner->references->given_up[SIDE_RECORDS];
	return known->needed && known->listed && !known->tried &&
	       !runner->references->given_up[collection_side(which)] &&
	       (known->n_requests <= REFERENCES_FREE_REQUESTS || age_ns(runner, which) < 0 ||
		age_ns(runner, which) >= pause_ns(runner, which));
}

void references_replace(struct runner *runner, enum collection which, struct members *members,
			struct arena *texts, uint32_t n_requests)
{
	struct known *known = &runner->references->sets[which];

	for (size_t i = 0; i < members->list.n; i++) {
		struct member *member = &members->list.items[i];

		member->text = arena_copy(texts, titles_of_id(known->titles, member->id));
	}
	forget(known);
	known->fresh = true;
	known->members = *members;
	known->texts = *texts;
	known->n_requests = n_requests;
	known->read_at = runner_now(runner);
	known->found_out = true;
	*members = (struct members){ 0 };
	*texts = (struct arena){ 0 };
}

static bool store(struct runner *runner, enum collection which, struct error *err)
{
	const struct known *known = &runner->references->sets[which];
	const char *name = collection_name(which);

	if (!store_members_begin(runner_store(runner), name, known->read_at, known->n_requests,
				 err))
		return false;
	for (size_t i = 0; i < known->members.list.n; i++) {
		const struct member *member = &known->members.list.items[i];
		const struct stored_member stored = { member->id, member->title, member->known_by,
						      member->text };

		if (!store_members_put(runner_store(runner), name, &stored, err))
			return false;
	}
	return true;
}

bool references_name(struct runner *runner, struct error *err)
{
	struct known *sets = runner->references->sets;
	struct known *companies = &sets[COLLECTION_COMPANIES];
	struct known *organizations = &sets[COLLECTION_ORGANIZATIONS];

	if (!store_begin(runner_store(runner), err))
		return false;
	collections_pair((struct members *[]){ &companies->members, &organizations->members },
			 (struct arena *[]){ &companies->texts, &organizations->texts });
	for (int i = 0; i < COLLECTION_COUNT; i++) {
		const enum collection which = (enum collection)i;

		if (!sets[which].needed || sets[which].read_at == 0)
			continue;
		if (which != COLLECTION_COMPANIES && which != COLLECTION_ORGANIZATIONS)
			collections_name(which, &sets[which].members);
		publish(runner, which);
		references_conclude(runner, which);
		if (!store(runner, which, err))
			return false;
	}
	return store_commit(runner_store(runner), err);
}

/* ---- What is wanted ---- */

void references_want(struct runner *runner, enum collection which)
{
	runner->references->sets[which].wanted = true;
}

bool references_are_wanted(const struct runner *runner)
{
	bool any = false;

	for (int i = 0; i < COLLECTION_COUNT; i++) {
		const struct known *known = &runner->references->sets[i];

		any = any || (known->missing.n > 0 && !known->created) ||
		      (known->wanted && references_may_refresh(runner, (enum collection)i));
	}
	return any;
}

void references_note_missed(struct runner *runner, enum side side)
{
	struct references *references = runner->references;

	references->person_missed = false;
	for (int i = 0; i < COLLECTION_COUNT; i++) {
		const enum collection which = (enum collection)i;
		struct known *known = &references->sets[which];

		if (!references->missed[which] || collection_side(which) != side)
			continue;
		references->person_missed =
			references->person_missed || references_may_refresh(runner, which);
		known->doubted = known->read_at > 0 && !runner->options.dry_run &&
				 known->n_requests <= REFERENCES_FREE_REQUESTS;
		references_want(runner, which);
	}
}

bool references_is_unnamed(const struct runner *runner, enum side side, const struct field *field)
{
	const enum collection which = field_collection(field, side);

	return which != COLLECTION_NONE &&
	       (runner->references->missed[which] ||
		(which == COLLECTION_COMPANIES && companies_is_missed(runner, side)));
}

bool references_read_again(struct runner *runner, enum side side)
{
	struct references *references = runner->references;

	if (!references->person_missed || references->n_missed[side] >= REFERENCES_MISSED_MOST)
		return false;
	references->person_missed = false;
	references->n_missed[side]++;
	return true;
}

/* Is the row left alone, because what it is named in is not known? */
static bool is_blind(const struct runner *runner, const struct field *field)
{
	for (int side = 0; side < SIDE_COUNT; side++) {
		const enum collection which = field_collection(field, (enum side)side);

		if (which != COLLECTION_NONE && (runner->context.collections[which] == NULL ||
						 (companies_are_met(runner, which) &&
						  runner->references->sets[which].read_at == 0)))
			return true;
	}
	return false;
}

void references_choose_rows(struct runner *runner)
{
	for (size_t i = 0; i < runner->table->n; i++)
		runner->unreadable[i] = is_blind(runner, &runner->table->fields[i]);
	runner->rules.unreadable = runner->unreadable;
}

bool references_lack_text(const struct runner *runner, enum side target, const struct field *field,
			  struct str text)
{
	const enum collection which = field_collection(field, target);
	struct arena arena = { 0 };

	if (which == COLLECTION_NONE || !runner->references->sets[which].listed ||
	    runner->context.collections[which] == NULL)
		return false;
	const struct str written = value_map_written(&arena, field, target, text);
	const bool lacks = titles_id_of(runner->context.collections[which], written).len == 0;

	arena_release(&arena);
	return lacks;
}

bool references_lack(struct runner *runner, enum side target, size_t row, const struct value *value)
{
	const struct field *field = &runner->table->fields[row];
	const enum collection which = field_collection(field, target);
	bool lacks = false;

	if (which == COLLECTION_NONE || !value_is_set(value))
		return false;
	for (uint32_t i = 0; i < value->n && (i == 0 || !field->single[target]); i++) {
		if (!references_lack_text(runner, target, field, value->items[i].text))
			continue;
		lacks = true;
		references_seek(runner, target, field, value->items[i].text);
	}
	if (lacks)
		references_leave_out(runner, which, 1);
	return lacks;
}

/* The id behind "/tags/" in a server's words; empty: it does not speak of any. */
static struct str named_id(struct str words, enum collection which)
{
	struct arena arena = { 0 };
	const struct str prefix = arena_format(&arena, "/%s/", collection_name(which));
	size_t n = 0;

	while (words.len > 0 && !str_starts(words, prefix))
		words = str_skip(words, 1);
	words = str_skip(words, prefix.len);
	arena_release(&arena);
	while (n < words.len && words.p[n] != '"' && words.p[n] != ' ' && words.p[n] != '\'')
		n++;
	while (n > 0 && words.p[n - 1] == '.')
		n--;
	return str_head(words, n);
}

static bool speaks_of(struct str words, struct str what)
{
	while (words.len > 0 && !str_starts_nocase(words, what))
		words = str_skip(words, 1);
	return words.len > 0;
}

/* Records don't say which id they lack, but of what attribute. */
static struct str blamed_id(const struct runner *runner, enum side target,
			    const struct field *field, const struct value *written,
			    struct str words, struct arena *arena)
{
	const enum collection which = field_collection(field, target);

	if (target == SIDE_PEOPLE)
		return named_id(words, which);
	if (!speaks_of(words, field->path[target]))
		return (struct str){ NULL, 0 };
	return titles_id_of(runner->context.collections[which],
			    value_map_written(arena, field, target, written->items[0].text));
}

bool references_note_dead(struct runner *runner, enum side target, const struct intent *intent,
			  struct str words)
{
	struct arena arena = { 0 };
	bool found = false;

	for (size_t i = 0; i < runner->table->n; i++) {
		const struct field *field = &runner->table->fields[i];
		const struct value *written = &intent->write.values[i];
		const enum collection which = field_collection(field, target);

		if (which == COLLECTION_NONE || !value_is_set(written) ||
		    runner->context.collections[which] == NULL)
			continue;
		struct known *known = &runner->references->sets[which];
		const struct str id = blamed_id(runner, target, field, written, words, &arena);

		if (titles_of_id(known->titles, id).len == 0)
			continue;
		const bool room = titles_add(known->titles, arena_copy(&arena, id), str_from(""));

		assert(room); /* it is there already */
		if (companies_are_met(runner, which))
			companies_drop(runner, id);
		references_want(runner, which);
		found = true;
	}
	arena_release(&arena);
	return found;
}

void references_leave_out(struct runner *runner, enum collection which, uint64_t n)
{
	runner->references->n_left_out[which] += n;
}

uint64_t references_seed(const struct runner *runner, enum side side)
{
	uint64_t seed = 0;

	for (int i = 0; i < COLLECTION_COUNT; i++) {
		const struct mapper_titles *titles = runner->context.collections[i];
		uint64_t part = titles != NULL ? 1 : 0;

		if (titles != NULL && collection_side((enum collection)i) == side)
			part += titles_fingerprint(titles);
		seed = seed * 31 + part;
	}
	return seed;
}

void references_count_anew(struct runner *runner)
{
	memset(runner->references->n_left_out, 0, sizeof(runner->references->n_left_out));
}

void references_report(struct runner *runner)
{
	const uint64_t n_texts = runner->references->n_left_out[COLLECTION_NONE];

	runner->cycle.report.left_out += n_texts;
	if (n_texts > 0)
		LOG_WARN("phone numbers left out: the other side takes none that is no number",
			 LOG_U64("count", n_texts));
	for (int i = 0; i < COLLECTION_COUNT; i++) {
		const uint64_t n = runner->references->n_left_out[i];

		runner->cycle.report.left_out += n;
		if (n > 0)
			LOG_WARN("references left out: the side has none that is known by that "
				 "name, or several",
				 LOG_STR("collection", collection_name((enum collection)i)),
				 LOG_U64("count", n));
	}
}
