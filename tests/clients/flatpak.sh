#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The recipe of doc/clients/flatpak.md: a program in bubblewrap's sandbox, which has no module of ours and
# no pcscd, logs in with the card through p11-kit's socket.
set -u
. "$(dirname "$0")/lib.sh"
client_enter flatpak "$@"
for command in bwrap p11-kit curl; do needs $command; done
[ -e "$modules/p11-kit-client.so" ] || skip_page "p11-kit-modules is not installed"
openssl list -providers -provider pkcs11 >/dev/null 2>&1 || skip_page "pkcs11-provider is not installed"
bwrap --unshare-all --ro-bind / / true 2>"$work/out" || {
	forbidden "all of it" "bubblewrap cannot make a sandbox here"
	add_row "all of it" "skipped: bubblewrap cannot make a sandbox here"
	client_finish
}
program "curl in a sandbox" "bubblewrap $(bwrap --version | sed 's/.* //')"
export XDG_RUNTIME_DIR=$work/runtime
mkdir -m 700 "$XDG_RUNTIME_DIR"

ask="Enter pass phrase for PKCS#11 Token"
login_site 1.3
recipe sandbox "logs in over TLS 1.3 through p11-kit's socket" "$ask" $pin_auth
check "sandbox: the site knows who" served 1.3
login_site 1.2
recipe sandbox "logs in over TLS 1.2 through p11-kit's socket" "$ask" $pin_auth
check "sandbox: the site knows who over TLS 1.2 too" served 1.2

# What the sandbox has and has not: the recipe, with another program in it.
inside() {
	recipe_text sandbox | sed '/^	curl /,$d' >"$work/inside.sh"
	printf '\t%s\n' "$*" >>"$work/inside.sh"
	run_block "$work/inside.sh" "$work/inside.out"
}
no_module() { ! inside ls "$modules/jpki-auth-pkcs11.so" && grep -q "No such file" "$work/inside.out"; }
check "in the sandbox there is no module of ours" no_module
no_pcscd() { ! inside ls /run/pcscd && grep -q "No such file" "$work/inside.out"; }
check "and no reader service" no_pcscd
no_sign_token() { inside "pkcs11-tool --module $modules/p11-kit-client.so -L" && grep -q "JPKI Auth" "$work/inside.out" &&
	! grep -q "JPKI Sign" "$work/inside.out"; }
check "and the log-in token alone" no_sign_token

mishap sandbox "a wrong PIN is refused" "No private key found in the openssl store" "$ask" 9999
check "and costs one try" tries_left 2 5
mishap sandbox "a PIN of the wrong shape too" "No private key found in the openssl store" "$ask" 12345
check "and costs none" tries_left 2 5
card block $card auth
mishap sandbox "a locked one too" "No private key found in the openssl store" "$ask" $pin_auth
card tries $card auth 3
card_out
mishap sandbox "without a card nothing is asked" "Failed to open OpenSSL store"
card_in
mishap_with '/^eval|^trap/d; s/^socket=.*/socket=\/nowhere/; /^for/d' sandbox "without a server bubblewrap says so" \
	"Can't find source path"
check "and no try is lost in all of this" left_clean

# Flatpak itself is not here, but what its lines start before it is.
lent_lines() { sed -n '/^## Flatpak itself/,/^## Snap/s/^    //p' "$top/doc/clients/flatpak.md" | sed '/^flatpak run/,$d'; }
lent() {
	{ lent_lines && echo 'until test -S ~/.local/share/jpki-card/socket; do sleep 0.1; done'; } >"$work/lent.sh"
	timeout $recipe_seconds bash -eu "$work/lent.sh"
}
check "the lines for Flatpak lend the card" lent
check "... and the server ends with their shell" left_clean

# Firefox in the same sandbox, with its profile and a screen. (It has its own idea of "served".)
. "$(dirname "$self")/screen-lib.sh"
. "$(dirname "$self")/browser.sh"
for command in firefox-esr modutil certutil Xvfb tesseract xdotool; do
	command -v $command >/dev/null || { skip "Firefox in the sandbox" "$command is not installed"; client_finish; }
done
program "Firefox ESR in a sandbox" "$(firefox-esr --version 2>/dev/null | sed -n 's/^Mozilla Firefox \([0-9.]*\).*/\1/p')"
chooser="requested that you identify yourself with a certificate" pin_window="Password Required"
served_window="Logged in" quit_key=ctrl+q auth_token="JPKI Auth 4-digit PIN"
ok_colours=('rgb(0,98,250)' 'rgb(0,83,203)')
profile=$HOME/profile
make_profile() {
	mkdir "$profile" && certutil -N -d "sql:$profile" --empty-password &&
		modutil -force -dbdir "sql:$profile" -add "JPKI Auth" -libfile "$modules/p11-kit-client.so" &&
		certutil -A -d "sql:$profile" -n site -t C,, -i "$work/ca/ca.pem" || return 1
	cat >"$profile/user.js" <<-END
		user_pref("network.http.tls-handshake-timeout", 300);
		user_pref("network.http.network-changed.timeout", 300);
		user_pref("network.http.speculative-parallel-limit", 0);
		user_pref("datareporting.policy.dataSubmissionEnabled", false);
		user_pref("browser.aboutwelcome.enabled", false);
		user_pref("termsofuse.bypassNotification", true);
		user_pref("browser.warnOnQuitShortcut", false);
		user_pref("browser.shell.checkDefaultBrowser", false);
		user_pref("app.update.enabled", false);
	END
}
make_profile >"$work/out" 2>&1 || bail "a profile" "$work/out"
screen_start 800x600
site 1.3
# The recipe, with another program in it and what that needs.
recipe_text sandbox | sed '/^	curl /,$d' >"$work/firefox.sh"
printf '\t--bind %q %q --bind /tmp/.X11-unix /tmp/.X11-unix --setenv MOZ_CRASHREPORTER_DISABLE 1 \\\n\tfirefox-esr --profile %q %q\n' \
	"$HOME" "$HOME" "$profile" "$site_address" >>"$work/firefox.sh"
begin
browser_open bash -eu "$work/firefox.sh"
log_in_seen "Firefox"
closes "Firefox"
row "logs in over TLS 1.3 through p11-kit's socket"
client_finish
