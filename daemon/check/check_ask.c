/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One question after the other, at the configured rates.  A side that does not answer is given up soon:
 * somebody is waiting in front of a terminal.
 */
#include "base/clock.h"
#include "daemon/app/app_p.h"
#include "daemon/check/check_p.h"

#include <assert.h>

/* A side that says nothing is given up after this. */
#define TIMEOUT_MS INT64_C(15000)
#define ATTEMPTS 2
#define BACKOFF_NS (NS_PER_S / 2)
/* A question is repeated within this, or not at all: neither what timed out, nor what the side wants to be
 * waited for longer. */
#define PATIENCE_NS (3 * NS_PER_S)

/* ---- Open and close ---- */

static bool open_endpoint(struct check *check, enum side side, struct error *err)
{
	char *value;

	if (!app_token_read(check->config, side, &value, err))
		return false;
	struct http_endpoint_options options = app_net_endpoint_options(check->config, side, value);

	if (options.timeout_ms > TIMEOUT_MS)
		options.timeout_ms = TIMEOUT_MS;
	const bool ok = http_endpoint_new(check->http, &options, &check->sides[side].endpoint, err);

	app_token_wipe(value);
	return ok;
}

static void open_sender(struct check *check, enum side side)
{
	const struct sender_options options = {
		.name = side_name(side),
		.endpoint = check->sides[side].endpoint,
		.limits = app_net_limits(check->config, side),
		.retry = { .attempts = ATTEMPTS,
			   .base_ns = BACKOFF_NS,
			   .cap_ns = BACKOFF_NS,
			   .deadline_ns = PATIENCE_NS },
	};

	check->sides[side].sender = sender_new(&check->loop, &options);
}

bool check_ask_open(struct check *check, struct error *err)
{
	const int rc = uv_loop_init(&check->loop);

	/* Out of memory or of file descriptors, at the very start. */
	if (rc != 0)
		return error_set(err, ERR_INTERNAL, "cannot make an event loop: %s",
				 uv_strerror(rc));
	check->has_loop = true;
	if (!http_new(&check->loop, "crmsync/" CRMSYNC_VERSION, &check->http, err))
		return false;
	for (int side = 0; side < SIDE_COUNT; side++) {
		if (!open_endpoint(check, (enum side)side, err))
			return false;
		open_sender(check, (enum side)side);
	}
	return true;
}

void check_ask_close(struct check *check)
{
	if (!check->has_loop)
		return;
	for (int side = 0; side < SIDE_COUNT; side++)
		sender_close(check->sides[side].sender);
	http_close(check->http);
	while (uv_run(&check->loop, UV_RUN_DEFAULT) != 0)
		continue;
	const int rc = uv_loop_close(&check->loop);

	assert(rc == 0);
	(void)rc;
	for (int side = 0; side < SIDE_COUNT; side++)
		http_endpoint_free(check->sides[side].endpoint);
}

/* ---- One question ---- */

struct question {
	struct check *check;
	enum side side;
	enum check_form form;
	struct check_answer *answer;
	bool done;
};

static void on_begin(void *payload)
{
	struct question *question = payload;

	question->answer->records.n = 0;
}

static void on_record(void *payload, struct str raw)
{
	struct question *question = payload;

	*VEC_PUSH(&question->answer->records) = arena_copy(&question->check->arena, raw);
}

/* A body that ends too early is an accident of the network, not what the server meant. */
static bool on_end(void *payload, const struct response *response, struct error *err)
{
	struct question *question = payload;

	if (question->form == CHECK_BODY)
		return true;
	struct page_reader *reader =
		page_reader_new(question->check->mapper[question->side], on_record, question);
	const bool fed = page_reader_feed(reader, response->body.p, response->body.len, err);
	const bool whole = fed && page_reader_finish(reader, &question->answer->info, err);

	page_reader_free(reader);
	if (fed && !whole)
		err->code = ERR_TRANSIENT;
	return whole;
}

static enum judgement judge_failure(enum err_code code)
{
	if (code == ERR_RATE_LIMITED)
		return JUDGE_LIMITED;
	if (code == ERR_MALFORMED)
		return JUDGE_MALFORMED;
	return code == ERR_AUTH ? JUDGE_AUTH : JUDGE_TRANSIENT;
}

