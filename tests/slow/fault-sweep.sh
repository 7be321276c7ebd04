#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# One fault at every PC/SC call of what programs do (tests/faults/fault-sweep.c): the whole sweep on the
# card as it comes (of the probes, which are many, one point in 17), then one point in EVERY of each
# scenario on cards with each value of each switch, and with two switches that may meet. make check runs
# a small part of it.
# What follows "not ok" repeats the point: tests/faults/fault-sweep --with ... SCENARIO FAULT CALL NUMBER.
# JPKI_BUILD is the build folder; with the argument "switches", only the cards with switches.
set -u

top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/alone.sh"
build=$JPKI_BUILD
every=199
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
trap 'exit 1' INT TERM HUP

# What changes most of what is sent, or of what a lost answer may mean: each meets each other.
interesting="short-ids=off short-ids=no-signature check-order=pin-first pss=off filler=00
	counter-written=before-comparison auth-certificate=pin-needed other-applications=absent"

# All switches with each value but the default, which comes first; a time is given as a short one. Not
# that of a card which the module does not log out: jpki-tool report tells its holder so.
"$build/src/sim/jpki-card-sim" switches | awk '
	/^[^ ]/ { name = $1 }
	name == "login-after-leaving" { next }
	/^ *values:/ && $2 == "time" { print name "=300us" }
	/^ *values:/ { for (i = 3; i <= NF; i++) print name "=" $i }' >"$out/singles"

# Each interesting one with each other, each word of refusal with a card that refuses, and the last
# value of every other switch with the interesting ones in turn.
awk -F = -v list="$interesting" '
	$1 == "refused-short-id" { print "short-ids=no-signature," $0 }
	!($1 in last) { order[++names] = $1 }
	{ last[$1] = $0 }
	END {
		print "ef-0008=missing,auth-certificate=pin-needed"
		n = split(list, hot, /[ \n\t]+/)
		for (i = 1; i <= n; i++)
			for (j = 1; j <= i; j++) {
				split(hot[i] "=" hot[j], word, "=")
				met[word[1]] = 1
				if (word[1] != word[3])
					print hot[j] "," hot[i]
			}
		for (i = 1; i <= names; i++)
			if (!(order[i] in met))
				print last[order[i]] "," hot[i % n + 1]
	}' "$out/singles" >"$out/pairs"
if [ "$(wc -l <"$out/singles")" -lt 22 ] || [ "$(wc -l <"$out/pairs")" -lt 30 ]; then
	echo "not ok the simulator's list of switches could not be read"
	exit 1
fi

# One line a job: its name, and the arguments.
{
	[ "${1:-}" = switches ] || "$build/tests/faults/fault-sweep" --scenarios |
		sed -e 's/.*/& &/' -e 's/^probes /&--every 17 /'
	sed "s/.*/& --with & --every $every all/" "$out/singles" "$out/pairs"
} >"$out/jobs"
# Each says what came of it once it is done.
# shellcheck disable=SC2016 # it is the inner shell that expands them
xargs -P "$(nproc)" -L 1 sh -c '
	sweep=$1 out=$2 name=$3
	shift 3
	"$sweep" "$@" >"$out/$name.out" 2>"$out/$name.log"
	status=$?
	tried=$(sed -n "s/^# \([0-9]*\) fault points tried, 0 failed.*/\1/p" "$out/$name.out")
	if [ "${tried:-0}" -gt 0 ]; then
		echo "ok $name: $tried fault points"
	elif ! grep "^not ok " "$out/$name.out"; then
		echo "not ok $*: the sweep did not run"
		tail -n 5 "$out/$name.log" | sed "s/^/# /"
		exit 1
	fi
	exit $status' sh "$build/tests/faults/fault-sweep" "$out" <"$out/jobs"
status=$?
cat "$out"/*.out | awk -v singles="$(wc -l <"$out/singles")" -v pairs="$(wc -l <"$out/pairs")" '
	/^# [0-9]+ fault points tried/ { n += $2 }
	END { print "# " n " fault points tried; " singles " cards with one switch, " pairs " with two" }'
exit $status
