#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The window's tests once more, of jpki-desktop and all of ours that it stands on, built with
# ThreadSanitizer, and with AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer: neither
# finds anything. In the build folders of threads.sh and sanitizers.sh. Half an hour beside other work.
# Left out for time: japanese, kinds, looks, memory, minute, shown, sizes, and the tasks in Japanese; for what GTK's
# dialog keeps of a folder: certificate, files and late; for a file system that does not answer: stuck.
. "$(dirname "$0")/lib.sh"
export JPKI_DESKTOP_LANGUAGES=C.UTF-8
tsan=$build/tsan
asan=$build/sanitizers

if ! [ -x "$build/src/tool/jpki-desktop" ]; then
	skip "all of it" "jpki-desktop was not built (configure --enable-desktop)"
	finish
fi

# build_in FOLDER FLAGS: what the window's tests need.
build_in() {
	mkdir -p "$1" && cd "$1" || return 1
	grep -qs "^DESKTOP_TRUE=''" config.log ||
		"$top/configure" -q --enable-desktop CFLAGS="-g -O1 $2" LDFLAGS="$2" || return 1
	make -j2 jpki-pkcs11.la src/sim/jpki-card-sim src/sim/standin/libpcsclite.so.1 src/tool/jpki-desktop src/tool/jpki-tool \
		src/tool/locale/ja/LC_MESSAGES/jpki-tool.mo &&
		rm -rf tests/cards && mkdir -p tests && cp -r "$build/tests/cards" tests/
}

# run_tests FOLDER TEST...
run_tests() {
	local folder=$1
	shift
	JPKI_BUILD=$folder "$top/tests/desktop/window.sh" "${@/#/$top/tests/desktop/test-}" >"$work/log" 2>&1
}

# finds_nothing NAME FOLDER TEST...: the tests pass, and no program of ours has written a report.
finds_nothing() {
	local status
	rm -f "$work"/report*
	run_tests "${@:2}"
	status=$?
	! grep -q '^skip' "$work/log" || status=1
	found_nothing "$1" $status "$(grep -c '^ok ' "$work/log") cases, nothing found"
}

## Threads

# What GLib's own locks order, which this sanitizer cannot see.
build_tsan() {
	build_in "$tsan" -fsanitize=thread &&
		cc -O1 -fPIC -shared -o "$work/tsan-glib.so" "$top/tests/desktop/tsan-glib.c"
}

must "the ThreadSanitizer build" build_tsan
export TSAN_OPTIONS="exitcode=66 ignore_noninstrumented_modules=1 log_path=$work/report"
# Without that it takes what is handed over rightly for a race: so it is at work.
run_tests "$tsan" waits.py
if grep -q "data race" "$work"/report* 2>/dev/null; then
	ok "ThreadSanitizer watches the window's threads"
else
	not_ok "ThreadSanitizer watches the window's threads" "$work/log"
fi
JPKI_DESKTOP_UNDER="env LD_PRELOAD=$work/tsan-glib.so" \
	finds_nothing "the window's tasks under ThreadSanitizer" "$tsan" {waits,tasks,swaps,reminders,left,late}.py
# Closed over a pcscd that never answers, the window ends with its threads as they are: they are not counted.
TSAN_OPTIONS="$TSAN_OPTIONS report_thread_leaks=0" JPKI_DESKTOP_UNDER="env LD_PRELOAD=$work/tsan-glib.so" \
	finds_nothing "... and closed in the middle of one" "$tsan" closed.py

## Memory

must "the build with AddressSanitizer" \
	build_in "$asan" "-fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all"
# Kept until the end by these, in no frame of ours: fontconfig's patterns, and glibc's search path for
# locales where LOCPATH is set. The screen's drivers keep something too, some in libraries that are gone
# by then and have no name: the window does without them (the second is GTK 4.8's word for it).
printf 'leak:%s\n' libfontconfig.so __argz_add_sep >"$work/not-ours"
export GDK_DISABLE=gl,vulkan GDK_DEBUG=gl-disable
export ASAN_OPTIONS="detect_leaks=1:exitcode=66:log_path=$work/report"
export LSAN_OPTIONS="suppressions=$work/not-ours:print_suppressions=0"
export UBSAN_OPTIONS="print_stacktrace=1:exitcode=66"
finds_nothing "the window's tasks under ASan, LeakSanitizer and UBSan" "$asan" \
	{waits,tasks,swaps,cards,reminders,left,places,spoken,keyboard,several,closed,words}.py
finish
