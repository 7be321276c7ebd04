#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# An unmodified pkcs11-tool through a real pcscd: both tokens, every mechanism, PIN changes.
set -u
. "$(dirname "$0")/lib.sh"
private_enter "$@"

auth_token="JPKI Auth 4-digit PIN"
sign_token="JPKI Sign 6-16 char password"

auth() { tool --token-label "$auth_token" "$@"; }
sign() { tool --token-label "$sign_token" "$@"; }

# has WHAT COMMAND...: a line of its output matches the extended regular expression.
has() {
	local what=$1
	shift
	"$@" >"$work/has" 2>&1 || { cat "$work/has"; return 1; }
	grep -Eq -e "$what" "$work/has" || { echo "no line '$what' in:"; cat "$work/has"; return 1; }
}

# outputs COMMAND... <LINES: exactly these lines on its standard output.
outputs() { diff - <("$@" 2>"$work/errors") || { cat "$work/errors"; return 1; }; }

pcscd_start
card_serve --card adult

## Tokens

slots() {
	tool -L | sed -En 's/^  (token [a-z]*|pin min.max) *: */\1: /p' | grep -v '^token flags'
}

login_flags() { tool -L | grep -c 'flags .*login required.*token initialized.*PIN initialized'; }

check "-L lists the log-in token, then the document token" outputs slots <<END
token label: $auth_token
token manufacturer: J-LIS
token model: E16R01NJ
pin min/max: 4/4
token label: $sign_token
token manufacturer: J-LIS
token model: E16R01NJ
pin min/max: 6/16
END
check "both tokens want a login and have a PIN" outputs login_flags <<<2

## Objects

# The labels and ids of the objects that pkcs11-tool -O lists; OpenSC 0.27 has "1 (0x01)" for 01.
objects() {
	"$@" -O | sed -En 's/^([A-Z].*) [Oo]bject[; ].*/\1/p
		s/^(  ID: *)[0-9]+ \(0x(.*)\)$/\1\2/; s/^  (label|ID): */  /p' |
		awk '/^[^ ]/ { if (line) print line; line = $0; next } { line = line " |" $0 }
			END { print line }' | sed 's/ | */ | /g'
}

check "anyone sees the log-in certificate and public key" outputs objects auth <<END
Certificate | User Authentication Certificate | 01
Public Key | User Authentication Public Key | 01
Certificate | User Authentication Certificate CA | 03
Profile
END
check "after login the log-in key is there" outputs objects auth --login --pin $pin_auth <<END
Certificate | User Authentication Certificate | 01
Public Key | User Authentication Public Key | 01
Private Key | User Authentication Key | 01
Certificate | User Authentication Certificate CA | 03
Profile
END
check "of the document token anyone sees the CA certificate only" outputs objects sign <<END
Certificate | Digital Signature Certificate CA | 04
END
check "after login its certificate and keys are there" outputs objects sign --login --pin $pin_sign <<END
Certificate | Digital Signature Certificate | 02
Public Key | Digital Signature Public Key | 02
Private Key | Digital Signature Key | 02
Certificate | Digital Signature Certificate CA | 04
END

## Mechanisms

mechanisms() { "$1" -M | sed -n 's/^  \([A-Z0-9-]*\), keySize={2048,2048}, hw, sign$/\1/p'; }

hashes() { "$1" -M | sed -n 's/^  \([A-Z0-9-]*\), digest$/\1/p'; }

expected_hashes="SHA-1
SHA224
SHA256
SHA384
SHA512"

expected_mechanisms="RSA-PKCS
SHA1-RSA-PKCS
SHA224-RSA-PKCS
SHA256-RSA-PKCS
SHA384-RSA-PKCS
SHA512-RSA-PKCS
RSA-PKCS-PSS
SHA256-RSA-PKCS-PSS"
for token in auth sign; do
	check "-M lists the mechanisms of the $token token, PSS behind those that all know" \
		outputs mechanisms $token <<<"$expected_mechanisms"
	check "-M lists hashes that are not the $token token's own work" \
		outputs hashes $token <<<"$expected_hashes"
done

## pkcs11-tool's own tests

check "--test on the log-in token: no errors" \
	has '^No errors' auth --login --pin $pin_auth --test
check "--test on the document token: no errors" \
	has '^No errors' sign --login --pin $pin_sign --test
check "--test-fork: a child may initialize again" \
	has 'C_Initialize in forked child' tool --test-fork
