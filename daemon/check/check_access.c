/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What can be reached with the address and the token that are configured.
 *
 * That a token is valid proves nothing: what it may read is read.  What it may write cannot be tried
 * without writing; where the server says what the token may do, that is passed on as what it is.
 */
#include "daemon/check/check_p.h"

#include <inttypes.h>
#include <string.h>
#include <sys/random.h>

/* ---- Address, TLS, token ---- */

static bool is_https(const struct check *check, enum side side)
{
	return strncmp(check->config->endpoint[side].base_url, "https:", 6) == 0;
}

static void note_tls(struct check *check, enum side side)
{
	if (is_https(check, side))
		(void)check_note(check, FINDING_OK, side, "TLS", "the certificate is trusted");
	else
		(void)check_note(check, FINDING_OK, side, "TLS",
				 "none: plain HTTP, which does not leave this machine");
}

static void note_unreached(struct check *check, enum side side, const struct check_answer *answer)
{
	const bool tls = is_https(check, side) && http_error_is_tls(&answer->err);
	const enum exit_code code = exit_code_of(answer->err.code);

	if (tls) {
		(void)check_note(check, FINDING_OK, side, "address", "there is a server");
		check_note_wrong(check, code, side, "TLS", "%s", answer->err.msg)->todo =
			STR_LIT("check base_url and ca_file");
	} else {
		check_note_wrong(check, code, side, "address", "%s", answer->err.msg)->todo =
			STR_LIT("check base_url and the network");
		(void)check_note(check, FINDING_UNCHECKED, side, "TLS", "see above");
	}
	(void)check_note(check, FINDING_UNCHECKED, side, "token", "see above");
}

static void note_other_server(struct check *check, enum side side,
			      const struct check_answer *answer)
{
	struct finding *finding;

	if (answer->status / 100 == 3)
		finding = check_note_wrong(check, EXIT_CODE_MALFORMED, side, "address",
					   "HTTP %d: a redirect, which is not followed: the token "
					   "goes nowhere else",
					   answer->status);
	else
		finding = check_note_failure(check, side, "address", answer);
	finding->todo = STR_LIT("check base_url and dialect");
	note_tls(check, side);
	(void)check_note(check, FINDING_UNCHECKED, side, "token", "see above");
}

bool check_reached(struct check *check, enum side side, const struct check_answer *answer)
{
	struct check_side *self = &check->sides[side];

	if (answer->status == 0) {
		note_unreached(check, side, answer);
		self->given_up = true;
		return false;
	}
	if (answer->judgement == JUDGE_MALFORMED || answer->judgement == JUDGE_TRANSIENT) {
		note_other_server(check, side, answer);
		self->given_up = true;
		return false;
	}
	(void)check_note(check, FINDING_OK, side, "address", "%s",
			 check->config->endpoint[side].base_url);
	note_tls(check, side);
	if (answer->status == 401) {
		check_note_failure(check, side, "token", answer)->todo =
			STR_LIT("put a valid token into token_file");
		return false;
	}
	if (answer->judgement == JUDGE_OK || answer->status == 403)
		(void)check_note(check, FINDING_OK, side, "token", "it is known");
	else
		(void)check_note(check, FINDING_UNCHECKED, side, "token",
				 "the first answer does not tell");
	return true;
}

/* ---- Scopes ---- */

static void note_write_scope(struct check *check, const struct schema_token *token,
			     const char *scope, const char *needed_by)
{
	if (schema_token_has(token, scope))
		(void)check_note(check, FINDING_OK, SIDE_RECORDS, "scope",
				 "%s, says the server; not tried: a check writes nothing", scope);
	else if (token->scopes.len == 0)
		check_note(check, FINDING_WARNING, SIDE_RECORDS, "scope",
			   "the server does not say what the token may do: %s needs %s", needed_by,
			   scope)
			->todo = STR_LIT("look at the token's scopes there");
	else
		check_note_wrong(check, EXIT_CODE_AUTH, SIDE_RECORDS, "scope",
				 "the token lacks %s, says the server: %s needs it", scope,
				 needed_by)
			->todo = STR_LIT("give it to the token, or let nothing be written there");
}

static bool writes_to(const struct config *config, enum side side)
{
	return direction_flows_from(config->sync.direction, side_other(side));
}

