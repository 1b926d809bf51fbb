#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tidy.sh [BUILD-DIR] [PATTERN]: clang-tidy over every file of compile_commands.json whose path
# matches PATTERN.  Takes minutes, therefore no ctest; before a release and in review:
#   cmake --preset clang && tests/lint/tidy.sh
source "$(dirname "$0")/lib.sh"

build=${1:-build/clang}
pattern=${2:-.}
[[ -f $build/compile_commands.json ]] || {
	echo "$build/compile_commands.json is missing: cmake --preset clang" >&2
	exit 1
}

# Files of the checkout that this build compiles; what is generated is not ours to judge.
files '*.c' '*.cc' | grep -E "$pattern" | while read -r file; do
	if grep -qF "\"$PWD/$file\"" "$build/compile_commands.json"; then
		echo "$file"
	fi
done | xargs -r -d '\n' -n 1 -P "$(nproc)" \
	clang-tidy --quiet -p "$build" --extra-arg=-Wno-unknown-warning-option
