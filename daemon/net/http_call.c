/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_call: one request and its answer.
 *
 * The trap that shapes this file: when a kept-alive connection closes without an answer, curl
 * 7.88 silently sends the request again on a new one, POST and PATCH too, and reports success.
 * Therefore a body is handed over by a read function without a seek function: curl cannot rewind
 * it and gives CURLE_SEND_FAIL_REWIND.  What has no body is stopped in on_send, before it leaves
 * for the second time: a read too, since the limiter would not know of it.  A write without a body
 * (DELETE) gets a fresh connection besides, on which an answer is less easily lost.
 *
 * MAXFILESIZE knows the announced length only; what arrives is counted here, after gzip.
 */
#include "net/http_p.h"

#include "base/clock.h"
#include "base/limits.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOW_SPEED_BYTES 100L /* a second, */
#define LOW_SPEED_S 30L      /* for so long: given up */
#define CONNECTION_AGE_S 30L /* idle for longer: not reused, the server may be closing it */
#define CA_CACHE_S 300L      /* changed CAs of the system count after this */
#define RECEIVE_BYTES 65536L

bool http_call_fail(struct http_call *call, enum err_code code, const char *fmt, ...)
{
	char text[sizeof(call->failure.msg)];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	/* Part of it may come from the server. */
	for (char *p = text; *p != '\0'; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
	}
	call->failed = true;
	return error_set(&call->failure, code, "%s: %s: %s", call->endpoint->host,
			 method_name(call->request->method), text);
}

void http_call_free(struct http_call *call)
{
	buf_release(&call->body);
	free(call);
}

static bool is_2xx(const struct http_call *call, long *ret_status)
{
	(void)curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, ret_status);
	return *ret_status >= 200 && *ret_status <= 299;
}

/* The connection is ready, the request is about to be sent. */
static int on_send(void *userp, char *peer_ip, char *local_ip, int peer_port, int local_port)
{
	struct http_call *call = userp;

	(void)peer_ip;
	(void)local_ip;
	(void)peer_port;
	(void)local_port;
	if (call->canceled || call->sent)
		return CURL_PREREQFUNC_ABORT;
	call->sent = true;
	return CURL_PREREQFUNC_OK;
}

static size_t on_read(char *to, size_t size, size_t n, void *userp)
{
	struct http_call *call = userp;
	const struct buf *body = &call->request->body;
	const size_t left = body->len - call->sent_bytes;
	const size_t len = left < size * n ? left : size * n;

	if (call->canceled)
		return CURL_READFUNC_ABORT;
	call->body_read = true;
	if (len > 0)
		memcpy(to, body->bytes + call->sent_bytes, len);
	call->sent_bytes += len;
	return len;
}

/* A refusal is kept as far as there is room, a success must be whole. */
static bool collect(struct http_call *call, const char *bytes, size_t len, bool success)
{
	const size_t room = call->body.max - call->body.len;

	if (len > room && success)
		return http_call_fail(call, ERR_MALFORMED, "the answer is larger than %zu bytes",
				      call->body.max);
	buf_add(&call->body, bytes, len < room ? len : room);
	return true;
}

static bool stream(struct http_call *call, const char *bytes, size_t len)
{
	struct error err = { .code = ERR_MALFORMED };

	if (call->callbacks.on_body(call->payload, bytes, len, &err))
		return true;
	if (err.code == ERR_OK)
		err.code = ERR_MALFORMED;
	call->failed = true;
	call->failure = err;
	return false;
}

static size_t on_write(char *bytes, size_t size, size_t n, void *userp)
{
	struct http_call *call = userp;
	const size_t len = size * n;
	long status = 0;
	const bool success = is_2xx(call, &status);

	if (call->canceled || call->failed)
		return CURL_WRITEFUNC_ERROR;
	call->decoded_bytes += len;
	if (call->decoded_bytes > LIMIT_RESPONSE_BYTES) {
		(void)http_call_fail(call, ERR_MALFORMED, "the answer is larger than %zu bytes",
				     LIMIT_RESPONSE_BYTES);
		return CURL_WRITEFUNC_ERROR;
	}
	const bool ok = success && call->callbacks.on_body != NULL ?
				stream(call, bytes, len) :
				collect(call, bytes, len, success);

	return ok ? len : CURL_WRITEFUNC_ERROR;
}

