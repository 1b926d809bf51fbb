/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load: before anything is read: the titles of tags.
 */
#include "daemon/runner/fetch.h"

#include "base/limits.h"
#include "base/log.h"

#define TAGS_KEPT_NS (300 * NS_PER_S)

/* Tags are named by IRI on the people side: their titles are needed before a page can be decoded. */
static bool needs_tags(const struct runner *runner)
{
	for (size_t i = 0; i < runner->table->n; i++) {
		if (field_is_tags(&runner->table->fields[i]))
			return true;
	}
	return false;
}

static void request_tag_page(struct runner *runner);

/* Without titles tags are unknown in this cycle: nothing is concluded from them and none is written.
 * Everything else can go on, unless the token is refused. */
static void do_without_tags(struct runner *runner, const struct answer *answer, struct error *err)
{
	(void)error_wrap(err, "people: reading the tags");
	runner->context.tags = NULL;
	if (answer->judgement == JUDGE_AUTH)
		cycle_note_failure(&runner->cycle, SIDE_PEOPLE, err);
	else
		LOG_WARN("tags cannot be read and are left alone in this cycle", LOG_ERR(err));
	runner_phase_done(runner);
}

static void on_tag_page(void *payload, struct answer *answer)
{
	struct runner *runner = payload;
	struct page_info info = { 0 };
	struct error err = answer->err;

	const size_t n_before = titles_count(runner->tags);

	runner->n_tag_pages++;
	if (answer->judgement != JUDGE_OK ||
	    !people_tags_decode(answer->body, runner->tags, &info, &err)) {
		do_without_tags(runner, answer, &err);
		return;
	}
	/* A server that ignores the page serves the same one for ever. */
	const bool all = titles_count(runner->tags) == n_before ||
			 (info.total >= 0 && titles_count(runner->tags) >= (uint64_t)info.total);

	if (!all && titles_count(runner->tags) < LIMIT_COLLECTION_ITEMS && !runner->stopping) {
		request_tag_page(runner);
		return;
	}
	/* Without any title no tag could be told from another, nor written. */
	if (titles_count(runner->tags) == 0)
		runner->context.tags = NULL;
	else
		runner->tags_at = runner_now(runner);
	runner_phase_done(runner);
}

static void request_tag_page(struct runner *runner)
{
	struct request request;

	people_tags_page((uint32_t)runner->n_tag_pages, &request);
	fetch_submit(runner, SIDE_PEOPLE, &request, FETCH_BODY, SENDER_PUSH, on_tag_page, runner);
}

/* Where requests are scarce a cycle makes do with titles that another one has read. */
static bool has_tags(const struct runner *runner)
{
	const int64_t age = runner_now(runner) - runner->tags_at;

	return runner->scans[SIDE_PEOPLE].rolled && runner->tags_at != 0 && age >= 0 &&
	       age < TAGS_KEPT_NS;
}

void runner_load(struct runner *runner)
{
	runner->n_tag_pages = 0;
	if (has_tags(runner)) {
		runner_phase_done(runner);
		return;
	}
	runner->tags_at = 0;
	runner->context.tags = runner->tags;
	titles_clear(runner->tags);
	if (needs_tags(runner))
		request_tag_page(runner);
	else
		runner_phase_done(runner);
}
