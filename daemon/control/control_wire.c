/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/control/control_wire.h"

#include "mappers/json_string.h"
#include "mappers/json_tree.h"
#include "mappers/json_write.h"

#include <assert.h>
#include <json-c/linkhash.h>
#include <string.h>

/* Before it is escaped: six bytes for one at the worst. */
#define PIECE_BYTES (CONTROL_LINE_BYTES / 8)
#define CODE_MAX 255

static const char *const keys[] = {
	[CONTROL_VERSION] = "crmsync",   [CONTROL_NOTE] = "note", [CONTROL_PHASE] = "phase",
	[CONTROL_PROGRESS] = "progress", [CONTROL_OUT] = "out",   [CONTROL_ERR] = "err",
	[CONTROL_EXIT] = "exit",
};
static_assert(COUNT_OF(keys) == CONTROL_SAYS_COUNT, "every kind of line");

/* ---- Requests ---- */

static bool check_keys(struct json_object *root, struct error *err)
{
	if (!json_object_is_type(root, json_type_object))
		return error_set(err, ERR_USAGE, "it is no object");
	json_object_object_foreach(root, key, value)
	{
		(void)value;
		if (strcmp(key, "command") != 0 && strcmp(key, "args") != 0 &&
		    strcmp(key, "quiet") != 0)
			return error_set(err, ERR_USAGE,
					 "it has a key %.40s; known are command, "
					 "args and quiet",
					 key);
	}
	return true;
}

static char *copy(struct arena *arena, struct str text)
{
	char *bytes = arena_alloc(arena, text.len + 1, 1);

	if (text.len > 0)
		(void)memcpy(bytes, text.p, text.len);
	return bytes;
}

static bool take_words(struct json_object *command, struct json_object *args, struct arena *arena,
		       struct control_request *request, struct error *err)
{
	struct str name;
	const size_t n = args != NULL && json_object_is_type(args, json_type_array) ?
				 json_object_array_length(args) :
				 0;

	if (!json_text(command, &name) || name.len == 0)
		return error_set(err, ERR_USAGE, "it names no command");
	if (args != NULL && !json_object_is_type(args, json_type_array))
		return error_set(err, ERR_USAGE, "args is no array");
	if (n > CONTROL_ARGUMENTS)
		return error_set(err, ERR_USAGE, "it has more than %d arguments",
				 CONTROL_ARGUMENTS);
	request->argv = arena_alloc(arena, n + 2, sizeof(*request->argv));
	request->argc = (int)n + 1;
	request->argv[0] = copy(arena, name);
	for (size_t i = 0; i < n; i++) {
		struct str text;

		if (!json_text(json_object_array_get_idx(args, i), &text))
			return error_set(err, ERR_USAGE, "an argument is no string");
		request->argv[i + 1] = copy(arena, text);
	}
	return true;
}

static bool take_quiet(struct json_object *node, struct control_request *request, struct error *err)
{
	if (node != NULL && !json_object_is_type(node, json_type_boolean))
		return error_set(err, ERR_USAGE, "quiet is neither true nor false");
	request->quiet = node != NULL && json_object_get_boolean(node) != 0;
	return true;
}

bool control_request_parse(struct str line, struct arena *arena,
			   struct control_request *ret_request, struct error *err)
{
	struct control_request request = { 0 };
	struct json_object *root;

	if (!json_parse(line, &root, err)) {
		err->code = ERR_USAGE;
		return false;
	}
	const bool ok = check_keys(root, err) &&
			take_words(json_child(root, "command"), json_child(root, "args"), arena,
				   &request, err) &&
			take_quiet(json_child(root, "quiet"), &request, err);

	if (ok)
		*ret_request = request;
	json_object_put(root);
	return ok;
}

/* Also what a command line may hold and our JSON may not: what is no UTF-8, and NUL. */
static void add_text(struct json_writer *writer, struct str text)
{
	struct arena arena = { 0 };
	char *clean = copy(&arena, text);

	for (size_t i = 0; i < text.len;) {
		const size_t step = utf8_sequence(str_skip(text, i));

		if (step == 0 || clean[i] == '\0')
			clean[i] = '?';
		i += step > 0 ? step : 1;
	}
	json_string(writer, (struct str){ clean, text.len });
	arena_release(&arena);
}

void control_request_write(const struct control_request *request, struct buf *out)
{
	struct json_writer writer = json_writer(out);

	json_open(&writer, '{');
	json_key(&writer, "command");
	add_text(&writer, str_from(request->argv[0]));
	json_key(&writer, "args");
	json_open(&writer, '[');
	for (int i = 1; i < request->argc; i++)
		add_text(&writer, str_from(request->argv[i]));
	json_close(&writer, ']');
	json_key(&writer, "quiet");
	json_raw(&writer, request->quiet ? STR_LIT("true") : STR_LIT("false"));
	json_close(&writer, '}');
	buf_add_char(out, '\n');
}

/* ---- Answers ---- */

static bool take_line(struct json_object *root, struct arena *arena, struct control_line *line)
{
	struct str text;
	int64_t code;

	if (!json_object_is_type(root, json_type_object) || json_object_object_length(root) != 1)
		return false;
	json_object_object_foreach(root, key, value)
	{
		for (int says = 0; says < CONTROL_EXIT; says++) {
			if (strcmp(key, keys[says]) != 0 || !json_text(value, &text))
				continue;
			*line = (struct control_line){ .says = (enum control_says)says,
						       .text = arena_copy(arena, text) };
			return true;
		}
		if (strcmp(key, keys[CONTROL_EXIT]) == 0 && json_integer(value, &code) &&
		    code >= 0 && code <= CODE_MAX) {
			*line = (struct control_line){ .says = CONTROL_EXIT, .code = (int)code };
			return true;
		}
	}
	return false;
}

bool control_line_parse(struct str line, struct arena *arena, struct control_line *ret_line,
			struct error *err)
{
	struct json_object *root;

	if (!json_parse(line, &root, err))
		return false;
	const bool ok = take_line(root, arena, ret_line);

	json_object_put(root);
	return ok || error_set(err, ERR_MALFORMED, "a line is none of the control protocol's");
}

static void write_line(enum control_says says, struct str text, struct buf *out)
{
	struct json_writer writer = json_writer(out);

	json_open(&writer, '{');
	json_key(&writer, keys[says]);
	add_text(&writer, text);
	json_close(&writer, '}');
	buf_add_char(out, '\n');
}

/* Between two lines; in a line that is longer between two characters. */
static struct str piece_of(struct str text)
{
	const struct str piece = str_head(text, PIECE_BYTES);
	size_t n = piece.len;

	if (n == text.len)
		return piece;
	while (n > 0 && piece.p[n - 1] != '\n')
		n--;
	if (n > 0)
		return str_head(piece, n);
	for (n = piece.len; n > 1 && ((unsigned char)text.p[n] & 0xc0) == 0x80;)
		n--;
	return str_head(piece, n);
}

void control_text_write(enum control_says says, struct str *text, struct buf *out)
{
	const struct str piece = piece_of(*text);

	write_line(says, piece, out);
	*text = str_skip(*text, piece.len);
}

void control_exit_write(int code, struct buf *out)
{
	buf_addf(out, "{\"%s\":%d}\n", keys[CONTROL_EXIT], code);
}
