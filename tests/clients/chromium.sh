#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# doc/clients/chromium.md: Chromium set up by its recipes, and used to log in.
set -u
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/screen-lib.sh"
. "$(dirname "$0")/browser.sh"
client_enter chromium "$@"
needs chromium
needs modutil
needs Xvfb
needs tesseract
needs opensc-tool
program Chromium "$(chromium --version 2>/dev/null | sed -n 's/^Chromium \([0-9.]*\).*/\1/p')"

chooser_english="Select a certificate to authenticate yourself"
pin_window_english="Unlock Security Device"
chooser=$chooser_english pin_window=$pin_window_english
served_window="Logged in"
quit_key=ctrl+shift+w
ok_colours=('rgb(11,87,208)')
auth_token="JPKI Auth 4-digit PIN"
list=sql:$HOME/.pki/nssdb

# Its sandbox does not work as root; the rest keeps it from asking and from the network.
open_site() {
	browser_open chromium --no-sandbox --test-type --no-first-run --disable-gpu --disable-sync \
		--disable-background-networking --disable-component-update --password-store=basic "$site_address"
}

# The list of modules, changed while the browser does not run.
module_add() { modutil -force -dbdir "$list" -add "$1" -libfile "$2"; }
module_delete() { modutil -force -dbdir "$list" -delete "$1"; }

setup_with_auth
screen_start 800x600

recipe setup "set up with jpki-tool" 'shown:Type "yes" to go on:' yes
must "the site's authority in the list" certutil -A -d "$list" -n site -t C,, -i "$work/ca/ca.pem"

site 1.2
new_card
logs_in_over_12

# TLS 1.3, and then all that can happen to a browser that stays open.
site 1.3
logs_in_over_13

begin
card_out
xdotool key ctrl+r
must "card out: not logged in" seen_or_reloaded shows root "ERR_BAD_SSL_CLIENT_AUTH_CERT"
card_in
log_in_again "card in again"
wrong_pins
log_in_ends "card in again"
check "card in again: all tries again, and the card logged out" left_logged_out
closes "card in again"
row "card out and in again, wrong PINs: asks again"

recipe remove "set back with jpki-tool" 'shown:Type "yes" to go on:' yes
logs_in_by_p11kit

recipe modutil "set up by hand with modutil" "shown:<enter> to continue" ""

# In Japanese, at a site that takes both versions.
mkdir -p "$HOME/.config"
echo "token-labels = japanese" >"$HOME/.config/jpki-pkcs11.conf"
export LANGUAGE=ja
screen_language=jpn chooser=証明書の選択 pin_window="セキュリティ デバイスのロック解除" auth_token=利用者証明
site any
logs_in_in_japanese
unset LANGUAGE
rm "$HOME/.config/jpki-pkcs11.conf"
screen_language=eng chooser=$chooser_english pin_window=$pin_window_english auth_token="JPKI Auth 4-digit PIN"

# A card that cannot sign for TLS 1.3.
site 1.3
card set $card pss off
new_card
begin
open_site
log_in_begins "no PSS"
must "no PSS: takes the PIN" type_pin $pin_auth
must "no PSS: says why" seen_or_reloaded shows root "ERR_SSL_CLIENT_AUTH_NO_COMMON_ALGORITHMS"
closes "no PSS"
cannot "TLS 1.3 with a card that has no PSS" "TLS 1.3 asks for PSS; Chromium says so"
card set $card pss on

# OpenSC's module in place of ours: the same log-ins.
no_certificate=ERR_S # SSL_CLIENT_AUTH..., or SOCKET_NOT_CONNECTED once the site has hung up
compares_with_opensc

client_finish
