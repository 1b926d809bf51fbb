/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_custom: custom fields of every type: their rows, and what the two sides hold in them.
 */
#ifndef CRMSYNC_BENCH_SCAN_CUSTOM_H
#define CRMSYNC_BENCH_SCAN_CUSTOM_H

#include "core/field.h"
#include "scan_pages.h"

#include <json-c/json.h>

#define CUSTOM_FIELDS 40

/* CUSTOM_FIELDS rows. */
void custom_rows(struct field rows[static CUSTOM_FIELDS]);
/* Adds what a record of that side shows of them. */
void custom_values(struct json_object *record, enum side side, enum record_shape shape);

#endif
