/* SPDX-License-Identifier: Apache-2.0 */
#include "mappers/people.h"

#include "mappers/page_reader.h"

/* Servers and proxies in front of them refuse longer request lines. */
#define TARGET_MAX 6000
#define EMAIL_ROOM 320

static void get(struct request *ret, const char *path)
{
	request_init(ret, METHOD_GET, REQUEST_READ);
	ret->accept = PEOPLE_ACCEPT;
	buf_add_z(&ret->target, path);
}

static void list(const struct mapper_context *context, const struct page_request *page,
		 struct request *ret)
{
	(void)context;
	get(ret, "/people");
	/* More than 30 is clamped silently, and then pages would be skipped. */
	buf_addf(&ret->target, "?page=%u&itemsPerPage=%u", page->number + 1,
		 page->size < PEOPLE_PAGE_MAX ? page->size : PEOPLE_PAGE_MAX);
	if (page->order != ORDER_NONE)
		buf_addf(&ret->target, "&order%%5BcreatedAt%%5D=%s",
			 page->order == ORDER_CREATED_ASC ? "asc" : "desc");
}

static void read_one(const struct mapper_context *context, struct str id, struct request *ret)
{
	(void)context;
	get(ret, "/people/");
	target_escape(&ret->target, id);
}

/* "emailAddresses.email[]=jane%2Bx%40example.com" */
static void add_email(const struct mapper_context *context, struct buf *target, struct str email)
{
	buf_add_char(target, '&');
	target_escape(target, str_from(context->email_property));
	buf_add_char(target, '.');
	target_escape(target, str_from(context->email_key));
	buf_add_z(target, "%5B%5D=");
	target_escape(target, email);
}

static size_t read_group(const struct mapper_context *context, const struct person_ref *refs,
			 size_t n, struct request *ret)
{
	size_t covered = 0;

	/* Nothing to ask by: no request, which nobody would release. */
	if (n == 0 || refs[0].email.len == 0)
		return 0;
	get(ret, "/people");
	buf_addf(&ret->target, "?itemsPerPage=%d", PEOPLE_PAGE_MAX);
	while (covered < n && covered < PEOPLE_PAGE_MAX && refs[covered].email.len > 0 &&
	       ret->target.len + EMAIL_ROOM < TARGET_MAX)
		add_email(context, &ret->target, refs[covered++].email);
	return covered;
}

/* E-mails by their own filter, LinkedIn ids and phones by the one for identifiers of all kinds: it may be
 * a search for parts of them. */
static size_t search(const struct mapper_context *context, const struct match_key *keys, size_t n,
		     struct request *ret)
{
	const bool emails = n > 0 && keys[0].kind == KEY_EMAIL;
	size_t covered = 0;

	if (n == 0 || (!emails && keys[0].kind != KEY_LINKEDIN && keys[0].kind != KEY_PHONE))
		return 0;
	get(ret, "/people");
	buf_addf(&ret->target, "?itemsPerPage=%d", PEOPLE_PAGE_MAX);
	while (covered < n && covered < PEOPLE_PAGE_MAX &&
	       (keys[covered].kind == KEY_EMAIL) == emails &&
	       (emails || keys[covered].kind == KEY_LINKEDIN || keys[covered].kind == KEY_PHONE) &&
	       ret->target.len + EMAIL_ROOM < TARGET_MAX) {
		if (emails) {
			add_email(context, &ret->target, keys[covered].key);
		} else {
			buf_add_z(&ret->target, "&identifiers%5B%5D=");
			target_escape(&ret->target, keys[covered].key);
		}
		covered++;
	}
	return covered;
}

static const struct page_shape shape = {
	.id = "id",
	.iri = "@id",
	.record_keys = { "member", "hydra:member" },
	.root_array = true,
	.identity_keys = { "id", "@id" },
	.list_keys = { "totalItems", "hydra:totalItems", "view", "hydra:view" },
	.totals = { "totalItems", "hydra:totalItems" },
	.nexts = { "view.next", "hydra:view.hydra:next" },
};

const struct mapper people_mapper = {
	.name = "people",
	.side = SIDE_PEOPLE,
	.caps = { .totals = true, .volatile_ids = true, .page_max = PEOPLE_PAGE_MAX },
	.shape = &shape,
	.list = list,
	.read = read_one,
	.read_group = read_group,
	.search = search,
	.create = people_create,
	.update = people_update,
	.remove = people_remove,
	.decode = people_decode,
};
