#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Usage: tests/check-layers.sh [SOURCE-FOLDER [TESTS-FOLDER]]
#
# No folder of src includes a header of a folder above it; PC/SC, nettle and libtasn1 are known in
# one place each; the module, the simulated card and the tool do not know each other, and the library
# of the holder knows no screen and no language, prints nothing and ends no program. A room of tests includes only what is its own and what
# it is about. Without an argument it also checks itself: on copies of src, each with one include that must not be.
set -u
export LC_ALL=C.UTF-8
for folder; do
	[ -d "$folder" ] || { echo "Usage: ${0##*/} [SOURCE-FOLDER [TESTS-FOLDER]]" >&2; exit 2; }
done
top=$(cd "$(dirname "$0")/.." && pwd)

# The programs, and the folders of each from the ground up, with a comma between those of one floor;
# a program includes what is its own.
floors="
module  base reader card token object prompt session p11
sim     sim/base sim/standin sim/pki sim/card sim/store sim/reader sim/pcscd sim/doors sim/control
sim     sim/command sim
tool    holder agent tool/terminal tool/system tool/cards tool/browsers tool/doctor,tool/report,tool/status,tool/verify,tool/commands
tool    tool,desktop
"

# A program, a library's headers, and the only files of that program that may include them.
libraries="
module  ^(winscard|reader|ifdhandler|pcsclite)\.h$|^PCSC/   ^reader/pcsc\.c$
module  ^nettle/                                            ^token/digest\.[ch]$
module  ^libtasn1\.h$                                       ^token/certificate\.c$
module  ^openssl/|^jansson\.h$|^gnutls/|^gcrypt             ^\$
tool    ^(libintl|locale|termios|curses)\.h$|^sys/ioctl.h$ ^(tool|agent)/
tool    ^(gtk|glib|gio)|^adwaita\.h$                        ^desktop/
"

# A room of tests, and beside its own headers and the public ones (include/jpki-*.h) what it may include
# of src and of other rooms: a test of one file knows that file, one of the module only what programs do.
rooms="
unit     (base|reader|card|token|object|prompt|p11)/[a-z0-9-]+\.h tests/module/agent-stub\.h
module   sim/control/client\.h tests/life/sign\.h tests/bench/steps\.h
sim      sim/.*
holder   holder/.*
tool     tool/.*
agent    agent/.* tests/module/harness\.h tests/secrets/scan\.h
desktop  -
faults   tests/module/harness\.h
life     tests/module/harness\.h
secrets  tests/module/harness\.h
pair     tests/module/harness\.h
bench    sim/control/client\.h
fuzz     (agent|holder|p11|prompt|token|tool)/.*
machine  -
"

# includes FOLDER: lines "file header", file relative to the folder.
includes() {
	(cd "$1" && grep -rEo --include='*.[ch]' '^[[:blank:]]*#[[:blank:]]*include[[:blank:]]*[<"][^>"]*' .) |
		sed -E 's,^\./([^:]*):.*[<"],\1 ,'
}

# folders FOLDER: lines "folder/ -", those that have sources.
folders() {
	(cd "$1" && find . -name '*.[ch]' -printf '%h/ -\n' | sed 's,^\./,,' | sort -u)
}

# Prints what is wrong with folders and includes, if anything is. What no rule speaks of is wrong too.
judge_all() {
	(folders "$1"; includes "$1") | floors=$floors libraries=$libraries awk '
	function room(path) {
		while (sub("/[^/]*$", "", path))
			if (path in floor)
				return path
		return ""
	}
	BEGIN {
		rows = split(ENVIRON["floors"], row, "\n")
		for (i = 1; i <= rows; i++)
			for (j = 2; j <= split(row[i], word, " "); j++)
				for (k = split(word[j], one, ","); k > 0; k--) {
					floor[one[k]] = j + 100 * i
					program[one[k]] = word[1]
				}
		rows = split(ENVIRON["libraries"], row, "\n")
		for (i = 1; i <= rows; i++)
			if (split(row[i], word, " ") == 3)
				allowed[word[1], word[2]] = word[3]
	}
	$2 == "-" {
		folder = substr($1, 1, length($1) - 1)
		if (!(folder in floor))
			print "src/" folder ": not a folder that this check knows"
		next
	}
	{
		from = room($1)
		to = room($2)
		if (to != "" && program[to] != program[from])
			print "src/" $1 ": " $2 " is not the " program[from] "\x27s"
		else if (to != "" && floor[to] > floor[from])
			print "src/" $1 ": " $2 " is of a folder above"
		for (library in allowed) {
			split(library, of, SUBSEP)
			if (of[1] == program[from] && $2 ~ of[2] && $1 !~ allowed[library])
				print "src/" $1 ": " $2 " must not be known here"
		}
	}'
}

