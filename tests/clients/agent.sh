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
. "$(dirname "$0")/openssl-lib.sh"
client_enter agent "$@"
program "pkcs11-tool" "OpenSC $(opensc-tool -i 2>/dev/null | sed -n 's/^OpenSC \([0-9.]*\).*/\1/p')"

says() { grep -Eq -e "$1" "$work/recipe.out"; }

agent_prepare
ln -s test-pinentry "$work/bin/pinentry" # what the agent would use by itself
agent_begin "$work/bin/test-pinentry"

preparation by-hand
check "doctor tells that it is in use" grep -q firefox \
	<(XDG_RUNTIME_DIR=$XDG_RUNTIME_DIR jpki-tool doctor 2>/dev/null | grep "PIN agent *OK")
check "... but not where no pinentry is installed" grep -q "PIN agent .*no pinentry is installed" \
	<(PATH=/nonexistent "$work/bin/jpki-tool" doctor 2>/dev/null | tr -s '\n ' ' ')

# says_pin_pad NAME: a program by that name is told that it need not ask. What counts is the executable.
says_pin_pad() {
	cp "$(command -v pkcs11-tool)" "$work/bin/$1" || return 2
	"$work/bin/$1" --module "$modules/jpki-auth-pkcs11.so" -L >"$work/out" 2>&1 || return 2
	grep -q "PIN pad present" "$work/out"
}
asks_itself() {
	says_pin_pad "$1"
	[ $? -eq 1 ]
}

if command -v pkcs11-tool >/dev/null; then
	check "another program is told that it need not ask" says_pin_pad any-tool
	for name in firefox-esr thunderbird-bin librewolf waterfox icecat floorp chromium chrome brave msedge soffice.bin okular; do
		check "$name asks itself" asks_itself "$name"
	done
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
sshd_runs=
if ssh_home && ssh_configure >"$work/out" 2>&1 && [ -x /usr/sbin/sshd ] && ssh_site; then
	sshd_runs=yes
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

