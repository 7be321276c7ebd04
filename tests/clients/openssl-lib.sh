# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# What OpenSSL has for the card, for tests/clients/*.sh and others, to be sourced after lib.sh.

engine_there() { openssl engine -t pkcs11 2>/dev/null | grep -q available; }
engine_version() { dpkg-query -W -f '${Version}' libengine-pkcs11-openssl 2>/dev/null; }
provider_there() { openssl list -providers -provider pkcs11 >/dev/null 2>&1; }
provider_version() { dpkg-query -W -f '${Version}' pkcs11-provider 2>/dev/null; }
# How OpenSSL and curl reach the module that the variable $module_named names: by the provider, or by the engine,
# which OpenSSL 4 has not. False where by neither.
reaches_card() {
	if provider_there; then
		by_openssl=(-provider default -provider pkcs11) by_curl=(--key-type PROV)
		module_named=PKCS11_PROVIDER_MODULE
	elif engine_there; then
		by_openssl=(-engine pkcs11 -keyform engine) by_curl=(--engine pkcs11 --key-type ENG)
		module_named=PKCS11_MODULE_PATH
	else
		return 1
	fi
}
openssl_version() { openssl version | cut -d' ' -f2; }

# contract.p7s of the recipe: the holder's signature, the document as it was.
cms_verified() {
	openssl cms -verify -inform DER -in "$play/contract.p7s" -CAfile "$work/jpki/sign-ca.pem" \
		-out "$work/verified.txt" -signer "$work/signer.pem" &&
		cmp "$play/contract.txt" "$work/verified.txt" &&
		diff <("$sim" certificate $card sign) "$work/signer.pem"
}

# request.pem of the recipe is of the log-in key.
request_verified() {
	openssl req -verify -in "$play/request.pem" -noout &&
		diff <(openssl req -in "$play/request.pem" -noout -pubkey) \
			<("$sim" certificate $card auth | openssl x509 -noout -pubkey)
}