static void check_scopes(struct check *check, const struct check_answer *answer)
{
	const struct config *config = check->config;
	struct schema_token token;
	struct error err;

	if (!schema_token_decode(answer->body, &check->arena, &token, &err)) {
		check_note(check, FINDING_WARNING, SIDE_RECORDS, "scope", "%s", err.msg)->todo =
			STR_LIT("check base_url and dialect");
		return;
	}
	if (!token.active) {
		check_note_wrong(check, EXIT_CODE_AUTH, SIDE_RECORDS, "scope",
				 "the token is not active any more")
			->todo = STR_LIT("put a valid token into token_file");
		return;
	}
	if (writes_to(config, SIDE_RECORDS))
		note_write_scope(check, &token, "record_permission:read-write",
				 "a sync to records");
	if (config->notes.enabled && direction_flows_from(config->notes.direction, SIDE_PEOPLE))
		note_write_scope(check, &token, "note:read-write", "a sync of notes to records");
}

static void note_untried_writes(struct check *check, enum side side)
{
	if (writes_to(check->config, side))
		(void)check_note(check, FINDING_UNCHECKED, side, "write access",
				 "a check writes nothing, and this API does not tell");
}

/* ---- The list of persons ---- */

/* Creation times in the order that was asked for? */
static bool is_ordered(struct check *check, enum side side)
{
	const struct check_side *self = &check->sides[side];
	struct field_table none;
	int64_t last = INT64_MIN;

	field_table_init(&none, NULL, 0);
	const struct mapper_context context = check_context_of(check, &none);
	for (size_t i = 0; i < self->sample.n; i++) {
		struct person person;
		struct error err;

		if (!check->mapper[side]->decode(&context, self->sample.items[i], &check->arena,
						 &person, &err) ||
		    person.created_at == 0)
			continue;
		if (person.created_at < last)
			return false;
		last = person.created_at;
	}
	return true;
}

static void note_order(struct check *check, enum side side)
{
	if (is_ordered(check, side)) {
		(void)check_note(check, FINDING_OK, side, "order",
				 "the list comes in the order of creation");
		return;
	}
	check_note(check, FINDING_WARNING, side, "order",
		   "the order that was asked for is not kept: pages may repeat or hide persons")
		->todo = STR_LIT("expect persons to be asked for one by one");
}

static void take_sample(struct check *check, enum side side, struct check_answer *answer)
{
	struct check_side *self = &check->sides[side];

	self->sampled = true;
	self->page = answer->info;
	for (size_t i = 0; i < answer->records.n && i < CHECK_SAMPLE; i++)
		*VEC_PUSH(&self->sample) = answer->records.items[i];
	VEC_RELEASE(&answer->records);
}

static void note_list(struct check *check, enum side side)
{
	const struct check_side *self = &check->sides[side];

	if (self->page.total >= 0)
		(void)check_note(check, FINDING_OK, side, "read access", "%" PRId64 " persons",
				 self->page.total);
	else
		(void)check_note(check, FINDING_OK, side, "read access",
				 "%" PRIu32 " persons on the first page", self->page.n_members);
	if (self->page.n_members == 0 && self->page.total > 0)
		check_note_wrong(check, EXIT_CODE_MALFORMED, side, "read access",
				 "the first page of these is empty")
			->todo = STR_LIT("ask who runs the server");
	note_order(check, side);
}

static uint32_t sample_size(const struct check *check, enum side side)
{
	const struct config *config = check->config;
	const uint32_t configured =
		side == SIDE_RECORDS ? config->records.page_size : config->people.items_per_page;
	const uint32_t max = check->mapper[side]->caps.page_max;
	const uint32_t size = configured < max ? configured : max;

	return size < CHECK_SAMPLE ? size : CHECK_SAMPLE;
}

/* first: nothing was asked of this side before. */
static bool check_list(struct check *check, enum side side, bool first,
		       struct check_answer *ret_answer)
{
	const struct page_request page = { .size = sample_size(check, side) };
	struct request request;

	check->sides[side].page_size = page.size;
	check->mapper[side]->list(&check->context, &page, &request);
	const bool ok = check_ask(check, side, &request, CHECK_LIST, ret_answer);

	if (ok)
		take_sample(check, side, ret_answer);
	if (first && !check_reached(check, side, ret_answer))
		return false;
	if (ok)
		note_list(check, side);
	else if (ret_answer->status != 401)
		(void)check_note_failure(check, side, "read access", ret_answer);
	return ok;
}

/* ---- Filters ---- */

/* Nobody has it: it was made a moment ago, under a name that cannot exist. */
static struct str nobodys_email(struct check *check)
{
	uint64_t number = 0;

	if (getrandom(&number, sizeof(number), GRND_NONBLOCK) != (ssize_t)sizeof(number))
		number = (uint64_t)(uintptr_t)check;
	return arena_format(&check->arena, "nobody-%016" PRIx64 "@crmsync.invalid", number);
}

