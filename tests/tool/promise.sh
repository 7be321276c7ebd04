# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
#
# Sourced by scripts in tests/tool and tests/agent: $top and $build are the folders of source and build,
# $work is the script's own, and goes with it. It ends with `exit $failed`.
top=$(cd "$(dirname "$0")/../.." && pwd)
build=${JPKI_BUILD:-$top/build/test}
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
failed=0

# check PROMISE COMMAND...: it has to succeed.
check() {
	promise=$1
	shift
	if "$@" >"$work/out" 2>&1; then
		echo "ok $promise"
	else
		echo "not ok $promise"
		cat "$work/out" "$work/said" 2>/dev/null | sed 's/^/# /'
		failed=1
	fi
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
	unset XDG_CONFIG_HOME XDG_DATA_HOME
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
