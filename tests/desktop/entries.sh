#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# What a desktop and systemd know jpki-desktop by is well formed, and names what there is.
set -u
cd "$(dirname "$0")/../../desktop" || exit 1
id=invalid.jpki_pkcs11.Desktop
status=0

# check NAME COMMAND...: it succeeds.
check() {
	local name=$1 said
	shift
	if ! command -v "$1" >/dev/null; then
		echo "skip $name: $1 is not here"
	elif said=$("$@" 2>&1); then
		echo "ok $name"
	else
		printf 'not ok %s\n' "$name"
		printf '%s\n' "$said" | sed 's/^/# /'
		status=1
	fi
}

check "the entry in menus is well formed" desktop-file-validate $id.desktop
# It has no page on the network yet, which Debian 13's appstreamcli wants and Debian 12's has no word for.
check "what software centres show is well formed" sh -c '
	appstreamcli validate --no-net "$0" ||
		appstreamcli validate --no-net --override=url-homepage-missing=info "$0"' $id.metainfo.xml
check "the entry's icon is the one that is there" grep -qx "Icon=$id" $id.desktop
check "... and the entry the one that software centres name" grep -q "launchable.*>$id.desktop<" $id.metainfo.xml
# As a desktop starts it: a program of that name which says what it was given.
starts_once() {
	local work said
	work=$(mktemp -d) || return 1
	printf '#!/bin/sh\necho "$#" >>"%s/said"\n' "$work" >"$work/jpki-desktop"
	chmod +x "$work/jpki-desktop"
	PATH=$work:$PATH /usr/bin/python3 -c '
import sys
import gi
from gi.repository import Gio

Gio.DesktopAppInfo.new_from_filename(sys.argv[1]).launch([Gio.File.new_for_path(name) for name in sys.argv[2:]], None)' \
		"$PWD/$1" /etc/passwd /etc/group
	for _ in {1..600}; do
		[ ! -s "$work/said" ] || break
		sleep 0.1
	done
	said=$(cat "$work/said")
	rm -rf "$work"
	[ "$said" = 2 ] || { echo "started with so many files: $said"; return 1; }
}
if /usr/bin/python3 -c 'import gi' 2>/dev/null; then
	check "several files that are opened with it are given to one start" starts_once $id.desktop
else
	echo "skip several files: GLib for Python is not here"
fi
check "a menu finds it by the words of the towns' pages" sh -c '
	for word in 利用者クライアントソフト JPKI利用者ソフト 自分の証明書 有効性確認; do
		grep "^Keywords\[ja\]=" "$0" | grep -q ";$word;" || exit 1
	done' $id.desktop
check "the version is that of the program" grep -q "release version=\"$(sed -n 's/^AC_INIT(\[jpki-pkcs11\], \[\([^]]*\)\].*/\1/p' ../configure.ac)\"" $id.metainfo.xml

# No package of ours brings a theme, and one that is there may have pictures of a kind that nothing here reads.
gtks_own() {
	/usr/bin/python3 -c '
import sys
import gi

gi.require_version("Gtk", "4.0")
from gi.repository import Gtk

theme = Gtk.IconTheme()
theme.set_search_path([])
sys.exit(", ".join(name for name in sys.argv[1:] if not theme.has_icon(name)) or None)' "$@"
}
mapfile -t icons < <(grep -oh '"[a-z-]*-symbolic"' ../src/desktop/*.c | tr -d '"')
if /usr/bin/python3 -c 'import gi; gi.require_version("Gtk", "4.0")' 2>/dev/null; then
	check "the window's ${#icons[@]} icons are such as GTK itself carries" gtks_own "${icons[@]:?}"
else
	echo "skip the window's icons: GTK for Python is not here"
fi

# The unit that reminds, as systemd reads it; where the program is stands for where it will be.
units=$(mktemp -d) && trap 'rm -rf "$units"' EXIT || exit 1
for unit in timer service; do
	sed 's|@BINDIR@/jpki-desktop|/bin/true|' ../systemd/jpki-reminders.$unit.in >"$units/jpki-reminders.$unit"
done
export XDG_RUNTIME_DIR=$units
finds_nothing() {
	systemd-analyze --user --man=no verify "$@" >"$units/said" 2>&1 && ! grep jpki-reminders "$units/said" ||
		{ cat "$units/said"; return 1; }
}
comes_daily() {
	local day
	day=$(sed -n 's/^OnCalendar=//p' "$1")
	systemd-analyze calendar "$day" | grep -q 'Normalized form: \*-\*-\* 00:00:00'
}
if command -v systemd-analyze >/dev/null; then
	check "systemd finds nothing wrong with the reminders' timer and service" finds_nothing "$units"/jpki-reminders.{timer,service}
	check "... which come once a day" comes_daily "$units/jpki-reminders.timer"
else
	echo "skip the reminders' timer and service: systemd-analyze is not here"
fi
exit $status
