#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The recipes of doc/clients/xml.md: an XML signature that the card makes and xmlsec1 verifies.
set -u
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/openssl-lib.sh"
client_enter xml "$@"
needs xmlsec1
program xmlsec1 "$(xmlsec1 --version | sed -n 's/^xmlsec1 \([0-9.]*\).*/\1/p')"

says() { grep -Eq -e "$1" "$work/recipe.out"; }

ask_tool="Please enter User PIN:"
ask_jpki="password for digital signature (6 to 16 characters):"

recipe template "a template of an enveloped signature"
recipe sign "signs XML (enveloped, RSA-SHA256)" "$ask_tool" $pin_sign "$ask_jpki" $pin_sign

# The signature without xmlsec1: what is signed, in its canonical form, and the value that stands in the
# file.
signed_info() {
	python3 - "$1" <<'END'
import sys, xml.etree.ElementTree as tree
space = "http://www.w3.org/2000/09/xmldsig#"
tree.register_namespace("", space)
info = tree.parse(sys.argv[1]).find(".//{%s}SignedInfo" % space)
info.tail = None
sys.stdout.write(tree.canonicalize(tree.tostring(info, "unicode")))
END
}
verified_by_openssl() {
	sed -n 's|.*<SignatureValue>\([^<]*\)<.*|\1|p' "$play/signed.xml" | base64 -d >"$work/value"
	signed_info "$play/signed.xml" >"$work/signed-info" || return 1
	"$sim" certificate $card sign | openssl x509 -noout -pubkey >"$work/holder.pub"
	openssl dgst -sha256 -verify "$work/holder.pub" -signature "$work/value" "$work/signed-info"
}
refuses_changed() {
	sed 's/the holder of the card/somebody else/' "$play/signed.xml" >"$work/changed.xml"
	cmp -s "$play/signed.xml" "$work/changed.xml" && return 1
	! xmlsec1 --verify --trusted-pem "$work/jpki/sign-ca.pem" "$work/changed.xml"
}
holds_certificate() {
	tr -d '\n' <"$play/signed.xml" | sed 's|.*<X509Certificate>||; s|</X509Certificate>.*||' |
		base64 -d | openssl x509 -inform DER | cmp - <("$sim" certificate $card sign | openssl x509)
}
check "sign: OpenSSL verifies the value with the holder's certificate" verified_by_openssl
check "sign: xmlsec1 verifies it with the CA" \
	xmlsec1 --verify --trusted-pem "$work/jpki/sign-ca.pem" "$play/signed.xml"
check "sign: the holder's certificate is in it" holds_certificate
check "sign: a changed document is refused" refuses_changed
refuses "sign: so is another CA" "failed to verify" \
	xmlsec1 --verify --trusted-pem "$work/jpki/auth-ca.pem" "$play/signed.xml"
opensc 's/--login/--slot 1 --login/' "$ask_tool" $pin_sign "Please enter context specific PIN:" $pin_sign \
	"$ask_jpki" $pin_sign

recipe check "checks an XML signature"
check "check: verified" says '(^|: )OK$'
# What doc/SERVICES.md makes of it.
page_recipes "$top/doc/SERVICES.md" | sed -n 's/^xml	//p' >"$work/services.sh"
ln -s "$work/jpki" "$play/trust"
check "services: an XML signature, its certificate not revoked" eval '(cd "$play" && bash -eu "$work/services.sh")'

# The direct way. From 1.3 on: OpenSSL's provider.
knows_store() { xmlsec1 --help-sign | grep -q -e --privkey-openssl-store; }
ask_store='Enter password for "pkcs11:"'
by_provider() {
	recipe direct "signs with the card's key by itself (OpenSSL provider)" "$ask_store" $pin_sign
	check "direct: xmlsec1 verifies it with the CA" \
		xmlsec1 --verify --trusted-pem "$work/jpki/sign-ca.pem" "$play/direct.xml"
	mishap direct "direct: a wrong password is refused" "failed to load private key" "$ask_store" WR0NG9
	check "direct: and costs one try" tries_left 3 4
	check "direct: and the right one gives it back" \
		run_block "$work/recipe.sh" "$work/again" "$ask_store" $pin_sign
	check "direct: all of them, and the card is logged out" left_clean
}

# Before: the engine, with the password out of sight, in a pipe.
with_engine() {
	(cd "$play" && PKCS11_MODULE_PATH=$modules/jpki-sign-pkcs11.so \
		xmlsec1 --sign --output direct.xml --privkey-openssl-engine:thrown-away \
		"pkcs11;pkcs11:type=private;pin-source=file:/dev/fd/3,holder.pem" template.xml \
		3< <(printf %s "$pin_sign"))
}
by_engine() {
	card count reset >/dev/null
	refuses "xmlsec1 cannot use the key through OpenSSL's engine" "key is not found" with_engine
	check "though the engine had logged in" grep -q 'VERIFY sign PIN' <(card count)
	check "and no try was lost" left_clean
	cannot "signs with the card's key by itself (OpenSSL engine)" \
		"with OpenSSL 3 xmlsec1 takes the engine's key for a public one (lsh123/xmlsec#855)"
}
if knows_store; then
	by_provider
elif engine_there; then
	by_engine
else
	skip "xmlsec1, the direct way" "OpenSSL has no engine for PKCS#11 here"
	add_row "signs with the card's key by itself (OpenSSL engine)" "skipped: OpenSSL has no engine for PKCS#11"
fi

mishap sign "a wrong password is refused" CKR_PIN_INCORRECT "$ask_tool" WR0NG9
check "and costs one try" tries_left 3 4
check "and the right one gives it back" run_block "$work/recipe.sh" "$work/again" \
	"$ask_tool" $pin_sign "$ask_jpki" $pin_sign
check "all of them, and the card is logged out" left_clean
client_finish
