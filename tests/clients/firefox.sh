#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# doc/clients/firefox.md: Firefox set up by its recipes, and used to log in.
set -u
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/screen-lib.sh"
. "$(dirname "$0")/browser.sh"
client_enter firefox "$@"
needs firefox-esr
needs modutil
needs Xvfb
needs tesseract
needs opensc-tool
program "Firefox ESR" "$(firefox-esr --version 2>/dev/null | sed -n 's/^Mozilla Firefox \([0-9.]*\).*/\1/p')"

chooser_english="requested that you identify yourself with a certificate"
pin_window_english="Password Required"
chooser=$chooser_english pin_window=$pin_window_english
served_window="Logged in"
no_certificate=CERTIFICATE_REQUIRED # of the error that Firefox shows
quit_key=ctrl+q
ok_colours=('rgb(0,98,250)' 'rgb(0,83,203)') # of the button, also under the mouse
auth_token="JPKI Auth 4-digit PIN"
export MOZ_CRASHREPORTER_DISABLE=1

# What an administrator may set for all profiles: nothing of the network, no welcome, and the
# authority of our site. How certificates are chosen is left as it is. When it hears that the network
# changed, as it does after its start, it hangs up on a site that waits for the PIN.
policies() {
	cat <<END
{"policies": {
	"DisableAppUpdate": true, "DisableTelemetry": true, "DisableFirefoxStudies": true,
	"DisableSystemAddonUpdate": true, "ExtensionUpdate": false, "DontCheckDefaultBrowser": true,
	"OverrideFirstRunPage": "", "OverridePostUpdatePage": "", "SkipTermsOfUse": true,
	"CaptivePortal": false, "NetworkPrediction": false, "DNSOverHTTPS": {"Enabled": false},
	"Certificates": {"Install": ["$work/ca/ca.pem"]},
	"Preferences": {
		"browser.warnOnQuitShortcut": {"Value": false, "Status": "locked"},
		"browser.startup.page": {"Value": 0, "Status": "locked"},
		"network.http.tls-handshake-timeout": {"Value": 300, "Status": "locked"},
		"network.http.network-changed.timeout": {"Value": 300, "Status": "locked"},
		"network.http.speculative-parallel-limit": {"Value": 0, "Status": "locked"},
		"browser.safebrowsing.malware.enabled": {"Value": false, "Status": "locked"},
		"browser.safebrowsing.phishing.enabled": {"Value": false, "Status": "locked"}
	}
}}
END
}

place_policies() {
	local folder=/usr/lib/firefox-esr/distribution
	shadow "$(readlink -f $folder)" && policies >"$folder/policies.json"
}

open_site() { browser_open firefox-esr "$site_address"; }

# profile: the folder of the one profile.
profile() { dirname "$(find "$HOME/.mozilla" "$HOME/.config/mozilla" -name pkcs11.txt 2>/dev/null)"; }

profile_made() { [ -s "$(profile)/prefs.js" ]; }

# The list of modules, changed while the browser does not run.
module_add() { modutil -force -dbdir "sql:$(profile)" -add "$1" -libfile "$2"; }
module_delete() { modutil -force -dbdir "sql:$(profile)" -delete "$1"; }

# A preference for the next start, besides those that the profile has.
prefer() { echo "user_pref(\"$1\", $2);" >>"$(profile)/user.js"; }

place_policies >"$work/policies.log" 2>&1 || bail "policies placed" "$work/policies.log"
setup_with_auth
screen_start 800x600

# The first start makes the profile.
echo '<!DOCTYPE html><title>Started</title>' >"$work/started.html"
browser_open firefox-esr "$work/started.html"
must "first start: shows a page" await_seen window "Started"
must "first start: makes a profile" await_seen profile_made
must "first start: closes" browser_close

recipe setup "set up with jpki-tool" 'shown:Type "yes" to go on:' yes

site 1.2
logs_in_over_12

# TLS 1.3, and then all that can happen to a browser that stays open.
site 1.3
logs_in_over_13

begin
card_out
xdotool key ctrl+r
must "card out: not logged in" seen_or_reloaded shows root "$no_certificate"
card_in
must "card in again: asks for the PIN, not which certificate" reload_until pin_window_asks "$auth_token"
wrong_pins
must "card in again: takes the PIN" type_pin $pin_auth
must "card in again: logged in" served
check "card in again: all tries again, and the card logged out" left_logged_out
row "card out and in again, wrong PINs: asks again"

begin
card_out
card renew $card >/dev/null
card_in
log_in_again "renewed"
log_in_ends "renewed"
closes "renewed"
row "another certificate on the card: asks which, logs in"

recipe remove "set back with jpki-tool" 'shown:Type "yes" to go on:' yes

logs_in_by_p11kit

# A card that cannot sign for TLS 1.3.
recipe modutil "set up by hand with modutil" "shown:<enter> to continue" ""
site 1.3
card set $card pss off
new_card
begin
open_site
log_in_begins "no PSS"
must "no PSS: takes the PIN" type_pin $pin_auth
must "no PSS: says that the site got no certificate" seen_or_reloaded shows root "$no_certificate"
closes "no PSS"
cannot "TLS 1.3 with a card that has no PSS" "TLS 1.3 asks for PSS; the site gets no certificate"

site any
prefer security.tls.version.max 3
begin
open_site
log_in_seen "no PSS, TLS 1.2 at most"
closes "no PSS, TLS 1.2 at most"
row "TLS 1.2 at most, with a card that has no PSS"
card set $card pss on

# In Japanese, at a site that takes both versions.
mkdir -p "$HOME/.config"
echo "token-labels = japanese" >"$HOME/.config/jpki-pkcs11.conf"
rm "$(profile)/user.js"
prefer security.tls.version.max 4
prefer intl.locale.requested '"ja"'
screen_language=jpn chooser=選択した証明書の詳細 pin_window=パスワード auth_token=利用者証明
logs_in_in_japanese
rm "$HOME/.config/jpki-pkcs11.conf" "$(profile)/user.js"
prefer intl.locale.requested '"en-US"'
screen_language=eng chooser=$chooser_english pin_window=$pin_window_english

# OpenSC's module in place of ours: the same log-ins. The table has the figures of Debian 13; with the
# older OpenSC of Debian 12, Firefox does not always come to an end with a site that wants TLS 1.3.
if [ "$(. /etc/os-release && echo "${VERSION_ID:-}")" = 12 ]; then
	skip "OpenSC's module, for comparison" "done on Debian 13"
	client_finish
fi
failed_window="(Problem loading page|Warning: Security Risk)"
compares_with_opensc

client_finish
