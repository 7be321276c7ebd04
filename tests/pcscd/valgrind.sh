#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# A long session through a real pcscd under valgrind's memcheck (tests/pair/session.c).
set -u
. "$(dirname "$0")/lib.sh"
private_enter "$@"

pcscd_start
card_serve --card adult
export JPKI_CARD_SIM_CONTROL=$work/control JPKI_BUILD=$build

# Complaints end it with status 99, whether of misuse or of memory lost for good.
CMOCKA_MESSAGE_OUTPUT=TAP timeout 600 valgrind --error-exitcode=99 --num-callers=30 --log-file="$work/valgrind.log" \
	--leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite \
	"$build/tests/pair/session" >"$work/session.log" 2>&1
status=$?
name="a session of listing, PINs, signatures, card changes and ends works under valgrind"
if grep -qx 'ok 1 - a_long_session' "$work/session.log"; then
	ok "$name"
else
	bail "$name" "$work/session.log"
fi
errors=$(grep -c -E '(Invalid|Conditional jump|Use of uninitialised|Syscall param|overlap)' \
	"$work/valgrind.log")
if [ "$errors" -eq 0 ] && grep -q 'ERROR SUMMARY' "$work/valgrind.log"; then
	ok "valgrind sees no misuse of memory"
else
	not_ok "valgrind sees no misuse of memory" "$work/valgrind.log"
fi
if [ $status -eq 0 ] && grep -q 'ERROR SUMMARY: 0 errors' "$work/valgrind.log"; then
	ok "valgrind sees no memory lost"
else
	not_ok "valgrind sees no memory lost" "$work/valgrind.log"
fi
finish
