# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# A pcscd of one's own and the simulated card in it, for tests and for ./demo. To be sourced:
#
#	. "$(dirname "$0")/lib.sh"
#	private_enter "$@"	# the script starts anew in namespaces of its own; skips where
#				# that is not allowed
#	pcscd_start
#	card_serve --card adult
#	check "lists two tokens" tool -L
#	finish
#
# Nothing outlives the script, however it ends: its processes are in a PID namespace and its mounts
# in a mount namespace that go with it, its network is a loopback of its own, and its files are in
# $work, which is removed. It never touches the user's pcscd, ports, settings or readers: the
# private pcscd knows vpcd's virtual readers only, because PINs are tried on whatever card it finds.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=${JPKI_BUILD:-$top/build/test}
self=$(cd "$(dirname "$0")" && pwd)/$(basename "$0")
module=$build/.libs/jpki-pkcs11.so
sim=$build/src/sim/jpki-card-sim
work=${JPKI_PRIVATE:-}
unpacked=$("$top/tests/install-packages" --folder)
pcscd=(pcscd)
vpcd_conf=/etc/reader.conf.d/vpcd
pin_auth=1234
pin_sign=ABC123
# shellcheck source=tests/results.sh
. "$top/tests/results.sh"

# refuses NAME MESSAGE COMMAND...: the command has to fail by itself, not by a signal or a timeout,
# and has to say MESSAGE.
refuses() {
	local name=$1 message=$2 status
	shift 2
	"$@" >"$work/out" 2>&1
	status=$?
	if [ $status -gt 0 ] && [ $status -lt 124 ] && grep -Fqe "$message" "$work/out"; then
		ok "$name"
	else
		echo "status $status, and expected: $message" >>"$work/out"
		not_ok "$name" "$work/out"
	fi
}

# Nothing more can be tested: fails with a reason and perhaps a file.
bail() {
	not_ok "$@"
	exit 1
}

# In a chroot, / is no mount point and what it lies on may be shared with who made it. So first all
# mounts of the namespace become private, by a program that sees its real root; then the chroot is
# mounted again, as a root of its own.
chroot_private='nsenter --mount=/proc/self/ns/mnt mount --make-rprivate / && mount --rbind / /tmp &&
	exec chroot /tmp sh -c "mount -t proc proc /proc && exec \"\$@\"" sh "$@"'

# The command line that gives namespaces here, in the array `namespaces`; false if none does. Empty
# where none is wanted.
private_possible() {
	local flags proc
	for flags in -mnp -rmnp; do
		for proc in --mount-proc ""; do
			namespaces=(unshare "$flags" --fork --kill-child $proc --)
			"${namespaces[@]}" true 2>/dev/null && return 0
		done
	done
	namespaces=(unshare -mnp --propagation unchanged --fork --kill-child -- sh -c "$chroot_private" sh)
	"${namespaces[@]}" true 2>/dev/null && return 0
	namespaces=(env JPKI_SHARED=yes)
	container_of_our_own
}

# Nobody but us could want a pcscd here, and nothing starts one: then it needs no namespace.
container_of_our_own() {
	[ "$(id -u)" -eq 0 ] && [ ! -d /run/systemd/system ] && [ ! -e /run/pcscd/pcscd.comm ] &&
		! readlink /proc/[0-9]*/exe | grep -q '/pcscd$' && [ -z "$(ss -Hltn 'sport = :35963 or sport = :35964')" ]
}

# The processes started for $outer_work, where no namespace takes them along.
shared_processes() {
	grep -lzsx "JPKI_PRIVATE=$outer_work" /proc/[0-9]*/environ | tr -dc '0-9\n'
}

# Gives back a folder of files and the processes of the namespaces.
private_leave() {
	trap '' INT TERM HUP
	[ -z "${inside:-}" ] || kill -KILL "$inside" 2>/dev/null
	wait
	if [ "${namespaces[*]}" = "env JPKI_SHARED=yes" ]; then
		while left=$(shared_processes) && [ -n "$left" ]; do
			# shellcheck disable=SC2086 # several of them
			kill -KILL $left 2>/dev/null
		done
		rm -rf /run/pcscd
	fi
	rm -rf "$outer_work"
	exit "${1:-130}"
}

# Starts this script anew in its own namespaces, with $work for its files, and ends as it ends.
# Ctrl-C is what it is elsewhere: bash ignores it in what it starts beside itself.
private_run() {
	outer_work=$(mktemp -d "${TMPDIR:-/tmp}/jpki-test.XXXXXX") || exit 1
	trap private_leave INT TERM HUP
	JPKI_PRIVATE=$outer_work env --default-signal=INT,QUIT setpriv --pdeathsig KILL "${namespaces[@]}" "$self" "$@" &
	inside=$!
	wait "$inside"
	private_leave $?
}

# In the namespaces: what is unpacked and not installed (tests/packages.txt), where it would have been
# installed. These folders can then be read only, so what we write to stays outside.
place_unpacked() {
	local folder outside=()
	[ -d "$unpacked" ] || return 0
	exec {outside[0]}<"$top" {outside[1]}<"$work" || return 1
	cd "$unpacked" || return 1 # no name of a folder is then taken for an option of mount's
	for folder in usr etc var; do
		[ ! -d $folder ] || mount -t overlay overlay -o lowerdir=$folder:/$folder /$folder || return 1
	done
	[ ! -d var ] || mount -t tmpfs -o mode=1777 none /var/tmp || return 1
	[ -w "$top" ] || mount --bind "/proc/self/fd/${outside[0]}" "$top" || return 1
	[ -w "$work" ] || mount --bind "/proc/self/fd/${outside[1]}" "$work" || return 1
	exec {outside[0]}<&- {outside[1]}<&-
}