/* A value that does not fit is as good as none. */
static void keep_field(struct str line, struct str name, char ret_value[static HTTP_FIELD_BYTES])
{
	if (!str_starts_nocase(line, name))
		return;
	const struct str value = str_trim(str_skip(line, name.len));

	if (value.len < HTTP_FIELD_BYTES)
		(void)snprintf(ret_value, HTTP_FIELD_BYTES, "%.*s", STR_ARG(value));
}

/* Called a line at a time; an interim answer (1xx) comes before the real one, a trailer after. */
static size_t on_header(char *bytes, size_t size, size_t n, void *userp)
{
	struct http_call *call = userp;
	const struct str line = str_trim((struct str){ bytes, size * n });

	call->header_bytes += size * n;
	if (call->canceled || call->header_bytes > LIMIT_HEADER_BYTES) {
		if (!call->canceled)
			(void)http_call_fail(call, ERR_MALFORMED,
					     "the headers are larger than %zu bytes",
					     LIMIT_HEADER_BYTES);
		return CURL_WRITEFUNC_ERROR;
	}
	if (str_starts(line, STR_LIT("HTTP/")) && call->decoded_bytes == 0) {
		call->headers_done = false;
		call->answer_type[0] = call->answer_date[0] = call->answer_retry_after[0] = '\0';
	} else if (line.len == 0) {
		call->headers_done = true;
	} else if (!call->headers_done) {
		keep_field(line, STR_LIT("Content-Type:"), call->answer_type);
		keep_field(line, STR_LIT("Date:"), call->answer_date);
		keep_field(line, STR_LIT("Retry-After:"), call->answer_retry_after);
	}
	return size * n;
}

static void add_header(struct http_call *call, char *line)
{
	assert(call->n_headers < HTTP_HEADERS_MAX);
	struct curl_slist *node = &call->headers[call->n_headers];

	node->data = line;
	if (call->n_headers > 0)
		call->headers[call->n_headers - 1].next = node;
	call->n_headers++;
}

static void add_headers(struct http_call *call)
{
	static char no_expect[] = "Expect:";
	const struct request *request = call->request;

	add_header(call, no_expect);
	(void)snprintf(call->accept, sizeof(call->accept), "Accept: %s",
		       request->accept != NULL ? request->accept : "*/*");
	add_header(call, call->accept);
	/* Without a value curl's own guess is taken out. */
	(void)snprintf(call->content_type, sizeof(call->content_type), "Content-Type:%s%s",
		       request->content_type != NULL ? " " : "",
		       request->content_type != NULL ? request->content_type : "");
	add_header(call, call->content_type);
	if (call->endpoint->auth_line != NULL)
		add_header(call, call->endpoint->auth_line);
}

/* For a run of options: the first failure is kept, the rest is skipped. */
#define SET(option, value) \
	(code = code == CURLE_OK ? curl_easy_setopt(call->easy, option, value) : code)

static CURLcode set_message(struct http_call *call)
{
	const struct request *request = call->request;
	const bool body = request->body.len > 0 || request->method == METHOD_POST ||
			  request->method == METHOD_PUT || request->method == METHOD_PATCH;
	CURLcode code = CURLE_OK;
	struct buf url;

	buf_init(&url, 2 * LIMIT_URL_BYTES);
	buf_add_z(&url, call->endpoint->base_url);
	buf_add_str(&url, buf_str(&request->target));
	SET(CURLOPT_URL, buf_z(&url));
	buf_release(&url);
	SET(CURLOPT_PATH_AS_IS, 1L);
	if (body) {
		SET(CURLOPT_POST, 1L);
		SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.len);
		SET(CURLOPT_READFUNCTION, on_read);
		SET(CURLOPT_READDATA, call);
	} else {
		SET(CURLOPT_HTTPGET, 1L);
	}
	if (request->method != (body ? METHOD_POST : METHOD_GET))
		SET(CURLOPT_CUSTOMREQUEST, method_name(request->method));
	if (request->kind == REQUEST_WRITE && request->body.len == 0)
		SET(CURLOPT_FRESH_CONNECT, 1L);
	add_headers(call);
	SET(CURLOPT_HTTPHEADER, &call->headers[0]);
	SET(CURLOPT_USERAGENT, call->endpoint->http->user_agent);
	SET(CURLOPT_ACCEPT_ENCODING, "gzip");
	SET(CURLOPT_PREREQFUNCTION, on_send);
	SET(CURLOPT_PREREQDATA, call);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, call);
	SET(CURLOPT_WRITEFUNCTION, on_write);
	SET(CURLOPT_WRITEDATA, call);
	SET(CURLOPT_PRIVATE, call);
	SET(CURLOPT_ERRORBUFFER, call->curl_error);
	return code;
}

