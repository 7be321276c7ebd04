# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# Runs the recipes of doc/clients as a user would, each beside a real server or verifier. To be
# sourced by tests/clients/*.sh:
#
#	. "$(dirname "$0")/lib.sh"
#	client_enter curl "$@"		# private namespaces; the page is doc/clients/curl.md
#	needs curl			# skips, loudly, where the program is absent
#	program "curl" "$(curl --version | head -n 1)"	# name and version for doc/CLIENTS.md
#	login_site 1.3
#	recipe login13 "logs in over TLS 1.3" "Enter PKCS#11 token PIN" "$pin_auth"
#	opensc 's/a/b/' "PIN" "$pin_auth"	# the same recipe with OpenSC's module
#	client_finish
#
# A recipe is a block of the page opened with "```sh NAME". It is run as it stands by bash -eu on a
# terminal, in an empty folder of a new home, with the modules where Debian's packages put them and
# the test hierarchy among the system's trusted authorities. After each: both PINs have all their
# tries, the card is logged out, and no process is left.
#
# What was found goes to build/test/clients/PAGE.rows, a line for each row of doc/CLIENTS.md:
# program, version, what, result, our exchanges, OpenSC's, separated by tabs.

# shellcheck source=tests/pcscd/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../pcscd/lib.sh"

libdir=$(dirname "$(pkg-config --variable=p11_module_path p11-kit-1)")
modules=$libdir/pkcs11 # where Debian's packages put PKCS#11 modules
answer=$top/tests/clients/answer
asked_less=125 no_end=124 # of $answer
recipe_seconds=300 # a program that has done nothing for so long hangs
patience=120 # for what comes sooner or later, on a machine as busy as it may be
card=adult
rows=() # finished rows but for the last two columns
ours=() theirs=()
play=$work/play # where recipes run
run_as=() # what recipes are run by, to be another user

# shadow FOLDER [FROM]: lets us change a system folder without anybody else seeing it. What we may not
# read in it stays behind: in a user namespace, other users' secrets.
shadow() {
	local copy
	copy=$work/shadow/$(tr / _ <<<"$1")
	mkdir -p "$copy" || return 1
	cp -dR --preserve=mode "${2:-$1}/." "$copy/"
	mount --bind "$copy" "$1"
}

# shadow_unpacked FOLDER: the same, as a service's package has it. Where that was not unpacked, what
# the machine has.
shadow_unpacked() {
	if [ -d "$unpacked$1" ]; then shadow "$1" "$unpacked$1"; else shadow "$1"; fi
}

# The built modules, their p11-kit files and programs, where the packages would have put them.
place_installed() {
	local file
	mkdir -p "$work/bin" "$libdir/pkcs11"
	shadow "$modules" && shadow /usr/share/p11-kit/modules || return 1
	for file in "$build"/.libs/jpki-*pkcs11.so; do cp "$file" "$modules/" || return 1; done
	for file in auth sign; do
		sed "s|@MODULEDIR@||" "$top/p11-kit/jpki-$file.module.in" \
			>"/usr/share/p11-kit/modules/jpki-$file.module" || return 1
	done
	ln -s "$sim" "$work/bin/" || return 1
	# It would look for the module where this build was to be installed.
	printf '#!/bin/sh\nexec "%s" --module "%s" "$@"\n' "$build/src/tool/jpki-tool" \
		"$modules/jpki-pkcs11.so" >"$work/bin/jpki-tool" && chmod +x "$work/bin/jpki-tool" || return 1
	PATH=$work/bin:$PATH:/usr/sbin:/sbin
}

# A certification authority for servers, trusted like those that the system knows.
make_site_authority() {
	local ca=$work/ca
	mkdir -p "$ca"
	openssl req -x509 -newkey rsa:2048 -nodes -subj "/CN=Test CA for servers" -days 30 \
		-keyout "$ca/ca.key" -out "$ca/ca.pem" 2>/dev/null || return 1
	shadow /etc/ssl/certs && shadow /etc/ssl || return 1
	mkdir -p /etc/ssl/certs
	cat "$ca/ca.pem" >>/etc/ssl/certs/ca-certificates.crt
	cp "$ca/ca.pem" "/etc/ssl/certs/$(openssl x509 -in "$ca/ca.pem" -noout -hash).0"
}

