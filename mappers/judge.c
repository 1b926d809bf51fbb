/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an answer means.  The status decides by a table; then the body may say it more exactly.
 *
 * JUDGE_GONE is half of the proof that a person was removed, so a 404 must look like the API's own: a
 * page of HTML, plain text of a proxy or an unknown route are JUDGE_MALFORMED instead.
 */
#include "base/limits.h"
#include "mappers/json_string.h"
#include "mappers/json_tree.h"
#include "mappers/mapper.h"

#include <assert.h>

struct answer {
	const struct response *response;
	struct json_object *root; /* NULL: no JSON object */
	struct arena *arena;
};

const char *judgement_name(enum judgement judgement)
{
	static const char *const names[] = {
		[JUDGE_OK] = "ok",
		[JUDGE_GONE] = "gone",
		[JUDGE_REJECTED] = "rejected",
		[JUDGE_CLASH] = "clash",
		[JUDGE_AUTH] = "auth",
		[JUDGE_LIMITED] = "limited",
		[JUDGE_TRANSIENT] = "transient",
		[JUDGE_MALFORMED] = "malformed",
	};
	static_assert(COUNT_OF(names) == JUDGE_COUNT, "every judgement has a name");

	return names[judgement];
}

/* ---- Words ---- */

static struct str member_text(const struct answer *answer, const char *key)
{
	return json_text_or_empty(json_child(answer->root, key));
}

static struct str first_text(const struct answer *answer, const char *const keys[], size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct str text = member_text(answer, keys[i]);

		if (text.len > 0)
			return text;
	}
	return (struct str){ NULL, 0 };
}

/* The first of a list of complaints: " (path: message)". */
static struct str first_complaint(const struct answer *answer, const char *list, const char *path)
{
	struct json_object *complaints = json_child(answer->root, list);

	if (!json_object_is_type(complaints, json_type_array) ||
	    json_object_array_length(complaints) == 0)
		return (struct str){ NULL, 0 };
	struct json_object *first = json_object_array_get_idx(complaints, 0);
	struct json_object *where = json_child(first, path);
	struct str at = json_text_or_empty(where);

	if (json_object_is_type(where, json_type_array) && json_object_array_length(where) > 0)
		at = json_text_or_empty(json_object_array_get_idx(where, 0));
	return arena_format(answer->arena, " (%.*s: %.*s)", STR_ARG(at),
			    STR_ARG(json_text_or_empty(json_child(first, "message"))));
}

static struct str json_words(const struct answer *answer)
{
	static const char *const keys[] = { "detail", "hydra:description", "description", "message",
					    "title" };
	const struct str text = first_text(answer, keys, COUNT_OF(keys));
	const struct str code = member_text(answer, "code");
	struct str more = first_complaint(answer, "validation_errors", "path");

	/* The people side's detail repeats its violations. */
	if (more.len == 0 && text.len == 0)
		more = first_complaint(answer, "violations", "propertyPath");
	return arena_format(answer->arena, "%.*s%s%.*s%.*s", STR_ARG(code),
			    code.len > 0 && text.len > 0 ? ": " : "", STR_ARG(text), STR_ARG(more));
}

/* One line of valid UTF-8 that is safe for logs and terminals. */
static struct str clean_words(struct arena *arena, struct str text)
{
	char *out = arena_alloc(arena, LIMIT_SERVER_WORDS_BYTES + 1, 1);
	size_t n = 0;

	for (size_t i = 0; i < text.len;) {
		const size_t step = utf8_sequence(str_skip(text, i));
		const unsigned char c = (unsigned char)text.p[i];
		/* C1 controls are C2 80 … C2 9F. */
		const bool control =
			c < 0x20 || c == 0x7f ||
			(step == 2 && c == 0xc2 && (unsigned char)text.p[i + 1] < 0xa0);

		if (n + (step > 0 ? step : 1) > LIMIT_SERVER_WORDS_BYTES)
			break;
		if (step == 0 || control) {
			out[n++] = step == 0 ? '?' : ' ';
		} else {
			for (size_t k = 0; k < step; k++)
				out[n++] = text.p[i + k];
		}
		i += step > 0 ? step : 1;
	}
	return str_trim((struct str){ out, n });
}

