#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# What a desktop knows jpki-desktop by is well formed, and names what there is.
set -u
cd "$(dirname "$0")/../../desktop" || exit 1
id=invalid.jpki_pkcs11.Desktop
status=0

# check NAME COMMAND...: it succeeds.
check() {
	local name=$1 said
	shift
	if ! command -v "$1" >/dev/null; then
		echo "skip $name: $1 is not here"
	elif said=$("$@" 2>&1); then
		echo "ok $name"
	else
		printf 'not ok %s\n' "$name"
		printf '%s\n' "$said" | sed 's/^/# /'
		status=1
	fi
}

check "the entry in menus is well formed" desktop-file-validate $id.desktop
# It has no page on the network yet, which Debian 13's appstreamcli wants and Debian 12's has no word for.
check "what software centres show is well formed" sh -c '
	appstreamcli validate --no-net "$0" ||
		appstreamcli validate --no-net --override=url-homepage-missing=info "$0"' $id.metainfo.xml
check "the entry's icon is the one that is there" grep -qx "Icon=$id" $id.desktop
check "... and the entry the one that software centres name" grep -q "launchable.*>$id.desktop<" $id.metainfo.xml
check "a menu finds it by the words of the towns' pages" sh -c '
	for word in 利用者クライアントソフト JPKI利用者ソフト 自分の証明書 有効性確認; do
		grep "^Keywords\[ja\]=" "$0" | grep -q ";$word;" || exit 1
	done' $id.desktop
check "the version is that of the program" grep -q "release version=\"$(sed -n 's/^AC_INIT(\[jpki-pkcs11\], \[\([^]]*\)\].*/\1/p' ../configure.ac)\"" $id.metainfo.xml
exit $status
