#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The tarball of a release: it has all that git has, and from it alone everything can be built beside a
# source that cannot be written to, passes make check, and is installed and taken away again (make
# distcheck, in build/test).
set -u
export LC_ALL=C.UTF-8

top=$(cd "$(dirname "$0")/../.." && pwd)
build=${JPKI_BUILD:-$top/build/test}
work=$(mktemp -d "${TMPDIR:-/tmp}/jpki-distcheck.XXXXXX") || exit 1
failures=0
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

# check NAME COMMAND...
check() {
	if "${@:2}" >"$work/out" 2>&1; then
		printf 'ok %s\n' "$1"
	else
		printf 'not ok %s\n' "$1"
		grep -E '^(FAIL|ERROR):|\*\*\*' "$work/out" | head -n 20 | sed 's/^/# /'
		tail -n 25 "$work/out" | sed 's/^/# /'
		failures=$((failures + 1))
	fi
}

# The dot files are for those who work on a clone: settings of git, of CI and of editors.
forgets_nothing() {
	xz -dc "$build"/jpki-pkcs11-*.tar.xz | tar --list | sed 's|^[^/]*/||' | sort >"$work/tarball"
	git -C "$top" ls-files | grep -v '^\.' | sort >"$work/git"
	[ -s "$work/git" ] && ! comm -13 "$work/tarball" "$work/git" | grep .
}

rm -f "$build"/jpki-pkcs11-*.tar.xz
check "make distcheck" make -C "$build" -j "$(nproc)" distcheck
if git -C "$top" rev-parse HEAD >/dev/null 2>&1; then
	check "the tarball has all that git has" forgets_nothing
else
	printf 'skip the tarball has all that git has: this is no clone, or git is not installed\n'
fi
exit $((failures > 0))
