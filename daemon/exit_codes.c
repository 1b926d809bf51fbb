/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/exit_codes.h"

#include <assert.h>

enum exit_code exit_code_of(enum err_code code)
{
	static const enum exit_code codes[] = {
		[ERR_OK] = EXIT_CODE_OK,
		[ERR_TRANSIENT] = EXIT_CODE_UNREACHABLE,
		[ERR_RATE_LIMITED] = EXIT_CODE_LATER,
		[ERR_AUTH] = EXIT_CODE_AUTH,
		[ERR_REJECTED] = EXIT_CODE_MALFORMED,
		[ERR_GONE] = EXIT_CODE_MALFORMED,
		[ERR_MALFORMED] = EXIT_CODE_MALFORMED,
		[ERR_UNCERTAIN] = EXIT_CODE_UNREACHABLE,
		[ERR_STORE] = EXIT_CODE_IO,
		[ERR_LOCKED] = EXIT_CODE_LATER,
		[ERR_FOREIGN] = EXIT_CODE_CONFIG,
		[ERR_CONFIG] = EXIT_CODE_CONFIG,
		[ERR_CREATE] = EXIT_CODE_CREATE,
		[ERR_USAGE] = EXIT_CODE_USAGE,
		[ERR_CANCELED] =
			EXIT_CODE_OK, /* what was in flight is stored: a stop is no failure */
		[ERR_INTERNAL] = EXIT_CODE_INTERNAL,
	};
	static_assert(COUNT_OF(codes) == ERR_CODE_COUNT, "every error ends somehow");

	return codes[code];
}
