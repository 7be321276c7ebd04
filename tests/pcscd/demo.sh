#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# ./demo: what it shows happened, and a step that found nothing fails.
set -u
. "$(dirname "$0")/lib.sh"
[ "$build" = "$top/build/test" ] || { skip "all of it" "it builds in build/test, and this is $build"; finish; }
work=$(mktemp -d "${TMPDIR:-/tmp}/jpki-demo.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
export TMPDIR=$work

demo() { env -u JPKI_PRIVATE PATH="${1:+$1:}$PATH" timeout 600 "$top/demo"; }
# shows TEXT: the last run had a line with it.
shows() { check "$1" grep -Fq -e "$2" "$work/shown"; }

check "the demo runs to its end" demo ""
cp "$work/out" "$work/shown"
shows "it lists both tokens" "2 tokens"
shows "both signatures verify" "openssl: Verified OK"
shows "the card is logged out after it" "The card is logged out again: "

# Where no namespaces are allowed, to somebody who has settings.
mkdir -p "$work/bare" "$work/home/.config" && echo "token-labels = japanese" >"$work/home/.config/jpki-pkcs11.conf" &&
	printf '#!/bin/sh\nexit 1\n' >"$work/bare/unshare" && printf '#!/bin/sh\necho 1000\n' >"$work/bare/id" &&
	chmod +x "$work/bare/unshare" "$work/bare/id"
bare_demo() { HOME=$work/home demo "$work/bare"; }
check "the demo runs to its end without namespaces" bare_demo
cp "$work/out" "$work/shown"
shows "over the stand-in for pcscd" "stand-in for pcscd (no"
shows "and without the user's settings" "openssl: Verified OK"

# A pkcs11-tool that finds no token, and is content with it.
mkdir "$work/bin" && printf '#!/bin/sh\necho "Available slots:"\n' >"$work/bin/pkcs11-tool" &&
	chmod +x "$work/bin/pkcs11-tool"
refuses "without a token it fails" FAILED demo "$work/bin"
cp "$work/out" "$work/shown"
check "at the step that looks for them" grep -q '^\[4/7\].*FAILED' "$work/shown"

finish
