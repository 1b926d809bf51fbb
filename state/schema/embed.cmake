# SPDX-License-Identifier: Apache-2.0
# Turns FILES (NNNN_name.sql, a ;-list) into the C file OUT, in the order of their numbers.  Bytes, not
# string literals: nothing needs escaping, and C promises only 4095 characters for a literal.
set(texts "")
set(rows "")
set(count 0)
list(SORT FILES)
foreach(file IN LISTS FILES)
	get_filename_component(name ${file} NAME)
	if(NOT name MATCHES "^0*([1-9][0-9]*)_[a-z0-9_]+\\.sql$")
		message(FATAL_ERROR "${file}: a migration is named NNNN_name.sql")
	endif()
	set(number ${CMAKE_MATCH_1})
	math(EXPR count "${count} + 1")
	if(NOT number EQUAL count)
		message(FATAL_ERROR "${file}: migration ${count} is missing")
	endif()
	file(READ ${file} hex HEX)
	string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
	string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)"
		"\\1\n\t" bytes "${bytes}")
	string(APPEND texts "static const char sql_${number}[] = {\n\t${bytes}0x00,\n};\n\n")
	string(APPEND rows "\t{ ${number}, \"${name}\", sql_${number} },\n")
endforeach()
if(count EQUAL 0)
	message(FATAL_ERROR "there is no migration")
endif()
file(WRITE ${OUT} "/* SPDX-License-Identifier: Apache-2.0 */
/* Written by state/schema/embed.cmake. */
#include \"state/schema.h\"

${texts}const struct store_schema store_schema[] = {
${rows}};
const size_t store_schema_n = ${count};
")
