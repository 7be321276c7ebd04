#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Several programs on one card through a real pcscd (tests/pair/pair.c), and OpenSC's module beside ours.
set -u
. "$(dirname "$0")/lib.sh"
private_enter "$@"
needs_mounts

pcscd_start
card_serve --card adult --card child
export JPKI_CARD_SIM_CONTROL=$work/control JPKI_BUILD=$build

# p11-kit's configuration is our own: it ignores a user's where the user is root, as here.
mkdir "$work/modules"
echo "module: $module" >"$work/modules/jpki.module"
echo "module: opensc-pkcs11.so" >"$work/modules/opensc.module"
mount --bind "$work/modules" /usr/share/p11-kit/modules || bail "p11-kit configured"

# run_pair PATTERN: the promises whose name matches, as result lines.
run_pair() {
	CMOCKA_MESSAGE_OUTPUT=TAP timeout 900 "$build/tests/pair/pair" "$@" 2>"$work/pair.err" |
		sed -un 's/^\(not \)\?ok [0-9]* - /\1ok /p; /^# \(not \)\?ok/!s/^#/#/p'
	if [ "${PIPESTATUS[0]}" -ne 0 ]; then
		failures=$((failures + 1))
		tail -n 5 "$work/pair.err" | sed 's/^/# /'
	fi
}

run_pair "$@"
finish
