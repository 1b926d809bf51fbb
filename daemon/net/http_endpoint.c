/* SPDX-License-Identifier: Apache-2.0 */
#include "net/http_p.h"

#include "base/alloc.h"
#include "base/limits.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool has_control(const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		if ((unsigned char)*p <= ' ' || *p == 0x7f)
			return true;
	}
	return false;
}

#define SCHEME_BYTES 16
#define HOST_BYTES 272 /* the longest name is 253 */

struct address {
	char scheme[SCHEME_BYTES];
	char host[HOST_BYTES];
};

/* False if the part is missing, empty or too long. */
static bool copy_part(CURLU *url, CURLUPart part, char *ret_text, size_t size)
{
	char *text = NULL;
	bool ok = false;

	if (curl_url_get(url, part, &text, 0) == CURLUE_OK && text != NULL) {
		const int len = snprintf(ret_text, size, "%s", text);

		ok = len > 0 && (size_t)len < size;
	}
	curl_free(text);
	return ok;
}

/* An address, not a name that begins like one ("127.example.com"). */
static bool is_loopback(const char *host)
{
	struct in_addr address;

	if (strcmp(host, "[::1]") == 0 || strcasecmp(host, "localhost") == 0)
		return true;
	return inet_pton(AF_INET, host, &address) == 1 && ntohl(address.s_addr) >> 24 == 127;
}

/* The parser takes one and three slashes for two, and an empty user for none: we do not. */
static const char *authority_of(const char *url)
{
	const char *slashes = strstr(url, "://");

	return slashes != NULL && slashes[3] != '/' ? slashes + 3 : NULL;
}

static bool has_user(const char *authority)
{
	const char *at = strchr(authority, '@');

	return at != NULL && at < authority + strcspn(authority, "/?#");
}

static bool split_url(const char *text, struct address *ret_address, struct error *err)
{
	if (strlen(text) >= LIMIT_URL_BYTES || has_control(text))
		return error_set(err, ERR_CONFIG, "the address is too long, or has blanks in it");
	const char *authority = authority_of(text);

	if (authority == NULL || strchr(text, '\\') != NULL)
		return error_set(err, ERR_CONFIG, "the address is not of the form https://host");
	if (has_user(authority))
		return error_set(err, ERR_CONFIG,
				 "the address must not contain a user or password");
	if (strpbrk(text, "?#") != NULL)
		return error_set(err, ERR_CONFIG, "the address must not have a query or fragment");
	CURLU *url = curl_url();

	if (url == NULL)
		return error_set(err, ERR_INTERNAL, "curl: no memory for an address");
	const CURLUcode code = curl_url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME);
	const bool whole = code == CURLUE_OK &&
			   copy_part(url, CURLUPART_SCHEME, ret_address->scheme, SCHEME_BYTES) &&
			   copy_part(url, CURLUPART_HOST, ret_address->host, HOST_BYTES);

	curl_url_cleanup(url);
	if (code != CURLUE_OK)
		return error_set(err, ERR_CONFIG, "not an address: %s", curl_url_strerror(code));
	if (!whole)
		return error_set(err, ERR_CONFIG, "the address names no host");
	return true;
}

/* Split, and fit to send a key to. */
static bool split_base_url(const char *url, struct address *ret_address, struct error *err)
{
	if (!split_url(url, ret_address, err))
		return false;
	if (strcmp(ret_address->scheme, "https") == 0)
		return true;
	if (strcmp(ret_address->scheme, "http") != 0)
		return error_set(err, ERR_CONFIG, "the address must begin with https://");
	if (!is_loopback(ret_address->host))
		return error_set(err, ERR_CONFIG,
				 "http:// is for loopback addresses only; use https://");
	return true;
}

bool http_check_url(const char *url, struct error *err)
{
	struct address address;

	return split_base_url(url, &address, err);
}

bool http_check_proxy(const char *url, struct error *err)
{
	struct address address;

	if (!split_url(url, &address, err))
		return false;
	if (strcmp(address.scheme, "http") != 0 && strcmp(address.scheme, "https") != 0)
		return error_set(err, ERR_CONFIG, "a proxy must begin with http:// or https://");
	return true;
}

