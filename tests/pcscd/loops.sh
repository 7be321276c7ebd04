#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Programs that go on with a wrong PIN come to an end, and cost the user one try at most; none is
# lost to the other token, and none is spent on what needs no PIN.
set -u
. "$(dirname "$0")/lib.sh"
private_enter "$@"

auth_token="JPKI Auth 4-digit PIN"
sign_token="JPKI Sign 6-16 char password"
auth_uri="pkcs11:token=JPKI%20Auth%204-digit%20PIN"
sign_uri="pkcs11:token=JPKI%20Sign%206-16%20char%20password"
sign_nickname="$sign_token:Digital Signature Certificate"
other_pin=9999 other_password=ZZZ999 # of the right shape

# tries_left: as "3 5", from the card's own memory.
tries_left() { card status --json | grep -o '"tries": [0-9]*' | tr -dc '0-9\n' | paste -sd ' '; }

# set_tries AUTH SIGN
set_tries() { card tries adult auth "$1" && card tries adult sign "$2"; }

# PINs sent to the card since `card count reset`; nothing where nobody knows.
pins_sent() { card count | awk '/ VERIFY /{n += $1} / in all/{known = 1} END {if (known) print n + 0}'; }

# leaves TRIES COMMAND...: whatever its status, if it ends by itself and the card has these then.
leaves() {
	local expected=$1
	shift
	"$@" </dev/null
	status=$?
	echo "status $status, tries $(tries_left)"
	# Not by timeout, nor by a signal; 255 is certutil's way to fail.
	[ $status -lt 124 ] || [ $status -eq 255 ] || return 1
	[ "$(tries_left)" = "$expected" ]
}

# succeeds_leaving TRIES COMMAND...
succeeds_leaving() { leaves "$@" && [ $status -eq 0 ]; }

# fails_leaving TRIES COMMAND...: from full counters.
fails_leaving() {
	set_tries 3 5
	leaves "$@" && [ $status -gt 0 ]
}

# wrong_pin NAME TRIES COMMAND...
wrong_pin() { check "$1" fails_leaving "${@:2}"; }

# constant nss|nss-sign|gnutls TOKEN PIN...
# For ever is as bad as a hang.
constant() {
	timeout 120 "$build/tests/pair/constant" "$1" "$module" "${@:2}"
	local status=$?
	return $((status == 2 ? 124 : status))
}

# asked_times N COMMAND...: it succeeds and asked for the PIN so often.
asked_times() { "${@:2}" >"$work/asked" && grep -qx "asked $1" "$work/asked"; }

for program in certutil modutil pk12util tstclnt p11tool pkcs11-tool ssh-add ssh-agent openssl; do
	command -v $program >/dev/null || bail "$program is installed"
done
pcscd_start
card_serve --card adult

## PINs that a program repeats for ever

check "NSS with the right PIN asks once" asked_times 1 constant nss "$auth_token" $pin_auth
check "GnuTLS with the right PIN asks once" asked_times 1 constant gnutls "$auth_uri" $pin_auth

for library in nss gnutls; do
	case $library in
	nss) name=NSS auth=$auth_token sign=$sign_token ;;
	gnutls) name=GnuTLS auth=$auth_uri sign=$sign_uri ;;
	esac
	wrong_pin "$name with a constant wrong PIN comes to an end, one try lost" "2 5" \
		constant $library "$auth" $other_pin
	wrong_pin "$name with a constant wrong password comes to an end, one try lost" "3 4" \
		constant $library "$sign" $other_password
	wrong_pin "$name with a constant PIN too short comes to an end, no try lost" "3 5" \
		constant $library "$auth" 999
	wrong_pin "$name with the other token's password comes to an end, no try lost" "3 5" \
		constant $library "$auth" $pin_sign
	wrong_pin "$name with the other token's PIN comes to an end, no try lost" "3 5" \
		constant $library "$sign" $pin_auth
	wrong_pin "$name with two wrong PINs, the second for ever, comes to an end, two tries lost" \
		"1 5" constant $library "$auth" $other_pin 8888
done

## The same from the programs themselves

mkdir db
certutil -N -d sql:db --empty-password
modutil -force -dbdir sql:db -add jpki -libfile "$module" </dev/null >/dev/null 2>&1
echo $other_pin >pin.wrong
echo $other_password >password.wrong

wrong_pin "certutil with a wrong PIN in a file loses one try" "2 5" \
	timeout 120 certutil -K -d sql:db -h "$auth_token" -f pin.wrong
wrong_pin "certutil with a wrong password in a file loses one try" "3 4" \
	timeout 120 certutil -K -d sql:db -h "$sign_token" -f password.wrong
wrong_pin "certutil with one wrong PIN for all tokens loses one try" "2 5" \
	timeout 120 certutil -K -d sql:db -h all -f pin.wrong
wrong_pin "pk12util with a wrong PIN in a file loses one try" "2 5" \
	timeout 120 pk12util -o out.p12 -n "$auth_token:User Authentication Certificate" -d sql:db -W x \
	-k pin.wrong

openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -days 2 -keyout server.key \
	-out server.pem 2>/dev/null
: >server.log
openssl s_server -accept 4433 -cert server.pem -key server.key -Verify 1 -www >server.log 2>&1 &
server=$!
await 60 grep -q ACCEPT server.log || bail "TLS server started" server.log
wrong_pin "NSS's TLS client with a wrong PIN loses one try" "2 5" \
	timeout 120 tstclnt -h 127.0.0.1 -p 4433 -d sql:db -o -w $other_pin \
	-n "$auth_token:User Authentication Certificate"
