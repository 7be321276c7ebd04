#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The samples of doc/services for nginx, installed as they stand: which cards it lets through to the
# application, and what it tells the others.
set -u
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/services-lib.sh"
service_enter "$@"
command -v nginx >/dev/null || { skip "all of it" "nginx is not installed"; finish; }

# take_lists COMMAND...: starts nginx anew with the revocation lists that the command prints.
take_lists() {
	"$@" >/etc/ssl/card/auth-crl.pem || return 1
	nginx -s quit 2>>"$work/nginx.log" && await $patience stopped && nginx 2>>"$work/nginx.log"
}

stopped() { [ ! -e /run/nginx.pid ]; }

{ shadow_nginx && { is_real_root || sed -i 's/^user .*/user root;/' /etc/nginx/nginx.conf; }; } \
	>"$work/prepare.log" 2>&1 || bail "nginx prepared" "$work/prepare.log"
backend_start
check "installed as the page says, nginx takes the samples as they stand" install_as_written nginx
nginx 2>"$work/nginx.log" || bail "nginx started" "$work/nginx.log"

common_checks
check "an expired certificate: refused, with an explanation" explains expired expired https://login.example/
check "a revoked certificate: refused, with an explanation" explains revoked lost https://login.example/
state=$work/forged check "an authority of the same name and another key: refused, with an explanation" \
	explains issuer adult https://login.example/
key=sign check "the card's signing certificate: refused, with an explanation" \
	explains issuer adult https://login.example/
check "an authority with the right one's name and key identifier: refused, with an explanation" \
	explains_without issuer https://login.example/ --cert "$work/imitation.pem" --key "$work/imitation.key"

# A revocation list that is too old, or missing for one generation, lets nobody in.
cp /etc/ssl/card/auth-crl.pem "$work/lists.pem"
take_lists "$sim" ca crl auth --now 2026-01-01
check "a revocation list that is too old: nobody gets in, and the page says why" \
	explains trouble adult https://login.example/
take_lists openssl crl -in "$work/lists.pem"
check "no revocation list for one generation: its cards do not get in" \
	explains trouble adult https://login.example/
check "and the others do" accepts older https://login.example/
finish
