/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool error_set(struct error *err, enum err_code code, const char *fmt, ...)
{
	va_list args;

	*err = (struct error){ .code = code };
	va_start(args, fmt);
	(void)vsnprintf(err->msg, sizeof(err->msg), fmt, args);
	va_end(args);
	return false;
}

bool error_wrap(struct error *err, const char *fmt, ...)
{
	char inner[sizeof(err->msg)];
	va_list args;

	memcpy(inner, err->msg, sizeof(inner));
	va_start(args, fmt);
	const int len = vsnprintf(err->msg, sizeof(err->msg), fmt, args);
	va_end(args);
	if (len >= 0 && (size_t)len + 2 < sizeof(err->msg)) {
		const size_t used = (size_t)len;

		(void)snprintf(err->msg + used, sizeof(err->msg) - used, ": %.*s",
			       (int)(sizeof(err->msg) - used - 3), inner);
	}
	return false;
}

const char *err_code_name(enum err_code code)
{
	static const char *const names[] = {
		[ERR_OK] = "ok",
		[ERR_TRANSIENT] = "transient",
		[ERR_RATE_LIMITED] = "rate_limited",
		[ERR_AUTH] = "auth",
		[ERR_REJECTED] = "rejected",
		[ERR_GONE] = "gone",
		[ERR_MALFORMED] = "malformed",
		[ERR_UNCERTAIN] = "uncertain",
		[ERR_STORE] = "store",
		[ERR_LOCKED] = "locked",
		[ERR_FOREIGN] = "foreign",
		[ERR_CONFIG] = "config",
		[ERR_CREATE] = "create",
		[ERR_USAGE] = "usage",
		[ERR_CANCELED] = "canceled",
		[ERR_INTERNAL] = "internal",
	};
	static_assert(COUNT_OF(names) == ERR_CODE_COUNT, "every code has a name");

	return names[code];
}
