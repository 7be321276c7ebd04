#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# doc/services/verify-signature.py: who signed, as JSON, and what it must not believe.
set -u
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/services-lib.sh"
private_enter "$@"
needs_mounts
needs_openssl
{ place_installed && make_cards && "$sim" ca revoke lost sign && "$sim" make alias &&
	"$sim" ca export trust; } >"$work/prepare.log" 2>&1 || bail "prepared" "$work/prepare.log"
printf 'a contract\n' >contract.txt
printf 'a c0ntract\n' >other.txt

# sign CARD KEY OUTPUT OPTION...: by OpenSSL, which signs with whatever it is told to.
sign() {
	"$sim" ${state:+--state "$state"} certificate "$1" "$2" >signer.pem || return 1
	env "$module_named=$modules/jpki-$2-pkcs11.so" \
		"$sim" ${state:+--state "$state"} run --card "$1" -- \
		openssl cms -sign -binary -outform DER "${by_openssl[@]}" -inkey "${uris[$2]}" \
		-signer signer.pem -in contract.txt -out "$3" "${@:4}" 2>"$work/sign.log"
}

# verify OPTION...: with the trust of the test hierarchy; what it prints is in $work/answer.
verify() {
	"$samples/verify-signature.py" --ca "${ca:-trust/sign-ca.pem}" "${crl[@]}" "$@" >"$work/answer" 2>&1
}
crl=(--crl trust/sign-crl.pem)

# says STATUS TEXT: what the last verify did.
says() {
	[ "$got" = "$1" ] && grep -Fq -- "$2" "$work/answer" && return
	echo "status $got, expected $1 with: $2"
	cat "$work/answer"
	return 1
}

# good NAME VERIFY-OPTION...
good() {
	verify "${@:2}"
	got=$?
	check "$1" says 0 '"valid": true'
}

# bad NAME REASON VERIFY-OPTION...: not good, and nothing is said about anybody.
bad() {
	verify "${@:3}"
	got=$?
	check "$1: $2" says 1 "\"reason\": \"$2\""
	! grep -q '"address"' "$work/answer" || not_ok "$1: nobody is named" "$work/answer"
}

# trouble NAME TEXT VERIFY-OPTION...
trouble() {
	verify "${@:3}"
	got=$?
	check "$1" says 3 "$2"
}

