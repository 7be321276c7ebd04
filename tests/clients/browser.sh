# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# A browser on a screen of its own, used as a person would: what is to be seen decides what is typed
# next. To be sourced by tests/clients/firefox.sh and chromium.sh after lib.sh and screen-lib.sh:
#
#	screen_start 800x600
#	chooser="..." pin_window="..." served_window="..." ok_colours=(...)	# how this browser looks
#	site 1.3		# https://login.example/login.html wants a certificate
#	browser_open COMMAND...
#	must "..." chooser_appears; choose
#	must "..." pin_asked "JPKI Auth 4-digit PIN"
#	must "..." type_pin 1234
#	must "..." served
#	browser_close
#
# Windows of their own are found by title; what has none (the choice of a certificate, a page that
# says that something went wrong) is read from a picture of the screen by tesseract.

# reload_until COMMAND...: NSS looks for another card every ten seconds only, and what it does before
# that fails. On a busy machine a page needs longer than that, so each one gets twice as long.
# Not with F5: with the keymap of Debian testing xdotool adds Alt to it.
reload_until() {
	local seconds
	for seconds in 15 30 60 120 240; do
		xdotool key ctrl+r
		screen_seconds=$seconds await_seen "$@" && return
	done
	return 1
}

# seen_or_reloaded COMMAND...: a site that refuses hangs up, and a browser may tell of that at first.
seen_or_reloaded() { screen_seconds=20 await_seen "$@" || reload_until "$@"; }

# acted_until ACTION COMMAND...: the action, such as a key, again where it reached nobody.
acted_until() {
	local action=$1 again
	shift
	for again in 1 2 3 4 5 6; do
		$action
		screen_seconds=50 await_seen "$@" >"$work/acted" && return
	done
	cat "$work/acted"
	return 1
}

# must NAME COMMAND...: like check, but nothing sensible can follow a failure.
must() {
	local name=$1
	shift
	if "$@" >"$work/out" 2>&1; then ok "$name"; else bail "$name" "$work/out"; fi
}

no_window() { ! window "$1" >/dev/null; }

chooser_shows() { shows root "$chooser"; }

chooser_appears() { await_seen chooser_shows; }

# Takes the certificate that is offered: clicks on OK until it has gone. A key would do, but on a
# busy machine it was once taken for "Don't send a certificate".
choose() { await_seen chosen; }

# The mouse looks on from a corner: under it the button has another colour, and once kept it.
chosen() {
	local at
	no_window "$pin_window" || return 0
	if at=$(ok_button); then
		# shellcheck disable=SC2086 # two numbers
		xdotool mousemove $at click 1 mousemove 4 4 mousemove 2 2
		return 1
	fi
	! chooser_shows
}

# ok_button: where the button in one of $ok_colours is; false if there is none.
ok_button() {
	local colour=${ok_colours[0]} other same=()
	for other in "${ok_colours[@]:1}"; do same+=(-fill "$colour" -opaque "$other"); done
	import -window root "$work/button.png" || return
	convert "$work/button.png" "${same[@]}" -fill black +opaque "$colour" -fill white -opaque "$colour" \
		-define connected-components:verbose=true -define connected-components:area-threshold=1000 \
		-connected-components 4 null: |
		awk '$5 ~ /255,255,255|gray\(255\)|white/ { split($3, at, /[,.]/); print at[1], at[3]; found = 1; exit }
			END { exit !found }'
}

# pin_asked TOKEN: a window asks for the PIN of that token and has the keyboard.
pin_asked() { await_seen pin_window_asks "$1"; }

pin_window_asks() {
	local id
	id=$(window "$pin_window") && shows "$id" "$1" && [ "$(xdotool getactivewindow 2>/dev/null)" = "$id" ]
}

# type_pin PIN: into the window that asks, and until that window is gone. A new one may follow.
type_pin() {
	local id
	id=$(window "$pin_window") || return 1
	xdotool type --delay 30 "$1"
	xdotool key Return
	await_seen gone "$id"
}

gone() { ! xdotool search --onlyvisible --name . 2>/dev/null | grep -qx "$1"; }

# served: the site's page is shown, and nothing asks for a PIN any more.
served() { await_seen shows_page && no_window "$pin_window"; }

shows_page() { window "$served_window" >/dev/null; }

