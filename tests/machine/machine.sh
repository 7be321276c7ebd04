#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# A whole virtual computer with a USB reader, whose card is the simulated one (computer.sh): USB, libccid,
# udev, systemd, polkit, pcscd, and our packages as they are built. Shown are the packages, what each kind of
# user may do, what programs of each that are logged in get when anything comes between (the table is in
# doc/SAFETY.md, which is compared), readers that pcscd cannot have, and what systemd starts: the agent, and reminders.
# Needs root, namespaces and a network for the image; no KVM, no reader. What is missing is a failure. At its
# end it says how long it took.
# With an argument: only the events whose name contains it.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
here=$top/tests/machine
build=${JPKI_BUILD:-$top/build/test}
sim=$build/src/sim/jpki-card-sim
. "$top/tests/results.sh"

# must NAME COMMAND...: nothing makes sense without it.
must() {
	local before=$failures
	check "$@"
	[ $failures -eq "$before" ] || exit 1
}

# says PATTERN COMMAND...: whatever its status.
says() {
	local pattern=$1 text
	shift
	text=$("$@" 2>&1)
	printf '%s\n' "$text"
	grep -Eq -e "$pattern" <<<"$text"
}
ends_with() {
	local wanted=$1 status
	shift
	"$@"
	status=$?
	echo "status $status"
	[ $status -eq "$wanted" ]
}

# ---- first: what needs a network ----

took() { printf '# %s %d min %d s\n' "$1" $(($2 / 60)) $(($2 % 60)); } # WHAT SECONDS

# before NAME.deb...: the same programs as a version before; there has been no other release yet.
make_the_version_before() {
	local deb
	mkdir "$work/before"
	for deb in "$work"/debs/*.deb; do
		rm -rf "$work/unpacked" && dpkg-deb -R "$deb" "$work/unpacked" &&
			sed -Ei "/^(Version|Depends):/s/\\b$version\\b/$version~before/g" "$work/unpacked/DEBIAN/control" &&
			dpkg-deb -b "$work/unpacked" "$work/before" || return 1
	done
}

# Of jpki-desktop only what systemd starts it by: what it stands on would make the disk twice as large.
take_units() {
	mkdir "$work/units" && dpkg-deb --fsys-tarfile "$work"/debs/jpki-desktop_*.deb |
		tar --extract --directory="$work/units" --transform='s,.*/,,' --wildcards '*/jpki-reminders.*' &&
		rm "$work"/debs/jpki-desktop_*.deb
}

prepare() {
	mkdir "$work/debs" && debs_get "$work/debs" && take_units &&
		version=$(dpkg-deb -f "$work"/debs/jpki-tool_*.deb Version) && make_the_version_before &&
		cc -O1 -I"$top/include" $(pkg-config --cflags p11-kit-1) -o "$work/program" "$here/program.c" &&
		image_get "$release"
}

if [ "${1:-}" != --alone ]; then
	. "$top/tests/debian-root.sh"
	. "$top/tests/debs.sh"
	reason=$(root_impossible)
	release=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
	if [ -n "$reason" ]; then
		forbidden "a whole computer" "$reason"
		exit
	fi
	case $release-$(dpkg --print-architecture) in
	bookworm-amd64 | trixie-amd64) ;;
	*)
		forbidden "a whole computer" "this is neither Debian 12 nor 13 for amd64"
		exit
		;;
	esac
	for program in qemu-system-x86_64 mke2fs ssh python3 dpkg-deb; do
		command -v "$program" >/dev/null || not_ok "$program is installed"
	done
	[ $failures -eq 0 ] || finish
	export work
	work=$(mktemp -d "${TMPDIR:-/tmp}/jpki-machine.XXXXXX") || exit 1
	trap 'rm -rf --one-file-system "$work"' EXIT
	trap 'exit 130' INT TERM HUP
	. "$here/computer.sh"
	must "the computer's disk is made" prepare </dev/null
	export image version release
	made=$SECONDS
	setpriv --pdeathsig TERM timeout --foreground --kill-after=10 ${computer_minutes}m \
		unshare --mount --pid --net --fork --kill-child --mount-proc "$0" --alone "${1:-}"
	status=$?
	took "making the computer's disk, or finding it made, took" "$made"
	took "the computer took" $((SECONDS - made))
	[ $status -ne 124 ] && [ $status -ne 137 ] || not_ok "the computer ends within $computer_minutes minutes"
	exit $status
fi
. "$here/computer.sh"
only=${2:-}
ip link set lo up || exit 1

# ---- the packages ----

