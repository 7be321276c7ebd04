# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# A real sshd for tests/clients/*.sh, to be sourced after lib.sh and client_enter. It knows who it is
# that logs in from ~/.ssh/authorized_keys of the test's own home.

# OpenSSH takes the home from /etc/passwd and not from $HOME: ours, so that it neither reads nor
# writes the user's ~/.ssh. The user sshd is made by the server's package when it is installed.
ssh_home() {
	{
		awk -F: -v OFS=: -v uid="$(id -u)" -v home="$HOME" '$3 == uid { $6 = home } { print }' /etc/passwd
		getent passwd sshd >"$work/sshd-user" || echo "sshd:x:999:65534::/run/sshd:/usr/sbin/nologin"
	} >"$work/passwd" && mount --bind "$work/passwd" /etc/passwd || return 1
	mkdir -p -m 700 "$HOME/.ssh" && touch "$HOME/.ssh/authorized_keys" "$work/sshd.log"
}

ssh_configure() {
	mkdir -p "$work/sshd"
	ssh-keygen -q -t ed25519 -N '' -f "$work/sshd/host" || return 1
	cat >"$work/sshd/config" <<END
HostKey $work/sshd/host
PidFile none
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
LogLevel VERBOSE
END
	# Newer ones close the door for a while to an address from which log-ins have failed.
	mkdir -p /run/sshd
	! /usr/sbin/sshd -t -f "$work/sshd/config" -o PerSourcePenalties=no 2>/dev/null ||
		echo "PerSourcePenalties no" >>"$work/sshd/config"
	echo "server.example $(cat "$work/sshd/host.pub")" >"$HOME/.ssh/known_hosts"
}

# ssh_site [COMMAND...]: sshd on server.example, started by a command that gives it its surroundings.
# False where the system does not let it separate its privileges (some user namespaces).
ssh_site() {
	"$@" /usr/sbin/sshd -D -e -f "$work/sshd/config" 2>>"$work/sshd.log" &
	await $patience ssh_answers
}

ssh_answers() { ssh-keyscan -T 2 -t ed25519 server.example 2>/dev/null | grep -q ssh-ed25519; }

# How many keys sshd refused since sshd_log_begin.
sshd_log_begin() { : >"$work/sshd.log"; }
keys_refused() { grep -c '^Failed publickey ' "$work/sshd.log"; }