# site_certificate NAME: $work/ca/NAME.pem and .key for a server of that name.
site_certificate() {
	local ca=$work/ca
	openssl req -newkey rsa:2048 -nodes -subj "/CN=$1" -keyout "$ca/$1.key" 2>/dev/null |
		openssl x509 -req -CA "$ca/ca.pem" -CAkey "$ca/ca.key" -CAcreateserial -days 20 \
			-extfile <(printf 'subjectAltName=DNS:%s\nkeyUsage=digitalSignature,keyEncipherment\nextendedKeyUsage=serverAuth\n' "$1") \
			-out "$ca/$1.pem" 2>/dev/null
}

# Host names are ours alone.
name_hosts() {
	printf '127.0.0.1 localhost login.example server.example\n' >"$work/hosts"
	mount --bind "$work/hosts" /etc/hosts
}

# client_enter PAGE "$@"
client_enter() {
	page=$1
	shift
	private_enter "$@"
	needs_mounts
	mkdir -p "$build/clients"
	title=$page version=
	{ place_installed && make_site_authority && site_certificate login.example && name_hosts; } \
		>"$work/prepare.log" 2>&1 || bail "$page: prepared" "$work/prepare.log"
	"$sim" ca export "$work/jpki" >/dev/null && mkdir -p "$play" || bail "$page: test hierarchy"
	check "the pages in both languages have the same recipes" same_recipes
	pcscd_start
	card_serve --card $card
}

# needs COMMAND: without it the whole page is skipped.
needs() { command -v "$1" >/dev/null || skip_page "$1 is not installed"; }

skip_page() {
	skip "all of it" "$1"
	add_row "all of it" "skipped: $1"
	client_finish
}

# program NAME VERSION: what the next rows are about.
program() { title=$1 version=$2; }

# The recipes of a page, as "NAME<tab>line" lines.
page_recipes() {
	awk '/^```sh ./ { name = $2; next } /^```/ { name = ""; next } name { print name "\t" $0 }' "$1"
}

same_recipes() {
	diff <(page_recipes "$top/doc/clients/$page.md" | without_words) \
		<(page_recipes "$top/doc/clients/$page.ja.md" | without_words)
}

# What is said to the reader: comments, and the questions that a recipe itself asks.
without_words() { sed -E -e 's/(^|[[:space:]]+)# .*//' -e "s/(read .*-p '|(ask|getpass)\(\")[^'\"]*/\1/"; }

# recipe_text NAME
recipe_text() { page_recipes "$top/doc/clients/$page.md" | sed -n "s/^$1	//p"; }

# The processes of our namespace that recipes left: each recipe runs in a session of its own. Where
# nobody can tell, not even us are seen.
left_running() {
	local own
	own="$(readlink /proc/self/ns/pid | tr -dc 0-9) $(awk '{ print $6 }' /proc/self/stat)"
	ps -eo pidns=,sid=,pid=,args= | awk -v own="$own" '
		{ split(own, o) } $1 == o[1] { if ($2 == o[2]) seen = 1; else { print $3, $4, $5; found = 1 } }
		END { exit seen && !found }'
}

nothing_left_running() { ! left_running >"$work/left"; }

exchanges() { card count | sed -n 's/^ *\([0-9]*\) in all/\1/p'; }

# card_out, card_in: until pcscd tells so. A program that asks earlier is told what was before.
card_out() {
	card remove && await $patience reader_has No || bail "card out"
}

card_in() {
	card insert $card && await $patience reader_has Yes || bail "card in"
}

reader_has() { opensc-tool -l 2>/dev/null | grep -Eq "^0 +$1 "; }

# A new card, so that nothing of what was done before counts.
fresh_card() { card_out && card_in && card count reset >/dev/null; }

