/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/commands/hand_over.h"

#include "daemon/control/control_ask.h"
#include "daemon/print/table.h"

#include <stdio.h>

/* The daemon may run as somebody whom the terminal of root should not obey. */
static void print(struct str text, FILE *out)
{
	struct str line;

	while (text.len > 0 && str_cut(&text, '\n', &line)) {
		struct arena arena = { 0 };

		while (line.len > 0) {
			const struct str clean = table_clean(&arena, line);

			(void)fwrite(clean.p, 1, clean.len, out);
			line = str_skip(line, clean.len);
			arena_reset(&arena);
		}
		(void)fputc('\n', out);
		arena_release(&arena);
	}
}

int hand_over(const struct command_context *context, const char *plan, const struct error *why)
{
	const struct control_question question = {
		.path = context->config->control_path,
		.request = { .argc = context->argc,
			     .argv = context->argv,
			     .quiet = context->quiet },
		.plan = plan,
		.why = why,
	};
	struct control_answer answer;
	struct error err;

	if (why->code != ERR_LOCKED || context->service != SERVICE_NONE)
		return command_fail(why);
	if (!control_ask(&question, &answer, &err))
		return command_fail(&err);
	print(buf_str(&answer.out), stdout);
	print(buf_str(&answer.err), stderr);
	control_answer_release(&answer);
	return answer.code;
}
