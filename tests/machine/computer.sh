# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# A whole virtual computer with a USB reader, whose card is the simulated one; for machine.sh, which
# has $top, $here, $build, $work and $sim.
#
#	image_get RELEASE	# sets $image, a folder with the computer's disk and kernel
#	computer_start; computer_await
#	inside USER COMMAND	# by ssh; active COMMAND: by who sits at it
#	card ORDER...; qmp COMMAND...
#	await COMMAND...	# until it succeeds
#
# The image is kept where tests/debian-root.sh keeps Debian's bases; it is made anew where what makes it
# has changed. It has all that our packages need, and not them. No run changes it.

ssh_user_options=(-q -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o ConnectTimeout=300
	-o ControlMaster=auto -o ControlPersist=6000 -o "ControlPath=$work/%r" -p 22022)

# Beside other work it is slow, and nothing that it starts is to be given up for that, nor its timer (a
# panic then); a panic ends it. What guards against other users of a processor costs an emulated one most of its time.
arguments="net.ifnames=0 mitigations=off init_on_alloc=0 no_timer_check panic=1 systemd.default_timeout_start_sec=3600 systemd.default_device_timeout_sec=3600
	systemd.service_watchdogs=0 systemd.mask=serial-getty@ttyS0.service
	systemd.mask=systemd-networkd-wait-online.service"
arguments=$(echo $arguments)

# Nothing takes this long, beside any other work: one wait, and all that is done with the computer, which is
# less than ./run-tests waits for a line, or .ci/run for everything.
patience=900 # seconds
computer_minutes=45
await() {
	local end=$((SECONDS + patience))
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.5
	done
}

image_names() { "$top/tests/install-packages" --names machine-inside; }

# image_root RELEASE ROOT: our packages come and go, so that what they need stays.
image_root() {
	local ours
	ours=$(cd "$work/debs" && printf '/opt/%s ' *.deb)
	root_make "$1" amd64 "$2" && cp "$work/debs"/*.deb "$2/opt" &&
		printf '#!/bin/sh\nexit 101\n' >"$2/usr/sbin/policy-rc.d" &&
		chmod +x "$2/usr/sbin/policy-rc.d" &&
		mkdir -p "$2/etc/initramfs-tools/conf.d" "$2/usr/share/initramfs-tools/modules.d" &&
		echo MODULES=list >"$2/etc/initramfs-tools/conf.d/machine" &&
		printf '%s\n' virtio_pci virtio_blk ext4 >"$2/usr/share/initramfs-tools/modules.d/machine" &&
		root_run "$2" apt-get install -y --no-install-recommends initramfs-tools $(image_names) $ours &&
		root_run "$2" apt-get purge -y $(cd "$work/debs" && for deb in *.deb; do echo "${deb%%_*}"; done) &&
		rm "$2/usr/sbin/policy-rc.d" "$2"/opt/*.deb &&
		root_keep "$2" && root_run "$2" apt-get clean && "$here/make-root" "$2"
}

image_make() {
	local root=$work/root
	rm -rf "$root_cache/machine-$1-"*
	image_root "$1" "$root" && mkdir -p "$image.$$" &&
		cp "$root"/boot/vmlinuz-* "$image.$$/kernel" && cp "$root"/boot/initrd.img-* "$image.$$/initrd" &&
		mke2fs -q -t ext4 -O ^has_journal -d "$root" "$image.$$/disk" 3000M && mv "$image.$$" "$image"
}

image_get() {
	local made_of
	made_of=$({ image_names; cat "$here/make-root"; declare -f image_root image_make
		for deb in "$work"/debs/*.deb; do dpkg-deb -f "$deb" Depends; done; } | sha256sum | cut -c1-16)
	image=$root_cache/machine-$1-$made_of
	[ -e "$image/disk" ] || image_make "$1"
}

# QEMU says when the card gets power; at once, so that it can be counted. Its clock is the real one, as are the patience of
# drivers in it and the time that a reader is given: it needs little time, but needs it at once.
computer_start() {
	ssh-keygen -q -t ed25519 -N '' -f "$work/key" || return 1
	TMPDIR=$work nice -n -10 stdbuf -oL qemu-system-x86_64 -M pc -accel tcg -cpu Nehalem -smp 1 -m 1024 -display none -no-reboot \
		-serial "file:$work/console" -kernel "$image/kernel" -initrd "$image/initrd" \
		-append "root=/dev/vda rw console=tty0 console=ttyS0 quiet $arguments" \
		-fw_cfg "name=opt/key,file=$work/key.pub" \
		-drive "file=$image/disk,format=raw,if=virtio,snapshot=on" -device qemu-xhci,id=xhci \
		-chardev "socket,id=card,path=$work/card,server=on,wait=off" \
		-device usb-ccid,id=reader,bus=xhci.0,debug=1 \
		-device ccid-card-passthru,id=card,bus=reader.0,chardev=card \
		-netdev "user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:22022-:22" \
		-device virtio-net-pci,netdev=net -qmp "unix:$work/qmp,server=on,wait=off" \
		>"$work/qemu.log" 2>&1 &
	computer=$!
	"$sim" serve --state "$work/cards" --qemu "$work/card" --control "$work/control" \
		--trace "$work/trace" >"$work/serve.log" 2>&1 &
}

came_up_or_died() { inside root true || ! kill -0 "$computer"; }
computer_await() {
	await came_up_or_died && inside root true && return
	tail -n 20 "$work/console" "$work/qemu.log"
	return 1
}

# Where there is no connection (255) the command has not begun.
inside() {
	local status i
	for i in 1 2 3; do
		timeout "$patience" ssh -n "${ssh_user_options[@]}" -i "$work/key" "$1@127.0.0.1" "$2"
		status=$?
		[ $status -eq 255 ] || break
	done
	return $status
}

into() { # FOLDER FILE...
	tar --create --transform='s,.*/,,' --absolute-names "${@:2}" |
		timeout "$patience" ssh "${ssh_user_options[@]}" -i "$work/key" root@127.0.0.1 "tar --extract -C $1"
}

active() {
	inside root "rm -f /run/jobs/status; cat >/run/jobs/new <<'END'
$1
END
		mv /run/jobs/new /run/jobs/job
		until [ -e /run/jobs/status ]; do sleep 0.5; done
		cat /run/jobs/out; exit \$(cat /run/jobs/status)"
}

computer_is_suspended() { qmp query-status | grep -q suspended; }

qmp() { timeout "$patience" "$here/qmp" "$work/qmp" "$@"; }
card() { timeout "$patience" "$sim" --control "$work/control" "$@"; }
