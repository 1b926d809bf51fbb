/* SPDX-License-Identifier: Apache-2.0 */
/*
 * blast: the guard against mass changes.
 *
 * Before the first update of a cycle is sent, all that it would change is counted: links, and those in which
 * a field would be cleared.  More than sync.max_changed_percent of the links, or of those that hold a value
 * in the field, is more likely an accident than an edit: no link is updated.  First contact does not count.
 *
 * A rolled side shows a mass change page by page: what its turn and the one before it have brought about
 * counts, too, over the death of the process.  As long as changes are held it is not forgotten.
 */
#ifndef CRMSYNC_DAEMON_RUNNER_BLAST_H
#define CRMSYNC_DAEMON_RUNNER_BLAST_H

#include "daemon/runner/runner_p.h"

/* What the cycle's first merge of a pair wants to write; added: any of it is going to be sent. */
NODISCARD bool blast_note(struct runner *runner, const struct pair *pair,
			  const struct merge_result *merged, bool added, struct error *err);
/* When all pairs were merged. */
NODISCARD bool blast_guard(struct runner *runner, struct error *err);
/* In the transaction that settles an update; pair: as it was before it. */
NODISCARD bool blast_written(struct runner *runner, const struct intent *intent,
			     const struct pair *pair, struct error *err);

#endif
