#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# doc/clients/thunderbird.md: Thunderbird set up by its recipes; it sends signed mails to a server of the
# test's own, OpenSSL verifies them, and a recipient's Thunderbird says what it thinks of one. The account,
# and the certificate that is chosen in its settings, are written into the profile; what is asked while
# mails are sent is answered at the keyboard.
set -u
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/screen-lib.sh"
. "$(dirname "$0")/browser.sh"
. "$(dirname "$0")/mail-lib.sh"
client_enter thunderbird "$@"
for command in thunderbird certutil modutil Xvfb tesseract xdotool python3; do needs $command; done
program Thunderbird "$(thunderbird --version 2>/dev/null | sed -n 's/.*Thunderbird \([0-9.]*\).*/\1/p')"

pin_window="Password Required"
quit_key=ctrl+q
sign_token="JPKI Sign 6-16 char password"
profile=$HOME/.thunderbird/one.default
export MOZ_CRASHREPORTER_DISABLE=1

# dbkey: a certificate as Thunderbird names it, by serial number and issuer.
dbkey() {
	python3 - <(openssl x509 -outform DER) <<-'END'
		import base64, struct, sys
		from cryptography import x509
		certificate = x509.load_der_x509_certificate(open(sys.argv[1], "rb").read())
		number = certificate.serial_number
		serial = number.to_bytes(number.bit_length() // 8 + 1, "big")
		issuer = certificate.issuer.public_bytes()
		print(base64.b64encode(struct.pack(">IIII", 0, 0, len(serial), len(issuer)) + serial + issuer).decode())
	END
}

make_profile() { # FOLDER
	mkdir -p "$1" && certutil -N -d "sql:$1" --empty-password || return 1
	cat >"$1/user.js" <<-END
		user_pref("mail.accountmanager.accounts", "account1,account2");
		user_pref("mail.accountmanager.defaultaccount", "account1");
		user_pref("mail.account.account1.identities", "id1");
		user_pref("mail.account.account1.server", "server1");
		user_pref("mail.server.server1.type", "pop3");
		user_pref("mail.server.server1.hostname", "127.0.0.1");
		user_pref("mail.server.server1.userName", "signer");
		user_pref("mail.server.server1.login_at_startup", false);
		user_pref("mail.server.server1.check_new_mail", false);
		user_pref("mail.server.server1.directory-rel", "[ProfD]Mail/server");
		user_pref("mail.account.account2.server", "server2");
		user_pref("mail.accountmanager.localfoldersserver", "server2");
		user_pref("mail.server.server2.type", "none");
		user_pref("mail.server.server2.hostname", "Local Folders");
		user_pref("mail.server.server2.userName", "nobody");
		user_pref("mail.server.server2.directory-rel", "[ProfD]Mail/Local Folders");
		user_pref("mail.smtpservers", "smtp1");
		user_pref("mail.smtp.defaultserver", "smtp1");
		user_pref("mail.smtpserver.smtp1.hostname", "127.0.0.1");
		user_pref("mail.smtpserver.smtp1.port", 25);
		user_pref("mail.smtpserver.smtp1.authMethod", 1);
		user_pref("mail.smtpserver.smtp1.try_ssl", 0);
		user_pref("mail.identity.id1.useremail", "signer@example.org");
		user_pref("mail.identity.id1.fullName", "A signer");
		user_pref("mail.identity.id1.smtpServer", "smtp1");
		user_pref("mail.identity.id1.valid", true);
		user_pref("mail.identity.id1.fcc", false);
		user_pref("mail.identity.id1.compose_html", false);
		user_pref("mail.identity.id1.sign_mail", true);
		user_pref("mail.identity.id1.signing_cert_name", "$sign_token:Digital Signature Certificate");
		user_pref("mail.identity.id1.signing_cert_dbkey", "$("$sim" certificate $card sign | dbkey)");
		user_pref("mail.warn_on_send_accel_key", false);
		user_pref("mail.rights.version", 1);
		user_pref("mail.shell.checkDefaultClient", false);
		user_pref("mailnews.start_page.enabled", false);
		user_pref("datareporting.policy.dataSubmissionPolicyBypassNotification", true);
		user_pref("app.update.enabled", false);
		user_pref("extensions.update.enabled", false);
		user_pref("app.donation.eoy.version.viewed", 999);
		user_pref("mail.inappnotifications.enabled", false);
	END
}

make_profile "$profile" >"$work/out" 2>&1 || bail "a profile" "$work/out"
printf '[Profile0]\nName=default\nIsRelative=1\nPath=one.default\nDefault=1\n' >"$HOME/.thunderbird/profiles.ini"
mail_start || bail "a mail server" "$work/mail.log"
screen_start 1000x700
sed -i 's/jpki-pkcs11\.so/jpki-sign-pkcs11.so/' "$work/bin/jpki-tool" # where Debian's package has it

recipe setup "set up with jpki-tool" 'shown:Type "yes" to go on:' yes

# write N: a window with a mail of that subject.
write() {
	browser_open thunderbird --profile "$profile" \
		-compose "to='recipient@example.org',subject='A contract $1',body='I agree.',format='2'"
	must "mail $1: there to be sent" await_seen window "Write: A contract $1"
}
# The key reaches nobody before the window can send; but none is for a window that came of it.
send() { window "($pin_window|Send Message Error)" >/dev/null || xdotool key ctrl+Return; }
send_until() { must "$1" acted_until send "${@:2}"; }
is_sent() { await_seen arrived "$1" && await_seen no_window "Write: A contract $1"; }

new_card
begin
write 1
send_until "asks for the password" pin_window_asks "$sign_token"
pin_picture "$build/clients/$page-prompt.png"
must "takes the password" type_pin $pin_sign
must "sends the mail" is_sent 1
check "OpenSSL verifies it" mail_verified 1
check "what is signed is what was written" grep -q "SSBhZ3JlZS4NCg==" "$work/mail.text"
check "another text is refused" mail_changed_refused 1
check "the card is logged out while Thunderbird runs" logged_out
closes "signed"
row "signs mails; asks for the password once"

# What a recipient reads, who has no card: at first without its authority, then with it.
recipient=$work/recipient
mail_shown() {
	local id
	id=$(window "A contract 1") && shows "$id" "I agree."
}
says_of_signature() { acted_until "xdotool key ctrl+alt+s" shows root "$1"; }
# recipient_reads WHO WORDS...
recipient_reads() {
	local who=$1 words
	shift
	browser_open thunderbird --profile "$recipient" "$work/mail/1.eml"
	must "$who: the mail is shown" await_seen mail_shown
	for words; do must "$who: $words" says_of_signature "$words"; done
	cp "$work/screen.png" "$build/clients/$page-recipient-${who// /-}.png"
	xdotool key Escape
	closes "$who"
}
recipient_looks() {
	make_profile "$recipient" || bail "a recipient's profile"
	recipient_reads "without the authority" "Digital Signature Is Not Valid" "a certificate authority that you do not trust"
	certutil -A -d "sql:$recipient" -n authority -t ,C, -i "$work/jpki/sign-ca.pem" || bail "the authority is trusted"
	recipient_reads "with the authority" "Although the digital signature is valid" "the same person"
}
if dpkg --compare-versions "$version" lt 141; then
	recipient_looks
else
	skip "what the recipient reads" "its words were looked at in version 140 only"
fi

begin
write 2
send_until "wrong: asks for the password" pin_window_asks "$sign_token"
type_mistaken
must "sends the mail after that" is_sent 2
closes "wrong"
row "asks again after a wrong password"

# Where the authority is not trusted.
certutil -D -d "sql:$profile" -n "JPKI sign CA (jpki-tool)"
write 3
send_until "not trusted: asks for the password" pin_window_asks "$sign_token"
must "not trusted: takes it" type_pin $pin_sign
send_error_shown() {
	local id
	id=$(window "Send Message Error") && shows "$id" "$1"
}
not_sent() { await_seen send_error_shown "$1"; }
not_found="failed to find the signing certificate" untrusted=$not_found
if dpkg --compare-versions "$version" ge 141; then
	not_found="is not valid for this operation" untrusted="issuer is not recognized"
fi
must "not trusted: says so, or that it does not find the certificate" not_sent "$untrusted"
check "not trusted: sends nothing" arrived_not 3
ends "not trusted"
check "set up again" jpki-tool setup thunderbird --yes

card block $card sign
write 3
send_until "locked: asks for the password" pin_window_asks "$sign_token"
must "locked: ends asking" type_pin $pin_sign
must "locked: says that it does not find the certificate" not_sent "$not_found"
card tries $card sign 5
ends "locked"
card_out
write 3
send_until "no card: says that it does not find the certificate" send_error_shown "$not_found"
card_in
ends "no card"
check "and of these mails none was sent" arrived_not 3
recipe remove "set back with jpki-tool" 'shown:Type "yes" to go on:' yes
client_finish
