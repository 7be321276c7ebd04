# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
#
# Sourced by scripts in tests/tool and tests/agent: $top and $build are the folders of source and build,
# $work is the script's own, and goes with it; one that starts itself again gives it in $JPKI_WORK. It ends
# with `exit $failed`.
top=$(cd "$(dirname "$0")/../.." && pwd)
build=$(realpath -e "${JPKI_BUILD:-$top/build/test}") || exit 99
sim=$build/src/sim/jpki-card-sim
tool=$build/src/tool/jpki-tool
module=$build/.libs/jpki-pkcs11.so
work=${JPKI_WORK:-}
if [ -z "$work" ]; then
	JPKI_BUILD=$build
	. "$top/tests/alone.sh"
	work=$(mktemp -d) || exit 99
	trap 'rm -rf "$work"' EXIT
fi
failed=0

# judge PROMISE STATUS WORD GOT: a command that ended with GOT and said what is in $work/out.
judge() {
	if ! [ "$4" -eq "$2" ]; then
		echo "not ok $1: exit status $4, expected $2"
	elif [ -n "$3" ] && ! grep -q -e "$3" "$work/out"; then
		echo "not ok $1: '$3' was not said"
	elif [ "$4" -eq 0 ] && grep -q PROBLEM "$work/out"; then
		echo "not ok $1: a PROBLEM, and exit status 0"
	else
		echo "ok $1"
		return
	fi
	cat "$work/out" "$work/said" 2>/dev/null | sed 's/^/# /'
	failed=1
}

# check PROMISE COMMAND...: it has to succeed.
check() {
	promise=$1
	shift
	"$@" >"$work/out" 2>&1
	judge "$promise" 0 "" $?
}

# Cards of the script's own: at first those that all module tests share, to save the time of making them.
cards_make() {
	JPKI_CARD_SIM_STATE=$work/state
	LC_ALL=C.UTF-8
	export JPKI_CARD_SIM_STATE LC_ALL
	unset LANGUAGE NO_COLOR
	[ ! -d "$build/tests/cards" ] || cp -r "$build/tests/cards" "$work/state" || exit 99
}

# japanese_find: what makes a program speak Japanese, put before its name; empty where nothing can.
japanese_find() {
	japanese=
	[ -d /usr/lib/locale/C.utf8 ] || return
	mkdir "$work/locales" && ln -s /usr/lib/locale/C.utf8 "$work/locales/ja_JP.UTF-8" || exit 99
	japanese="env LOCPATH=$work/locales LC_ALL=ja_JP.UTF-8"
}

# A home folder of the script's own, and a systemctl that only says in $work/told what it was told, and
# refuses where there is $work/refuses.
home_make() {
	HOME=$work/home
	LC_ALL=C.UTF-8
	mkdir "$HOME" "$work/bin" "$work/none" || exit 99
	cat >"$work/bin/systemctl" <<-END
		#!/bin/sh
		echo "\$*" >>"$work/told"
		test ! -e "$work/refuses" || { echo "Failed to connect to bus"; exit 1; }
	END
	chmod +x "$work/bin/systemctl"
	PATH=$work/bin:$PATH
	export HOME LC_ALL PATH
}

# told_of COMMAND...: without anybody at the computer; what it says is in $work/said, $status is how it ends.
told_of() {
	: >"$work/told"
	setsid -w "$@" </dev/null >"$work/said" 2>&1
	status=$?
}
ended() { [ "$status" -eq "$1" ] || { echo "it ended with $status"; false; }; }
says() { grep -Fq "$1" "$work/said"; }
told() { printf '%b' "$1" | diff - "$work/told"; }
