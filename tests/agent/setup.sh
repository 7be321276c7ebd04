#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# jpki-tool setup agent: what it changes and what it does not, with a systemctl that only says what it was
# told. In a home folder of its own.
top=$(cd "$(dirname "$0")/../.." && pwd)
tool=${JPKI_BUILD:-$top/build/test}/src/tool/jpki-tool
work=$(mktemp -d) || exit 99
trap 'chattr -i "$conf" 2>/dev/null; rm -rf "$work"' EXIT
HOME=$work/home
LC_ALL=C.UTF-8
conf=$HOME/.config/jpki-pkcs11.conf
failed=0 at=
mkdir "$HOME" "$work/bin" "$work/none"
cat >"$work/bin/systemctl" <<END
#!/bin/sh
echo "\$*" >>"$work/told"
test ! -e "$work/refuses" || { echo "Failed to connect to bus"; exit 1; }
END
chmod +x "$work/bin/systemctl"
PATH=$work/bin:$PATH
export HOME LC_ALL PATH
unset XDG_CONFIG_HOME

check() {
	promise=$1
	shift
	if "$@" >"$work/out" 2>&1; then
		echo "ok $promise"
	else
		echo "not ok $promise"
		sed 's/^/# /' "$work/out" "$work/said"
		failed=1
	fi
}

# setup ARGUMENT...: as on a computer without anybody at it, with the variable $at; $status is how it ends.
setup() {
	: >"$work/told"
	setsid -w env $at "$tool" setup agent "$@" </dev/null >"$work/said" 2>&1
	status=$?
}
ended() { [ "$status" -eq "$1" ] || { echo "it ended with $status"; false; }; }
has() { printf '%b' "$1" | diff - "$conf"; }
says() { grep -Fq "$1" "$work/said"; }
told() { printf '%b' "$1" | diff - "$work/told"; }

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
