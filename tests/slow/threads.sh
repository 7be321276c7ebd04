#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Eight threads of one program, a thousand signatures each on both tokens of a card, every one
# verified: in the module as it is, and in one built with ThreadSanitizer, which must find nothing.
# So must it where cards, readers, pcscd and the module itself come and go beside them.
set -u
export LC_ALL=C.UTF-8

top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/alone.sh"
build=$JPKI_BUILD
threads=8 count=1000
failures=0
work=$(mktemp -d "${TMPDIR:-/tmp}/jpki-threads.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

ok() { printf 'ok %s\n' "$1"; }

# not_ok NAME FILE
not_ok() {
	printf 'not ok %s\n' "$1"
	tail -n 40 "$2" | sed 's/^/# /'
	failures=$((failures + 1))
}

# load BUILD PROGRAM ARGUMENT...: over that build's simulated card, with settings of its own.
load() {
	local from=$1
	shift
	env XDG_CONFIG_HOME="$work" timeout --kill-after=10 2800 \
		"$from/src/sim/jpki-card-sim" run --state "$work/cards" --reader Reader=adult -- "$@"
}

# The sanitizer watches the module, the stand-in library and the test program.
build_tsan() {
	mkdir -p "$tsan" && cd "$tsan" || return 1
	[ -e Makefile ] || "$top/configure" -q CFLAGS="-g -O1 -fsanitize=thread" \
		LDFLAGS="-fsanitize=thread" || return 1
	make -j2 jpki-pkcs11.la src/sim/jpki-card-sim src/sim/standin/libpcsclite.so.1 tests/module/load \
		tests/module/churn tests/module/life tests/module/tsan-race
}

name="$threads threads make $count verified signatures each"
if load "$build" "$build/tests/module/load" "$build/.libs/jpki-pkcs11.so" $threads $count \
	>"$work/plain.log" 2>&1; then
	ok "$name: $(tail -n 1 "$work/plain.log")"
else
	not_ok "$name" "$work/plain.log"
fi

tsan=$build/tsan # kept: it need not be made anew each time
if ! (build_tsan) >"$work/build.log" 2>&1; then
	not_ok "the ThreadSanitizer build" "$work/build.log"
	exit 1
fi

# A race in libcrypto's own counters is invisible to the sanitizer, which did not build it.
printf 'called_from_lib:libcrypto.so\n' >"$work/suppressions"
export TSAN_OPTIONS="exitcode=66 suppressions=$work/suppressions second_deadlock_stack=1"

# A sanitizer that is not at work finds nothing: first it has to find a race made on purpose.
"$tsan/tests/module/tsan-race" >"$work/race.log" 2>&1
if [ $? -eq 66 ] && grep -q "data race" "$work/race.log"; then
	ok "ThreadSanitizer finds a race made on purpose"
else
	not_ok "ThreadSanitizer finds a race made on purpose" "$work/race.log"
fi

# finds_nothing NAME COMMAND...: the command succeeds and the sanitizer has nothing to say.
finds_nothing() {
	local name=$1
	shift
	if "$@" >"$work/tsan.log" 2>&1 && ! grep -q ThreadSanitizer "$work/tsan.log"; then
		ok "$name: $(grep -v '^ *$' "$work/tsan.log" | tail -n 1)"
		return
	fi
	grep -m1 -A40 ThreadSanitizer "$work/tsan.log" >"$work/first.log"
	[ -s "$work/first.log" ] || cp "$work/tsan.log" "$work/first.log"
	not_ok "$name" "$work/first.log"
}

finds_nothing "the same under ThreadSanitizer, with nothing found" \
	load "$tsan" "$tsan/tests/module/load" "$tsan/.libs/jpki-pkcs11.so" $threads $count
finds_nothing "C_Finalize while other threads are inside, under ThreadSanitizer" \
	env JPKI_BUILD="$tsan" "$tsan/tests/module/life" finalize_while_other_threads_are_inside
finds_nothing "sessions, logins and waits while cards, readers, pcscd and the module come and go" \
	env JPKI_BUILD="$tsan" timeout --kill-after=10 300 "$tsan/tests/module/churn" 400
exit $((failures > 0))
