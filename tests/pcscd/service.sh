#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# pcscd started after the program, stopped under it, started again, and restarted between two of
# its calls.
set -u
. "$(dirname "$0")/lib.sh"
private_enter "$@"

# stage NAME WORD: the program says WORD when it has got there.
stage() {
	local line=
	if IFS= read -r -t 120 line <&"${program[0]}" && [ "$line" = "$2" ]; then
		ok "$1"
	else
		echo "$line" >>"$work/errors"
		not_ok "$1" "$work/errors"
		finish
	fi
}

go_on() { echo >&"${program[1]}"; }

coproc program { exec timeout --kill-after=10 600 "$build/tests/life/life" service "$module" 2>"$work/errors"; }
stage "without pcscd: no token, and no error" none
pcscd_start
card_serve --card adult
go_on
stage "a pcscd that came later is found" signed
pcscd_stop
go_on
stage "a pcscd that stops takes token and login with it" gone
pcscd_start
go_on
stage "a pcscd that is started again is found" again
pcscd_stop
pcscd_start
go_on
stage "a pcscd restarted between two calls ends the login, and no more" "the end"
check "the card is logged out at the end" logged_out
finish
