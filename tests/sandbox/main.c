/* SPDX-License-Identifier: Apache-2.0 */
#include "host_http.h"
#include "options.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

/* For the signal handler only. */
static struct host *running;

static void on_signal(int number)
{
	(void)number;
	host_interrupt(running);
}

/* Written beside and renamed, so that a reader sees it whole or not at all. */
static bool announce(const struct host *host, const char *path)
{
	char beside[4096];
	FILE *out = stdout;

	(void)snprintf(beside, sizeof(beside), "%s.new", path != NULL ? path : "");
	if (path != NULL)
		out = fopen(beside, "we");
	if (out == NULL) {
		perror("sandbox: port file");
		return false;
	}
	(void)fprintf(out, "records=http://127.0.0.1:%u people=http://127.0.0.1:%u\n",
		      (unsigned)host_port(host, SANDBOX_RECORDS),
		      (unsigned)host_port(host, SANDBOX_PEOPLE));
	(void)fflush(out);
	if (path == NULL)
		return true;
	if (fclose(out) == 0 && rename(beside, path) == 0)
		return true;
	perror("sandbox: port file");
	return false;
}

int main(int argc, char **argv)
{
	struct host_options options = { 0 };
	const struct sigaction action = { .sa_handler = on_signal };

	sandbox_options_init(&options.sandbox);
	if (!options_parse(argc, argv, &options))
		return EXIT_FAILURE;
	if (options.help) {
		options_help();
		return EXIT_SUCCESS;
	}
	struct sandbox *box = sandbox_new(&options.sandbox);
	int status = EXIT_FAILURE;

	running = host_start(box, options.ports);
	if (running == NULL)
		goto free_box;
	(void)sigaction(SIGTERM, &action, NULL);
	(void)sigaction(SIGINT, &action, NULL);
	if (announce(running, options.port_file)) {
		host_wait(running);
		status = EXIT_SUCCESS;
	}
	host_stop(running);
free_box:
	sandbox_free(box);
	return status;
}
