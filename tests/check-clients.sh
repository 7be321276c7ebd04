#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Usage: tests/check-clients.sh [--update]
#
# Makes doc/CLIENTS.md of what tests/clients/*.sh found in this build folder, and checks that the
# one in the tree says the same but for versions and numbers of exchanges, which differ from machine
# to machine. --update: writes it there instead.
set -u
export LC_ALL=C.UTF-8

top=$(cd "$(dirname "$0")/.." && pwd)
build=${JPKI_BUILD:-$top/build/test}
made=$build/clients/CLIENTS.md

# The pages in the order of the list that users read.
pages() {
	sed -n '/<!-- pages -->/,/<!-- end of pages -->/s/^\* \[.*\](\(.*\)\.md).*/\1/p' \
		"$top/doc/clients/README.md"
}

table_head() {
	cat <<'END'
# Client programs, as tested

Made by `./run-tests`, from the recipes of [doc/clients](clients/README.md), each run as it stands on
Debian 12 with a real pcscd and a simulated card. After each of them both PINs had all their tries,
the card was locked and no process was left; the run fails otherwise. Exchanges are commands to the
card from the start of the recipe to its end; beside them those of OpenSC's own
module for the same recipe ("fails": it cannot do it; empty: not asked). They may differ by a few
from run to run where a program polls the reader.

| Program | Version | What | Result | Exchanges | with OpenSC |
|---|---|---|---|---:|---:|
END
}

# A row of the table for each line of a page's rows; the program links to its page.
table_rows() {
	awk -F '\t' -v page="$1" '{ printf "| [%s](clients/%s.md) | %s | %s | %s | %s | %s |\n",
		$1, page, $2, $3, $4, $5, $6 }' "$build/clients/$1.rows"
}

table() {
	local page
	table_head
	for page in $(pages); do
		[ ! -e "$build/clients/$page.rows" ] || table_rows "$page"
	done
}

# Program, what and result of each row.
findings() { sed -n 's/^| *//p' "$1" | awk -F ' *[|] *' '{ print $1, "|", $3, "|", $4 }'; }

check() {
	local name=$1
	shift
	if "$@" >"$build/clients/check.log" 2>&1; then
		printf 'ok %s\n' "$name"
	else
		printf 'not ok %s\n' "$name"
		sed 's/^/# /' "$build/clients/check.log"
		failed=1
	fi
}

# Each page is in both lists and both languages, has a test, and the test left rows.
complete() {
	local page status=0
	for page in "$top"/doc/clients/*.md; do
		page=$(basename "$page" .md)
		case $page in README* | *.ja) continue ;; esac
		[ -e "$top/doc/clients/$page.ja.md" ] || { echo "no $page.ja.md"; status=1; }
		grep -Fq "($page.md)" "$top/doc/clients/README.md" || { echo "README.md lacks $page"; status=1; }
		grep -Fq "($page.ja.md)" "$top/doc/clients/README.ja.md" ||
			{ echo "README.ja.md lacks $page"; status=1; }
		[ -s "$build/clients/$page.rows" ] || { echo "no results of $page"; status=1; }
	done
	return $status
}

if ! compgen -G "$build/clients/*.rows" >/dev/null; then
	echo "skip clients: tests/clients did not run here"
	exit 0
fi
table >"$made"
if [ "${1:-}" = --update ]; then
	cp "$made" "$top/doc/CLIENTS.md"
	exit
fi
failed=0
check "each client page is in both lists, in both languages, and has results" complete
check "no row of the table says that it failed" awk '/\| FAILED/ { print; bad = 1 } END { exit bad }' "$made"
check "doc/CLIENTS.md says what this run found (--update writes it anew)" \
	diff <(findings "$top/doc/CLIENTS.md") <(findings "$made")
exit $failed
