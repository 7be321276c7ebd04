#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# make check once more, with everything (the modules, the simulated card, the stand-in libpcsclite,
# the tests) built with AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer. Built in
# build/test/sanitizers and kept.
. "$(dirname "$0")/lib.sh"
build+=/sanitizers

build_all() {
	mkdir -p "$build" && cd "$build" || return 1
	[ -e Makefile ] || "$top/configure" -q \
		CFLAGS="-g -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all" ||
		return 1
	make -j2 && make tests/fuzz/sanitizer-check
}

# Each report goes to a file of its own, whatever the test does with its children's output; but UBSan's beside
# ASan's to the output: the status tells.
export ASAN_OPTIONS="detect_leaks=1:abort_on_error=0:exitcode=66:log_path=$work/report"
# glibc's newlocale never frees its search path where LOCPATH is set, as the tests in Japanese do;
# libp11-kit calls it when it is loaded.
echo "leak:__argz_add_sep" >"$work/not-ours"
export LSAN_OPTIONS="suppressions=$work/not-ours:print_suppressions=0"
export UBSAN_OPTIONS="print_stacktrace=1:exitcode=66"

must "the build with sanitizers" build_all

# A sanitizer that is not at work finds nothing: first each has to find what was made on purpose.
# finds WHAT WORDS: it ends as told to, and says why.
finds() {
	"$build/tests/fuzz/sanitizer-check" "$1" >"$work/report" 2>&1
	[ $? -eq 66 ] && grep -hF "$2" "$work"/report*
	set -- $?
	rm -f "$work"/report*
	return "$1"
}
while read -r what words; do
	check "the sanitizers find a mistake made on purpose: $what" finds "$what" "$words"
done <<'END'
overflow AddressSanitizer: heap-buffer-overflow
leak LeakSanitizer: detected memory leaks
undefined runtime error: signed integer overflow
END

programs=$(printf 'include Makefile\nprograms:\n\t@echo $(filter-out tests/module/life tests/module/fork,$(TESTS))\n' |
	make -s -C "$build" -f - programs)
JPKI_BUILD=$build limited 3200 make -C "$build" -k -j2 check TESTS="$programs" \
	>"$work/log" 2>&1
found_nothing "make check under ASan, LeakSanitizer and UBSan" $? \
	"$(grep -c '^PASS: ' "$work/log") programs, nothing found"

# Of these two programs all but the tests that fork while another thread allocates: gcc 12's ASan leaves
# its own locks held in the child. make check itself has those.
# lives PROGRAM: the names of its tests.
lives() {
	sed -n 's/^\([a-z0-9_]*\)(void \*\*state)$/\1/p' "$top/tests/module/$1.c" | grep -v '^fork_while_another_thread'
}
status=0 count=0
# libp11's engine (0.4.13, with OpenSSL 3.5) keeps a key that was freed; the module has nothing of libcrypto's.
{ cat "$work/not-ours" && echo "leak:CRYPTO_malloc"; } >"$work/engines"
: >"$work/log"
for life in $(lives life | sed 's,^,life/,') $(lives fork | sed 's,^,fork/,'); do
	not_ours=$work/not-ours
	[ "${life#*/}" != openssls_engine_and_the_program_use_the_module_together ] || not_ours=$work/engines
	LSAN_OPTIONS=${LSAN_OPTIONS/"$work/not-ours"/"$not_ours"} \
		JPKI_BUILD=$build one_case "$build/tests/module/${life%/*}" "${life#*/}" \
		>>"$work/log" 2>&1 || status=1
	count=$((count + 1))
done
[ "$count" -gt 5 ] || status=1
found_nothing "$count tests of the module's life under the same" $status
finish
