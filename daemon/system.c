/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/system.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const char *system_error(int number)
{
	return strerror(number); /* NOLINT(concurrency-mt-unsafe): one thread */
}

const char *system_variable(const char *name)
{
	return getenv(name); /* NOLINT(concurrency-mt-unsafe): one thread */
}

void system_make_parents(const char *path, unsigned mode)
{
	char *folder = alloc_copy_z(path);

	for (char *slash = strchr(folder + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		(void)mkdir(folder, mode);
		*slash = '/';
	}
	free(folder);
}
