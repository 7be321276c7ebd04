#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The promises of tests/slow/secrets.sh over the real libpcsclite, whose buffers are searched too.
set -u
. "$(dirname "$0")/lib.sh"
private_enter "$@"

pin_auth=7391 pin_sign=QX7ZK9WPV3M2LHT8 # as no program has them by chance

"$sim" make --person adult --pin-auth $pin_auth --pin-sign $pin_sign holder >"$work/make.log" 2>&1 &&
	"$sim" certificate holder sign >"$work/sign.pem" || bail "a card is made" "$work/make.log"
mkdir "$work/folder"
# It types the password.
printf '#!/bin/sh\necho "OK here"\nwhile read -r word rest; do\n\t[ "$word" != GETPIN ] || echo "D %s"\n\techo OK\ndone\n' $pin_sign \
	>"$work/pinentry" && chmod +x "$work/pinentry"
pcscd_start
card_serve --card holder

JPKI_CARD_SIM_CONTROL=$work/control timeout --kill-after=10 900 \
	"$build/tests/secrets/secrets" "$module" "$build/tests/secrets/client" "$work/sign.pem" \
	$pin_auth $pin_sign "$work/folder" "$build/src/tool/jpki-tool" "$work/pinentry" 2>"$work/err"
status=$?
[ $status -le 1 ] || not_ok "the watcher ran to its end" "$work/err"
failures=$((failures + (status > 0)))
finish
