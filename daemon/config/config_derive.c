/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_derive: what no single key decides: defaults from the environment and from the dialect,
 * addresses and paths, and keys that only make sense together.
 *
 * sync.direction limits everything that writes: afterwards sync.create, notes.direction and
 * on_removed stand as they are in force, so that no reader has to combine them again.
 */
#include "daemon/config/config_p.h"

#include "daemon/config/secret.h"
#include "daemon/control/control_wire.h"
#include "daemon/system.h"
#include "net/http.h"

#include <string.h>

#define ATTRIBUTES_PAGE_MAX 100

/* ---- Paths ---- */

const char *config_absolute(struct config_load *load, const char *name)
{
	if (*name == '\0' || *name == '/')
		return name;
	return arena_format(&load->config.arena, "%.*s/%s", STR_ARG(load->folder), name).p;
}

/* A variable of the environment that holds an absolute path; systemd separates several by ':'. */
static struct str environment_folder(const char *variable)
{
	const struct str value = str_from(system_variable(variable));
	const struct str first = str_head(value, str_find(value, ':'));

	return first.len > 0 && first.p[0] == '/' ? first : (struct str){ NULL, 0 };
}

/* Where systemd says, else where XDG says, else the usual place in the home folder. */
static const char *default_path(struct config_load *load, const char *systemd, const char *xdg,
				const char *file)
{
	struct arena *arena = &load->config.arena;
	const struct str service = environment_folder(systemd);
	const struct str user = environment_folder(xdg);
	const struct str home = environment_folder("HOME");

	if (service.len > 0)
		return arena_format(arena, "%.*s/%s", STR_ARG(service), file).p;
	if (user.len > 0)
		return arena_format(arena, "%.*s/crmsync/%s", STR_ARG(user), file).p;
	if (home.len > 0)
		return arena_format(arena, "%.*s/.local/state/crmsync/%s", STR_ARG(home), file).p;
	return "";
}

static const char *control_beside(struct config_load *load, const char *status_path)
{
	const char *slash = strrchr(status_path, '/');

	if (slash == NULL)
		return "";
	return arena_format(&load->config.arena, "%.*s/crmsync.sock", (int)(slash - status_path),
			    status_path)
		.p;
}

static void settle_path(struct config_load *load, const char *key, const char **path,
			const char *fallback)
{
	*path = **path != '\0' ? config_absolute(load, *path) : fallback;
	if (**path == '\0' && !config_has_error(load->errors, str_from(key)))
		(void)config_complain(
			load, config_line(load, key), key,
			"missing, and the environment names no folder for it; give a path");
}

static void check_paths_differ(struct config_load *load)
{
	const struct config *config = &load->config;
	const struct {
		const char *key, *path;
	} paths[] = {
		{ "state.path", config->state_path },
		{ "status.path", config->status_path },
		{ "status.metrics_path", config->metrics_path },
		{ "control.path", config->control_path },
	};

	for (size_t i = 0; i < COUNT_OF(paths); i++) {
		for (size_t k = 0; k < i; k++) {
			if (*paths[i].path != '\0' && strcmp(paths[i].path, paths[k].path) == 0)
				(void)config_complain(
					load, config_line(load, paths[i].key), paths[i].key,
					"is the same file as %s; give another path", paths[k].key);
		}
	}
}

/* libconfig stops at the first error: the group is read from its own line on. */
static const char *status_path_in(struct arena *arena, struct str text)
{
	const char *path = NULL;
	const char *found = "";
	struct str line;
	config_t tree;

	config_init(&tree);
	while (*found == '\0' && text.len > 0) {
		const char *from = text.p;

		(void)str_cut(&text, '\n', &line);
		if (!str_starts(line, STR_LIT("status")))
			continue;
		(void)config_read_string(&tree, from);
		if (config_lookup_string(&tree, "status.path", &path) == CONFIG_TRUE)
			found = arena_copy(arena, str_from(path)).p;
	}
	config_destroy(&tree);
	return found;
}

const char *config_rescue_status(struct config_load *load, struct str text)
{
	struct arena *arena = &load->errors->arena;
	const char *path = status_path_in(arena, arena_copy(arena, text));

	if (*path == '\0')
		path = default_path(load, "RUNTIME_DIRECTORY", "XDG_RUNTIME_DIR", "status.json");
	else
		path = config_absolute(load, path);
	return *path != '\0' ? arena_copy(arena, str_from(path)).p : NULL;
}

/* A path for a socket is short; a derived one that is too long only matters to the daemon. */
static void derive_paths(struct config_load *load)
{
	struct config *config = &load->config;
	const char *state = default_path(load, "STATE_DIRECTORY", "XDG_STATE_HOME", "state.db");
	const char *status =
		default_path(load, "RUNTIME_DIRECTORY", "XDG_RUNTIME_DIR", "status.json");

	settle_path(load, "state.path", &config->state_path, state);
	settle_path(load, "status.path", &config->status_path, status);
	config->metrics_path = config_absolute(load, config->metrics_path);
	if (*config->control_path == '\0')
		config->control_path = control_beside(load, config->status_path);
	config->control_path = config_absolute(load, config->control_path);
	if (config_given(load, "control.path") && strlen(config->control_path) > CONTROL_PATH_BYTES)
		(void)config_complain(load, config_line(load, "control.path"), "control.path",
				      "is %zu bytes long; the path of a socket has at most %d",
				      strlen(config->control_path), CONTROL_PATH_BYTES);
	check_paths_differ(load);
}

