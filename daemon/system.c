/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/system.h"

#include <stdlib.h>
#include <string.h>

const char *system_error(int number)
{
	return strerror(number); /* NOLINT(concurrency-mt-unsafe): one thread */
}

const char *system_variable(const char *name)
{
	return getenv(name); /* NOLINT(concurrency-mt-unsafe): one thread */
}
