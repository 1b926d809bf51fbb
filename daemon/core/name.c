/* SPDX-License-Identifier: Apache-2.0 */
#include "core/name.h"

#include "core/name_split.h"
#include "core/name_words.h"

/* The records side; full counts only where it is all there is. */
struct records_name {
	bool known;
	bool one; /* full alone */
	struct str first, last, full;
	struct str words; /* first and last, or full */
};

static struct str join2(struct arena *arena, struct str a, struct str b)
{
	const struct str parts[] = { a, b };

	return a.len == 0 ? b : b.len == 0 ? a : words_join(arena, parts, 2);
}

static struct str part(struct arena *arena, const struct value *value, enum name_part which)
{
	return words_squeeze(arena, value_part(value, which));
}

bool name_is_one_string(const struct value *records)
{
	return value_is_set(records) && value_part(records, NAME_GIVEN).len == 0 &&
	       value_part(records, NAME_FAMILY).len == 0 && value_part(records, NAME_FULL).len > 0;
}

static struct people_name read_people(struct arena *arena, const struct value *value)
{
	if (value == NULL || !value_is_set(value))
		return (struct people_name){ .known = false };
	return (struct people_name){
		.known = true,
		.invented = value->invented,
		.prefix = part(arena, value, NAME_PREFIX),
		.given = part(arena, value, NAME_GIVEN),
		.additional = part(arena, value, NAME_ADDITIONAL),
		.family = part(arena, value, NAME_FAMILY),
		.initials = part(arena, value, NAME_INITIALS),
	};
}

static struct records_name read_records(struct arena *arena, const struct value *value)
{
	if (value == NULL || !value_is_set(value))
		return (struct records_name){ .known = false };
	struct records_name name = {
		.one = name_is_one_string(value),
		.first = part(arena, value, NAME_GIVEN),
		.last = part(arena, value, NAME_FAMILY),
		.full = part(arena, value, NAME_FULL),
	};

	name.words = name.one ? name.full : join2(arena, name.first, name.last);
	name.known = name.words.len > 0;
	return name;
}

static struct value write_people(struct arena *arena, const struct people_name *name)
{
	struct value value = value_items(arena, NAME_PART_COUNT);
	const struct str parts[NAME_PART_COUNT] = {
		[NAME_GIVEN] = name->given,       [NAME_ADDITIONAL] = name->additional,
		[NAME_FAMILY] = name->family,     [NAME_PREFIX] = name->prefix,
		[NAME_INITIALS] = name->initials,
	};

	for (unsigned i = 0; i < NAME_PART_COUNT; i++) {
		value.items[i].text = arena_copy(arena, parts[i]);
		value.items[i].key = value.items[i].text;
	}
	value.invented = name->invented;
	return value;
}

static struct value write_records(struct arena *arena, const struct records_name *name)
{
	struct value value = value_items(arena, NAME_PART_COUNT);
	const struct str parts[NAME_PART_COUNT] = {
		[NAME_GIVEN] = name->first,
		[NAME_FAMILY] = name->last,
		[NAME_FULL] = name->full,
	};

	for (unsigned i = 0; i < NAME_PART_COUNT; i++) {
		value.items[i].text = arena_copy(arena, parts[i]);
		value.items[i].key = value.items[i].text;
	}
	return value;
}

static struct value copy_or_empty(struct arena *arena, const struct value *value)
{
	return value == NULL || value->state != VALUE_SET ? value_empty() :
							    value_copy(arena, value);
}

/* ---- The same name? ---- */

static struct str tail_of(struct arena *arena, const struct people_name *name)
{
	return join2(arena, name->additional, name->family);
}

static struct str words_of(struct arena *arena, const struct people_name *name)
{
	return join2(arena, name->given, tail_of(arena, name));
}

/* An honorific may be on one side only, or on both and then the same. */
static bool prefix_fits(struct str a, struct str b)
{
	return a.len == 0 || b.len == 0 || words_same_honorific(a, b);
}

/* "Berg, Dr. Jan van der" as "Dr.", "Jan", "van der Berg".  False: no comma form. */
static bool cut_comma(struct arena *arena, struct str words, struct str *ret_prefix,
		      struct str *ret_given, struct str *ret_last)
{
	struct str given;
	struct str last;

	if (!words_cut_comma(words, &last, &given))
		return false;
	*ret_prefix = words_take_honorifics(&given);
	const struct str lead = words_take_trailing_particles(&given);

	*ret_last = join2(arena, lead, last);
	*ret_given = given;
	return true;
}

static bool words_agree(struct arena *arena, const struct records_name *records, struct str prefix,
			struct str words)
{
	struct str rest = records->words;
	struct str given;
	struct str last;

