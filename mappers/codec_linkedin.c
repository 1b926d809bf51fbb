/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses: LinkedIn profiles, and URLs in general. */
#include "mappers/codec.h"
#include "mappers/codec_p.h"

#include <string.h>

static const char site[] = "linkedin.com";
static const char home[] = "https://linkedin.com";

struct address {
	struct str scheme; /* "https", empty if none was written */
	struct str host;
	struct str tail; /* from the first '/', '?' or '#' on */
};

static size_t find_any(struct str text, const char *chars)
{
	size_t at = 0;

	while (at < text.len && strchr(chars, text.p[at]) == NULL)
		at++;
	return at;
}

static bool is_scheme(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		const char c = text.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		      (i > 0 && ((c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.'))))
			return false;
	}
	return text.len > 0;
}

static struct address split(struct str text)
{
	struct address address = { .scheme = { NULL, 0 } };
	const size_t colon = str_find(text, ':');

	if (is_scheme(str_head(text, colon)) && str_starts(str_skip(text, colon), STR_LIT("://"))) {
		address.scheme = str_head(text, colon);
		text = str_skip(text, colon + 3);
	}
	const size_t end = find_any(text, "/?#");

	address.host = str_head(text, end);
	address.tail = str_skip(text, end);
	return address;
}

/* ---- URLs in general ---- */

static void lower_into(char *out, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] >= 'A' && text.p[i] <= 'Z')
			out[i] = (char)(text.p[i] - 'A' + 'a');
		else
			out[i] = text.p[i];
	}
}

struct str codec_url(struct arena *arena, struct str raw)
{
	const struct str line = codec_line(arena, raw);
	const struct address address = split(line);

	if (address.scheme.len == 0 || address.host.len == 0)
		return line;
	const struct str copy = arena_copy(arena, line);
	char *out = arena_alloc(arena, line.len + 1, 1);
	size_t user = address.host.len; /* "user:password@" is not the host */

	while (user > 0 && address.host.p[user - 1] != '@')
		user--;
	memcpy(out, copy.p, copy.len);
	lower_into(out, address.scheme);
	lower_into(out + address.scheme.len + 3 + user, str_skip(address.host, user));
	return str_head((struct str){ out, line.len }, line.len - str_equal_z(address.tail, "/"));
}

/* ---- LinkedIn ---- */

static bool is_site(struct address address)
{
	struct str host = address.host;

	if (address.scheme.len > 0 && !str_equal_nocase(address.scheme, STR_LIT("https")) &&
	    !str_equal_nocase(address.scheme, STR_LIT("http")))
		return false;
	const size_t port = str_find(host, ':');

	if (port < host.len &&
	    (str_equal_z(str_skip(host, port), ":443") || str_equal_z(str_skip(host, port), ":80")))
		host = str_head(host, port);
	const size_t n = sizeof(site) - 1;

	return host.len >= n && str_equal_nocase(str_skip(host, host.len - n), str_from(site)) &&
	       (host.len == n || host.p[host.len - n - 1] == '.');
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static struct str percent_decoded(struct arena *arena, struct str text)
{
	char *out = arena_alloc(arena, text.len + 1, 1);
	size_t len = 0;

	for (size_t i = 0; i < text.len; i++) {
		const int high =
			i + 2 < text.len && text.p[i] == '%' ? hex_digit(text.p[i + 1]) : -1;
		const int low = high >= 0 ? hex_digit(text.p[i + 2]) : -1;

		out[len++] = low >= 0 ? (char)(high * 16 + low) : text.p[i];
		i += low >= 0 ? 2 : 0;
	}
	return (struct str){ out, len };
}

/* May stand alone as a handle: nothing that an address is made of, and not the site itself. */
static bool is_handle(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		const unsigned char c = (unsigned char)text.p[i];

		if (c <= ' ' || c == 0x7f || strchr("/?#:@%\\\"<>", text.p[i]) != NULL ||
		    codec_space(str_skip(text, i)) > 0)
			return false;
	}
	return text.len > 0 && !is_site(split(text));
}

/* A handle in lower case, or empty. */
static struct str handle_of(struct arena *arena, struct str text)
{
	const struct str handle = codec_lower(arena, codec_line(arena, text));

	return is_handle(handle) ? handle : (struct str){ NULL, 0 };
}

/* "/in/jane-doe/en?x=1" -> "jane-doe"; empty if the path is no profile's. */
static struct str handle_of_path(struct arena *arena, struct str path)
{
	const struct str folder = STR_LIT("in/");

	while (path.len > 0 && path.p[0] == '/')
		path = str_skip(path, 1);
	if (!str_starts_nocase(path, folder))
		return (struct str){ NULL, 0 };
	path = str_skip(path, folder.len);
	while (path.len > 0 && path.p[0] == '/')
		path = str_skip(path, 1);
	path = str_head(path, find_any(path, "/?#"));
	return handle_of(arena, percent_decoded(arena, path));
}

/* A page of the site that is no profile: one spelling of the host, no slash at the end. */
static struct str site_address(struct arena *arena, struct str tail)
{
	while (tail.len > 0 && tail.p[tail.len - 1] == '/')
		tail.len--;
	return arena_format(arena, "%s%.*s", home, STR_ARG(tail));
}

struct str codec_linkedin(struct arena *arena, struct str raw)
{
	const struct str line = codec_line(arena, raw);
	const struct address address = split(line);
	struct str handle;

	if (is_site(address)) {
		handle = handle_of_path(arena, address.tail);
		return handle.len > 0 ? handle : site_address(arena, address.tail);
	}
	if (address.scheme.len == 0 &&
	    (address.host.len == 0 || str_equal_nocase(address.host, STR_LIT("in")))) {
		handle = handle_of_path(arena, line); /* "/in/jane-doe", "in/jane-doe" */
		return handle.len > 0 ? handle : line;
	}
	handle = handle_of(arena, str_skip(line, str_starts(line, STR_LIT("@"))));
	return handle.len > 0 ? handle : line;
}

struct str codec_linkedin_url(struct arena *arena, struct str canonical)
{
	static const char hex[] = "0123456789ABCDEF";
	static const char folder[] = "https://linkedin.com/in/";

	if (!is_handle(canonical))
		return arena_copy(arena, canonical);
	char *out = arena_alloc(arena, sizeof(folder) + canonical.len * 3, 1);
	size_t len = sizeof(folder) - 1;

	memcpy(out, folder, len);
	for (size_t i = 0; i < canonical.len; i++) {
		const unsigned char c = (unsigned char)canonical.p[i];

		if (c < 0x80) {
			out[len++] = canonical.p[i];
			continue;
		}
		out[len++] = '%';
		out[len++] = hex[c >> 4];
		out[len++] = hex[c & 15];
	}
	return (struct str){ out, len };
}
