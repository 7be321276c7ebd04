#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Four programs at once, each logged in to both tokens of one card through a real pcscd, two
# hundred signatures each, every one verified.
set -u
. "$(dirname "$0")/lib.sh"
private_enter "$@"

processes=4 count=200

pcscd_start
card_serve --card adult

# All log in first, and begin together when the last writer of the pipe has closed it.
mkfifo "$work/start"
exec {start}<>"$work/start"
pids=()
for i in $(seq $processes); do
	timeout --kill-after=10 900 "$build/tests/module/load" "$module" 2 $((count / 2)) wait \
		{start}>&- <"$work/start" >"$work/load-$i.log" 2>&1 &
	pids+=($!)
done
for i in $(seq $processes); do await 120 grep -q ready "$work/load-$i.log"; done
exec {start}>&-
started=${EPOCHREALTIME/./}
right=0
for i in $(seq $processes); do
	name="program $i of $processes on one card makes $count verified signatures"
	if wait "${pids[$((i - 1))]}"; then
		ok "$name: $(tail -n 1 "$work/load-$i.log")"
		right=$((right + count))
	else
		not_ok "$name" "$work/load-$i.log"
	fi
done
took=$(((${EPOCHREALTIME/./} - started) / 1000))
echo "$right signatures in $took ms, $((right * 1000 / took)) per second"

# From the card's own memory.
card --json status | tr -d ' \n' >"$work/status"
check "no try was lost" grep -q '"auth":{"tries":3.*"sign":{"tries":5' "$work/status"
check "the card is left logged out" grep -qv '"open":true' "$work/status"
finish
