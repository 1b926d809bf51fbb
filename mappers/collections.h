/* SPDX-License-Identifier: Apache-2.0 */
/*
 * collections: the named things of a side that persons refer to (core/field.h), and the texts that both
 * sides know them by.
 *
 * None of them can be searched by title, so each is read whole, page by page, and kept.  The document of
 * the dialect attributes knows no list of companies: there each is asked for through a person who has it.
 */
#ifndef CRMSYNC_MAPPERS_COLLECTIONS_H
#define CRMSYNC_MAPPERS_COLLECTIONS_H

#include "base/vec.h"
#include "mappers/mapper.h"

/*
 * known_by: what identifies it better than its title, separated by blanks: the domains of a company, the
 * e-mail address of a user.  text: canonical, by which persons' values name it (collections_name()).
 */
struct member {
	struct str id, title, known_by, text;
};

/* Ownership: texts belong to whom fills it. */
struct members {
	VEC(struct member) list;
};

/* Does the side of this mapper have its collections as lists? */
bool collection_is_list(const struct mapper *mapper);
void collection_page(const struct mapper *mapper, enum collection which, uint32_t number,
		     struct request *ret);
/* The members of one page, copied into the arena; info as for lists. */
NODISCARD bool collection_decode(const struct mapper *mapper, enum collection which,
				 struct str body, struct arena *arena, struct members *members,
				 struct page_info *ret_info, struct error *err);

/* Dialect attributes: which company a record of the list names in this attribute.  False: it names none, or
 * is none that can be read. */
bool collection_holder(const struct mapper *mapper, struct str attribute, struct str raw,
		       struct arena *arena, struct str *ret_person, struct str *ret_company);
/* The value of a field whose person is with that company; VALUE_UNKNOWN if it is not known. */
NODISCARD bool collection_company(const struct mapper_context *context, const struct field *field,
				  struct str company, struct arena *arena, struct value *ret_value,
				  struct error *err);
/* The company of that person; its answer is read by collection_decode(). */
void collection_company_of(const struct mapper_context *context, struct str person,
			   struct request *ret);

/* Is there a way to make a new one? */
bool collection_can_create(const struct mapper *mapper, enum collection which);
/* May its making be repeated when the outcome is unknown?  Of a company that has a domain: domains are
 * unique, so a second one is refused. */
bool collection_create_repeats(const struct mapper *mapper, enum collection which,
			       struct str known_by);
/* The answer is read by collection_decode(). */
void collection_create(const struct mapper *mapper, enum collection which, struct str title,
		       struct str known_by, struct request *ret);
/* Of one that was refused because its like is there: asks for that one.  The refusal names nobody,
 * but an assert on the domains finds it: the company that a lost request made, or the one that the
 * system made for an e-mail address of that domain a moment ago.  Only domains are sent, and they
 * are only added to: nothing of it is overwritten. */
void collection_assert(const struct mapper *mapper, enum collection which, struct str known_by,
		       struct request *ret);

/* Gives members their texts: the title; of users the e-mail address. */
void collections_name(enum collection which, struct members *members);
/* Of companies (records) and organizations (people), in pairs, see company_pairs.c.  text holds what a member
 * was known by so far, or is empty; a new one is made in the arena of its side. */
void collections_pair(struct members *const sides[SIDE_COUNT],
		      struct arena *const texts[SIDE_COUNT]);
/* Is there a member of that title, or with one of these domains? */
bool collection_has_alike(const struct members *members, struct str title, struct str known_by);
/* "https://www.Example.com/about" -> "example.com"; empty if it is none. */
struct str collection_domain(struct arena *arena, struct str website);

#endif
