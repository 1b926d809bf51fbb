/* SPDX-License-Identifier: Apache-2.0 */
/*
 * records_values: the records dialect in which every attribute is an array of value objects.
 */
#ifndef CRMSYNC_MAPPERS_RECORDS_VALUES_H
#define CRMSYNC_MAPPERS_RECORDS_VALUES_H

#include "mappers/mapper_encode.h"

extern const struct mapper records_values;
/* records_values_codecs.c */
extern const struct type_codec records_values_codecs[FIELD_TYPE_COUNT];

#endif