# The site demanded the certificate, saw a signature made with its key, and it was this card's.
site_knows_holder() {
	local name
	name=$("$sim" certificate $card auth | openssl x509 -noout -subject -nameopt multiline |
		sed -n 's/^ *commonName *= //p')
	[ -n "$name" ] && grep "^depth=0 " "$work/site.log" | tail -n 1 | grep -q "CN *= *$name\$"
}

# The same site as login_site's, with a page whose title tells that the log-in went well, and
# without a memory of earlier visits.
site() {
	local folder=$work/pages options=("-tls${1/./_}")
	mkdir -p "$folder"
	printf '<!DOCTYPE html><title>Logged in</title><link rel="icon" href="data:,"><h1>Logged in</h1>\n' \
		>"$folder/login.html"
	[ "$1" != any ] || options=()
	login_site_stop
	(cd "$folder" && exec openssl s_server -accept 443 -WWW -Verify 2 -verify_return_error -quiet \
		"${options[@]}" -no_ticket -no_cache -CAfile "$work/jpki/auth-ca.pem" \
		-cert "$work/ca/login.example.pem" -key "$work/ca/login.example.key") >"$work/site.log" 2>&1 &
	site_pid=$!
	await $patience listening 443 || bail "site started" "$work/site.log"
}
site_address=https://login.example/login.html

# browser_open COMMAND...
browser_open() {
	setsid -w "$@" >"$build/clients/$page-browser.log" 2>&1 &
	browser_pid=$!
}

# Closes it by its own key, which is lost where it comes while another window goes. A browser gives its
# own parts a minute to end before it ends them.
browser_close() {
	local until=$((SECONDS + screen_seconds))
	until browser_ended || [ $SECONDS -ge $until ]; do
		xdotool key "$quit_key"
		await 20 browser_ended
	done
	if browser_ended && await $patience nothing_left_running; then return; fi
	ps -eo pid,ppid,stat,etime,args
	screen_say
	return 1
}

browser_ended() {
	kill -0 "$browser_pid" 2>/dev/null && return 1
	wait "$browser_pid" 2>/dev/null
	return 0
}

# left_logged_out: also while the browser runs.
left_logged_out() { card --json status | tr -d " \n" | grep -q "\"auth\":{\"tries\":3,\"open\":false}"; }


# setup_with_auth: jpki-tool is told where the module is that browsers get.
setup_with_auth() {
	sed -i 's/jpki-pkcs11\.so/jpki-auth-pkcs11.so/' "$work/bin/jpki-tool"
}

# pin_picture FILE: of the window that asks for a PIN, small enough for the pages.
pin_picture() {
	import -frame -window "$(window "$pin_window")" "$work/prompt.png" &&
		convert "$work/prompt.png" +dither -colors 16 -strip "$1"
}

# wrong_pins: what a user gets wrong at the window that asks, and what it costs.
wrong_pins() {
	must "a PIN of the wrong shape" type_pin 12345
	must "a PIN of the wrong shape: asks again" pin_asked "$auth_token"
	check "a PIN of the wrong shape: costs no try" tries_left 3 5
	must "a wrong PIN" type_pin 9999
	must "a wrong PIN: asks again" pin_asked "$auth_token"
	check "a wrong PIN: costs one try" tries_left 2 5
}

# type_mistaken: into a window that asks for the password: what cannot be it, a wrong one, the right one.
type_mistaken() {
	must "a PIN of the wrong shape" type_pin $pin_auth
	must "a PIN of the wrong shape: asks again" pin_asked "$sign_token"
	check "a PIN of the wrong shape: costs no try" tries_left 3 5
	must "a wrong password" type_pin WR0NG9
	must "a wrong password: asks again" pin_asked "$sign_token"
	check "a wrong password: costs one try" tries_left 3 4
	must "the right one" type_pin $pin_sign
}

# new_card: so that nothing of what was done before counts.
new_card() { card_out && card_in; }

# row WHAT: the last cases as one row of doc/CLIENTS.md, with the exchanges since the counter was reset.
# $failures_before is what `failures` was when they began.
row() {
	local result=works
	[ "$failures" -eq "$failures_before" ] || result=FAILED
	add_row "$1" $result "$(exchanges)"
}

# begin: the cases of a row start here.
begin() {
	failures_before=$failures
	card count reset >/dev/null
}

# log_in_seen NAME: certificate chosen, PIN asked once, logged in.
log_in_seen() { log_in_begins "$1" && log_in_ends "$1"; }

