#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# jpki-tool report through a real pcscd, which powers and resets the card itself: without a PIN, with the
# PIN, and while another program is connected to the card.
set -u
. "$(dirname "$0")/lib.sh"
private_enter "$@"

report_tool=$build/src/tool/jpki-tool
printf '1234\n' >"$work/pin"

report() { timeout 120 "$report_tool" --module "$module" report --yes --json "$@" >"$work/report" 5<"$work/pin"; }

# tells NAME VALUE: what the report says of a fact.
tells() {
	awk -F '"' -v name="$1" '$2 == "name" { on = $4 == name } on && $2 == "value" { print $4; exit }' "$work/report" |
		diff - <(echo "$2")
}

pins_are_full() {
	card status --json >"$work/status" || return 1
	[ "$(grep -c '"tries": [35]' "$work/status")" = 2 ] && ! grep -q '"open": true' "$work/status"
}

pcscd_start
card_serve --card adult

check "a report without a PIN" report
check "it has the answer to reset that pcscd got" tells atr 6
check "the first command after power-on" tells first-command works
check "how the card takes its commands" tells short-ids on
check "no try is gone, and the card is logged out" pins_are_full

check "a report with the PIN" report --pin auth --pin-fd 5
check "the signature is right" tells signature right
check "a reset keeps the login of this card" tells login-at-reset kept
check "another application ends it" tells login-after-leaving dropped
check "no try is gone with the PIN either, and the card is logged out" pins_are_full

check "the card's other ways are told" card set adult login-at-reset dropped
check "a report on them" report --pin auth --pin-fd 5
check "a reset ends the login of that card" tells login-at-reset dropped
check "a card that keeps it, and has no other application" eval \
	'card set adult login-at-reset kept && card set adult other-applications absent'
check "a report on that" report --pin auth --pin-fd 5
check "loss of power ends the login, on which the module relies" tells login-at-power-loss dropped
check "and the card is logged out" pins_are_full
check "the card is as it was" card set adult other-applications present

# Another program that stays connected, as a browser that is logged in does.
mkfifo "$work/hold"
timeout 300 pkcs11-tool --module "$module" --token-label "JPKI Auth 4-digit PIN" --login --pin 1234 --sign \
	--mechanism SHA256-RSA-PKCS --input-file "$work/hold" --output-file /dev/null >"$work/other" 2>&1 &
other=$!
exec 7>"$work/hold"
connected() { grep -q 'Using s\|Logged\|Using sig' "$work/other"; }
await 60 connected
check "a report beside a program that is logged in" report
check "the card is left with its power then" tells first-command ''
echo data >&7
exec 7>&-
check "and that program goes on" wait $other
finish
