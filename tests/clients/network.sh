#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The recipes of doc/clients/network.md: wpa_supplicant against hostapd over a wire of two virtual
# interfaces, and strongSwan against another charon at the end of such a wire.
set -u
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/agent-lib.sh"
client_enter network "$@"
holder=$("$sim" certificate $card auth | openssl x509 -noout -subject -nameopt multiline |
	sed -n 's/ *commonName *= //p')
ip link add wire0 type veth peer name wire1 2>"$work/out" ||
	{ forbidden "all of it" "no virtual interfaces are allowed here"; finish; }
package_version() { sed -n "s/^$1=\([0-9]*:\)\?\([^-+]*\).*/\2/p" "$unpacked/../packages" | tail -n 1; }

# ---- the network: hostapd ----

# hostapd_run TLS-FLAGS READY LINE...: with these lines and what authenticates, until READY is true.
hostapd_run() {
	local flags=$1 ready=$2
	shift 2
	printf '* TLS\n' >"$work/eap-users"
	{
		printf '%s\n' "$@"
		cat <<END
eap_server=1
eap_user_file=$work/eap-users
ca_cert=$work/jpki/auth-ca.pem
server_cert=$work/ca/radius.example.pem
private_key=$work/ca/radius.example.key
tls_flags=$flags
END
	} >"$work/hostapd.conf"
	# hostapd 2.11 has pkcs11-provider do its key exchange where that is installed, and no key is agreed on.
	# It needs OpenSSL's legacy one.
	mkdir -p "$work/providers" && cp /usr/lib/*/ossl-modules/legacy.so "$work/providers/"
	OPENSSL_MODULES=$work/providers hostapd -d "$work/hostapd.conf" >"$work/hostapd.log" 2>&1 &
	hostapd_pid=$!
	await $patience "$ready" || bail "hostapd" "$work/hostapd.log"
}

hostapd_enabled() { grep -q AP-ENABLED "$work/hostapd.log"; }

hostapd_start() { hostapd_run "$1" hostapd_enabled interface=wire1 driver=wired ieee8021x=1; }

hostapd_stop() {
	kill $hostapd_pid
	wait $hostapd_pid 2>/dev/null
}

supplicant_says() { wpa_cli -i wire0 status 2>/dev/null >"$work/status"; grep -q "$1" "$work/status"; }

# Until wpa_supplicant is in, or until its output has TEXT as often as that; then it is ended.
end_when() {
	(
		await $recipe_seconds "$@"
		wpa_cli -i wire0 terminate
	) >/dev/null 2>&1 &
}
said() { [ "$(grep -c "$1" "$work/recipe.out" "$work/mishap.out" 2>/dev/null | awk -F: '{ n += $2 } END { print n }')" -ge "$2" ]; }

# in_over VERSION: both sides say so, and the network says who it is.
in_over() {
	grep -q "^eap_tls_version=TLSv$1$" "$work/status" && grep -q 'CTRL-EVENT-EAP-SUCCESS' "$work/hostapd.log" &&
		grep -q "preverify_ok=1 .*depth=0 buf='/C=JP/CN=$holder'" "$work/hostapd.log" && return
	cat "$work/status"
	grep -e preverify "$work/hostapd.log"
	return 1
}

# wired_fails NAME TEXT TIMES TRIES [PROMPT ANSWER]...: says it so often, and has taken so many tries.
wired_fails() {
	local name=$1 text=$2 times=$3 tries=$4
	shift 4
	: >"$work/recipe.out"
	rm -f "$work/mishap.out"
	end_when said "$text" "$times"
	run_block "$work/recipe.sh" "$work/recipe.out" "$@"
	wait $!
	check "$name: says so" said "$text" "$times"
	[ "$tries" = - ] && return
	check "$name: the tries" tries_left "$tries" 5
	card tries $card auth 3 >/dev/null
}

# The recipe ends before wpa_supplicant is in.
background() {
	local result=works
	card count reset >/dev/null
	recipe_text wired-background >"$work/recipe.sh"
	run_block "$work/recipe.sh" "$work/recipe.out" "PIN of 4 digits: " $pin_auth &&
		await $patience supplicant_says 'EAP state=SUCCESS' || result=FAILED
	wpa_cli -i wire0 terminate >/dev/null 2>&1
	check "wired-background: in, as the holder of the card" in_over 1.3
	add_row "is given the PIN in the background" "$result" "$(exchanges)"
	check "wired-background: left clean" left_clean
}

prompt="Enter PKCS#11 token PIN for JPKI Auth 4-digit PIN"
wpa_version() { wpa_supplicant -v | sed -n '1s/.* v//p'; }
if ! have wpa_supplicant hostapd; then
	skip "wpa_supplicant" "it or hostapd is not installed"
elif [ ! -e /sys/class/ieee80211 ] && dpkg --compare-versions "$(wpa_version)" ge 2.11; then
	skip "wpa_supplicant" "version 2.11 ends where the kernel knows no wireless networks, for a wire too"
else
	program wpa_supplicant "$(wpa_version)"
	site_certificate radius.example
	ip link set wire0 up && ip link set wire1 up
	for tls in 1.3 1.2; do
		hostapd_start "[$([ $tls = 1.3 ] && echo ENABLE || echo DISABLE)-TLSv1.3]"
		end_when supplicant_says 'EAP state=SUCCESS'
		recipe wired "logs in by EAP-TLS over TLS $tls" "$prompt" $pin_auth
		check "wired: over TLS $tls, as the holder of the card" in_over $tls
		hostapd_stop
	done
	hostapd_start "[ENABLE-TLSv1.3]"
	background
	recipe_text wired >"$work/recipe.sh"
	wired_fails "a wrong PIN" "PIN incorrect" 1 2 "$prompt" 4444
	sed -i "s|^.private_key=.*|&\n\tpin=\"4444\"|" "$work/recipe.sh"
	wired_fails "a stale PIN in the file" "PIN incorrect" 1 2
	card block $card auth >/dev/null
	wired_fails "a locked PIN" "PIN locked" 1 0
	card_out
	wired_fails "no card" "object not found" 1 -
	card_in
	hostapd_stop
fi

# ---- eapol_test, which asks the network's RADIUS server itself ----

radius_start() {
	site_certificate radius.example
	printf '127.0.0.1 secret\n' >"$work/radius-clients"
	hostapd_run "[ENABLE-TLSv1.3]" radius_listens driver=none \
		"radius_server_clients=$work/radius-clients" radius_server_auth_port=1812
}
radius_listens() { ss -Hlun "sport = :1812" | grep -q .; }

if ! have eapol_test hostapd; then
	skip "eapol_test" "it or hostapd is not installed"
else
	program eapol_test "$(package_version wpasupplicant)"
	radius_start
	agent_on
	by_agent wired "logs in by EAP-TLS; the agent asks" eapol_test \
		's/^wpa_supplicant .*/eapol_test -n -a 127.0.0.1 -s secret -c wired.conf/'
	check "eapol_test: let in" grep -qx SUCCESS "$work/recipe.out"
	check "eapol_test: the RADIUS server knows the holder of the card" \
		grep -q "preverify_ok=1 .*depth=0 buf='/C=JP/CN=$holder'" "$work/hostapd.log"
	agent_off
	hostapd_stop
fi

# ---- the VPN: another charon in a network and files of its own ----

vpn_server() {
	mount -t tmpfs none /run && mount --bind "$work/server/strongswan.d" /etc/strongswan.d &&
		mount --bind "$work/server/swanctl" /etc/swanctl && ip link set lo up && : >"$work/server/ready" || exit 1
	until ip link show ike1 >/dev/null 2>&1; do sleep 0.1; done
	ip addr add 10.9.0.2/24 dev ike1 && ip link set ike1 up || exit 1
	charon-systemd &
	until swanctl --load-all 2>/dev/null; do sleep 0.1; done
	echo loaded
	wait
}

vpn_start() {
	site_certificate vpn.example
	echo "10.9.0.2 vpn.example" >>/etc/hosts
	shadow /etc/strongswan.d && shadow /etc/swanctl && mkdir -p "$work/server" &&
		cp -a /etc/strongswan.d /etc/swanctl "$work/server" || return 1
	sed -i 's/load = yes/load = no/' "$work/server/strongswan.d/charon/pkcs11.conf"
	cp "$work/ca/vpn.example.key" "$work/server/swanctl/private/"
	cp "$work/ca/vpn.example.pem" "$work/server/swanctl/x509/"
	cp "$work/jpki/auth-ca.pem" "$work/server/swanctl/x509ca/"
	cp "$work/ca/ca.pem" /etc/swanctl/x509ca/
	echo "charon-systemd { filelog { card { path = $work/vpn-charon.log
		default = 1
		flush_line = yes } } }" >"$work/server/strongswan.d/log.conf"
	cat >"$work/server/swanctl/conf.d/any.conf" <<END
