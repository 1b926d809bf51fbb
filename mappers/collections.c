/* SPDX-License-Identifier: Apache-2.0 */
#include "mappers/collections.h"

#include "base/limits.h"
#include "mappers/codec.h"
#include "mappers/people.h"
#include "mappers/records_common.h"
#include "mappers/records_values.h"

#include <assert.h>
#include <string.h>

#define COMPANIES_PAGE 500

/* ---- Requests ---- */

static void people_page(enum collection which, uint32_t number, struct request *ret)
{
	request_init(ret, METHOD_GET, REQUEST_READ);
	ret->accept = PEOPLE_ACCEPT;
	buf_addf(&ret->target, "/%s?page=%u&itemsPerPage=%d", collection_name(which), number + 1,
		 PEOPLE_PAGE_MAX);
}

static void records_get(struct request *ret, const char *target)
{
	request_init(ret, METHOD_GET, REQUEST_READ);
	ret->accept = "application/json";
	buf_add_z(&ret->target, target);
}

static void companies_page(uint32_t number, struct request *ret)
{
	const struct mapper_context companies = { .object = "companies" };
	const struct page_request page = { .offset = (uint64_t)number * COMPANIES_PAGE,
					   .number = number,
					   .size = COMPANIES_PAGE,
					   .order = ORDER_CREATED_ASC };

	records_values.list(&companies, &page, ret);
}

bool collection_is_list(const struct mapper *mapper)
{
	return mapper->side == SIDE_PEOPLE || mapper == &records_values;
}

void collection_page(const struct mapper *mapper, enum collection which, uint32_t number,
		     struct request *ret)
{
	assert(collection_side(which) == mapper->side);
	if (mapper->side == SIDE_PEOPLE)
		people_page(which, number, ret);
	else if (which == COLLECTION_COMPANIES)
		companies_page(number, ret);
	else
		records_get(ret, "/v2/workspace_members");
}

void collection_company_of(const struct mapper_context *context, struct str person,
			   struct request *ret)
{
	records_request_of(context, METHOD_GET, REQUEST_READ, person, false, ret);
	buf_add_z(&ret->target, "/company");
}

/* The documents show that tags, organizations and companies can be made; the dialect attributes has no
 * route to companies. */
bool collection_can_create(const struct mapper *mapper, enum collection which)
{
	if (mapper->side == SIDE_PEOPLE)
		return which == COLLECTION_TAGS || which == COLLECTION_ORGANIZATIONS;
	return mapper == &records_values && which == COLLECTION_COMPANIES;
}

bool collection_create_repeats(const struct mapper *mapper, enum collection which,
			       struct str known_by)
{
	return mapper == &records_values && which == COLLECTION_COMPANIES && known_by.len > 0;
}

static void write_domains(struct json_writer *json, struct str domains)
{
	struct str domain;

	json_key(json, "domains");
	json_open(json, '[');
	while (str_cut(&domains, ' ', &domain)) {
		if (domain.len > 0)
			json_string(json, domain);
	}
	json_close(json, ']');
}

/* An empty name: none is said. */
static void write_company(enum method method, const char *query, struct str name,
			  struct str domains, struct request *ret)
{
	const struct mapper_context context = { .object = "companies" };

	records_request(&context, method, REQUEST_WRITE, query, true, ret);
	struct json_writer json = json_writer(&ret->body);

	json_open(&json, '{');
	json_key(&json, "data");
	json_open(&json, '{');
	json_key(&json, "values");
	json_open(&json, '{');
	if (name.len > 0) {
		json_key(&json, "name");
		json_string(&json, name);
	}
	write_domains(&json, domains);
	for (int i = 0; i < 3; i++)
		json_close(&json, '}');
}

static void create_on_people(enum collection which, struct str title, struct str domains,
			     struct request *ret)
{
	struct arena arena = { 0 };
	struct str domain;

	request_init(ret, METHOD_POST, REQUEST_WRITE);
	ret->accept = ret->content_type = PEOPLE_ACCEPT;
	buf_addf(&ret->target, "/%s", collection_name(which));
	struct json_writer json = json_writer(&ret->body);