# The recipes of other pages, as they stand but for what asks for a PIN.
# of PAGE RECIPE PROGRAM DIALOGS WHAT [SED-SCRIPT [PROMPT ANSWER]...]
of() {
	local page=$1 name=$2 asks=$3 dialogs=$4 what=$5 script=${6:-}
	shift $(($# < 6 ? $# : 6))
	: >"$work/told"
	recipe_with "$script" "$name" "$what" "$@"
	check "$page, $name: dialogs that say that $asks asks: $dialogs" asked "$asks" "$dialogs"
}
# prepared PAGE RECIPE: what only writes files for later ones.
prepared() { page=$1 preparation "$2"; }
# there NAME COMMAND...: or the rows of that program are skipped, loudly.
there() {
	"${@:2}" >/dev/null 2>&1 && return
	skip "$1" "it is not installed"
	add_row "all of it" "skipped: it is not installed"
	return 1
}

echo "a contract" >"$play/contract.txt"
echo "a challenge" >"$play/challenge.txt"
echo "Dear reader" >"$play/letter.txt"
login_site any

program pkcs11-tool "OpenSC $(opensc-tool -i 2>/dev/null | sed -n 's/^OpenSC \([0-9.]*\).*/\1/p')"
of pkcs11-tool sign pkcs11-tool 2 "signs a file; OpenSSL verifies"
check "pkcs11-tool: verified" says '^Verified OK'
for change in "$pin_auth 4321" "4321 $pin_auth"; do
	read -r old new <<<"$change"
	printf '%s\n' "$old" "$old" "$new" "$new" >"$work/words"
	of pkcs11-tool change-pin pkcs11-tool 4 "changes the PIN from $old to $new"
done

program GnuTLS "$(gnutls-cli --version 2>/dev/null | sed -n '1s/.* //p')"
if there GnuTLS command -v gnutls-cli; then
	of gnutls test-auth p11tool 1 "p11tool tries the log-in key"
	check "p11tool: verified" says 'Verifying against public key in the token... ok'
	of gnutls sign '\(p11tool\|certtool\)' 2 "certtool signs a PKCS#7 message; OpenSSL verifies"
	check "certtool: the holder's signature" cms_verified
	of gnutls login13 gnutls-cli 1 "gnutls-cli logs in over TLS 1.3"
	check "gnutls-cli: the site knows who" served 1.3
fi

# OpenSSL's two ways, and curl's with each.
program "openssl, provider" "OpenSSL $(openssl_version), pkcs11-provider $(provider_version)"
if there "OpenSSL's provider" provider_there; then
	of openssl dgst openssl 2 "signs a file (dgst); OpenSSL verifies"
	# Its version 1.3 tells of the dialog, and ends no line with that.
	check "provider, dgst: verified" says 'Verified OK$'
	of openssl cms openssl 1 "signs a CMS message; OpenSSL verifies"
	check "provider, cms: the holder's signature" cms_verified
	of openssl login13 openssl 1 "logs in over TLS 1.3 (s_client)"
	check "provider, s_client: the site knows who" served 1.3
fi
program "openssl, engine" "OpenSSL $(openssl_version), libp11 $(engine_version)"
if there "OpenSSL's engine" engine_there; then
	rm -f "$play/signer.pem" # of the provider's
	of openssl-engine dgst openssl 1 "signs a file (dgst); OpenSSL verifies" '' \
		"password for digital signature" $pin_sign
	check "engine, dgst: verified" says '^Verified OK'
	of openssl-engine cms openssl 1 "signs a CMS message; OpenSSL verifies"
	check "engine, cms: the holder's signature" cms_verified
	of openssl-engine login13 openssl 1 "logs in over TLS 1.3 (s_client)"
	check "engine, s_client: the site knows who" served 1.3
	of curl engine-login13 curl 1 "curl logs in over TLS 1.3"
	check "engine, curl: the site knows who" served 1.3
fi

# NSS's tools say so and wait for Enter.
program "NSS tools" "$(dpkg-query -W -f '${Version}' libnss3-tools 2>/dev/null)"
if there "NSS tools" command -v tstclnt; then
	prepared nss setup
	of nss list certutil 1 "certutil lists certificates and the key" '' "Press Enter" ""
	check "certutil: the key" says '^< 0> rsa .* User Authentication Key$'
	of nss login13 tstclnt 1 "tstclnt logs in over TLS 1.3" '' "Press Enter" ""
	check "tstclnt: the site knows who" says 'Protocol *: TLSv1\.3'
	prepared nss setup-sign
	of nss mail cmsutil 1 "cmsutil signs a mail (S/MIME); OpenSSL verifies" '' "Press Enter" ""
	check "cmsutil: verified" says 'CMS Verification successful'
fi

# Java asks only where it is told to.
if command -v keytool >/dev/null; then
	program Java "OpenJDK $(java -version 2>&1 | sed -n 's/.*version "\(.*\)".*/\1/p')"
	no_question='s/CardPin\.ask\("[^"]*"\)/null/'
	keytool -importcert -cacerts -storepass changeit -noprompt -alias site -file "$work/ca/ca.pem" \
		>"$work/cacerts.log" 2>&1 || bail "Java trusts the site" "$work/cacerts.log"
	prepared java config
	of java login java 1 "logs in over TLS 1.3 (KeyStore.load(null, null))" "$no_question"
	check "java: TLS 1.3" says '^ *Protocol *: TLSv1\.3'
	of java login java 1 "logs in; what it has to ask with (a CallbackHandler) is not called" \
		's/keys\.load\(.*/((AuthProvider) card).setCallbackHandler(asked -> { throw new Error("called"); }); keys.load(null, null);/'
	check "java, CallbackHandler: TLS 1.3" says '^ *Protocol *: TLSv1\.3'
	of java sign java 1 "a program of one's own signs; OpenSSL verifies" "$no_question"
	check "java, sign: verified" says '^Verified OK'
fi

program PyKCS11 "$(dpkg-query -W -f '${Version}' python3-pykcs11 2>/dev/null)"
if there PyKCS11 /usr/bin/python3 -c "import PyKCS11"; then
	of python login 'python3[^ ]*' 1 "signs a challenge" 's/getpass\("[^"]*"\)/""/'
	check "PyKCS11: verified" says '^verified:'
fi

program p11-kit "$(dpkg-query -W -f '${Version}' p11-kit 2>/dev/null | cut -d- -f1)"
if there p11-kit-proxy test -e "$libdir/p11-kit-proxy.so"; then
	of p11-kit proxy pkcs11-tool 1 "signs through p11-kit-proxy"
	check "p11-kit-proxy: verified" openssl dgst -sha256 -signature "$play/challenge.sig" \
		-verify <("$sim" certificate $card auth | openssl x509 -noout -pubkey) "$play/challenge.txt"
fi
login_site_stop

# Consent for each signature, with programs that cannot ask for it themselves.
echo "ask-pin-each-signature = yes" >>~/.config/jpki-pkcs11.conf
consented() {
	[ "$(grep -c "^SETDESC.*ONE SIGNATURE" "$work/told")" = "$1" ] || grep ^SETDESC "$work/told"
}
program "consent for each signature" ""
if provider_there; then
	of openssl cms openssl 2 "OpenSSL's provider"
	check "consent: provider: one more dialog, for one signature" consented 1
	check "provider: the holder's signature" cms_verified
fi
if engine_there; then
	of openssl-engine cms openssl 2 "OpenSSL's engine"
	check "consent: engine: one more dialog, for one signature" consented 1
	check "engine: the holder's signature" cms_verified
fi
if command -v keytool >/dev/null; then
	of java sign java 2 "Java" "$no_question"
	check "consent: Java: one more dialog, for one signature" consented 1
	check "Java: verified" says '^Verified OK'
fi
if [ -n "$sshd_runs" ]; then
	"$sim" certificate $card sign | openssl x509 -noout -pubkey | ssh-keygen -i -m PKCS8 -f /dev/stdin >"$HOME/.ssh/authorized_keys"
	of ssh agent 'ssh[^ ]*' 1 "ssh's agent, with the document key" 's/jpki-auth/jpki-sign/' \
		"Enter passphrase for PKCS#11:" $pin_sign
	check "consent: ssh: a dialog for one signature" consented 1
	check "consent: ssh: the dialog says that it may be for another machine" grep -q "for another machine perhaps" "$work/told"
fi
sed -i '/each-signature/d' ~/.config/jpki-pkcs11.conf

check "the agent ends when it is told to" agent_end
check "and leaves no socket" test ! -e "$XDG_RUNTIME_DIR/jpki-pkcs11/agent"

# As systemd does it: its own tool listens, and becomes the agent when a program asks.
agent_waits() {
	systemd-socket-activate --seqpacket -l "$XDG_RUNTIME_DIR/jpki-pkcs11/agent" -E LC_ALL=C.UTF-8 \
		"$build/src/tool/jpki-tool" agent --pinentry "$work/bin/test-pinentry" 2>"$work/agent.log" &
	agent=$!
	await $patience agent_listens || bail "systemd-socket-activate listens" "$work/agent.log"
}
agent_is() { [ "$(basename "$(readlink /proc/$agent/exe)")" = "$1" ]; }
program systemd-socket-activate "$(systemd-socket-activate --version 2>/dev/null | sed -n '1s/^systemd \([^ ]*\).*/\1/p')"
if there systemd-socket-activate command -v systemd-socket-activate; then
	agent_waits
	check "systemd's socket: no agent runs before a program asks" agent_is systemd-socket-activate
	by_agent pkcs11-tool "a program's question starts the agent" pkcs11-tool
	check "systemd's socket: the agent runs" agent_is jpki-tool
	by_agent pkcs11-tool "the next one is asked by the same agent" pkcs11-tool
	check "systemd's socket: ... as before" agent_is jpki-tool
	check "systemd's socket: the agent ends when it is told to" agent_end
	check "... and leaves the socket, which is systemd's" test -S "$XDG_RUNTIME_DIR/jpki-pkcs11/agent"
	rm "$XDG_RUNTIME_DIR/jpki-pkcs11/agent"
fi

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
	# What is read in a picture has a mistake here and there: one of these words is enough.
	dialog_says() {
		local id
		in_front jpki-tool && id=$(window jpki-tool) && read_screen "$id" | tr -d ' ' | grep -E "$1"
	}
	# type_into_dialog LOCALE WORDS: once it has the keyboard, and it can be read that it is in that language.
	type_into_dialog() {
		screen_seconds=$((recipe_seconds * 2 / 3)) await_seen dialog_says "$2" || return
		import -window root "$build/clients/agent-$1.png"
		xdotool type --delay 50 "$pin_auth" && xdotool key Return
	}
	was_typed() { wait $typing || { cat "$work/typed"; return 1; }; }
	for told in "C.UTF-8 eng triesleft|wantstolog|Cancel" "ja_JP.UTF-8 jpn 残り3|マイナンバー|キャンセル"; do
		read -r locale screen_language words <<<"$told"
		agent_begin "${on_screen##*/}" $locale
		type_into_dialog $locale "$words" >"$work/typed" &
		typing=$!
		recipe pkcs11-tool "a dialog on the screen ($locale)"
		check "... in that language, as can be read on the screen" was_typed
		agent_end
	done

	# The same on a terminal that can be seen. What it is told to show is in a file as well.
	on_terminal() {
		recipe_text pkcs11-tool >"$work/recipe.sh"
		rm -f "$work/terminal.log" "$work/terminal.status"
		"${run_as[@]}" env LOCPATH="$work/locales" LC_ALL=$1 xterm -u8 -fa "DejaVu Sans Mono" -fd "Noto Sans Mono CJK JP" \
			-fs 9 -geometry 90x20 \
			-l -lf "$work/terminal.log" -e bash -c 'cd "$1" && bash "$2" >"$3" 2>&1; echo $? >"$4"' - \
			"$play" "$work/recipe.sh" "$work/recipe.out" "$work/terminal.status" &
		terminal=$!
		await $patience grep -aq "$2" "$work/terminal.log" || return 1
		await $patience drawn "$1"
		await $patience terminal_in_front || return 1
		xdotool type --delay 50 "$pin_auth" && xdotool key Return
		await $patience test -s "$work/terminal.status"
		wait $terminal
		[ "$(cat "$work/terminal.status")" = 0 ] && says '^No errors'
	}
	terminal_in_front() { xdotool search --class xterm | grep -qx "$(xdotool getactivewindow 2>/dev/null)"; }
	# Two pictures that are the same: nothing more is coming.
	drawn() {
		import -window "$(xdotool search --class xterm | tail -n 1)" "$work/drawn.png"
		cmp -s "$work/drawn.png" "$build/clients/agent-terminal-$1.png" && return
		cp "$work/drawn.png" "$build/clients/agent-terminal-$1.png"
		return 1
	}
	if there xterm command -v xterm; then
		for told in "C.UTF-8 tries left" "ja_JP.UTF-8 残り"; do
			locale=${told%% *}
			agent_begin pinentry-curses $locale
			check "a dialog on a terminal, typed into ($locale)" on_terminal $locale "${told#* }"
			check "... all tries left, card logged out" left_clean
			agent_end
		done
	fi
fi
client_finish
