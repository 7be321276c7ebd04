#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The recipes of doc/clients/openssl-engine.md: the engine of libp11.
set -u
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/openssl-lib.sh"
client_enter openssl-engine "$@"
needs openssl
program "openssl, engine" "OpenSSL $(openssl_version), libp11 $(engine_version)"
engine_there || skip_page "libengine-pkcs11-openssl is not installed"

pin_prompt="Enter PKCS#11 token PIN for JPKI"
# OpenSC's module has two slots with a key each.
opensc_auth='s/pkcs11:id=/pkcs11:token=JPKI%20%28User%20Authentication%20PIN%29;id=/'
opensc_sign='s/pkcs11:id=/pkcs11:token=JPKI%20%28Digital%20Signature%20PIN%29;id=/'
key_prompt="Enter PKCS#11 key PIN for Digital Signature Key" # and wants the PIN for each signature
# Versions of libp11 after 0.4.13 say less.
no_pss=$'Mechanism invalid\ntls_construct_cert_verify:EVP lib'
newer_absent=$'\nobject not found'

echo "a contract" >"$play/contract.txt"
recipe dgst "signs a file (dgst); OpenSSL verifies" \
	"password for digital signature" $pin_sign "$pin_prompt" $pin_sign
check "dgst: verified" grep -q '^Verified OK' "$work/recipe.out"
opensc "$opensc_sign"'
	s/jpki-tool.*/pkcs11-tool --module $PKCS11_MODULE_PATH --slot 1 --login --read-object --type cert --id 02 -o signer.pem/' \
	"Please enter User PIN:" $pin_sign "$pin_prompt" $pin_sign "$key_prompt" $pin_sign

recipe cms "signs a CMS message; OpenSSL verifies" "$pin_prompt" $pin_sign
check "cms: the holder's signature, the document as it was" cms_verified
opensc "$opensc_sign" "$pin_prompt" $pin_sign "$key_prompt" $pin_sign

recipe req "makes a certificate request; OpenSSL verifies" "$pin_prompt" $pin_auth
check "req: of the log-in key" request_verified
opensc "$opensc_auth" "$pin_prompt" $pin_auth

login_site 1.3
recipe login13 "logs in over TLS 1.3" "$pin_prompt" $pin_auth
check "login13: the site knows who" served 1.3
opensc "$opensc_auth"'
	s/jpki-tool.*/pkcs11-tool --module $PKCS11_MODULE_PATH --read-object --type cert --id 01 -o login.pem/' \
	"$pin_prompt" $pin_auth

login_site 1.2
recipe login12 "logs in over TLS 1.2" "$pin_prompt" $pin_auth
check "login12: the site knows who" served 1.2
opensc "$opensc_auth" "$pin_prompt" $pin_auth

echo "a challenge" >"$play/challenge.txt"
recipe dgst-uri "signs with the PIN in the URI"
check "dgst-uri: verified" openssl dgst -sha256 -signature "$play/challenge.sig" \
	-verify <("$sim" certificate $card auth | openssl x509 -noout -pubkey) "$play/challenge.txt"
opensc "$opensc_auth"

login_site 1.3
recipe login-uri "logs in over TLS 1.3, PIN in the URI"
check "login-uri: the site knows who" served 1.3
opensc "$opensc_auth"
login_site 1.2
recipe login-uri "logs in over TLS 1.2, PIN in the URI"
check "login-uri: the site knows who over TLS 1.2 too" served 1.2
opensc "$opensc_auth"

card set $card pss off
fresh_card
mishap login12 "a card without PSS needs the option over TLS 1.2" "$no_pss" \
	"$pin_prompt" $pin_auth
recipe login12-no-pss "logs in over TLS 1.2, card without PSS" "$pin_prompt" $pin_auth
check "login12-no-pss: the site knows who" served 1.2
opensc "$opensc_auth" "$pin_prompt" $pin_auth
login_site 1.3
rm "$play/login.pem"
mishap login13 "a card without PSS cannot log in over TLS 1.3, and it says why" "$no_pss" \
	"$pin_prompt" $pin_auth
check "and no try is lost" left_clean
card set $card pss on
fresh_card
login_site_stop

# What a user gets wrong costs what it must, and no more.
mishap req "a wrong PIN is said to be wrong" $'PIN incorrect\nreason(160)' "$pin_prompt" 9999
check "and costs one try" tries_left 2 5
mishap req "a PIN of the wrong shape is refused" $'PIN incorrect\nreason(160)' "$pin_prompt" 12345
check "and costs none" tries_left 2 5
card block $card auth
mishap req "a locked PIN is said to be locked" $'PIN locked\nreason(164)' "$pin_prompt" $pin_auth
card tries $card auth 3
card_out
mishap req "no card is said to be no token" "No matching initialized token was found$newer_absent"
card_in
mishap_with '/^export/d' req "without a module named and a token in the URI it does not choose" \
	"Multiple matching slots$newer_absent" "$pin_prompt" $pin_auth
check "and no try is lost in all of this" left_clean

client_finish