/* "Header: value"; nothing in it may begin a line of its own. */
static bool make_auth_line(const char *name, const char *value, char **ret_line, struct error *err)
{
	static const char token[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789!#$%&'*+-.^_`|~";

	if (name == NULL)
		return true;
	if (*name == '\0' || name[strspn(name, token)] != '\0')
		return error_set(err, ERR_CONFIG, "auth_header is no name of a header");
	if (value == NULL || *value == '\0')
		return error_set(err, ERR_CONFIG, "the token is empty");
	for (const char *p = value; *p != '\0'; p++) {
		if (((unsigned char)*p < ' ' && *p != '\t') || *p == 0x7f)
			return error_set(err, ERR_CONFIG, "the token holds a control character");
	}
	const size_t size = strlen(name) + strlen(value) + 3;

	*ret_line = alloc_zeroed(size, 1);
	(void)snprintf(*ret_line, size, "%s: %s", name, value);
	return true;
}

static bool fill(struct http_endpoint *endpoint, const struct http_endpoint_options *options,
		 struct error *err)
{
	struct address address;

	if (!split_base_url(options->base_url, &address, err))
		return error_wrap(err, "base_url");
	endpoint->plain = strcmp(address.scheme, "http") == 0;
	endpoint->host = alloc_copy_z(address.host);
	if (options->proxy != NULL && !http_check_proxy(options->proxy, err))
		return error_wrap(err, "proxy");
	if (!make_auth_line(options->auth_header, options->auth_value, &endpoint->auth_line, err))
		return false;
	size_t len = strlen(options->base_url);

	while (len > 0 && options->base_url[len - 1] == '/')
		len--;
	endpoint->base_url = alloc_copy(options->base_url, len);
	endpoint->ca_file = options->ca_file != NULL ? alloc_copy_z(options->ca_file) : NULL;
	endpoint->proxy = options->proxy != NULL ? alloc_copy_z(options->proxy) : NULL;
	endpoint->timeout_ms = options->timeout_ms;
	endpoint->connect_timeout_ms = options->connect_timeout_ms;
	endpoint->max_in_flight = options->max_in_flight;
	return true;
}

bool http_endpoint_new(struct http *http, const struct http_endpoint_options *options,
		       struct http_endpoint **ret_endpoint, struct error *err)
{
	struct http_endpoint *endpoint = alloc_zeroed(1, sizeof(*endpoint));

	assert(options->timeout_ms > 0 && options->timeout_ms <= INT32_MAX);
	assert(options->connect_timeout_ms > 0 && options->connect_timeout_ms <= INT32_MAX);
	assert(options->max_in_flight > 0);
	endpoint->http = http;
	if (!fill(endpoint, options, err)) {
		http_endpoint_free(endpoint);
		return false;
	}
	/* Room to keep every connection between two requests. */
	http->n_connections += endpoint->max_in_flight;
	(void)curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)http->n_connections);
	*ret_endpoint = endpoint;
	return true;
}

static void wipe(char *line)
{
	if (line != NULL)
		explicit_bzero(line, strlen(line));
	free(line);
}

bool http_endpoint_set_auth(struct http_endpoint *endpoint, const char *auth_header,
			    const char *auth_value, struct error *err)
{
	char *line = NULL;

	if (!make_auth_line(auth_header, auth_value, &line, err))
		return false;
	if (endpoint->in_flight > 0)
		*VEC_PUSH(&endpoint->old_auth_lines) = endpoint->auth_line;
	else
		wipe(endpoint->auth_line);
	endpoint->auth_line = line;
	return true;
}

void http_endpoint_rest(struct http_endpoint *endpoint)
{
	for (size_t i = 0; i < endpoint->old_auth_lines.n; i++)
		wipe(endpoint->old_auth_lines.items[i]);
	VEC_RELEASE(&endpoint->old_auth_lines);
}

void http_endpoint_free(struct http_endpoint *endpoint)
{
	if (endpoint == NULL)
		return;
	assert(endpoint->in_flight == 0);
	http_endpoint_rest(endpoint);
	wipe(endpoint->auth_line);
	free(endpoint->base_url);
	free(endpoint->host);
	free(endpoint->ca_file);
	free(endpoint->proxy);
	free(endpoint);
}

uint32_t http_endpoint_max_in_flight(const struct http_endpoint *endpoint)
{
	return endpoint->max_in_flight;
}