	json_open(&json, '{');
	json_key(&json, "title");
	json_string(&json, title);
	if (str_cut(&domains, ' ', &domain) && domain.len > 0) {
		json_key(&json, "website");
		json_string(&json, arena_format(&arena, "https://%.*s", STR_ARG(domain)));
	}
	json_close(&json, '}');
	arena_release(&arena);
}

void collection_create(const struct mapper *mapper, enum collection which, struct str title,
		       struct str known_by, struct request *ret)
{
	assert(collection_can_create(mapper, which));
	if (mapper->side == SIDE_PEOPLE)
		create_on_people(which, title, known_by, ret);
	else
		write_company(METHOD_POST, "", title, known_by, ret);
}

void collection_assert(const struct mapper *mapper, enum collection which, struct str known_by,
		       struct request *ret)
{
	assert(collection_create_repeats(mapper, which, known_by));
	write_company(METHOD_PUT, "?matching_attribute=domains", (struct str){ NULL, 0 }, known_by,
		      ret);
}

/* ---- Members ---- */

static bool is_host_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
	       (unsigned char)c >= 0x80;
}

struct str collection_domain(struct arena *arena, struct str website)
{
	struct str host = codec_fold(arena, codec_line(arena, website));
	const size_t scheme = str_find(host, ':');
	size_t n = 0;

	if (str_starts(str_skip(host, scheme), STR_LIT("://")))
		host = str_skip(host, scheme + 3);
	if (str_starts(host, STR_LIT("www.")))
		host = str_skip(host, 4);
	while (n < host.len && is_host_char(host.p[n]))
		n++;
	while (n > 0 && host.p[n - 1] == '.')
		n--;
	host = str_head(host, n);
	return str_find(host, '.') < host.len ? host : (struct str){ NULL, 0 };
}

static void add_domain(struct arena *arena, struct json_object *node, struct str *known_by)
{
	struct str text = json_text_or_empty(node);

	if (text.len == 0)
		text = json_text_or_empty(json_child(node, "domain"));
	if (text.len == 0)
		text = json_text_or_empty(json_child(node, "value"));
	const struct str domain = collection_domain(arena, text);

	if (domain.len == 0)
		return;
	*known_by = known_by->len == 0 ?
			    domain :
			    arena_format(arena, "%.*s %.*s", STR_ARG(*known_by), STR_ARG(domain));
}

/* A text, or the values of an attribute of the dialect values. */
static struct str text_of(struct json_object *node)
{
	if (!json_object_is_type(node, json_type_array))
		return json_text_or_empty(node);
	if (json_object_array_length(node) == 0)
		return (struct str){ NULL, 0 };
	struct json_object *first = json_object_array_get_idx(node, 0);

	return json_text_or_empty(json_child(first, "value"));
}

static struct str first_text(struct json_object *root, const char *const *keys, size_t n)
{
	struct str text = { NULL, 0 };

	for (size_t i = 0; i < n && text.len == 0; i++)
		text = text_of(json_child(root, keys[i]));
	return text;
}

static struct str domains_of(struct arena *arena, struct json_object *root)
{
	static const char *const keys[] = { "domains", "domain", "website" };
	struct str known_by = { NULL, 0 };

	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		struct json_object *node = json_child(root, keys[i]);

		if (!json_object_is_type(node, json_type_array)) {
			add_domain(arena, node, &known_by);
			continue;
		}
		for (size_t k = 0; k < json_object_array_length(node); k++)
			add_domain(arena, json_object_array_get_idx(node, k), &known_by);
	}
	return known_by;
}

static bool is_company(enum collection which)
{
	return which == COLLECTION_COMPANIES || which == COLLECTION_ORGANIZATIONS;
}

static bool is_user(enum collection which)
{
	return which == COLLECTION_USERS || which == COLLECTION_MEMBERS;
}

struct reading {
	enum collection which;
	struct arena *arena;
	struct members *members;
	bool failed;
	struct error err;
};

static struct str id_of(struct decoder *decoder, struct json_object *root)
{
	static const char *const paths[] = { "id", "id.record_id", "id.workspace_member_id" };
	struct str id = { NULL, 0 };

