#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The recipes of doc/clients/unattended.md, each against a real server that demands the card: with the
# agent, as they stand; and with a PIN that is written down where the page says, right and stale.
set -u
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/agent-lib.sh"
. "$(dirname "$0")/openssl-lib.sh"
client_enter unattended "$@"
holder=$("$sim" certificate $card auth | openssl x509 -noout -subject -nameopt multiline |
	sed -n 's/ *commonName *= //p')

# ---- the other ends ----

# PostgreSQL refuses to run as root, so it is another user; and its processes have sessions of their own:
# both in namespaces that it has alone.
as_database() { unshare -Up --fork --kill-child --map-user=65534 --map-group=65534 "$@"; }

database_start() {
	local data=$work/database bin
	bin=$(echo /usr/lib/postgresql/*/bin)
	cp "$work/ca/login.example.key" "$work/database.key" && chmod 600 "$work/database.key" &&
		as_database "$bin/initdb" -D "$data" -A trust -U alice --no-sync || return 1
	cat >>"$data/postgresql.conf" <<END
ssl = on
ssl_cert_file = '$work/ca/login.example.pem'
ssl_key_file = '$work/database.key'
ssl_ca_file = '$work/jpki/auth-ca.pem'
ssl_crl_file = '$work/jpki/auth-crl.pem'
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
END
	echo "card $holder alice" >"$data/pg_ident.conf"
	echo "create database shop;" | as_database "$bin/postgres" --single -D "$data" postgres || return 1
	page_line '^`\?pg_hba.conf. a line' | sed -n 's/.*`\(hostssl [^`]*\)`.*/\1/p' >"$data/pg_hba.conf"
	as_database "$bin/postgres" -D "$data" >"$work/database.log" 2>&1 &
	database_pid=$!
	await $patience listening 5432
}

page_line() { grep -e "$1" "$top/doc/clients/unattended.md"; }

# A repository behind a server that hands out files, a name with the query in it among them.
make_repository() {
	git init -q "$work/shop" && cd "$work/shop" && echo "a shop" >shop.txt && git add shop.txt &&
		git -c user.name=alice -c user.email=alice@example commit -q -m "a shop" &&
		git clone -q --bare . "$work/web/shop.git" && cd "$work/web/shop.git" && git update-server-info &&
		cp info/refs "info/refs?service=git-upload-pack"
}

files_start() {
	(cd "$work/web" && exec openssl s_server -accept 443 -WWW -Verify 2 -verify_return_error -quiet \
		-CAfile "$work/jpki/auth-ca.pem" -cert "$work/ca/login.example.pem" \
		-key "$work/ca/login.example.key") >"$work/site.log" 2>&1 &
	site_pid=$!
	await $patience listening 443
}

# While stunnel runs: who uses it, and ends it then.
use_stunnel() {
	rm -f "$work/seen"
	(
		trap 'kill $! 2>/dev/null; exit' TERM
		await $recipe_seconds listening 8080 && curl -s http://127.0.0.1:8080/ >"$work/seen"
		kill "$(ps -C stunnel,stunnel4 -o pid=)"
	) 2>/dev/null &
	user_pid=$!
}

use_stunnel_end() {
	kill "$user_pid" 2>/dev/null
	wait "$user_pid" 2>/dev/null
}

# ---- what each program shows that it was let in as the holder ----

names_holder() { grep -Eq "Subject:.*CN *= *$holder" "$1" || { tail -n 5 "$1"; return 1; }; }
seen_stunnel() { names_holder "$work/seen"; }
seen_psql() { grep -qx ' alice *' "$work/recipe.out"; }
seen_node() { names_holder "$work/recipe.out"; }
seen_php() { names_holder "$work/recipe.out"; }
seen_git() { cmp "$work/shop/shop.txt" "$play/shop/shop.txt"; }
seen_wget() { names_holder "$play/page.html"; }

# around BLOCK COMMAND...: with what has to be there while it runs.
around() {
	local status
	case $1 in
	git)
		login_site_stop
		rm -rf "$play/shop"
		files_start || return 1
		;;
	*) login_site 1.3 ;;
	esac
	[ "$1" != stunnel ] || use_stunnel
	"${@:2}"
	status=$?
	[ "$1" != stunnel ] || use_stunnel_end
	return $status
}

# PHP's recipe is for OpenSSL's provider; where there is none, what the page says of Debian 12.
if provider_there; then
	by_engine=
	php_says="No private key found in the openssl store|No private key found in the openssl store|No cert found in the openssl store"
elif ! engine_there; then
	skip_page "OpenSSL has neither provider nor engine for PKCS#11 here"
else
	by_engine='s/\<PROV\>/ENG/g; s/PKCS11_PROVIDER_MODULE/PKCS11_MODULE_PATH/;'
	php_says="private key from crypto engine|private key from crypto engine|object not found"
fi

