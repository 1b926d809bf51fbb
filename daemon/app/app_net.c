/* SPDX-License-Identifier: Apache-2.0 */
/*
 * app_net: one endpoint and one sender a side, and the runner's transport on top of them.
 */
#include "daemon/app/app_p.h"
#include "daemon/check/estimate.h"
#include "state/learned.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"

#include <assert.h>
#include <inttypes.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>

/* A connection that isn't there after this long won't come. */
#define CONNECT_TIMEOUT_NS (10 * NS_PER_S)
#define WINDOW_NS (60 * NS_PER_S)
/* Of a window up to this each request is stored before it is sent: a commit each. */
#define STORED_PER_MINUTE 120

int64_t app_uptime(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

int64_t app_now(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_REALTIME, &now) != 0)
		return 0;
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

/* ---- Endpoints ---- */

static const char *text_or_null(const char *text)
{
	return *text != '\0' ? text : NULL;
}

uint64_t app_net_token_mark(const struct config *config, enum side side, const char *auth_value)
{
	return hash64(str_from(auth_value), hash64(str_from(app_token_header(config, side)), 0));
}

/* Another file in its place has another one; none: 0. */
static uint64_t file_mark(const char *path)
{
	struct stat file;

	if (*path == '\0' || stat(path, &file) != 0)
		return 0;
	const int64_t facts[] = { (int64_t)file.st_dev, (int64_t)file.st_ino, (int64_t)file.st_size,
				  (int64_t)file.st_mtim.tv_sec, (int64_t)file.st_mtim.tv_nsec };

	return hash64((struct str){ (const char *)facts, sizeof(facts) }, 0);
}

static struct net_marks marks_of(const struct config *config, enum side side,
				 const char *auth_value)
{
	const struct config_endpoint *endpoint = &config->endpoint[side];
	const bool is_records = side == SIDE_RECORDS;
	struct arena arena = { 0 };
	const struct str way =
		arena_format(&arena, "%s|%s|%" PRIx64 "|%s", endpoint->base_url, endpoint->ca_file,
			     file_mark(endpoint->ca_file), endpoint->proxy);
	const struct str limits = arena_format(
		&arena,
		"%" PRId64 "|%" PRIu32 "|%g|%g|%" PRIu32 "|%" PRIu32 "|%" PRId64 "|%" PRId64
		"|%" PRId64,
		endpoint->timeout_ns, endpoint->max_in_flight,
		is_records ? config->records.reads_per_second : config->people.requests_per_minute,
		is_records ? config->records.writes_per_second : 0, config->sync.scan_share,
		config->sync.retry.attempts, config->sync.retry.base_ns, config->sync.retry.cap_ns,
		config->sync.retry.deadline_ns);
	const struct net_marks marks = { .token = app_net_token_mark(config, side, auth_value),
					 .way = hash64(way, 0),
					 .limits = hash64(limits, 0) };

	arena_release(&arena);
	return marks;
}

static bool is_same(const struct net_marks *a, const struct net_marks *b)
{
	return a->token == b->token && a->way == b->way && a->limits == b->limits;
}

struct http_endpoint_options app_net_endpoint_options(const struct config *config, enum side side,
						      const char *auth_value)
{
	const struct config_endpoint *endpoint = &config->endpoint[side];
	const int64_t connect_ns = endpoint->timeout_ns < CONNECT_TIMEOUT_NS ?
					   endpoint->timeout_ns :
					   CONNECT_TIMEOUT_NS;

	return (struct http_endpoint_options){
		.base_url = endpoint->base_url,
		.auth_header = app_token_header(config, side),
		.auth_value = auth_value,
		.ca_file = text_or_null(endpoint->ca_file),
		.proxy = text_or_null(endpoint->proxy),
		.timeout_ms = (endpoint->timeout_ns + NS_PER_MS - 1) / NS_PER_MS,
		.connect_timeout_ms = (connect_ns + NS_PER_MS - 1) / NS_PER_MS,
		.max_in_flight = endpoint->max_in_flight,
	};
}

/* *ret_endpoint is NULL if it would be as it is. */
static bool open_endpoint(struct app *app, const struct config *config, enum side side,
			  struct http_endpoint **ret_endpoint, struct net_marks *ret_marks,
			  struct error *err)
{
	char *value;

