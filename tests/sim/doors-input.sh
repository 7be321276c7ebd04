#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Bad input to jpki-card-sim gets a sentence on standard error and the exit status of the manual.
# Every line: the promise, the status, a word of the message, the command.

top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/alone.sh"
sim=$JPKI_BUILD/src/sim/jpki-card-sim
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
JPKI_CARD_SIM_STATE=$work/state
export JPKI_CARD_SIM_STATE
failed=0

refused() {
	promise=$1 status=$2 word=$3
	shift 3
	"$@" >"$work/out" 2>"$work/err" </dev/null
	got=$?
	if test $got -ne "$status"; then
		echo "FAIL: $promise: exit status $got, expected $status"
	elif ! grep -q -e "$word" "$work/err"; then
		echo "FAIL: $promise: the message has no '$word': $(cat "$work/err")"
	elif ! grep -q '^jpki-card-sim: ' "$work/err"; then
		echo "FAIL: $promise: the message does not say who speaks"
	else
		echo "ok: $promise"
		return
	fi
	failed=1
}

works() {
	promise=$1
	shift
	if "$@" >"$work/out" 2>"$work/err" </dev/null; then
		echo "ok: $promise"
	else
		echo "FAIL: $promise: $(cat "$work/err")"
		failed=1
	fi
}

fits() { test "$("$sim" --help | wc -l)" -le 24 && ! "$sim" --help | grep -q '.\{81\}'; }

refused "no command at all" 2 'which command' "$sim"
refused "an unknown command is named" 2 'frobnicate' "$sim" frobnicate
refused "an unknown option is named" 2 'unknown option.*--frob' "$sim" list --frob -- true
refused "an option of another command is refused" 2 'out of place.*person' "$sim" list --person adult
refused "an option without its value" 2 'value is missing' "$sim" make x --person
refused "too few arguments" 2 'usage: jpki-card-sim make' "$sim" make
refused "too many arguments" 2 'usage: jpki-card-sim list' "$sim" list one
refused "an unknown person" 2 'nobody called' "$sim" make x --person nobody
refused "an unknown option of run leaves the program's statuses alone" 125 'unknown option' "$sim" run --frob -- true
# shellcheck disable=SC2016 # the inner shell expands it
refused "the PC/SC socket of another simulator is not taken away" 125 'another program listens' \
	"$sim" run -- sh -c '"$0" run --control "$JPKI_CARD_SIM_SOCKET" -- true' "$sim"
refused "an unknown switch" 125 'nosuch' "$sim" run --switch nosuch=on -- true
refused "a switch without a value" 125 'NAME=VALUE' "$sim" run --switch pss -- true
refused "a switch of a card in no reader" 125 'no such card' "$sim" run --switch ghost.pss=no -- true
refused "an unknown card" 1 'ghost' "$sim" certificate ghost auth
refused "an unknown PIN" 2 'neither auth nor sign' "$sim" certificate adult both
refused "a bad date" 2 'must look like' "$sim" make x --now yesterday
refused "more tries than a PIN has" 2 '0 to 3' "$sim" tries adult auth 4
refused "an unknown ca verb" 2 "does not know 'burn'" "$sim" ca burn
refused "run without a command" 125 'usage: jpki-card-sim run' "$sim" run
refused "an unknown card in a reader" 125 'ghost' "$sim" run --card ghost -- true
refused "the same card twice" 125 'is in the reader' "$sim" run --card adult --card adult -- true
refused "two readers of one name" 125 'two readers' "$sim" run --reader A --reader A -- true
refused "a command that is not there" 127 'cannot execute' "$sim" run --empty -- /nonexistent/x
refused "a command that is no program" 126 'cannot execute' "$sim" run --empty -- "$work/err"
refused "an idle time that is no number" 125 'whole number' "$sim" run --idle-power-off soon -- true
refused "a trace that cannot be written" 125 'trace' "$sim" run --trace /nonexistent/t --empty -- true
refused "counts that cannot be written" 125 'cannot write' "$sim" run --count /nonexistent/c --empty -- true
for order in 'card-removed' 'nofault@1' 'timeout@0' 'timeout@-1' 'timeout@' 'timeout@now' 'timeout@1:sideways' \
	'error@1' 'error@1:NOSUCH' 'sw@1:123' 'truncated@connect:1' 'card-reset@1:during' 'app-selected@1:XYZ' \
	'timeout@nocall:1' 'timeout@1:back=2' 'card-removed@1:back=0' 'truncated@1:99999999999' '@' ''; do
	refused "malformed fault '$order'" 125 'fault order' "$sim" run --empty --fault "$order" -- true
done
refused "no simulator named" 3 'which simulator' "$sim" status
refused "no simulator there" 3 'no simulator listens' "$sim" status --control "$work/none"
refused "a control socket's path too long" 125 'at most' "$sim" run --empty --control "/tmp/$(printf '%0120d' 0)" -- true
refused "a control socket where another file is" 125 'not a socket' "$sim" run --empty --control "$work/err" -- true
refused "a port that is none" 2 'whole number' "$sim" serve --port 70000
refused "a port where QEMU has a socket" 2 '--port' timeout 30 "$sim" serve --qemu "$work/none" --port 35963
refused "a virtual computer without a socket" 2 '--qemu' timeout 30 "$sim" serve --qemu ''
refused "three cards for two readers" 1 'only 2 readers' "$sim" serve --card a --card b --card c
echo x >"$work/file"
refused "a state directory that is a file" 1 'file' "$sim" list --state "$work/file"
refused "a state directory that cannot be made" 1 '/proc' "$sim" list --state /proc/nonexistent/state
refused "orders that make no sense are explained" 1 "no reader 'Nine'" \
	"$sim" run --empty -- "$sim" insert adult Nine
refused "a second simulator at the same socket" 125 'listens at' \
	"$sim" run --empty --control "$work/c" -- "$sim" run --empty --control "$work/c" -- true
refused "faults are not for serve's orders without a door" 2 'out of place' "$sim" serve --fault timeout@1

works "--version says what it is" "$sim" --version
works "--help fits on one screen" fits
works "help for a command" "$sim" run --help
works "the command's own options are left alone" "$sim" run --empty -- sh -c 'test "$1" = --json' sh --json
"$sim" run --empty -- sh -c 'exit 42'; test $? -eq 42 || { echo "FAIL: the command's status"; failed=1; }
"$sim" run --empty -- sh -c 'kill -TERM $$'; test $? -eq 143 || { echo "FAIL: a signal's status"; failed=1; }
exit $failed
