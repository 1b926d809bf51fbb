/* SPDX-License-Identifier: Apache-2.0 */
/*
 * app_job: what a client of the control socket asked for, and how it is answered.  A job outlives a client
 * that goes while it is carried out; the client learns of it no more.
 */
#ifndef CRMSYNC_DAEMON_APP_APP_JOB_H
#define CRMSYNC_DAEMON_APP_APP_JOB_H

#include "daemon/app/app_p.h"
#include "daemon/commands/served.h"
#include "daemon/control/capture.h"

/* What a client asked for; ready: all of it is here. */
struct app_job {
	struct control_client *client; /* NULL: it has gone */
	struct served *served;
	int64_t uid;
	bool ready;
	bool busy;     /* it is being carried out */
	bool in_cycle; /* the cycle under way is its */
	bool was_cut;  /* an earlier one was, and was cut short */
};

/* Sends what was captured, and the end. */
void client_answer(struct control_client *client, struct capture *capture, int code);
/* Ends a request that makes no job; why: a whole line. */
void client_refuse(struct control_client *client, const char *why, enum exit_code code);

/* Nothing, if the client has gone. */
void job_say(struct app_job *job, enum control_says says, const char *text);
/* Frees it; its client is another request's from now on. */
void job_remove(struct app *app, struct app_job *job);
/* It was carried out: answers, logs and removes it. */
void job_end(struct app *app, struct app_job *job, struct capture *capture, int code);
/* It was not: "try later", and removes it.  why: a whole line. */
void job_put_off(struct app *app, struct app_job *job, const char *why);

#endif