kill $server

wrong_pin "p11tool with a wrong PIN in the URI loses one try" "2 5" \
	timeout 120 p11tool --provider "$module" --login --list-all "$auth_uri;pin-value=$other_pin"
wrong_pin "p11tool with a wrong password in the URI loses one try" "3 4" \
	timeout 120 p11tool --provider "$module" --login --list-all "$sign_uri;pin-value=$other_password"
wrong_pin "p11tool with the other token's PIN in the URI loses none" "3 5" \
	timeout 120 p11tool --provider "$module" --login --list-all "$sign_uri;pin-value=$pin_auth"
wrong_pin "pkcs11-tool with a wrong PIN loses one try" "2 5" \
	timeout 120 pkcs11-tool --module "$module" --token-label "$auth_token" --login --pin $other_pin -O
wrong_pin "pkcs11-tool with a wrong password loses one try" "3 4" \
	timeout 120 pkcs11-tool --module "$module" --token-label "$sign_token" --login \
	--pin $other_password -O

## ssh-add gives one PIN to all tokens

agent() {
	printf '#!/bin/sh\ncat "%s/passphrase"\n' "$work" >askpass
	chmod +x askpass
	export SSH_ASKPASS=$work/askpass SSH_ASKPASS_REQUIRE=force SSH_AUTH_SOCK=$work/agent
	ssh-agent -D -a "$SSH_AUTH_SOCK" -P "$module" >agent.log 2>&1 &
	agent=$!
	await 60 listens "$SSH_AUTH_SOCK" || bail "ssh-agent started" agent.log
}

# ssh_add PIN KEY: adds the card; the agent then has this key.
ssh_add() {
	echo "$1" >passphrase
	timeout 120 ssh-add -s "$module" && ssh-add -L | grep -q "$2" && ssh-add -e "$module"
}

agent
set_tries 2 4
check "ssh-add -s with the PIN leaves the password's tries as they were" \
	succeeds_leaving "3 4" ssh_add $pin_auth "User Authentication Public Key"
set_tries 2 4
check "ssh-add -s with the password leaves the PIN's tries as they were" \
	succeeds_leaving "2 5" ssh_add $pin_sign "Digital Signature Public Key"
wrong_pin "ssh-add -s with a wrong PIN loses one try of it and none of the other" "2 5" ssh_add $other_pin .
kill $agent

## One try left

# Everything that only looks, one after another.
look_around() {
	tool -L && tool -M --token-label "$auth_token" && tool -O --token-label "$auth_token" &&
		tool -O --token-label "$sign_token" &&
		p11tool --provider "$module" --list-tokens &&
		p11tool --provider "$module" --list-all "$auth_uri" &&
		certutil -L -d sql:db && certutil -L -d sql:db -h "$auth_token" && ssh-keygen -D "$module"
}

# is_refused COMMAND...: it fails by itself.
is_refused() {
	"$@"
	local status=$?
	[ $status -gt 0 ] && [ $status -lt 124 ]
}

use_pins() {
	is_refused tool --token-label "$auth_token" --login --pin $pin_auth -O &&
		is_refused tool --token-label "$sign_token" --login --pin $pin_sign -O &&
		is_refused constant nss "$auth_token" $pin_auth && is_refused constant gnutls "$sign_uri" $pin_sign
}

sends_no_pin() {
	card count reset >/dev/null && "$@" && [ "$(pins_sent)" = 0 ]
}

set_tries 1 1
check "programs that only look around send no PIN when one try is left" \
	succeeds_leaving "1 1" sends_no_pin look_around
set_tries 0 0
check "programs that only look around send no PIN to a card with locked PINs" \
	succeeds_leaving "0 0" sends_no_pin look_around
check "programs with the right PIN send none to it either" succeeds_leaving "0 0" sends_no_pin use_pins

## ask-pin-each-signature

signs_by_tool() {
	echo "a document" >text
	tool --token-label "$sign_token" --login --pin $pin_sign --sign --id 02 \
		--mechanism SHA256-RSA-PKCS -i text -o signature || return 1
	"$sim" certificate adult sign | openssl x509 -pubkey -noout >public &&
		openssl dgst -sha256 -verify public -signature signature text
}

set_tries 3 5
card count reset >/dev/null
check "without ask-pin-each-signature pkcs11-tool signs" signs_by_tool
without=$(pins_sent)
check "without ask-pin-each-signature NSS asks once and signs" \
	asked_times 1 constant nss-sign "$sign_nickname" $pin_sign
export JPKI_PKCS11_ASK_PIN_EACH_SIGNATURE=yes
card count reset >/dev/null
check "with ask-pin-each-signature pkcs11-tool gives the PIN for it and signs" signs_by_tool
check "... and the card was given it once more" test "$(pins_sent)" -eq $((without + 1))
check "with ask-pin-each-signature NSS asks again and signs" \
	asked_times 2 constant nss-sign "$sign_nickname" $pin_sign
wrong_pin "with ask-pin-each-signature a constant wrong password ends NSS, one try lost" "3 4" \
	constant nss-sign "$sign_nickname" $pin_sign $other_password
wrong_pin "with ask-pin-each-signature a constant PIN of the wrong shape ends NSS, none lost" "3 5" \
	constant nss-sign "$sign_nickname" $pin_sign $pin_auth
finish
