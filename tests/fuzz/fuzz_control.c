/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lines of the control socket, in both directions: whatever comes is taken or refused, and what was
 * taken is the same once it has been written and read again.
 *
 * Input: lines.
 */
#include "fuzz.h"

#include "daemon/control/control_wire.h"

#include <string.h>

static void check_same(const struct control_request *a, const struct control_request *b)
{
	FUZZ_CHECK(a->argc == b->argc && a->quiet == b->quiet);
	for (int i = 0; i < a->argc; i++)
		FUZZ_CHECK(strcmp(a->argv[i], b->argv[i]) == 0);
	FUZZ_CHECK(b->argv[b->argc] == NULL);
}

static void take_request(struct str line)
{
	struct control_request request, again;
	struct arena arena = { 0 };
	struct error err = { 0 };
	struct buf text;

	buf_init(&text, 8 * CONTROL_REQUEST_BYTES);
	if (control_request_parse(line, &arena, &request, &err)) {
		FUZZ_CHECK(request.argc >= 1 && request.argc <= CONTROL_ARGUMENTS + 1);
		FUZZ_CHECK(request.argv[0][0] != '\0');
		control_request_write(&request, &text);
		FUZZ_CHECK(buf_ok(&text) && str_find(buf_str(&text), '\n') == text.len - 1);
		FUZZ_CHECK(control_request_parse(str_head(buf_str(&text), text.len - 1), &arena,
						 &again, &err));
		check_same(&request, &again);
	} else {
		FUZZ_CHECK(err.code == ERR_USAGE && err.msg[0] != '\0');
	}
	buf_release(&text);
	arena_release(&arena);
}

static void take_answer(struct str line)
{
	struct arena arena = { 0 };
	struct control_line got;
	struct error err = { 0 };

	if (control_line_parse(line, &arena, &got, &err)) {
		FUZZ_CHECK((int)got.says >= 0 && got.says < CONTROL_SAYS_COUNT);
		FUZZ_CHECK(got.code >= 0 && got.code <= 255);
		FUZZ_CHECK(memchr(got.text.len > 0 ? got.text.p : "", '\0', got.text.len) == NULL);
	} else {
		FUZZ_CHECK(err.code == ERR_MALFORMED && err.msg[0] != '\0');
	}
	arena_release(&arena);
}

/* Any bytes as a text: it arrives, but for what is no UTF-8. */
static void send_text(struct str text)
{
	while (text.len > 0) {
		const size_t before = text.len;
		struct arena arena = { 0 };
		struct control_line got;
		struct error err;
		struct buf line;

		buf_init(&line, CONTROL_LINE_BYTES);
		control_text_write(CONTROL_ERR, &text, &line);
		FUZZ_CHECK(buf_ok(&line) && text.len < before);
		FUZZ_CHECK(control_line_parse(str_head(buf_str(&line), line.len - 1), &arena, &got,
					      &err));
		FUZZ_CHECK(got.text.len == before - text.len);
		buf_release(&line);
		arena_release(&arena);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = { (const char *)data, size };
	struct str line;

	if (size > CONTROL_REQUEST_BYTES)
		return 0;
	send_text(rest);
	while (str_cut(&rest, '\n', &line)) {
		take_request(line);
		take_answer(line);
	}
	return 0;
}
