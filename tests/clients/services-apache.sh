#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The samples of doc/services for Apache, installed as they stand: which cards it lets through to the
# application, and what it tells the others.
set -u
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/services-lib.sh"
service_enter "$@"
command -v apache2 >/dev/null || { skip "all of it" "apache2 is not installed"; finish; }
is_real_root || { forbidden "all of it" "Apache wants to be started by root"; finish; }

shadow_apache() {
	mkdir -p /run/lock && shadow_unpacked /etc/apache2 && shadow_unpacked /var/lib/apache2 &&
		mount -t tmpfs none /var/log/apache2 || return 1
	[ -e /etc/apache2/mods-enabled/mpm_event.load ] || switch_on
}

# What Debian's package does once it is unpacked.
switch_on() {
	a2enmod -q mpm_event authz_host auth_basic access_compat authn_file authz_user alias dir autoindex env \
		mime negotiation setenvif filter deflate status reqtimeout &&
		a2enconf -q charset localized-error-pages other-vhosts-access-log security serve-cgi-bin &&
		a2ensite -q 000-default
}

start() {
	apache2ctl start && await $patience listening 443
}

# take_lists COMMAND...: starts Apache anew with the revocation lists that the command prints.
take_lists() {
	"$@" >/etc/ssl/card/auth-crl.pem || return 1
	apache2ctl stop && await $patience stopped && start
}

# The file with its process's number goes before its ports do.
stopped() { [ ! -e /run/apache2/apache2.pid ] && ! listening 80 && ! listening 443 && ! listening 8443; }

shadow_apache >"$work/prepare.log" 2>&1 || bail "Apache prepared" "$work/prepare.log"
backend_start
check "installed as the page says, Apache takes the samples as they stand" install_as_written apache
start >"$work/apache.log" 2>&1 || bail "Apache started" "$work/apache.log"

# For whom there is no name, no connection or no answer, curl has other numbers.
somebody_there() { grep -Eo '^curl: \([0-9]+\)' "$work/curl.log" | grep -Evq '\((6|7|28)\)'; }

# cut_off TEXT COMMAND...: the visit ends with that error of TLS, as curl words it. In TLS 1.3 the alert may be lost on
# its way, because the client was allowed to send its request before it; so it is looked for in 1.2.
cut_off() {
	local text=$1 version
	for version in 1.2 1.3; do
		tls="--tlsv$version --tls-max $version"
		"${@:2}"
		[ "$status" = 000 ] && ! grep -q verified "$work/page" || { echo "TLS $version: $status"; return 1; }
		{ [ $version = 1.3 ] || grep -Fq "$text" "$work/curl.log"; } && somebody_there || { cat "$work/curl.log"; return 1; }
	done
}

imitated() {
	visit $tls https://login.example/ --cert "$work/imitation.pem" --key "$work/imitation.key"
}

common_checks
check "an expired certificate: refused" cut_off "certificate verification failed" \
	visit_with expired https://login.example/
check "a revoked certificate: refused" cut_off "alert certificate revoked" visit_with lost https://login.example/
state=$work/forged check "an authority of the same name and another key: refused" \
	cut_off "alert unknown ca" visit_with adult https://login.example/
key=sign check "the card's signing certificate: refused" \
	cut_off "alert unknown ca" visit_with adult https://login.example/
check "an authority with the right one's name and key identifier: refused" cut_off "alert" imitated
check "what expired and revoked mean can be read on the public site" \
	curl --fail -sS https://www.example/card/expired.html https://www.example/card/revoked.html

# A revocation list that is too old, or missing for one generation, lets nobody in.
cp /etc/ssl/card/auth-crl.pem "$work/lists.pem"
take_lists "$sim" ca crl auth --now 2026-01-01 >>"$work/apache.log" 2>&1 || bail "Apache takes a list" "$work/apache.log"
check "a revocation list that is too old: nobody gets in" cut_off "" visit_with adult https://login.example/
take_lists openssl crl -in "$work/lists.pem" >>"$work/apache.log" 2>&1 || bail "Apache takes another" "$work/apache.log"
check "no revocation list for one generation: its cards do not get in" cut_off "" \
	visit_with adult https://login.example/
check "and the others do" accepts older https://login.example/
finish
