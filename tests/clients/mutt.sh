#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The recipes of doc/clients/mutt.md: mutt, used at a terminal, sends signed mails to a server of the
# test's own, and OpenSSL verifies them.
set -u
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/agent-lib.sh"
. "$(dirname "$0")/openssl-lib.sh"
. "$(dirname "$0")/mail-lib.sh"
client_enter mutt "$@"
needs mutt
provider_there || skip_page "pkcs11-provider is not installed"
program mutt "$(mutt -v | sed -n 's/^Mutt \([0-9.]*\).*/\1/p'), OpenSSL $(openssl_version)"

mail_start || bail "a mail server" "$work/mail.log"
mkdir "$HOME/Mail"
cat >"$HOME/.muttrc" <<-END
	set from="signer@example.org" realname="A signer" smtp_url="smtp://127.0.0.1/" editor="$work/bin/write" copy=no ssl_force_tls=no
END
printf '#!/bin/sh\necho "I agree." >>"$1"\n' >"$work/bin/write" && chmod +x "$work/bin/write"
ask_tool='igital signature'
ask="Enter S/MIME passphrase:"

recipe setup "takes the certificates from the card" "$ask_tool" $pin_sign
preparation muttrc

# The address and the subject are on the command line already; in the window of the mail: S, s, y.
export TERM=xterm
window="keys:Mutt: Compose" # its last line
signs=("shown:recipient@" "" "shown:A contract" "" "$window" S "keys:(s)ign" s "keys:Sign as" y)
# What is asked after one that failed; here the mail is given up.
fails=("keys:any key to continue" " " "keys:No output from OpenSSL" " ")
gives_up=("${fails[@]}" "$window" q "keys:Postpone this message" n)
no_key="Could not find private key"

recipe mail "signs a mail, asked for the password" "${signs[@]}" "$ask" $pin_sign
check "it arrives" await $patience arrived 1
check "OpenSSL verifies it" mail_verified 1
check "it brings the certificate of the authority" mail_brings_authority 1
check "what is signed is what was written" grep -q "I agree\." "$work/mail.text"
check "another text is refused" mail_changed_refused 1

recipe mail "asks again after a wrong password" "${signs[@]}" "$ask" WR0NG9 "${fails[@]}" \
	"$window" y "$ask" $pin_sign
check "asked again: it arrives" await $patience arrived 2
check "asked again: OpenSSL verifies it" mail_verified 2

# What is typed into mutt is not used then.
agent_on
recipe mail "signs a mail; the agent asks" "${signs[@]}" "$ask" x
check "agent: one dialog, which says that openssl asks" asked openssl
check "agent: it arrives" await $patience arrived 3
check "agent: OpenSSL verifies it" mail_verified 3
agent_off

mishap mail "a wrong password: says that it cannot have the key" "$no_key" "${signs[@]}" "$ask" WR0NG9 "${gives_up[@]}"
check "and costs one try" tries_left 3 4
mishap mail "the 4-digit PIN too" "$no_key" "${signs[@]}" "$ask" $pin_auth "${gives_up[@]}"
check "and costs none" tries_left 3 4
card block $card sign
mishap mail "a locked password too" "$no_key" "${signs[@]}" "$ask" $pin_sign "${gives_up[@]}"
card tries $card sign 5
card_out
mishap mail "no card too" "$no_key" "${signs[@]}" "$ask" $pin_sign "${gives_up[@]}"
card_in
check "of these mails none was sent" arrived_not 4

piped() { echo "I agree." | mutt -e "set crypt_autosign" -s "A contract" recipient@example.org && await $patience arrived 4; }
check "what is piped into it is sent" piped
check "and, as the page warns, unsigned" sh -c "! grep -iq -e smime -e pkcs7 $work/mail/4.eml"
client_finish
