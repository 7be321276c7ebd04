#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# One hand: all C of the tree is as .clang-format has it. Versions of clang-format differ, so Debian
# 13's is asked.
set -u
export LC_ALL=C.UTF-8
[ $# -eq 0 ] || { echo "${0##*/} takes no arguments" >&2; exit 2; }
cd "$(dirname "$0")/.." || exit 1
version=$(clang-format --version 2>/dev/null | sed -n 's/.*version \([0-9]*\).*/\1/p')
if [ "${version:-0}" -ne 19 ]; then
	echo "skip the code is as .clang-format has it: clang-format 19 is not here, ${version:-none} is"
	exit 0
fi
found=$(find include src tests -name '*.[ch]' -print0 | xargs -0 clang-format --dry-run 2>&1)
if [ -n "$found" ]; then
	echo "not ok the code is as .clang-format has it"
	grep -c 'warning:' <<<"$found" | sed 's/$/ places/; s/^/# /'
	sed -n 's/^/# /; 1,20p' <<<"$found"
	exit 1
fi
echo "ok the code is as .clang-format has it"
