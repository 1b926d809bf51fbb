/* SPDX-License-Identifier: Apache-2.0 */
/*
 * people: the people side: JSON-LD collections, IRIs for relations, merge patches.
 */
#ifndef CRMSYNC_MAPPERS_PEOPLE_H
#define CRMSYNC_MAPPERS_PEOPLE_H

#include "mappers/mapper_encode.h"

#define PEOPLE_PAGE_MAX 30
#define PEOPLE_NAME_PARTS 5
#define PEOPLE_ACCEPT "application/ld+json"
/* Before the records id, in what marks a person that we created. */
#define PEOPLE_MARKER_PREFIX "crmsync:"

extern const struct mapper people_mapper;

/* people_decode.c */
bool people_decode(const struct mapper_context *context, struct str raw, struct arena *arena,
		   struct person *ret, struct error *err);
/* What is behind the last slash. */
struct str people_last_part(struct str iri);
/* The records id that an externalSource of ours names; empty: it is none. */
struct str people_marked(struct str source);
extern const struct part_key people_name_parts[];
extern const size_t n_people_name_parts;
extern const struct part_key people_location_parts[];
extern const size_t n_people_location_parts;

/* people_write.c */
void people_create(const struct mapper_context *context, const struct person *person,
		   struct request *ret);
void people_update(const struct mapper_context *context, const struct person *current,
		   const struct person *desired, struct request *ret);
void people_remove(const struct mapper_context *context, struct str id, int64_t when,
		   struct request *ret);

#endif
