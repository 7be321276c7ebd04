#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# doc/clients/okular.md: Okular, told about the card by its recipes and used as a person would, signs a
# PDF; pdfsig and OpenSSL verify it.
set -u
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/screen-lib.sh"
. "$(dirname "$0")/browser.sh"
. "$(dirname "$0")/pdf-lib.sh"
client_enter okular "$@"
for command in okular pdfsig modutil Xvfb openbox tesseract xdotool; do needs $command; done
version=$(QT_QPA_PLATFORM=offscreen okular --version 2>/dev/null | sed -n 's/^okular //p')
case $version in 22.* | 25.0[48].*) ;; *) skip_page "Okular $version has other windows, perhaps" ;; esac
program Okular "$version"

pin_window="Enter Password"
quit_key=ctrl+q
sign_token="JPKI Sign 6-16 char password"
signed=$play/contract_signed.pdf
old=no # in Debian 12 the certificate is chosen after the place for it
[[ $version != 22.* ]] || old=yes

# shown TITLE TEXT: and it has that text.
shown() { in_front "$1" && shows "$(window "$1")" "$2"; }

# opens NAME: the contract, and the entry of the menu that signs.
opens() {
	browser_open okular "$play/contract.pdf"
	must "$1: opens the contract" await_seen in_front contract.pdf
	must "$1: has signing in its menu" acted_until "xdotool key alt+t" shows root "igitally Sign"
	must "$1: is told to sign" acted_until "xdotool key d" menu_closed
}
menu_closed() { ! shows root "igitally Sign"; }

draw() { xdotool mousemove 450 400 mousedown 1 sleep 0.2 mousemove 500 430 sleep 0.2 mousemove 650 500 sleep 0.2 mousemove 700 520 sleep 0.2 mouseup 1; }
place_wanted() { shows root rectangle; }
# chooses: the only certificate; again where the key that marks it reached nobody.
chooses() { acted_until choose_it place_wanted; }
choose_it() {
	! window "Enter certificate password" >/dev/null || xdotool key Escape
	xdotool key Down key Down key Return
}

# signs NAME: from the password that was taken to the signed file.
signs() {
	if [ $old = no ]; then
		must "$1: shows the certificate" await_seen in_front Certificates
		must "$1: takes it" chooses
		must "$1: takes the place" acted_until draw shows root progress
		must "$1: goes on" acted_until "xdotool key alt+n" window "Save Signed File As"
	else
		must "$1: asks for the place" await_seen place_wanted
		must "$1: takes it" acted_until draw in_front "Select certificate"
		must "$1: takes the certificate" acted_until "xdotool key Return" window "Save Signed File As"
	fi
	must "$1: signs" acted_until "xdotool key Return" window contract_signed.pdf
}

verified() {
	check "$1: OpenSSL verifies what was taken out of the file" verified_by_openssl "$signed"
	check "$1: with the signing certificate, which has the name" signed_by_holder
	check "$1: the contract changed by one letter is refused" changed_is_refused
	check "$1: the format" grep -aq '/SubFilter */adbe.pkcs7.detached' "$signed"
}

make_pdf "$play/contract.pdf"
screen_start 1000x800
export XDG_RUNTIME_DIR=$work/run
mkdir -m 700 "$XDG_RUNTIME_DIR"
recipe setup "tells NSS about the card"
preparation settings

# Nothing is marked in the list of certificates until one was taken once: a question that nothing answers.
if [ $old = no ]; then
	opens "nothing marked"
	must "nothing marked: asks for the password" pin_asked "$sign_token"
	must "nothing marked: takes it" type_pin $pin_sign
	must "nothing marked: shows the certificate" await_seen in_front Certificates
	must "nothing marked: asks for a password of no certificate" \
		acted_until "xdotool key Return" in_front "Enter certificate password"
	pin_window="Enter certificate password"
	must "nothing marked: takes one" type_pin WR0NG9
	must "nothing marked: asks again" await_seen in_front "$pin_window"
	check "nothing marked: costs no try" tries_left 3 5
	xdotool key Escape
	closes "nothing marked"
	pin_window="Enter Password"
fi

begin
opens "signed"
must "signed: asks for the password" pin_asked "$sign_token"
must "signed: takes it" type_pin $pin_sign
signs "signed"
closes "signed"
row "signs a PDF (adbe.pkcs7.detached); asks for the password once"
verified "signed"
check "signed: pdfsig verifies it too" eval 'pdfsig -nssdir "sql:$HOME/.jpki-pdf" "$signed" | grep "Signature is Valid"'

rm -f "$signed"
begin
opens "wrong"
must "wrong: asks for the password" pin_asked "$sign_token"
type_mistaken
signs "wrong"
closes "wrong"
row "asks again after a wrong password"
verified "wrong"
rm -f "$signed"

none() { shown Information available; }
card block $card sign
opens "locked"
must "locked: asks for the password" pin_asked "$sign_token"
must "locked: ends asking" type_pin $pin_sign
must "locked: says that there is no certificate" await_seen none
xdotool key Return
card tries $card sign 5
closes "locked"
card_out
opens "no card"
must "no card: says that there is no certificate" await_seen none
xdotool key Return
card_in
closes "no card"
check "and without a file in all of this" [ ! -e "$signed" ]
client_finish