install_packages() { # FOLDER: below /root; what they need is there
	inside root "DEBIAN_FRONTEND=noninteractive dpkg --install /root/$1/*.deb"
}
list_files() {
	inside root "find / -xdev \( -path /var/lib/apt -o -path /var/lib/dpkg -o -path /var/cache -o -path /var/log -o -path /root \
		-o -path /var/lib/systemd -o -path /tmp -o -path /var/tmp -o -path /home/holder -o -path /etc/ld.so.cache -o -path /etc/polkit-1/rules.d \) -prune -o -printf '%y %p\n' | sort"
}
version_is() { says "^$1$" inside root "dpkg-query -W -f '\${Version}' jpki-tool"; }

# ---- what users do ----

declare -A called=([root]=root [active]="who sits at the computer" [ssh]="who came by ssh")
as() { # root|active|ssh COMMAND
	case $1 in
	root) inside root "$2" ;;
	active) active "$2" ;;
	ssh) inside holder "$2" ;;
	esac
}

# What | function of inside.sh | where pcscd refuses it: exit status | words
uses=(
	"doctor|doctor|14|came by ssh"
	"status|status|3|pcscd turns this program away"
	"p11-kit lists both tokens|list|1|pcscd refuses this user or session by policy"
	"pkcs11-tool --login --test, auth|try auth 1234|1|pcscd refuses this user or session by policy"
	"pkcs11-tool --login --test, sign|try sign ABC123|1|pcscd refuses this user or session by policy"
	"a signature, verified by OpenSSL|sign|1|pcscd refuses this user or session by policy"
)
uses_work() { # root|active|ssh NAME
	local row name function
	for row in "${uses[@]}"; do
		IFS='|' read -r name function _ <<<"$row"
		check "$2: $name" ends_with 0 as $1 "inside.sh $function"
	done
}
refused() { # FUNCTION STATUS WORDS
	ends_with "$2" as ssh "inside.sh $1" >"$work/refused" 2>&1
	cat "$work/refused" && grep -qx "status $2" "$work/refused" && grep -q "$3" "$work/refused"
}
uses_are_refused() {
	local row name function status words
	for row in "${uses[@]}"; do
		IFS='|' read -r name function status words <<<"$row"
		check "${called[ssh]} may not: $name" refused "$function" "$status" "$words"
		grep "$words" "$work/refused" | head -n 1 | sed 's/^ */# /'
	done
}
# Debian 12's pcscd is built without polkit, and refuses nobody.
allow_ssh() {
	[ $release = bookworm ] || check "what doctor prints to allow ${called[ssh]}" remedy ssh polkit
}
all_uses() {
	uses_work root root
	check "pcscd was started by its socket" says '^active' inside root "systemctl is-active pcscd.service"
	uses_work active "${called[active]}"
	[ $release = bookworm ] || uses_are_refused
}

# ---- what comes between ----

# pcscd_says PATTERN: of its readers; nothing connects to a card for that.
pcscd_says_now() { inside root "opensc-tool --list-readers" | grep -Eq "$1"; }
pcscd_says() { await pcscd_says_now "$1"; }
pcscd_sees() { pcscd_says "^[0-9]+ +$1"; } # Yes|No: whether there is a card
pcscd_has_none() { pcscd_says '^No '; }
change_to() { card remove && pcscd_sees No && card insert "$1" && pcscd_sees Yes; }
unplug() { card unplug && qmp --until DEVICE_DELETED device_del id=reader; }
port=1
plug_quietly() { # PORT
	port=$1
	qmp device_add driver=usb-ccid id=reader bus=xhci.0 "port=$1" debug:=1 &&
		qmp device_add driver=ccid-card-passthru id=card bus=reader.0 chardev=card && card plug
}
plug() { plug_quietly "$@" && reader_there; }
card_is_shown() { inside root "jpki-tool status" | grep -q 'tries left'; }
reader_there() { await card_is_shown; }
replug() { unplug && plug "$@"; }
powers() { grep -c PowerOn "$work/qemu.log"; }
usb_off_and_on() { inside root "inside.sh usb_off" && pcscd_has_none && inside root "inside.sh usb_on" && pcscd_sees Yes; }
slept() { inside root 'cat /sys/power/suspend_stats/success'; }
frozen='Freezing user space processes.*[a-z]ed ' woken='PM: suspend exit'
seen() { grep -c "$1" "$work/console"; }
more_than() { [ "$(seen "$2")" -gt $1 ]; } # COUNT PATTERN
# A button that is pressed before the computer is fast asleep is lost.
wakes() { # mem|freeze COUNT
	if [ $1 = mem ]; then qmp system_wakeup; else qmp system_powerdown; fi
	more_than $2 "$woken"
}
# A reader that Linux finds in the same port after sleep is to it the one that was there, unless persists=0: so says
# libccid's rule for udev, where it has one, until the device is reset.
sleep_and_wake() { # mem|freeze COMMAND...: meanwhile
	local how=$1 before frozen_before woken_before
	shift
	before=$(slept) frozen_before=$(seen "$frozen") woken_before=$(seen "$woken")
	inside root "inside.sh usb_persists ${persists:-1}; inside.sh goes_to_sleep $how"
	ssh -O exit "${ssh_user_options[@]}" root@127.0.0.1 2>/dev/null
	await more_than $frozen_before "$frozen"
	[ $how != mem ] || await computer_is_suspended
	"$@"
	await wakes $how $woken_before && [ "$(slept)" -gt "$before" ] && pcscd_sees Yes && return
	inside root "dmesg | tail -n 30"
	return 1
}
# What a computer's USB does that has no power in sleep: the reader goes, and another one is there on waking.
power_cut() { unplug && plug_quietly "$port"; }
reader_lost_in_sleep() {
	local before
	before=$(seen 'USB disconnect')
	persists=0 sleep_and_wake mem power_cut && await more_than $before 'USB disconnect' && reader_there
}
# Both programs have had nothing to do with the card for longer than the half minute of SAFETY.md.
swap_in_long_idle() {
	local second
	second=$(inside root "cut -d. -f1 /proc/uptime") && sleep_and_wake freeze card swap "$1" &&
		inside root "until [ \$((\$(cut -d. -f1 /proc/uptime) - $second)) -gt 31 ]; do sleep 1; done"
}

