#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Who may include whom, and which folder alone sees a third-party header.  The include directories of
# the CMake targets keep most of it; this says the rest, and says it in one place.
source "$(dirname "$0")/lib.sh"

# Every #include as "file:line:<name>" or file:line:"name".
includes=$(c_files | xargs grep -HnoE '^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"][^>"]+[>"]' |
	sed -E 's/#?[[:space:]]*#[[:space:]]*include[[:space:]]*//; s/:[[:space:]]+/:/g')

# layer FOLDER PREFIXES: quoted includes of the folder begin with one of the prefixes.
layer() {
	grep -E "^$1" <<<"$includes" | grep '"' | grep -vE ":\"($2)" |
		sed "s@\$@: not for $1, which may include $2@" || true
}

# only HEADER FILES: angle includes of HEADER are in FILES only; the tests may use what they like.
only() {
	grep -E ":<($1)" <<<"$includes" | grep -vE "^($2|tests/)" |
		sed "s@\$@: belongs to $2 only@" || true
}

libc='assert|ctype|errno|fcntl|float|getopt|grp|inttypes|limits|locale|math|poll|pwd|signal|stdarg'
libc+='|stdbool|stddef|stdint|stdio|stdlib|stdnoreturn|string|strings|syslog|termios|time|unistd'
libc+='|(sys|netinet|arpa|net|linux)/[a-z_]+|emmintrin'
parties='curl/|uv\.h|json-c/|sqlite3\.h|libconfig\.h|libsmartcols/|utf8proc\.h|phonenumbers/'
parties+='|xxhash\.h|systemd/|nettle/'

check() {
	layer daemon/base/ 'base/'
	layer daemon/core/ 'base/|core/'
	layer daemon/net/ 'base/|net/|core/retry\.h'
	layer mappers/ 'base/|core/|mappers/'
	layer state/ 'base/|core/|state/'
	layer daemon/config/ 'base/|core/|mappers/|net/|daemon/(config/|system|cli|control/control_wire)'
	layer daemon/runner/ 'base/|core/|mappers/|net/|state/|daemon/(config|runner)/|daemon/status/report'
	layer daemon/print/ 'base/|core/|mappers/|state/|daemon/(print/|system)'

	only 'curl/' 'daemon/net/http'
	only 'uv\.h' 'daemon/(app|check|control|net|runner)/'
	only 'json-c/|json\.h' 'mappers/|daemon/control/'
	only 'sqlite3' 'state/'
	only 'libconfig' 'daemon/config/'
	only 'libsmartcols' 'daemon/print/'
	only 'utf8proc' 'mappers/codec_'
	only 'phonenumbers/' 'mappers/codec_phone\.cc'
	only 'xxhash' 'daemon/base/hash\.c'
	only 'nettle/' 'state/marks\.c'
	only 'systemd/' 'daemon/(app|log)/'

	# A header that no rule knows is a new dependency; C++ headers are for the one C++ file.
	grep ':<' <<<"$includes" | grep -vE ":<(($libc)\.h>|$parties)" |
		grep -vE '^(tests/|mappers/codec_phone\.cc:)' | sed 's|$|: unknown to tests/lint/layers.sh|'
	# What decides has no clock and no I/O.
	grep -E '^(daemon/core|mappers)/.*:<(time|unistd|fcntl|poll|signal|sys/[a-z]+)\.h' \
		<<<"$includes" | sed 's|$|: core and mappers are pure|'
	# The sandbox is a second opinion: it must not ask the code that it judges.
	grep -E '^tests/sandbox/.*:"(core|mappers|state|net|daemon)/' <<<"$includes" |
		sed 's|$|: the sandbox knows base only|'
	true
}

finish "$(check)"
