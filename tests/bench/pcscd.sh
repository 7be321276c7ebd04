#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# What tests/bench/bench.sh runs: the time of a signature over a pcscd of its own, $JPKI_BUILD being the
# build folder.
set -u
. "$(dirname "$0")/../pcscd/lib.sh"
private_enter "$@"

for need in "${pcscd[0]}" ip "$vpcd_conf"; do
	[ -e "$need" ] || command -v "$need" >/dev/null || { skip "time over pcscd" "there is no $need here"; finish; }
done
pcscd_start
card_serve --card adult
version=$("${pcscd[@]}" --version | sed -n 's/^pcsc-lite version \([0-9.]*[0-9]\).*/ \1/p')
JPKI_CARD_SIM_CONTROL=$work/control "$build/tests/bench/bench" time "$module" "pcscd$version with vpcd"