stays_stuck='card line 1000'
# What happens | how | whose card is there then | how a line is stuck for each program that is asked
events=(
	"nothing|true|adult"
	"the packages are upgraded|install_packages new|adult"
	"the card taken out and put in|change_to adult|adult"
	"another person's card|change_to other|other"
	"the first card again|change_to adult|adult"
	"the reader unplugged and plugged in|replug 1|adult"
	"the reader plugged into another port|replug 2|adult"
	"a reset of the USB device|inside root 'inside.sh usb_reset'|adult"
	"the USB device switched off and on|usb_off_and_on|adult"
	"a line that is stuck until the card gets power|true|adult|card line 2"
	"a line that stays stuck|true|adult|$stays_stuck"
	"that line answers again|card line 0|adult"
	"pcscd restarted, and the reader back|inside root 'systemctl restart pcscd' && pcscd_sees Yes|adult"
	"sleep to idle|sleep_and_wake freeze true|adult"
	"sleep to memory|sleep_and_wake mem true|adult"
	"another person's card put in during sleep to memory|sleep_and_wake mem card swap other|other"
	"the first card put in during sleep to memory|sleep_and_wake mem card swap adult|adult"
	"sleep to memory that takes the power from the reader|sleep_and_wake mem power_cut|adult"
	"sleep to memory that takes the power from the reader, which is another to Linux then|reader_lost_in_sleep|adult"
	"another person's card put in during sleep to idle, half a minute after the last use|swap_in_long_idle other|other"
	"the first card put in during sleep to idle, half a minute after the last use|swap_in_long_idle adult|adult"
)
declare -A pins=([adult]=1234 [other]=4321)

# told CELL TEXT: what doc/SAFETY.md says is what was got.
told() {
	printf 'SAFETY.md: %s\ngot: %s\n' "$1" "$2"
	[ -n "$2" ] && [ "$1" = "$2" ]
}
# No PIN was refused by any card, whatever came after; all tries, nothing open, on the card that is there.
left_well() {
	! grep 'VERIFY.* < 63C' "$work/trace" && says '"auth":\{"tries":3,"open":false\},"sign":\{"tries":5,"open":false\}' \
			sh -c "'$sim' --control '$work/control' --json status | tr -d ' \n'"
}
cells() { sed -n '/^| What happens/,/^$/s/^| \(.*\) |$/\1/p' "$top/doc/SAFETY.md" | tail -n +2; }
# asked NAME STUCK CELL COMMAND...: a program that is logged in, with a line that is stuck anew for it.
asked() {
	local before
	before=$(powers)
	check "$1" told "$3" "$($2 >&2; "${@:4}" 2>&1)"
	[ -z "$2" ] || check "$1: it gave the card power" test "$(powers)" -gt "$before"
}
event() { # NAME HOW CARD STUCK
	local program agent who pin=${pins[$3]} again=${pins[$3]}
	IFS='|' read -r program agent < <(cells | awk -F ' [|] ' -v name="$1" '$1 == name { print $2 "|" $3 }')
	[ "$4" != "$stays_stuck" ] || again=
	check "$1" eval "$2"
	for who in root active ssh; do
		asked "$1: a program of ${called[$who]}" "$4" "$program" inside root "inside.sh go_on $who $pin"
	done
	asked "$1: the ssh agent of ${called[active]}" "$4" "$agent" as active "inside.sh agent_goes_on $again"
	check "$1: no PIN was refused, all tries are left, and the card is logged out" left_well
}
table_is_whole() { diff <(printf '%s\n' "${events[@]%%|*}") <(cells | sed 's/ | .*//'); }
log_in_all() {
	local who
	for who in root active ssh; do
		must "a program of ${called[$who]} logs in" says 'login: goes on' as $who "inside.sh log_in $who 1234"
	done
	must "the ssh agent of ${called[active]} has the key" as active "inside.sh agent_start 1234"
}
all_events() {
	local row name how card stuck asked=
	for row in "${events[@]}"; do
		IFS='|' read -r name how card stuck <<<"$row"
		[[ $name == *"$only"* ]] || continue
		asked=yes
		event "$name" "$how" "$card" "$stuck"
	done
	[ -n "$asked" ] || not_ok "an event has this in its name: $only"
	[ -z "$only" ] || finish
}

