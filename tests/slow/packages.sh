#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The Debian packages (debian/): built from a clean copy of the tree, looked through by lintian,
# and installed on a Debian that has nothing but its minimal base, where the programs have to work
# and which has to be as it was once the packages are purged (tests/debian-root.sh).
. "$(dirname "$0")/lib.sh"
. "$top/tests/debian-root.sh"
. "$top/tests/debs.sh"
export DEBIAN_FRONTEND=noninteractive
root_home=/tmp root_seconds=1800 # with what it downloads
packages=(jpki-pkcs11 jpki-pkcs11-dev jpki-tool jpki-card-sim)
clients=(bash-completion gnutls-bin libnss3-tools man-db opensc openssl p11-kit pcscd pinentry-curses vsmartcard-vpcd zsh)
clients+=(libadwaita-1-0 libgtk-4-1) # what the window stands on leaves things of its own behind
tree=$work/debian
debs=$work/debs
there=/opt/debs # the same in the other Debian

# same NAME FILE FILE: no difference between them.
same() { check "$1" diff "$2" "$3"; }

## The packages

build_packages() { debs_build "$work" && mkdir "$debs" && cp "$debs_kept"/*.deb "$debs"; }

versions_agree() {
	local debian configure
	debian=$(dpkg-parsechangelog -l "$work/tree/debian/changelog" -S Version) &&
		configure=$(sed -n 's/^AC_INIT(\[jpki-pkcs11\], \[\([^]]*\)\].*/\1/p' \
			"$work/tree/configure.ac") &&
		echo "debian/changelog: '$debian', configure.ac: '$configure'" &&
		[ "$debian" = "$configure" ]
}

# dead_links FOLDER: the links of the pages there that lead to no file.
dead_links() {
	local page link
	while IFS= read -r page; do
		while IFS= read -r link; do
			[ -e "$(dirname "$page")/$link" ] || echo "${page#"$1"}: $link"
		done < <(grep -o ']([^)#]*' "$page" | sed 's/^](//' | grep -Ev '^$|^[a-z]+:')
	done < <(find "$1" -name '*.md')
}

# README's pages are there, and theirs.
links_work() {
	local doc=$work/extracted/usr/share/doc/jpki-pkcs11
	ls "$doc"/README.md "$doc"/README.ja.md && dead_links "$doc" >"$work/dead" && cat "$work/dead" &&
		[ ! -s "$work/dead" ]
}

# The manual pages of the packages name only pages that there are, here or in Debian's own packages.
names_known_pages() {
	local page
	while read -r page; do
		inside ALONE man -w $page >/dev/null || { echo "no page: $page"; return 1; }
	done < <(zcat "$work/extracted"/usr/share/man/*/*.gz "$work/extracted"/usr/share/man/ja/*/*.gz |
		sed -nE 's/^\.Xr ([^ ]+) ([0-9]).*/\2 \1/p' | sort -u)
}

