#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# format.sh [--fix] [FILE...]: the C files look as .clang-format says; --fix makes them so.
# Other releases than 14 lay out differently and are not asked: then it exits with 77, "skipped".
source "$(dirname "$0")/lib.sh"

tool=$(command -v clang-format-14 || command -v clang-format || true)
if [[ -z $tool ]] || ! "$tool" --version | grep -q 'version 14\.'; then
	echo "skipped: no clang-format 14"
	exit 77
fi

fix=
if [[ ${1:-} == --fix ]]; then
	fix=yes
	shift
fi
mapfile -t sources < <(if [[ $# -gt 0 ]]; then printf '%s\n' "$@"; else c_files; fi)
if [[ -n $fix ]]; then
	"$tool" -i "${sources[@]}"
	exit
fi

check() {
	for file in "${sources[@]}"; do
		"$tool" "$file" | diff -u --label "$file" --label "formatted: tests/lint/format.sh --fix" \
			"$file" - || true
	done
}

finish "$(check)"