# The main thread signs meanwhile (OpenSC 0.23), or before (0.26).
threads() {
	local status
	auth --login --pin $pin_auth --test --test-threads ILGISLT0 --test-threads ILSLT1GI \
		--test-threads ILSLT0T1T0T1 >"$work/threads" 2>&1
	status=$?
	# Their lines may stand behind what the main thread is about to say.
	[ "$(grep -c 'Test thread [012] returning rv\(:CKR_OK\| = 0\)$' "$work/threads")" -eq 3 ] || status=1
	[ $status -eq 0 ] || grep -v '_threads thread:\|C_GetTokenInfo' "$work/threads"
	return $status
}
# The very first look at the card is where threads meet, so each round is a new process.
many_threads() {
	local round
	for round in 1 2 3 4 5; do threads || return 1; done
}
check "--test-threads: three threads and the main one" many_threads
spied() {
	PKCS11SPY=$module timeout 300 pkcs11-tool \
		--module "$(dirname "$(pkg-config --variable=p11_module_path p11-kit-1)")/pkcs11-spy.so" -L
}
check "pkcs11-spy can listen to it" has "token label *: $auth_token" spied

## Signatures, verified by OpenSSL with the token's certificate

# certificate TOKEN-FUNCTION ID FILE [OPTION...]: its public key in PEM.
public_key() {
	"$1" --read-object --type cert --id "$2" --output-file "$3.der" "${@:4}" &&
		openssl x509 -inform DER -in "$3.der" -noout -pubkey >"$3"
}

check "the log-in certificate can be read without a PIN" public_key auth 01 "$work/auth.pem"
refuses "the document certificate cannot" "object not found" public_key sign 02 "$work/none.pem"
check "it can after login" public_key sign 02 "$work/sign.pem" --login --pin $pin_sign

head -c 100000 /dev/urandom >"$work/document" # longer than one C_Sign's buffer
head -c 245 /dev/urandom >"$work/longest"     # what CKM_RSA_PKCS takes
openssl dgst -sha256 -binary "$work/document" >"$work/hash"
openssl dgst -sha384 -binary "$work/document" >"$work/hash48"
pss=(-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 -sigopt rsa_mgf1_md:sha256)

# sign_file TOKEN-FUNCTION MECHANISM FILE OPTION...
sign_file() {
	local pin=$pin_auth id=01
	[ "$1" = auth ] || { pin=$pin_sign id=02; }
	rm -f "$work/signature"
	"$1" --login --pin "$pin" --id $id --sign --mechanism "$2" --input-file "$3" \
		--output-file "$work/signature" "${@:4}"
}

hashed() { # TOKEN-FUNCTION DIGEST
	sign_file "$1" "${2^^}-RSA-PKCS" "$work/document" &&
		openssl dgst "-$2" -verify "$work/$1.pem" -signature "$work/signature" "$work/document"
}

raw() {
	sign_file "$1" RSA-PKCS "$work/longest" &&
		openssl pkeyutl -verifyrecover -pubin -inkey "$work/$1.pem" -in "$work/signature" |
		cmp - "$work/longest"
}

pss_of_document() {
	sign_file "$1" SHA256-RSA-PKCS-PSS "$work/document" &&
		openssl dgst -sha256 "${pss[@]}" -verify "$work/$1.pem" \
			-signature "$work/signature" "$work/document"
}

pss_of_hash() {
	sign_file "$1" RSA-PKCS-PSS "$work/hash" --hash-algorithm SHA256 \
		--mgf MGF1-SHA256 --salt-len 32 &&
		openssl dgst -sha256 "${pss[@]}" -verify "$work/$1.pem" \
			-signature "$work/signature" "$work/document"
}

for token in auth sign; do
	for digest in sha1 sha224 sha256 sha384 sha512; do
		check "$token: ${digest^^}-RSA-PKCS" hashed $token $digest
	done
	check "$token: RSA-PKCS signs the data as it is" raw $token
	check "$token: SHA256-RSA-PKCS-PSS" pss_of_document $token
	check "$token: RSA-PKCS-PSS of a hash" pss_of_hash $token
	check "$token: the card is logged out after it" logged_out
	refuses "$token: PSS with a salt that the card has not" CKR_MECHANISM_PARAM_INVALID \
		sign_file $token RSA-PKCS-PSS "$work/hash" --hash-algorithm SHA256 \
		--mgf MGF1-SHA256 --salt-len 20
	refuses "$token: PSS with another digest" CKR_MECHANISM_PARAM_INVALID \
		sign_file $token RSA-PKCS-PSS "$work/hash48" --hash-algorithm SHA384 \
		--mgf MGF1-SHA384 --salt-len 32
done

## PINs

tries() { card --json status | tr -d ' \n' | grep -o '"tries":[0-9]*' | tr -dc '0-9\n' | paste -sd' '; }