	if (!app_token_read(config, side, &value, err))
		return false;
	const struct http_endpoint_options options = app_net_endpoint_options(config, side, value);
	bool ok = true;

	*ret_endpoint = NULL;
	*ret_marks = marks_of(config, side, value);
	if (app->endpoint[side] == NULL || !is_same(ret_marks, &app->net_marks[side]))
		ok = http_endpoint_new(app->http, &options, ret_endpoint, err);
	app_token_wipe(value);
	return ok;
}

/* ---- Senders ---- */

struct limiter_options app_net_limits(const struct config *config, enum side side)
{
	struct limiter_options options = { 0 };

	if (side == SIDE_PEOPLE) {
		options.window_per_minute =
			estimate_per_minute(config->people.requests_per_minute, 60);
	} else {
		options.pace_per_minute[REQUEST_READ] =
			estimate_per_minute(config->records.reads_per_second, 1);
		options.pace_per_minute[REQUEST_WRITE] =
			estimate_per_minute(config->records.writes_per_second, 1);
	}
	return options;
}

/* Only spreads retries: a poor seed does no harm. */
static uint64_t jitter_seed(void)
{
	uint64_t seed = 0;

	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != (ssize_t)sizeof(seed))
		seed = (uint64_t)app_now();
	return seed;
}

/* A window of a minute is the tenant's, not the process's.  The status file tells of it too, but not of
 * what a process did in its last half second: with a narrow window that can be all of it. */
static void on_send(void *payload)
{
	struct app_side *self = payload;
	struct sender_stats stats;
	struct error err;

	sender_stats(self->app->sender[self->side], &stats);
	if (store_learned_used(self->app->store, self->side, stats.used_last_minute, app_now(),
			       &err))
		return;
	if (!self->used_said)
		LOG_WARN("the requests of the last minute are not stored, going on", LOG_ERR(&err));
	self->used_said = true;
}

/* From the loop: no transaction is open. */
static void on_learned(void *payload)
{
	const struct app_side *self = payload;
	struct limiter_learned rates;
	struct sender_stats stats;
	struct error err;

	sender_learned(self->app->sender[self->side], &rates);
	sender_stats(self->app->sender[self->side], &stats);
	const struct learned learned = { .reads = rates.pace_per_minute[REQUEST_READ],
					 .writes = rates.pace_per_minute[REQUEST_WRITE],
					 .both = rates.window_per_minute,
					 .paused_until = stats.told_until_ns,
					 .at = app_now() };

	LOG_INFO("what the side can take is noted", LOG_STR("side", side_name(self->side)),
		 LOG_I64("allowed_per_minute", stats.allowed_per_minute));
	if (!store_learned_put(self->app->store, self->side, &learned, &err))
		LOG_WARN("the rate that was learned is not stored, going on", LOG_ERR(&err));
}

/* What an earlier process learned.  One that is started by hand, or by a timer, may ask once before its
 * time: whoever starts it may know better.  A daemon that starts again does not. */
static void teach(const struct app *app, enum side side)
{
	const int64_t now = app_now();
	struct learned learned;
	struct error err;

	if (!store_learned_get(app->store, side, &learned, &err)) {
		LOG_WARN("the rate that was learned cannot be read, going on", LOG_ERR(&err));
		return;
	}
	const struct limiter_learned rates = {
		.pace_per_minute = { [REQUEST_READ] = learned.reads,
				     [REQUEST_WRITE] = learned.writes },
		.window_per_minute = learned.both,
	};

	/* A clock that was set back: just now, then. */
	if (now - learned.used_at < WINDOW_NS)
		sender_restore_used(app->sender[side], learned.used,
				    now > learned.used_at ? now - learned.used_at : 0);
	if (learned.at == 0)
		return;
	sender_teach(app->sender[side], &rates, now - learned.at);
	if (app->options.daemon)
		sender_pause(app->sender[side], learned.paused_until - now);
}

static struct sender_options sender_options(struct app *app, const struct config *config,
					    enum side side)
{
	const struct config_sync *sync = &config->sync;
	const struct limiter_options rates = app_net_limits(config, side);
	const bool narrow =
		rates.window_per_minute > 0 && rates.window_per_minute <= STORED_PER_MINUTE;

