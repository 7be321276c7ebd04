#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# What "make bench" runs: prints what the module costs on the simulated card, in exchanges and in
# time. Status 0 unless something did not work: slow is not a failure.
set -u
export LC_ALL=C.UTF-8

usage() {
	cat <<'END'
Usage: tests/bench/bench.sh [BUILD-FOLDER]

Prints the exchanges with the simulated card, step by step, beside those of OpenSC's module where
it is installed, and the time of a signature beside that of a minimal program, over the stand-in
libpcsclite and over a pcscd of its own, and the time until jpki-desktop's window stands beside a
bare one's, where it was built. $OPENSC_MODULE: where OpenSC's module is.
END
}

case ${1-} in
--help) usage; exit ;;
-*) usage >&2; exit 2 ;;
esac

build=$(realpath "${1:-.}") || exit 2
sim=$build/src/sim/jpki-card-sim
module=$build/.libs/jpki-pkcs11.so
bench=$build/tests/bench/bench
for file in "$sim" "$module" "$bench"; do
	[ -e "$file" ] || { echo "bench: there is no $file: run make bench" >&2; exit 2; }
done

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

# No settings, caches or pcscd of whoever runs this.
for name in $(compgen -e | grep '^JPKI_'); do unset "$name"; done
export HOME=$work XDG_CONFIG_HOME=$work XDG_CACHE_HOME=$work
export JPKI_CARD_SIM_STATE=$work/state

# find_opensc: the path of OpenSC's module, or nothing.
find_opensc() {
	local path folder
	if [ -n "${OPENSC_MODULE-}" ]; then
		echo "$OPENSC_MODULE"
		return
	fi
	folder=$(pkg-config --variable=p11_module_path p11-kit-1 2>/dev/null)
	for path in "${folder:-/usr/lib/pkcs11}/opensc-pkcs11.so" \
		/usr/lib/*/opensc-pkcs11.so /usr/lib64/pkcs11/opensc-pkcs11.so; do
		[ ! -e "$path" ] || { echo "$path"; return; }
	done
}

# Other programs at work make times longer, and not evenly.
say_load() {
	local load processors
	read -r load _ </proc/loadavg 2>/dev/null || return 0
	processors=$(nproc)
	[ "${load%.*}" -lt "$processors" ] ||
		echo "(the machine is busy: load $load on $processors processors; times may mislead)"
}

status=0
opensc=$(find_opensc)
"$sim" run -- "$bench" exchanges "$module" ${opensc:+"$opensc"} || status=1
if [ -z "$opensc" ]; then
	echo "(OpenSC's module is not installed)"
elif command -v opensc-tool >/dev/null; then
	echo "($(opensc-tool -i 2>/dev/null | sed -n "1s/ *\[.*//p"))"
fi
echo
printf '%-38s %10s %10s   %5s  %6s\n' "Time of a signature, median of 50" minimal ours ratio target
"$sim" run -- "$bench" time "$module" "stand-in libpcsclite" || status=1
JPKI_BUILD=$build "$(dirname "$0")/pcscd.sh" || status=1
echo
JPKI_BUILD=$build "$(dirname "$0")/../desktop/window.sh" "$(dirname "$0")/../desktop/start.py" || status=1
say_load
exit $status
