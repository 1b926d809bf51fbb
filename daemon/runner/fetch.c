/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/runner/fetch.h"

#include "daemon/runner/references.h"

#include <assert.h>
#include <string.h>

struct fetch {
	struct runner *runner;
	enum side side;
	enum fetch_mode mode;
	enum request_kind kind;
	struct page_reader *reader;
	struct answer answer;
	struct error store_error;
	fetch_fn *fn;
	void *payload;
};

static void forget_records(struct answer *answer)
{
	VEC_RELEASE(&answer->known);
	VEC_RELEASE(&answer->records);
	arena_reset(&answer->arena);
}

static void on_record(void *payload, struct str raw)
{
	struct fetch *fetch = payload;
	struct answer *answer = &fetch->answer;
	const struct runner *runner = fetch->runner;
	const struct digest digest =
		mapper_raw_digest(runner->mapper[fetch->side], raw, runner->raw_seed[fetch->side]);
	bool known = false;

	if (fetch->mode == FETCH_CHANGED)
		companies_meet(fetch->runner, fetch->side, raw);
	if (fetch->mode == FETCH_CHANGED && fetch->store_error.code == ERR_OK &&
	    !store_knows_raw(runner_store(fetch->runner), fetch->side, &digest, &known,
			     &fetch->store_error))
		known = false;
	if (known)
		*VEC_PUSH(&answer->known) = digest;
	else
		*VEC_PUSH(&answer->records) =
			(struct raw_record){ arena_copy(&answer->arena, raw), digest };
}

static void on_begin(void *payload)
{
	struct fetch *fetch = payload;

	page_reader_free(fetch->reader);
	forget_records(&fetch->answer);
	fetch->reader = page_reader_new(fetch->runner->mapper[fetch->side], on_record, fetch);
	if (fetch->kind == REQUEST_WRITE)
		page_reader_may_say_nothing(fetch->reader);
}

static bool on_body(void *payload, const char *bytes, size_t len, struct error *err)
{
	struct fetch *fetch = payload;

	return page_reader_feed(fetch->reader, bytes, len, err);
}

/* A body that ends too early is an accident of the network, not what the server meant. */
static bool on_end(void *payload, const struct response *response, struct error *err)
{
	struct fetch *fetch = payload;

	(void)response;
	if (page_reader_finish(fetch->reader, &fetch->answer.info, err))
		return true;
	err->code = ERR_TRANSIENT;
	return false;
}

static enum judgement judge_failure(enum err_code code)
{
	switch (code) {
	case ERR_RATE_LIMITED:
		return JUDGE_LIMITED;
	case ERR_MALFORMED:
		return JUDGE_MALFORMED;
	case ERR_AUTH:
		return JUDGE_AUTH;
	case ERR_OK:
	case ERR_TRANSIENT:
	case ERR_REJECTED:
	case ERR_GONE:
	case ERR_UNCERTAIN:
	case ERR_STORE:
	case ERR_LOCKED:
	case ERR_FOREIGN:
	case ERR_CONFIG:
	case ERR_CREATE:
	case ERR_USAGE:
	case ERR_CANCELED:
	case ERR_INTERNAL:
	case ERR_CODE_COUNT:
		return JUDGE_TRANSIENT;
	}
	return JUDGE_TRANSIENT;
}

static enum err_code code_of(enum judgement judgement)
{
	static const enum err_code codes[] = {
		[JUDGE_OK] = ERR_OK,
		[JUDGE_GONE] = ERR_GONE,
		[JUDGE_REJECTED] = ERR_REJECTED,
		[JUDGE_CLASH] = ERR_REJECTED,
		[JUDGE_AUTH] = ERR_AUTH,
		[JUDGE_LIMITED] = ERR_RATE_LIMITED,
		[JUDGE_TRANSIENT] = ERR_TRANSIENT,
		[JUDGE_MALFORMED] = ERR_MALFORMED,
	};
	static_assert(COUNT_OF(codes) == JUDGE_COUNT, "every judgement has a code");

	return codes[judgement];
}

