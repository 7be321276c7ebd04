#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# tests/machine/machine.sh ROOT: a whole virtual computer with a USB reader, whose card is the
# simulated one. ROOT is a Debian root that is changed: with a kernel, systemd-sysv, udev, dbus, polkitd,
# pkexec, pcscd, libccid, opensc, p11-kit, openssh-server, libpam-systemd, usbutils, and our packages
# installed in it. Needs root, qemu-system-x86, python3, openssh-client, e2fsprogs; no KVM, no network.
# Three minutes on a quiet machine; not part of ./run-tests yet.
#
# What is shown: the way from the socket that starts pcscd to a signature, policy and its remedy, and
# what a program that is logged in gets when card, reader, pcscd or the computer itself go away.
set -u
export LC_ALL=C.UTF-8
top=$(cd "$(dirname "$0")/../.." && pwd)
here=$top/tests/machine
build=${JPKI_BUILD:-$top/build/test}
[ $# -eq 1 ] || { sed -n "4,8s,^# ,,p" "$0" >&2; exit 2; }
root=$1
work=$(mktemp -d "${TMPDIR:-/tmp}/jpki-machine.XXXXXX") || exit 1
sim=$build/src/sim/jpki-card-sim
failures=0
modules=/usr/lib/x86_64-linux-gnu/pkcs11
pids=()

clean_up() {
	[ ${#pids[@]} -eq 0 ] || kill "${pids[@]}" 2>/dev/null
	rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

ok() { printf 'ok %s\n' "$1"; }
not_ok() { # NAME: with what was last shown
	printf 'not ok %s\n' "$1"
	sed 's/^/# /' "$work/out" | tail -n 30
	failures=$((failures + 1))
}

# check NAME COMMAND...
check() {
	local name=$1
	shift
	if "$@" >"$work/out" 2>&1; then ok "$name"; else not_ok "$name"; fi
}

# inside USER COMMAND: over ssh; the first time also waits for nobody.
inside() {
	timeout 120 ssh -q -n -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
		-o ConnectTimeout=5 -o ControlMaster=auto -o ControlPersist=600 \
		-o "ControlPath=$work/%r" -i "$work/key" -p "$port" "$1@127.0.0.1" "$2"
}

# active COMMAND: by the user who is logged in at the computer itself (tty1).
active() {
	inside root "rm -f /run/jobs/status; printf '%s\n' '$1' >/run/jobs/new; mv /run/jobs/new /run/jobs/job
		for i in \$(seq 120); do [ -e /run/jobs/status ] && break; sleep 0.5; done
		cat /run/jobs/out; exit \$(cat /run/jobs/status)"
}

qmp() { timeout 90 "$here/qmp" "$work/qmp" "$@"; }
card() { timeout 60 "$sim" --control "$work/control" "$@"; }

# says PATTERN COMMAND...: whatever its status.
says() {
	local pattern=$1 text
	shift
	text=$("$@" 2>&1)
	printf '%s\n' "$text"
	grep -Eq -e "$pattern" <<<"$text"
}
ends_with() {
	local wanted=$1 status
	shift
	"$@"
	status=$?
	echo "status $status"
	[ $status -eq "$wanted" ]
}

# ---- the computer ----

prepare() {
	ssh-keygen -q -t ed25519 -N '' -f "$work/key" &&
		cc -O1 -I"$top/include" $(pkg-config --cflags p11-kit-1) -o "$work/program" "$here/program.c" &&
		"$here/make-root" "$root" "$work/key.pub" "$work/program" &&
		mke2fs -q -t ext4 -O ^has_journal -d "$root" "$work/disk" 3000M
}

start_computer() {
	local reader=(-device usb-ccid,id=reader,bus=xhci.0
		-device ccid-card-passthru,id=card,bus=reader.0,chardev=card)
	qemu-system-x86_64 -M q35 -cpu Nehalem -smp 1 -m 1024 -display none -no-reboot \
		-serial "file:$work/console" -kernel "$root"/boot/vmlinuz-* -initrd "$root"/boot/initrd.img-* \
		-append "root=/dev/vda rw console=tty0 console=ttyS0 quiet" \
		-drive "file=$work/disk,format=raw,if=virtio,snapshot=on" -device qemu-xhci,id=xhci \
		-chardev "socket,id=card,path=$work/card,server=on,wait=off" "${reader[@]}" \
		-netdev "user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:$port-:22" \
		-device virtio-net-pci,netdev=net -qmp "unix:$work/qmp,server=on,wait=off" \
		>"$work/qemu.log" 2>&1 &
	pids+=($!)
	"$sim" serve --state "$work/cards" --qemu "$work/card" --control "$work/control" \
		--trace "$work/trace" >"$work/serve.log" 2>&1 &
	pids+=($!)
}

await_computer() {
	for _ in $(seq 75); do
		inside root true && return
		sleep 4
	done
	tail -n 20 "$work/console" "$work/qemu.log"
	return 1
}

# ---- a program that is logged in ----

start_program() {
	inside root "mkfifo /run/in; setsid sh -c 'exec sleep 100000 >/run/in' >/dev/null 2>&1 </dev/null &
		setsid sh -c 'exec program $modules/jpki-auth-pkcs11.so 1234 </run/in >/run/told 2>&1' >/dev/null 2>&1 </dev/null &
		for i in \$(seq 40); do grep -q login /run/told && break; sleep 0.5; done; cat /run/told"
}

# signs PATTERN: the program is told to sign; what it says.
signs() {
	says "$1" inside root 'before=$(wc -l </run/told); echo go >/run/in
		for i in $(seq 60); do [ $(wc -l </run/told) -gt $before ] && break; sleep 0.5; done
		tail -n 1 /run/told'
}

# left_well: all tries, nothing open, on the card that is there.
left_well() { says '"auth":\{"tries":3,"open":false\}' sh -c "'$sim' --control '$work/control' --json status | tr -d ' \n'"; }

# event NAME PATTERN: what the program gets after what has just been done.
event() {
	check "$1: $2" signs "$2"
	check "$1: all tries are left, and the card is logged out" left_well
}

unplug() { card unplug && qmp --until DEVICE_DELETED device_del id=reader; }
# plug PORT
plug() {
	qmp device_add driver=usb-ccid id=reader bus=xhci.0 "port=$1" &&
		qmp device_add driver=ccid-card-passthru id=card bus=reader.0 chardev=card && card plug
}
sleep_and_wake() { # [COMMAND]: meanwhile
	inside root 'systemctl suspend' >/dev/null 2>&1
	sleep 15
	[ $# -eq 0 ] || "$@"
	qmp system_wakeup
	ssh -q -O exit -o "ControlPath=$work/root" x 2>/dev/null
	await_computer
}

lost="CKR_(DEVICE_REMOVED|SESSION_HANDLE_INVALID|USER_NOT_LOGGED_IN|TOKEN_NOT_PRESENT), logged in again: signed"

port=$((20000 + $$ % 20000))
prepare >"$work/out" 2>&1 || { not_ok "the image is made"; exit 1; }
start_computer
check "the computer starts" await_computer || exit 1
[ $failures -eq 0 ] || exit 1

check "the reader is there by USB" says 'Gemplus|Gemalto' inside root lsusb
check "pcscd is started by its socket: status" ends_with 0 inside root "jpki-tool status"
check "doctor finds nothing wrong" ends_with 0 inside root "jpki-tool doctor"
check "p11-kit lists both tokens" says 'JPKI Sign' inside root "p11-kit list-modules"
for key in auth:1234 sign:ABC123; do
	check "pkcs11-tool --login --test, ${key%:*}" says '^No errors' inside root \
		"pkcs11-tool --module $modules/jpki-${key%:*}-pkcs11.so --login --pin ${key#*:} --test"
done
check "who sits at the computer may: status" ends_with 0 active "jpki-tool status"
check "who came by ssh may not: status" ends_with 3 inside holder "jpki-tool status"
check "doctor tells it was policy, and how to allow it" says 'came by ssh' inside holder "jpki-tool doctor"
remedy=$(inside holder "jpki-tool doctor" | sed -n 's/^ *\$ \(echo .polkit.*\)/\1/p')
check "what doctor prints works as printed" inside root "sudo() { \"\$@\"; }; $remedy"
check "and then he may" ends_with 0 inside holder "jpki-tool status"

check "a program logs in" says 'login: signed' start_program
event "nothing happened" '^signed$'
card remove >/dev/null; sleep 2; card insert adult >/dev/null; sleep 2
event "the card out and in" "^$lost"
card swap moved >/dev/null; sleep 2
event "another person's card" "^$lost"
card swap adult >/dev/null; sleep 2
event "and the first again" "^$lost"
check "the reader is unplugged" unplug
check "and plugged in again" plug 1
sleep 5
event "the reader out and in" "^$lost"
check "unplugged once more" unplug
check "and into another port" plug 2
sleep 5
event "the reader in another port" "^$lost"
check "pcscd restarts" inside root "systemctl restart pcscd"
event "pcscd restarted" "^(signed|$lost)"
check "the computer sleeps and wakes" sleep_and_wake
event "sleep" "^(signed|$lost)"
check "another person's card is put in while it sleeps" sleep_and_wake card swap moved
event "another person's card put in during sleep" "^$lost"

check "the packages are removed" inside root \
	"DEBIAN_FRONTEND=noninteractive apt-get purge -y jpki-pkcs11 jpki-tool"
check "and leave nothing behind" inside root \
	"! ls $modules/jpki* /usr/share/p11-kit/modules/jpki* /usr/bin/jpki-tool /etc/jpki-pkcs11* 2>/dev/null | grep ."
printf '%s failed\n' $failures
exit $((failures > 0))