check "every PIN still has all its tries" outputs tries <<<"3 5"
refuses "a PIN of the wrong shape is refused" CKR_PIN_INCORRECT auth --login --pin $pin_sign -O
check "and was never sent" outputs tries <<<"3 5"
refuses "a wrong PIN is refused" CKR_PIN_INCORRECT auth --login --pin 9999 -O
check "and costs one try" outputs tries <<<"2 5"
check "-L says that tries are few" has 'user PIN count low' tool -L
check "the right PIN gives them back" auth --login --pin $pin_auth -O
check "all of them" outputs tries <<<"3 5"

# change TOKEN-FUNCTION OLD NEW, and what each of them is good for afterwards.
check "--change-pin on the log-in token" auth --login --pin $pin_auth --change-pin --new-pin 4321
check "the new PIN is right" auth --login --pin 4321 -O
refuses "the old one is not" CKR_PIN_INCORRECT auth --login --pin $pin_auth -O
check "and back" auth --login --pin 4321 --change-pin --new-pin $pin_auth
check "--change-pin on the document token" \
	sign --login --pin $pin_sign --change-pin --new-pin N3WPASSWORD
check "the new password is right" sign --login --pin N3WPASSWORD -O
refuses "the old password is not" CKR_PIN_INCORRECT sign --login --pin $pin_sign -O
refuses "a new password without a digit is refused" CKR_PIN_INVALID \
	sign --login --pin N3WPASSWORD --change-pin --new-pin ONLYLETTERS
check "and back, typed in lower case" \
	sign --login --pin n3wpassword --change-pin --new-pin abc123
check "which the card has in upper case" sign --login --pin $pin_sign -O

## OpenSC's own driver, an independent reader of the simulated card

opensc() { timeout 300 pkcs11-tool --module opensc-pkcs11.so "$@"; }
opensc_cert() {
	opensc --read-object --type cert --id 01 --output-file "$work/opensc.der" &&
		cmp "$work/opensc.der" "$work/auth.pem.der"
}
opensc_sign() {
	opensc --login --pin $pin_auth --id 01 --sign --mechanism SHA256-RSA-PKCS \
		--input-file "$work/document" --output-file "$work/signature" &&
		openssl dgst -sha256 -verify "$work/auth.pem" -signature "$work/signature" "$work/document"
}
check "OpenSC's driver knows the card" has 'token label *: JPKI .User Authentication PIN' opensc -L
check "it reads the same certificate" opensc_cert
check "its signature verifies too" opensc_sign
check "a signature of ours after it" hashed auth sha256
check "leaves nothing open that it left open" logged_out

## The packaged case, prefix /usr: p11-kit's own module folder, so no path in the files.
relative_lines() {
	local libdir
	libdir=$(dirname "$(pkg-config --variable=p11_module_path p11-kit-1)")
	mkdir -p "$work/usr" && cd "$work/usr" &&
		"$top/configure" -q --prefix=/usr --libdir="$libdir" >&2 &&
		make -s p11-kit/jpki-auth.module p11-kit/jpki-sign.module >&2 &&
		sed -n 's/^module: //p' p11-kit/*.module
}
check "with prefix /usr the p11-kit files hold no path" outputs relative_lines <<END
jpki-auth-pkcs11.so
jpki-sign-pkcs11.so
END

## Installed: p11-kit finds the tokens

needs_mounts

# Puts what was installed in $work/root where p11-kit looks, in this mount namespace only.
show_installed() {
	local folders
	make -C "$build" -s install DESTDIR="$work/root" || return 1
	read -ra folders < <(
		make -s -C "$build" -f - folders <<<$'include Makefile\nfolders:; @echo $(p11kitdir) $(pkcs11dir)')
	mount --bind "$work/root${folders[0]}" "$(pkg-config --variable=p11_module_configs p11-kit-1)" &&
		mount --bind "$work/root$(dirname "${folders[1]}")" "$(dirname "${folders[1]}")" || return 1
	p11-kit list-modules >"$work/installed"
}
# p11-kit 0.24 writes "NAME: PATH" where 0.25 has two lines, "module: NAME" and "    path: PATH".
modules_shown() {
	awk '/^module: / { name = $2; next }
		/^    path: / { $0 = name ": " $2 }
		/^[a-z]|^ *token: / { sub(/: .*\//, ": "); print }' "$work/installed"
}
if show_installed >"$work/install.log" 2>&1; then
	check "p11-kit list-modules shows each token under its module" outputs modules_shown <<END
jpki-auth: jpki-auth-pkcs11.so
    token: $auth_token
jpki-sign: jpki-sign-pkcs11.so
    token: $sign_token
END
else
	not_ok "p11-kit list-modules shows each token under its module" "$work/install.log"
fi
finish
