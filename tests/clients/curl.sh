#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The recipes of doc/clients/curl.md.
set -u
. "$(dirname "$0")/lib.sh"
client_enter curl "$@"
needs curl
program curl "$(curl -V | sed -n '1s/^curl \([^ ]*\).*\(OpenSSL[^ ]*\).*/\1, \2/p' | tr / ' ')"
if ! openssl engine -t pkcs11 2>/dev/null | grep -q 'available'; then
	skip curl "libengine-pkcs11-openssl is not installed"
	add_row "all of it" "skipped: libengine-pkcs11-openssl is not installed"
	client_finish
fi

pin_prompt="Enter PKCS#11 token PIN for JPKI"
# OpenSC's module has two slots with a key each.
opensc_token='s/pkcs11:id=/pkcs11:token=JPKI%20%28User%20Authentication%20PIN%29;id=/g'

login_site 1.3
recipe login13 "logs in over TLS 1.3" "$pin_prompt" $pin_auth
check "login13: the site knows who" served 1.3
opensc "$opensc_token" "$pin_prompt" $pin_auth
login_site 1.2
recipe login12 "logs in over TLS 1.2" "$pin_prompt" $pin_auth
check "login12: the site knows who" served 1.2
opensc "$opensc_token" "$pin_prompt" $pin_auth

login_site any
recipe login-uri "logs in, PIN in the URI"
check "login-uri: the site knows who" served 1.3
opensc "$opensc_token"

card set $card pss off
fresh_card
mishap login12 "a card without PSS needs the setting over TLS 1.2" "Mechanism invalid" \
	"$pin_prompt" $pin_auth
mishap login13 "a card without PSS cannot log in over TLS 1.3, and it says why" "Mechanism invalid" \
	"$pin_prompt" $pin_auth
recipe login12-no-pss "logs in over TLS 1.2, card without PSS" "$pin_prompt" $pin_auth
check "login12-no-pss: the site knows who" served 1.2
opensc "$opensc_token" "$pin_prompt" $pin_auth
login_site 1.3
mishap login12 "a site with TLS 1.3 only says so" "alert protocol version" "$pin_prompt" $pin_auth
card set $card pss on
fresh_card

# What a user gets wrong costs what it must, and no more.
mishap login13 "a wrong PIN logs in nobody" "Login failed" "$pin_prompt" 9999
check "and costs one try" tries_left 2 5
mishap login13 "a PIN of the wrong shape is refused" "Login failed" "$pin_prompt" 12345
check "and costs none" tries_left 2 5
card block $card auth
mishap login13 "a locked PIN logs in nobody" "Login failed" "$pin_prompt" $pin_auth
card tries $card auth 3
card remove
mishap login13 "no card is said to be no token" "No matching initialized token was found"
card insert $card
check "and no try is lost in all of this" left_clean

client_finish
