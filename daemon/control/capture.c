/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/control/capture.h"

#include <stdlib.h>

static ssize_t on_write(void *cookie, const char *bytes, size_t len)
{
	buf_add(cookie, bytes, len);
	return (ssize_t)len;
}

static FILE *stream_into(struct buf *buf)
{
	FILE *stream = fopencookie(buf, "w", (cookie_io_functions_t){ .write = on_write });

	if (stream == NULL) /* for want of memory */
		abort();
	return stream;
}

void capture_begin(struct capture *capture, size_t max_bytes)
{
	buf_init(&capture->out, max_bytes);
	buf_init(&capture->err, max_bytes);
	capture->streams[0] = stream_into(&capture->out);
	capture->streams[1] = stream_into(&capture->err);
	capture->before[0] = stdout;
	capture->before[1] = stderr;
	stdout = capture->streams[0];
	stderr = capture->streams[1];
}

void capture_end(struct capture *capture)
{
	stdout = capture->before[0];
	stderr = capture->before[1];
	for (int i = 0; i < 2; i++)
		(void)fclose(capture->streams[i]);
}

void capture_release(struct capture *capture)
{
	buf_release(&capture->out);
	buf_release(&capture->err);
}