	if (str_equal(rest, words))
		return true;
	if (words_start(rest, prefix, &rest) && str_equal(rest, words))
		return true;
	rest = records->words;
	const struct str own_prefix = words_take_honorifics(&rest);
	struct str comma_prefix;

	if (str_equal(rest, words) && prefix_fits(own_prefix, prefix))
		return true;
	return records->one && cut_comma(arena, records->words, &comma_prefix, &given, &last) &&
	       str_equal(join2(arena, given, last), words) && prefix_fits(comma_prefix, prefix);
}

static bool agrees(struct arena *arena, const struct records_name *records,
		   const struct people_name *people)
{
	if (!records->known || !people->known)
		return (!records->known && !people->known) || people->invented;
	if (words_agree(arena, records, people->prefix, words_of(arena, people)))
		return true;
	return people->invented && people->given.len > 0 &&
	       words_agree(arena, records, people->prefix,
			   join2(arena, people->given, people->additional));
}

bool name_agrees(struct arena *arena, const struct value *records, const struct value *people)
{
	const struct records_name left = read_records(arena, records);
	const struct people_name right = read_people(arena, people);

	return agrees(arena, &left, &right);
}

/* ---- records -> people ---- */

static bool has_comma(struct str text)
{
	return str_find(text, ',') < text.len;
}

/* One string as prefix and words in natural order; a comma that people's name has is no comma form. */
struct one_string {
	struct str prefix, words;
	bool cut; /* given and last are known by a comma */
	struct str given, last;
};

static struct one_string read_one_string(struct arena *arena, struct str text,
					 const struct people_name *guide)
{
	struct one_string one = { .words = text };
	struct str rest;

	if (!has_comma(guide->given) && !has_comma(guide->additional) &&
	    !has_comma(guide->family) &&
	    cut_comma(arena, text, &one.prefix, &one.given, &one.last)) {
		one.cut = true;
		one.words = join2(arena, one.given, one.last);
	} else if (words_start(text, guide->given, &rest)) {
		return one; /* what looks like an honorific is in the given name there */
	} else if (words_start(text, guide->prefix, &rest) && rest.len > 0) {
		one.prefix = guide->prefix;
		one.words = rest;
	} else {
		one.prefix = words_take_honorifics(&one.words);
	}
	return one;
}

/* What the old and the new string have in common is left to people. */
static struct str choose_prefix(const struct people_name *current, const struct one_string *old,
				const struct one_string *now)
{
	if (!current->known)
		return now->prefix;
	if (old != NULL && words_same_honorific(old->prefix, now->prefix))
		return current->prefix;
	if (now->prefix.len > 0)
		return now->prefix;
	return old != NULL ? now->prefix : current->prefix;
}

/* The honorific was edited on records: the rest of the name may well agree. */
static bool prefix_edited(struct arena *arena, const struct records_name *records,
			  const struct records_name *old, const struct people_name *current)
{
	const struct str words = words_of(arena, current);
	const struct str whole = records->one ? join2(arena, current->prefix, words) : words;

	if (!old->known || str_equal(records->words, whole))
		return false;
	const struct one_string was = read_one_string(arena, old->words, current);
	const struct one_string is = read_one_string(arena, records->words, current);

	return !words_same_honorific(is.prefix, was.prefix) &&
	       !words_same_honorific(is.prefix, current->prefix);
}

static void split_one_string(struct arena *arena, const struct records_name *records,
			     const struct records_name *old, const struct people_name *current,
			     struct people_name *out)
{
	const struct one_string now = read_one_string(arena, records->words, current);
	struct one_string was = { .prefix = { NULL, 0 } };

	if (old->known)
		was = read_one_string(arena, old->words, current);
	out->prefix = choose_prefix(current, old->known ? &was : NULL, &now);
	if (now.cut && now.given.len > 0) {
		out->given = now.given;
		name_split_last(now.last, current, out);
	} else {
		name_split_words(now.words, current, out);
	}
}

static void split_values(const struct records_name *records, const struct people_name *current,
			 struct people_name *out)
{
	if (records->last.len == 0) {
		name_stand_in(records->first, current, out);
		return;
	}
	out->given = records->first;
	name_split_last(records->last, current, out);
}

/* first and last of the shadow are cut elsewhere than people's name is: then only the whole guides. */
static bool cut_elsewhere(struct arena *arena, const struct records_name *old,
			  const struct people_name *current)
{
	if (!old->known || old->one || !current->known || current->given.len == 0 ||
	    current->invented || old->last.len == 0)
		return false;
	return agrees(arena, old, current) && !str_equal(old->first, current->given);
}

/* What people hold says it already; is its family name one that we had to invent? */
static bool is_stand_in(const struct records_name *records, const struct people_name *people)
{
	if (people->given.len > 0)
		return people->invented && records->last.len == 0 &&
		       !str_ends(records->words, people->family);
	return people->additional.len == 0 && records->last.len == 0 &&
	       (!records->one || words_single(people->family));
}

