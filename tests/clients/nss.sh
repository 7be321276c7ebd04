#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The recipes of doc/clients/nss.md: NSS's own tools list, log in and sign mail.
set -u
. "$(dirname "$0")/lib.sh"
client_enter nss "$@"
needs tstclnt
program "NSS tools" "$(dpkg-query -W -f '${Version}' libnss3-tools 2>/dev/null)"

says() { grep -Eq -e "$1" "$work/recipe.out"; }

# The site's page shows whom it served.
served_holder() {
	local name
	name=$("$sim" certificate $card auth | openssl x509 -noout -subject -nameopt multiline |
		sed -n 's/.*commonName *= //p')
	[ -n "$name" ] && grep -Eq "Subject:.*CN ?= ?$name" "$work/recipe.out" && says "$1"
}

ask_auth='Enter Password or Pin for "JPKI Auth 4-digit PIN":'
ask_sign='Enter Password or Pin for "JPKI Sign 6-16 char password":'
ask_opensc='Enter Password or Pin for "JPKI (User Authentication PIN)":'
ask_opensc_sign='Enter Password or Pin for "JPKI (Digital Signature PIN)":'
as_opensc='s/\.jpki-nss/.opensc-nss/g; s/JPKI Auth 4-digit PIN/JPKI (User Authentication PIN)/'

recipe setup "tells NSS about the card"
opensc "$as_opensc"

recipe list "lists certificates and the key" "$ask_auth" $pin_auth
check "list: the log-in certificate" says '^JPKI Auth 4-digit PIN:User Authentication Certificate +u,u,u$'
check "list: the key" says '^< 0> rsa .* User Authentication Key$'
opensc "$as_opensc" "$ask_opensc" $pin_auth "$ask_opensc" $pin_auth

login_site 1.3
recipe login13 "logs in over TLS 1.3" "$ask_auth" $pin_auth
check "login13: the site knows whom it served" served_holder 'Protocol *: TLSv1\.3'
opensc "$as_opensc" "$ask_opensc" $pin_auth

login_site any
recipe login12 "logs in over TLS 1.2" "$ask_auth" $pin_auth
check "login12: the site knows whom it served" served_holder 'Protocol *: TLSv1\.2'
opensc "$as_opensc" "$ask_opensc" $pin_auth

recipe setup-sign "tells NSS about the signing key"
opensc "$as_opensc"
echo "Dear reader" >"$play/letter.txt"
recipe mail "signs a mail (S/MIME); OpenSSL verifies" "$ask_sign" $pin_sign
check "mail: verified" says 'CMS Verification successful'
check "mail: the letter" says '^Dear reader$'
opensc "$as_opensc; s/JPKI Sign 6-16 char password/JPKI (Digital Signature PIN)/" \
	"$ask_opensc_sign" $pin_sign "$ask_opensc_sign" $pin_sign

# What a user gets wrong. The tools ask again until they are right or stopped.
interrupted() { # FIRST-ANSWER
	recipe_text list >"$work/recipe.sh"
	run_block "$work/recipe.sh" "$work/again" "$ask_auth" "$1" "$ask_auth" $'\003'
	cat "$work/again"
	[ "$(grep -Fo "$ask_auth" "$work/again" | wc -l)" = 2 ]
}
check "a PIN of the wrong shape is asked for again" interrupted 12345
check "and costs no try" tries_left 3 5
check "so is a wrong one" interrupted 9999
check "and costs one" tries_left 2 5
check "the right one at the second question" run_block "$work/recipe.sh" "$work/again" \
	"$ask_auth" 9999 "$ask_auth" $pin_auth
check "gives all tries back" left_clean

login_site 1.3
card set $card pss off >/dev/null
fresh_card
mishap login13 "a card without PSS: no login over TLS 1.3" SSL_ERROR_RX_CERTIFICATE_REQUIRED_ALERT \
	"$ask_auth" $pin_auth
check "and no PIN is asked for in vain" test -z "$(grep -F "$ask_auth" "$work/mishap.out")"
login_site any
recipe login12 "logs in over TLS 1.2 with a card without PSS" "$ask_auth" $pin_auth
check "that: the site knows whom it served" served_holder 'Protocol *: TLSv1\.2'
opensc "$as_opensc" "$ask_opensc" $pin_auth

card block $card auth >/dev/null
mishap list "a locked PIN is said to be" SEC_ERROR_LOCKED_PASSWORD "$ask_auth" $pin_auth
card_out
mishap mail "no card is said to be" SEC_ERROR_NO_TOKEN
client_finish
