#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# What can be known of src/ without running it: no warning of gcc's, of cppcheck or of clang-tidy
# (.clang-tidy). What is suppressed stands in tests/cppcheck-suppressions.txt or at its line
# (NOLINT), with its reason.
set -u
export LC_ALL=C.UTF-8
[ $# -eq 0 ] || { echo "${0##*/} takes no arguments" >&2; exit 2; }
top=$(cd "$(dirname "$0")/.." && pwd)
cd "$top" || exit 1
status=0
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT

# Other people's headers are not ours to check.
read -ra system < <(pkg-config --cflags-only-I libpcsclite nettle libtasn1 p11-kit-1 libcrypto jansson gtk4 libadwaita-1 |
	sed -E 's/(^| )-I/\1-isystem /g')
flags=(-std=c11 -D_GNU_SOURCE '-DSYSCONFDIR="/etc"' '-DPKGLIBDIR="/lib"'
	'-DPKCS11DIR="/lib"' '-DPKGDATADIR="/share"' '-DLOCALEDIR="/share"'
	-Isrc -Iinclude "-I${JPKI_BUILD:-build/test}" "${system[@]}")

# per_file COMMAND...: for the sources of src, a few at a time. Use as: per_file "COMMAND" FLAGS...
per_file() {
	local command=$1
	shift
	find src -name '*.c' -print0 | sort -z | xargs -0 -P "$(nproc)" -n 4 bash -c '
		flags=("${@:1:'$#'}")
		shift '$#'
		'"$command" sh "$@"
}

# clean NAME COMMAND...: it has to succeed.
clean() {
	local name=$1
	shift
	if "$@" >"$out" 2>/dev/null; then
		echo "ok $name"
	else
		echo "not ok $name"
		grep -E '(error|warning):' "$out" | sort -u | head -n 40 | sed 's/^/# /'
		status=1
	fi
}

gcc_warnings() {
	per_file 'for file; do gcc "${flags[@]}" -c -o /dev/null "$file" || exit 1; done' "${flags[@]}" \
		-O2 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror 2>&1
}

cppcheck_all() {
	cppcheck -j "$(nproc)" --quiet --std=c11 --enable=warning,performance,portability \
		--inline-suppr --suppressions-list=tests/cppcheck-suppressions.txt --error-exitcode=1 \
		-D_GNU_SOURCE '-DSYSCONFDIR="/etc"' '-DPKGLIBDIR="/lib"' \
		'-DPKCS11DIR="/lib"' '-DPKGDATADIR="/share"' '-DLOCALEDIR="/share"' \
		'-Djson_object_foreach(object,key,value)=while(next(object,&key,&value))' \
		'-Djson_array_foreach(array,index,value)=while(item(array,&index,&value))' \
		'-DGTK_CHECK_VERSION(major,minor,micro)=1' \
		-Isrc -Iinclude "-I${JPKI_BUILD:-build/test}" src 2>&1
}

clang_tidy() { per_file 'clang-tidy --quiet "$@" -- "${flags[@]}"' "${flags[@]}"; }

clean "gcc -Wall -Wextra -Wpedantic -Wconversion -Wshadow has nothing to say" gcc_warnings
clean "cppcheck has nothing to say" cppcheck_all
clean "clang-tidy has nothing to say" clang_tidy
exit $status
