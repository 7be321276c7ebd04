#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# What could depend on the day, run on other days, at other hours and in other time zones: the tests of
# make check that make, show or judge certificates, the samples for services with a step of nginx, and
# what jpki-tool and README say; on one of them each, the window's reminders, and nginx and Apache with all. The clock is set by libfaketime, since neither a program that is tested
# nor OpenSSL has one of its own to be set. JPKI_BUILD is the build folder.
set -u
export LC_ALL=C.UTF-8

top=$(cd "$(dirname "$0")/../.." && pwd)
self=$top/tests/slow/$(basename "$0")
build=$(realpath "${JPKI_BUILD:?}")
unpacked=$("$top/tests/install-packages" --folder)

# The moment; the user's time zone, in a form that needs no tzdata; what is special. A card may be
# made before a midnight that comes a few seconds later and be looked at after it.
days() {
	cat <<'END'
2019-04-30T15:00:01Z UTC0 the first day of Reiwa in Japan, when no card had expired yet
2026-11-22T03:00:00Z JST-9 the day of README's screen
2026-12-31T14:59:56Z UTC0 the last seconds of a year in Japan
2026-12-31T15:00:01Z SST11 New Year in Japan, the day before elsewhere
2027-01-31T03:00:00Z JST-9 a month's end
2027-02-28T14:59:56Z <+14>-14 a month's end with March at hand
2027-03-01T15:00:01Z JST-9 the adult's birthday
2027-03-14T06:59:56Z EST5EDT,M3.2.0,M11.1.0 a night that loses an hour
2027-07-16T01:01:00Z UTC0 the last seconds of a generation of authorities
2027-10-31T00:59:56Z CET-1CEST,M3.5.0,M10.5.0/3 a night that gains an hour
2028-02-09T03:00:00Z <+1030>-10:30<+11>-11,M10.1.0,M4.1.0 20 days before a leap day
2028-02-28T15:00:01Z EST5EDT,M3.2.0,M11.1.0 29 February in Japan, not yet elsewhere
2029-05-31T14:59:56Z UTC0 a month's end with June at hand
2038-01-19T03:14:04Z UTC0 the last seconds of 32 bits
2038-01-20T03:00:00Z JST-9 the day after
2049-12-31T23:59:56Z UTC0 the last seconds of years with two digits
END
}

programs="module/objects module/pin module/login module/set-pin module/sign module/pss module/slots module/cards tool/parts tool/reminders.sh holder/authority holder/dates holder/signature"
# These need people whose certificates end, or have ended.
programs_later="tool/prompt tool/terminal tool/sign.sh tool/statuses.sh"
samples="clients/services-verify.sh clients/services-workflow.sh"

# What takes half a minute more, on a day for which it is worth that.
longer_on() {
	case $1 in
	2026-12-31T14:*) echo desktop/window.sh ;; # in a year that has just begun
	2038-01-19T*) echo clients/services-apache.sh ;;
	2049-*) echo clients/services-nginx.sh ;;
	esac
}

find_library() {
	local path
	for path in /usr/lib/*/faketime/libfaketime.so.1; do
		[ ! -e "$path" ] || printf '%s\n' "$path"
	done | head -n 1
}

# ---- one day, in a folder of its own ----

# found_program NAME: it is installed, or unpacked, which tests/pcscd/lib.sh makes the same.
found_program() {
	local root
	for root in "" "$unpacked"; do
		[ ! -x "$root/usr/bin/$1" ] && [ ! -x "$root/usr/sbin/$1" ] || return 0
	done
	return 1
}

# Programs that go by the fake clock, where those around them must not: Python waits by it for ever. None for
# what is not there, which the tests have to see.
place_clocks() {
	local name
	mkdir -p bin samples/src/sim samples/src/tool
	for name in openssl nginx apache2 curl gnutls-cli date; do
		! found_program $name || printf '#!/bin/sh\nfor p in /usr/bin /usr/sbin; do\n\tif [ -x $p/%s ]; then exec env %s $p/%s "$@"; fi\ndone\nexit 127\n' \
			"$name" "${clock[*]}" "$name" >"bin/$name"
	done
	for name in sim/jpki-card-sim tool/jpki-tool tool/jpki-desktop; do
		[ ! -x "$build/src/$name" ] || printf '#!/bin/sh\nexec env %s "%s" "$@"\n' "${clock[*]}" "$build/src/$name" >"samples/src/$name"
	done
	chmod +x bin/* samples/src/*/*
	ln -s "$build/.libs" "$build/p11-kit" "$build/Makefile" samples/
	ln -s "$build/src/tool/locale" samples/src/tool/ # the words that the window is looked at for
}

# A build folder with cards of this day in it.
place_build() {
	local name
	mkdir tests
	ln -s "$build/src" "$build/.libs" .
	for name in $programs $programs_later; do
		case $name in
		*.sh) ;;
		*) mkdir -p "tests/${name%/*}" && ln -s "$build/tests/$name" "tests/$name" ;;
		esac
	done
	for name in $(sed -n '/^module_cards = /,/[^\\]$/p' "$top/tests/module/local.mk" | tr -d '\\' | sed 's/.*=//'); do
		src/sim/jpki-card-sim --state tests/cards make "$name" || return 1
	done
}

# count NAME COMMAND...: its lines in the form of TAP are the day's; what it did not run is said once, for all days.
count() {
	local name=$1 got
	shift
	"$@" >log 2>&1
	got=$?
	sed -i -E '/^(not )?ok .*# (SKIP|skip)/d' log # cmocka: not ok
	passed=$((passed + $(grep -c '^ok ' log)))
	sed -n -E "s,^(skip|forbidden) ,&$name: ,p" log >>"$work/not-run"
	if [ $got -eq 0 ] && grep -Eq '^(ok|skip|forbidden) ' log && ! grep -q '^not ok ' log; then return; fi
	failed=yes
	{
		echo "$name ended with status $got:"
		grep -A 6 -e '^not ok ' -e 'rror' log | tail -n 20
	} >>failures
}

