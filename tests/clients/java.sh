#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The recipes of doc/clients/java.md: SunPKCS11.
set -u
. "$(dirname "$0")/lib.sh"
client_enter java "$@"
needs javac default-jdk-headless
needs xmlsec1
program Java "OpenJDK $(java -version 2>&1 | sed -n 's/.*version "\(.*\)".*/\1/p')"

says() { grep -Eq -e "$1" "$work/recipe.out"; }

# with_opensc auth|sign: the last recipe, its configuration changed to OpenSC's module.
with_opensc() {
	local slot=0 config=$1.cfg
	[ "$1" = auth ] || slot=1
	shift
	opensc "1i sed -i -e s/jpki-.*-pkcs11/opensc-pkcs11/ -e '/slotListIndex/s/0/$slot/' $config" "$@"
}

# run_java PROMPT ANSWER ARGUMENT...: in the folder of the recipes.
run_java() {
	local prompt=$1 reply=$2
	shift 2
	(cd "$play" && "$answer" $recipe_seconds "$prompt" "$reply" -- java "$@") 2>&1
}

# wide TEXT: its letters and digits as a Japanese input method gives them.
wide() { sed 'y/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ/０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ/' <<<"$1"; }

served() { says "^ *Protocol *: TLSv$1" && says '^ *Verify return code: 0 \(ok\)'; }

# The certificate in the page that the site made is the card's.
shows_log_in_certificate() {
	cmp <(sed -n '/BEGIN CERT/,/END CERT/p' "$work/recipe.out") \
		<("$sim" certificate $card auth | openssl x509)
}

preparation config
preparation pin

recipe list "keytool lists the log-in key" "Enter keystore password:" $pin_auth
check "list: a private key with its certificate" says '^User Authentication Certificate, PrivateKeyEntry'
with_opensc auth "Enter keystore password:" $pin_auth

# The site's authority, as an administrator would add it.
keytool -importcert -cacerts -storepass changeit -noprompt -alias site -file "$work/ca/ca.pem" \
	>"$work/cacerts.log" 2>&1 || bail "Java trusts the site" "$work/cacerts.log"

login_site 1.3
recipe login "logs in over TLS 1.3" "PIN (4 digits):" $pin_auth
check "login: TLS 1.3, chain verified" served 1.3
check "login: with the card's certificate" shows_log_in_certificate
with_opensc auth "PIN (4 digits):" $pin_auth

# Every Java that is installed, the card behind its own providers and before them, where the whole
# program's hashing comes to the module: it asks no card.
sed 's/addProvider(card)/insertProviderAt(card, 1)/' "$play/Login.java" >"$play/First.java"
log_in() { # JAVA PROGRAM
	printf '%q ' "$1" -Djavax.net.ssl.trustStore="$work/trust" \
		-Djavax.net.ssl.trustStorePassword=changeit "$2" https://login.example/ >"$work/java.sh"
	run_block "$work/java.sh" "$work/recipe.out" "PIN (4 digits):" $pin_auth
}
java_version() { "$1" -version 2>&1 | sed -n 's/.*version "\(.*\)".*/\1/p'; }
keytool -importcert -keystore "$work/trust" -storepass changeit -noprompt -alias site -file "$work/ca/ca.pem" \
	>"$work/trust.log" 2>&1 || bail "a store for the site's authority" "$work/trust.log"
