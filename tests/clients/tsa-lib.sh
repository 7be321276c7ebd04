# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# A time stamp server for tests/clients/*.sh, to be sourced after lib.sh and client_enter.

# tsa_start: at http://tsa.example/, with a certificate that the test's authority for servers issued.
tsa_start() {
	local folder=$work/tsa
	echo "127.0.0.1 tsa.example" >>"$work/hosts"
	mkdir "$folder" && echo 01 >"$folder/serial" || return 1
	openssl req -newkey rsa:2048 -nodes -subj "/CN=Test time stamps" -keyout "$folder/key.pem" 2>/dev/null |
		openssl x509 -req -CA "$work/ca/ca.pem" -CAkey "$work/ca/ca.key" -CAcreateserial -days 20 \
			-extfile <(printf 'keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n') \
			-out "$folder/tsa.pem" 2>/dev/null || return 1
	cat >"$folder/conf" <<END
[tsa]
default_tsa = config
[config]
serial = $folder/serial
signer_cert = $folder/tsa.pem
signer_key = $folder/key.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
ess_cert_id_alg = sha256
END
	python3 "$top/tests/clients/tsa.py" "$folder/conf" >"$work/tsa.log" 2>&1 &
	tsa_pid=$!
	await $patience listening 80
}

tsa_stop() {
	kill "$tsa_pid"
	wait "$tsa_pid"
	return 0
}

# The attribute that holds a time stamp token: RFC 3161's, or Microsoft's for the same thing.
timestamp_attribute='id-smime-aa-timeStampToken|1[.]3[.]6[.]1[.]4[.]1[.]311[.]3[.]3[.]1'

# timestamp_of CMS OUTPUT: the time stamp token that a CMS signature has beside it. False if it has none.
timestamp_of() {
	local at head length
	read -r at head length < <(openssl asn1parse -inform DER -in "$1" |
		awk -v attribute="$timestamp_attribute" '$0 ~ attribute { found = 1; next } found && /SEQUENCE/ { print; exit }' |
		sed -nE 's/^ *([0-9]+):d=[0-9]+ +hl=([0-9]+) +l= *([0-9]+) .*/\1 \2 \3/p')
	[ -n "${length:-}" ] || { echo "no time stamp"; return 1; }
	tail -c +$((at + 1)) "$1" | head -c $((head + length)) >"$2"
}

# timestamp_verified CMS: a token of our server's, over the very value of the signature.
timestamp_verified() {
	timestamp_of "$1" "$work/token" || return 1
	openssl asn1parse -inform DER -in "$1" | awk -v attribute="$timestamp_attribute" '
		$0 ~ attribute { print last; exit }
		/OCTET STRING/ { last = $0 }' | sed -n 's/.*\[HEX DUMP\]:\([0-9A-F]*\).*/\1/p' | basenc -d --base16 >"$work/signed.value"
	[ -s "$work/signed.value" ] || { echo "no signature value"; return 1; }
	openssl ts -verify -token_in -in "$work/token" -data "$work/signed.value" -CAfile "$work/ca/ca.pem"
}