# run_block FILE OUTPUT [PROMPT ANSWER]...: what the terminal showed stays in OUTPUT.
run_block() {
	local file=$1 output=$2 status
	shift 2
	(cd "$play" && "$answer" $recipe_seconds "$@" -- "${run_as[@]}" bash -eu -o pipefail "$file") \
		>"$output" 2>&1
	status=$?
	sed -i 's/\r//g; s/\x1b\[[0-9;]*m//g' "$output" # a terminal may get colours
	return $status
}

# What must be true after each client. Programs take a moment to leave.
left_clean() {
	local status
	status=$(card --json status | tr -d ' \n')
	grep -q '"auth":{"tries":3,"open":false},"sign":{"tries":5,"open":false}' <<<"$status" ||
		{ echo "tries lost or card open: $status"; return 1; }
	await $patience nothing_left_running || { echo "left running:"; cat "$work/left"; return 1; }
}

# add_row WHAT RESULT [EXCHANGES]
add_row() {
	rows+=("$title	$version	$1	$2")
	ours+=("${3:-}")
	theirs+=("")
}

# recipe NAME WHAT [PROMPT ANSWER]...: the block, and its row. Where the test goes on to look at
# what came of it, the output is in $work/recipe.out and the files are in $play.
recipe() { recipe_with '' "$@"; }

# recipe_with SED-SCRIPT NAME WHAT [PROMPT ANSWER]...: the same with what the page says in words.
recipe_with() {
	local script=$1 name=$2 what=$3 result=works
	shift 3
	last_recipe=$name
	recipe_text "$name" | sed -E "$script" >"$work/recipe.sh"
	[ -s "$work/recipe.sh" ] || bail "doc/clients/$page.md has a recipe $name"
	rm -rf "$work/before" && cp -a "$play" "$work/before"
	card count reset >/dev/null
	if run_block "$work/recipe.sh" "$work/recipe.out" "$@"; then
		ok "$what"
	else
		not_ok "$what" "$work/recipe.out"
		result=FAILED
	fi
	add_row "$what" "$result" "$(exchanges)"
	cp "$work/recipe.out" "$build/clients/$page-$name.log"
	check "$what: all tries left, card logged out, nothing left running" left_clean
}

# preparation NAME [PROMPT ANSWER]...: a block that only writes files for later ones; no row.
preparation() {
	local name=$1
	shift
	recipe_text "$name" >"$work/recipe.sh"
	[ -s "$work/recipe.sh" ] || bail "doc/clients/$page.md has a recipe $name"
	run_block "$work/recipe.sh" "$work/recipe.out" "$@" || bail "$name" "$work/recipe.out"
}