tried=
for java in $(command -v java) /usr/lib/jvm/*/bin/java; do
	version=$(java_version "$java")
	case $tried in *"|$version|"*) continue ;; esac
	tried="$tried|$version|"
	for program in Login First; do
		fresh_card
		check "Java $version, $program: logs in over TLS 1.3" log_in "$java" $program.java
		echo "# $(exchanges) exchanges"
		check "Java $version, $program: TLS 1.3, chain verified" served 1.3
		check "Java $version, $program: with the card's certificate" shows_log_in_certificate
		check "Java $version, $program: no more exchanges than the first" [ "$(exchanges)" -le "${most:=$(exchanges)}" ]
		check "Java $version, $program: all tries left, card logged out" left_clean
	done
done

login_site 1.2
recipe login12 "logs in over TLS 1.2" "PIN (4 digits):" $pin_auth
check "login12: TLS 1.2, chain verified" served 1.2
check "login12: with the card's certificate" shows_log_in_certificate
with_opensc auth "PIN (4 digits):" $pin_auth

# A card without PSS: TLS 1.3 cannot be had, TLS 1.2 can.
card set $card pss off >/dev/null
login_site any
refuses "a card without PSS: TLS 1.3 fails and says so" \
	"No supported CertificateVerify signature algorithm for RSA" \
	run_java "PIN (4 digits):" $pin_auth Login.java https://login.example/
recipe login12 "logs in with a card without PSS, TLS 1.2" "PIN (4 digits):" $pin_auth
check "a card without PSS: TLS 1.2" served 1.2
with_opensc auth "PIN (4 digits):" $pin_auth
login_site_stop
card set $card pss on >/dev/null && fresh_card

mkdir -p "$play" && echo "a contract" >"$play/contract.txt"
(cd "$play" && jar cf app.jar contract.txt) || bail "a jar to sign"

# The jar's signature block by OpenSSL, against the signing hierarchy.
jar_verified() {
	jarsigner -verify "$play/$1" | grep '^jar verified' || return 1
	rm -rf "$work/jar" && mkdir "$work/jar" && (cd "$work/jar" && jar xf "$play/$1") &&
		openssl cms -verify -binary -purpose any -inform DER -in "$work"/jar/META-INF/*.RSA \
			-content "$work"/jar/META-INF/*.SF -CAfile "$work/jpki/sign-ca.pem" \
			-signer "$work/jar/signer.pem" -out /dev/null
}

# signed_by_card FILE: the first certificate of the file is that of the signing key.
signed_by_card() { cmp <(openssl x509 -in "$1") <("$sim" certificate $card sign | openssl x509); }

recipe jar "signs a jar; OpenSSL verifies the chain" "Password of the signing key:" $pin_sign
check "jar: verified by jarsigner, signature and chain by OpenSSL" jar_verified signed.jar
check "jar: with the card's certificate" signed_by_card "$work/jar/signer.pem"
with_opensc sign "Password of the signing key:" $pin_sign
jarsigner_signs() {
	(cd "$play" && "$answer" $recipe_seconds "Enter Passphrase for keystore:" $pin_sign -- \
		jarsigner -keystore NONE -storetype PKCS11 -addprovider SunPKCS11 -providerArg sign.cfg \
		app.jar "Digital Signature Certificate")
}
check "jarsigner, which asks by itself, signs it too" jarsigner_signs
check "and its signature is the same" jar_verified app.jar

recipe sign "a program of one's own signs; OpenSSL verifies" \
	"Password of the signing key:" $pin_sign
check "sign: verified" says '^Verified OK'
check "sign: the chain leads to the authority" \
	openssl verify -CAfile "$work/jpki/sign-ca.pem" "$play/chain.pem"
check "sign: with the card's certificate" signed_by_card "$play/chain.pem"
check "sign: and the authority's" [ "$(grep -c BEGIN "$play/chain.pem")" -eq 2 ]
with_opensc sign "Password of the signing key:" $pin_sign

cat >"$play/application.xml" <<END
<?xml version="1.0" encoding="UTF-8"?>
<application><item>住民票の写し</item></application>
END
recipe xml "XML signature; xmlsec1 verifies" "Password of the signing key:" $pin_sign
check "xml: verified with its chain" \
	xmlsec1 --verify --trusted-pem "$work/jpki/sign-ca.pem" "$play/signed.xml"
sed s/住民票/戸籍/ "$play/signed.xml" >"$work/forged.xml"
refuses "xml: another text is not" "failed to verify" \
	xmlsec1 --verify --trusted-pem "$work/jpki/sign-ca.pem" "$work/forged.xml"
with_opensc sign "Password of the signing key:" $pin_sign

# What a user gets wrong costs what it must, and no more.
refuses "a wrong password is told" CKR_PIN_INCORRECT \
	run_java "Password of the signing key:" WRONG99 Sign.java
check "and costs one try" tries_left 3 4
check "the right one gives it back" run_java "Password of the signing key:" $pin_sign Sign.java
check "and all tries are left" left_clean
# Java hands on one byte of each character: of these kana "BDFHJK", which is the shape of a password.
refuses "kana are refused by the program" "nothing was sent to the card" \
	run_java "Password of the signing key:" あいうえおか Sign.java
check "and cost no try" left_clean
refuses "so are kana for the PIN" "nothing was sent to the card" \
	run_java "PIN (4 digits):" あいうえ Login.java https://login.example/
check "and cost no try either" left_clean
check "full-width letters and digits are the same password" \
	run_java "Password of the signing key:" "$(wide $pin_sign)" Sign.java
refuses "the other key's PIN is refused" CKR_PIN_INCORRECT \
	run_java "Password of the signing key:" $pin_auth Sign.java
check "and costs no try" left_clean
card block $card sign
refuses "a locked password is told" CKR_PIN_LOCKED \
	run_java "Password of the signing key:" $pin_sign Sign.java
card_out
refuses "no card: told" "no such algorithm: PKCS11" \
	run_java "Password of the signing key:" $pin_sign Sign.java
keytool_without_card() {
	(cd "$play" && keytool -list -keystore NONE -storetype PKCS11 -addprovider SunPKCS11 -providerArg auth.cfg)
}
refuses "no card: told by keytool" "PKCS11 not found" keytool_without_card

client_finish
