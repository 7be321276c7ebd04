#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The recipes of doc/clients/curl.md: with OpenSSL's provider, and with its engine.
set -u
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/openssl-lib.sh"
client_enter curl "$@"
needs curl

# OpenSSL's word for it, in each of the two ways.
declare -A prompt=([provider]="Enter pass phrase for PKCS#11 Token" [engine]="Enter PKCS#11 token PIN for JPKI")
declare -A no_login=([provider]="(58)" [engine]="(58) failed to load private key")
declare -A no_card=([provider]="(58)" [engine]=$'No matching initialized token was found\nobject not found')
declare -A no_pss=([provider]="An invalid mechanism was specified" [engine]=$'Mechanism invalid\nSSL routines::EVP lib')
# OpenSC's module has two slots with a key each.
opensc_token='s/pkcs11:id=/pkcs11:token=JPKI%20%28User%20Authentication%20PIN%29;id=/g'

# logs_in WAY RECIPE-PREFIX
logs_in() {
	local way=$1 to=$2 ask=("${prompt[$1]}" $pin_auth)
	program "curl, $way" "$(curl -V | sed -n '1s/^curl \([^ ]*\).*\(OpenSSL[^ ]*\).*/\1, \2/p' | tr / ' ')"
	if ! "${way}_there"; then
		skip "curl, $way" "OpenSSL has no $way for PKCS#11 here"
		add_row "all of it" "skipped: OpenSSL has no $way for PKCS#11"
		return
	fi

	login_site 1.3
	recipe "${to}login13" "logs in over TLS 1.3" "${ask[@]}"
	check "$way: the site knows who over TLS 1.3" served 1.3
	opensc "$opensc_token" "${ask[@]}"
	login_site 1.2
	recipe "${to}login12" "logs in over TLS 1.2" "${ask[@]}"
	check "$way: the site knows who over TLS 1.2" served 1.2
	opensc "$opensc_token" "${ask[@]}"
	login_site any
	recipe "${to}login-uri" "logs in, PIN in the URI"
	check "$way: the site knows who with the PIN in the URI" served 1.3
	opensc "$opensc_token"

	card set $card pss off
	fresh_card
	mishap "${to}login12" "$way: a card without PSS needs the setting over TLS 1.2" "${no_pss[$way]}" "${ask[@]}"
	mishap "${to}login13" "$way: a card without PSS cannot log in over TLS 1.3, and it says why" \
		"${no_pss[$way]}" "${ask[@]}"
	preparation no-pss
	recipe "${to}login12-no-pss" "logs in over TLS 1.2, card without PSS" "${ask[@]}"
	check "$way: the site knows who without PSS" served 1.2
	opensc "$opensc_token" "${ask[@]}"
	login_site 1.3
	mishap "${to}login12" "$way: a site with TLS 1.3 only says so" "alert protocol version" "${ask[@]}"
	card set $card pss on
	fresh_card

	# What a user gets wrong costs what it must, and no more.
	mishap "${to}login13" "$way: a wrong PIN logs in nobody" "${no_login[$way]}" "${prompt[$way]}" 9999
	check "and costs one try" tries_left 2 5
	mishap "${to}login13" "$way: a PIN of the wrong shape is refused" "${no_login[$way]}" "${prompt[$way]}" 12345
	check "and costs none" tries_left 2 5
	card block $card auth
	mishap "${to}login13" "$way: a locked PIN logs in nobody" "${no_login[$way]}" "${ask[@]}"
	card tries $card auth 3
	card_out
	mishap "${to}login13" "$way: no card is said to be no token" "${no_card[$way]}"
	card_in
	check "$way: and no try is lost in all of this" left_clean
}

logs_in provider ""
logs_in engine engine-

client_finish