/* ---- Endpoints ---- */

static const struct {
	const char *base_url, *token_file, *ca_file, *proxy;
} endpoint_keys[SIDE_COUNT] = {
	[SIDE_RECORDS] = { "records.base_url", "records.token_file", "records.ca_file",
			   "records.proxy" },
	[SIDE_PEOPLE] = { "people.base_url", "people.token_file", "people.ca_file",
			  "people.proxy" },
};

static const char *without_slashes(struct config_load *load, const char *url)
{
	struct str text = str_from(url);

	while (text.len > 0 && text.p[text.len - 1] == '/')
		text.len--;
	return arena_copy(&load->config.arena, text).p;
}

static void derive_token(struct config_load *load, enum side side)
{
	struct config_endpoint *endpoint = &load->config.endpoint[side];
	const char *key = endpoint_keys[side].token_file;

	endpoint->token_line = config_line(load, key);
	endpoint->ca_line = config_line(load, endpoint_keys[side].ca_file);
	endpoint->ca_file = config_absolute(load, endpoint->ca_file);
	if (!config_given(load, key) || config_has_error(load->errors, str_from(key)))
		return;
	if (*endpoint->token_path == '\0')
		(void)config_complain(load, endpoint->token_line, key,
				      "is empty; name the file that holds the token");
	else
		endpoint->token_path = secret_path(&load->config.arena,
						   str_from(endpoint->token_path), load->folder)
					       .p;
}

static void derive_endpoint(struct config_load *load, enum side side)
{
	struct config_endpoint *endpoint = &load->config.endpoint[side];
	const char *key = endpoint_keys[side].base_url;
	const char *proxy_key = endpoint_keys[side].proxy;
	struct error err;

	if (config_given(load, key) && !http_check_url(endpoint->base_url, &err))
		(void)config_complain(load, config_line(load, key), key, "%s", err.msg);
	endpoint->base_url = without_slashes(load, endpoint->base_url);
	if (*endpoint->proxy != '\0' && !http_check_proxy(endpoint->proxy, &err))
		(void)config_complain(load, config_line(load, proxy_key), proxy_key, "%s", err.msg);
	derive_token(load, side);
}

/* ---- Texts that go to a server ---- */

/* A token of HTTP (RFC 9110): the name of a header, a scheme. */
static bool is_http_token(const char *text)
{
	static const char allowed[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	return text[strspn(text, allowed)] == '\0';
}

static void check_identifiers(struct config_load *load)
{
	const struct config *config = &load->config;
	const struct {
		const char *key, *text;
	} names[] = {
		{ "records.object", config->records.object },
		{ "people.email_property", config->people.email_property },
		{ "people.email_key", config->people.email_key },
		{ "people.phone_property", config->people.phone_property },
		{ "people.phone_key", config->people.phone_key },
	};

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (!config_is_identifier(str_from(names[i].text)))
			(void)config_complain(
				load, config_line(load, names[i].key), names[i].key,
				"must be a name of letters, digits, _ and -, of 1 to 64");
	}
}

static bool is_region(const char *text)
{
	return strlen(text) == 2 && text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'A' &&
	       text[1] <= 'Z';
}

static void check_texts(struct config_load *load)
{
	const struct config *config = &load->config;

	check_identifiers(load);
	if (*config->people.auth_header == '\0' || !is_http_token(config->people.auth_header))
		(void)config_complain(
			load, config_line(load, "people.auth_header"), "people.auth_header",
			"must be the name of a header, like X-API-KEY or Authorization");
	if (!is_http_token(config->people.auth_scheme))
		(void)config_complain(load, config_line(load, "people.auth_scheme"),
				      "people.auth_scheme",
				      "must be one word, like Bearer, or \"\" for none");
	if (!is_region(config->sync.default_region))
		(void)config_complain(load, config_line(load, "sync.default_region"),
				      "sync.default_region",
				      "must be a country of two capital letters, like \"US\"");
	if (config->sync.on_people_removed == PEOPLE_REMOVAL_TAG &&
	    *config->sync.archived_tag == '\0')
		(void)config_complain(load, config_line(load, "sync.archived_tag"),
				      "sync.archived_tag",
				      "is empty, but on_removed.people = \"tag\" needs it");
}

/* ---- Keys that depend on one another ---- */

