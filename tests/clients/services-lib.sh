# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# The samples of doc/services as an administrator would install them: at the paths that they name,
# in folders that only this test sees. To be sourced by tests/clients/services-*.sh after lib.sh.
#
#	service_enter "$@"
#	start nginx ...			# the caller's own
#	site_checks
#	finish

. "$(dirname "${BASH_SOURCE[0]}")/openssl-lib.sh"

samples=$top/doc/services
tls="--tlsv1.2" # curl's options for the version
key=auth
state= # of the hierarchy, where it is not the right one

# service_enter "$@": namespaces, the built programs, server certificates, cards and trust.
service_enter() {
	private_enter "$@"
	needs_mounts
	needs_openssl
	{ place_installed && make_site_authority && site_certificate login.example &&
		site_certificate www.example && make_cards && install_server_certificates; } \
		>"$work/prepare.log" 2>&1 || bail "prepared" "$work/prepare.log"
	printf '127.0.0.1 localhost login.example www.example\n' >"$work/hosts"
	mount --bind "$work/hosts" /etc/hosts
}

# To sign and to log in with whatever key, as OpenSSL does what it is told to.
needs_openssl() {
	reaches_card && return
	skip "all of it" "OpenSSL has neither provider nor engine for PKCS#11 here"
	finish
}

# Real root may become www-data; the root of a user namespace may not.
is_real_root() { setpriv --reuid www-data --clear-groups true 2>/dev/null; }

# The cards of the test, and a hierarchy with the same names and other keys.
make_cards() {
	"$sim" make adult && "$sim" make expired && "$sim" make lost && "$sim" ca revoke lost auth &&
		"$sim" make older --generation previous && "$sim" make no-eku --no-eku &&
		"$sim" make no-pss --switch pss=off &&
		"$sim" --state "$work/forged" make adult
}

# $work/imitation.pem and .key: from an authority with the right one's name and key identifier.
imitate_authority() {
	local ca=$work/imitation-ca right=/etc/ssl/card/auth-ca.pem name
	name=/$(openssl x509 -in $right -noout -subject -nameopt sep_comma_plus |
		sed 's/^subject=//; s|,|/|g')
	openssl req -x509 -newkey rsa:2048 -nodes -subj "$name" -keyout "$ca.key" -out "$ca.pem" -days 9 \
		-addext "subjectKeyIdentifier=$(openssl x509 -in $right -noout -ext subjectKeyIdentifier | tail -n 1 | tr -d ' ')" &&
		openssl req -newkey rsa:2048 -nodes -subj "/C=JP/CN=imitation" -keyout "$work/imitation.key" |
		openssl x509 -req -CA "$ca.pem" -CAkey "$ca.key" -CAcreateserial -days 9 -out "$work/imitation.pem" \
			-extfile <(printf 'authorityKeyIdentifier=keyid:always\nkeyUsage=critical,digitalSignature\n')
}

install_server_certificates() {
	local name
	for name in www.example login.example; do
		mkdir -p "/etc/ssl/$name"
		cat "$work/ca/$name.pem" "$work/ca/ca.pem" >"/etc/ssl/$name/fullchain.pem"
		cp "$work/ca/$name.key" "/etc/ssl/$name/privkey.pem"
	done
	mount -t tmpfs none /var/www && mkdir -p /var/www/html /run/shop && chmod 755 /var/www /run/shop
}

# run_as_written NAME FOLDER: the block of doc/SERVICES.md, as it stands.
run_as_written() {
	diff <(page_recipes "$top/doc/SERVICES.md" | without_words) \
		<(page_recipes "$top/doc/SERVICES.ja.md" | without_words) || return 1
	page_recipes "$top/doc/SERVICES.md" | sed -n "s/^$1	//p" >"$work/$1.sh"
	[ -s "$work/$1.sh" ] && (cd "$2" && bash -eu "$work/$1.sh")
}

install_as_written() { run_as_written "$1" "$top" && imitate_authority; }

# nginx as Debian's package leaves it; what it writes stays in the namespace.
shadow_nginx() {
	shadow_unpacked /etc/nginx && mount -t tmpfs none /var/log/nginx && mount -t tmpfs none /var/lib/nginx &&
		ln -sf ../sites-available/default /etc/nginx/sites-enabled/
}

