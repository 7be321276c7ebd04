#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The recipes of doc/clients/login.md, with the real sudo, SSSD and PAM, for a user that only this
# test's namespace has.
set -u
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/agent-lib.sh"
client_enter login "$@"
setpriv --reuid 1500 --clear-groups true 2>/dev/null ||
	{ forbidden "all of it" "sudo and login need the real root"; finish; }
as_alice=(setpriv --reuid 1500 --regid 1500 --init-groups env HOME=/home/alice XDG_RUNTIME_DIR="$work/runtime")

add_user() {
	local file
	mkdir -p "$work/etc" && mount -t tmpfs -o mode=755 none /home && mkdir -m 755 /home/alice &&
		chown 1500 /home/alice || return 1
	for file in passwd group shadow hosts; do
		cp -p /etc/$file "$work/etc/" && mount --bind "$work/etc/$file" /etc/$file || return 1
	done
	echo "alice:x:1500:1500::/home/alice:/bin/sh" >>/etc/passwd
	echo "alice:x:1500:" >>/etc/group
	echo "alice:$(openssl passwd -6 -salt test "a password"):20000::::::" >>/etc/shadow
	echo "127.0.0.1 $(hostname)" >>/etc/hosts # sudo asks for it
}

sssd_folders() {
	mount -t tmpfs none /var/lib/sss && mount -t tmpfs none /var/log/sssd &&
		mkdir -p /var/lib/sss/{db,mc,pubconf,secrets,gpo_cache,deskprofile,keytabs,pipes/private} &&
		mount -t tmpfs -o mode=755 none /etc/sssd && mkdir /etc/sssd/pki /etc/sssd/conf.d
}

folders() {
	shadow /etc/pam.d && { [ ! -x /usr/sbin/sssd ] || sssd_folders; } &&
		mount -t tmpfs -o mode=755 none /etc/pam_pkcs11 && mount -t tmpfs -o mode=755 none /etc/sudoers.d &&
		echo "alice ALL = (ALL) ALL" >/etc/sudoers.d/alice && chmod 440 /etc/sudoers.d/alice
}

# pam_begin: each program begins with Debian's own files.
pam_begin() {
	[ ! -e "$work/pam.d" ] && cp -a /etc/pam.d "$work/pam.d"
	cp -a "$work/pam.d/." /etc/pam.d/
}

version_of() { { grep -hs "^$1=" "$unpacked/../packages" || dpkg-query -W -f '${Package}=${Version}\n' "$1"; } 2>/dev/null | sed 's/^[^=]*=//; s/-.*//' | tail -n 1; }

root_by() { grep -qx root "$1" || { tail -n 5 "$1"; return 1; }; }

# sudo_row WHAT [PROMPT ANSWER]...: the page's sudo, as alice.
sudo_row() {
	run_as=("${as_alice[@]}")
	recipe sudo "$@"
	run_as=()
	check "sudo: is root" root_by "$work/recipe.out"
}

# pam_row SERVICE WHAT [PROMPT ANSWER]...: what a program asks of PAM. (login itself hangs up its terminal
# first, which would end the test's.)
pam_row() {
	local service=$1 what=$2 result=works
	shift 2
	card count reset >/dev/null
	"$answer" $recipe_seconds "$@" -- "${run_as[@]}" pamtester $service alice authenticate acct_mgmt >"$work/pam" 2>&1
	if grep -q 'successfully authenticated' "$work/pam"; then ok "$title $what"; else
		not_ok "$title $what" "$work/pam"
		result=FAILED
	fi
	add_row "$what" "$result" "$(exchanges)"
	check "$title, $service: left clean" left_clean
}

console_row() { pam_row login "logs in on the console (PAM's service login)" "$@"; }

# unlock_row MODULE...: alice's own agent asks where the program is alice's own, as some screen locks are.
unlock_row() {
	printf 'auth required %s\naccount required pam_permit.so\n' "$*" >/etc/pam.d/lock
	run_as=("${as_alice[@]}")
	agent_begin "$work/bin/test-pinentry"
	: >"$work/told"
	pam_row lock "unlocks a screen; the agent asks"
	check "$title, lock: one dialog, which says that the program asks" asked pamtester
	run_as=()
}

# For sudo, who is root, she has no agent.
sudo_without_agent_row() {
	: >"$work/told"
	sudo_row "lets in by sudo, which alice's agent cannot ask for" "$@"
	check "$title, sudo: no dialog" [ ! -s "$work/told" ]
}

alice_agent() {
	agent_prepare
	cp "$build/src/tool/jpki-tool" "$work/bin/agent-tool" && agent_tool=$work/bin/agent-tool
	install -d -o 1500 /home/alice/.config && echo "ask-pin = agent" >/home/alice/.config/jpki-pkcs11.conf
	chown 1500 "$XDG_RUNTIME_DIR" && chmod 666 "$work/words" && : >"$work/told" && chmod 666 "$work/told"
	unset XDG_RUNTIME_DIR # root has none
}

