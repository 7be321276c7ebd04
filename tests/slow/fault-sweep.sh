#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# One fault at every PC/SC call of what programs do (tests/faults/fault-sweep.c): the whole sweep on the
# card as it comes (of the probes, which are many, one point in 17), then one point in EVERY of each
# scenario on cards with each value of each switch, and with two switches that may meet. make check runs
# a small part of it.
# What follows "not ok" repeats the point: tests/faults/fault-sweep --with ... SCENARIO FAULT CALL NUMBER.
# FAULT_SWEEP=switches: only the cards with switches.
. "$(dirname "$0")/lib.sh"
every=199
sweep=$build/tests/faults/fault-sweep

# What changes most of what is sent, or of what a lost answer may mean: each meets each other.
interesting="short-ids=off short-ids=no-signature check-order=pin-first pss=off filler=00
	counter-written=before-comparison auth-certificate=pin-needed other-applications=absent"

# All switches with each value but the default, which comes first; a time is given as a short one. Not
# that of a card which the module does not log out: jpki-tool report tells its holder so.
"$build/src/sim/jpki-card-sim" switches | awk '
	/^[^ ]/ { name = $1 }
	name == "login-after-leaving" { next }
	/^ *values:/ && $2 == "time" { print name "=300us" }
	/^ *values:/ { for (i = 3; i <= NF; i++) print name "=" $i }' >"$work/singles"

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
	}' "$work/singles" >"$work/pairs"
all_read() { [ "$(wc -l <"$work/singles")" -ge 22 ] && [ "$(wc -l <"$work/pairs")" -ge 30 ]; }
must "the simulator's list of switches is read" all_read

# One line a job: its name, and the arguments.
{
	[ "${FAULT_SWEEP:-}" = switches ] || "$sweep" --scenarios |
		sed -e 's/.*/& &/' -e 's/^probes /&--every 17 /'
	sed "s/.*/& --with & --every $every all/" "$work/singles" "$work/pairs"
} >"$work/jobs"

# run_job NAME ARGUMENT...: says what came of it once it is done.
run_job() {
	local status tried
	"$sweep" "${@:2}" >"$work/$1.out" 2>"$work/$1.log"
	status=$?
	tried=$(sed -n 's/^# \([0-9]*\) fault points tried, 0 failed.*/\1/p' "$work/$1.out")
	if [ "${tried:-0}" -gt 0 ]; then
		ok "$1: $tried fault points"
	elif ! grep '^not ok ' "$work/$1.out"; then
		not_ok "${*:2}: the sweep did not run" "$work/$1.log"
		return 1
	fi
	return $status
}
export -f run_job ok not_ok
export sweep work failures
xargs -P "$(nproc)" -L 1 bash -c 'run_job "$@"' run_job <"$work/jobs" || failures=1
cat "$work"/*.out | awk -v singles="$(wc -l <"$work/singles")" -v pairs="$(wc -l <"$work/pairs")" '
	/^# [0-9]+ fault points tried/ { n += $2 }
	END { print "# " n " fault points tried; " singles " cards with one switch, " pairs " with two" }'
finish
