#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Usage: tests/check-clients.sh [--update]
#
# Makes doc/CLIENTS.md of what tests/clients/*.sh found in this build folder, and checks that the
# one in the tree says the same but for versions and numbers of exchanges, which differ from machine
# to machine. --update: writes it there instead. The table is that of Debian 13; on Debian 12 only its
# last column is made and checked.
set -u
export LC_ALL=C.UTF-8
case $#${1:-} in
0 | 1--update) ;;
*) echo "Usage: ${0##*/} [--update]" >&2; exit 2 ;;
esac

top=$(cd "$(dirname "$0")/.." && pwd)
build=${JPKI_BUILD:-$top/build/test}
made=$build/clients/CLIENTS.md
release=$(. /etc/os-release && echo "${VERSION_ID:-$PRETTY_NAME}")

# The pages in the order of the list that users read.
pages() {
	sed -n '/<!-- pages -->/,/<!-- end of pages -->/s/^\* \[.*\](\(.*\)\.md).*/\1/p' \
		"$top/doc/clients/README.md"
}

table_head() {
	cat <<'END'
# Client programs, as tested

Made by `./run-tests`, from the recipes of [doc/clients](clients/README.md), each run as it stands on
Debian 13 with a real pcscd and a simulated card; the last column is the result on Debian 12 ("–": the
program cannot do it there, or was not tried). After each of them both PINs had all their tries,
the card was logged out and no process was left; the run fails otherwise. Exchanges are commands to the
card from the start of the recipe to its end; beside them those of OpenSC's own
module for the same recipe ("fails": it cannot do it; empty: not asked). They may differ by a few
from run to run where a program polls the reader.

| Program | Version | What | Result | Exchanges | with OpenSC | Debian 12 |
|---|---|---|---|---:|---:|---|
END
}

# The rows of this run, "PAGE<tab>ROW", in the order of the pages.
found() {
	local page
	for page in $(pages); do
		[ ! -e "$build/clients/$page.rows" ] || sed "s/^/$page	/" "$build/clients/$page.rows"
	done
}

# The rows of the table in the tree, in the same form, with Debian 12's result at the end.
written() {
	sed -nE 's/^\| \[([^]]*)\]\(clients\/(.*)\.md\) \| /\2 | \1 | /p' "$top/doc/CLIENTS.md" |
		sed 's/ |$//; s/ *| /\t/g'
}

# merged WRITTEN FOUND: what was found now, with the other system's part of the table as it is.
merged() {
	awk -F '\t' -v OFS='\t' -v release="$release" '
		function key() { return $1 "\t" $2 "\t" $4 }
		release == 12 && NR == FNR { result[key()] = $5; next }
		release == 12 { $8 = key() in result ? result[key()] : "–"; print; next }
		NR == FNR { old[key()] = $8; next }
		{ $8 = key() in old ? old[key()] : "–"; print }' "$@"
}

table() {
	table_head
	if [ "$release" = 12 ]; then
		merged "$build/clients/found" "$build/clients/written"
	else
		merged "$build/clients/written" "$build/clients/found"
	fi | awk -F '\t' '{ printf "| [%s](clients/%s.md) | %s | %s | %s | %s | %s | %s |\n", $2, $1, $3, $4, $5, $6, $7, $8 }'
}

# findings COLUMN: program, what and what this system says of it.
findings() { awk -F '\t' -v column="$1" '$column != "–" { print $2, "|", $4, "|", $column }'; }

# On Debian 12, the rows that it has; what it lacks altogether is none.
as_written() {
	if [ "$release" = 12 ]; then
		diff <(findings 8 <"$build/clients/written" | sort) \
			<(findings 5 <"$build/clients/found" | grep -v '| skipped: ' | sort)
	else
		diff <(findings 5 <"$build/clients/written") <(findings 5 <"$build/clients/found")
	fi
}

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
found >"$build/clients/found"
written >"$build/clients/written"
table >"$made"
if [ "${1:-}" = --update ]; then
	cp "$made" "$top/doc/CLIENTS.md"
	exit
fi
failed=0
check "each client page is in both lists, in both languages, and has results" complete
check "no row says that it failed" awk -F '\t' '$5 ~ /^FAILED/ { print; bad = 1 } END { exit bad }' "$build/clients/found"
case $release in
12 | 13) check "doc/CLIENTS.md says what this run found (--update writes it anew)" as_written ;;
*) echo "skip doc/CLIENTS.md says what this run found: it is made on Debian 13 and 12, and this is $release" ;;
esac
exit $failed
