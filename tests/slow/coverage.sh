#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Which lines of the module (src/base ... src/p11) make check runs through, counted by gcov over
# all its programs and modules together. Prints each folder's share and the whole; fails under
# 90 %. The lines that no test reaches go to build/test/coverage/uncovered.txt; doc/SAFETY.md says what
# they are. Built in build/test/coverage and kept.
. "$(dirname "$0")/lib.sh"
build+=/coverage
least=90

build_all() {
	mkdir -p "$build" && cd "$build" || return 1
	[ -e Makefile ] || "$top/configure" -q --enable-coverage CFLAGS=-g || return 1
	make -j2
}

check_all() {
	find "$build" -name '*.gcda' -delete
	JPKI_BUILD=$build made -C "$build" -k -j2 check
}

# The folders of the module, as tests/check-layers.sh knows them.
rooms=$(sed -n '/^floors=/,/^"/s/^module *//p' "$top/tests/check-layers.sh")

# One report for each object file: the same source is in the module and in several tests.
count_lines() {
	cd "$build" && find . -name '*.gcda' -print0 | xargs -0 gcov --stdout 2>"$work/gcov.log" |
		awk -f "$top/tests/slow/coverage.awk" -v rooms="$rooms" -v least=$least -v uncovered="$build/uncovered.txt"
}

must "the build with gcov" build_all
must "make check in the build with gcov" check_all
count_lines || failures=1
finish