log_in_begins() {
	must "$1: asks which certificate" chooser_appears
	log_in_goes_on "$1"
}

# log_in_again NAME: the same by reloading the page, after the card was changed.
log_in_again() {
	must "$1: asks which certificate" reload_until chooser_shows
	log_in_goes_on "$1"
}

log_in_goes_on() {
	must "$1: takes that certificate" choose
	must "$1: asks for the log-in PIN" pin_asked "$auth_token"
}

log_in_ends() {
	must "$1: takes the PIN" type_pin $pin_auth
	must "$1: logged in, nothing else asked" served
	check "$1: the site knows the holder" site_knows_holder
}

# One step of a log-in with OpenSC's module, which asks for both PINs in an order of its own: true
# when there is nothing more to do.
opensc_step() {
	local id
	if id=$(window "$pin_window"); then
		if shows "$id" "User Authentication"; then
			type_pin $pin_auth && prompts=$((prompts + 1))
		elif shows "$id" "Digital Signature"; then
			type_pin $pin_sign && prompts=$((prompts + 1))
		fi
		return 1
	fi
	if browser_ended; then opensc_end=crashed; return; fi
	if shows_page; then opensc_end=served; return; fi
	if [ -n "${failed_window:-}" ]; then window "$failed_window" >/dev/null; else shows root "$no_certificate"; fi &&
		{ opensc_end=refused; return; }
	[ -n "$chosen" ] || ! chooser_shows || { chosen=yes && choose; }
	return 1
}

# opensc_log_in: sets $prompts and $opensc_end (served, refused, or nothing after a while). A browser
# that crashes with that module, as Chromium did once, is started once more.
opensc_log_in() {
	local again
	for again in yes no; do
		prompts=0 opensc_end='' chosen=''
		await_seen opensc_step >"$work/out"
		if [ "$opensc_end" != crashed ] || [ $again = no ]; then return; fi
		new_card
		begin
		open_site
	done
}

# opensc_served: by the last log-in; older ones ask for both PINs, newer ones for the one.
opensc_served() {
	echo "$prompts PINs asked, then: ${opensc_end:-nothing}"
	[ "$opensc_end" = served ] && [ "$prompts" -ge 1 ]
}

# closes WHAT: the browser, and what must be true after it.
closes() {
	must "$1: closes" browser_close
	check "$1: all tries left, card logged out, nothing left running" left_clean
}

# What both browsers go through, where the site, the card and the words to be seen are ready. They have
# open_site, module_add and module_delete of their own.

# TLS 1.2, nothing but a log-in; $row12 is its row.
logs_in_over_12() {
	begin
	open_site
	log_in_seen "TLS 1.2"
	closes "TLS 1.2"
	row "logs in over TLS 1.2; asks one PIN"
	row12=$((${#rows[@]} - 1))
}

# TLS 1.3, and the browser stays open; $row13 is its row.
logs_in_over_13() {
	new_card
	begin
	open_site
	log_in_begins "TLS 1.3"
	pin_picture "$build/clients/$page-prompt.png"
	log_in_ends "TLS 1.3"
	check "TLS 1.3: the card is logged out while the browser runs" left_logged_out
	row "logs in over TLS 1.3 only; asks one PIN"
	row13=$((${#rows[@]} - 1))
}

# p11-kit brings both modules, but a browser gets the one for logging in.
logs_in_by_p11kit() {
	rm -f /usr/share/p11-kit/modules/opensc-pkcs11.module
	must "p11-kit's modules in the list" module_add p11-kit "$libdir/p11-kit-proxy.so"
	new_card
	begin
	open_site
	log_in_seen "p11-kit"
	closes "p11-kit"
	row "through p11-kit, with both modules installed: asks one PIN"
	must "p11-kit's modules away again" module_delete p11-kit
}

# In Japanese, which is chosen already.
logs_in_in_japanese() {
	new_card
	begin
	open_site
	log_in_begins "Japanese"
	pin_picture "$build/clients/$page-prompt.ja.png"
	log_in_ends "Japanese"
	closes "Japanese"
	row "in Japanese, with token-labels = japanese"
}

# OpenSC's module in place of ours: the same log-ins.
compares_with_opensc() {
	must "OpenSC: our module away" module_delete "JPKI Auth"
	must "OpenSC: its module" module_add OpenSC "$modules/opensc-pkcs11.so"
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
}
