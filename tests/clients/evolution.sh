#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# doc/clients/evolution.md: Evolution set up by its recipes; it sends signed mails to a server of the
# test's own, and OpenSSL verifies them. The account, and the certificate that is chosen in its settings,
# are written into its files; what is asked while mails are sent is answered at the keyboard.
set -u
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/screen-lib.sh"
. "$(dirname "$0")/browser.sh"
. "$(dirname "$0")/agent-lib.sh"
. "$(dirname "$0")/mail-lib.sh"
client_enter evolution "$@"
for command in evolution dbus-run-session certutil modutil Xvfb tesseract xdotool python3; do needs $command; done
program Evolution "$(dpkg-query -W -f '${Version}' evolution 2>/dev/null | cut -d- -f1)"

pin_window="Enter password"
sign_token="JPKI Sign 6-16 char password"

# source_file NAME: one of its settings.
source_file() { { printf '[Data Source]\nDisplayName=signer\nEnabled=true\n' && cat; } >"$sources/$1.source"; }

make_account() {
	local sources=$HOME/.config/evolution/sources
	mkdir -p "$sources" "$HOME/.config/glib-2.0/settings"
	printf 'Parent=\n[Mail Account]\nBackendName=none\nIdentityUid=identity\n' | source_file account
	source_file identity <<-END
		Parent=account
		[Mail Identity]
		Address=signer@example.org
		Name=A signer
		[Mail Submission]
		TransportUid=transport
		SentFolder=
		[Secure MIME (S/MIME)]
		SignByDefault=true
		SigningCertificate=$sign_token:Digital Signature Certificate
	END
	source_file transport <<-END
		Parent=account
		[Mail Transport]
		BackendName=smtp
		[Authentication]
		Host=127.0.0.1
		Port=25
		Method=none
		[Security]
		Method=none
	END
	printf '[org/gnome/evolution/mail]\nprompt-on-accel-send=false\n' >"$HOME/.config/glib-2.0/settings/keyfile"
}

mail_start || bail "a mail server" "$work/mail.log"
screen_start 1000x700
make_account || bail "an account"
export GSETTINGS_BACKEND=keyfile XDG_RUNTIME_DIR=$work/run
unset DBUS_SESSION_BUS_ADDRESS
mkdir -m 700 "$XDG_RUNTIME_DIR"

recipe setup "tells NSS about the card"

# write N: a window with a mail of that subject. What is left of one that was not sent would be asked for.
write() {
	rm -f "$HOME"/.local/share/evolution/.evolution-composer.autosave*
	browser_open dbus-run-session -- evolution --force-online \
		"mailto:recipient@example.org?subject=A%20contract%20$1&body=I%20agree."
	must "mail $1: there to be sent" await_seen written "A contract $1"
}

written() {
	local id
	id=$(window "$1") && shows "$id" "I agree."
}

send_until() { must "$1" acted_until "xdotool key ctrl+Return" "${@:2}"; }

# Evolution ends with its last window.
sent() { await_seen arrived "$1" && await_seen browser_ended; }
failure_shown() {
	local id
	id=$(window "A contract $1") && shows "$id" "Cannot find certificate for"
}

new_card
begin
write 1
send_until "asks for the password" pin_window_asks "$sign_token"
must "takes the password" type_pin $pin_sign
must "sends the mail, and ends" sent 1
check "OpenSSL verifies it" mail_verified 1
check "what is signed is what was written" grep -q "^I agree\." "$work/mail.text"
check "another text is refused" mail_changed_refused 1
check "all tries left, card logged out, nothing left running" left_clean
row "signs mails; asks for the password once"

new_card
begin
write 2
send_until "wrong: asks for the password" pin_window_asks "$sign_token"
type_mistaken
must "sends the mail after that" sent 2
check "OpenSSL verifies that too" mail_verified 2
row "asks again after a wrong password"

# It knows of PINs that are asked elsewhere, and shows no window of its own then.
agent_on
new_card
begin
write 3
send_until "agent: sends the mail" sent 3
check "agent: one dialog, which says that evolution asks" asked evolution
check "agent: OpenSSL verifies it" mail_verified 3
row "signs mails; the agent asks"
agent_off

write 4
send_until "cancelled: asks for the password" pin_window_asks "$sign_token"
xdotool key Escape
must "cancelled: says that it does not find the certificate" await_seen failure_shown 4
ends "cancelled"
card block $card sign
write 4
send_until "locked: asks for the password" pin_window_asks "$sign_token"
must "locked: ends asking" type_pin $pin_sign
must "locked: says that it does not find the certificate" await_seen failure_shown 4
card tries $card sign 5
ends "locked"
card_out
write 4
send_until "no card: says that it does not find the certificate" failure_shown 4
card_in
ends "no card"
check "of these mails none was sent" arrived_not 4
recipe remove "takes the card away from NSS again"
client_finish