# opensc SED-SCRIPT [PROMPT ANSWER]...: the last recipe from the same start, with OpenSC's module and
# what else SED-SCRIPT changes. Where OpenSC cannot do it, that is a result too; but not where a
# question was left without an answer, which would be the test's own fault. Its versions differ in how
# often they ask, so it may ask less.
opensc() {
	local script=$1 last=$((${#rows[@]} - 1)) mine=$play status
	shift
	recipe_text "$last_recipe" | sed -E -e "s/jpki-(auth-|sign-|)pkcs11\.so/opensc-pkcs11.so/g" \
		-e "$script" >"$work/opensc.sh"
	fresh_card
	play=$work/before
	run_block "$work/opensc.sh" "$work/opensc.out" "$@"
	status=$?
	# OpenSC's module was seen to hang beside load, seldom, with the OpenSSL of Debian testing.
	if [ $status = $no_end ]; then
		left_running | cut -d ' ' -f 1 | xargs -r kill -KILL
		fresh_card
		run_block "$work/opensc.sh" "$work/opensc.out" "$@"
		status=$?
	fi
	if [ $status = 0 ] || [ $status = $asked_less ]; then
		theirs[last]=$(exchanges)
		check "$last_recipe: not more exchanges than with OpenSC (${ours[last]}, ${theirs[last]})" \
			[ "${ours[last]}" -le "${theirs[last]}" ]
	else
		theirs[last]=fails
		ended_badly $status || {
			echo "status $status" >>"$work/opensc.out"
			not_ok "$last_recipe: with OpenSC it ends by itself" "$work/opensc.out"
		}
	fi
	cp "$work/opensc.out" "$build/clients/$page-$last_recipe-opensc.log"
	play=$mine
	fresh_card
}

# mishap NAME WHAT MESSAGE [PROMPT ANSWER]...: the recipe with what a user gets wrong: it has to end
# with a failure of its own and to say MESSAGE, or one of its lines, where versions differ. No row.
mishap() { mishap_with '' "$@"; }

# mishap_with SED-SCRIPT NAME WHAT MESSAGE [PROMPT ANSWER]...: the same where it is the recipe that the
# user got wrong.
mishap_with() {
	local script=$1 name=$2 what=$3 message=$4 status
	shift 4
	recipe_text "$name" | sed -E "$script" >"$work/recipe.sh"
	run_block "$work/recipe.sh" "$work/mishap.out" "$@"
	status=$?
	echo "status $status" >>"$work/mishap.out"
	if ended_badly $status && grep -Fqe "$message" "$work/mishap.out"; then
		ok "$what"
	else
		echo "expected: $message" >>"$work/mishap.out"
		not_ok "$what" "$work/mishap.out"
	fi
	cp "$work/mishap.out" "$build/clients/$page-$name-mishap.log"
}

# ended_badly STATUS: by itself, that is, not by a signal, a timeout or a missing question.
ended_badly() { case $1 in 0 | $no_end | $asked_less | 12[89] | 1[3-9]?) false ;; esac; }

# tries_left AUTH SIGN
tries_left() {
	local status
	status=$(card --json status | tr -d ' \n')
	grep -q "\"auth\":{\"tries\":$1,.*\"sign\":{\"tries\":$2," <<<"$status" || { echo "$status"; return 1; }
}

# cannot WHAT REASON: a row for what does not work for a reason outside us, which the test has shown.
cannot() { add_row "$1" "does not work: $2"; }

client_finish() {
	local i
	for i in "${!rows[@]}"; do
		printf '%s\t%s\t%s\n' "${rows[i]}" "${ours[i]}" "${theirs[i]}"
	done >"$build/clients/$page.rows"
	finish
}

# login_site VERSION...: an HTTPS site at https://login.example/ that demands a certificate of the
# log-in hierarchy and shows whom it served. VERSION: 1.2 or 1.3 only, or "any".
login_site() {
	local options=()
	[ "$1" = any ] || options=("-tls${1/./_}")
	login_site_stop
	openssl s_server -accept 443 -www -Verify 2 -verify_return_error -quiet "${options[@]}" \
		-CAfile "$work/jpki/auth-ca.pem" -cert "$work/ca/login.example.pem" \
		-key "$work/ca/login.example.key" >"$work/site.log" 2>&1 &
	site_pid=$!
	await $patience listening 443 || bail "site started" "$work/site.log"
}

login_site_stop() {
	[ -n "${site_pid:-}" ] || return 0
	kill "$site_pid" 2>/dev/null
	wait "$site_pid" 2>/dev/null
	site_pid=
}

# served VERSION: the last recipe's output is the page of login_site, for the holder of the card, over
# that version of TLS.
served() {
	local name
	name=$("$sim" certificate $card auth | openssl x509 -noout -subject | sed 's/.*CN *= *//')
	grep -Eq "^ *Protocol *: TLSv$1$" "$work/recipe.out" || { echo "not over TLS $1"; return 1; }
	grep -Eq "Subject:.*CN *= *$name$" "$work/recipe.out" || { echo "not for $name"; return 1; }
}

# have PROGRAM...: all of them.
have() {
	local program
	for program; do command -v "$program" >/dev/null || return 1; done
}

# listening PORT: without connecting to it.
listening() { ss -Hltn "sport = :$1" | grep -q .; }
