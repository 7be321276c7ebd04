#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Where the machine forbids much: in a plain chroot, and in a container that allows neither namespaces nor
# mounts, the tests with a real pcscd run all the same; what cannot run says so.
set -u
. "$(dirname "$0")/lib.sh"
private_enter "$@"
needs_mounts

# contained COMMAND...: as root of a container.
contained() {
	env -u JPKI_PRIVATE unshare -r bash -c '
		for kind in user mnt pid net; do echo 0 >/proc/sys/user/max_${kind}_namespaces || exit 1; done
		exec setpriv --bounding-set=-sys_admin "$@"' contained "$@"
}

# in_chroot COMMAND...: / is a folder like any other there.
in_chroot() {
	local folder root=$work/chroot
	mkdir -p "$root" || return 1
	for folder in /*; do
		[ -d "$folder" ] && [ ! -L "$folder" ] || continue
		mkdir "$root$folder" && mount --rbind "$folder" "$root$folder" || return 1
	done
	for folder in /*; do [ ! -L "$folder" ] || cp -d "$folder" "$root/" || return 1; done
	env -u JPKI_PRIVATE chroot "$root" "$@"
}

# passes COMMAND...: with all its results, and all of them "ok".
passes() {
	"$@" >"$work/results" 2>&1
	local status=$?
	cat "$work/results"
	[ $status -eq 0 ] && [ "$(grep -c '^ok ' "$work/results")" -ge 6 ] && ! grep -v '^ok ' "$work/results"
}

# is_forbidden COMMAND...: says so, and nothing else.
is_forbidden() {
	"$@" >"$work/results" 2>&1 || return 1
	cat "$work/results"
	[ "$(grep -c '^forbidden ' "$work/results")" = 1 ] && ! grep -v '^forbidden ' "$work/results"
}

nothing_is_left() {
	! readlink /proc/[0-9]*/exe | grep '/pcscd$' && [ ! -e /run/pcscd ]
}

rm -rf /run/pcscd
service=$top/tests/pcscd/service.sh
check "in a container without namespaces, pcscd needs none" passes contained "$service"
check "nothing of it is left" nothing_is_left
check "what needs mounts is forbidden there" is_forbidden contained "$top/tests/clients/curl.sh"
mkdir /run/pcscd
pcscd_start
check "beside a pcscd that runs there, the test is forbidden" is_forbidden contained "$service"
check "and leaves that one alone" kill -0 "$pcscd_pid"
pcscd_stop
if [ "$(cat /proc/self/uid_map | tr -s ' ')" = " 0 0 4294967295" ]; then
	check "in a plain chroot there are namespaces" passes in_chroot "$service"
else
	forbidden "in a plain chroot there are namespaces" "only root may make a chroot with namespaces"
fi
finish
