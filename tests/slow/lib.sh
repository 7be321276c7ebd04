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
		grep -E '^(FAIL|ERROR): |FAILED|not ok|^#' "$work/log" | tail -n 25
		head -n 35 "$work/found"
	} >"$work/out"
	[ -s "$work/out" ] || cp "$work/log" "$work/out"
	not_ok "$1" "$work/out"
}
