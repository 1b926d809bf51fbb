/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_online: does the configuration fit the two servers?  Asks them a dozen questions at most, writes
 * nothing anywhere, and prints one table of what it found.
 */
#ifndef CRMSYNC_DAEMON_CHECK_CHECK_ONLINE_H
#define CRMSYNC_DAEMON_CHECK_CHECK_ONLINE_H

#include "daemon/config/config.h"
#include "daemon/exit_codes.h"
#include "daemon/print/listing.h"

/* False: the check itself could not be made, or not be printed (ERR_CANCELED: the reader has gone).
 * *ret_code is that of the first row that is wrong; it was said on `complaints`. */
NODISCARD bool check_online(const struct config *config, enum listing_format format, FILE *out,
			    FILE *complaints, enum exit_code *ret_code, struct error *err);

#endif
