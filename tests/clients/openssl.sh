#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The recipes of doc/clients/openssl.md: the provider pkcs11.
set -u
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/openssl-lib.sh"
client_enter openssl "$@"
needs openssl
program "openssl, provider" "OpenSSL $(openssl_version), pkcs11-provider $(provider_version)"
provider_there || skip_page "pkcs11-provider is not installed"

# The question names the reader only.
pin_prompt="Enter pass phrase for PKCS#11 Token"
key_prompt="Enter PIN for PKCS#11 Token" # OpenSC's module wants the PIN for each signature
# OpenSC's module has two slots with a key each.
opensc_auth='s/pkcs11:id=/pkcs11:token=JPKI%20%28User%20Authentication%20PIN%29;id=/g'
opensc_sign='s/pkcs11:id=/pkcs11:token=JPKI%20%28Digital%20Signature%20PIN%29;id=/g'

echo "a contract" >"$play/contract.txt"
recipe dgst "signs a file (dgst); OpenSSL verifies" "$pin_prompt" $pin_sign "$pin_prompt" $pin_sign
check "dgst: verified" grep -q '^Verified OK' "$work/recipe.out"
check "dgst: the holder's certificate" diff <("$sim" certificate $card sign) "$play/signer.pem"
opensc "$opensc_sign" "$pin_prompt" $pin_sign "$pin_prompt" $pin_sign "$key_prompt" $pin_sign

recipe cms "signs a CMS message; OpenSSL verifies" "$pin_prompt" $pin_sign
check "cms: the holder's signature, the document as it was" cms_verified
opensc "$opensc_sign" "$pin_prompt" $pin_sign "$key_prompt" $pin_sign

recipe x509 "reads the log-in certificate without a PIN"
check "x509: the card's" diff <("$sim" certificate $card auth | openssl x509 -noout -dates -pubkey) \
	"$work/recipe.out"
opensc "$opensc_auth"

recipe req "makes a certificate request; OpenSSL verifies" "$pin_prompt" $pin_auth
check "req: of the log-in key" request_verified
opensc "$opensc_auth" "$pin_prompt" $pin_auth

recipe self-signed "signs a certificate (x509); OpenSSL verifies" "$pin_prompt" $pin_auth
check "self-signed: verified" openssl verify -CAfile "$play/self-signed.pem" "$play/self-signed.pem"
opensc "$opensc_auth" "$pin_prompt" $pin_auth

# What goes wrong first depends on the versions.
no_tls=$'bad signature\nKey generation failed\ntls13_generate_secret:internal error'
for minor in 3 2; do
	login_site 1.$minor
	recipe login1$minor "logs in over TLS 1.$minor" "$pin_prompt" $pin_auth
	check "login1$minor: the site knows who" served 1.$minor
	opensc "$opensc_auth" "$pin_prompt" $pin_auth
	recipe login-uri "logs in over TLS 1.$minor, PIN in the URI"
	check "login-uri: the site knows who over TLS 1.$minor" served 1.$minor
	opensc "$opensc_auth"
	mishap_with 's/-provider default -provider pkcs11/-provider pkcs11 -provider default/' \
		login1$minor "TLS 1.$minor: the other order of the providers fails" "$no_tls" \
		"$pin_prompt" $pin_auth
done
check "and no try is lost" left_clean

card set $card pss off
fresh_card
mishap login12 "a card without PSS needs the option over TLS 1.2" "CKM_RSA_PKCS_PSS unavailable" \
	"$pin_prompt" $pin_auth
recipe login12-no-pss "logs in over TLS 1.2, card without PSS" "$pin_prompt" $pin_auth
check "login12-no-pss: the site knows who" served 1.2
opensc "$opensc_auth" "$pin_prompt" $pin_auth
login_site 1.3
mishap login13 "a card without PSS cannot log in over TLS 1.3, and it says why" \
	"CKM_RSA_PKCS_PSS unavailable" "$pin_prompt" $pin_auth
check "and no try is lost" left_clean
card set $card pss on
fresh_card
login_site_stop

# What a user gets wrong costs what the page says.
no_key="Could not find private key"
mishap req "a wrong PIN gives no key" "$no_key" "$pin_prompt" 9999
check "and costs one try" tries_left 2 5
mishap req "nor does a PIN of the wrong shape" "$no_key" "$pin_prompt" 12345
check "and costs none" tries_left 2 5
card tries $card auth 3
ours_named='/^export/d; s/pkcs11:id/pkcs11:token=JPKI%20Auth%204-digit%20PIN;id/'
mishap_with "$ours_named" req "a wrong PIN for the token that the URI names, no module being named" \
	"$no_key" "$pin_prompt" 9999
check "costs one try, though OpenSC's module is there" tries_left 2 5
card tries $card auth 3
mishap_with '/^export/d' req "a wrong PIN where neither module nor token is named" \
	"$no_key" "$pin_prompt" 9999
check "is tried on OpenSC's view of the card too, and costs two" tries_left 1 5
mishap req "the last try is refused, even with the right PIN" "$no_key" "$pin_prompt" $pin_auth
check "and not used" tries_left 1 5
recipe last-try "the way out when one try is left" "Please enter User PIN:" $pin_auth
check "last-try: it says so" grep -q "final user PIN try" "$work/recipe.out"
card block $card auth
mishap req "a locked PIN gives no key" "$no_key" "$pin_prompt" $pin_auth
card tries $card auth 3
card_out
mishap req "nor is there one without a card" "$no_key"
mishap x509 "nor a certificate" "Could not find certificate"
card_in
mishap_with 's/^(export .*=).*/\1\/nowhere.so/' req "a wrong path is said to be no module" \
	"Module initialization failed!"
check "and no try is lost in all of this" left_clean

client_finish