static void derive_dialect(struct config_load *load)
{
	struct config *config = &load->config;
	struct config_reference *tags = &config->references[REFERENCE_TAGS];

	if (config->records.dialect != DIALECT_ATTRIBUTES)
		return;
	if (!config_given(load, "records.page_size"))
		config->records.page_size = ATTRIBUTES_PAGE_MAX;
	else if (config->records.page_size > ATTRIBUTES_PAGE_MAX)
		(void)config_complain(load, config_line(load, "records.page_size"),
				      "records.page_size",
				      "%u is out of range; give 1 to %d (dialect attributes)",
				      config->records.page_size, ATTRIBUTES_PAGE_MAX);
	if (!config_given(load, "references.tags.enabled"))
		tags->enabled = true;
	if (!config_given(load, "references.tags.records"))
		tags->records = "tags";
	/* Its document has no object but people: no path to create a users record by, and no kind of record
	 * that a person could be referred to from. */
	if (config->users.enabled)
		(void)config_complain(load, config_line(load, "users.enabled"), "users.enabled",
				      "the dialect attributes has no users; set it to false");
}

enum direction config_limit_direction(enum direction wanted, enum direction limit)
{
	if (limit == DIRECTION_BOTH || wanted == limit)
		return wanted;
	return wanted == DIRECTION_BOTH ? limit : DIRECTION_NONE;
}

static void derive_notes(struct config_load *load)
{
	struct config_notes *notes = &load->config.notes;

	/* Activities of type note can be read there and not written. */
	if (load->config.records.dialect == DIALECT_ATTRIBUTES) {
		if (notes->enabled && notes->direction == DIRECTION_TO_RECORDS)
			(void)config_complain(
				load, config_line(load, "notes.direction"), "notes.direction",
				"the dialect attributes cannot take notes; give to_people");
		notes->direction = config_limit_direction(notes->direction, DIRECTION_TO_PEOPLE);
	}
	notes->direction = config_limit_direction(notes->direction, load->config.sync.direction);
	if (notes->enabled && direction_flows_from(notes->direction, SIDE_RECORDS) &&
	    *notes->category == '\0')
		(void)config_complain(
			load, config_line(load, "notes.category"), "notes.category",
			"missing; notes written to people need a category (an IRI like "
			"\"/note_categories/1\")");
	if (*notes->category != '\0' && *notes->category != '/' &&
	    !str_starts(str_from(notes->category), STR_LIT("https://")) &&
	    !str_starts(str_from(notes->category), STR_LIT("http://")))
		(void)config_complain(load, config_line(load, "notes.category"), "notes.category",
				      "must be an IRI, like \"/note_categories/1\"");
}

/* An address that was copied out of a browser, say. */
static void check_users(struct config_load *load)
{
	const struct str workspace = str_from(load->config.users.workspace);

	for (size_t i = 0; i < workspace.len; i++) {
		if (workspace.p[i] != ' ' && workspace.p[i] != '/')
			continue;
		(void)config_complain(load, config_line(load, "users.workspace"), "users.workspace",
				      "must be the id of a workspaces record alone, without blanks "
				      "and slashes");
		return;
	}
}

/* The APIs have no way to make a segment, and a user is nobody's to make. */
static void check_references(struct config_load *load)
{
	static const struct {
		enum reference_kind kind;
		const char *key, *why;
	} never[] = {
		{ REFERENCE_SEGMENTS, "references.segments.create_missing",
		  "segments cannot be created; set it to false" },
		{ REFERENCE_OWNERS, "references.owners.create_missing",
		  "owners are users, who are never created; set it to false" },
	};

	for (size_t i = 0; i < COUNT_OF(never); i++) {
		if (load->config.references[never[i].kind].create_missing)
			(void)config_complain(load, config_line(load, never[i].key), never[i].key,
					      "%s", never[i].why);
	}
}

static void derive_removals(struct config_load *load)
{
	struct config_sync *sync = &load->config.sync;

	if (!direction_flows_from(sync->direction, SIDE_RECORDS))
		sync->on_records_removed = RECORDS_REMOVAL_IGNORE;
	if (!direction_flows_from(sync->direction, SIDE_PEOPLE))
		sync->on_people_removed = PEOPLE_REMOVAL_UNLINK;
}

static void check_retry(struct config_load *load)
{
	const struct config_retry *retry = &load->config.sync.retry;

	if (retry->cap_ns < retry->base_ns)
		(void)config_complain(load, config_line(load, "sync.retry.cap"), "sync.retry.cap",
				      "is shorter than sync.retry.base; give a longer one");
}

void config_derive(struct config_load *load)
{
	struct config_sync *sync = &load->config.sync;

	derive_paths(load);
	for (int side = 0; side < SIDE_COUNT; side++)
		derive_endpoint(load, (enum side)side);
	check_texts(load);
	derive_dialect(load);
	sync->create = config_limit_direction(sync->create, sync->direction);
	derive_notes(load);
	check_references(load);
	derive_removals(load);
	check_users(load);
	load->config.users.enabled =
		load->config.users.enabled && direction_flows_from(sync->direction, SIDE_PEOPLE);
	check_retry(load);
}