# Without namespaces: pcscd and the driver that was unpacked with it, from where they are.
find_unpacked() {
	local driver
	driver=$(echo "$unpacked"/usr/lib/pcsc/drivers/serial/libifdvpcd.so)
	[ -e "$driver" ] || return 0
	ln -s "$driver" "$work/vpcd.so" && # its path may hold what pcscd cannot read
		sed "s|^LIBPATH.*|LIBPATH $work/vpcd.so|" "$unpacked/etc/reader.conf.d/vpcd" >"$work/vpcd.conf" || return 1
	vpcd_conf=$work/vpcd.conf
	pcscd=(setpriv --pdeathsig KILL env LD_LIBRARY_PATH="$(echo "$unpacked"/usr/lib/*-linux-*)"
		"$unpacked/usr/sbin/pcscd")
}

# The build's own folder for settings, whatever it is.
settings_folder() {
	sed -n 's/^sysconfdir = //p' "$build/Makefile" |
		sed "s,[$]{prefix},$(sed -n 's/^prefix = //p' "$build/Makefile"),"
}

# Settings for all users of this machine: programs that sudo starts heed no variable (tests/alone.sh).
hide_settings() {
	local file
	file=$(settings_folder)/jpki-pkcs11.conf
	[ ! -e "$file" ] || { : >"$work/no-settings" && mount --bind "$work/no-settings" "$file"; }
}

# A loopback, an empty /run, no USB.
private_surroundings() {
	place_unpacked && hide_settings || return 1
	ip link set lo up && mount -t tmpfs none /run || return 1
	[ ! -d /dev/bus/usb ] || mount -t tmpfs none /dev/bus/usb
}

# In the namespaces, or without: nothing of what surrounds us, and none of the user's settings.
private_prepare() {
	if [ -z "${JPKI_SHARED:-}" ]; then private_surroundings; else find_unpacked; fi || return 1
	mkdir -p /run/pcscd "$work/home" "$work/no-drivers" || return 1
	# shellcheck source=tests/alone.sh
	JPKI_BUILD=$build . "$top/tests/alone.sh"
	unset PCSCLITE_CSOCK_NAME
	PATH=$PATH:/usr/sbin:/sbin
	export HOME=$work/home TMPDIR=$work JPKI_CARD_SIM_STATE=$work/cards
	cd "$work" || return 1
}

private_enter() {
	if [ -z "$work" ]; then
		if private_possible; then private_run "$@"; fi
		forbidden "all of it" "neither namespaces nor a pcscd of its own are allowed here"
		exit 0
	fi
	private_prepare || bail "namespaces prepared"
}

# What follows changes what system folders hold, in namespaces of its own.
needs_mounts() {
	[ -n "${JPKI_SHARED:-}" ] || return 0
	forbidden "all of it" "this container allows no mounts"
	finish
}

# await SECONDS COMMAND...: until the command succeeds.
await() {
	local tenths=$(($1 * 10))
	shift
	until "$@"; do
		[ $((tenths -= 1)) -gt 0 ] || return 1
		sleep 0.1
	done
}

# listens SOCKET: somebody does; the file is there before that.
listens() { grep -q " 00010000 .* $1\$" /proc/net/unix; } # SO_ACCEPTCON

# pcscd's option not to ask polkit who may use a card, where it asks at all: in the namespaces there
# is no polkit, and it would refuse everybody.
without_polkit() { "${pcscd[@]}" --help | grep -o -e '--disable-polkit'; }

# pcscd_start [OPTION...]: only the configuration of vpcd is given, unless the options say otherwise,
# and no folder of drivers for what is plugged in.
pcscd_start() {
	[ $# -gt 0 ] || set -- --config "$vpcd_conf" $(without_polkit)
	PCSCLITE_HP_DROPDIR=$work/no-drivers "${pcscd[@]}" --foreground "$@" >"$work/pcscd.log" 2>&1 &
	pcscd_pid=$!
	await 60 listens /run/pcscd/pcscd.comm || bail "pcscd started" "$work/pcscd.log"
}

pcscd_stop() {
	kill "$pcscd_pid"
	wait "$pcscd_pid" 2>/dev/null
	rm -f /run/pcscd/*
}

# card_serve OPTION...: `jpki-card-sim serve`, until pcscd has the cards.
card_serve() {
	local line
	exec {ready}< <(exec "$sim" serve --control "$work/control" "$@" 2>"$work/serve.log")
	serve_pid=$!
	IFS= read -r -t 60 line <&"$ready" || bail "simulated card in the reader" "$work/serve.log"
}

# An order to the running card.
card() { "$sim" --control "$work/control" "$@"; }

# logged_out: there is a card with keys, and none of them is open.
logged_out() {
	card --json status | tr -d ' \n' >"$work/status"
	grep -q '"open":false' "$work/status" && ! grep -q '"open":true' "$work/status"
}

# pkcs11-tool with our module; a hang is a failure.
tool() { timeout 120 pkcs11-tool --module "$module" "$@"; }
