#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# inside.sh WHAT [ARGUMENT]...: what tests/machine/machine.sh does in the virtual computer.
set -u
modules=$(echo /usr/lib/*/pkcs11)
auth=$modules/jpki-auth-pkcs11.so
export SSH_AUTH_SOCK=/run/agent SSH_ASKPASS=/root/askpass SSH_ASKPASS_REQUIRE=force

# ---- what a user does ----

doctor() { jpki-tool doctor; }
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

# ---- two programs that are logged in ----

log_in() { # PIN
	mkfifo /run/in
	setsid sleep 100000 >/run/in 2>/dev/null </dev/null &
	setsid sh -c '/root/program "$@"; echo ended' program "$auth" "$1" </run/in >/run/told 2>/run/said &
	until [ -s /run/told ]; do sleep 0.2; done
	cat /run/told
}
go_on() { # PIN
	local before
	before=$(wc -l </run/told)
	echo "$1" >/run/in
	until grep -qx ended /run/told || [ "$(wc -l </run/told)" -gt "$before" ]; do sleep 0.2; done
	tail -n 1 /run/told
}
agent_key() { ssh-add -L >/run/all && grep ssh-rsa /run/all | head -n 1 >/run/key.pub && [ -s /run/key.pub ]; }
agent_add() { # PIN
	printf '#!/bin/sh\necho %s\n' "$1" >/root/askpass
	chmod +x /root/askpass
	ssh-add -s "$auth" && agent_key
}
agent_start() { # PIN
	setsid ssh-agent -a /run/agent -P "$modules/*" >/dev/null 2>&1
	agent_add "$1"
}
agent_signs() {
	rm -f /run/text.sig
	echo text >/run/text
	ssh-keygen -Y sign -n file -f /run/key.pub /run/text && ssh-keygen -Y check-novalidate -n file -s /run/text.sig </run/text
}
agent_goes_on() { # PIN
	agent_signs >/run/agent.log 2>&1 && echo "goes on" && return
	ssh-add -e "$auth" >>/run/agent.log 2>&1
	agent_add "$1" >>/run/agent.log 2>&1 && agent_signs >>/run/agent.log 2>&1 && echo "refuses; added again, goes on" && return
	cat /run/agent.log
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