# falls_back NAME TRIES MESSAGE [PROMPT ANSWER]...: the password is asked for after all, and serves.
falls_back() {
	local name=$1 tries=$2 message=$3
	shift 3
	recipe_text sudo >"$work/recipe.sh"
	run_as=("${as_alice[@]}")
	run_block "$work/recipe.sh" "$work/recipe.out" "$@" "assword" "a password"
	run_as=()
	check "$name: the password serves" root_by "$work/recipe.out"
	check "$name: says so" grep -Fqe "$message" "$work/recipe.out"
	[ "$tries" = - ] || check "$name: the tries" tries_left "$tries" 5
	[ "$tries" = - ] || card tries $card auth 3 >/dev/null
}

# stays_out NAME TRIES MESSAGE PROMPT PIN: with the card in the reader, sudo asks for the PIN three times and
# never for the password.
stays_out() {
	local name=$1 tries=$2 message=$3 prompt=$4 pin=$5
	run_as=("${as_alice[@]}")
	mishap sudo "$name: sudo asks for nothing but the PIN, and fails" "$message" \
		"$prompt" "$pin" "$prompt" "$pin" "$prompt" "$pin"
	run_as=()
	check "$name: the tries" tries_left "$tries" 5
	card tries $card auth 3 >/dev/null
}

# lets_in PROMPT
lets_in() {
	sudo_row "lets in by sudo" "$1" $pin_auth
	console_row "$1" $pin_auth
}

# without_card MESSAGE
without_card() {
	card_out
	falls_back "no card" - "$1"
	card_in
}

# others_card PROMPT: another person's, of the same authority: that is asked three times, and nobody is let in.
others_card() {
	card_out
	card insert alias && await $patience reader_has Yes || bail "another card"
	run_as=("${as_alice[@]}")
	mishap sudo "another person's card: sudo fails" "" "$1" $pin_auth "$1" $pin_auth "$1" $pin_auth
	run_as=()
	check "another person's card: nobody is let in" eval '! root_by "$work/mishap.out"'
	card_out
	card_in
}


chmod 755 "$work" "$play"
{ add_user && folders && alice_agent; } >"$work/out" 2>&1 || bail "prepared" "$work/out"

if [ -x /usr/sbin/sssd ] && dpkg --compare-versions "$(version_of sssd-common)" ge 2.9; then
	program SSSD "$(version_of sssd-common)"
	pam_begin
	preparation sssd
	preparation sssd-pam
	sssd -i --logger=files >"$work/sssd.log" 2>&1 &
	sssd_pid=$!
	await $patience listens /var/lib/sss/pipes/pam || bail "SSSD started" "$work/sssd.log"
	prompt="PIN for JPKI Auth 4-digit PIN"
	lets_in "$prompt"
	falls_back "a wrong PIN" 2 "assword" "$prompt" 4444
	card block $card auth >/dev/null
	falls_back "a locked PIN" 0 "PIN locked" "$prompt" $pin_auth
	without_card "assword"
	others_card "assword"
	kill $sssd_pid
	wait $sssd_pid 2>/dev/null
else
	skip "login with SSSD" "no SSSD of 2.9 or newer is installed"
	add_row "SSSD" "skipped: no SSSD of 2.9 or newer"
fi
if [ -e "$(echo /usr/lib/*/security/pam_pkcs11.so)" ]; then
	program pam_pkcs11 "$(version_of libpam-pkcs11)"
	pam_begin
	preparation pam-pkcs11
	preparation pam-pkcs11-pam
	prompt="Smart card PIN: "
	lets_in "$prompt"
	message=$'Error 2320: Wrong smart card PIN\nError 2320: Wrong smartcard PIN'
	stays_out "a wrong PIN" 2 "$message" "$prompt" 4444
	card block $card auth >/dev/null
	stays_out "a locked PIN" 0 "$message" "$prompt" $pin_auth
	without_card "no suitable token available"
	others_card "$prompt"
	unlock_row pam_pkcs11.so
	sudo_without_agent_row "$prompt" $pin_auth
	agent_end
fi

# libpam-p11, of which the page warns: on Debian 12 it never ends.
warned() {
	local status seconds=$recipe_seconds never_ends=
	case $(version_of libpam-p11) in 0.3.*) seconds=20 never_ends=yes ;; esac
	timeout --foreground $seconds "$answer" $seconds "PIN" $pin_auth -- pamtester warned alice authenticate
	status=$?
	if [ -n "$never_ends" ]; then [ $status = $no_end ]; else ended_badly $status; fi
}
if [ -e "$(echo /usr/lib/*/security/pam_p11.so)" ]; then
	printf 'auth required pam_p11.so %s\n' "$modules/jpki-auth-pkcs11.so" >/etc/pam.d/warned
	install -d -o 1500 /home/alice/.eid && "$sim" certificate $card auth >/home/alice/.eid/authorized_certificates
	check "libpam-p11 lets in" "$answer" $recipe_seconds "PIN" $pin_auth -- pamtester warned alice authenticate
	card block $card auth >/dev/null
	check "libpam-p11 on a locked PIN: does what the page says of its version" warned
	card tries $card auth 3 >/dev/null
	program pam_p11 "$(version_of libpam-p11)"
	unlock_row pam_p11.so "$modules/jpki-auth-pkcs11.so"
	agent_end
fi
client_finish
