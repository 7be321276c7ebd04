#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# One fault at every PC/SC call of what programs do (tests/fault-sweep.c): the whole sweep.
# make check runs a small part of it. JPKI_BUILD is the build folder.
set -u

sweep=${JPKI_BUILD:?}/tests/fault-sweep
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
trap 'exit 1' INT TERM HUP

"$sweep" --scenarios >"$out/scenarios" || exit 1
xargs -P "$(nproc)" -I SCENARIO sh -c '"$1" "$2" >"$3/$2.out" 2>"$3/$2.log"' sh \
	"$sweep" SCENARIO "$out" <"$out/scenarios"
status=$?
while read -r scenario; do
	grep -E '^(ok|not ok) ' "$out/$scenario.out" || {
		echo "not ok $scenario: the sweep did not run"
		tail -n 5 "$out/$scenario.log" | sed 's/^/# /'
		status=1
	}
done <"$out/scenarios"
sed -n 's/^# \([0-9]*\) fault points tried.*/\1/p' "$out"/*.out |
	awk '{ n += $1 } END { print "# " n " fault points tried" }'
exit $status
