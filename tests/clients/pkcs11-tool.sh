#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The recipes of doc/clients/pkcs11-tool.md. What pkcs11-tool can do besides is in
# tests/pcscd/tools.sh.
set -u
. "$(dirname "$0")/lib.sh"
client_enter pkcs11-tool "$@"
needs pkcs11-tool
program pkcs11-tool "OpenSC $(opensc-tool -i 2>/dev/null | sed -n 's/^OpenSC \([0-9.]*\).*/\1/p')"

says() { grep -Eq -e "$1" "$work/recipe.out"; }

recipe list "lists tokens and public objects"
check "list: both tokens" says 'token label *: JPKI Sign 6-16 char password'
check "list: the log-in certificate" says 'label: *User Authentication Certificate$'
opensc ''

recipe certificate "reads the log-in certificate"
check "certificate: it is the card's" cmp "$play/login.der" \
	<("$sim" certificate $card auth | openssl x509 -outform DER)
opensc ''

recipe test "its own tests: no errors" "Please enter User PIN:" $pin_auth
check "test: no errors" says '^No errors'
opensc '' "Please enter User PIN:" $pin_auth

echo "a contract" >"$play/contract.txt"
recipe sign "signs a file; OpenSSL verifies" \
	"Please enter User PIN:" $pin_sign "Please enter User PIN:" $pin_sign
check "sign: verified" says '^Verified OK'
opensc 's/--login/--slot 1 --login/' \
	"Please enter User PIN:" $pin_sign "Please enter User PIN:" $pin_sign \
	"Please enter context specific PIN:" $pin_sign

recipe pss "signs with PSS" "Please enter User PIN:" $pin_sign
check "pss: verified" openssl dgst -sha256 -verify "$play/signer.pub" \
	-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 -signature "$play/contract.pss" \
	"$play/contract.txt"
opensc 's/--login/--slot 1 --login/' "Please enter User PIN:" $pin_sign

recipe change-pin "changes the PIN" "Please enter User PIN:" $pin_auth \
	"Please enter the current PIN:" $pin_auth "Please enter the new PIN:" 4321 "Please enter the new PIN again:" 4321
check "change-pin: the new PIN is right" tool --token-label "JPKI Auth 4-digit PIN" \
	--login --pin 4321 -O
opensc '' "Please enter User PIN:" 4321 \
	"Please enter the current PIN:" 4321 "Please enter the new PIN:" $pin_auth "Please enter the new PIN again:" $pin_auth

# What a user gets wrong costs what it must, and no more.
mishap sign "a wrong password is said to be wrong" CKR_PIN_INCORRECT "Please enter User PIN:" WR0NG9
check "and costs one try" tries_left 3 4
mishap sign "so is the 4-digit PIN" CKR_PIN_INCORRECT "Please enter User PIN:" $pin_auth
check "and costs none" tries_left 3 4
card block $card sign
mishap sign "a locked password is said to be locked" CKR_PIN_LOCKED "Please enter User PIN:" $pin_sign
card tries $card sign 5
card set $card pss off
fresh_card
mishap pss "a card without PSS says so" CKR_MECHANISM_INVALID "Please enter User PIN:" $pin_sign
card set $card pss on
card_out
mishap certificate "no card is said to be no token" "No slot with a token was found"
card_in
check "and no try is lost in all of this" left_clean

client_finish