# Recipe, program, its version, the process that asks the agent, where the PIN stands when it is
# written down (a script for sed), what a stale PIN looks like, a locked one, and no card.
source="?pin-source=file:$play/pin"
git_says="Error in provided PIN|PIN locked|object is not available"
curl_7="error reading X.509 key or certificate file" # Debian 12's, below its git
dpkg --compare-versions "$(curl --version | sed -n '1s/^curl \([^ ]*\).*/\1/p')" ge 8 || git_says="$curl_7|$curl_7|$curl_7"
programs=(
	"stunnel|stunnel|stunnel -version 2>&1 #s/^stunnel \([^ ]*\).*/\1/p|stunnel4*|s,^key = .*,&$source,; s,^stunnel .*,setsid -w & </dev/null,|PIN incorrect|PIN locked|object not found"
	"psql|psql|psql --version #s/^psql (PostgreSQL) \([^ ]*\).*/\1/p|psql|s,;type=private,&$source,|PIN incorrect|PIN locked|no card in the reader"
	"node|Node|node --version #s/^v//p|node|s,;type=private,&$source,|PIN incorrect|PIN locked|no card in the reader"
	"php|PHP|php --version #s/^PHP \([^ ]*\).*/\1/p|php[^ ]*|s,;type=private,&$source,|$php_says"
	"git|git, https|git --version #s/^git version //p|git-remote-http[^ ]*|s,=private,&?pin-value=@PIN@,|$git_says"
	"wget|wget|wget --version #s/^GNU Wget \([^ ]*\).*/\1/p|wget|s,=private,&?pin-value=@PIN@,|session has been invalidated|session has been invalidated|session has been invalidated"
)

# with_row COMMAND...: for each program that is here, with its row in these names.
with_row() {
	local row block label version asker written stale locked absent
	for row in "${programs[@]}"; do
		IFS='|' read -r block label version asker written stale locked absent <<<"$row"
		have "$block" || continue
		"$@"
	done
}

by_agent_row() {
	program "$label" "$(eval "${version%% #*}" | sed -n "${version##* #}")"
	around "$block" by_agent "$block" "logs in; the agent asks" "$asker" "$by_engine"
	check "$block: let in as the holder of the card" "seen_$block"
}

# written_run PIN: the recipe with that PIN where the page says.
written_run() {
	printf %s "$1" >"$play/pin"
	recipe_text "$block" | sed "$by_engine${written//@PIN@/$1}" >"$work/recipe.sh"
	run_block "$work/recipe.sh" "$work/recipe.out"
}

written_row() {
	program "$label" "$(eval "${version%% #*}" | sed -n "${version##* #}")"
	card count reset >/dev/null
	if around "$block" written_run $pin_auth; then
		add_row "logs in with a PIN that is written down" works "$(exchanges)"
	else
		add_row "logs in with a PIN that is written down" FAILED
		not_ok "$block, written down" "$work/recipe.out"
	fi
	check "$block, written down: let in as the holder of the card" "seen_$block"
	check "$block, written down: left clean" left_clean
}

# fails TEXT PIN: by itself, and says so. git ends with 128.
fails() {
	local status
	around "$block" written_run "$2"
	status=$?
	{ ended_badly $status || [ $status = 128 ]; } && grep -Fqe "$1" "$work/recipe.out" && return
	echo "status $status, expected: $1"
	tail -n 15 "$work/recipe.out"
	return 1
}

stale_row() {
	check "$block: a stale PIN fails" fails "$stale" 4444
	check "$block: ... and costs one try a start" tries_left 2 5
	card tries $card auth 3 >/dev/null
}

locked_row() { check "$block: a locked PIN fails" fails "$locked" $pin_auth; }
absent_row() { check "$block: no card fails" fails "$absent" $pin_auth; }

# ---- the run ----

for block in stunnel psql node php git wget; do
	have $block || skip "$block" "it is not here"
done
mkdir -p "$work/web"
(make_repository) >"$work/out" 2>&1 || bail "repository" "$work/out"
! command -v psql >/dev/null || database_start >"$work/out" 2>&1 || bail "database" "$work/database.log"
agent_on
with_row by_agent_row
agent_off

preparation pin-file "PIN of 4 digits: " $pin_auth
check "the file with the PIN: for its user alone, and nothing else in it" \
	[ "$(stat -c %a "$play/pin") $(cat "$play/pin" | od -An -c | tr -d ' ')" = "600 $pin_auth" ]
with_row written_row
with_row stale_row

# A unit that restarts: what its lines of the page do, a few times, with this card's number.
serial=$(LC_ALL=C jpki-tool status | sed -n 's/^ *Serial *//p')
condition=$(page_line '^ *ExecCondition=' | sed "s/^ *ExecCondition=//; s/\(--serial \)[^ ]*/\1$serial/")
starts() {
	local i
	for i in 1 2 3 4; do
		[ -z "$1" ] || bash -c "$1" || continue
		around stunnel written_run 4444
	done
}
IFS='|' read -r block _ _ _ written _ <<<"${programs[0]}"
written="s,^key = pkcs11:,&serial=$serial;,; $written"
if command -v stunnel >/dev/null; then
	starts ""
	check "stunnel: three starts with a stale PIN lock the card" tries_left 0 5
	card tries $card auth 3 >/dev/null
	starts "$condition"
	check "stunnel: with the page's condition one try is lost, and no more" tries_left 2 5
	card tries $card auth 3 >/dev/null
	check "... and with all tries it starts" bash -c "$condition"
fi

card block $card auth >/dev/null
with_row locked_row
card tries $card auth 3 >/dev/null
card_out
with_row absent_row

# As if each had been in a reader of its own.
beside_another() { "$sim" run --card $card --card child -- bash -c "$condition"; }
does_not() { ! "$@"; }
check "the page's condition, another card beside this one: holds with all tries" beside_another
card tries $card auth 2 >/dev/null
check "... and without it does not, though that one has all of its" does_not beside_another
card tries $card auth 3 >/dev/null
login_site_stop
[ -z "${database_pid:-}" ] || kill "$database_pid"
client_finish
