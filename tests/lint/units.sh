#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# systemd's own opinion of the units: no unknown key or bad value, and an exposure of at most 1.1.
source "$(dirname "$0")/lib.sh"

most=11 # tenths

command -v systemd-analyze >/dev/null || {
	echo "skipped: no systemd-analyze"
	exit 77
}
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
there=$root/usr/lib/systemd/system

# A root folder in which the units' programs exist.
install -d "$there" "$root/usr/bin" "$root/bin"
cp systemd/*.service systemd/*.timer "$there"
cp /lib/systemd/system/*.target /lib/systemd/system/*.slice "$there"
for program in usr/bin/crmsync bin/kill; do
	install -m 755 /dev/null "$root/$program"
done

check() {
	systemd-analyze verify --man=no --root="$root" crmsync.service crmsync@a.service \
		crmsync-sync@a.service crmsync-sync@a.timer 2>&1 || true
	for unit in systemd/*.service; do
		systemd-analyze security --offline=true --no-pager --threshold=$most "$unit" 2>&1 |
			sed -n "s|.*Overall exposure level for [^:]*: \([0-9.]*\).*|$unit:1: exposure \1|p" |
			awk -v most=$most '$NF * 10 > most + 0.5'
	done
}

finish "$(check)"
