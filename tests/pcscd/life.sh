#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Teardown in every order over the real libpcsclite, whose destructor runs before others are done
# with the module, and OpenSSL's engine in a program that uses the module itself.
set -u
. "$(dirname "$0")/lib.sh"
private_enter "$@"

# life ROLE [ARGUMENT]: see tests/life/life.c. It has to come to its end, not just to exit.
life() {
	local role=$1
	shift
	timeout --kill-after=10 300 "$build/tests/life/life" "$role" "$module" "$@"
}

# to_the_end ROLE [ARGUMENT]
to_the_end() {
	local status
	life "$@" >"$work/end" 2>&1
	status=$?
	[ $status = 0 ] || { echo "status $status"; cat "$work/end"; return $status; }
	grep -x "the end" "$work/end"
}

# The dynamic linker's word for it: libpcsclite was ended before the helper library.
ends_last() {
	LD_DEBUG=files life destructor "$helper" 2>&1 | sed -n 's/.*calling fini: .*\/\([^ ]*\).*/\1/p' \
		>"$work/order"
	cat "$work/order"
	sed -n '/^libpcsclite/,$p' "$work/order" | grep -qx "$(basename "$helper")"
}

helper=$build/tests/life/.libs/destructor.so
pcscd_start
card_serve --card adult

check "an exit handler older than the module may still call it" to_the_end exit-handler
check "the helper library ends after libpcsclite" ends_last
check "a library that ends after libpcsclite may still call the module" to_the_end destructor "$helper"
check "a program that never finalizes" life no-end
check "leaves the card logged out" logged_out
check "the module can be unloaded and loaded again" to_the_end reload
together="OpenSSL's engine and the program use the module together"
to_the_end engine "$work" >"$work/out"
case $? in
0) ok "$together" ;;
77) skip "$together" "$(tail -n 1 "$work/end")" ;;
*) not_ok "$together" "$work/out" ;;
esac
finish