static CURLcode set_trust(struct http_call *call)
{
	const struct http_endpoint *endpoint = call->endpoint;
	CURLcode code = CURLE_OK;

	SET(CURLOPT_PROTOCOLS_STR, endpoint->plain ? "http" : "https");
	SET(CURLOPT_REDIR_PROTOCOLS_STR, "https");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_UNRESTRICTED_AUTH, 0L);
	SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	SET(CURLOPT_CA_CACHE_TIMEOUT, CA_CACHE_S);
	if (endpoint->ca_file != NULL) {
		/* Small, and the cache would go by its name: another endpoint has what it holds by then. */
		SET(CURLOPT_CA_CACHE_TIMEOUT, 0L);
		SET(CURLOPT_CAINFO, endpoint->ca_file);
		SET(CURLOPT_CAPATH, NULL);
		SET(CURLOPT_PROXY_CAINFO, endpoint->ca_file);
		SET(CURLOPT_PROXY_CAPATH, NULL);
	}
	/* "" and not NULL: NULL would ask the environment. */
	SET(CURLOPT_PROXY, endpoint->proxy != NULL && !endpoint->plain ? endpoint->proxy : "");
	SET(CURLOPT_NOPROXY, "");
	SET(CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
	SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	return code;
}

static CURLcode set_limits(struct http_call *call)
{
	CURLcode code = CURLE_OK;

	SET(CURLOPT_TIMEOUT_MS, (long)call->endpoint->timeout_ms);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)call->endpoint->connect_timeout_ms);
	SET(CURLOPT_LOW_SPEED_LIMIT, LOW_SPEED_BYTES);
	SET(CURLOPT_LOW_SPEED_TIME, LOW_SPEED_S);
	SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)LIMIT_RESPONSE_BYTES);
	SET(CURLOPT_MAXAGE_CONN, CONNECTION_AGE_S);
	SET(CURLOPT_TCP_KEEPALIVE, 1L);
	SET(CURLOPT_BUFFERSIZE, RECEIVE_BYTES);
	SET(CURLOPT_NOSIGNAL, 1L);
	/* A stuck name lookup is left to its thread: waiting for it would stop the loop. */
	SET(CURLOPT_QUICK_EXIT, 1L);
	return code;
}

#undef SET

/* The target comes from our own builders or a server's link: nothing in it may end the request
 * line, and only a path may follow the address. */
static bool is_target(struct str target)
{
	if (target.len == 0 || target.p[0] != '/')
		return false;
	for (size_t i = 0; i < target.len; i++) {
		if ((unsigned char)target.p[i] <= ' ' || target.p[i] == '#' || target.p[i] == 0x7f)
			return false;
	}
	return true;
}

bool http_call_prepare(struct http_call *call)
{
	const struct request *request = call->request;

	buf_init(&call->body, LIMIT_BODY_BYTES);
	if (!buf_ok(&request->target) || !buf_ok(&request->body))
		return http_call_fail(call, ERR_INTERNAL, "the request is too large");
	if (!is_target(buf_str(&request->target)))
		return http_call_fail(call, ERR_INTERNAL, "the request's path is not one");
	CURLcode code = set_message(call);

	if (code == CURLE_OK)
		code = set_trust(call);
	if (code == CURLE_OK)
		code = set_limits(call);
	if (code == CURLE_OK)
		return true;
	(void)http_call_fail(call, ERR_INTERNAL, "curl: %s", curl_easy_strerror(code));
	call->failure.native = (int32_t)code;
	return false;
}

