/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/config/mapping.h"

#include <assert.h>

const struct mapper *mapping_mapper(const struct config *config, enum side side)
{
	const struct mapper *mapper = mapper_find(side, dialect_name(config->records.dialect));

	assert(mapper != NULL);
	return mapper;
}

struct mapper_context mapping_context(const struct config *config)
{
	return (struct mapper_context){
		.fields = &config->fields,
		.object = config->records.object,
		.default_region = config->sync.default_region,
		.email_property = config->people.email_property,
		.email_key = config->people.email_key,
		.phone_property = config->people.phone_property,
		.phone_key = config->people.phone_key,
		.marker = config->people.marker,
	};
}
