#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The recipes of doc/clients/ssh.md, with a real sshd.
set -u
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/ssh-lib.sh"
client_enter ssh "$@"
needs ssh
program ssh "$(ssh -V 2>&1 | sed 's/^\(OpenSSH_[^ ]*\) .*/\1/; s/_/ /')"

pin_prompt="Enter PIN for 'JPKI"
says() { grep -Eq -e "$1" "$work/recipe.out"; }
# The card's key as OpenSSL knows it.
key_of() { "$sim" certificate $card auth | openssl x509 -noout -pubkey | ssh-keygen -i -m PKCS8 -f /dev/stdin; }
same_key() { diff <(cut -d' ' -f1,2 "$play/card.pub") <(key_of); }

ssh_home && ssh_configure >"$work/out" 2>&1 || bail "sshd prepared" "$work/out"

hide="$HOME/.config/jpki-pkcs11.conf"
recipe key "lists keys; CA certificate among them"
check "key: two of them" [ "$(wc -l <"$play/card.pub")" = 2 ]
preparation setting
recipe key "lists the key, CA certificates hidden"
check "key: it is the card's, and no other" same_key
opensc ''

if ! [ -x /usr/sbin/sshd ]; then
	skip "ssh to a server" "openssh-server is not installed"
	add_row "logs in" "skipped: openssh-server is not installed"
	client_finish
elif ! ssh_site; then
	forbidden "ssh to a server" "sshd cannot run in this namespace"
	add_row "logs in" "skipped: sshd cannot run in this namespace"
	client_finish
fi

logged_in() {
	says "^$(id -un)$" && grep -q '^Accepted publickey .* RSA SHA256:' "$work/sshd.log"
}

# A server that does not know the card sees what is offered.
mv "$hide" "$hide.off"
sshd_log_begin
mishap login "a server that does not know the key refuses" "Permission denied (publickey)"
check "where CA certificates are shown, two keys were offered" [ "$(keys_refused)" = 2 ]
mv "$hide.off" "$hide"
sshd_log_begin
mishap login "a server that does not know the key refuses it" "Permission denied (publickey)"
check "where they are hidden, one" [ "$(keys_refused)" = 1 ]

cp "$play/card.pub" "$HOME/.ssh/authorized_keys"
sshd_log_begin
recipe login "logs in (ssh -I)" "$pin_prompt" $pin_auth
check "login: as the holder of the key" logged_in
check "login: nothing else was offered" [ "$(keys_refused)" = 0 ]
opensc '' "$pin_prompt" $pin_auth
sshd_log_begin
recipe config "logs in (PKCS11Provider)" "$pin_prompt" $pin_auth
check "config: as the holder of the key" logged_in
rm "$HOME/.ssh/config"
opensc '' "$pin_prompt" $pin_auth
rm "$HOME/.ssh/config"

sshd_log_begin
recipe agent "logs in with the agent (ssh-add -s)" "Enter passphrase for PKCS#11:" $pin_auth
check "agent: as the holder of the key" logged_in
opensc '' "Enter passphrase for PKCS#11:" $pin_auth

# While an agent has the PIN.
agent_begin() {
	eval "$(ssh-agent)" >/dev/null
	"$answer" $recipe_seconds "Enter passphrase for PKCS#11:" "$2" -- ssh-add -s "$modules/$1"
}
agent_end() { ssh-agent -k >/dev/null; unset SSH_AUTH_SOCK SSH_AGENT_PID; }
check "an agent takes the key" agent_begin jpki-auth-pkcs11.so $pin_auth
check "and has one" [ "$(ssh-add -L | wc -l)" = 1 ]
check "while it has the PIN the card is logged out" logged_out
check "and it logs in again and again" bash -c 'ssh server.example true && ssh server.example true'
check "while it has the PIN the card is logged out again" logged_out
fresh_card
ssh_with_agent() { ssh server.example true || return 1; }
refuses "once the card was out, the agent refuses" "agent refused operation" ssh_with_agent
preparation again "Enter passphrase for PKCS#11:" $pin_auth
check "after the way back of the page it logs in" ssh server.example true
check "and no try was lost on it" tries_left 3 5
refuses "and does not take the key twice" "agent refused operation" \
	"$answer" $recipe_seconds "Enter passphrase for PKCS#11:" $pin_auth -- ssh-add -s "$modules/jpki-auth-pkcs11.so"
agent_end
check "an agent takes the PIN of one of two tokens" agent_begin jpki-pkcs11.so $pin_auth
check "and does not try it on the other" tries_left 3 5
agent_end
agent_once() { agent_begin "$@"; local status=$?; agent_end; return $status; }
refuses "a password of the other token is refused" "agent refused operation" \
	agent_once jpki-auth-pkcs11.so $pin_sign
check "and costs no try" left_clean

# After a renewal there is another key.
card renew $card >/dev/null && fresh_card
mishap login "after a renewal the server does not know the card" "Permission denied (publickey)"
recipe key "lists the new key after a renewal"
check "key: it is the new one" same_key
cp "$play/card.pub" "$HOME/.ssh/authorized_keys"
recipe login "logs in with the new key" "$pin_prompt" $pin_auth

# What a user gets wrong costs what it must, and no more.
mishap login "a wrong PIN is said to be wrong" "login failed: PIN incorrect" "$pin_prompt" 9999
check "and costs one try" tries_left 2 5
mishap login "a PIN of the wrong shape too" "login failed: PIN incorrect" "$pin_prompt" 12345
check "and costs none" tries_left 2 5
card block $card auth
mishap login "a locked PIN is said to be locked" "login failed: PIN locked" "$pin_prompt" $pin_auth
card tries $card auth 3
card_out
mishap login "without a card nobody is logged in" "Permission denied (publickey)"
card_in
check "and no try is lost in all of this" left_clean

client_finish
