#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Usage: tests/check-layers.sh [FOLDER]
#
# In src no file includes a header of a folder above its own, or of one beside it; the module, the simulated card
# and the tool do not know each other; each library is known in the places that the table names, and the library
# of the holder knows no screen and no language, prints nothing and ends no program. A room of tests includes,
# builds and sources only what is its own and what it is about. Each header is named by its path from src, include
# or the top folder, and only so. Without an argument it also checks itself: on copies of what it reads, each
# with one line that must not be. With one, it looks at that copy of the top folder.
set -u
export LC_ALL=C.UTF-8
if [ $# -gt 1 ] || [ ! -d "${1-/}" ]; then
	echo "Usage: ${0##*/} [FOLDER]" >&2
	exit 2
fi
top=$(cd "$(dirname "$0")/.." && pwd)

# The programs, and the folders of each from the ground up; with a comma between those of one floor, which do
# not know each other.
floors="
module  base reader card token object prompt session p11
sim     sim/base sim/standin sim/pki sim/card sim/store sim/reader sim/pcscd,sim/doors sim/control sim/command sim
tool    holder agent tool/terminal tool/system tool/cards tool/browsers
tool    tool/doctor,tool/report,tool/status,tool/verify tool/commands tool,desktop
"

# Headers of libraries, and the files that may include them. What no line has is of nobody.
libraries="
^(ctype|dirent|dlfcn|errno|fcntl|fnmatch|getopt|glob|limits|poll|pthread|pwd|sched)\.h$                     ^(src|tests)/
^(std[a-z]*|strings?|time|unistd|wchar|wctype)\.h$|^sys/(file|mman|prctl|random|resource|signalfd)\.h$       ^(src|tests|include)/
^sys/(socket|stat|syscall|sysmacros|types|un|wait)\.h$                                                       ^(src|tests)/
^signal\.h$                                        ^src/(agent|desktop|sim/command|tool)/|^src/base/log\.c$|^src/holder/(session|signals)\.h$|^tests/
^spawn\.h$                                         ^src/tool/system/child\.c$|^tests/
^(assert|ftw|setjmp|semaphore|malloc)\.h$|^sys/(auxv|statvfs)\.h$|^linux/                                           ^tests/
^(winscard|reader|ifdhandler|pcsclite)\.h$|^PCSC/  ^src/reader/pcsc\.c$|^src/sim/(pcscd|standin)/|^tests/(bench|fuzz|pair|sim)/
^winscard\.h$                                      ^tests/module/(digest|harness|held|threads)\.c$
^nettle/                                           ^src/token/digest\.[ch]$
^libtasn1\.h$                                      ^src/token/certificate\.c$
^openssl/                                          ^src/(agent|holder|sim/(base|card|pcscd|pki)|tool/(browsers|cards|commands|report))/|^tests/
^jansson\.h$                                       ^src/(sim/(base|control|pcscd|pki|reader|store)|tool/(report|status|terminal))/|^tests/
^p11-kit/                                          ^include/|^src/tool/browsers/p11kit\.c$
^(libintl|locale)\.h$                              ^src/(agent|tool/terminal)/|^src/tool/system/start\.c$|^tests/agent/
^(langinfo|termios)\.h$|^sys/ioctl\.h$             ^src/tool/terminal/|^tests/(tool|unit)/
^pty\.h$                                           ^tests/tool/
^syslog\.h$                                        ^src/base/log\.c$
^(arpa|netinet)/                                   ^src/sim/doors/|^tests/sim/
^(gtk|glib|gio)|^adwaita\.h$|^malloc\.h$           ^(src|tests)/desktop/
^cmocka\.h$                                        ^tests/
"

# A room of tests, and beside its own files, those of the folder tests and the public headers what it may include,
# build or link of src and source of other rooms: a test of one room of src knows that room, one of the module only
# what programs do. It may build what it may include the header of.
rooms="
unit     src/(base|reader|card|token|object|prompt|p11)/[a-z0-9-]+\.(h|la) tests/module/agent-stub\.[ch]
module   src/sim/(control/client\.h|libsim-control\.la) tests/life/sign\.h tests/bench/steps\.[ch]
sim      src/sim/.*
holder   src/holder/.*
tool     src/tool/.*
agent    src/agent/.* src/holder/libholder\.la tests/module/harness\.h tests/secrets/scan\.[ch] tests/tool/promise\.sh
desktop  -
faults   tests/module/harness\.h
life     tests/module/harness\.h
secrets  tests/module/harness\.h
pair     tests/module/harness\.h
bench    src/sim/(control/client\.h|libsim-control\.la) tests/pcscd/lib\.sh
fuzz     src/(agent|holder|p11|prompt|token|tool)/.* src/[a-z]+/lib[a-z]+\.la
machine  -
pcscd    -
clients  tests/pcscd/lib\.sh
slow     -
"

# Those in the rooms of tests. Programs in Python have nothing that looks like what is looked for.
scripts() { find tests -mindepth 2 -type f \( -name '*.sh' -o -perm -u+x \) -print0; }

# edges FOLDER: first lines "FILE !", one for each that there is; then "FILE HEADER" with the header as it stands
# there, in its quotes or brackets; also, in quotes, what scripts source and fragments of the Makefile build and link.
edges() {
	(
		cd "$1" || exit
		find src include tests -type f -printf '%p !\n'
		grep -rHE --include='*.[ch]' '^[[:blank:]]*#[[:blank:]]*include' src include tests |
			sed -E 's,:[[:blank:]]*#[[:blank:]]*include[[:blank:]]*([<"][^>"]*[>"])?.*, \1,'
		scripts | xargs -0 grep -HoE '\. "[^"]*("[^"]*"[^"]*)*/[a-z]+/[a-z-]+\.sh"' |
			sed -E 's,:.*/([a-z]+/[a-z-]+\.sh)", "tests/\1",; s,tests/tests/,tests/,'
		grep -HoE '\<(src|tests)/[a-z0-9/-]+\.([ch]|la)\>' src/*.mk src/*/*.mk tests/*/*.mk | sed -E 's,:(.*), "\1",'
	)
}

# Prints what is wrong with them, if anything is. What no rule speaks of is wrong too.
judge_edges() {
	edges "$1" | floors=$floors libraries=$libraries rooms=$rooms awk '
	function complain(what) { print $1 ": " what }

	function room(path) {
		while (sub("/[^/]*$", "", path))
			if (substr(path, 5) in floor)
				return substr(path, 5)
		return ""
	}

	# The file that a header in quotes names.
	function named(header) {
		if (header == "config.h" || "src/" header in files)
			return "src/" header
		if ("include/" header in files)
			return "include/" header
		return header ~ /^tests\// && header in files ? header : ""
	}

	function judge_library(header,    i) {
		for (i = 1; i <= known; i++)
			if (header ~ library[i] && $1 ~ place[i])
				return
		complain(header " must not be known here")
	}

	function judge_floor(path,    from, to) {
		from = room($1)
		to = room(path)
		if (path !~ /^src\//)
			complain(path " is not for src")
		else if (to != "" && program[to] != program[from])
			complain(path " is not the " program[from] "\x27s")
		else if (to != "" && (floor[to] > floor[from] || (floor[to] == floor[from] && to != from)))
			complain(path " is of a folder above, or beside")
	}

	function judge_fragment(path,    own) {
		own = $1
		sub("[^/]*$", "", own)
		if (path !~ /\.la$/ && !(path in files))
			complain("there is no " path)
		else if ($1 ~ /^tests\//)
			judge_room(path)
		else if (own == "src/" ? program[room(path)] != "module" : path !~ /\.la$/ && index(path, own) != 1)
			complain(path " is another program\x27s, or room\x27s")
		else if (own != "src/")
			judge_floor(path)
	}

	function judge_room(path,    here, of) {
		here = $1
		gsub(/^tests\/|\/.*/, "", here)
		if ($1 ~ /\.mk$/)
			sub(/\.c$/, ".h", path)
		if (path !~ "^tests/(" here "/|[^/]*$)" && path !~ "^(" allowed[here] ")$")
			complain(path " is not for this room")
		of = path
		sub("/[^/]*$", "", of)
		if (of !~ /^src\// || $1 ~ /\.mk$/)
			return
		if (here == "unit" && $1 in about && about[$1] != of)
			complain(path " is of a second room")
		about[$1] = of
	}

	function judge_place(path) {
		if (path ~ /^src\/[^\/]*\.[ch]$/ || path ~ /^src\// && path ~ /\.[ch]$/ && room(path) != substr(path, 5, match(path, "/[^/]*$") - 5))
			complain("of a folder that this check does not know")
		if (path ~ /^tests\/[^\/]*\/.*\.([ch]|sh|py)$/ && !(substr(path, 7, index(substr(path, 7), "/") - 1) in allowed))
			complain("of a room that this check does not know")
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
			if (split(row[i], word, " ") == 2) {
				library[++known] = word[1]
				place[known] = word[2]
			}
		rows = split(ENVIRON["rooms"], row, "\n")
		for (i = 1; i <= rows; i++)
			for (j = split(row[i], word, " "); j > 1; j--)
				allowed[word[1]] = allowed[word[1]] (allowed[word[1]] ? "|" : "include/.*|src/config.h|") word[j]
	}
	$2 == "!" { files[$1]; judge_place($1); next }
	{ header = substr($2, 2, length($2) - 2) }
	$2 ~ /^</ { judge_library(header); next }
	$1 ~ /\.mk$/ { judge_fragment(header); next }
	{ path = named(header) }
	path == "" { complain("what it includes is not named by its path: " ($2 ? $2 : "a macro")); next }
	path ~ /^include\// || path == "src/config.h" { next }
	/^src\// { judge_floor(path) }
	/^tests\// { judge_room(path) }
	/^include\// { complain(path " is not public") }' | sort -u
}

# What the library of the holder names, if it is to print, to end the program or to know a screen or a language.
# By fprintf it writes to memory.
not_for_holder='v?[dw]?printf|v?fwprintf|puts|f?putw?[cs]|putw?char|fputw[cs]|fwrite|write|perror|v?(err|warn)x?|v?syslog|'
not_for_holder+='_?[Ee]xit|quick_exit|abort|assert|raise|kill|f?exec[lv][pe]*|posix_spawnp?|v?fork|'
not_for_holder+='isatty|ttyname|ctermid|getpass|tc[gs]etattr|d?c?n?gettext|setlocale|textdomain|system|popen'
judge_calls() {
	(cd "$1" && grep -rnE --include='*.[ch]' \
		"\\<($not_for_holder)\\(|[=,({][[:blank:]]*&?($not_for_holder)[[:blank:]]*[;,)}]|\\<std(out|err)\\>|/dev/(tty|std|fd|pts)" \
		src/holder) | grep -v '__attribute__((format(printf' |
		sed -E 's,:([0-9]*):[[:blank:]]*(.*),: line \1 is not for the holder: \2,'
}

# What stands in the Makefile fragment of another room: programs, their lines and scripts are their own room's.
judge_fragments() {
	(cd "$1/tests" && grep -HoE '^(tests_[a-z]+|[^#]*\<tests/[a-z]+/[a-z-]+\.sh\>)' -- */*.mk) | sort -u | sed 's,:.*tests/,:tests/,' |
		awk -F '[/:]' '
		{ of = $3 == "tests" ? $4 : substr($3, 7) }
		of != $1 && $3 !~ /^tests_lib/ { print "tests/" $1 "/" $2 ": " of " is another room" }'
}

# What scripts source that are alone, which tests/alone.sh says; those that run nothing of ours but in a machine
# of its own, or for whoever wants to know how fast a card is, or what others start.
alone='^[[:blank:]]*(JPKI_BUILD=[^ ]+ |.*\|\| )?\. ".*/(alone|tool/promise|promise|lib)\.sh"$'
not_alone='^(machine/.*|desktop/entries\.sh|bench/bench\.sh|clients/answer)$'

# What changes system folders, and how a script says before that it does: in a plain container it may not.
mounts='^[^#]*\<(place_installed|shadow(_[a-z]+)?|mount)\>'
mounts_said='^[^#]*\<(needs_mounts|client_enter|service_enter|JPKI_SHARED)\>'

# A script of ours is sourced by ". " and a path in double quotes that ends with its name: other spellings are not
# looked through. So are files of the system and those that a script has made in its folder.
sources='(^|[;&|({!]|\<(then|do|else|if|command|builtin)|[A-Za-z_]=[^ ]*)[[:blank:]]*(source|\.)[[:blank:]]'
sources_seen='\.[[:blank:]]("[^"]*("[^"]*"[^"]*)*/[a-z]+(-[a-z]+)*\.sh"|"\$tree/etc/os-release"|/[a-z]|\./[a-z-]+$)'

# Programs that would reach a card, a daemon or settings of whoever runs them by hand; and scripts that would fail
# where nothing may be mounted, in place of saying so.
judge_scripts() {
	(cd "$1" && scripts | xargs -0 grep -HE "$sources" | grep -vE ':[[:blank:]]*#' | grep -vE "$sources_seen") |
		sed 's,:.*,: sources in a way that is not looked through,'
	(cd "$1" && find tests/pcscd tests/clients -name '*.sh' ! -name '*lib.sh' -print0 | xargs -0 grep -lE "$mounts" |
		xargs -r grep -LE "$mounts_said") | sed 's,$,: it does not say that it needs mounts,'
	(cd "$1/tests" && find . -mindepth 2 -type f \( -perm -u+x -o -name promise.sh -o -name lib.sh \) -printf '%P\n' |
		grep -Ev "$not_alone" | xargs -r grep -LE "$alone") | sed 's,.*,tests/&: it does not source tests/alone.sh,'
}

judge() {
	judge_edges "$1"
	judge_calls "$1"
	judge_fragments "$1"
	judge_scripts "$1"
}

# sees NAME FILE LINE [WORDS]: in a copy of all that is judged, that line in that file has to be found out, in these
# words; else in those of the line, or of the header that it includes. A new file is one that may be executed.
sees() {
	local added words=${4:-}
	[ -n "$words" ] || words=$(sed -E 's/^[[:blank:]]*(#[[:blank:]]*include[[:blank:]]*[<"]?)?([^">]*)$/\2/; s/^[[:blank:]]*#[[:blank:]]*include[[:blank:]]*[<"](\.\.\/)*([^">]*).*/\2/; s/^[[:blank:]]*//' <<<"$3")
	mkdir -p "$copy/$(dirname "$2")"
	[ -e "$copy/$2" ] && cp "$copy/$2" "$copy/kept" || { : >"$copy/$2" && chmod +x "$copy/$2"; }
	printf '%s\n' "$3" >>"$copy/$2"
	added=$(judge "$copy")
	if grep -F "$words" <<<"$added" | grep -q "^$2: "; then
		echo "ok $1 would be seen"
	else
		echo "not ok $1 would be seen"
		status=1
	fi
	rm "$copy/$2"
	[ ! -e "$copy/kept" ] || mv "$copy/kept" "$copy/$2"
}

promise="no folder includes one above it, no test what is not its, and no script finds a card of yours"
found=$(judge "${1:-$top}")
if [ -n "$found" ]; then
	echo "not ok $promise"
	sed 's/^/# /' <<<"$found"
	exit 1
fi
echo "ok $promise"
[ $# -eq 0 ] || exit 0

status=0
copy=$(mktemp -d) || exit 1
trap 'rm -rf "$copy"' EXIT
(cd "$top" && find src include tests -type f \( -name '*.[ch]' -o -name '*.sh' -o -name '*.py' -o -name '*.mk' \) -print0 |
	xargs -0 cp --parents -t "$copy")
while IFS='|' read -r name file line words; do
	[ -z "$name" ] || sees "$name" "$file" "$line" "$words"
done <<'END'
a header of a folder above|src/card/sw.c|#include "token/token.h"
a header of the top from the ground|src/base/log.h|#include "p11/api.h"
a header by a path of another kind|src/base/log.c|#include "src/p11/api.h"
a header by a path that goes up|src/holder/pin.c|#include "../tool/terminal/screen.h"
a header by its name alone|src/token/pin.c|#include "pin.h"
a header that a macro names|src/base/log.c|#include HEADER|a macro
an include with spaces|src/base/log.c| #  include   "p11/api.h"
PC/SC above the reader|src/token/pin.c|#include <winscard.h>
PC/SC beside reader/pcsc.c|src/reader/link.h|#include <PCSC/winscard.h>
PC/SC in the tool|src/tool/doctor/service.c|#include <winscard.h>
PC/SC in the simulated card|src/sim/card/card.c|#include <winscard.h>
nettle beside token/digest|src/token/pin.c|#include <nettle/sha2.h>
nettle in the holder|src/holder/pin.c|#include <nettle/sha2.h>
libtasn1 beside token/certificate|src/object/attr.c|#include <libtasn1.h>
OpenSSL in the module|src/token/digest.c|#include <openssl/evp.h>
OpenSSL in the stand-in, which others load|src/sim/standin/client.c|#include <openssl/evp.h>
JSON in the holder|src/holder/text.c|#include <jansson.h>
a library that nobody named|src/tool/main.c|#include <curl/curl.h>
the module in the simulated card|src/sim/card/card.c|#include "card/apdu.h"
the simulated card from its keys|src/sim/pki/key.c|#include "sim/card/card.h"
the simulated pcscd from its readers|src/sim/reader/reader.c|#include "sim/pcscd/fault.h"
the simulated pcscd from a door beside it|src/sim/doors/vpcd.c|#include "sim/pcscd/fault.h"
the simulator's command line from its orders|src/sim/control/orders.c|#include "sim/command/commands.h"
a folder of the simulator that nobody placed|src/sim/misc/new.c|#include <stdio.h>|does not know
the simulated card in the module|src/token/work.c|#include "sim/card/card.h"
the module in the tool|src/tool/main.c|#include "token/token.h"
the tool in the holder|src/holder/pin.c|#include "tool/terminal/screen.h"
the module in the holder|src/holder/module.c|#include "token/token.h"
the simulated card in the holder|src/holder/module.c|#include "sim/card/card.h"
tests in the product|src/holder/module.c|#include "tests/tool/pty.h"
a language in the holder|src/holder/outcome.c|#include <libintl.h>
a language in the module|src/token/work.c|#include <libintl.h>
a terminal in the holder|src/holder/pin.c|#include <termios.h>
a holder that prints|src/holder/pin.c|	(void)printf("%s", "tries");
a holder that complains|src/holder/pin.c|	(void)fputs("tries", stderr);
a holder that prints by a descriptor|src/holder/pin.c|	(void)dprintf(1, "tries");
a holder that prints what is a stream|src/holder/pin.c|	(void)fputs("tries", out);
a holder that hands on what prints|src/holder/pin.c|	int (*const say)(const char *) = puts;
a holder that gives up|src/holder/pin.c|	assert(tries > 0);
a holder that starts a program|src/holder/pin.c|	(void)execvp(name, arguments);
assert.h in the holder|src/holder/pin.c|#include <assert.h>
signals beside holder/signals|src/holder/pin.c|#include <signal.h>
a holder that writes|src/holder/pin.c|	(void)write(1, "tries", 5);
a holder that asks a terminal|src/holder/pin.c|	int fd = open("/dev/tty", O_RDWR);
a holder that ends the program|src/holder/pin.c|	quick_exit(1);
the tool's commands from its screen|src/tool/terminal/screen.c|#include "tool/commands/commands.h"
doctor from what it looks at|src/tool/browsers/browser.c|#include "tool/doctor/report.h"
doctor from the status|src/tool/status/status.c|#include "tool/doctor/parts.h"
the status from doctor|src/tool/doctor/card.c|#include "tool/status/status.h"
the simulated card in the tool|src/tool/main.c|#include "sim/card/card.h"
the holder in the module|src/token/work.c|#include "holder/dates.h"
the window in the tool's commands|src/tool/commands/cert.c|#include "desktop/worker.h"
the window in the tool|src/tool/main.c|#include "desktop/worker.h"
GTK in the tool|src/tool/terminal/screen.c|#include <gtk/gtk.h>
GTK in the module|src/token/work.c|#include <gtk/gtk.h>
the tool in the agent|src/agent/pinentry.c|#include "tool/terminal/screen.h"
a folder that nobody placed|src/misc/new.c|#include <stdio.h>|does not know
a header in no folder|src/new.h|struct new;|does not know
the inside in a public header|include/jpki-pkcs11.h|#include "token/token.h"
a library in a public header|include/jpki-agent.h|#include <winscard.h>
a second room in a test of one room|tests/unit/refused.c|#include "reader/pcsc.h"
the simulated card in a test of one room|tests/unit/sw.c|#include "sim/card/card.h"
the harness in a test of one room|tests/unit/pin.c|#include "tests/module/harness.h"
the module's inside in its tests|tests/module/pin.c|#include "token/pin.h"
the module's inside by a path that goes up|tests/module/pin.c|#include "../../src/token/pin.h"
the simulated card's inside in the module's tests|tests/module/held.c|#include "sim/card/card.h"
PC/SC in a test of what programs see|tests/module/pin.c|#include <winscard.h>
the module in the simulator's tests|tests/sim/store.c|#include "card/apdu.h"
another room's harness in the simulator's tests|tests/sim/store.c|#include "module/harness.h"
the tool in the holder's tests|tests/holder/pin.c|#include "tool/terminal/screen.h"
a terminal in the holder's tests|tests/holder/pin.c|#include <termios.h>
one room of tests in another|tests/holder/dates.c|#include "tests/tool/pty.h"
a room of tests that nobody placed|tests/misc/new.c|#include <stdio.h>|does not know
a line in the fragment of another room|tests/life/local.mk|tests_module_LDADD = $(harness_libs)|module is another room
a file in the program of another room|tests/life/local.mk|tests_life_new_SOURCES = tests/tool/pty.c|tests/tool/pty.h is not for this room
the module's inside in the program of a test|tests/module/local.mk|tests_module_pin_SOURCES += src/token/pin.c|src/token/pin.h is not for this room
the module's inside linked to a test|tests/module/local.mk|tests_module_pin_LDADD += src/token/libtoken.la|src/token/libtoken.la is not for this room
the tool in the holder's library|src/holder/local.mk|src_holder_libholder_la_SOURCES += src/tool/main.c|src/tool/main.c is another
the simulated card in the module's libraries|src/local.mk|src_token_libtoken_la_SOURCES += src/sim/card/card.c|src/sim/card/card.c is another
the module linked to the tool|src/tool/local.mk|src_tool_jpki_tool_LDADD += src/token/libtoken.la|is not the tool's
a script in the fragment of another room|tests/life/local.mk|tool_scripts += tests/tool/new.sh|tool is another room
a script that could find a card of yours|tests/life/new.sh|. "$top/tests/debian-root.sh"|tests/alone.sh
another program that could|tests/life/new|import sys|tests/alone.sh
a script that mounts where it may not|tests/clients/new.sh|. "$(dirname "$0")/lib.sh" && private_enter "$@" && place_installed|needs mounts
a script that begins by another room's harness|tests/pcscd/life.sh|. "$(dirname "$0")/../slow/lib.sh"|tests/slow/lib.sh
a program that begins by it|tests/life/new|. "$top/tests/slow/lib.sh"|tests/slow/lib.sh
a script that sources by another word|tests/pcscd/life.sh|source "$top/tests/slow/lib.sh"|looked through
a script that sources without quotes|tests/pcscd/life.sh|[ -z "$top" ] && . $top/tests/slow/lib.sh|looked through
a script that sources with other quotes|tests/pcscd/life.sh|. '../slow/lib.sh'|looked through
END
exit $status
