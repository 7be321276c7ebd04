#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# What "make bench" runs: prints what the module costs on the simulated card, in exchanges and in
# time. Status 0 unless something did not work: slow is not a failure.
set -u
export LC_ALL=C.UTF-8

usage() {
	cat <<'END'
Usage: tests/bench.sh [BUILD-FOLDER]

Prints the exchanges with the simulated card, step by step, beside those of OpenSC's module where
it is installed, and the time of a signature beside that of a minimal program, over the stand-in
libpcsclite and over a pcscd of its own. $OPENSC_MODULE: where OpenSC's module is.
END
}

# --inside: in namespaces of our own, where /run/pcscd and the loopback are ours.
inside=
[ "${1-}" != --inside ] || { inside=yes; shift; }
case ${1-} in
--help) usage; exit ;;
-*) usage >&2; exit 2 ;;
esac

build=$(realpath "${1:-.}") || exit 2
sim=$build/src/sim/jpki-card-sim
module=$build/.libs/jpki-pkcs11.so
bench=$build/tests/bench
for file in "$sim" "$module" "$bench"; do
	[ -e "$file" ] || { echo "bench: there is no $file: run make bench" >&2; exit 2; }
done

work=$(mktemp -d) || exit 2
started=()

# shellcheck disable=SC2317 # it is the trap's
clean_up() {
	# The cards' server first: pcscd is slow to end while it waits for a card.
	for process in "${started[@]}"; do
		kill "$process" 2>/dev/null && wait "$process" 2>/dev/null
	done
	rm -rf "$work"
}
trap clean_up EXIT
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

# wait_until COMMAND...: for ten seconds at most.
wait_until() {
	local i
	for ((i = 0; i < 100; i++)); do
		! "$@" || return 0
		sleep 0.1
	done
	return 1
}

# The times over pcscd, inside the namespaces.
measure_pcscd() {
	local control=$work/control version
	ip link set lo up && mount -t tmpfs none /run/pcscd || return 1
	"$sim" serve --control "$control" >"$work/ready" &
	started+=($!)
	# Where pcscd asks polkit who may use a card: there is none to ask in here.
	pcscd --foreground $(pcscd --help | grep -o -e --disable-polkit) >"$work/pcscd.log" 2>&1 &
	started+=($!)
	if ! wait_until grep -q ready "$work/ready"; then
		echo "bench: no card in pcscd:" >&2
		cat "$work/pcscd.log" >&2
		return 1
	fi
	version=$(pcscd --version | sed -n 's/^pcsc-lite version \([0-9.]*[0-9]\).*/ \1/p')
	JPKI_CARD_SIM_CONTROL=$control "$bench" time "$module" "pcscd$version with vpcd"
}

# over_pcscd: as root, or with namespaces of one's own where the system lets users have them.
over_pcscd() {
	local program way=(unshare --mount --net)
	for program in pcscd ip unshare; do
		if ! PATH=$PATH:/usr/sbin:/sbin command -v "$program" >/dev/null; then
			echo "(not measured over pcscd: there is no $program here)"
			return 0
		fi
	done
	[ "$(id -u)" -eq 0 ] || way+=(--map-root-user)
	if ! "${way[@]}" test -d /run/pcscd 2>/dev/null; then
		echo "(not measured over pcscd: no namespaces for this user, or no /run/pcscd)"
		return 0
	fi
	PATH=$PATH:/usr/sbin:/sbin "${way[@]}" "$0" --inside "$build" &
	started+=($!)
	wait $!
}

# Other programs at work make times longer, and not evenly.
say_load() {
	local load processors
	read -r load _ </proc/loadavg 2>/dev/null || return 0
	processors=$(nproc)
	[ "${load%.*}" -lt "$processors" ] ||
		echo "(the machine is busy: load $load on $processors processors; times may mislead)"
}

if [ -n "$inside" ]; then
	measure_pcscd
	exit
fi

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
over_pcscd || status=1
say_load
exit $status
