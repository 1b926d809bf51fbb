/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/config/config.h"

#include "base/limits.h"
#include "daemon/cli.h"
#include "daemon/config/config_p.h"
#include "daemon/config/secret.h"
#include "daemon/system.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *dialect_name(enum dialect dialect)
{
	static const char *const names[] = {
		[DIALECT_VALUES] = "values",
		[DIALECT_ATTRIBUTES] = "attributes",
	};
	static_assert(COUNT_OF(names) == DIALECT_COUNT, "every dialect has a name");

	return names[dialect];
}

/* ---- Files that the configuration names ---- */

static const char *const token_keys[SIDE_COUNT] = {
	[SIDE_RECORDS] = "records.token_file",
	[SIDE_PEOPLE] = "people.token_file",
};

static const char *const ca_keys[SIDE_COUNT] = {
	[SIDE_RECORDS] = "records.ca_file",
	[SIDE_PEOPLE] = "people.ca_file",
};

bool config_read_token(const struct config *config, enum side side, struct secret *ret_secret,
		       struct error *err)
{
	const struct config_endpoint *endpoint = &config->endpoint[side];

	if (secret_read(ret_secret, endpoint->token_path, err))
		return true;
	return error_wrap(err, "%s:%u: %s", config->file, endpoint->token_line, token_keys[side]);
}

static void check_token(struct config_load *load, enum side side)
{
	const struct config_endpoint *endpoint = &load->config.endpoint[side];
	struct secret secret = { 0 };
	struct error err;

	if (!config_given(load, token_keys[side]) ||
	    config_has_error(load->errors, str_from(token_keys[side])))
		return;
	if (!secret_read(&secret, endpoint->token_path, &err))
		(void)config_complain(load, endpoint->token_line, token_keys[side], "%s", err.msg);
	secret_release(&secret);
}

static void check_ca_file(struct config_load *load, enum side side)
{
	const struct config_endpoint *endpoint = &load->config.endpoint[side];

	if (*endpoint->ca_file != '\0' && access(endpoint->ca_file, R_OK) != 0)
		(void)config_complain(load, endpoint->ca_line, ca_keys[side],
				      "%s: %s; name a readable PEM file", endpoint->ca_file,
				      system_error(errno));
}

/* ---- Parsing ---- */

/* The folder of a path, absolute.  It need not exist. */
static struct str folder_of(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');
	const struct str folder = { path, slash != NULL ? (size_t)(slash - path) : 0 };
	char here[PATH_MAX];

	if (*path == '/')
		return arena_copy(arena, folder);
	if (getcwd(here, sizeof(here)) == NULL)
		here[0] = '\0';
	return arena_format(arena, "%s%s%.*s", here, folder.len > 0 ? "/" : "", STR_ARG(folder));
}

/* libconfig stops at the first error and knows its line. */
static void complain_syntax(struct config_load *load, struct str text)
{
	const int known = config_error_line(&load->tree);
	const uint32_t line = known > 0 ? (uint32_t)known : 1;
	const char *key = config_scan_key_at(load, text, line);
	const char *what = config_error_text(&load->tree);

	(void)config_complain(load, line, key,
			      "%s here or just before; a setting is written NAME = VALUE;",
			      what != NULL ? what : "syntax error");
}

static void parse(struct config_load *load, struct str text, enum config_scope scope)
{
	const char *terminated = arena_copy(&load->errors->arena, text).p;

	if (!config_scan(load, text))
		return;
	if (config_read_string(&load->tree, terminated) != CONFIG_TRUE) {
		complain_syntax(load, text);
		return;
	}
	config_read_tree(load);
	config_derive(load);
	config_build_fields(load);
	for (int side = 0; scope == CONFIG_WITH_FILES && side < SIDE_COUNT; side++) {
		check_token(load, (enum side)side);
		check_ca_file(load, (enum side)side);
	}
}

bool config_parse(const char *path, struct str text, enum config_scope scope,
		  struct config *ret_config, struct config_errors *errors)
{
	struct config_load load = { .path = path, .errors = errors };
	const size_t before = errors->list.n;

	load.folder = folder_of(&errors->arena, path);
	load.config.file = arena_copy(&load.config.arena, str_from(path)).p;
	config_put_defaults(&load.config);
	config_init(&load.tree);
	parse(&load, text, scope);
	config_destroy(&load.tree);
	if (errors->list.n > before) {
		config_errors_sort(errors);
		errors->status_path = config_rescue_status(&load, text);
		arena_release(&load.config.arena);
		return false;
	}
	*ret_config = load.config;
	return true;
}

/* ---- Reading the file ---- */

/* One byte more than allowed tells a file that is too large. */
static bool read_all(int fd, struct buf *ret_text)
{
	char chunk[4096];
	ssize_t n;

	do {
		n = read(fd, chunk, sizeof(chunk));
		if (n > 0)
			buf_add(ret_text, chunk, (size_t)n);
	} while ((n > 0 && buf_ok(ret_text)) || (n < 0 && errno == EINTR));
	return n >= 0;
}

static bool read_file(struct config_load *load, struct buf *ret_text)
{
	/* A FIFO must not hold us up before fstat tells what it is. */
	const int fd = open(load->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat facts;

	if (fd < 0)
		return config_complain(
			load, 0, "",
			"%s; the configuration is the file behind -c, else " CLI_DEFAULT_CONFIG,
			system_error(errno));
	if (fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode)) {
		(void)close(fd);
		return config_complain(load, 0, "", "is no regular file; name one with -c FILE");
	}

	const bool whole = read_all(fd, ret_text);
	const int problem = errno;

	(void)close(fd);
	if (!whole)
		return config_complain(load, 0, "", "cannot be read: %s", system_error(problem));
	if (!buf_ok(ret_text))
		return config_complain(load, 0, "",
				       "larger than %zu bytes; this is no configuration",
				       LIMIT_CONFIG_BYTES);
	return true;
}

bool config_load(const char *path, enum config_scope scope, struct config *ret_config,
		 struct config_errors *errors)
{
	struct config_load load = { .path = path, .errors = errors };
	struct buf text;
	bool loaded = false;

	buf_init(&text, LIMIT_CONFIG_BYTES);
	if (read_file(&load, &text))
		loaded = config_parse(path, buf_str(&text), scope, ret_config, errors);
	buf_release(&text);
	return loaded;
}

void config_release(struct config *config)
{
	struct arena arena = config->arena;

	*config = (struct config){ 0 };
	arena_release(&arena);
}