static const char *advice(enum judgement judgement)
{
	static const char *const texts[] = {
		[JUDGE_OK] = "",
		[JUDGE_GONE] = "not found",
		[JUDGE_REJECTED] = "refused",
		[JUDGE_CLASH] = "refused: a unique value is taken",
		[JUDGE_AUTH] = "the token was refused; check token_file and the token's scopes",
		[JUDGE_LIMITED] = "the rate limit is reached; try later",
		[JUDGE_TRANSIENT] = "the server is not able to answer now; try later",
		[JUDGE_MALFORMED] =
			"the answer is not what this API sends; check base_url and dialect",
	};
	static_assert(COUNT_OF(texts) == JUDGE_COUNT, "every judgement has its advice");

	return texts[judgement];
}

static void judge(struct fetch *fetch, const struct response *response, const struct error *err)
{
	struct answer *answer = &fetch->answer;

	answer->status = response->status;
	answer->seen_at = response->date_ns > 0 ? response->date_ns : runner_now(fetch->runner);
	answer->body = response->body;
	if (err != NULL) {
		answer->judgement = judge_failure(err->code);
		answer->err = *err;
	} else {
		answer->judgement = mapper_judge(fetch->runner->mapper[fetch->side], response,
						 &answer->arena, &answer->words);
		if (answer->judgement != JUDGE_OK) {
			(void)error_set(&answer->err, code_of(answer->judgement), "HTTP %d: %s",
					response->status, advice(answer->judgement));
			answer->err.native = response->status;
		}
	}
	/* What a write left behind is only known from an answer below 500 that made sense. */
	answer->uncertain =
		fetch->kind == REQUEST_WRITE &&
		((err != NULL && (err->code == ERR_UNCERTAIN || err->code == ERR_MALFORMED)) ||
		 response->status >= 500 ||
		 (answer->judgement == JUDGE_MALFORMED && response->status / 100 == 2));
}

static void on_done(void *payload, const struct response *response, const struct error *err)
{
	struct fetch *fetch = payload;
	struct runner *runner = fetch->runner;

	judge(fetch, response, err);
	if (fetch->store_error.code != ERR_OK)
		runner_store_failed(runner, &fetch->store_error);
	fetch->fn(fetch->payload, &fetch->answer);
	page_reader_free(fetch->reader);
	forget_records(&fetch->answer);
	arena_release(&fetch->answer.arena);
	free(fetch);
}

void fetch_submit(struct runner *runner, enum side side, struct request *request,
		  enum fetch_mode mode, enum sender_priority priority, fetch_fn *fn, void *payload)
{
	static const struct sender_callbacks with_records = { on_begin, on_body, on_end, on_done };
	static const struct sender_callbacks with_body = { .on_done = on_done };
	struct fetch *fetch = alloc_zeroed(1, sizeof(*fetch));

	*fetch = (struct fetch){ .runner = runner,
				 .side = side,
				 .mode = mode,
				 .kind = request->kind,
				 .fn = fn,
				 .payload = payload };
	(void)sender_submit(runner->options.transport.sender[side], request,
			    mode == FETCH_BODY ? &with_body : &with_records, fetch, priority);
}

static bool decode_in(const struct mapper_context *context, struct runner *runner, enum side side,
		      const struct answer *answer, struct str raw, struct arena *arena,
		      struct person *ret_person, struct error *err)
{
	memset(runner->references->missed, 0, sizeof(runner->references->missed));
	runner->references->missed_company = (struct str){ NULL, 0 };
	arena_reset(&runner->references->missed_texts);
	if (!runner->mapper[side]->decode(context, raw, arena, ret_person, err))
		return false;
	references_note_missed(runner, side);
	ret_person->seen_at = answer->seen_at;
	return true;
}

bool fetch_decode(struct runner *runner, enum side side, const struct answer *answer,
		  struct str raw, struct arena *arena, struct person *ret_person, struct error *err)
{
	return decode_in(&runner->context, runner, side, answer, raw, arena, ret_person, err);
}

bool fetch_decode_part(struct runner *runner, enum side side, const struct answer *answer,
		       struct str raw, struct arena *arena, struct person *ret_person,
		       struct error *err)
{
	struct mapper_context context = runner->context;

	context.part = true;
	return decode_in(&context, runner, side, answer, raw, arena, ret_person, err);
}

bool fetch_decode_own(struct runner *runner, enum side side, const struct answer *answer,
		      struct str raw, const struct person *asked, struct arena *arena,
		      struct person *ret_person, struct error *err)
{
	struct mapper_context context = runner->context;

	context.asked = asked;
	return decode_in(&context, runner, side, answer, raw, arena, ret_person, err);
}