static void on_done(void *payload, const struct response *response, const struct error *err)
{
	struct question *question = payload;
	struct check *check = question->check;
	struct check_answer *answer = question->answer;

	question->done = true;
	answer->status = response->status;
	if (err != NULL) {
		answer->err = *err;
		answer->judgement = judge_failure(err->code);
		return;
	}
	answer->body = arena_copy(&check->arena, response->body);
	answer->judgement = mapper_judge(check->mapper[question->side], response, &check->arena,
					 &answer->words);
}

bool check_ask(struct check *check, enum side side, struct request *request, enum check_form form,
	       struct check_answer *ret_answer)
{
	static const struct sender_callbacks callbacks = {
		.on_begin = on_begin,
		.on_end = on_end,
		.on_done = on_done,
	};
	struct question question = {
		.check = check, .side = side, .form = form, .answer = ret_answer
	};

	assert(request->kind == REQUEST_READ);
	*ret_answer = (struct check_answer){ .judgement = JUDGE_TRANSIENT };
	if (check->sides[side].given_up || check->n_questions == CHECK_QUESTIONS) {
		request_release(request);
		return false;
	}
	check->n_questions++;
	ret_answer->asked = true;
	/* Not as a list: what one scope refuses, another may allow. */
	(void)sender_submit(check->sides[side].sender, request, &callbacks, &question, SENDER_PUSH);
	while (!question.done)
		(void)uv_run(&check->loop, UV_RUN_ONCE);
	if (ret_answer->judgement != JUDGE_OK)
		VEC_RELEASE(&ret_answer->records);
	return ret_answer->judgement == JUDGE_OK;
}

/* ---- What went wrong ---- */

static const struct {
	enum exit_code code;
	const char *found, *todo;
} failures[] = {
	[JUDGE_OK] = { EXIT_CODE_MALFORMED, "the answer cannot be understood",
		       "check base_url and dialect" },
	[JUDGE_GONE] = { EXIT_CODE_CONFIG, "there is no such thing",
			 "check base_url, dialect and object" },
	[JUDGE_REJECTED] = { EXIT_CODE_MALFORMED, "the question was refused",
			     "check base_url and dialect" },
	[JUDGE_CLASH] = { EXIT_CODE_MALFORMED, "the question was refused",
			  "check base_url and dialect" },
	[JUDGE_AUTH] = { EXIT_CODE_AUTH, "refused", "give the token this right, or another token" },
	[JUDGE_LIMITED] = { EXIT_CODE_LATER, "the rate limit is reached", "try later" },
	[JUDGE_TRANSIENT] = { EXIT_CODE_UNREACHABLE, "the server is not able to answer",
			      "try later" },
	[JUDGE_MALFORMED] = { EXIT_CODE_MALFORMED, "the answer is not what this API sends",
			      "check base_url and dialect" },
};
static_assert(COUNT_OF(failures) == JUDGE_COUNT, "every judgement has its row");

static struct finding *note_unasked(struct check *check, enum side side, const char *what)
{
	if (check->sides[side].given_up)
		return check_note(check, FINDING_UNCHECKED, side, what, "see above");
	return check_note(check, FINDING_UNCHECKED, side, what,
			  "a check asks no more than %d questions", CHECK_QUESTIONS);
}

struct finding *check_note_failure(struct check *check, enum side side, const char *what,
				   const struct check_answer *answer)
{
	const enum judgement judgement = answer->judgement;
	struct finding *finding;

	if (!answer->asked)
		return note_unasked(check, side, what);
	if (answer->err.code != ERR_OK)
		finding = check_note_wrong(check, failures[judgement].code, side, what, "%s",
					   answer->err.msg);
	else
		finding = check_note_wrong(check, failures[judgement].code, side, what,
					   "HTTP %d: %s%s%.*s", answer->status,
					   failures[judgement].found,
					   answer->words.len > 0 ? ": " : "",
					   STR_ARG(str_head(answer->words, CHECK_WORDS_BYTES)));
	finding->todo = str_from(failures[judgement].todo);
	/* These say something of the whole side. */
	if (judgement == JUDGE_LIMITED || judgement == JUDGE_TRANSIENT || answer->status == 401)
		check->sides[side].given_up = true;
	return finding;
}