# The programs and libraries in the packages are bound before they start.
all_bound() {
	local deb file count=0
	for deb in "$debs"/*.deb; do dpkg-deb --extract "$deb" "$work/extracted" || return 1; done
	while IFS= read -r file; do
		count=$((count + 1))
		readelf -d "$file" | grep -q BIND_NOW || { echo "not $file" && return 1; }
	done < <(find "$work/extracted" -type f \( -path '*/bin/*' -o -name '*.so' -o -name '*.so.*' \))
	echo "$count programs and libraries" && [ "$count" -eq 7 ]
}

## A Debian of its own

# Why there can be none, if so.
why_no_tree() {
	[ -n "$release" ] || { echo "this is no release of Debian" && return; }
	root_impossible
}

# With the packages in it, before anybody looks at what is in it.
make_tree() {
	root_make "$release" "$(dpkg --print-architecture)" "$tree" && mkdir "$tree$there" &&
		cp "$debs"/*.deb "$tree$there"
}

# inside ONLINE|ALONE COMMAND...: in that Debian, with /run and /tmp of its own; alone is without
# network.
inside() {
	local root_network=shared
	[ "$1" = ONLINE ] || root_network=none
	root_run "$tree" "${@:2}"
}

install() { inside ONLINE apt-get install -y --no-install-recommends "$@"; }

# purge PACKAGE...
purge() { inside ONLINE apt-get purge -y --auto-remove "$@"; }

# What is in that Debian, without the books that apt and dpkg keep and without caches.
list_files() {
	(cd "$tree" && find . \( -path './var/lib/apt' -o -path './var/lib/dpkg' \
		-o -path './var/cache' -o -path './var/log' -o -path './etc/ld.so.cache' \) -prune \
		-o -printf '%y %p\n' | sort) >"$1"
}

# A simulated card in /tmp, and a program over it.
over_card() { inside ALONE jpki-card-sim run --state /tmp/cards --card adult -- "$@"; }

says() {
	local text=$1
	shift
	"$@" >"$work/said" 2>&1
	local status=$?
	cat "$work/said"
	[ $status -eq 0 ] && grep -q -e "$text" "$work/said"
}

# Without a card or pcscd: exit status 3, in words.
says_no_service() {
	inside ALONE jpki-tool status
	[ $? -eq 3 ]
}

# There is no pcscd yet: exit status 14, and the command that installs it.
names_the_cure() {
	inside ALONE jpki-tool doctor >"$work/said" 2>&1
	[ $? -eq 14 ] && grep -q 'apt-get install .*pcscd' "$work/said" || { cat "$work/said" && return 1; }
}

# in_japanese TEXT COMMAND...: gettext goes by the locale's name alone, so the one that always exists is given that name.
in_japanese() {
	says "$1" inside ALONE sh -c 'mkdir /tmp/locale &&
		ln -s /usr/lib/locale/C.utf8 /tmp/locale/ja_JP.UTF-8 &&
		LOCPATH=/tmp/locale LC_ALL=ja_JP.UTF-8 exec "$@"' sh "${@:2}"
}

# Nothing is kept yet, which is no reason to speak.
reminds_of_nothing() {
	inside ALONE jpki-desktop --remind >"$work/said" 2>&1 && [ ! -s "$work/said" ] || { cat "$work/said" && return 1; }
}

# Of a date that is due, and nobody is there who shows such things: it stays to be told.
reminds_later() {
	inside ALONE sh -c 'dates=$HOME/.local/share/jpki-pkcs11/dates && mkdir -p "${dates%/*}" &&
		echo "$(date -d "+5 days" +%Y-%m-%d) 0" >"$dates" && cp "$dates" /tmp/dates &&
		jpki-desktop --remind && cmp "$dates" /tmp/dates'
}

all_paths() {
	local name
	for name in "${packages[@]}"; do inside ALONE dpkg -L "$name" || return 1; done
}

on_minimal_debian() {
	list_files "$work/before"
	check "apt installs the packages on a minimal Debian" \
		install $(cd "$debs" && printf "$there/%s " $(ls | grep -v ^jpki-desktop))
	check "jpki-tool says that there is no reader service" says_no_service
	check "jpki-tool doctor says what to install" names_the_cure
	check "jpki-tool shows a simulated card" says '3 of 3 tries left' over_card jpki-tool status
	check "jpki-tool speaks Japanese" in_japanese 'マイナンバーカード' jpki-tool --help
	check "the packages are purged" purge "${packages[@]}"
	list_files "$work/after"
	same "a purge leaves nothing" "$work/before" "$work/after"
}

container_lines() { sed -e ':next' -e '/\\$/{N;s/\\\n//;b next' -e '}' "$top/doc/services/Containerfile" | grep '^[A-Z]'; }

# The lines of doc/services/Containerfile on what it begins with, each RUN in the shell that an engine takes.
as_an_image() {
	local keyword line count=0 environment=()
	while read -r keyword line; do
		case $keyword in
		FROM) [ "$line" = "debian:$(. "$tree/etc/os-release" && echo "$VERSION_ID")" ] ;;
		COPY) cp -r "$debs" "$tree${line#* }" ;;
		ENV) environment+=("$line") ;;
		RUN) inside ONLINE env "${environment[@]}" sh -c "$line" </dev/null && count=$((count + 1)) ;;
		*) false ;;
		esac || { echo "$keyword $line" && return 1; }
	done < <(container_lines)
	[ $count = 3 ]
}

image_gone() {
	purge jpki-pkcs11 jpki-tool jpki-card-sim && rm -r "$tree/var/lib/cards" && inside ONLINE apt-get update
}

# The real pcscd, with the simulated card in its virtual reader.
with_pcscd='
	polkit=$(pcscd --help | grep -o -e --disable-polkit)
	mkdir /run/pcscd && { pcscd --foreground --config /etc/reader.conf.d/vpcd $polkit & } &&
	exec 3< <(exec jpki-card-sim serve --state /tmp/cards --card adult) &&
	read -r -t 60 line <&3 && jpki-tool status'

with_client_programs() {
	check "client programs are installed" install "${clients[@]}"
	list_files "$work/before"
	check "apt installs the packages beside them" \
		install $(cd "$debs" && printf "$there/%s " *.deb)
	check "p11-kit lists both modules" \
		says 'JPKI Sign 6-16 char password' over_card p11-kit list-modules
	check "and the one to log in with" grep -q 'JPKI Auth 4-digit PIN' "$work/said"
	check "GnuTLS finds the certificate" says 'User Authentication Certificate' \
		over_card p11tool --list-all-certs 'pkcs11:token=JPKI%20Auth%204-digit%20PIN'
	check "OpenSC finds the certificate" says 'User Authentication Certificate' over_card \
		sh -c 'exec pkcs11-tool --module /usr/lib/*/pkcs11/jpki-auth-pkcs11.so -O'
	check "jpki-tool works with pcscd" \
		says '3 of 3 tries left' inside ALONE bash -c "$with_pcscd"
	check "the manual pages are found" inside ALONE man -w jpki-tool jpki-card-sim jpki-pkcs11
	check "what they refer to is found" names_known_pages
	check "in Japanese too" in_japanese 'ja/man1/jpki-tool' man -w jpki-tool
	check "jpki-desktop starts, and says how to use it" says '--remind' inside ALONE jpki-desktop --help
	check "... and what its module is for" grep -q -e '--module=PATH .*PKCS#11' "$work/said"
	check "... in Japanese too" in_japanese '使用する PKCS#11 モジュール' jpki-desktop --help
	check "it reminds without a screen, and of nothing without dates" reminds_of_nothing
	check "... nor is a date lost that nobody could show" reminds_later
	check "bash loads the completions" says '_jpki jpki-card-sim' inside ALONE bash -c '
		. /usr/share/bash-completion/bash_completion; _completion_loader jpki-tool
		_completion_loader jpki-card-sim; complete -p jpki-tool jpki-card-sim'
	check "zsh loads the completions" says '_jpki-tool' inside ALONE zsh -c '
		autoload -U compinit; compinit -D; print $_comps[jpki-tool] $_comps[jpki-card-sim]'
	check "the packages are purged again" purge "${packages[@]}" jpki-desktop
	list_files "$work/after"
	same "that leaves nothing either" "$work/before" "$work/after"
}

