#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# What the built modules show to the programs that load them, and what an installation leaves on
# the disk: three symbols, six libraries, no .la file, and nothing after "make uninstall".
set -u
export LC_ALL=C.UTF-8
[ $# -eq 0 ] || { echo "${0##*/} takes no arguments" >&2; exit 2; }
top=$(cd "$(dirname "$0")/.." && pwd)
build=${JPKI_BUILD:-$top/build/test}
status=0

# same NAME EXPECTED GOT
same() {
	if [ "$2" = "$3" ]; then
		echo "ok $1"
	else
		echo "not ok $1"
		diff <(echo "$2") <(echo "$3") | sed -n 's/^[<>]/# &/p'
		status=1
	fi
}

symbols="C_GetFunctionList
C_GetInterface
C_GetInterfaceList"
# gmp comes with hogweed's headers and may be dropped by the linker
libraries="libc libhogweed libnettle libpcsclite libtasn1"

for name in jpki-pkcs11 jpki-auth-pkcs11 jpki-sign-pkcs11; do
	module=$build/.libs/$name.so
	same "$name exports the three symbols only" "$symbols" \
		"$(nm -D --defined-only "$module" | awk '{ print $3 }' | sort)"
	needed=$(readelf -d "$module" | sed -n 's/.*(NEEDED).*\[\(.*\)\.so.*/\1/p' | sort)
	same "$name needs libraries without state of their own" "$libraries" \
		"$(grep -vx libgmp <<<"$needed" | paste -sd' ')"
	same "$name has no exit handler, and ends no process" "" \
		"$(nm -D "$module" | grep -E ' (__cxa_atexit|atexit|on_exit|abort|exit)(@|$)')"
done

root=$(mktemp -d) || exit 1
trap 'rm -rf "$root"' EXIT
if ! make -s -C "$build" install DESTDIR="$root" >"$root.log" 2>&1; then
	echo "not ok make install with DESTDIR"
	tail -n 15 "$root.log" | sed 's/^/# /'
	rm -f "$root.log"
	exit 1
fi
window='' window_pages=''
if grep -q "^DESKTOP_TRUE=''" "$build/config.log"; then
	window="
invalid.jpki_pkcs11.Desktop.desktop
invalid.jpki_pkcs11.Desktop.metainfo.xml
invalid.jpki_pkcs11.Desktop.svg
jpki-desktop
jpki-reminders.service
jpki-reminders.timer" window_pages="
jpki-desktop.1
jpki-desktop.1"
fi
same "the modules, their headers and files for p11-kit are installed" \
	"$(sort <<<"_jpki-card-sim
_jpki-tool
authorities.txt
jpki-agent.service
jpki-agent.socket
jpki-auth-pkcs11.so
jpki-auth.module
jpki-card-sim
jpki-card-sim
jpki-pkcs11.h
jpki-pkcs11.so
jpki-sign-pkcs11.so
jpki-sign.module
jpki-tool
jpki-tool
jpki-tool.mo
libpcsclite.so.1
pkcs11-v3.h$window")" \
	"$(find "$root" -type f ! -path '*/man/*' -printf '%f\n' | sort)"
same "no .la file is installed" "" "$(find "$root" -name '*.la')"
same "the manual pages are installed" "$(sort <<<"jpki-card-sim.1
jpki-pkcs11.7
jpki-tool.1
jpki-tool.1$window_pages")" "$(find "$root" -path '*/man/*' -type f -printf '%f\n' | sort)"
make -s -C "$build" uninstall DESTDIR="$root" >"$root.log" 2>&1 || { echo "not ok make uninstall"; status=1; }
same "make uninstall leaves nothing" "" "$(find "$root" ! -type d)"
rm -f "$root.log"
exit $status
