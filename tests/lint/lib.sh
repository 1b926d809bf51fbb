# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Sourced by the lints.  They work on the files of the checkout, with or without git, and print each
# finding as "file:line: what", like a compiler.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# files PATTERN...: paths from the root, without build trees and the files of git.
files() {
	local pattern names=()
	for pattern; do
		names+=(-o -name "$pattern")
	done
	find . \( -path ./build -o -path ./.git \) -prune -o -type f \( "${names[@]:1}" \) -print |
		sed 's|^\./||' | sort
}

c_files() {
	files '*.c' '*.h' '*.cc'
}

# finish FINDINGS: prints them and fails if there are any.
finish() {
	[[ -z $1 ]] && exit 0
	printf '%s\n' "$1"
	exit 1
}
