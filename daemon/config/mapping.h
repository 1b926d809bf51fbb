/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mapping: which mappers a configuration asks for, and what they have to know of it.
 */
#ifndef CRMSYNC_DAEMON_CONFIG_MAPPING_H
#define CRMSYNC_DAEMON_CONFIG_MAPPING_H

#include "daemon/config/config.h"
#include "mappers/mapper.h"

/* Never NULL: a configuration has passed its checks. */
const struct mapper *mapping_mapper(const struct config *config, enum side side);
/* Borrows from config; without collections, which are read from the sides. */
struct mapper_context mapping_context(const struct config *config);

#endif