static void note_filter(struct check *check, enum side side, const struct check_answer *answer)
{
	if (answer->info.n_members == 0) {
		(void)check_note(check, FINDING_OK, side, "filter",
				 "asked for an e-mail that nobody has, it answers nobody");
		return;
	}
	check_note(check, FINDING_WARNING, side, "filter",
		   "asked for an e-mail that nobody has, it answers %" PRIu32
		   " persons: the filter is ignored",
		   answer->info.n_members)
		->todo = STR_LIT("expect a request for each person before a write");
}

static void check_filter(struct check *check, enum side side)
{
	const struct match_key nobody = { KEY_EMAIL, nobodys_email(check) };
	struct check_answer answer;
	struct request request;

	if (check->sides[side].sample.n == 0) {
		(void)check_note(check, FINDING_UNCHECKED, side, "filter", "%s",
				 check->sides[side].sampled ? "there is nobody yet" : "see above");
		return;
	}
	if (check->mapper[side]->search(&check->context, &nobody, 1, &request) == 0) {
		(void)check_note(check, FINDING_UNCHECKED, side, "filter", "no e-mail is mapped");
		return;
	}
	if (check_ask(check, side, &request, CHECK_LIST, &answer))
		note_filter(check, side, &answer);
	else
		(void)check_note_failure(check, side, "filter", &answer);
	VEC_RELEASE(&answer.records);
}

/* What the people side says of its own filters. */
static void check_described(struct check *check, struct str body)
{
	const struct str email = arena_format(
		&check->arena, "%s.%s[]", check->context.email_property, check->context.email_key);
	const struct str used[] = { email, STR_LIT("order[createdAt]") };
	struct schema_filters filters;
	struct error ignored; /* the list itself was understood */

	if (!schema_filters_decode(body, &check->arena, &filters, &ignored) || !filters.told)
		return;
	for (size_t i = 0; i < COUNT_OF(used); i++) {
		if (schema_filters_have(&filters, used[i]))
			continue;
		check_note(check, FINDING_WARNING, SIDE_PEOPLE, "filter",
			   "the server does not count %.*s among its filters", STR_ARG(used[i]))
			->todo =
			STR_LIT("expect more requests; check email_property and email_key");
	}
}

/* ---- Attributes ---- */

static void check_attributes(struct check *check)
{
	struct check_side *self = &check->sides[SIDE_RECORDS];
	struct check_answer answer;
	struct request request;

	schema_attributes_request(&check->context, &request);
	if (!check_ask(check, SIDE_RECORDS, &request, CHECK_BODY, &answer)) {
		struct finding *finding =
			check_note_failure(check, SIDE_RECORDS, "attributes", &answer);

		if (answer.status == 403)
			finding->todo =
				STR_LIT("give the token the scope object_configuration:read");
		return;
	}
	if (!schema_attributes_decode(answer.body, &check->arena, &self->schema, &answer.err)) {
		answer.judgement = JUDGE_MALFORMED;
		(void)check_note_failure(check, SIDE_RECORDS, "attributes", &answer);
		return;
	}
	(void)check_note(check, FINDING_OK, SIDE_RECORDS, "attributes", "the object %s has %zu",
			 check->context.object, self->schema.n);
}

/* ---- A side ---- */

/* The dialect that tells of itself is asked to, first: a token that may nothing is told from none. */
static void access_values(struct check *check)
{
	struct check_answer answer;
	struct request request;

	schema_token_request(&request);
	const bool ok = check_ask(check, SIDE_RECORDS, &request, CHECK_BODY, &answer);

	if (!check_reached(check, SIDE_RECORDS, &answer))
		return;
	if (ok)
		check_scopes(check, &answer);
	check_attributes(check);
	if (!check_list(check, SIDE_RECORDS, false, &answer) && answer.status == 403)
		check->findings.items[check->findings.n - 1].todo =
			STR_LIT("give the token the scope record_permission:read-write");
	check_filter(check, SIDE_RECORDS);
}

static void access_others(struct check *check, enum side side)
{
	struct check_answer answer;

	check->sides[side].schema = schema_documented(check->mapper[side], &check->arena);
	const bool ok = check_list(check, side, true, &answer);

	if (check->sides[side].given_up)
		return;
	note_untried_writes(check, side);
	if (ok && side == SIDE_PEOPLE)
		check_described(check, answer.body);
	check_filter(check, side);
}

void check_access(struct check *check, enum side side)
{
	if (side == SIDE_RECORDS && check->config->records.dialect == DIALECT_VALUES)
		access_values(check);
	else
		access_others(check, side);
}
