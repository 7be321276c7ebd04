#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# make check beside a pcscd with a card, as on the machine of somebody who has one: it goes through,
# and neither the card nor the daemon hears of it.
set -u
. "$(dirname "$0")/lib.sh"
private_enter "$@"

exchanges() { card count | sed -n 's/^ *\([0-9]*\) in all/\1/p'; }

# The programs that connected to pcscd: each is a line of its log.
programs() { grep -c 'Thread is started' "$work/pcscd.log"; }

looked_at_once() { "$build/src/tool/jpki-tool" --module "$module" status && [ "$(programs)" -gt 0 ]; }

make_check() { make -C "$build" -k -j "$(nproc)" check; }

untouched() {
	echo "$(exchanges) exchanges with the card, $(programs) programs at pcscd"
	[ "$(exchanges)" -eq 0 ] && [ "$(programs)" -eq "$before" ]
}

pcscd_start --debug --config "$vpcd_conf" $(without_polkit)
card_serve --card adult
check "a program that is not a test sees the card" looked_at_once
card count reset >/dev/null
before=$(programs)
check "make check passes beside it" make_check
check "and has touched neither the card nor the daemon" untouched
finish
