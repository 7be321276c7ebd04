# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# How scripts say what they found. Sourced by the lib.sh of tests/pcscd, with it tests/clients, and of tests/slow,
# and by tests/machine/machine.sh; $work is a folder of the script's own.
#
# Results are lines "ok NAME", "not ok NAME", "skip NAME: REASON" and, for what this machine does not
# allow, "forbidden NAME: REASON"; "# ..." explains a failure. NAME is without the script's own, which ./run-tests
# puts before it.
export LC_ALL=C.UTF-8
failures=0

ok() { printf 'ok %s\n' "$1"; }

skip() { printf 'skip %s: %s\n' "$1" "$2"; }

forbidden() { printf 'forbidden %s: %s\n' "$1" "$2"; }

# not_ok NAME [FILE]: with the end of a file that explains it.
not_ok() {
	printf 'not ok %s\n' "$1"
	[ $# -lt 2 ] || tail -n 60 "$2" | sed 's/^/# /'
	failures=$((failures + 1))
}

# check NAME COMMAND...: the command has to succeed. Its output stays in $work/out.
check() {
	local name=$1
	shift
	if "$@" >"$work/out" 2>&1; then ok "$name"; else not_ok "$name" "$work/out"; fi
}

# Ends the test.
finish() { exit $((failures > 0)); }
