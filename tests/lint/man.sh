#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The manual pages as mandoc sees them.  A page of ours that is not installed is no finding.
source "$(dirname "$0")/lib.sh"

pages=$(files '*.[158]')
[[ -n $pages ]] || exit 0
# shellcheck disable=SC2086 # one word a page
finish "$(mandoc -T lint -W style $pages | grep -v 'STYLE: referenced manual not found' || true)"
