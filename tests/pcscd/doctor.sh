#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# jpki-tool doctor: each thing that can be wrong is made wrong and has to be found, with the command
# that mends it. In namespaces of the test's own: a pcscd of its own, a made /sys/bus/usb, its own
# home folder, p11-kit's and pcscd's folders replaced where a case wants them otherwise.
set -u
. "$(dirname "$0")/lib.sh"
private_enter "$@"
needs_mounts

doctor_program=$build/src/tool/jpki-tool
bin=$work/bin
mkdir "$bin"
run_doctor() { PATH=$bin:$PATH timeout 120 "$@" "$doctor_program" --module "$module" doctor --json; }

# policy PCSCD [CARD]: what pkcheck answers about the program that asks it, for pcscd as such and for a
# card: 0 allowed, 1 refused, 2 only with a password, 127 polkit could not be asked.
policy() {
	echo "$1" >"$work/policy.access_pcsc"
	echo "${2-$1}" >"$work/policy.access_card"
}
cat >"$bin/pkcheck" <<-END
	#!/bin/sh
	test "\$1 \$3 \$4" = "--action-id --process \$PPID" && test \$# -eq 4 || exit 126
	exit "\$(cat "$work/policy.\${2#org.debian.pcsc-lite.}")"
END
chmod +x "$bin/pkcheck"
policy 127

# look [COMMAND...]: what doctor finds, one finding a line, in $work/findings; its status too.
look() {
	run_doctor "$@" >"$work/json" 2>"$work/errors"
	status=$?
	tr -d '\n' <"$work/json" | sed 's/{ *"area"/\n&/g' | grep '"area"' >"$work/findings"
	expected=0
	! grep -q '"state": "problem"' "$work/findings" || expected=14
	[ $status -eq $expected ] || not_ok "exit status $expected, and not $status" "$work/findings"
}

# finds NAME STATE FINDING [TEXT]: in the last look, with TEXT in the command or in what it is about.
finds() {
	if grep -Fe "\"state\": \"$2\"" "$work/findings" | grep -Fe "\"finding\": \"$3\"" |
		grep -Fqe "${4-}"; then
		ok "$1"
	else
		{ cat "$work/errors" "$work/findings"; echo "expected $2 $3 ${4-}"; } >"$work/out"
		not_ok "$1" "$work/out"
	fi
}

finds_not() { check "$1" sh -c '! grep -Fq "\"finding\": \"$1\"" "$2"' sh "$2" "$work/findings"; }

says() { check "$1" test "$status" -eq "$2"; }

# The folders that doctor looks into, as this test wants them.
configured=$(pkg-config --variable=p11_module_configs p11-kit-1) || bail "p11-kit's folder known"
drivers=/usr/lib/pcsc/drivers
opensc=$(cat "$configured"/opensc-pkcs11.module 2>/dev/null)
mount -t tmpfs none "$configured" || bail "p11-kit's configuration replaced"
echo "module: $build/.libs/jpki-auth-pkcs11.so" >"$configured/jpki-auth.module"
if [ -d /sys/bus/usb ]; then
	mount -t tmpfs none /sys/bus/usb || bail "USB replaced"
else
	mount -t tmpfs none /sys/bus && mkdir /sys/bus/usb || bail "USB replaced"
fi
usb=/sys/bus/usb/devices
mkdir "$usb"

# plug DEVICE VENDOR PRODUCT CLASS MAKER NAME [DRIVER]
plug() {
	mkdir -p "$usb/$1" "$usb/$1:1.0" "/sys/bus/usb/drivers/${7:-usbfs}"
	echo "$2" >"$usb/$1/idVendor"
	echo "$3" >"$usb/$1/idProduct"
	echo "$5" >"$usb/$1/manufacturer"
	echo "$6" >"$usb/$1/product"
	echo "$4" >"$usb/$1:1.0/bInterfaceClass"
	[ -z "${7-}" ] || ln -s "../../drivers/$7" "$usb/$1:1.0/driver"
}
unplug_all() { rm -rf "${usb:?}"/*; }

## The service

look
finds "a stopped pcscd" problem stopped "pcscd"
says "something wrong is status 14" 14
finds_not "what cannot be known without it is not guessed" no-reader

mount --bind /dev/null "$(readlink -f /usr/sbin/pcscd)" || bail "pcscd hidden"
look
finds "a pcscd that is not installed, and its package" problem not-installed "install pcscd"
umount "$(readlink -f /usr/sbin/pcscd)"

perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 1) or die' \
	/run/pcscd/pcscd.comm || bail "left socket"
look
finds "a socket that a pcscd left behind" problem died "restart"
rm -f /run/pcscd/pcscd.comm

# pretend PERL: something else in pcscd's place, which does PERL with each connection $c.
pretend() {
	perl -MIO::Socket::UNIX -e '
		$SIG{PIPE} = "IGNORE";
		my $s = IO::Socket::UNIX->new(Local => shift, Listen => 5) or die;
		while (my $c = $s->accept) { '"$1"' }' /run/pcscd/pcscd.comm &
	pretender=$!
	await 60 listens /run/pcscd/pcscd.comm || bail "a pretended pcscd"
}
pretend_no_more() {
	kill $pretender
	wait $pretender 2>/dev/null
	rm -f /run/pcscd/pcscd.comm
}

# pcsc-lite's first exchange: a head of 8 bytes and version, version, result; other versions are
# refused with SCARD_E_SERVICE_STOPPED.
pretend 'sysread $c, my $head, 8; sysread $c, my $body, 12; syswrite $c, pack("L3", 3, 0, 0x8010001E)'
look
finds "a pcscd of another version" problem not-understood "journalctl"
pretend_no_more
# A pcscd whose policy says no closes the connection, and libpcsclite knows why.
policy 1
pretend 'close $c'
look
finds "a pcscd that hangs up, as the policy wants it" problem refused
pretend_no_more
# libpcsclite, which has been heard by then, takes this for no service.
pretend 'my $v = ""; vec($v, fileno $c, 1) = 1; sysread $c, my $heard, 20 if select $v, undef, undef, 0.3; close $c'
look
finds "a policy that takes its time" problem refused
pretend_no_more

# The result by which libpcsclite tells it.
refusing=("$sim" run --fault "error@establish:1+:SCARD_W_SECURITY_VIOLATION" --)
look "${refusing[@]}"
finds "a policy that refuses this session, with the rule that allows it" problem refused \
	"org.debian.pcsc-lite.access_"
says_why() {
	local name=$1 pattern=$2
	shift 2
	PATH=$bin:$PATH timeout 120 "$@" "$doctor_program" --module "$module" doctor >"$work/text" 2>&1
	check "$name" grep -Eq "$pattern" "$work/text"
}
unset SSH_CONNECTION SSH_TTY TMUX STY
says_why "it says who is let in" 'Reader service +PROBLEM .*sits at the computer' "${refusing[@]}"
SSH_CONNECTION="192.0.2.1 1 192.0.2.2 22" says_why "it knows ssh" 'PROBLEM .*came by ssh' "${refusing[@]}"
TMUX=/tmp/tmux,1,0 says_why "it knows tmux" 'PROBLEM .*tmux counts' "${refusing[@]}"
# proposes_no_rule NAME: nor any other change to what is not known to be wrong.
proposes_no_rule() {
	check "$1" sh -c '! grep -F "\"problem\"" "$1" | grep -q "polkit\|tee\|restart"' sh "$work/service"
}
for answer in 2 3 127; do
	policy $answer
	look "${refusing[@]}"
	grep -F '"service"' "$work/findings" >"$work/service"
	finds "polkit does not say ($answer): how to find out" problem turned-away "journalctl"
	proposes_no_rule "and no rule for what may be no policy ($answer)"
done
says_why "both causes are told" 'over ssh, perhaps.*as many programs' "${refusing[@]}"
chmod -x "$bin/pkcheck"
look env PATH="$bin" "${refusing[@]}"
finds "without pkcheck neither" problem turned-away "journalctl"
chmod +x "$bin/pkcheck"
policy 0
look "${refusing[@]}"
grep -F '"service"' "$work/findings" >"$work/service"
finds "turned away by a pcscd whose policy lets in" problem full
proposes_no_rule "and no rule for what is no policy"
says_why "which may serve no more programs" 'PROBLEM .*as many programs as it can' "${refusing[@]}"
policy 0 1
look "$sim" run --fault "error@connect:1+:SCARD_W_SECURITY_VIOLATION" --
finds "a policy that refuses the card only" problem refused "50-pcscd-"
check "is told of the card, not of the service" sh -c \
	'grep -F refused "$1" | grep -Fq "\"card\"" && grep -Fq "\"running\"" "$1"' sh "$work/findings"
# The real pcscd, whose only thread another program has.
policy 0
pcscd_start --config "$work/no-drivers" --max-thread 1 $(without_polkit)
perl -MIO::Socket::UNIX -e 'my $s = IO::Socket::UNIX->new($ARGV[0]) or die; syswrite STDOUT, "x"; sleep 600' \
	/run/pcscd/pcscd.comm >"$work/other" &
other=$!
await 60 test -s "$work/other" || bail "another program"
look
finds "a pcscd out of threads" problem full
kill $other
wait $other 2>/dev/null
lets_in() { look && grep -q '"finding": "running"' "$work/findings"; }
check "which lets in again when that program has ended" await 60 lets_in
pcscd_stop
policy 1
if ldd "$(command -v pcscd)" | grep -q polkit; then
	pcscd_start --config /etc/reader.conf.d/vpcd
	# Another user, who may yet read what was built: /root is closed to others.
	look setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=+dac_read_search \
		--ambient-caps=+dac_read_search
	finds "the real policy's refusal" problem refused
	# Whether pcscd hangs up before or after libpcsclite speaks is chance.
	refused_each_time() {
		for _ in {1..50}; do
			timeout 120 "$doctor_program" --module "$module" status --json | grep -q '"refused"' || return 1
		done
	}
	check "which status calls so each of 50 times" refused_each_time
	pcscd_stop
else
	skip "the real policy's refusal" "this pcscd was built without polkit"
fi

## Readers: pcscd of its own, whose virtual readers stay away

pcscd_start --config "$work/no-drivers" $(without_polkit)
look
finds "the service alone is fine" ok running
finds "no reader" problem no-reader
plug 1-1 1d6b 0002 09 Linux Hub
look
finds "what is on USB beside is no reader" problem no-reader
plug 1-2 072f 2200 0b ACS "ACR122U PICC Interface" pn533_usb
look
finds "an ACR122U that the kernel holds" problem held-by-kernel "blacklist-nfc.conf"
finds "and by which module" problem held-by-kernel "modprobe -r pn533_usb"
finds_not "then a reader is plugged in" no-reader
unplug_all
plug 1-2 054c 06c3 ff SONY "RC-S380/P" port100
look
finds "a Sony RC-S380 that the kernel holds" problem held-by-kernel "modprobe -r port100"
finds "and that pcscd could not use either" problem unsupported "RC-S380/P"
unplug_all
plug 1-2 054c 06c1 ff SONY "RC-S380/S"
look
finds "a Sony RC-S380 that nobody holds" problem unsupported "RC-S380/S (054c:06c1)"
unplug_all
plug 1-2 ffff 0001 0b Nobody "Strange $(printf '\033')[31mReader"
look
finds "a reader that no driver knows" problem no-driver "Nobody Strange"
check "its name cannot play tricks on the terminal" sh -c '! grep -qi "u001b" "$1"' sh "$work/findings"
unplug_all
plug 1-2 072f ffff 0b ACS "ACR0000"
look
finds "its maker's driver, where we know one" problem no-driver "install libacsccid1"
if [ -d "$drivers" ]; then
	mount -t tmpfs none "$drivers"
	look
	finds "no driver at all: the package is named" problem no-driver "install libccid"
	umount "$drivers"
else
	skip "no driver at all: the package is named" "pcscd's folder of drivers is elsewhere"
fi
unplug_all
plug 1-2 054c 0dc9 0b SONY "RC-S300/P"
look
finds "a reader that pcscd knows and did not take" problem not-taken "restart pcscd"
echo 1 >"$usb/1-2/busnum"
echo 12 >"$usb/1-2/devnum"
echo 189:11 >"$usb/1-2/dev"
mkdir -p /run/udev/data && mount -t tmpfs none /run/udev/data || bail "udev's data replaced"
printf 'I:1\nE:ID_BUS=usb\nE:PCSCLITE_IGNORE=1\nG:x\n' >/run/udev/data/c189:11
# pcscd_has WORD: that is all that the program consists of, for who looks into it. pcscd 2.3.2 has the rule's word.
pcscd_has() {
	printf 'ELF\0%s\0end\n' "$1" >"$work/pcscd" && chmod +x "$work/pcscd" &&
		mount --bind "$work/pcscd" "$(readlink -f /usr/sbin/pcscd)" || bail "another pcscd"
	look
	umount "$(readlink -f /usr/sbin/pcscd)"
}
pcscd_has PCSCLITE_IGNORE
finds "a reader that a rule of udev hides" problem hidden-by-udev "grep -r PCSCLITE_IGNORE"
finds_not "then pcscd had no chance to take it" not-taken
pcscd_has PCSCLITE_FILTER_IGNORE_READER_NAMES
finds "to a pcscd that knows no such rule it is not hidden" problem not-taken "restart pcscd"
finds_not "and doctor does not say so" hidden-by-udev
umount /run/udev/data
ln -sf ../../drivers/usbfs "$usb/1-2:1.0/driver"
look
finds "a reader that another program has by usbfs" problem held-by-program "fuser -v /dev/bus/usb/001/012"
ln -sfn ../../drivers/usbserial_generic "$usb/1-2:1.0/driver"
look
finds "a reader that another driver of the kernel holds" problem held-by-driver \
	"echo 1-2:1.0 | sudo tee /sys/bus/usb/drivers/usbserial_generic/unbind"
rm "$usb/1-2:1.0/driver"
cp "$(command -v sleep)" "$bin/scdaemon"
"$bin/scdaemon" 600 &
gpg=$!
await 60 sh -c 'test "$(cat "/proc/$1/comm")" = scdaemon' sh $gpg
look
finds "gpg that talks to the reader past pcscd" problem held-by-gpg \
	"printf '%s\\\\n' disable-ccid pcsc-shared >>~/.gnupg/scdaemon.conf"
kill $gpg
wait $gpg 2>/dev/null
pcscd_stop
unplug_all

## Cards: with vpcd's two readers

pcscd_start
look
finds "an empty reader" problem no-card "Virtual PCD 00 00"
finds_not "with readers there, USB is not asked about" no-reader
plug 1-2 054c 0dc9 0b SONY "RC-S300/P"
JPKI_PKCS11_READER="*SONY*" look
finds "readers that a setting hides, and which" problem hidden JPKI_PKCS11_READER
finds_not "then none is to be plugged in" no-reader
finds_not "and pcscd has taken what it has" not-taken
unplug_all
JPKI_PKCS11_READER="*00 01" look
finds "one that is hidden may have the card" caution hidden JPKI_PKCS11_READER
plug 1-2 072f 2200 0b ACS "ACR122U PICC Interface" pn533_usb
look
finds "with another reader there, one that the kernel holds is less" caution held-by-kernel
unplug_all
card_serve --card adult
look
finds "a card" ok present "Virtual PCD 00 00"
finds "which is told to be simulated" note simulated
finds "the other reader is empty, and that is fine" note no-card "Virtual PCD 00 01"
finds "it can sign for TLS 1.3" ok tls13
finds "p11-kit knows the module" ok known "$build/.libs/jpki-auth-pkcs11.so"
finds_not "OpenSC is not there" opensc-too
says "with nothing wrong the status is 0" 0
card trace >/dev/null
look
card trace >"$work/trace"
check "no PIN is sent, and both queries cost no try" \
	sh -c 'grep -q QUERY "$1" && ! grep -Eq "VERIFY|CHANGE|RESET" "$1"' sh "$work/trace"
check "the card is logged out after it" logged_out

# Another program that holds the reader: OpenSC's explorer, told to connect exclusively; it ends at once
# where somebody looks at the card in that moment.
printf 'app default {\n reader_driver pcsc { connect_exclusive = true; }\n}\n' >"$work/opensc.conf"
mkfifo "$work/orders"
OPENSC_CONF=$work/opensc.conf timeout 120 \
	sh -c 'until opensc-explorer -r "Virtual PCD 00 00"; do :; done' <"$work/orders" >"$work/explorer" 2>&1 &
explorer=$!
exec {orders}>"$work/orders"
held() {
	look
	grep -q '"finding": "busy"' "$work/findings"
}
if await 60 held; then
	finds "a reader that another program holds" problem busy "Virtual PCD 00 00"
	says_why "and which programs use readers" 'PROBLEM .*opensc-explorer' env
	library=$(ldconfig -p | sed -n 's/.*libpcsclite\.so\.1 .*=> //p' | head -n 1)
	LD_PRELOAD=$library "$bin/scdaemon" 600 &
	gpg=$!
	await 60 sh -c 'grep -q libpcsclite "/proc/$1/maps" && test "$(cat "/proc/$1/comm")" = scdaemon' sh $gpg
	look
	finds "gpg among them: how to make it share" problem busy "pcsc-shared"
	kill $gpg
	wait $gpg 2>/dev/null
else
	not_ok "a reader that another program holds" "$work/explorer"
fi
exec {orders}>&-
kill $explorer 2>/dev/null
wait $explorer 2>/dev/null

# swapped NAME CARD STATE FINDING [TEXT]
swapped() {
	card swap "$2" >"$work/out" 2>&1 || bail "card swapped" "$work/out"
	look
	finds "$1" "$3" "$4" "${5-}"
}
swapped "a foreign card" foreign problem foreign-card
swapped "an old card" juki problem juki-card
swapped "a locked PIN" locked-auth problem auth-locked "help locked"
swapped "a locked password" locked-sign problem sign-locked "help locked"
swapped "a certificate that has ended" expired problem expired "help expired"
swapped "what is no certificate" key-ec problem bad-certificate
swapped "a phone that is simulated" phone note simulated
swapped "a card without the log-in certificate" opted-out caution no-certificate
card swap adult >/dev/null
card set adult pss off >/dev/null
swapped "a card without the signature that TLS 1.3 wants" adult caution no-tls13
says "which is no fault" 0
card set adult pss on >/dev/null
card set adult check-order pin-first >/dev/null
swapped "a card that shows that to logins only" adult note tls13-unknown
card set adult check-order p1-first >/dev/null
card tries adult auth 1 >/dev/null
swapped "a last try" adult caution auth-last-try "help forgotten"
card tries adult auth 3 >/dev/null

# One laid askew: no answer to anything. Such a card is not in vpcd; over the stand-in it is.
look "$sim" run --fault "error@connect:1+:SCARD_W_UNRESPONSIVE_CARD" --
finds "a card laid askew" problem no-answer

## Programs

printf '%s\n' "$opensc" >"$configured/opensc-pkcs11.module"
if [ -n "$opensc" ]; then
	look
	finds "OpenSC, which shows the card twice" caution opensc-too "opensc-pkcs11.module"
	says_why "and that one typo can then cost two tries" 'one typo costs two tries' env
	echo "module:" >"$configured/opensc-pkcs11.module"
	look
	finds_not "OpenSC, switched off as it is told" opensc-too
else
	skip "OpenSC, which shows the card twice" "OpenSC is not registered with p11-kit here"
fi
rm "$configured/jpki-auth.module"
look
finds "p11-kit that does not know the module" problem unknown "jpki-auth.module"
echo "module: $work/none.so" >"$configured/jpki-auth.module"
look
finds "nor one that cannot be loaded" problem unknown
echo "module: $build/.libs/jpki-auth-pkcs11.so" >"$configured/jpki-auth.module"

profile() {
	mkdir -p "$1"
	certutil -N -d "sql:$1" --empty-password >"$work/out" 2>&1 || bail "profile made" "$work/out"
}
setup() { "$doctor_program" --module "$build/.libs/jpki-auth-pkcs11.so" setup "$@" --yes >"$work/out" 2>&1; }
firefox=$HOME/.mozilla/firefox
profile "$firefox/one"
mkdir "$firefox/idle"
printf '[Profile0]\nName=idle\nIsRelative=1\nPath=idle\n\n[Profile1]\nName=one\nIsRelative=1\nPath=one\n' \
	>"$firefox/profiles.ini"
look
finds "Firefox, not set up" caution not-set-up "setup firefox"
check "a profile that nobody uses says nothing" sh -c '! grep -q firefox/idle "$1"' sh "$work/findings"
says "which is no fault either" 0
setup firefox
look
finds "Firefox, set up" ok set-up "$firefox/one"
sed -i 's,^library=.*jpki-auth,library=/gone/jpki-auth,' "$firefox/one/pkcs11.txt"
look
finds "Firefox with a module that has gone" problem module-gone "setup firefox"
setup firefox
profile "$HOME/.pki/nssdb"
look
finds "Chromium, not set up" caution not-set-up "setup chromium"
setup chromium
look
finds "Chromium, set up" ok set-up "$HOME/.pki/nssdb"
profile "$HOME/.thunderbird/one"
printf '[Profile0]\nName=default\nIsRelative=1\nPath=one\n' >"$HOME/.thunderbird/profiles.ini"
look
check "Thunderbird without the module is nothing to tell of" test -z "$(grep '"thunderbird"' "$work/json")"
modutil -force -dbdir "sql:$HOME/.thunderbird/one" -add jpki-sign-pkcs11 \
	-libfile "${module%/*}/jpki-sign-pkcs11.so" >/dev/null 2>&1
look
finds "Thunderbird, set up" ok set-up "$HOME/.thunderbird/one"
mkdir -p "$HOME/snap/firefox/common" "$HOME/.var/app/org.chromium.Chromium"
look
finds "Firefox in a Snap" caution snap "snap/firefox"
finds "Chromium in a Flatpak" caution flatpak "org.chromium.Chromium"
check "and the way to the card from there" grep -q 'doc/clients/flatpak\.md' \
	<(timeout 120 "$doctor_program" --module "$module" doctor 2>/dev/null)

## All of it

before=$(find "$HOME" -type f -exec sha256sum {} + | sort)
look
check "it changes no file" test "$before" = "$(find "$HOME" -type f -exec sha256sum {} + | sort)"
timeout 120 "$doctor_program" --module "$work/none.so" doctor --json >"$work/json" 2>"$work/errors"
check "a module that cannot be loaded" grep -q '"finding": "not-loaded"' "$work/json"
says_why "for people: a word before each sentence, and no colour in a pipe" \
	'^  Card +OK +Virtual PCD 00 00: My Number card$' env
# gettext goes by the locale's name alone, so the one that always exists is given that name.
mkdir "$work/locales" && ln -s /usr/lib/locale/C.utf8 "$work/locales/ja_JP.UTF-8"
says_why "in Japanese too" '問題はありません' env LOCPATH="$work/locales" LC_ALL=ja_JP.UTF-8
finish
