#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# One hand: a header's guard is its path, and all C of the tree is as .clang-format has it. Versions of
# clang-format differ, so Debian 13's is asked.
set -u
export LC_ALL=C.UTF-8
[ $# -eq 0 ] || { echo "${0##*/} takes no arguments" >&2; exit 2; }
cd "$(dirname "$0")/.." || exit 1
status=0

# judge NAME FOUND: what was found is wrong, if anything was.
judge() {
	if [ -z "$2" ]; then
		echo "ok $1"
	else
		echo "not ok $1"
		head -n 20 <<<"$2" | sed 's/^/# /'
		status=1
	fi
}

judge "a header's guard is its path" "$(find src include tests -name '*.h' -print0 | xargs -0 awk '
	function judge() { if (file != "" && guard != wanted) print file ": " guard }
	FNR == 1 {
		judge()
		file = FILENAME
		guard = "none"
		wanted = toupper(file)
		sub(/^(SRC|INCLUDE)\/(JPKI-)?/, "", wanted)
		gsub(/[^A-Z0-9]/, "_", wanted)
		wanted = "JPKI_" wanted
	}
	/^#ifndef/ && guard == "none" { guard = $2 }
	END { judge() }')"
version=$(clang-format --version 2>/dev/null | sed -n 's/.*version \([0-9]*\).*/\1/p')
if [ "${version:-0}" -ne 19 ]; then
	echo "skip the code is as .clang-format has it: clang-format 19 is not here, ${version:-none} is"
else
	judge "the code is as .clang-format has it" \
		"$(find src include tests -name '*.[ch]' -print0 | xargs -0 clang-format --dry-run 2>&1)"
fi
exit $status