japan() { TZ=JST-9 date +%F "$@"; }

# status CARD VARIABLE=VALUE...
status() { env "${@:2}" src/sim/jpki-card-sim run --card "$1" -- src/tool/jpki-tool --module .libs/jpki-pkcs11.so status; }

# shown NAME CARD TEXT VARIABLE=VALUE...: what the status of that card says.
shown() {
	status "$2" "${@:4}" >screen 2>&1 # its exit status is not the matter here
	if grep -Fq -e "$3" screen; then
		echo "ok $1"
	else
		printf 'not ok %s: no "%s"\n' "$1" "$3"
		cat screen
	fi
}

# Cards made now, and what they show. Where Japan's date changes meanwhile, all over again.
screens() {
	local today made
	export JPKI_CARD_SIM_STATE=$PWD/state
	while :; do
		rm -rf state
		today=$(japan)
		made=$({
			shown "an adult's certificate begins today" adult "OK       $today to "
			[ -n "$young" ] || {
				shown "near-expiry ends in 20 days" near-expiry "to $(japan -d '20 days'), 20 days left"
				shown "... and on that day, today" near-expiry "to $(japan -d '20 days'), ends today" \
					"FAKETIME=$(printf %+d $((FAKETIME + 20 * 24 * 60 * 60)))"
				shown "expired ended 100 days ago" expired "ended on $(japan -d '100 days ago')"
				shown "renewed lasts past its 40 days" renewed "OK       $today to "
			}
		} 2>&1)
		[ "$today" != "$(japan)" ] || break
	done
	printf '%s\n' "$made"
}

# readme PAGE LOCALE: what is shown begins like the page's screen, but for the serial number, which is
# each card's own, and for where lines are broken, since this is no terminal.
readme() {
	local page shown
	comparable() { sed 's/[0-9A-F]\{16\}$/SERIAL/' | tr -d ' \n'; }
	page=$(sed -n '/^\$ jpki-card-sim run/,/^```/{/^[$`]/!p}' "$top/$1" | comparable)
	shown=$(status adult "LOCPATH=$PWD/locale" "LC_ALL=$2" 2>&1 | comparable)
	if [ -n "$page" ] && [ "${shown#"$page"}" != "$shown" ]; then
		echo "ok $1 shows what is shown"
	else
		printf 'not ok %s shows what is shown:\n%s\n%s\n' "$1" "$page" "$shown"
	fi
}

readmes() {
	mkdir locale && ln -s /usr/lib/locale/C.utf8 locale/ja_JP.UTF-8 && ln -s /usr/lib/locale/C.utf8 locale/C.UTF-8
	export JPKI_CARD_SIM_STATE=$PWD/state
	readme README.md C.UTF-8
	readme README.ja.md ja_JP.UTF-8
}

# Everything of one day; one line, and the reasons of a failure.
one_day() {
	local moment=$1 zone=$2 what=$3 clock offset name young='' passed=0 failed=''
	offset=$(($(date -d "$moment" +%s) - $(date +%s)))
	clock=("LD_PRELOAD=$(find_library)" "FAKETIME=$(printf %+d $offset)" FAKETIME_DONT_FAKE_MONOTONIC=1
		FAKETIME_CACHE_DURATION=86400 NO_FAKE_STAT=1 "'TZ=$zone'")
	case $what in *"no card had expired"*) young=yes ;; esac
	cd "$(mktemp -d "$work/day.XXXXXX")" || return 1
	place_clocks
	export JPKI_BUILD=$PWD CMOCKA_MESSAGE_OUTPUT=TAP
	. "$top/tests/alone.sh"
	(
		eval "export ${clock[*]}"
		place_build >log 2>&1 || { failed=yes; cp log failures; }
		for name in $programs ${young:-$programs_later}; do
			case $name in
			yes) ;;
			*.sh) count "$name" "$top/tests/$name" ;;
			*) count "$name" "tests/$name" ;;
			esac
		done
		count "the screens" screens
		case $what in *README*) count "README's screen" readmes ;; esac
		printf 'passed=%s failed=%s\n' "$passed" "$failed" >so-far
	)
	. ./so-far
	export JPKI_BUILD=$PWD/samples PATH=$PWD/bin:$PATH APACHE_HTTPD=$PWD/bin/apache2
	for name in ${young:-$samples $(longer_on "$moment")}; do
		case $name in
		yes) ;;
		desktop/*) count "$name" "$top/tests/$name" "$top/tests/desktop/test-reminders.py" ;;
		*) count "$name" "$top/tests/$name" ;;
		esac
	done
	tell
}

tell() {
	local name="$moment, $zone, $what ($passed)"
	if [ -n "$failed" ]; then
		printf 'not ok %s\n%s\n' "$name" "$(sed 's/^/# /' failures)"
	else
		printf 'ok %s\n' "$name"
	fi
}

# ---- all of them ----

if [ "${1:-}" = --day ]; then
	work=$2
	one_day "$3" "$4" "$5"
	exit
fi
[ -n "$(find_library)" ] || { echo "skip all of them: libfaketime is not installed"; exit 0; }
work=$(mktemp -d "${TMPDIR:-/tmp}/jpki-dates.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
days | sed 's/\([^ ]*\) \([^ ]*\) \(.*\)/\1\n\2\n\3/' | tr '\n' '\0' |
	xargs -0 -n 3 -P "$(nproc)" "$self" --day "$work"
status=$?
sort -u "$work/not-run"
exit $status
