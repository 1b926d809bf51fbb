/* SPDX-License-Identifier: Apache-2.0 */
/*
 * app_token: a side's token from its file into the endpoint, and the next one where that is refused.
 *
 * The file is read when a request is refused, and once a second as long as the side is left alone for
 * it: that sees any way of replacing it, on any file system, and costs nothing while all is well.
 */
#include "base/log.h"
#include "daemon/app/app_p.h"
#include "daemon/config/secret.h"

#include <string.h>

/* "SCHEME TOKEN", or the token alone. */
static char *header_value(const char *scheme, const struct secret *token)
{
	const size_t n_scheme = strlen(scheme);
	const size_t n_blank = n_scheme > 0 ? 1 : 0;
	char *value = alloc_zeroed(n_scheme + n_blank + token->len + 1, 1);

	memcpy(value, scheme, n_scheme);
	if (n_blank > 0)
		value[n_scheme] = ' ';
	memcpy(value + n_scheme + n_blank, token->text, token->len + 1); /* its NUL too */
	return value;
}

const char *app_token_header(const struct config *config, enum side side)
{
	return side == SIDE_RECORDS ? "Authorization" : config->people.auth_header;
}

bool app_token_read(const struct config *config, enum side side, char **ret_value,
		    struct error *err)
{
	struct secret token = { 0 };

	if (!config_read_token(config, side, &token, err))
		return false;
	*ret_value =
		header_value(side == SIDE_RECORDS ? "Bearer" : config->people.auth_scheme, &token);
	secret_release(&token);
	return true;
}

void app_token_wipe(char *value)
{
	explicit_bzero(value, strlen(value));
	free(value);
}

/* ---- Another one ---- */

static bool put_in_place(struct app *app, enum side side, const char *value, struct error *err)
{
	const struct config *config = app->options.config;
	const uint64_t mark = app_net_token_mark(config, side, value);

	if (mark == app->net_marks[side].token)
		return false;
	if (!http_endpoint_set_auth(app->endpoint[side], app_token_header(config, side), value,
				    err))
		return false;
	app->net_marks[side].token = mark;
	LOG_NOTICE("took the new token", LOG_STR("side", side_name(side)));
	return true;
}

bool app_token_renew(void *payload)
{
	struct app_side *self = payload;
	struct error err = { 0 };
	bool renewed = false;
	char *value;

	if (app_token_read(self->app->options.config, self->side, &value, &err)) {
		renewed = put_in_place(self->app, self->side, value, &err);
		app_token_wipe(value);
	}
	if (err.code != ERR_OK && !self->token_said)
		LOG_WARN("there is no new token, going on", LOG_STR("side", side_name(self->side)),
			 LOG_ERR(&err));
	self->token_said = err.code != ERR_OK;
	return renewed;
}

void app_token_look(struct app *app)
{
	for (int side = 0; side < SIDE_COUNT; side++) {
		struct sender_stats stats;

		sender_stats(app->sender[side], &stats);
		if ((!stats.token_refused && !stats.writes_refused) ||
		    !app_token_renew(&app->sides[side]))
			continue;
		sender_token_changed(app->sender[side]);
		schedule_ask(&app->schedule);
	}
}
