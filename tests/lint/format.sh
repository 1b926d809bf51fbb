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

how=(--dry-run -Werror)
if [[ ${1:-} == --fix ]]; then
	how=(-i)
	shift
fi
if [[ $# -gt 0 ]]; then
	"$tool" "${how[@]}" "$@"
else
	c_files | xargs -r -n 20 -P "$(nproc)" "$tool" "${how[@]}"
fi
