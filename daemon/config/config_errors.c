/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/config/config_p.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* More than this nobody reads. */
#define ERRORS_MAX 200

void config_errors_release(struct config_errors *errors)
{
	VEC_RELEASE(&errors->list);
	arena_release(&errors->arena);
}

void config_errors_print(const struct config_errors *errors, FILE *out)
{
	for (size_t i = 0; i < errors->list.n; i++)
		(void)fprintf(out, "%s\n", errors->list.items[i].text.p);
}

bool config_has_error(const struct config_errors *errors, struct str key)
{
	for (size_t i = 0; i < errors->list.n; i++) {
		if (str_equal(errors->list.items[i].key, key))
			return true;
	}
	return false;
}

/* What comes from the file may hold anything: it must not forge a second line. */
static void blank_control_characters(char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = ' ';
	}
}

bool config_complain(struct config_load *load, uint32_t line, const char *key, const char *fmt, ...)
{
	struct config_errors *errors = load->errors;
	char what[512];
	va_list args;

	if (errors->list.n >= ERRORS_MAX ||
	    (*key != '\0' && config_has_error(errors, str_from(key))))
		return false;
	va_start(args, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	blank_control_characters(what);

	char place[16] = "";

	if (line > 0)
		(void)snprintf(place, sizeof(place), ":%u", line);
	*VEC_PUSH(&errors->list) = (struct config_error){
		.line = line,
		.key = arena_copy(&errors->arena, str_from(key)),
		.text = arena_format(&errors->arena, "%s%s: %s%s%s", load->path, place, key,
				     *key != '\0' ? ": " : "", what),
	};
	return false;
}

/* Insertion: stable, and the list is short. */
void config_errors_sort(struct config_errors *errors)
{
	for (size_t i = 1; i < errors->list.n; i++) {
		const struct config_error moved = errors->list.items[i];
		size_t at = i;

		for (; at > 0 && errors->list.items[at - 1].line > moved.line; at--)
			errors->list.items[at] = errors->list.items[at - 1];
		errors->list.items[at] = moved;
	}
}
