#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Eight threads of one program, a thousand signatures each on both tokens of a card, every one
# verified: in the module as it is, and in one built with ThreadSanitizer, which must find nothing.
# So must it where cards, readers, pcscd and the module itself come and go beside them.
. "$(dirname "$0")/lib.sh"
threads=8 count=1000
tsan=$build/tsan # kept: it need not be made anew each time

# load BUILD: over that build's simulated card, with settings of its own.
load() {
	XDG_CONFIG_HOME=$work limited 2800 \
		"$1/src/sim/jpki-card-sim" run --state "$work/cards" --reader Reader=adult -- \
		"$1/tests/module/load" "$1/.libs/jpki-pkcs11.so" $threads $count
}

# The sanitizer watches the module, the stand-in library and the test program.
build_tsan() {
	mkdir -p "$tsan" && cd "$tsan" || return 1
	[ -e Makefile ] || "$top/configure" -q CFLAGS="-g -O1 -fsanitize=thread" \
		LDFLAGS="-fsanitize=thread" || return 1
	make -j2 jpki-pkcs11.la src/sim/jpki-card-sim src/sim/standin/libpcsclite.so.1 tests/module/load \
		tests/module/churn tests/module/life tests/module/tsan-race
}

# finds_nothing NAME COMMAND...: the command succeeds and the sanitizer has nothing to say; its last line is told.
finds_nothing() {
	"${@:2}" >"$work/log" 2>&1
	found_nothing "$1" $? "$(grep -v '^ *$' "$work/log" | tail -n 1)"
}

finds_nothing "$threads threads make $count verified signatures each" load "$build"
must "the ThreadSanitizer build" build_tsan

# A race in libcrypto's own counters is invisible to the sanitizer, which did not build it.
printf 'called_from_lib:libcrypto.so\n' >"$work/suppressions"
export TSAN_OPTIONS="exitcode=66 suppressions=$work/suppressions second_deadlock_stack=1 log_path=$work/report"

# A sanitizer that is not at work finds nothing: first it has to find a race made on purpose.
finds_race() {
	"$tsan/tests/module/tsan-race"
	[ $? -eq 66 ] && grep -q "data race" "$work"/report*
}
check "ThreadSanitizer finds a race made on purpose" finds_race
rm -f "$work"/report*

finds_nothing "the same under ThreadSanitizer, with nothing found" load "$tsan"
export JPKI_BUILD=$tsan
finds_nothing "C_Finalize while other threads are inside, under ThreadSanitizer" \
	one_case "$tsan/tests/module/life" finalize_while_other_threads_are_inside
finds_nothing "sessions, logins and waits while cards, readers, pcscd and the module come and go" \
	limited 2800 "$tsan/tests/module/churn" 400
finish
