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
