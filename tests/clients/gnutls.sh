#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The recipes of doc/clients/gnutls.md.
set -u
. "$(dirname "$0")/lib.sh"
client_enter gnutls "$@"
needs gnutls-cli
gnutls_version=$(gnutls-cli --version | sed -n '1s/.* //p')

pin_prompt="Enter PIN:"
says() { grep -Fq -e "$1" "$work/recipe.out"; }
# OpenSC's module has two tokens.
opensc_auth='s/pkcs11:id=/pkcs11:token=JPKI%20%28User%20Authentication%20PIN%29;id=/g
	s/--list-all/--list-all "pkcs11:token=JPKI%20%28User%20Authentication%20PIN%29"/'
opensc_sign='s/pkcs11:id=/pkcs11:token=JPKI%20%28Digital%20Signature%20PIN%29;id=/g
	s/--list-all/--list-all "pkcs11:token=JPKI%20%28Digital%20Signature%20PIN%29"/'

program p11tool "GnuTLS $gnutls_version"
recipe list-auth "lists the log-in token, logged in" "$pin_prompt" $pin_auth
check "list-auth: its key" says "object=User%20Authentication%20Key;type=private"
opensc "$opensc_auth" "$pin_prompt" $pin_auth
recipe list-sign "lists the signing token, logged in" "$pin_prompt" $pin_sign
check "list-sign: its key" says "object=Digital%20Signature%20Key;type=private"
check "list-sign: its certificate" says "object=Digital%20Signature%20Certificate;type=cert"
opensc "$opensc_sign" "$pin_prompt" $pin_sign

recipe test-auth "tries the log-in key" "$pin_prompt" $pin_auth
check "test-auth: verified" says "Verifying against public key in the token... ok"
opensc "$opensc_auth" "$pin_prompt" $pin_auth
recipe test-sign "tries the signing key" "$pin_prompt" $pin_sign
check "test-sign: verified" says "Verifying against public key in the token... ok"
opensc "$opensc_sign" "$pin_prompt" $pin_sign

program certtool "GnuTLS $gnutls_version"
echo "a contract" >"$play/contract.txt"
recipe sign "signs a PKCS#7 message; OpenSSL verifies" "$pin_prompt" $pin_sign "$pin_prompt" $pin_sign
message_verified() {
	openssl cms -verify -inform DER -in "$play/contract.p7s" -CAfile "$work/jpki/sign-ca.pem" \
		-out "$work/verified.txt" -signer "$work/signer.pem" &&
		cmp "$play/contract.txt" "$work/verified.txt" &&
		diff <("$sim" certificate $card sign) "$work/signer.pem"
}
check "sign: the holder's signature, the document as it was" message_verified
opensc "$opensc_sign" "$pin_prompt" $pin_sign "$pin_prompt" $pin_sign

program gnutls-cli "GnuTLS $gnutls_version"
login_site 1.3
recipe login13 "logs in over TLS 1.3" "$pin_prompt" $pin_auth
check "login13: the site knows who" served 1.3
opensc "$opensc_auth" "$pin_prompt" $pin_auth
login_site any
recipe login12 "logs in over TLS 1.2" "$pin_prompt" $pin_auth
check "login12: the site knows who" served 1.2
opensc "$opensc_auth" "$pin_prompt" $pin_auth

card set $card pss off
fresh_card
recipe login12 "logs in over TLS 1.2, card without PSS" "$pin_prompt" $pin_auth
check "login12: the site knows who, card without PSS" served 1.2
opensc "$opensc_auth" "$pin_prompt" $pin_auth
login_site 1.3
mishap login13 "a card without PSS cannot log in over TLS 1.3, and the site says so" \
	"Certificate is required" "$pin_prompt" $pin_auth
card set $card pss on
fresh_card

# What a user gets wrong costs what it must, and no more.
asked_again() {
	recipe_text test-auth >"$work/again.sh"
	run_block "$work/again.sh" "$work/again.out" "$pin_prompt" "$1" "$pin_prompt" $pin_auth &&
		grep -F 'Wrong PIN has been provided!' "$work/again.out"
}
check "after a wrong PIN it asks again" asked_again 9999
check "and says that few tries are left" grep -F 'Only few tries left before locking!' "$work/again.out"
check "after a PIN of the wrong shape too" asked_again 12345
check "when all tries are left" bash -c '! grep -F "Only few tries" "$1"' - "$work/again.out"
card block $card auth
mishap test-auth "a locked PIN is said to be locked" "PIN locked" "$pin_prompt" $pin_auth
card tries $card auth 3
card_out
mishap login13 "without a card it says that there is no certificate" "Error loading cert file"
card_in
check "and no try is lost in all of this" left_clean

client_finish
