#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# A short run of libFuzzer on each target (tests/fuzz), with ASan and UBSan, starting from the
# corpus in the source. FUZZ_SECONDS: how long each, 15 if not set. FUZZ_TARGETS: which, all if not set.
# FUZZ_KEEP: a folder where new inputs
# of interest are gathered. The fuzzers are built in build/test/fuzz and kept.
. "$(dirname "$0")/lib.sh"
build+=/fuzz
seconds=${FUZZ_SECONDS:-15}
targets="${FUZZ_TARGETS:-certificate card calls verify prompt agent}"

build_targets() {
	local target programs=()
	mkdir -p "$build/found" && cd "$build" || return 1
	[ -e Makefile ] || "$top/configure" -q CC=clang \
		CFLAGS="-g -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all" ||
		return 1
	for target in $targets; do programs+=("tests/fuzz/fuzz-$target"); done
	make -j2 "${programs[@]}"
}

# fuzz TARGET: any crash, leak, hang or broken promise ends it with a status that is not 0.
fuzz() {
	local keep=${FUZZ_KEEP:-$work}/$1 longest=1024
	[ "$1" != verify ] || longest=6000 # a card's signature has nearly 4,000 bytes
	mkdir -p "$keep"
	UBSAN_OPTIONS=print_stacktrace=1 limited $((seconds + 120)) \
		"$build/tests/fuzz/fuzz-$1" -seed=1 -max_total_time="$seconds" -len_control=0 \
		-max_len=$longest -timeout=60 -rss_limit_mb=1024 -print_final_stats=1 \
		-artifact_prefix="$build/found/$1-" "$keep" "$top/tests/fuzz/corpus/$1" \
		>"$work/$1.log" 2>&1
}

must "the fuzzers are built with clang" build_targets
for target in $targets; do
	if fuzz "$target"; then
		runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/$target.log")
		ok "fuzz-$target finds nothing in $runs inputs"
	else
		not_ok "fuzz-$target finds nothing (the input: build/test/fuzz/found/$target-*)" \
			"$work/$target.log"
	fi
done
finish
