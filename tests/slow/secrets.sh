#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# No PIN and nothing of the holder's name and address is left in the memory of a program that is
# done with the card, nor in core dumps, forked children, logs or files (tests/secrets/secrets.c).
. "$(dirname "$0")/lib.sh"
pin_auth=7391 pin_sign=QX7ZK9WPV3M2LHT8 # as no program has them by chance
sim=$build/src/sim/jpki-card-sim
log=$work/log

mkdir "$work/folder"
# It types the password.
printf '#!/bin/sh\necho "OK here"\nwhile read -r word rest; do\n\t[ "$word" != GETPIN ] || echo "D %s"\n\techo OK\ndone\n' $pin_sign \
	>"$work/pinentry" && chmod +x "$work/pinentry"
make_card() {
	"$sim" make --state "$work/cards" --person adult --pin-auth $pin_auth --pin-sign $pin_sign holder &&
		"$sim" certificate --state "$work/cards" holder sign >"$work/sign.pem"
}
must "a card is made" make_card

# watch [COMMAND...]: the watcher, under a command, with the fullest log.
watch() {
	XDG_CONFIG_HOME=$work/folder JPKI_PKCS11_LOG_FILE=$log JPKI_PKCS11_LOG_LEVEL=debug \
		limited 1200 "$sim" run --state "$work/cards" \
		--reader Reader=holder -- "$@" "$build/tests/secrets/secrets" "$build/.libs/jpki-pkcs11.so" \
		"$build/tests/secrets/client" "$work/sign.pem" $pin_auth $pin_sign "$work/folder" \
		"$build/src/tool/jpki-tool" "$work/pinentry"
}

watch 2>"$work/watch.err"
status=$?
[ $status -le 1 ] || not_ok "the watcher ran to its end" "$work/watch.err"
failures=$((failures + (status > 0)))

## The log

# hex of standard input, in one line
hex() { od -An -v -tx1 | tr -d ' \n'; }

# pieces LENGTH STEP: of a hex string from standard input, one in each line
pieces() {
	local text at
	read -r text
	for ((at = 0; at + $1 <= ${#text}; at += $2)); do printf '%s\n' "${text:at:$1}"; done
}

# The log without what separates bytes, so that any way to print them is found.
tr -d ' \n:,' <"$log" | tr A-F a-f >"$work/log.bytes"
openssl x509 -in "$work/sign.pem" -outform DER >"$work/sign.der"
{
	printf '%s' $pin_sign | hex && echo
	printf 'WRONG9KQ4ZJ7TYX' | hex && echo
	printf 'NEWER8HW2VB6MPD' | hex && echo
	hex <"$work/sign.der" | pieces 24 24 | grep -v '^\(..\)\1*$'
} >"$work/forbidden.hex"
{
	printf '%s\n' $pin_sign WRONG9KQ4ZJ7TYX NEWER8HW2VB6MPD
	openssl asn1parse -in "$work/sign.pem" -strparse \
		"$(openssl asn1parse -in "$work/sign.pem" |
			sed -n '/X509v3 Subject Alternative Name/{n;s/^ *\([0-9]*\):.*/\1/p}')" |
		sed -n 's/.*UTF8STRING *://p' | grep -P '[^\x00-\x7f]'
} >"$work/forbidden"
if [ "$(wc -l <"$work/forbidden")" -lt 5 ]; then
	not_ok "name and address are known" "$work/forbidden"
elif ! grep -q '> 00 20 00' "$log"; then
	not_ok "the log tells of each command" "$log"
elif grep -aFf "$work/forbidden" "$log" >"$work/found" ||
	grep -aoFf "$work/forbidden.hex" "$work/log.bytes" >"$work/found" ||
	grep -awF -e $pin_auth -e "$(printf '%s' $pin_auth | hex)" "$log" >"$work/found"; then
	not_ok "the fullest log holds no PIN, no address and nothing of the signing certificate" \
		"$work/found"
else
	ok "the fullest log holds no PIN, no address and nothing of the signing certificate"
fi

## Files

name="no file is written but the log"
if ! command -v strace >/dev/null; then
	skip "$name" "strace is not installed"
else
	rm -f "$log"
	watch strace -f -qq -o "$work/trace" -e trace=%file,memfd_create \
		>"$work/watch.log" 2>&1
	# Whatever is opened for writing, or made or renamed, in the client's process or another.
	grep -E 'O_(WRONLY|RDWR|CREAT)| (creat|mkdir|mkdirat|mknod|mknodat|rename|renameat|renameat2|link|linkat|symlink|symlinkat)\(|memfd_create' \
		"$work/trace" | grep -v ' = -1 E' >"$work/writes"
	grep -vF -e "\"$log\"" -e '"/proc/self/coredump_filter"' -e "\"$work/folder/jpki-pkcs11\"" "$work/writes" >"$work/other"
	if ! grep -qF "\"$log\"" "$work/writes"; then
		not_ok "the trace shows what is written" "$work/trace"
	elif [ -s "$work/other" ]; then
		not_ok "$name" "$work/other"
	else
		ok "$name"
	fi
fi
finish
