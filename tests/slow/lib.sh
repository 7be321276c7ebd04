# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# How scripts here begin, speak and end. To be sourced:
#
#	. "$(dirname "$0")/lib.sh"
#	must "the build with gcov" build_all
#	check "it finds nothing" look
#	finish
#
# $top is the source, $build the build folder, and what is in $work is removed at the end.
set -u

if [ $# -gt 0 ]; then
	echo "${0##*/} takes no arguments" >&2
	exit 2
fi
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
. "$top/tests/alone.sh"
build=$(realpath -e "$JPKI_BUILD") || exit 1
work=$(mktemp -d "${TMPDIR:-/tmp}/jpki-$(basename "$0" .sh).XXXXXX") || exit 1
trap 'rm -rf --one-file-system "$work"' EXIT
trap 'exit 130' INT TERM HUP
# shellcheck source=tests/results.sh
. "$top/tests/results.sh"

# must NAME COMMAND...: check, in a shell of its own, for what the rest makes no sense without; nothing is
# said of success.
must() {
	local name=$1
	shift
	("$@") >"$work/out" 2>&1 && return
	not_ok "$name" "$work/out"
	finish
}

# limited SECONDS COMMAND...: is told to end after that time, which is then said; and when this script ends, in
# whatever way. ./run-tests tells a process group, and timeout makes one of its own. It is waited for beside: bash
# heeds a signal only when what it started before it has ended. What a shell starts beside itself ignores Ctrl-C.
limited() {
	local status
	env --default-signal=INT,QUIT setpriv --pdeathsig TERM timeout --kill-after=20 "$@" &
	wait $!
	status=$?
	case $status in 124 | 137) echo "# told to end after $1 seconds" ;; esac
	return $status
}

# made ARGUMENT...: make, with what failed at the end of what is said: it is far above.
made() {
	local status
	limited 3200 make "$@" >"$work/made" 2>&1 && return
	status=$?
	tail -n 25 "$work/made"
	grep -E '^(FAIL|ERROR):|\*\*\*' "$work/made" | head -n 20
	return $status
}

# one_case PROGRAM NAME: that test of it alone, and there has to be one.
one_case() {
	limited 2800 "$@" >"$work/case" 2>&1
	set -- $?
	cat "$work/case"
	[ "$1" -eq 0 ] && grep -q ' 1 test(s)' "$work/case"
}

# found_nothing NAME STATUS [TOLD]: what left $work/log and this status succeeded, and no sanitizer wrote a
# report, which would be in $work/report* and goes. TOLD is said with it.
found_nothing() {
	cat "$work"/report* >"$work/found" 2>/dev/null
	rm -f "$work"/report*
	if [ "$2" -eq 0 ] && [ ! -s "$work/found" ]; then
		ok "$1${3:+: $3}"
		return
	fi
	{
		grep -E '^(FAIL|ERROR): |FAILED|not ok|^#|Error: ' "$work/log" | tail -n 25
		head -n 35 "$work/found"
	} >"$work/out"
	[ -s "$work/out" ] || cp "$work/log" "$work/out"
	not_ok "$1" "$work/out"
}