static void set_response(struct http_call *call)
{
	struct response *response = &call->response;
	long status = 0;

	(void)is_2xx(call, &status);
	/* An interim answer (1xx) alone is none. */
	response->status = status >= 200 && call->headers_done ? (int)status : 0;
	response->content_type = str_from(call->answer_type);
	response->retry_after = str_from(call->answer_retry_after);
	if (call->answer_date[0] != '\0') {
		const time_t date = curl_getdate(call->answer_date, NULL);

		if (date > 0 && date < INT64_MAX / NS_PER_S)
			response->date_ns = (int64_t)date * NS_PER_S;
	}
	if (!call->failed)
		response->body = buf_str(&call->body);
}

/* Before its body, or its head if it has none, is on the wire, nobody can have carried it out. */
static bool sending_began(const struct http_call *call)
{
	return call->request->body.len > 0 ? call->body_read : call->sent;
}

static enum err_code code_of(CURLcode result, bool began)
{
	static const struct {
		CURLcode result;
		enum err_code code;
	} codes[] = {
		{ CURLE_WEIRD_SERVER_REPLY, ERR_MALFORMED },
		{ CURLE_BAD_CONTENT_ENCODING, ERR_MALFORMED },
		{ CURLE_FILESIZE_EXCEEDED, ERR_MALFORMED },
		{ CURLE_WRITE_ERROR, ERR_MALFORMED },
		{ CURLE_SSL_CACERT_BADFILE, ERR_CONFIG },
		{ CURLE_URL_MALFORMAT, ERR_CONFIG },
		{ CURLE_OUT_OF_MEMORY, ERR_INTERNAL },
		{ CURLE_BAD_FUNCTION_ARGUMENT, ERR_INTERNAL },
	};

	/* Before sending: https is missing from this curl; after it: HTTP/0.9 was answered. */
	if (result == CURLE_UNSUPPORTED_PROTOCOL)
		return began ? ERR_MALFORMED : ERR_CONFIG;
	for (size_t i = 0; i < COUNT_OF(codes); i++) {
		if (codes[i].result == result)
			return codes[i].code;
	}
	return ERR_TRANSIENT;
}

static void explain(struct http_call *call, enum err_code code, CURLcode result)
{
	const char *text =
		call->curl_error[0] != '\0' ? call->curl_error : curl_easy_strerror(result);

	if (result == CURLE_ABORTED_BY_CALLBACK || result == CURLE_SEND_FAIL_REWIND)
		text = "the connection was closed without an answer";
	if (result == CURLE_PEER_FAILED_VERIFICATION)
		(void)http_call_fail(
			call, code,
			"the server's certificate is not trusted: %s (is the clock right? "
			"a private CA needs ca_file)",
			text);
	else if (code == ERR_UNCERTAIN)
		(void)http_call_fail(call, code, "sent, but the outcome is unknown: %s", text);
	else
		(void)http_call_fail(call, code, "%s", text);
}

/* A write whose answer cannot be used has still been sent. */
static void mind_write(struct http_call *call)
{
	if (call->failure.code == ERR_MALFORMED || call->failure.code == ERR_TRANSIENT ||
	    call->failure.code == ERR_INTERNAL)
		call->failure.code = ERR_UNCERTAIN;
}

void http_call_conclude(struct http_call *call, CURLcode result)
{
	const bool began = sending_began(call);
	const bool sent_write = began && call->request->kind == REQUEST_WRITE;

	if (call->canceled && result != CURLE_OK) {
		(void)http_call_fail(call, sent_write ? ERR_UNCERTAIN : ERR_CANCELED, "canceled");
	} else if (call->failed) {
		if (sent_write)
			mind_write(call);
	} else if (result != CURLE_OK) {
		explain(call, sent_write ? ERR_UNCERTAIN : code_of(result, began), result);
	}
	if (call->failed)
		call->failure.native = (int32_t)result;
	set_response(call);
}
