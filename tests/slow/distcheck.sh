#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The tarball of a release: it has all that git has, and from it alone everything can be built beside a
# source that cannot be written to, passes make check, and is installed and taken away again (make
# distcheck, in build/test).
. "$(dirname "$0")/lib.sh"

# The dot files are for those who work on a clone: settings of git, of CI and of editors.
forgets_nothing() {
	xz -dc "$build"/jpki-pkcs11-*.tar.xz | tar --list | sed 's|^[^/]*/||' | sort >"$work/tarball"
	git -C "$top" ls-files | grep -v '^\.' | sort >"$work/git"
	[ -s "$work/git" ] && ! comm -13 "$work/tarball" "$work/git" | grep .
}

rm -f "$build"/jpki-pkcs11-*.tar.xz
check "make distcheck" made -C "$build" -j "$(nproc)" distcheck DISTCHECK_CONFIGURE_FLAGS=CFLAGS=-O0
if git -C "$top" rev-parse HEAD >/dev/null 2>&1; then
	check "the tarball has all that git has" forgets_nothing
else
	skip "the tarball has all that git has" "this is no clone, or git is not installed"
fi
finish
