#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Usage: tests/check-layers.sh [SOURCE-FOLDER]
#
# No folder of src includes a header of a folder above it; PC/SC, nettle and libtasn1 are known in
# one place each; the module, the simulated card and the tool do not know each other. Without an
# argument it also checks itself: on copies of src, each with one include that must not be.
set -u
export LC_ALL=C.UTF-8
top=$(cd "$(dirname "$0")/.." && pwd)

# From the ground up.
floors="base reader card token object prompt session p11"

# A library's headers, and the only files of the module that may include them.
libraries="
^(winscard|reader|ifdhandler|pcsclite)\.h$|^PCSC/   ^reader/pcsc\.c$
^nettle/                                            ^token/digest\.[ch]$
^libtasn1\.h$                                       ^token/certificate\.c$
^openssl/|^jansson\.h$|^gnutls/|^gcrypt             ^\$
"

# includes FOLDER: lines "file header", file relative to the folder.
includes() {
	(cd "$1" && grep -rEo --include='*.[ch]' '^[[:blank:]]*#[[:blank:]]*include[[:blank:]]*[<"][^>"]*' .) |
		sed -E 's,^\./([^:]*):.*[<"],\1 ,'
}

floor_of() {
	local floor number=0
	for floor in $floors; do
		number=$((number + 1))
		[ "$floor" != "$1" ] || { echo $number; return; }
	done
	echo 0
}

# Prints what is wrong with one include, if anything is.
judge() {
	local file=$1 header=$2 from=${1%%/*} to=${2%%/*} pattern allowed
	[ "$to" != "$header" ] && [ -d "$source/$to" ] || to=
	if [ "$from" = sim ]; then
		[ -z "$to" ] || [ "$to" = sim ] || echo "src/$file: $header is the module's"
		return
	fi
	if [ "$from" = tool ] || [ "$from" = holder ]; then
		[ -z "$to" ] || [ "$to" = tool ] || [ "$to" = holder ] || echo "src/$file: $header is not the tool's"
		return
	fi
	[ "$to" != sim ] && [ "$to" != tool ] || echo "src/$file: $header is another program's"
	if [ -n "$to" ] && [ "$to" != sim ] && [ "$to" != tool ] && [ "$(floor_of "$to")" -gt "$(floor_of "$from")" ]; then
		echo "src/$file: $header is of a folder above"
	fi
	while read -r pattern allowed; do
		[ -n "$pattern" ] && [[ $header =~ $pattern ]] && ! [[ $file =~ $allowed ]] &&
			echo "src/$file: $header must not be known here"
	done <<<"$libraries"
}

# Folders that no rule speaks of are as wrong as a bad include.
judge_folders() {
	local folder
	for folder in "$source"/*/; do
		folder=$(basename "$folder")
		[ "$folder" = sim ] || [ "$folder" = tool ] || [ "$folder" = holder ] || [ "$(floor_of "$folder")" -gt 0 ] ||
			echo "src/$folder: not a folder that this check knows"
	done
}

judge_all() {
	local file header
	source=$1
	judge_folders
	includes "$source" | while read -r file header; do judge "$file" "$header"; done
}

# sees_fault NAME FILE INCLUDE: a copy of src with that line in that file has to be found out.
sees_fault() {
	local copy status=0
	copy=$(mktemp -d) || exit 1
	cp -R "$top/src" "$copy/src"
	mkdir -p "$(dirname "$copy/src/$2")"
	printf '#include %s\n' "$3" >>"$copy/src/$2"
	if judge_all "$copy/src" | grep -q "src/${2%/*}"; then
		echo "ok $1 would be seen"
	else
		echo "not ok $1 would be seen"
		status=1
	fi
	rm -rf "$copy"
	return $status
}

found=$(judge_all "${1:-$top/src}")
if [ -n "$found" ]; then
	echo "not ok no folder includes one above it"
	sed 's/^/# /' <<<"$found"
	exit 1
fi
echo "ok no folder includes one above it"
[ $# -eq 0 ] || exit 0

status=0
sees_fault "a header of a folder above" card/sw.c '"token/token.h"' || status=1
sees_fault "a header of the top from the ground" base/log.h '"p11/api.h"' || status=1
sees_fault "PC/SC above the reader" token/pin.c '<winscard.h>' || status=1
sees_fault "PC/SC beside reader/pcsc.c" reader/link.h '<PCSC/winscard.h>' || status=1
sees_fault "nettle beside token/digest" token/pin.c '<nettle/sha2.h>' || status=1
sees_fault "libtasn1 beside token/certificate" object/attr.c '<libtasn1.h>' || status=1
sees_fault "OpenSSL in the module" token/digest.c '<openssl/evp.h>' || status=1
sees_fault "the module in the simulated card" sim/card.c '"card/apdu.h"' || status=1
sees_fault "the simulated card in the module" token/work.c '"sim/card/card.h"' || status=1
sees_fault "the module in the tool" tool/main.c '"token/token.h"' || status=1
sees_fault "the tool in the module" token/work.c '"tool/main.h"' || status=1
sees_fault "a folder that nobody placed" misc/new.c '<stdio.h>' || status=1
exit $status
