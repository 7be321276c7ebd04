# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# A screen for programs with windows, and what can be read on it, for tests/clients/*.sh, to be sourced
# after lib.sh.

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
	# It says that it is there before it is ready: a window that comes between is never shown.
	openbox --startup "touch '$work/managed'" >"$work/openbox.log" 2>&1 &
	await $patience test -e "$work/managed" || bail "window manager started" "$work/openbox.log"
	xdotool mousemove 2 2
}

screen_seconds=300 # for a program to come to the next thing, on a machine as busy as it may be
export OMP_THREAD_LIMIT=1

# await_seen COMMAND...: like await, by the clock, because looking at the screen takes long.
await_seen() {
	local until=$((SECONDS + screen_seconds))
	until "$@"; do
		[ $SECONDS -lt $until ] || { screen_say; return 1; }
		sleep 0.2
	done
}

# What the screen showed when something did not come, last: of a long text the end is told.
screen_say() {
	import -window root "$build/clients/$page-failed.png" 2>/dev/null
	tail -n 5 "$work"/*.log
	echo "processes:"
	ps -eo pid,ppid,stat,wchan:20,args | cut -c 1-150
	echo "windows:"
	xdotool search --onlyvisible --name . getwindowname %@ 2>/dev/null
	echo "text on the screen:"
	read_screen root
}

# window TITLE: the id of the visible window whose title begins so; false if there is none.
window() { xdotool search --onlyvisible --name "^$1" 2>/dev/null | tail -n 1 | grep .; }

# in_front TITLE: the window with the keyboard has a title that begins so (a regular expression).
in_front() { [[ $(xdotool getactivewindow getwindowname 2>/dev/null) =~ ^$1 ]]; }

# read_screen WINDOW: the text in it, in one line. Language: $screen_language.
screen_language=eng
read_screen() {
	import -window "$1" "$work/screen.png" 2>/dev/null &&
		convert "$work/screen.png" -resize 300% -colorspace gray "$work/screen-large.png" &&
		tesseract "$work/screen-large.png" - --psm 6 -l "$screen_language" 2>/dev/null | tr -s '\n ' ' '
}

# shows WINDOW TEXT: blanks and underscores do not count, tesseract mistakes one for the other.
shows() { read_screen "$1" | tr -d ' _' | grep -Fq "$(tr -d ' _' <<<"$2")"; }