# ---- readers that pcscd cannot have ----

# doctor_finds NAME PATTERN: as a PROBLEM, with its exit status, also for who may look at less than root.
doctor_finds() {
	local who
	for who in root active; do
		check "$1, told to ${called[$who]}" says "PROBLEM.*$2.* status 14" as $who "inside.sh doctor_on_one_line"
	done
}
doctor_is_content() {
	check "$1" reader_there
	check "$1, and doctor finds nothing wrong" ends_with 0 inside root "jpki-tool doctor"
}
# remedy WHO WORD: the command with that word that doctor prints to WHO, run by root as printed.
remedy() {
	local command
	command=$(as $1 "jpki-tool doctor" | sed -n "s/^ *\\\$ \\(.*$2.*\\)/\\1/p" | head -n 1)
	printf '$ %s\n' "$command"
	[ -n "$command" ] && inside root "sudo() { \"\$@\"; }; $command"
}
# systemd starts nothing more than five times in ten seconds, unless it is told to count anew.
stop='systemctl stop pcscd.service pcscd.socket'
start='systemctl reset-failed pcscd.service pcscd.socket; systemctl start pcscd.socket'
restart="$stop; $start"
bundle=/usr/lib/pcsc/drivers/ifd-ccid.bundle

readers_without_driver() {
	inside root "mv $bundle /root; $restart"
	doctor_finds "no driver for readers on USB" "pcscd has no driver for readers on USB"
	inside root "mv /root/ifd-ccid.bundle $bundle; cp -L $bundle/Contents/Info.plist /root
		sed -i --follow-symlinks s/0x4433/0xFFFE/ $bundle/Contents/Info.plist; $restart"
	doctor_finds "a reader that no driver knows" "none of pcscd's drivers knows it"
	inside root "cat /root/Info.plist >$bundle/Contents/Info.plist; $restart"
	doctor_is_content "the driver that knows it is back"
}
readers_held() {
	inside root "$stop; inside.sh device_held; $start"
	doctor_finds "a reader that another program has" "another program has it"
	inside root 'kill $(cat /run/holder.pid); '"$restart"
	doctor_is_content "that program has ended"
	inside root "$stop; inside.sh device_bound; $start"
	doctor_finds "a reader that another driver of the kernel holds" "the kernel's driver usbserial[a-z_]* holds it"
	check "what doctor prints for it" remedy root unbind
	doctor_is_content "what doctor printed works as printed"
	inside root "modprobe -r usbserial"
}
reader_hidden() {
	inside root "echo 'SUBSYSTEM==\"usb\", ATTR{idVendor}==\"08e6\", ENV{PCSCLITE_IGNORE}=\"1\"' \
		>/etc/udev/rules.d/99-hide.rules; udevadm control --reload"
	check "the reader plugged in under a rule of udev" eval "unplug && plug_quietly 1"
	inside root "udevadm settle; $restart"
	if [ $release = bookworm ]; then
		doctor_is_content "Debian 12's pcscd does not know that rule"
		check "and doctor does not speak of it" inside root "! jpki-tool doctor | grep -i udev"
	else
		doctor_finds "a reader that udev hides" "a rule of udev hides it"
		check "what doctor prints finds the rule" says '/etc/udev/rules.d/99-hide.rules' remedy root PCSCLITE_IGNORE
	fi
	inside root "rm /etc/udev/rules.d/99-hide.rules; udevadm control --reload"
	check "the reader plugged in without the rule" replug 2
	doctor_is_content "the rule is gone"
}

