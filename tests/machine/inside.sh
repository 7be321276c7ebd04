#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# inside.sh WHAT [ARGUMENT]...: what tests/machine/machine.sh does in the virtual computer.
set -u
modules=$(echo /usr/lib/*/pkcs11)
auth=$modules/jpki-auth-pkcs11.so
state=/var/tmp/asked # and -WHO: of the programs that are logged in
agent=$state-agent
export SSH_AUTH_SOCK=$agent/socket SSH_ASKPASS=$agent/askpass SSH_ASKPASS_REQUIRE=force

# ---- what a user does ----

doctor() { jpki-tool doctor; }
doctor_on_one_line() { # with its exit status
	jpki-tool doctor | tr -s ' \n' ' '
	echo " status ${PIPESTATUS[0]}"
}
status() { jpki-tool status; }
list() { p11-kit list-modules | grep 'JPKI Sign' && p11-kit list-modules | grep 'JPKI Auth'; }
# try auth|sign PIN
try() { pkcs11-tool --module "$modules/jpki-$1-pkcs11.so" --login --pin "$2" --test | tee /dev/stderr | grep -q '^No errors'; }
sign() {
	local folder
	folder=$(mktemp -d) && cd "$folder" || return 1
	echo text >text
	pkcs11-tool --module "$auth" --login --pin 1234 --sign --mechanism SHA256-RSA-PKCS --input-file text \
		--output-file signature && jpki-tool cert export auth --output certificate &&
		openssl x509 -in certificate -noout -pubkey >key &&
		openssl dgst -sha256 -verify key -signature signature text
}

# ---- programs that are logged in ----

log_in() { # WHO PIN
	mkdir "$state-$1" && cd "$state-$1" && mkfifo in || return 1
	setsid sleep 100000 >in 2>/dev/null </dev/null &
	setsid sh -c 'program "$@"; echo ended' program "$auth" "$2" <in >told 2>said &
	until [ -s told ]; do sleep 0.2; done
	cat told
}
go_on() { # WHO PIN
	local before
	cd "$state-$1" || return 1
	before=$(wc -l <told)
	echo "$2" >in
	until grep -qx ended told || [ "$(wc -l <told)" -gt "$before" ]; do sleep 0.2; done
	tail -n 1 told
}
agent_key() { ssh-add -L >"$agent/all" && grep -m 1 ssh-rsa "$agent/all" >"$agent/key.pub"; }
agent_add() { # PIN
	printf '#!/bin/sh\necho %s\n' "$1" >"$agent/askpass"
	chmod +x "$agent/askpass"
	ssh-add -s "$auth" && agent_key
}
agent_start() { # PIN
	mkdir "$agent" && setsid ssh-agent -a "$agent/socket" -P "$modules/*" >/dev/null 2>&1 && agent_add "$1"
}
agent_signs() {
	rm -f "$agent/text.sig"
	echo text >"$agent/text"
	ssh-keygen -Y sign -n file -f "$agent/key.pub" "$agent/text" &&
		ssh-keygen -Y check-novalidate -n file -s "$agent/text.sig" <"$agent/text"
}
agent_goes_on() { # [PIN]: without one the key stays as it is
	exec 3>&1 >"$agent/log" 2>&1
	agent_signs && echo "goes on" >&3 && return
	[ $# -gt 0 ] || { echo "refuses" >&3; return; }
	ssh-add -e "$auth"
	agent_add "$1" && agent_signs && echo "refuses; added again, goes on" >&3 && return
	cat "$agent/log" >&3
	return 1
}

# ---- what happens to them ----

usb_device() { # sets device and node
	device=$(dirname "$(grep -l '^08e6' /sys/bus/usb/devices/*/idVendor)")
	node=/dev/bus/usb/$(printf '%03d/%03d' "$(cat "$device/busnum")" "$(cat "$device/devnum")")
}
usb_reset() { # USBDEVFS_RESET
	usb_device
	perl -e 'open(F, "+<", $ARGV[0]) && ioctl(F, 0x5514, 0) or die $!' "$node"
}
usb_off() { usb_device && echo 0 >"$device/authorized"; }
usb_on() { usb_device && echo 1 >"$device/authorized"; }
usb_persists() { usb_device && echo "$1" >"$device/power/persist"; } # 0|1
goes_to_sleep() { # mem|freeze: returns at once, as ssh does not outlast it
	dmesg -n 7
	setsid sh -c "sleep 1; echo $1 >/sys/power/state" >/dev/null 2>&1 </dev/null &
}

# ---- a pinentry that knows the PIN ----

write_pinentry() {
	cat >/usr/local/bin/pinentry <<'END'
#!/bin/sh
echo OK here
while read -r word rest; do
	echo "$word" >>/tmp/asked
	[ "$word" != GETPIN ] || echo "D 1234"
	echo OK
done
END
	chmod 755 /usr/local/bin/pinentry
}

# ---- readers that pcscd cannot have ----

device_bound() { modprobe usbserial vendor=0x08e6 product=0x4433; }
device_held() { # by a program, as a virtual computer would: USBDEVFS_CLAIMINTERFACE
	usb_device
	setsid perl -e 'open(F, "+<", $ARGV[0]) or die $!; $n = pack("I", 0); ioctl(F, 0x8004550f, $n) or die $!; sleep 100000' "$node" \
		>/run/holder 2>&1 </dev/null &
	echo $! >/run/holder.pid
}

"$@"