	return (struct sender_options){
		.name = side_name(side),
		.endpoint = app->endpoint[side],
		.limits = rates,
		.retry = { .attempts = sync->retry.attempts,
			   .base_ns = sync->retry.base_ns,
			   .cap_ns = sync->retry.cap_ns,
			   .deadline_ns = sync->retry.deadline_ns },
		.scan_share = sync->scan_share,
		.seed = jitter_seed(),
		.hooks = { .on_send = narrow ? on_send : NULL,
			   .renew_token = app_token_renew,
			   .on_learned = on_learned,
			   .payload = &app->sides[side] },
	};
}

static void open_sender(struct app *app, const struct config *config, enum side side)
{
	const struct sender_options options = sender_options(app, config, side);

	app->sides[side] = (struct app_side){ .app = app, .side = side };
	app->sender[side] = sender_new(&app->loop, &options);
	teach(app, side);
}

bool app_net_open(struct app *app, struct error *err)
{
	const struct config *config = app->options.config;

	if (!http_new(&app->loop, "crmsync/" CRMSYNC_VERSION, &app->http, err))
		return false;
	for (int side = 0; side < SIDE_COUNT; side++) {
		if (!open_endpoint(app, config, (enum side)side, &app->endpoint[side],
				   &app->net_marks[side], err))
			return false;
		open_sender(app, config, (enum side)side);
	}
	return true;
}

/* What is known of the side stays, but for what the change puts an end to. */
static void replace(struct app *app, const struct config *config, enum side side,
		    struct http_endpoint *endpoint, const struct net_marks *marks)
{
	const struct net_marks old = app->net_marks[side];
	struct http_endpoint *old_endpoint = app->endpoint[side];

	app->net_marks[side] = *marks;
	app->endpoint[side] = endpoint;
	const struct sender_options options = sender_options(app, config, side);

	sender_configure(app->sender[side], &options);
	if (marks->token != old.token)
		sender_token_changed(app->sender[side]);
	if (marks->way != old.way)
		sender_way_changed(app->sender[side]);
	http_endpoint_free(old_endpoint);
}

bool app_net_renew(struct app *app, const struct config *config, struct error *err)
{
	struct http_endpoint *endpoint[SIDE_COUNT] = { NULL };
	struct net_marks marks[SIDE_COUNT];

	for (int side = 0; side < SIDE_COUNT; side++) {
		if (open_endpoint(app, config, (enum side)side, &endpoint[side], &marks[side], err))
			continue;
		for (int made = 0; made < side; made++)
			http_endpoint_free(endpoint[made]);
		return false;
	}
	for (int side = 0; side < SIDE_COUNT; side++) {
		if (endpoint[side] != NULL)
			replace(app, config, (enum side)side, endpoint[side], &marks[side]);
	}
	return true;
}

void app_net_close(struct app *app)
{
	for (int side = 0; side < SIDE_COUNT; side++)
		sender_close(app->sender[side]);
	http_close(app->http);
}

void app_net_free(struct app *app)
{
	for (int side = 0; side < SIDE_COUNT; side++)
		http_endpoint_free(app->endpoint[side]);
	VEC_RELEASE(&app->deferred);
}

/* ---- The runner's transport ---- */

static int64_t transport_now(void *self)
{
	(void)self;
	return app_now();
}

/* What is deferred from inside waits for the next turn. */
static void on_defer_timer(uv_timer_t *timer)
{
	struct app *app = container_of(timer, struct app, defer_timer);
	const size_t n = app->deferred.n;
	struct deferred *due = app->deferred.items;

	app->deferred.items = NULL;
	app->deferred.n = app->deferred.capacity = 0;
	for (size_t i = 0; i < n; i++)
		due[i].fn(due[i].payload);
	free(due);
}

static void transport_defer(void *self, void (*fn)(void *payload), void *payload)
{
	struct app *app = self;

	*VEC_PUSH(&app->deferred) = (struct deferred){ fn, payload };
	const int rc = uv_timer_start(&app->defer_timer, on_defer_timer, 0, 0);

	assert(rc == 0);
	(void)rc;
}

struct transport app_transport(struct app *app)
{
	static const struct transport_ops ops = {
		.now = transport_now,
		.defer = transport_defer,
	};

	return (struct transport){ .sender = app->sender, .ops = &ops, .self = app };
}