struct value name_to_people(struct arena *arena, const struct value *records,
			    const struct value *old_records, const struct value *current_people)
{
	const struct records_name name = read_records(arena, records);
	const struct records_name old = read_records(arena, old_records);
	const struct people_name current = read_people(arena, current_people);

	if (records->state == VALUE_UNKNOWN)
		return copy_or_empty(arena, current_people);
	if (!name.known)
		return value_empty();
	if (current.known && agrees(arena, &name, &current) &&
	    !prefix_edited(arena, &name, &old, &current)) {
		struct value kept = value_copy(arena, current_people);

		kept.invented = is_stand_in(&name, &current);
		return kept;
	}
	struct people_name out = { .prefix = current.prefix, .initials = current.initials };

	if (name.one || cut_elsewhere(arena, &old, &current))
		split_one_string(arena, &name, &old, &current, &out);
	else
		split_values(&name, &current, &out);
	return write_people(arena, &out);
}

/* ---- people -> records ---- */

/*
 * The name as it travels: an invented family name goes as the given name it stands for; beside a given
 * name, or where records have no name at all (it was taken from an e-mail), it does not go.
 */
static struct people_name travelling(const struct people_name *name, bool invented,
				     const struct value *current_records,
				     const struct records_name *current, bool one_string)
{
	struct people_name out = *name;
	struct str rest;

	if (!invented)
		return out;
	const bool taken = current_records != NULL && current_records->state == VALUE_EMPTY;

	out.invented = true;
	if (one_string && current->known && words_end(current->words, name->family, &rest))
		return out;
	if (out.given.len == 0 && !taken)
		out.given = out.family;
	out.family = (struct str){ NULL, 0 };
	return out;
}

static struct records_name compose(struct arena *arena, const struct people_name *name,
				   bool one_string)
{
	struct records_name out = { .one = one_string, .words = words_of(arena, name) };

	out.known = out.words.len > 0;
	out.full = join2(arena, name->prefix, out.words);
	if (!one_string) {
		out.first = name->given;
		out.last = tail_of(arena, name);
	}
	return out;
}

/* What records hold agrees: only what the edit on people changed is written. */
static void keep_agreed(const struct records_name *before, const struct records_name *current,
			struct records_name *out)
{
	if (str_equal(out->first, before->first) && str_equal(out->last, before->last)) {
		out->first = current->first;
		out->last = current->last;
	}
	if (str_equal(out->full, before->full))
		out->full = current->full;
}

struct value name_to_records(struct arena *arena, const struct value *people,
			     const struct value *old_people, const struct value *current_records,
			     bool one_string)
{
	struct people_name name = read_people(arena, people);
	const struct people_name old = read_people(arena, old_people);
	const struct records_name current = read_records(arena, current_records);

	if (people->state == VALUE_UNKNOWN)
		return copy_or_empty(arena, current_records);
	if (old.known && (old.invented || name.invented))
		name.invented =
			(old.invented || name.invented) && str_equal(name.family, old.family);
	const struct people_name goes =
		travelling(&name, name.invented, current_records, &current, one_string);
	struct records_name out = compose(arena, &goes, one_string);

	if (!out.known)
		return value_empty();
	if (!current.known || !agrees(arena, &current, &name))
		return write_records(arena, &out);
	if (!old.known)
		return value_copy(arena, current_records);
	const struct people_name went =
		travelling(&old, old.invented, current_records, &current, one_string);
	const struct records_name before = compose(arena, &went, one_string);

	keep_agreed(&before, &current, &out);
	return write_records(arena, &out);
}

static bool stands_alone(const struct value *people)
{
	return value_part(people, NAME_GIVEN).len == 0 &&
	       value_part(people, NAME_ADDITIONAL).len == 0;
}

/* Beside another part an e-mail's local part may have been left because people demand a familyName. */
bool name_is_adopted(const struct value *people, const struct value *old_people,
		     const struct value *old_records)
{
	return value_is_set(people) && value_is_set(old_people) && value_is_set(old_records) &&
	       old_people->invented && stands_alone(old_people) && !stands_alone(people);
}

/* ---- from an e-mail ---- */

/* Quoted, it may have an @ of its own. */
static struct str local_part(struct str email)
{
	size_t at = email.len;

	while (at > 0 && email.p[at - 1] != '@')
		at--;
	return at > 0 ? str_head(email, at - 1) : email;
}

struct value name_from_email(struct arena *arena, struct str email)
{
	const struct people_name name = { .invented = true, .family = str_trim(local_part(email)) };

	return name.family.len == 0 ? value_empty() : write_people(arena, &name);
}
