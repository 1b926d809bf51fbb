/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/app/app_job.h"

#include "base/log.h"

void job_say(struct app_job *job, enum control_says says, const char *text)
{
	if (job->client != NULL)
		control_client_say(job->client, says, str_from(text));
}

void client_answer(struct control_client *client, struct capture *capture, int code)
{
	const bool whole = buf_ok(&capture->out) && buf_ok(&capture->err);

	control_client_say(client, CONTROL_OUT, buf_str(&capture->out));
	control_client_say(client, CONTROL_ERR, buf_str(&capture->err));
	if (!whole)
		control_client_say(client, CONTROL_ERR,
				   STR_LIT("crmsync: this is not all: a daemon prints 16 MiB at "
					   "most\n"));
	control_client_exit(client, code);
}

void client_refuse(struct control_client *client, const char *why, enum exit_code code)
{
	control_client_say(client, CONTROL_ERR, str_from(why));
	control_client_exit(client, (int)code);
}

void job_remove(struct app *app, struct app_job *job)
{
	size_t n = 0;

	for (size_t i = 0; i < app->jobs.n; i++) {
		if (app->jobs.items[i] != job)
			app->jobs.items[n++] = app->jobs.items[i];
	}
	app->jobs.n = n;
	if (job->client != NULL)
		control_client_set_data(job->client, NULL);
	served_free(job->served);
	free(job);
}

/* Which command of whom, and how it ended; never what it was about. */
void job_end(struct app *app, struct app_job *job, struct capture *capture, int code)
{
	const char *verb = served_verb(job->served);

	LOG_NOTICE("carried out a command", LOG_STR("command", served_command(job->served)),
		   LOG_I64("uid", job->uid), LOG_I64("exit_code", code),
		   *verb != '\0' ? LOG_STR("verb", verb) : LOG_END);
	struct control_client *client = job->client;

	job_remove(app, job);
	if (client != NULL)
		client_answer(client, capture, code);
}

void job_put_off(struct app *app, struct app_job *job, const char *why)
{
	struct control_client *client = job->client;

	job_remove(app, job);
	if (client != NULL)
		client_refuse(client, why, EXIT_CODE_LATER);
}