# What the library of the holder calls, if it is to print, to end the program or to know a terminal.
judge_calls() {
	(cd "$1" && grep -rnE --include='*.[ch]' \
		'\<(v?printf|puts|putchar|perror|_?exit|abort|isatty|ttyname)\(|\<std(out|err)\>' holder) |
		sed -E 's,^([^:]*):([0-9]*):[[:blank:]]*(.*),src/\1: line \2 is not for the holder: \3,'
}

# The same of a folder of tests.
judge_tests() {
	(folders "$1"; includes "$1") | floors=$floors rooms=$rooms awk '
	BEGIN {
		known = "^(tests"
		rows = split(ENVIRON["floors"], row, "\n")
		for (i = 1; i <= rows; i++)
			for (j = split(row[i], word, "[ ,]+"); j > 1; j--)
				known = known "|" word[j]
		known = known ")/"
		rows = split(ENVIRON["rooms"], row, "\n")
		for (i = 1; i <= rows; i++)
			for (j = split(row[i], word, " "); j > 1; j--)
				allowed[word[1]] = allowed[word[1]] (allowed[word[1]] ? "|" : "") word[j]
	}
	{
		room = $1
		sub("/.*", "", room)
		if (!(room in allowed))
			print "tests/" room ": not a room that this check knows"
		if ($2 !~ known || index($2, "tests/" room "/") == 1)
			next
		if ($2 !~ "^(" allowed[room] ")$")
			print "tests/" $1 ": " $2 " is not for this room"
		of = $2
		sub("/[^/]*$", "", of)
		if (room == "unit" && of !~ /^tests/ && $1 in about && about[$1] != of)
			print "tests/" $1 ": " $2 " is of a second room"
		if (of !~ /^tests/)
			about[$1] = of
	}' | sort -u
}

