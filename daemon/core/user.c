/* SPDX-License-Identifier: Apache-2.0 */
#include "core/user.h"

#include <assert.h>

const char *user_part_name(enum user_part part)
{
	static const char *const names[] = {
		[USER_ID] = "user_id",
		[USER_EMAIL] = "primary_email_address",
		[USER_PERSON] = "person",
		[USER_WORKSPACE] = "workspace",
	};
	static_assert(COUNT_OF(names) == USER_PART_COUNT, "every part has its name");

	return names[part];
}

/* The first of a set; *ret_text is empty for an empty value.  False: the value is not known. */
static bool first_text(const struct person *person, int row, struct str *ret_text)
{
	const struct value *value = row >= 0 ? &person->values[row] : NULL;

	*ret_text = (struct str){ NULL, 0 };
	if (value == NULL || value->state == VALUE_UNKNOWN)
		return false;
	if (value_is_set(value))
		*ret_text = value->items[0].text;
	return true;
}

bool user_wanted(const struct field_table *table, const struct person *people,
		 struct str records_id, struct str workspace, struct user_content *ret_content)
{
	struct user_content content = {
		.part = { [USER_PERSON] = records_id, [USER_WORKSPACE] = workspace }
	};

	if (!first_text(people, table->customer_id, &content.part[USER_ID]))
		return false;
	/* Where e-mails are not mapped there is none to send. */
	if (!first_text(people, table->emails, &content.part[USER_EMAIL]) && table->emails >= 0)
		return false;
	*ret_content = content;
	return true;
}

bool user_differs(const struct user_content *held, uint32_t doubt,
		  const struct user_content *wanted, bool ret_parts[USER_PART_COUNT])
{
	bool any = false;

	for (int part = 0; part < USER_PART_COUNT; part++) {
		const bool doubtful = (doubt & USER_BIT(part)) != 0;
		const bool stays = part == USER_WORKSPACE && wanted->part[part].len == 0;

		ret_parts[part] =
			!stays && (doubtful || !str_equal(held->part[part], wanted->part[part]));
		any = any || ret_parts[part];
	}
	return any;
}

struct digest user_digest(const struct user_content *content)
{
	struct digest digests[USER_PART_COUNT];

	for (int part = 0; part < USER_PART_COUNT; part++)
		digests[part] = digest_of(content->part[part], (uint64_t)part);
	return digest_of((struct str){ (const char *)digests, sizeof(digests) }, 0);
}