/* ---- Meaning ---- */

static bool is_html(const struct response *response)
{
	return str_starts_nocase(response->content_type, STR_LIT("text/html")) ||
	       str_starts_nocase(response->content_type, STR_LIT("application/xhtml"));
}

static bool contains(struct str text, struct str part)
{
	for (size_t i = 0; i + part.len <= text.len; i++) {
		if (str_starts_nocase(str_skip(text, i), part))
			return true;
	}
	return false;
}

static bool is_clash(const struct answer *answer, struct str words)
{
	static const char *const signs[] = { "uniqueness_conflict", "already used",
					     "already exists",      "already in use",
					     "already taken",       "must be unique",
					     "not unique",          "duplicate" };

	if (answer->response->status == 409)
		return true;
	for (size_t i = 0; i < COUNT_OF(signs); i++) {
		if (contains(words, str_from(signs[i])))
			return true;
	}
	return false;
}

static enum judgement judge_missing(const struct answer *answer, struct str words)
{
	static const char *const routes[] = { "Could not find endpoint", "No route found",
					      "Route not found", "Unknown endpoint" };

	if (str_equal_z(member_text(answer, "code"), "merge_in_progress"))
		return JUDGE_TRANSIENT;
	if (answer->root == NULL)
		return answer->response->body.len == 0 && !is_html(answer->response) ?
			       JUDGE_GONE :
			       JUDGE_MALFORMED;
	for (size_t i = 0; i < COUNT_OF(routes); i++) {
		if (contains(words, str_from(routes[i])))
			return JUDGE_MALFORMED;
	}
	return JUDGE_GONE;
}

static enum judgement judge_refused(const struct answer *answer, struct str words)
{
	if (str_equal_z(member_text(answer, "code"), "merge_in_progress"))
		return JUDGE_TRANSIENT;
	return is_clash(answer, words) ? JUDGE_CLASH : JUDGE_REJECTED;
}

static enum judgement judge(const struct answer *answer, struct str words)
{
	const int status = answer->response->status;

	switch (status) {
	case 400:
	case 409:
	case 422:
		return judge_refused(answer, words);
	case 401:
	case 403:
		return JUDGE_AUTH;
	case 404:
	case 410:
		return judge_missing(answer, words);
	case 405: /* the route is not what we take it for */
	case 406:
	case 415:
		return JUDGE_MALFORMED;
	case 0: /* there was no answer */
	case 408:
	case 425:
		return JUDGE_TRANSIENT;
	case 429:
		return JUDGE_LIMITED;
	default:
		break;
	}
	if (status >= 200 && status < 300)
		return is_html(answer->response) ? JUDGE_MALFORMED : JUDGE_OK;
	if (status >= 400 && status < 500)
		return JUDGE_REJECTED;
	return status >= 500 && status < 600 ? JUDGE_TRANSIENT : JUDGE_MALFORMED;
}

enum judgement mapper_judge(const struct mapper *mapper, const struct response *response,
			    struct arena *arena, struct str *ret_words)
{
	struct answer answer = { .response = response, .arena = arena };
	const bool good = response->status >= 200 && response->status < 300;
	struct str words = { NULL, 0 };
	struct error ignored; /* a body that is no JSON is judged as such */

	(void)mapper; /* the dialects' errors do not contradict one another */
	if (!good && response->body.len > 0 && response->body.p[0] != '<' &&
	    !json_parse(response->body, &answer.root, &ignored))
		answer.root = NULL;
	if (!json_object_is_type(answer.root, json_type_object)) {
		json_object_put(answer.root);
		answer.root = NULL;
	}
	if (!good || is_html(response))
		words = answer.root != NULL ? json_words(&answer) : response->body;
	const enum judgement judgement = judge(&answer, words);

	*ret_words = clean_words(arena, words);
	json_object_put(answer.root);
	return judgement;
}
