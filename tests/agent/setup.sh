#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# jpki-tool setup agent: what it changes and what it does not, with a systemctl that only says what it was
# told. In a home folder of its own.
top=$(cd "$(dirname "$0")/../.." && pwd)
tool=${JPKI_BUILD:-$top/build/test}/src/tool/jpki-tool
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
HOME=$work/home
LC_ALL=C.UTF-8
conf=$HOME/.config/jpki-pkcs11.conf
failed=0
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

# setup ARGUMENT...: as on a computer without anybody at it; $status is how it ends.
setup() {
	: >"$work/told"
	setsid -w "$tool" setup agent "$@" </dev/null >"$work/said" 2>&1
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
check "... and the setting stays as it was" has '# mine\nreader = "a b" # yes\n  ask-pin-each-signature = yes\npss = on\n'

PATH=$work/none
LD_LIBRARY_PATH= "$tool" setup agent --yes </dev/null >"$work/said" 2>&1
status=$?
PATH=$work/bin:/usr/bin:/bin
check "without systemd it says what to do by hand" says 'start "jpki-tool agent" when you log in'
check "... and fails" ended 1
exit $failed
