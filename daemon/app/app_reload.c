/* SPDX-License-Identifier: Apache-2.0 */
/*
 * app_reload: the daemon takes a new configuration.
 *
 * It is judged when HUP comes, so that systemd and the person at the terminal know at once, and taken
 * between two cycles: a cycle goes by one configuration from its begin to its end.
 */
#include "base/clock.h"
#include "base/log.h"
#include "daemon/app/app_p.h"
#include "daemon/app/notify.h"
#include "daemon/state_open.h"

#include <string.h>
#include <unistd.h>

static void free_config(struct config *config)
{
	if (config != NULL)
		config_release(config);
	free(config);
}

void app_reload_release(struct app *app)
{
	free_config(app->next);
	free_config(app->loaded);
	app->next = app->loaded = NULL;
}

/* ---- Judging ---- */

static void log_refusal(struct str what)
{
	LOG_ERROR("the configuration is refused, the old one stays", LOG_TEXT("error", what));
}

/* The state knows persons by the ids of two systems: with others it would be worthless, or worse. */
static bool is_same_state(const struct config *old, const struct config *new)
{
	struct str before[SIDE_COUNT], after[SIDE_COUNT];
	struct arena arena = { 0 };
	bool same = true;

	state_identity(old, &arena, before);
	state_identity(new, &arena, after);
	for (int side = 0; side < SIDE_COUNT; side++) {
		if (str_equal(before[side], after[side]))
			continue;
		log_refusal(
			arena_format(&arena,
				     "%s: %s: base_url, object or dialect was changed, but the "
				     "state belongs to the old ones; change it back, or stop, run "
				     "`crmsync reset` and start again",
				     new->file, side_name((enum side)side)));
		same = false;
	}
	if (strcmp(old->state_path, new->state_path) != 0) {
		log_refusal(arena_format(
			&arena, "%s: state.path was changed; that needs a new start of the program",
			new->file));
		same = false;
	}
	arena_release(&arena);
	return same;
}

static bool load(struct app *app, struct config *ret_config)
{
	const struct config *old = app->options.config;
	struct config_errors errors = { 0 };
	bool ok = config_load(old->file, CONFIG_WITH_FILES, ret_config, &errors);

	for (size_t i = 0; i < errors.list.n; i++)
		log_refusal(errors.list.items[i].text);
	if (ok && !is_same_state(old, ret_config)) {
		config_release(ret_config);
		ok = false;
	}
	config_errors_release(&errors);
	return ok;
}

void app_reload_read(struct app *app)
{
	const int64_t grace_ns = app->options.config->sync.shutdown_grace_ns;
	struct config config;

	notify_reloading();
	app->status.config_refused = !load(app, &config);
	if (!app->status.config_refused) {
		free_config(app->next);
		app->next = alloc_zeroed(1, sizeof(*app->next));
		*app->next = config;
		if (!app->done)
			app_cut_cycle_in(app, (uint64_t)(grace_ns / NS_PER_MS));
	}
	app_status_line(app, app->told);
	app->owes_ready = !notify_ready(app->told);
	app_status_tick(app);
}

/* ---- Taking ---- */

/* A file that nobody writes any more would be taken for a dead daemon's. */
static void remove_moved(const char *old, const char *new)
{
	if (*old != '\0' && strcmp(old, new) != 0)
		(void)unlink(old);
}

void app_reload_take(struct app *app)
{
	const struct config *old = app->options.config;
	struct config *new = app->next;
	struct error err;

	if (new == NULL)
		return;
	app->next = NULL;
	if (!app_net_renew(app, new, &err)) {
		log_refusal(str_from(err.msg));
		app->status.config_refused = true;
		free_config(new);
		return;
	}
	remove_moved(old->status_path, new->status_path);
	remove_moved(old->metrics_path, new->metrics_path);
	app_control_renew(app, new);
	runner_free(app->runner);
	app->options.config = new;
	store_use_fields(app->store, &new->fields);
	app_open_runner(app);
	free_config(app->loaded);
	app->loaded = new;
	log_choice_apply(&app->options.log, new);
	schedule_renew(&app->schedule, new->sync.interval_ns, app_uptime());
	LOG_NOTICE("took the new configuration", LOG_STR("config", new->file));
}
