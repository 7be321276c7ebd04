#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The recipes of doc/clients/openvpn.md, each against a real OpenVPN server over the loopback. With
# --dev null on both sides: no interface, but all of the handshake and of the keys' negotiation.
set -u
. "$(dirname "$0")/lib.sh"
client_enter openvpn "$@"
needs openvpn
program OpenVPN "$(openvpn --version | awk 'NR == 1 { print $2 }')"

prompt="Enter JPKI Auth 4-digit PIN token Password:"
site_certificate vpn.example

# What a user is given. One failed attempt ends it, so that a failure is seen as one.
cat >"$play/office.ovpn" <<END
remote 127.0.0.1 1194 udp4
nobind
dev null
tls-client
ca $work/ca/ca.pem
remote-cert-tls server
verify-x509-name vpn.example name
connect-retry-max 1
connect-retry 1 1
hand-window 60
writepid $work/client.pid
END

# connections N: the server has negotiated keys with the card's holder at least that often.
connections() {
	[ "$(grep -c 'VERIFY OK: depth=0, C=JP, CN=' "$work/vpn.log")" -ge "$1" ] &&
		grep -q 'Initialization Sequence Completed' "$work/vpn.log"
}

# vpn N OPTION...: a server that demands a certificate of the log-in hierarchy. Once N negotiations
# are done, the client is ended as by Ctrl-C.
vpn() {
	local times=$1
	shift
	vpn_stop
	rm -f "$work/client.pid"
	openvpn --dev null --local 127.0.0.1 --port 1194 --proto udp4 --tls-server --dh none \
		--ca "$work/jpki/auth-ca.pem" --cert "$work/ca/vpn.example.pem" \
		--key "$work/ca/vpn.example.key" --remote-cert-ku 80 --verb 3 "$@" >"$work/vpn.log" 2>&1 &
	vpn_pid=$!
	await $patience grep -qs 'UDPv4 link local (bound)' "$work/vpn.log" || bail "VPN started" "$work/vpn.log"
	{ await $recipe_seconds connections "$times" && kill -INT "$(cat "$work/client.pid")"; } &
	watch_pid=$!
}

vpn_stop() {
	[ -n "${vpn_pid:-}" ] || return 0
	kill "$vpn_pid" "$watch_pid" 2>/dev/null
	wait "$vpn_pid" "$watch_pid" 2>/dev/null
	vpn_pid=
}

# connected VERSION: what the server says of it.
connected() {
	grep "Control Channel: TLSv$1" "$work/vpn.log" &&
		grep "VERIFY OK: depth=0, C=JP, CN=$holder\$" "$work/vpn.log"
}

holder=$("$sim" certificate $card auth | openssl x509 -noout -subject -nameopt multiline |
	sed -n 's/ *commonName *= //p')

# OpenSC shows two certificates on the token; the first is that of the key.
first='s/^id=.*/id=$(openvpn --show-pkcs11-ids $module | sed -n "s,.*Serialized id: *,,p" | head -n 1)/'
opensc_prompt="(User Authentication PIN) token Password:"

vpn 1 --tls-version-min 1.3
recipe connect "connects over TLS 1.3" "$prompt" $pin_auth
check "connect: TLS 1.3, as the card's holder" connected 1.3
vpn 1 --tls-version-min 1.3
opensc "$first" "$opensc_prompt" $pin_auth "$opensc_prompt" $pin_auth

vpn 1 --tls-version-max 1.2
recipe connect "connects over TLS 1.2" "$prompt" $pin_auth
check "connect: TLS 1.2, as the card's holder" connected 1.2
vpn 1 --tls-version-max 1.2
opensc "$first" "$opensc_prompt" $pin_auth "$opensc_prompt" $pin_auth

vpn 2 --reneg-sec 5
recipe connect "negotiates new keys without another question" "$prompt" $pin_auth
check "connect: negotiated twice" connections 2

# Without PSS there is TLS 1.2 with the older signatures. OpenVPN takes any failure for a login that
# has run out, and asks once more.
card set $card pss off >/dev/null && fresh_card
vpn 1
mishap connect "a card without PSS: asks twice, and fails" "EVP lib" \
	"$prompt" $pin_auth "$prompt" $pin_auth
check "and costs no try" left_clean
vpn 1
recipe connect12 "connects with a card without PSS, TLS 1.2" "$prompt" $pin_auth
check "connect12: TLS 1.2, as the card's holder" connected 1.2
vpn 1
opensc "$first" "$opensc_prompt" $pin_auth
card set $card pss on >/dev/null && fresh_card

# What a user gets wrong costs what it must, and no more.
vpn 1
mishap connect "three answers that cannot be the PIN: fails" "EVP lib" \
	"$prompt" 12345 "$prompt" $pin_sign "$prompt" 123
check "and costs no try" left_clean
vpn 1
mishap connect "a wrong PIN three times: fails" "EVP lib" \
	"$prompt" 4444 "$prompt" 4444 "$prompt" 4444
check "and costs one try, the same one again none" tries_left 2 5
vpn 1
mishap connect "a wrong PIN, then what cannot be one: fails" "EVP lib" \
	"$prompt" 5555 "$prompt" 12345 "$prompt" 123
check "and costs another" tries_left 1 5
vpn 1
recipe_text connect >"$work/recipe.sh"
check "the right PIN at the second question connects" \
	run_block "$work/recipe.sh" "$work/recipe.out" "$prompt" 12345 "$prompt" $pin_auth
check "and gives all tries back" left_clean
card block $card auth >/dev/null
vpn 1
mishap connect "a locked PIN: fails" "EVP lib" "$prompt" $pin_auth
card tries $card auth 3 >/dev/null

# with_id ANSWER...: the two lines in the configuration, as the page says.
id=$(openvpn --show-pkcs11-ids "$modules/jpki-auth-pkcs11.so" | sed -n 's/.*Serialized id: *//p')
printf "pkcs11-providers %s\npkcs11-id '%s'\n" "$modules/jpki-auth-pkcs11.so" "$id" |
	cat "$play/office.ovpn" - >"$play/with-id.ovpn"
with_id() { "$answer" $recipe_seconds "$@" -- openvpn --config "$play/with-id.ovpn"; }
vpn 1
check "both lines in the configuration: connects" with_id "$prompt" $pin_auth
card_out
refuses "no card: asks for it, and ends when told to" "Cannot load certificate" \
	with_id "Please insert JPKI Auth 4-digit PIN token" cancel
mishap connect "no card when the id is looked up: fails" "Cannot deserialize id"
vpn_stop

client_finish
