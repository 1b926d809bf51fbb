/* SPDX-License-Identifier: Apache-2.0 */
#include "target.h"

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* plus: '+' is a blank, as in a query. */
static bool decode(struct arena *arena, struct str text, bool plus, struct str *ret_text)
{
	char *out = arena_alloc(arena, text.len + 1, 1);
	size_t len = 0;
	bool ok = true;

	for (size_t i = 0; i < text.len; i++) {
		const bool escape = text.p[i] == '%';
		const int high = escape && i + 2 < text.len ? digit_value(text.p[i + 1]) : -1;
		const int low = high >= 0 ? digit_value(text.p[i + 2]) : -1;

		if (low >= 0) {
			out[len++] = (char)(high * 16 + low);
			i += 2;
			continue;
		}
		ok = ok && !escape;
		out[len++] = plus && text.p[i] == '+' ? ' ' : text.p[i];
	}
	*ret_text = (struct str){ out, len };
	return ok;
}

static size_t count(struct str text, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++)
		n += text.p[i] == c;
	return n;
}

static void parse_query(struct arena *arena, struct str query, struct target *target)
{
	struct str part;

	target->parameters = arena_alloc(arena, count(query, '&') + 1, sizeof(struct parameter));
	while (str_cut(&query, '&', &part)) {
		struct parameter *parameter = &target->parameters[target->n_parameters];
		const size_t equals = str_find(part, '=');

		if (part.len == 0)
			continue;
		parameter->raw = part;
		(void)!decode(arena, str_head(part, equals), true, &parameter->name);
		(void)!decode(arena, str_skip(part, equals + 1), true, &parameter->value);
		target->n_parameters++;
	}
}

bool target_parse(struct arena *arena, struct str text, struct target *ret_target)
{
	const size_t question = str_find(text, '?');
	struct target target = { .path = str_head(text, question) };
	struct str rest = target.path;
	struct str segment;

	while (str_cut(&rest, '/', &segment)) {
		if (segment.len == 0)
			continue;
		if (target.n_segments == TARGET_SEGMENTS ||
		    !decode(arena, segment, false, &target.segments[target.n_segments]))
			return false;
		target.n_segments++;
	}
	parse_query(arena, str_skip(text, question + 1), &target);
	*ret_target = target;
	return true;
}

const struct parameter *target_find(const struct target *target, const char *name)
{
	for (size_t i = 0; i < target->n_parameters; i++) {
		if (str_equal_z(target->parameters[i].name, name))
			return &target->parameters[i];
	}
	return NULL;
}

struct str target_value(const struct target *target, const char *name)
{
	const struct parameter *parameter = target_find(target, name);

	return parameter != NULL ? parameter->value : (struct str){ 0 };
}

bool target_is(const struct target *target, size_t i, const char *text)
{
	return i < target->n_segments && str_equal_z(target->segments[i], text);
}
