#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The simulated card at a port that is taken, and the system's configuration file, which only a
# mount namespace can give a test.
set -u
. "$(dirname "$0")/lib.sh"
private_enter "$@"

pcscd_start
card_serve --card adult --card child

refuses "a simulator whose reader another one has says so and ends" "does not take the card" \
	timeout 300 "$sim" --state "$work/second" --control "$work/second-control" serve --card adult
check "the first one goes on undisturbed" tool -L

# Longer than one that is dead is waited for.
removed_late() {
	local order
	kill -STOP "$pcscd_pid"
	card remove 1 &
	order=$!
	sleep 6
	kill -CONT "$pcscd_pid"
	wait $order
}
check "an order waits for a pcscd that is busy" removed_late

needs_mounts
# The folder for settings, with a file of this test's in it.
unset JPKI_PKCS11_SYSTEM_CONF
folder=$(settings_folder)
existing=$folder
while [ ! -d "$existing" ]; do existing=$(dirname "$existing"); done
mkdir -p "$work/etc${folder#"$existing"}" "$work/home"
export XDG_CONFIG_HOME=$work/home
echo 'token-labels = japanese' >"$work/etc${folder#"$existing"}/jpki-pkcs11.conf"
mount --bind "$work/etc" "$existing" || bail "cannot mount over $existing"
says_japanese() { tool -L | grep -q 利用者証明; }
check "the system's configuration file is read" says_japanese
echo 'token-labels = english' >"$work/home/jpki-pkcs11.conf"
says_english() { tool -L | grep -q 'JPKI Auth'; }
check "the user's configuration file outweighs the system's" says_english
pcscd_stop
refuses "an order says that no pcscd is running" "is it running" card insert child 1
finish
