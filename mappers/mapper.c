/* SPDX-License-Identifier: Apache-2.0 */
#include "mappers/mapper.h"

#include "mappers/people.h"
#include "mappers/records_attributes.h"
#include "mappers/records_values.h"

const struct mapper *mapper_find(enum side side, const char *dialect)
{
	static const struct mapper *const mappers[] = {
		&records_values,
		&records_attributes,
		&people_mapper,
	};

	for (size_t i = 0; i < COUNT_OF(mappers); i++) {
		if (mappers[i]->side == side &&
		    (side == SIDE_PEOPLE || str_equal_z(str_from(dialect), mappers[i]->name)))
			return mappers[i];
	}
	return NULL;
}