# What stands in the Makefile fragment of another room: programs and their lines are their own room's.
judge_fragments() {
	(cd "$1" && grep -HoE '^tests_[a-z]+' -- */*.mk) | sort -u | awk -F '[/:]' '
	$3 !~ /^tests_lib/ && $3 != "tests_" $1 { print "tests/" $1 "/" $2 ": " $3 "... is another room\x27s" }'
}

# What scripts source that are alone, which tests/alone.sh says; those that run nothing of ours but in a machine
# of its own, or for whoever wants to know how fast a card is.
alone='^[[:blank:]]*(JPKI_BUILD=[^ ]+ |.*\|\| )?\. ".*/(alone|tool/promise|promise|lib)\.sh"$'
not_alone='^(machine/.*|slow/packages\.sh|desktop/entries\.sh|bench/bench\.sh)$'

# Scripts that would reach a card, a daemon or settings of whoever runs them by hand.
judge_scripts() {
	(cd "$1" && find . -mindepth 2 -name '*.sh' \( -perm -u+x -o -name promise.sh -o -name lib.sh \) -printf '%P\n' |
		grep -Ev "$not_alone" | xargs -r grep -LE "$alone") | sed 's,.*,tests/&: it does not source tests/alone.sh,'
}

# sees_test_fault NAME FILE INCLUDE: as sees_fault, with a copy of the tests.
sees_test_fault() {
	local copy status=0
	copy=$(mktemp -d) || exit 1
	(cd "$top/tests" && find . -name '*.[ch]' -print0 | xargs -0 cp --parents -t "$copy")
	mkdir -p "$(dirname "$copy/$2")"
	printf '#include %s\n' "$3" >>"$copy/$2"
	if judge_tests "$copy" | grep -q "^tests/${2%/*}"; then
		echo "ok $1 would be seen"
	else
		echo "not ok $1 would be seen"
		status=1
	fi
	rm -rf "$copy"
	return $status
}

# sees_fault NAME FILE INCLUDE [LINE]: a copy of src with that line in that file has to be found out.
sees_fault() {
	local copy status=0
	copy=$(mktemp -d) || exit 1
	cp -R "$top/src" "$copy/src"
	mkdir -p "$(dirname "$copy/src/$2")"
	printf '%s\n' "${4:-#include $3}" >>"$copy/src/$2"
	if (judge_all "$copy/src"; judge_calls "$copy/src") | grep -q "src/${2%/*}"; then
		echo "ok $1 would be seen"
	else
		echo "not ok $1 would be seen"
		status=1
	fi
	rm -rf "$copy"
	return $status
}

found=$(judge_all "${1:-$top/src}"; judge_calls "${1:-$top/src}"; judge_tests "${2:-$top/tests}"; judge_fragments "${2:-$top/tests}"; judge_scripts "${2:-$top/tests}")
if [ -n "$found" ]; then
	echo "not ok no folder includes one above it, no test what is not its, and no script finds a card of yours"
	sed 's/^/# /' <<<"$found"
	exit 1
fi
echo "ok no folder includes one above it, no test what is not its, and no script finds a card of yours"
[ $# -eq 0 ] || exit 0

status=0
sees_fault "a header of a folder above" card/sw.c '"token/token.h"' || status=1
sees_fault "a header of the top from the ground" base/log.h '"p11/api.h"' || status=1
sees_fault "PC/SC above the reader" token/pin.c '<winscard.h>' || status=1
sees_fault "PC/SC beside reader/pcsc.c" reader/link.h '<PCSC/winscard.h>' || status=1
sees_fault "nettle beside token/digest" token/pin.c '<nettle/sha2.h>' || status=1
sees_fault "libtasn1 beside token/certificate" object/attr.c '<libtasn1.h>' || status=1
sees_fault "OpenSSL in the module" token/digest.c '<openssl/evp.h>' || status=1
sees_fault "the module in the simulated card" sim/card/card.c '"card/apdu.h"' || status=1
sees_fault "the simulated card from its keys" sim/pki/key.c '"sim/card/card.h"' || status=1
sees_fault "the simulated pcscd from its readers" sim/reader/reader.c '"sim/pcscd/fault.h"' || status=1
sees_fault "the simulator's command line from its orders" sim/control/orders.c '"sim/command/commands.h"' || status=1
sees_fault "a folder of the simulator that nobody placed" sim/misc/new.c '<stdio.h>' || status=1
sees_fault "the simulated card in the module" token/work.c '"sim/card/card.h"' || status=1
sees_fault "the module in the tool" tool/main.c '"token/token.h"' || status=1
sees_fault "the tool in the holder" holder/pin.c '"tool/terminal/screen.h"' || status=1
sees_fault "the module in the holder" holder/module.c '"token/token.h"' || status=1
sees_fault "the simulated card in the holder" holder/module.c '"sim/card/card.h"' || status=1
sees_fault "a language in the holder" holder/outcome.c '<libintl.h>' || status=1
sees_fault "a terminal in the holder" holder/pin.c '<termios.h>' || status=1
sees_fault "a holder that prints" holder/pin.c '' '	(void)printf("%s", "tries");' || status=1
sees_fault "a holder that complains" holder/pin.c '' '	(void)fputs("tries", stderr);' || status=1
sees_fault "a holder that ends the program" holder/pin.c '' '	exit(1);' || status=1
sees_fault "the tool's commands from its screen" tool/terminal/screen.c '"tool/commands/commands.h"' || status=1
sees_fault "doctor from what it looks at" tool/browsers/browser.c '"tool/doctor/report.h"' || status=1
sees_fault "the simulated card in the tool" tool/main.c '"sim/card/card.h"' || status=1
sees_fault "the holder in the module" token/work.c '"holder/dates.h"' || status=1
sees_fault "the window in the tool's commands" tool/commands/cert.c '"desktop/worker.h"' || status=1
sees_fault "GTK in the tool" tool/terminal/screen.c '<gtk/gtk.h>' || status=1
sees_fault "the tool in the agent" agent/pinentry.c '"tool/terminal/screen.h"' || status=1
sees_fault "a folder that nobody placed" misc/new.c '<stdio.h>' || status=1
sees_test_fault "a second room in a test of one file" unit/apdu.c '"reader/pcsc.h"' || status=1
sees_test_fault "the simulated card in a test of one file" unit/sw.c '"sim/card/card.h"' || status=1
sees_test_fault "the harness in a test of one file" unit/pin.c '"tests/module/harness.h"' || status=1
sees_test_fault "the module's inside in its tests" module/pin.c '"token/pin.h"' || status=1
sees_test_fault "the simulated card's inside in the module's tests" module/held.c '"sim/card/card.h"' || status=1
sees_test_fault "the module in the simulator's tests" sim/store.c '"card/apdu.h"' || status=1
sees_test_fault "the tool in the holder's tests" holder/pin.c '"tool/terminal/screen.h"' || status=1
sees_test_fault "one room of tests in another" holder/dates.c '"tests/tool/pty.h"' || status=1
fragment=$(mktemp -d)
mkdir "$fragment/life"
echo 'tests_module_life_LDADD = $(harness_libs)' >"$fragment/life/local.mk"
if judge_fragments "$fragment" | grep -q '^tests/life/local.mk: tests_module'; then
	echo "ok a line in the fragment of another room would be seen"
else
	echo "not ok a line in the fragment of another room would be seen"
	status=1
fi
printf '#!/bin/sh\n. "$top/tests/debian-root.sh"\n' >"$fragment/life/new.sh" && chmod +x "$fragment/life/new.sh"
if judge_scripts "$fragment" | grep -q '^tests/life/new.sh: '; then
	echo "ok a script that could find a card of yours would be seen"
else
	echo "not ok a script that could find a card of yours would be seen"
	status=1
fi
rm -rf "$fragment"
sees_test_fault "a room of tests that nobody placed" misc/new.c '<stdio.h>' || status=1
exit $status