backend_start() {
	"$samples/backend.py" /run/shop/backend.sock >"$work/backend.log" 2>&1 &
	await $patience listens /run/shop/backend.sock || bail "application started" "$work/backend.log"
	chmod 666 /run/shop/backend.sock # a user namespace has no www-data
}

# Without a card: the status in $status, the page in $work/page, curl's own words in $work/curl.log.
visit() {
	: >"$work/page"
	status=$(curl --silent --show-error --max-time $patience --output "$work/page" \
		--write-out '%{http_code}' "$@" 2>"$work/curl.log")
	true
}

# The URIs of the two keys for OpenSSL.
declare -A uris=(
	[auth]="pkcs11:token=JPKI%20Auth%204-digit%20PIN;id=%01?pin-value=$pin_auth"
	[sign]="pkcs11:token=JPKI%20Sign%206-16%20char%20password;id=%02?pin-value=$pin_sign"
)

# visit_with CARD CURL-OPTION...: showing the certificate of $key and proving the key, over $tls.
visit_with() {
	local card=$1
	shift
	rm -f "$work/page" "$work/trace"
	touch "$work/page" "$work/trace"
	# From a file: newer versions of the engine do not log in to read one.
	"$sim" ${state:+--state "$state"} certificate "$card" "$key" >"$work/shown.pem" || return 1
	# shellcheck disable=SC2086 # $tls is several options
	status=$(env "$module_named=$modules/jpki-$key-pkcs11.so" \
		"$sim" ${state:+--state "$state"} run --card "$card" --trace "$work/trace" -- \
		curl --silent --show-error --max-time $patience --output "$work/page" \
		--write-out '%{http_code}' $tls "${by_curl[@]}" \
		--cert "$work/shown.pem" --key "${uris[$key]}" "$@" 2>"$work/curl.log")
	grep -q "SIGN with $key key .*< 9000 256" "$work/trace" && return
	echo "the card did not sign"
	cat "$work/curl.log"
	return 1
}

# shows STATUS TEXT: what the last visit brought.
shows() {
	[ "$status" = "$1" ] && grep -Fq -- "$2" "$work/page" && return
	echo "status $status, expected $1 with: $2"
	cat "$work/curl.log" "$work/page"; echo
	return 1
}

