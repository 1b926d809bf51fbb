/* SPDX-License-Identifier: Apache-2.0 */
#include "base/message.h"

#include "base/limits.h"

#include <assert.h>

void request_init(struct request *request, enum method method, enum request_kind kind)
{
	*request = (struct request){ .method = method, .kind = kind, .accept = "application/json" };
	buf_init(&request->target, LIMIT_URL_BYTES);
	buf_init(&request->body, LIMIT_REQUEST_BYTES);
}

void request_release(struct request *request)
{
	buf_release(&request->target);
	buf_release(&request->body);
}

const char *method_name(enum method method)
{
	static const char *const names[] = {
		[METHOD_GET] = "GET",     [METHOD_POST] = "POST",     [METHOD_PUT] = "PUT",
		[METHOD_PATCH] = "PATCH", [METHOD_DELETE] = "DELETE",
	};
	static_assert(COUNT_OF(names) == METHOD_COUNT, "every method has a name");

	return names[method];
}
