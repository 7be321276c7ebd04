#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The recipes of doc/clients/pdf.md: pdfsig signs, pdfsig and OpenSSL verify.
set -u
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/agent-lib.sh"
. "$(dirname "$0")/pdf-lib.sh"
client_enter pdf "$@"
needs pdfsig
needs modutil
program "pdfsig (poppler)" "$(pdfsig -v 2>&1 | sed -n 's/^pdfsig version //p')"

says() { grep -Eq -e "$1" "$work/recipe.out"; }

without_password() {
	cd "$play" && pdfsig contract.pdf other.pdf -add-signature -nssdir "sql:$HOME/.jpki-pdf" \
		-nick 'JPKI Sign 6-16 char password:Digital Signature Certificate' </dev/null
}

question="Password of the signing certificate:"
make_pdf "$play/contract.pdf"

recipe setup "tells NSS about the card"
opensc 's/\.jpki-pdf/.opensc-pdf/'

recipe sign "signs a PDF (adbe.pkcs7.detached)" "$question" $pin_sign
check "sign: OpenSSL verifies what was taken out of the file" verified_by_openssl "$play/signed.pdf"
check "sign: with the signing certificate, which has the name" signed_by_holder
check "sign: the contract changed by one letter is refused" changed_is_refused
check "sign: the format" grep -aq '/SubFilter */adbe.pkcs7.detached' "$play/signed.pdf"
opensc 's/\.jpki-pdf/.opensc-pdf/; s/JPKI Sign 6-16 char password/JPKI (Digital Signature PIN)/' \
	"$question" $pin_sign

no_timestamp() {
	openssl asn1parse -inform DER -in "$work/cms" >"$work/parsed" && grep -q messageDigest "$work/parsed" &&
		! grep -q timeStampToken "$work/parsed"
}
check "sign: no time stamp" no_timestamp
mv "$play/signed.pdf" "$work/signed.pdf"
mishap_with 's/-add-signature/-add-signature -etsi/' sign "the other format it does not make" \
	"-etsi is not supported yet with -add-signature" "$question" $pin_sign
check "and no try is lost on that" left_clean
mv "$work/signed.pdf" "$play/signed.pdf"

agent_on
mv "$play/signed.pdf" "$work/"
by_agent sign "signs a PDF; the agent asks" pdfsig 's/^read .*/password=x/'
check "agent: OpenSSL verifies what was taken out of the file" verified_by_openssl "$play/signed.pdf"
echo cancel >"$work/words"
rm -f "$play/signed.pdf"
mishap_with 's/^read .*/password=x/' sign "cancelled in the agent's dialog: it fails" ""
check "... and nothing was sent" left_clean
refuses "without -nss-pwd it stops with the agent too" "Please provide one with -nss-pwd" without_password
mv "$work/signed.pdf" "$play/"
agent_off

recipe check "checks a signature"
check "check: valid" says 'Signature Validation: Signature is Valid\.'
check "check: trusted, once the CA is" says 'Certificate Validation: Certificate is Trusted\.'
check "check: the whole file" says 'Total document signed'

recipe check-openssl "checks it with OpenSSL"
check "check-openssl: successful" says 'CMS Verification successful'
# What doc/SERVICES.md makes of it.
page_recipes "$top/doc/SERVICES.md" | sed -n 's/^pdf	//p' >"$work/services.sh"
ln -s "$work/jpki" "$play/trust" && ln -s "$top/doc" "$play/doc"
check "services: who signed a PDF" eval '(cd "$play" && bash -eu "$work/services.sh") | grep "\"birth_date\": \"1992-03-02\""'
cp "$play/signed.pdf" "$work/signed.pdf" && echo "%more" >>"$play/signed.pdf"
refuses "services: a PDF with something added is refused" "" eval '(cd "$play" && bash -eu "$work/services.sh")'
cp "$work/signed.pdf" "$play/"

# What a user gets wrong.
mishap sign "a wrong password is refused" "Password was not accepted" "$question" WR0NG9
check "and costs one try" tries_left 3 4
mishap sign "the 4-digit PIN is refused" "Password was not accepted" "$question" $pin_auth
check "and costs none" tries_left 3 4
check "and the right one gives it back" run_block "$work/recipe.sh" "$work/again" "$question" $pin_sign
check "all of them, and the card is logged out" left_clean
refuses "pdfsig does not ask for a password" "Please provide one with -nss-pwd" without_password

locked_says_tool() { jpki-tool status | grep -A1 '署名用' | grep -q 'PROBLEM  locked'; }
card block $card sign >/dev/null
rm -f "$play/signed.pdf"
mishap sign "locked: it ends without a word" "" "$question" $pin_sign
check "locked: and without a file" test ! -e "$play/signed.pdf"
check "locked: jpki-tool says so" locked_says_tool
card tries $card sign 5
card_out
mishap sign "no card: it ends without a word too" "" "$question" $pin_sign
check "no card: and without a file" test ! -e "$play/signed.pdf"
card_in
check "and no try is lost in all of this" left_clean
client_finish
