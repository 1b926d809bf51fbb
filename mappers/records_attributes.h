/* SPDX-License-Identifier: Apache-2.0 */
/*
 * records_attributes: the records dialect in which attributes are plain values.
 */
#ifndef CRMSYNC_MAPPERS_RECORDS_ATTRIBUTES_H
#define CRMSYNC_MAPPERS_RECORDS_ATTRIBUTES_H

#include "mappers/mapper_encode.h"

extern const struct mapper records_attributes;
/* records_attributes_codecs.c */
extern const struct type_codec records_attributes_codecs[FIELD_TYPE_COUNT];

#endif
