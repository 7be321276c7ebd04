#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# What configure can leave out, from a release's tarball: the modules alone, each program alone, without
# cmocka; and an installation below a prefix of an ordinary user's own.
. "$(dirname "$0")/lib.sh"
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT

# try FOLDER ARGUMENT...: the unpacked tarball, configured and built in that folder; how good its code is, is no
# matter here.
try() {
	mkdir -p "$work/$1" && cd "$work/$1" && shift || return 1
	"$work/source/configure" CFLAGS=-O0 "$@" >configure.log 2>&1 && make -j "$(nproc)" >make.log 2>&1 && return
	cat configure.log make.log 2>/dev/null
	return 1
}

# without NAME...: a pkg-config that does not know these.
without() {
	printf '#!/bin/sh\nfor word; do case $word in %s) exit 1 ;; esac; done\nexec %s "$@"\n' \
		"$(printf '%s*\n' "$@" | paste -s -d '|')" "$(command -v pkg-config)" >"$work/pkg-config"
	chmod +x "$work/pkg-config"
}

modules_alone() {
	without libcrypto openssl libssl jansson
	try alone --disable-tool --disable-simulator PKG_CONFIG="$work/pkg-config" MSGFMT=false
}

# built WHAT...: of the two programs, these and no other.
built() { [ "$(cd src && echo tool/jpki-tool* sim/jpki-card-sim* | tr ' ' '\n' | grep -v '\*' | paste -sd ' ')" = "$*" ]; }

# says_so LOG N TEXT: make check passes, and its last words are that not all ran, and why.
says_so() {
	make check >"$work/out" 2>&1 || return 1
	grep -v '^make\[' "$work/out" | tail -n 1 |
		grep -Eq "^make check: [0-9]+ of [0-9]+ test programs ran: .*without $1\\.\$"
}

# As an ordinary user, whom only its home belongs to.
as_user() {
	if [ "$(id -u)" -eq 0 ]; then
		chown -R 65534 "$work/home" "$work/user" && chmod 755 "$work" &&
			env HOME="$work/home" setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
	else
		env HOME="$work/home" "$@"
	fi
}

installs_at_home() {
	mkdir -p "$work/home" "$work/user" &&
		as_user bash -c "$(declare -f try); work='$work'; try user --prefix=\"\$HOME/x\" && make install" &&
		ls "$work"/home/x/lib/pkcs11/jpki-{,auth-,sign-}pkcs11.so "$work"/home/x/bin/jpki-{tool,card-sim} &&
		grep "^module: $work/home/x/lib/pkcs11/jpki-auth-pkcs11.so\$" \
			"$work/home/x/share/p11-kit/modules/jpki-auth.module"
}

told() { grep -A 4 '^p11-kit will not find' "$work/user/configure.log" | grep "$work/home/x/share/p11-kit/modules"; }

works_there() {
	as_user "$work/home/x/bin/jpki-card-sim" run --card adult -- "$work/home/x/bin/jpki-tool" status |
		grep '3 of 3 tries left'
}

must "the tarball's files" make -C "$build" distdir="$work/source" distdir
check "the modules alone need neither OpenSSL nor jansson nor gettext" modules_alone
check "neither of the programs is built" built
check "make check says what did not run" says_so "jpki-card-sim, jpki-tool"
check "jpki-tool alone" try tool --disable-simulator
check "no other program is built" built tool/jpki-tool
check "jpki-card-sim alone" try simulator --disable-tool
check "no other program is built" built sim/jpki-card-sim
without cmocka
check "without cmocka it is built" try bare PKG_CONFIG="$work/pkg-config"
check "make check says so in its last words" says_so 'cmocka \(libcmocka-dev\)'
check "an ordinary user builds and installs it at home" installs_at_home
check "configure has said where p11-kit's files go" told
check "it works there" works_there
finish