# ---- the agent, which systemd starts ----

with_agent() {
	inside root "inside.sh write_pinentry"
	check "jpki-tool setup agent" ends_with 0 as ssh "jpki-tool setup agent --yes"
	check "then there is a socket, and no agent" ends_with 0 as ssh \
		'systemctl --user is-active jpki-agent.socket && ! systemctl --user is-active jpki-agent.service'
	check "a program signs with the PIN that the agent asked for" says '^No errors' as ssh \
		"pkcs11-tool --module \$(echo /usr/lib/*/pkcs11/jpki-auth-pkcs11.so) --login --test </dev/null"
	check "it was started by systemd" ends_with 0 as ssh "systemctl --user is-active jpki-agent.service"
	check "and asked once" says '^1$' inside root "grep -c GETPIN /tmp/asked"
	check "jpki-tool setup agent --remove" ends_with 0 as ssh "jpki-tool setup agent --remove --yes"
	check "then there is neither" ends_with 0 as ssh '! systemctl --user is-active jpki-agent.socket &&
		! systemctl --user is-active jpki-agent.service && ! ls $XDG_RUNTIME_DIR/jpki-pkcs11/agent'
	check "no try was lost, and the card is logged out" left_well
}

# ---- reminders, which systemd starts too ----

# In place of the window, which is not there: what it is told.
write_desktop() {
	inside root "printf '#!/bin/sh\necho \"\$@\" >>/tmp/reminded\n' >/usr/bin/jpki-desktop; chmod 755 /usr/bin/jpki-desktop"
}
reminded() { inside root "test -s /tmp/reminded"; }
with_reminders() {
	must "the reminders' timer and service are brought" eval 'into /usr/lib/systemd/user "$work"/units/*'
	write_desktop
	check "jpki-tool setup reminders" ends_with 0 as ssh "jpki-tool setup reminders --yes"
	check "then the timer runs, and will after the next start" ends_with 0 as ssh \
		'systemctl --user is-active jpki-reminders.timer && systemctl --user is-enabled jpki-reminders.timer'
	check "and the card's dates are kept" ends_with 0 as ssh 'grep -Ex "[0-9-]{10} 0" ~/.local/share/jpki-pkcs11/dates'
	check "the timer starts the service" await reminded
	check "once, and so that it reminds" says '^--remind;$' inside root "tr '\n' ';' </tmp/reminded"
	check "jpki-tool setup reminders --remove" ends_with 0 as ssh "jpki-tool setup reminders --remove --yes"
	check "then there is neither timer nor dates" ends_with 0 as ssh '! systemctl --user is-active jpki-reminders.timer &&
		! systemctl --user is-enabled jpki-reminders.timer && ! ls ~/.local/share/jpki-pkcs11'
	inside root "rm /usr/lib/systemd/user/jpki-reminders.* /usr/bin/jpki-desktop"
}

must "doc/SAFETY.md has these events, and no other" table_is_whole
must "the computer starts" computer_start
must "and is there" computer_await
inside root "mkdir new before"
must "what is used there is brought" into /usr/local/bin "$here/inside.sh" "$work/program"
must "so are the packages" eval 'into /root/new "$work"/debs/*.deb && into /root/before "$work"/before/*.deb'
list_files >"$work/files.before"
must "the packages of the version before are installed" install_packages before
check "it is that version" version_is "$version~before"
check "the reader is there by USB" says 'Gemplus|Gemalto' inside root lsusb
check "pcscd does not run yet" says '^inactive' inside root "systemctl is-active pcscd.service"
[ -n "$only" ] || all_uses
allow_ssh
[ -n "$only" ] || uses_work ssh "${called[ssh]} and may"
must "another person's card is made" "$sim" make other --state "$work/cards" --person moved --pin-auth 4321 --pin-sign XYZ789
log_in_all
all_events
check "the packages were upgraded" version_is "$version"
inside root "pkill program; pkill ssh-agent"
check "the first card is there again" change_to adult
readers_without_driver
readers_held
reader_hidden
with_agent
with_reminders
check "the packages are purged" inside root \
	"DEBIAN_FRONTEND=noninteractive apt-get purge -y jpki-pkcs11 jpki-pkcs11-dev jpki-tool jpki-card-sim"
inside root "rm -f /usr/local/bin/pinentry"
list_files >"$work/files.after"
check "and leave nothing behind" diff "$work/files.before" "$work/files.after"
finish
