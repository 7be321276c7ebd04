#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Which lines of the module (src/base ... src/p11) make check runs through, counted by gcov over
# all its programs and modules together. Prints each folder's share and the whole; fails under
# 90 %. The lines that no test reaches go to build/test/coverage/uncovered.txt; doc/SAFETY.md says what
# they are. Built in build/test/coverage and kept.
set -u
export LC_ALL=C.UTF-8

top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/alone.sh"
build=$JPKI_BUILD/coverage
least=90
work=$(mktemp -d "${TMPDIR:-/tmp}/jpki-coverage.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

# not_ok NAME FILE
not_ok() {
	printf 'not ok %s\n' "$1"
	tail -n 40 "$2" | sed 's/^/# /'
}

build_all() {
	mkdir -p "$build" && cd "$build" || return 1
	[ -e Makefile ] || "$top/configure" -q --enable-coverage CFLAGS=-g || return 1
	make -j2
}

if ! (build_all) >"$work/build.log" 2>&1; then
	not_ok "the build with gcov" "$work/build.log"
	exit 1
fi
find "$build" -name '*.gcda' -delete
if ! JPKI_BUILD=$build timeout --kill-after=20 3200 make -C "$build" -k -j2 check \
	>"$work/check.log" 2>&1; then
	not_ok "make check in the build with gcov" "$work/check.log"
	exit 1
fi

# One report for each object file: the same source is in the module and in several tests.
cd "$build" || exit 1
find . -name '*.gcda' -print0 | xargs -0 gcov --stdout 2>"$work/gcov.log" >"$work/lines"
awk -f "$top/tests/slow/coverage.awk" -v least=$least -v uncovered="$build/uncovered.txt" \
	"$work/lines"