	for (size_t i = 0; i < COUNT_OF(paths) && id.len == 0; i++)
		id = decode_id(decoder, json_walk(root, paths[i]));
	return id.len > 0 ? id : people_last_part(decode_id(decoder, json_child(root, "@id")));
}

static void add_member(struct reading *reading, struct json_object *root, struct str id)
{
	static const char *const titles[] = { "title", "name" };
	static const char *const emails[] = { "email", "email_address", "emailAddress" };
	struct json_object *values = json_child(root, "values");
	struct member member = { .id = id };

	if (values == NULL)
		values = json_child(root, "attributes");
	if (values == NULL)
		values = root;
	member.title = codec_line(reading->arena, first_text(values, titles, COUNT_OF(titles)));
	if (is_company(reading->which))
		member.known_by = domains_of(reading->arena, values);
	else if (is_user(reading->which))
		member.known_by =
			codec_email(reading->arena, first_text(values, emails, COUNT_OF(emails)));
	*VEC_PUSH(&reading->members->list) = member;
}

static bool add(struct reading *reading, struct str raw, struct error *err)
{
	struct json_object *root;
	bool good = true;

	if (!json_parse(raw, &root, err))
		return error_wrap(err, "a member");
	struct decoder decoder = { .arena = reading->arena };
	const struct str id = id_of(&decoder, root);

	if (id.len == 0)
		good = error_set(err, ERR_MALFORMED, "a member without an id");
	else if (reading->members->list.n >= LIMIT_COLLECTION_ITEMS)
		good = error_set(err, ERR_MALFORMED, "more than %d", LIMIT_COLLECTION_ITEMS);
	else
		add_member(reading, root, id);
	json_object_put(root);
	return good;
}

static void on_member(void *payload, struct str raw)
{
	struct reading *reading = payload;

	if (!reading->failed)
		reading->failed = !add(reading, raw, &reading->err);
}

static bool read_body(const struct mapper *mapper, struct reading *reading, struct str body,
		      struct page_info *ret_info, struct error *err)
{
	struct page_reader *reader = page_reader_new(mapper, on_member, reading);
	struct page_info info = { .total = -1 };
	const bool whole = page_reader_feed(reader, body.p, body.len, err) &&
			   page_reader_finish(reader, &info, err);

	page_reader_free(reader);
	if (!whole)
		return error_wrap(err, "%s", collection_name(reading->which));
	if (reading->failed) {
		*err = reading->err;
		return error_wrap(err, "%s", collection_name(reading->which));
	}
	*ret_info = info;
	return true;
}

bool collection_decode(const struct mapper *mapper, enum collection which, struct str body,
		       struct arena *arena, struct members *members, struct page_info *ret_info,
		       struct error *err)
{
	struct reading reading = { .which = which, .arena = arena, .members = members };

	return read_body(mapper, &reading, body, ret_info, err);
}

bool collection_holder(const struct mapper *mapper, struct str attribute, struct str raw,
		       struct arena *arena, struct str *ret_person, struct str *ret_company)
{
	struct decoder decoder = { .arena = arena };
	struct json_object *root;
	struct error unread;

	assert(!collection_is_list(mapper));
	if (!json_parse(raw, &root, &unread))
		return false;
	struct json_object *link = json_child_of(json_child(root, "attributes"), attribute);

	*ret_person = id_of(&decoder, root);
	*ret_company = decode_id(&decoder, json_child(link, "record_id"));
	json_object_put(root);
	return ret_person->len > 0 && ret_company->len > 0;
}

bool collection_company(const struct mapper_context *context, const struct field *field,
			struct str company, struct arena *arena, struct value *ret_value,
			struct error *err)
{
	struct decoder decoder = {
		.context = context, .side = SIDE_RECORDS, .arena = arena, .err = err
	};

	return decode_one_member(&decoder, field, COLLECTION_COMPANIES, company, ret_value);
}

void collections_name(enum collection which, struct members *members)
{
	for (size_t i = 0; i < members->list.n; i++) {
		struct member *member = &members->list.items[i];

		member->text = is_user(which) ? member->known_by : member->title;
	}
}
