#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The scripts under shellcheck; without it, at least their syntax.
source "$(dirname "$0")/lib.sh"

mapfile -t scripts < <(
	files '*.sh'
	find tests .ci -type f ! -name '*.*' -exec grep -lE -m1 '^#!.*(bash|/sh)' {} +
)
if command -v shellcheck >/dev/null; then
	shellcheck --external-sources --source-path=SCRIPTDIR "${scripts[@]}"
else
	for script in "${scripts[@]}"; do
		bash -n "$script"
	done
fi
