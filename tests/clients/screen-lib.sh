# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# A screen for programs with windows, for tests/clients/*.sh, to be sourced after lib.sh.

# screen_start SIZE: a screen, a window manager that gives new windows the keyboard, and nothing of the
# user's session. The screen says itself when it can be used. Without -noreset it would start anew
# whenever nobody looks at it, and a program that comes just then finds none.
screen_start() {
	local number
	unset WAYLAND_DISPLAY XAUTHORITY
	export DBUS_SESSION_BUS_ADDRESS=disabled: NO_AT_BRIDGE=1
	mkdir -p /tmp/.X11-unix && mount -t tmpfs -o mode=1777 none /tmp/.X11-unix ||
		bail "a folder for the screen's socket"
	mkfifo "$work/screen"
	Xvfb :1 -noreset -nolock -nolisten tcp -screen 0 "$1x24" -displayfd 7 7>"$work/screen" \
		>"$work/screen.log" 2>&1 &
	read -r -t $patience number <"$work/screen" || bail "screen started" "$work/screen.log"
	export DISPLAY=:$number
	openbox >"$work/openbox.log" 2>&1 &
	await $patience managed || bail "window manager started" "$work/openbox.log"
	xdotool mousemove 2 2
}

managed() { xprop -root _NET_SUPPORTING_WM_CHECK 2>/dev/null | grep -q 0x; }
