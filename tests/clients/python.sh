#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The recipes of doc/clients/python.md: PyKCS11.
set -u
. "$(dirname "$0")/lib.sh"
client_enter python "$@"
needs /usr/bin/python3
/usr/bin/python3 -c 'import PyKCS11, cryptography' 2>/dev/null ||
	skip_page "python3-pykcs11 or python3-cryptography is not installed"
program PyKCS11 "$(dpkg-query -W -f '${Version}' python3-pykcs11 | sed 's/-.*//')"

says() { grep -Eq -e "$1" "$work/recipe.out"; }

says_not() { ! says "$1"; }

# run_python PROMPT ANSWER FILE: in the folder of the recipes.
run_python() { (cd "$play" && "$answer" $recipe_seconds "$1" "$2" -- /usr/bin/python3 "$3") 2>&1; }

recipe list "lists tokens and certificates"
check "list: both tokens" says '^JPKI Sign 6-16 char password'
check "list: the log-in certificate" says '^ +User Authentication Certificate *$'
check "list: not that of the signing key" says_not 'Digital Signature Certificate *$'
opensc ''

subject=$("$sim" certificate $card auth | openssl x509 -noout -subject -nameopt RFC2253)
recipe login "signs a challenge with PSS; cryptography verifies" "PIN (4 digits):" $pin_auth
check "login: the holder is the card's" says "^verified: ${subject#subject=}"
opensc '' "PIN (4 digits):" $pin_auth

echo "a contract" >"$play/contract.txt"
recipe sign "signs a file; OpenSSL verifies" "Password of the signing key:" $pin_sign
check "sign: verified" says '^Verified OK'
check "sign: with the card's certificate" cmp "$play/signer.der" \
	<("$sim" certificate $card sign | openssl x509 -outform DER)
opensc 's/(tokenPresent=True\))\[0\]/\1[1]/' "Password of the signing key:" $pin_sign

# What a user gets wrong costs what it must, and no more.
refuses "a wrong PIN is told" CKR_PIN_INCORRECT run_python "PIN (4 digits):" 4444 login.py
check "and costs one try" tries_left 2 5
check "the right one gives it back" run_python "PIN (4 digits):" $pin_auth login.py
refuses "the other key's PIN is refused" CKR_PIN_INCORRECT \
	run_python "PIN (4 digits):" $pin_sign login.py
check "and costs no try" left_clean
card set $card pss off >/dev/null && fresh_card
refuses "a card without PSS: told" CKR_MECHANISM_INVALID run_python "PIN (4 digits):" $pin_auth login.py
check "and costs no try" left_clean
card block $card auth >/dev/null
refuses "a locked PIN is told" CKR_PIN_LOCKED run_python "PIN (4 digits):" $pin_auth login.py
card_out
no_card() { (cd "$play" && /usr/bin/python3 login.py) 2>&1; }
refuses "no card: told" "IndexError" no_card

client_finish
