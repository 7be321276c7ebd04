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

# TLS 1.2, nothing but a log-in.
site 1.2
new_card
begin
open_site
log_in_seen "TLS 1.2"
closes "TLS 1.2"
row "logs in over TLS 1.2; asks one PIN"
row12=$((${#rows[@]} - 1))

# TLS 1.3, and then all that can happen to a browser that stays open.
site 1.3
new_card
begin
open_site
log_in_begins "TLS 1.3"
pin_picture "$build/clients/chromium-prompt.png"
log_in_ends "TLS 1.3"
check "TLS 1.3: the card is logged out while the browser runs" left_logged_out
row "logs in over TLS 1.3 only; asks one PIN"
row13=$((${#rows[@]} - 1))

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

# p11-kit brings both modules, but a browser gets the one for logging in.
recipe remove "set back with jpki-tool" 'shown:Type "yes" to go on:' yes
rm -f /usr/share/p11-kit/modules/opensc-pkcs11.module
must "p11-kit's modules in the list" module_add p11-kit "$libdir/p11-kit-proxy.so"
new_card
begin
open_site
log_in_seen "p11-kit"
closes "p11-kit"
row "through p11-kit, with both modules installed: asks one PIN"
must "p11-kit's modules away again" module_delete p11-kit

recipe modutil "set up by hand with modutil" "shown:<enter> to continue" ""

# In Japanese, at a site that takes both versions.
mkdir -p "$HOME/.config"
echo "token-labels = japanese" >"$HOME/.config/jpki-pkcs11.conf"
export LANGUAGE=ja
screen_language=jpn chooser=証明書の選択 pin_window="セキュリティ デバイスのロック解除" auth_token=利用者証明
site any
new_card
begin
open_site
log_in_begins "Japanese"
pin_picture "$build/clients/chromium-prompt.ja.png"
log_in_ends "Japanese"
closes "Japanese"
row "in Japanese, with token-labels = japanese"
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
must "OpenSC: our module away" module_delete "JPKI Auth"
must "OpenSC: its module" module_add OpenSC "$modules/opensc-pkcs11.so"
no_certificate=ERR_S # SSL_CLIENT_AUTH..., or SOCKET_NOT_CONNECTED once the site has hung up
site 1.2
new_card
begin
open_site
opensc_log_in
must "OpenSC, TLS 1.2: logs in" opensc_served
must "OpenSC, TLS 1.2: closes" browser_close
theirs[row12]=$(exchanges)
check "TLS 1.2: not more exchanges than with OpenSC (${ours[row12]}, ${theirs[row12]})" \
	[ "${ours[row12]}" -le "${theirs[row12]}" ]
site 1.3
new_card
open_site
opensc_log_in
check "OpenSC, TLS 1.3: not logged in" [ "$opensc_end" = refused ]
must "OpenSC, TLS 1.3: closes" browser_close
theirs[row13]=fails
new_card

client_finish