field() { python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$work/page" "$1"; }

# seen_by_application CARD: the application got this card's certificate, serial and authority.
seen_by_application() {
	local certificate=$work/seen.pem
	shows 200 '"verified": true' || return 1
	"$sim" certificate "$1" auth >"$work/own.pem"
	field certificate >"$certificate"
	cmp <(openssl x509 -in "$certificate" -outform DER) \
		<(openssl x509 -in "$work/own.pem" -outform DER) || return 1
	[ "$(field serial)" = "$(openssl x509 -in "$work/own.pem" -noout -serial | cut -d= -f2)" ] || return 1
	openssl x509 -in "$work/own.pem" -noout -ext authorityKeyIdentifier | tr -d : |
		grep -q "$(field issuer_key)"
}

# ---- what any web server in front of the application has to do ----

# The title of an explanation.
title_of() { sed -n 's|<title>\(.*\)</title>|\1|p' "$samples/pages/$1.html"; }

# accepts CARD URL [CURL-OPTION...]
accepts() {
	visit_with "$@" && seen_by_application "$1"
}

# explains PAGE CARD URL [CURL-OPTION...]: refused, with that page.
explains() { visit_with "${@:2}" && shows 403 "$(title_of "$1")"; }

# explains_without PAGE URL [CURL-OPTION...]: the same without a card.
explains_without() { visit "${@:2}" && shows 403 "$(title_of "$1")"; }

# unbelieved URL [CURL-OPTION...]: the application takes nobody for the holder of a card.
unbelieved() { visit "$@" && shows 200 '"verified": false'; }

# asks_for_certificate HOST
asks_for_certificate() {
	openssl s_client -connect "$1:443" -servername "$1" </dev/null >"$work/hello" 2>&1
	grep -q '^Verify return code: 0' "$work/hello" || return 2
	grep -q '^Acceptable client certificate CA names' "$work/hello"
}
only_login_asks() { asks_for_certificate login.example && { asks_for_certificate www.example; [ $? = 1 ]; }; }

# refused STATUS URL [CURL-OPTION...]: and the application is not asked.
refused() { visit "${@:2}" && shows "$1" "" && ! grep -q verified "$work/page"; }

# Claims to be the holder of a card by headers alone: as the server names them, and in ways that
# Python, PHP and others cannot tell from these.
claims=(-H "Card-Status: SUCCESS" -H "Card-Certificate: forged")
lookalikes=(-H "Card_Status: SUCCESS" -H "card_certificate: forged")

# A second connection with what is known from the first has to show the card again.
not_resumed() {
	local version
	for version in tls1_2 tls1_3; do
		rm -f "$work/session"
		printf 'GET / HTTP/1.1\r\nHost: login.example\r\nConnection: close\r\n\r\n' |
			openssl s_client -$version -ign_eof -connect login.example:443 -servername login.example \
				-sess_out "$work/session"
		[ ! -e "$work/session" ] || openssl s_client -$version -connect login.example:443 \
			-servername login.example -sess_in "$work/session" </dev/null
	done >"$work/sessions" 2>&1
	grep -c '^New, TLS' "$work/sessions"
	grep -q '^New, TLSv1.2' "$work/sessions" && grep -q '^New, TLSv1.3' "$work/sessions" &&
		! grep '^Reused' "$work/sessions"
}

accepts_checks() {
	local version
	for version in 1.2 1.3; do
		tls="--tlsv$version --tls-max $version"
		check "TLS $version: the right card: the application sees whose it is" \
			accepts adult https://login.example/
		check "TLS $version: a card of an older generation of the authority" \
			accepts older https://login.example/
	done
	tls="--tlsv1.2"
	check "a card whose certificate has no extended key usage" accepts no-eku https://login.example/
	check "a card without PSS, on the port for TLS 1.2" accepts no-pss https://login.example:8443/
	check "a connection is not resumed" not_resumed
	refuses "that port has no TLS 1.3" "protocol version" \
		curl -sS --tlsv1.3 https://login.example:8443/
}

claims_checks() {
	check "the public site asks for no certificate, the other does" only_login_asks
	check "the public site works without" unbelieved https://www.example/
	check "claimed in headers, on the public site: not believed" \
		unbelieved https://www.example/ "${claims[@]}"
	check "claimed without a card: refused" \
		explains_without none https://login.example/ "${claims[@]}"
	check "claimed beside a card: the application sees the card's own" \
		accepts adult https://login.example/ "${claims[@]}"
	check "claimed in headers that look alike, on the public site: not believed" \
		unbelieved https://www.example/ "${lookalikes[@]}"
	check "headers that look alike beside a card: the application sees the card's own" \
		accepts adult https://login.example/ "${lookalikes[@]}"
	check "the public site's connection for the other's host name: refused" \
		refused 421 https://www.example/ -H "Host: login.example" "${claims[@]}"
}

# What any server can explain.
none_checks() {
	check "no card: an explanation" explains_without none https://login.example/
	check "no card, the port for TLS 1.2: an explanation" explains_without none https://login.example:8443/
}

# Browsers and GnuTLS send an empty certificate where the card cannot make what TLS 1.3 asks for.
# The program's input stays open until the server has answered.
gnutls_shows() {
	local uri=${uris[auth]}
	"$sim" run --card "$2" -- timeout $patience gnutls-cli --provider "$modules/jpki-auth-pkcs11.so" \
		--x509certfile "$uri" --x509keyfile "${uri/\?/;type=private?}" --x509cafile "$work/ca/ca.pem" \
		--priority NORMAL:-VERS-ALL:+VERS-TLS1.3 login.example >"$work/page" 2>&1 \
		< <(printf 'GET / HTTP/1.1\r\nHost: login.example\r\nConnection: close\r\n\r\n' && exec sleep $patience)
	cat "$work/page"; echo
	grep -Fqe "$1" "$work/page"
}

gnutls_checks() {
	check "GnuTLS, TLS 1.3, a card with PSS: let in" gnutls_shows '"verified": true' adult
	check "GnuTLS, TLS 1.3, a card without PSS: the page names the way for it" \
		gnutls_shows 'href="https://login.example:8443/"' no-pss
}

common_checks() {
	accepts_checks
	none_checks
	claims_checks
	gnutls_checks
}
