#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# purity.sh LIBCORE.A: the core decides and does nothing else.  What it calls is in
# core-symbols.allow, and it keeps no variable between calls.
source "$(dirname "$0")/lib.sh"

archive=${1:?usage: purity.sh build/.../libcore.a}

# The allowed names as one extended regular expression; "*" at the end of a name is a prefix.
allowed=$(sed -E 's/[[:space:]]*#.*//; /^$/d; s/\*$/.*/' tests/lint/core-symbols.allow | paste -sd'|')

check() {
	comm -23 <(nm --undefined-only --format=posix "$archive" | awk 'NF > 1 { print $1 }' | sort -u) \
		<(nm --defined-only --format=posix "$archive" | awk 'NF > 1 { print $1 }' | sort -u) |
		grep -vxE "$allowed" | sed 's|^|libcore.a: calls |'
	objdump --syms "$archive" | awk '
		$0 ~ / O \.(data|bss|tdata|tbss)(\.[A-Za-z_0-9.]+)?\t/ && $0 !~ /\.data\.rel\.ro/ &&
			$NF !~ /^(__gcov|__llvm|__sancov|__asan|__odr_asan|__unnamed_|\.L)/ {
			print "libcore.a: keeps a variable: " $NF
		}'
	true
}

finish "$(check)"