# answer KEY: of the last verify.
answer() { python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$work/answer" "$1"; }

# in_certificate CARD NUMBER KEY: the answer is what OpenSSL shows of that attribute.
in_certificate() {
	"$sim" certificate "$1" sign | openssl x509 -noout -ext subjectAltName | sed 's/::/:/g' |
		grep -Fq "1.2.392.200149.8.5.5.$2:$(answer "$3")"
}

# resign CARD: another signature in one.p7s gives two.p7s.
resign() {
	"$sim" certificate "$1" sign >signer.pem || return 1
	env "$module_named=$modules/jpki-sign-pkcs11.so" "$sim" run --card "$1" -- \
		openssl cms -resign -binary -inform DER -outform DER "${by_openssl[@]}" \
		-inkey "${uris[sign]}" -signer signer.pem -in one.p7s -out two.p7s 2>"$work/sign.log"
}

# with_lists SIGNATURE LISTS OUTPUT: puts revocation lists into a signature.
with_lists() {
	python3 - "$@" <<'END'
import base64, re, sys

def encode(tag, content):
    length = len(content).to_bytes(4, "big").lstrip(b"\0")
    return bytes([tag, 0x80 | len(length)]) + length + content

def parts(data):
    at = 0
    while at < len(data):
        start, length, at = at, data[at + 1], at + 2
        if length & 0x80:
            size = length & 0x7F
            length, at = int.from_bytes(data[at:at + size], "big"), at + size
        yield data[start], data[at:at + length], data[start:at + length]
        at += length

lists = [base64.b64decode(text) for text in
         re.findall("-----BEGIN X509 CRL-----(.*?)-----END", open(sys.argv[2]).read(), re.S)]
(_, info, _), = parts(open(sys.argv[1], "rb").read())
kind, (_, wrapped, _) = (found := list(parts(info)))[0][2], found[1]
(_, signed, _), = parts(wrapped)
fields = [whole for _, _, whole in parts(signed)]  # the last is signerInfos
fields.insert(-1, encode(0xA1, b"".join(sorted(lists))))
open(sys.argv[3], "wb").write(encode(0x30, kind + encode(0xA0, encode(0x30, b"".join(fields)))))
END
}

# ---- who signed ----

"$sim" run --card adult -- jpki-tool sign --yes --pin-fd 5 contract.txt 5<<<"$pin_sign" >sign.log 2>&1 ||
	not_ok "jpki-tool signs" sign.log
mkdir page && ln -s "$top/doc" page/doc && cp contract.txt contract.txt.p7s page/
run_as_written verify page >"$work/answer" 2>&1
got=$?
check "the page's example" says 0 '"name": "𠮷﨑　見本"'
# The answer that both pages print, but for what is another with each hierarchy.
printed() { sed -n '/^    {$/,/^    }$/s/^    //p' "$1" | grep -v '"certificate_serial"\|"issuer_key"'; }
for page in SERVICES.md SERVICES.ja.md; do
	check "$page prints what it says, to the letter" diff <(printed "$top/doc/$page") \
		<(grep -v '"certificate_serial"\|"issuer_key"' "$work/answer")
done
issuers() {
	export JPKI_CARD_SIM_STATE=$work/generations
	run_as_written issuer page >"$work/issuers" && grep -qx 'older.pem: OK' "$work/issuers" &&
		grep -qx 'newer.pem: OK' "$work/issuers" &&
		[ "$(grep '^issuer=' "$work/issuers" | sort -u | wc -l)" = 1 ] &&
		[ "$(grep -o '\([0-9A-F]\{2\}:\)\{19\}[0-9A-F]\{2\}' "$work/issuers" | sort -u | wc -l)" = 2 ]
}
check "the page's example of issuers: one name, two keys" eval "(issuers)"
good "what jpki-tool signed" contract.txt.p7s contract.txt
check "name" in_certificate adult 1 name
check "address" in_certificate adult 5 address
check "birth date as a date" [ "$(answer birth_date)" = 1992-03-02 ]
check "sex" [ "$(answer sex)" = female ]
check "substituted characters" in_certificate adult 2 name_substituted
check "revocation was checked" [ "$(answer revocation)" = "not revoked" ]
"$sim" run --card adult -- jpki-tool sign --yes --pin-fd 5 --enclosed contract.txt 5<<<"$pin_sign" >sign.log 2>&1
good "the signed file in the signature" --output back contract.txt.p7m
check "comes out as it was" cmp back contract.txt
sign older sign older.p7s && good "an older generation of the authority" older.p7s contract.txt
check "its key tells which" [ "$(answer issuer_key)" = "$("$sim" certificate older sign |
	openssl x509 -noout -ext authorityKeyIdentifier | sed -n 's/^ *\(keyid:\)\?\(\([0-9A-F]\{2\}:\)\{19\}[0-9A-F]\{2\}\)$/\2/p' | tr -d :)" ]
sign alias sign alias.p7s && good "a foreign resident" alias.p7s contract.txt
check "name with alias" in_certificate alias 1 name

# ---- what is not good ----

sign adult sign good.p7s
bad "another file" changed good.p7s other.txt
python3 -c 'd = bytearray(open("good.p7s", "rb").read()); d[-1] ^= 1; open("bit.p7s", "wb").write(d)'
bad "a bit of the signature" changed bit.p7s contract.txt
bad "without the file" "what was signed is missing" good.p7s
head -c 1000 good.p7s >half.p7s
bad "half a signature" "not a signature" half.p7s contract.txt
: >empty
bad "an empty file" "not a signature" empty contract.txt
bad "no signature at all" "not a signature" contract.txt contract.txt
truncate -s 60M large
bad "more than anybody signs" "too large" large contract.txt
state=$work/forged sign adult sign forged.p7s
bad "an authority of the same name and another key" "other authority" forged.p7s contract.txt
sign adult auth auth.p7s
bad "the log-in key" "other authority" auth.p7s contract.txt
cat trust/sign-ca.pem trust/auth-ca.pem >both-ca.pem
cat trust/sign-crl.pem trust/auth-crl.pem >both-crl.pem
ca=both-ca.pem crl=(--crl both-crl.pem)
bad "the log-in key, though its authority is trusted" "not a signing certificate" auth.p7s contract.txt
ca='' crl=(--crl trust/sign-crl.pem)
sign expired sign expired.p7s
bad "an expired certificate" expired expired.p7s contract.txt
sign lost sign lost.p7s
bad "a revoked certificate" revoked lost.p7s contract.txt

sign adult sign one.p7s
resign older
bad "two signatures in one" "more than one signature" two.p7s contract.txt

# The signer may put an older list into the signature, of when the certificate was good. OpenSSL takes
# that one for all it needs; we must not.
"$sim" make late >/dev/null && "$sim" ca crl sign >older-crl.pem && sign late sign late.p7s &&
	"$sim" ca revoke late sign >/dev/null && "$sim" ca export trust >/dev/null
with_lists late.p7s older-crl.pem smuggled.p7s
check "an old list in the signature deceives OpenSSL's cms command" openssl cms -verify -binary \
	-inform DER -in smuggled.p7s -content contract.txt -out /dev/null -crl_check \
	-CAfile <(cat trust/sign-ca.pem trust/sign-crl.pem)
bad "but not us" revoked smuggled.p7s contract.txt

# ---- what cannot be checked is neither good nor bad ----

"$sim" ca crl sign --now 2026-01-01 >old.pem
crl=(--crl old.pem)
trouble "a revocation list that is too old" "CRL has expired" good.p7s contract.txt
openssl crl -in trust/sign-crl.pem -out one.pem
crl=(--crl one.pem)
trouble "no list for the generation" "unable to get certificate CRL" good.p7s contract.txt
crl=(--crl none.pem)
trouble "no such list" "none.pem" good.p7s contract.txt
crl=(--crl trust/sign-ca.pem)
trouble "certificates in place of lists" "has no X509 CRL" good.p7s contract.txt
crl=(--crl trust/sign-crl.pem)
ca=contract.txt trouble "no authority" "has no CERTIFICATE" good.p7s contract.txt
trouble "no such signature" "none.p7s" none.p7s contract.txt
crl=(--no-crl)
good "without lists, if so ordered" lost.p7s contract.txt
check "and it says so" [ "$(answer revocation)" = "not checked" ]
crl=()
verify good.p7s contract.txt
got=$?
check "without an order, neither" says 2 "one of the arguments --crl --no-crl is required"
# ---- the sample for Node ----

# node_says STATUS TEXT WHAT FILE...
node_says() {
	local status=$1 text=$2 what=$3 got
	"$samples/check.mjs" "$what" "trust/$([ $what = login ] && echo auth || echo sign)-ca.pem" \
		"${list:-trust/$([ $what = login ] && echo auth || echo sign)-crl.pem}" "${@:4}" >"$work/answer" 2>&1
	got=$?
	says "$status" "$text"
}
if command -v node >/dev/null; then
	check "Node: a good signature" node_says 0 '"valid": true' signature good.p7s contract.txt
	check "Node: another file" node_says 1 '"changed"' signature good.p7s other.txt
	check "Node: a revoked certificate" node_says 1 '"revoked"' signature lost.p7s contract.txt
	check "Node: an old list in the signature does not help" node_says 1 '"revoked"' signature smuggled.p7s contract.txt
	check "Node: an expired certificate" node_says 1 '"expired"' signature expired.p7s contract.txt
	check "Node: the log-in key" node_says 1 '"other authority"' signature auth.p7s contract.txt
	check "Node: two signatures" node_says 1 '"more than one signature"' signature two.p7s contract.txt
	check "Node: no signature" node_says 1 '"not a signature"' signature contract.txt contract.txt
	list=old.pem check "Node: a list that is too old" node_says 3 '"CRL has expired"' signature good.p7s contract.txt
	check "Node: no such file" node_says 3 'ENOENT' signature none.p7s contract.txt
	for name in adult older lost expired; do "$sim" certificate $name auth >$name.pem; done
	"$sim" certificate adult sign >signing.pem
	check "Node: a log-in certificate" node_says 0 '"valid": true' login adult.pem
	check "Node: one of an older generation" node_says 0 '"valid": true' login older.pem
	check "Node: a revoked one" node_says 1 '"revoked"' login lost.pem
	check "Node: an expired one" node_says 1 '"expired"' login expired.pem
	check "Node: the signing certificate" node_says 1 '"other authority"' login signing.pem
else
	skip "check.mjs" "node is not installed"
fi

# ---- OpenSSL as a responder ----

mkdir ocsp
check "the page's responder starts" run_as_written ocsp ocsp
# answered TEXT: what the responder said, and that its signature is the authority's.
answered() {
	cat "$work/answer"
	grep -q "^$1" "$work/answer" && grep -q 'Response verify OK' "$work/answer"
}
await $patience listening 2560
run_as_written ocsp-ask ocsp >"$work/answer" 2>&1
check "it says of a revoked certificate that it is" answered "lost.pem: revoked"
# The first one has answered, but may still be there.
await $patience eval '! listening 2560'
run_as_written ocsp ocsp >"$work/out" 2>&1 && await $patience listening 2560 && "$sim" certificate older auth >older.pem
openssl ocsp -url http://127.0.0.1:2560/ -issuer ocsp/trust/auth-ca.pem -VAfile ocsp/trust/auth-ca.pem \
	-cert older.pem >"$work/answer" 2>&1
check "and answers for older generations" answered "older.pem: good"
check "its key is for nobody else to read" [ "$(stat -c %a ocsp/responder/auth-responder.pem)" = 600 ]

check "no copies of what was sent are left" [ -z "$(find "$work" -maxdepth 1 -name 'tmp*' -o -maxdepth 1 -name 'check-*')" ]
finish
