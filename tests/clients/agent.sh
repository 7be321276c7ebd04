#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The recipes of doc/clients/agent.md: jpki-tool agent with a pinentry that is a script, and no program
# that asks anything itself.
set -u
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/agent-lib.sh"
. "$(dirname "$0")/ssh-lib.sh"
. "$(dirname "$0")/screen-lib.sh"
client_enter agent "$@"
recipe_seconds=90 # whoever asks all the same is never answered
program "pkcs11-tool" "OpenSC $(opensc-tool -i 2>/dev/null | sed -n 's/^OpenSC \([0-9.]*\).*/\1/p')"

says() { grep -Eq -e "$1" "$work/recipe.out"; }

agent_prepare
agent_begin "$work/bin/test-pinentry"

preparation by-hand
check "doctor tells that it is in use" grep -q firefox \
	<(XDG_RUNTIME_DIR=$XDG_RUNTIME_DIR jpki-tool doctor 2>/dev/null | grep "PIN agent *OK")

if command -v pkcs11-tool >/dev/null; then
	by_agent pkcs11-tool "its own tests of the log-in key" pkcs11-tool
	check "pkcs11-tool: no errors" says '^No errors'
	echo 9999 >"$work/words"
	: >"$work/told"
	recipe pkcs11-tool "a wrong PIN is asked again"
	check "... and the tries that are left are said" grep -q "2 of 3 tries left" "$work/told"
	echo cancel >"$work/words"
	mishap pkcs11-tool "cancelling ends the log-in" CKR_FUNCTION_CANCELED
	check "... and costs nothing" left_clean
fi
if command -v p11tool >/dev/null; then
	program p11tool "GnuTLS $(gnutls-cli --version | sed -n '1s/.* //p')"
	by_agent p11tool "lists the log-in token, logged in" p11tool
	check "p11tool: its key" says "object=User%20Authentication%20Key;type=private"
fi
if openssl list -providers -provider pkcs11 >/dev/null 2>&1; then
	program "openssl, provider" "$(openssl version | sed 's/^OpenSSL \([^ ]*\) .*/\1/')"
	echo "a contract" >"$play/contract.txt"
	by_agent openssl "signs a file" openssl
	verified() {
		openssl dgst -sha256 -verify <("$sim" certificate $card sign | openssl x509 -noout -pubkey) \
			-signature "$play/contract.sig" "$play/contract.txt"
	}
	check "openssl: verified" verified
	check "openssl: the dialog says what it discloses" grep -q "name, address, birth date and sex" "$work/told"
	program curl "$(curl --version | sed -n '1s/^curl \([^ ]*\).*/\1/p')"
	login_site 1.3
	by_agent curl "logs in over TLS 1.3" curl
	check "curl: the site knows who" served 1.3
	login_site_stop
fi
if ssh_home && ssh_configure >"$work/out" 2>&1 && [ -x /usr/sbin/sshd ] && ssh_site; then
	program ssh "$(ssh -V 2>&1 | sed 's/^\(OpenSSH_[^ ]*\) .*/\1/; s/_/ /')"
	ssh-keygen -D "$modules/jpki-auth-pkcs11.so" 2>/dev/null | head -n 1 >"$HOME/.ssh/authorized_keys"
	by_agent ssh "logs in (ssh -I)" "ssh[^ ]*"
fi
if command -v keytool >/dev/null; then
	program Java "OpenJDK $(java -version 2>&1 | sed -n 's/.*version "\(.*\)".*/\1/p')"
	by_agent java "keytool lists the log-in key (-protected)" keytool
	check "java: a private key with its certificate" says '^User Authentication Certificate, PrivateKeyEntry'
fi
if [ -e "$libdir/pkcs11/p11-kit-client.so" ]; then
	program p11-kit "$(dpkg-query -W -f '${Version}' p11-kit 2>/dev/null | cut -d- -f1)"
	by_agent lent "a card that is lent" "p11-kit[^ ]*"
	check "lent: the dialog says that it may be for another machine" grep -q "for another machine perhaps" "$work/told"
	check "lent: no errors" says '^No errors'
fi

check "the agent ends when it is told to" agent_end
check "and leaves no socket" test ! -e "$XDG_RUNTIME_DIR/jpki-pkcs11/agent"

# The dialogs themselves: on a terminal without a screen, and on a screen in both languages.
on_screen=$(command -v pinentry-gtk-2 || command -v pinentry-qt) # GTK 2 leaves Debian after 13
if [ -z "$on_screen" ] || ! command -v pinentry-curses >/dev/null; then
	skip "real dialogs" "pinentry is not installed"
else
	program pinentry "$(pinentry-curses --version | sed -n '1s/.* //p')"
	agent_begin pinentry-curses
	recipe pkcs11-tool "a dialog on the terminal of the program" "3 of 3 tries left" $pin_auth
	agent_end

	screen_start 900x600
	dialog() { xdotool search --onlyvisible --name '^jpki-tool$' >/dev/null 2>&1; }
	type_into_dialog() {
		await $patience dialog || return 1
		import -window root "$build/clients/agent-$1.png"
		xdotool type --delay 50 "$pin_auth" && xdotool key Return
	}
	for locale in C.UTF-8 ja_JP.UTF-8; do
		agent_begin "${on_screen##*/}" $locale
		type_into_dialog $locale &
		typing=$!
		recipe pkcs11-tool "a dialog on the screen ($locale)"
		wait $typing
		agent_end
	done
fi
client_finish
