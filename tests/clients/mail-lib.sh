# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# A mail server for tests/clients/*.sh that keeps what it is sent, to be sourced after client_enter.

mail_start() {
	mkdir "$work/mail"
	python3 "$top/tests/clients/smtp.py" 25 "$work/mail" >"$work/mail.log" 2>&1 &
	await $patience listening 25
}

# arrived N: the mail with that number is there.
arrived() { [ -e "$work/mail/$1.eml" ]; }

arrived_not() { ! arrived "$1"; }

# mail_verified N: OpenSSL, who knows the authority of the card and nothing else, finds it signed with
# the signing certificate; what was signed is in $work/mail.text.
mail_verified() {
	openssl cms -verify -in "$work/mail/$1.eml" -CAfile "$work/jpki/sign-ca.pem" -signer "$work/mail.signer" \
		-out "$work/mail.text" &&
		diff "$work/mail.signer" <("$sim" certificate $card sign | openssl x509)
}

# mail_brings_authority N: it holds the certificate that the signer's is verified with.
mail_brings_authority() {
	openssl smime -pk7out -in "$work/mail/$1.eml" | openssl pkcs7 -print_certs -out "$work/brought" &&
		openssl cms -verify -in "$work/mail/$1.eml" -CAfile "$work/brought" -out /dev/null
}

mail_changed_refused() {
	sed 's/I agree\./I refuse./; s/^SSBhZ3JlZS4/SSByZWZ1c2U/' "$work/mail/$1.eml" >"$work/mail.changed" # also in base64
	! cmp -s "$work/mail.changed" "$work/mail/$1.eml" &&
		! openssl cms -verify -in "$work/mail.changed" -CAfile "$work/jpki/sign-ca.pem" -out /dev/null
}

# ends WHAT: a program with a window that would first ask what becomes of the mail that was not sent.
ends() {
	left_running | while read -r pid _; do kill "$pid" 2>/dev/null; done
	wait "$browser_pid"
	check "$1: all tries left, card logged out, nothing left running" left_clean
}