connections {
	any {
		childless = force
		local {
			auth = pubkey
			certs = vpn.example.pem
			id = vpn.example
		}
		remote {
			auth = pubkey
			cacerts = auth-ca.pem
		}
	}
}
END
	ip link add ike0 type veth peer name ike1 && ip addr add 10.9.0.1/24 dev ike0 && ip link set ike0 up || return 1
	export -f vpn_server
	export work
	unshare -nm bash -c vpn_server >"$work/vpn.log" 2>&1 &
	await $patience test -e "$work/server/ready" && ip link set ike1 netns $! &&
		await $patience grep -q '^loaded$' "$work/vpn.log"
}

# charon anew: it keeps the PIN and what was refused as long as it lives.
charon_start() {
	charon_stop
	charon-systemd >"$work/charon.log" 2>&1 &
	charon_pid=$!
	await $patience charon_answers || bail "charon started" "$work/charon.log"
}
charon_answers() { swanctl --stats >/dev/null 2>&1; }
charon_stop() {
	[ -n "${charon_pid:-}" ] || return 0
	kill $charon_pid
	wait $charon_pid 2>/dev/null
}

if have charon-systemd swanctl; then
	program strongSwan "$(package_version strongswan-swanctl)"
	vpn_start 2>"$work/out" || bail "VPN started" "$work/vpn.log"
	preparation ike-module
	preparation ike-connection
	charon_start
	recipe ike "logs in by IKEv2 (without a tunnel)" "PIN for token-card" $pin_auth
	check "ike: the VPN knows the holder of the card" grep -q "authentication of 'C=JP, CN=$holder' with RSA.* successful" "$work/vpn-charon.log"
	check "ike: established" grep -q "IKE_SA office.* established" "$work/recipe.out"
	charon_start
	mishap ike "a wrong PIN fails" "no private key found for" "PIN for token-card" 4444
	check "... and costs one try" tries_left 2 5
	card tries $card auth 3 >/dev/null
	card block $card auth >/dev/null
	charon_start
	mishap ike "a locked PIN fails" "no private key found for" "PIN for token-card" $pin_auth
	card tries $card auth 3 >/dev/null
	charon_start
	card_out
	mishap ike "no card fails" "unable to load certificate" "PIN for token-card" $pin_auth
	card_in
	charon_stop
fi
client_finish
