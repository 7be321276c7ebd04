#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Usage: tests/desktop/window.sh [SCRIPT.py]...
#
# jpki-desktop over the simulated card, on a screen of its own: driven by its accessibility tree and
# the keyboard, in English and in Japanese.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tests/alone.sh
. "$top/tests/alone.sh"
WORK=$(mktemp -d "${TMPDIR:-/tmp}/jpki-desktop.XXXXXX") || exit 1
trap 'rm -rf "$WORK"' EXIT

skip() {
	printf 'skip all of it: %s\n' "$1"
	exit 0
}

[ -x "$JPKI_BUILD/src/tool/jpki-desktop" ] || skip "jpki-desktop was not built (configure --enable-desktop)"
for program in Xvfb openbox xdotool xprop dbus-run-session /usr/bin/python3; do
	command -v $program >/dev/null || skip "$program is not here"
done
/usr/bin/python3 -c 'import gi; gi.require_version("Atspi", "2.0")' 2>/dev/null || skip "Atspi for Python is not here"

export WORK HOME=$WORK/home XDG_RUNTIME_DIR=$WORK/run JPKI_CARD_SIM_STATE=$WORK/cards
export GSK_RENDERER=cairo GDK_BACKEND=x11 NO_AT_BRIDGE=0 GTK_A11Y=atspi GSETTINGS_BACKEND=memory
export ATSPI_NO_CACHE=1 # what the tests' side has kept is not what is there
export PYTHONDONTWRITEBYTECODE=1
mkdir -p "$HOME" && mkdir -m 700 "$XDG_RUNTIME_DIR" || exit 1

# Japanese words need no more of a locale than its name.
mkdir "$WORK/locales" && ln -s /usr/lib/locale/C.utf8 "$WORK/locales/C.UTF-8" &&
	ln -s /usr/lib/locale/C.utf8 "$WORK/locales/ja_JP.UTF-8" || exit 1
export LOCPATH=$WORK/locales

[ $# -gt 0 ] || set -- "$top"/tests/desktop/test-*.py
exec {display}< <(exec setpriv --pdeathsig TERM Xvfb -displayfd 1 -screen 0 1024x600x24 -nolisten tcp -r 2>"$WORK/xvfb.log")
read -r -t 60 number <&"$display" ||
	{ echo "not ok Xvfb does not start"; sed 's/^/# /' "$WORK/xvfb.log"; exit 1; }
export DISPLAY=:$number
unset DBUS_SESSION_BUS_ADDRESS
setpriv --pdeathsig TERM openbox --startup "touch '$WORK/managed'" >"$WORK/openbox.log" 2>&1 &
# A window that comes before it is ready is never shown.
timeout 60 sh -c 'until [ -e "$0" ]; do sleep 0.1; done' "$WORK/managed" ||
	{ echo "not ok openbox does not start"; sed 's/^/# /' "$WORK/openbox.log"; exit 1; }
status=0
for script; do
	rm -rf "$JPKI_CARD_SIM_STATE" # each begins with new cards
	[ ! -d "$JPKI_BUILD/tests/cards" ] || cp -r "$JPKI_BUILD/tests/cards" "$JPKI_CARD_SIM_STATE" || exit 1
	# the bus and what it starts say much
	timeout 1200 dbus-run-session -- sh -c 'exec /usr/bin/python3 "$0" >&3 2>&4' "$script" \
		3>&1 4>&2 >"$WORK/bus.log" 2>&1 || status=1
done
kill %1
exit $status
