#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Files of at most 500 lines, functions of at most 60, a licence on top, nothing left to do, and no
# function that is unbounded, hides state or takes any text for a number.
source "$(dirname "$0")/lib.sh"

banned='(^|[^A-Za-z0-9_])(strcpy|strcat|strncpy|strncat|stpcpy|sprintf|vsprintf|gets|strtok|gmtime'
banned+='|localtime|ctime|asctime|atoi|atol|atoll|atof|rand|srand|random|alloca)[ \t]*\('

# The licence is on the first line, or on the second under "#!".
licences() {
	{
		files '*.c' '*.h' '*.cc' '*.sql' '*.sh' '*.awk' '*.py' '*.cmake' CMakeLists.txt '*.service' \
			'*.timer' '*.sysusers' '*.conf.example'
		# Scripts without a suffix.
		find tests .ci -type f ! -name '*.*' -exec grep -lE -m1 '^#!' {} +
	} | sort -u | while read -r file; do
		head -n 2 "$file" | sed '2{/^#/!d}' | grep -q 'SPDX-License-Identifier: Apache-2\.0' ||
			echo "$file:1: no SPDX-License-Identifier: Apache-2.0"
	done
}

check() {
	c_files | xargs -r awk -v banned="$banned" -f tests/lint/sizes.awk
	licences
	files '*' | grep -vE '^(tests/data/|tests/fuzz/corpus/|tests/lint/sizes\.sh$)' |
		xargs -r -d '\n' grep -HnIwE 'TODO|FIXME|XXX' || true
}

finish "$(check)"
