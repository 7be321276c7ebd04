#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# jpki-tool setup agent: what it changes and what it does not, with a systemctl that only says what it was
# told. In a home folder of its own.
. "$(dirname "$0")/../tool/promise.sh"
home_make
trap 'chattr -i "$conf" 2>/dev/null; rm -rf "$work"' EXIT
conf=$HOME/.config/jpki-pkcs11.conf
at=

# setup ARGUMENT...: with the variable $at.
setup() { told_of env $at "$tool" setup agent "$@"; }
has() { printf '%b' "$1" | diff - "$conf"; }

setup
check "without a terminal and --yes it asks for --yes" ended 2
check "... after it has shown the unit" says "jpki-agent.socket"
check "... and the line" says "$conf gets the line \"ask-pin = agent\""
check "... and has changed nothing" [ ! -e "$conf" ]
check "... nor told systemd anything" told ""

setup --yes
check "with --yes it is done" ended 0
check "the setting is written" has 'ask-pin = agent\n'
check "the socket is switched on" told '--user enable --now jpki-agent.socket\n'
setup --yes
check "twice is as good as once" has 'ask-pin = agent\n'

setup --remove --yes
check "--remove takes it back" ended 0
check "... and leaves no empty file" [ ! -e "$conf" ]
check "... and switches the agent off" told '--user disable --now jpki-agent.socket jpki-agent.service\n'
setup --remove --yes
check "... also where there is nothing" ended 0

touch "$HOME/.config/elsewhere" && ln -s elsewhere "$conf" && setup --yes && setup --remove --yes
check "behind a link, that is taken back too" [ -e "$HOME/.config/elsewhere" ]
check "... in the file that it leads to" [ ! -s "$HOME/.config/elsewhere" ]
check "... and the link is left" [ -L "$conf" ]
rm "$HOME/.config/elsewhere"
setup --remove --yes
check "... also where it leads nowhere" ended 0
rm -f "$conf"

printf '# mine\nreader = "a b" # yes\nask-pin=program\n  ask-pin-each-signature = yes\npss = on' >"$conf"
chmod 640 "$conf"
setup --yes
check "other lines stay as they are" has \
	'# mine\nreader = "a b" # yes\n  ask-pin-each-signature = yes\npss = on\nask-pin = agent\n'
check "and so does the file's mode" [ "$(stat -c %a "$conf")" = 640 ]
setup --remove --yes
check "and after --remove" has '# mine\nreader = "a b" # yes\n  ask-pin-each-signature = yes\npss = on\n'

touch "$work/refuses"
setup --yes
check "where systemd refuses, it fails" ended 1
check "... with systemd's words" says "Failed to connect to bus"
check "... and what to do by hand" says 'start "jpki-tool agent" when you log in'
check "... and no more" sh -c '! grep -q "bus." "$1"' - "$work/said"
check "... and the setting stays as it was" has '# mine\nreader = "a b" # yes\n  ask-pin-each-signature = yes\npss = on\n'

rm "$work/refuses"
if [ "$(id -u)" -eq 0 ]; then
	mkdir "$work/theirs" && chown 12345 "$work/theirs"
	for at in "HOME=$work/theirs/not/there" "XDG_CONFIG_HOME=$work/theirs" "XDG_CONFIG_HOME=$work/theirs/not/there"; do
		for remove in "" --remove; do
			setup --yes $remove
			check "root changes nothing of another's: $at $remove" ended 1
			check "... and says so" says "another user"
			check "... before systemd is told" told ""
			check "... and nothing is made" sh -c '! ls -A "$1" | grep .' - "$work/theirs"
		done
	done
	mkdir "$work/config" && echo 'pss = on' >"$work/theirs/conf"
	chown 12345 "$work/theirs/conf" && ln -s "$work/theirs/conf" "$work/config/jpki-pkcs11.conf"
	at="XDG_CONFIG_HOME=$work/config"
	setup --yes
	at=
	check "nor where a link leads" ended 1
	check "... to what is as it was" [ "$(cat "$work/theirs/conf")" = "pss = on" ]
else
	echo "skip another user's folder: only root could write there"
fi
if chattr +i "$conf" 2>/dev/null; then
	for remove in "" --remove; do
		setup --yes $remove
		check "a file that may not be changed: setup $remove" ended 1
		check "... which is said" says "cannot write $conf"
		check "... before systemd is told" told ""
	done
	chattr -i "$conf"
else
	echo "skip a file that may not be changed: chattr +i needs root, and a file system that knows it"
fi

PATH=$work/none
LD_LIBRARY_PATH= "$tool" setup agent --yes </dev/null >"$work/said" 2>&1
status=$?
PATH=$work/bin:/usr/bin:/bin
check "without systemd it says what to do by hand" says 'start "jpki-tool agent" when you log in'
check "... and fails" ended 1
exit $failed