must "the packages are built" build_packages
ok "the packages are built"
check "their version is that of configure.ac" versions_agree
# jpki-desktop has no page on the network yet. Versions that miss it know that tag; to others, an
# override of it would be an error. tests/desktop/entries.sh has the metadata validated.
no_page=appstream-metadata-validation-failed unsaid=()
! lintian-explain-tags $no_page >"$work/out" 2>&1 || unsaid=(--suppress-tags $no_page)
check "lintian finds neither errors nor warnings" \
	lintian --allow-root --info --fail-on error,warning "${unsaid[@]}" "$work"/*.changes
check "programs and libraries are bound at their start" all_bound
check "the pages that README links to are in the packages, and theirs" links_work

release=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
reason=$(why_no_tree)
if [ -n "$reason" ]; then
	forbidden "installed on a minimal Debian" "$reason"
elif ! make_tree >"$work/make.log" 2>&1; then
	not_ok "a minimal Debian is made" "$work/make.log"
else
	ok "a minimal Debian is made"
	on_minimal_debian
	if [ "$release" = trixie ]; then
		check "the lines of doc/services/Containerfile make an image with cards" as_an_image
		check "and it is taken away again" image_gone
	fi
	with_client_programs
	root_keep "$tree" >/dev/null 2>&1
fi
finish
