#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The recipes of doc/clients/git.md. Whoever checks has a clone of the repository and the key as OpenSSL
# knows it, and a time stamp server answers osslsigncode.
set -u
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/agent-lib.sh"
. "$(dirname "$0")/tsa-lib.sh"
client_enter git "$@"
needs git
needs ssh
program "git, ssh" "$(git --version | sed 's/^git version //')"

says() { grep -Eq -e "$1" "$work/recipe.out"; }
git config --global user.name "A signer"
git config --global user.email signer@example.org
git config --global init.defaultBranch main
git init -q "$play" && echo "a change" >"$play/file" && git -C "$play" add file || bail "a repository"

recipe setup "takes the key from the card"
card_key() { "$sim" certificate $card auth | openssl x509 -noout -pubkey | ssh-keygen -i -m PKCS8 -f /dev/stdin; }
check "setup: it is the card's, and no other" diff <(cut -d' ' -f1,2 "$HOME/.ssh/jpki.pub") <(card_key)

passphrase="Enter passphrase for PKCS#11:"
recipe sign "signs a commit and a tag (ssh agent)" "$passphrase" $pin_auth
recipe verify "checks both"
check "verify: both are good" [ "$(grep -c 'Good "git" signature for signer@example.org with RSA key' "$work/recipe.out")" = 2 ]

# Another machine, which has neither the card nor jpki-pkcs11.
elsewhere() {
	rm -rf "$work/clone" && git clone -q "$play" "$work/clone" || return 1
	echo "signer@example.org namespaces=\"git\" $(card_key)" >"$work/allowed"
	git -C "$work/clone" -c gpg.ssh.allowedSignersFile="$work/allowed" "$@"
}
check "whoever clones it finds the commit good" elsewhere verify-commit HEAD
check "and the tag" elsewhere verify-tag v1
changed_refused() {
	local changed
	elsewhere cat-file commit HEAD | sed 's/A signed change/Another change/' >"$work/changed" || return 1
	changed=$(git -C "$work/clone" hash-object -t commit -w "$work/changed") &&
		! git -C "$work/clone" -c gpg.ssh.allowedSignersFile="$work/allowed" verify-commit "$changed"
}
check "but not with another message" changed_refused
no_name_in_it() {
	elsewhere cat-file commit HEAD | sed -n '/BEGIN SSH/,/END SSH/p' | sed '1d;$d;s/^ //' | sed 's/.*SIGNATURE-----//' |
		base64 -di >"$work/signature" && grep -aq ssh-rsa "$work/signature" && ! grep -aq JPKI "$work/signature"
}
check "the signature holds no certificate" no_name_in_it

mishap_again() { mishap_with 's/^git (commit|tag -s)/git \1 -f/; s/commit -f/commit --allow-empty/' sign "$@"; }
mishap_again "a wrong PIN: the agent refuses" "agent refused operation" "$passphrase" 9999
check "and costs one try" tries_left 2 5
mishap_again "a PIN of the wrong shape: likewise" "agent refused operation" "$passphrase" 12345
check "and costs none" tries_left 2 5
card block $card auth
mishap_again "a locked PIN: likewise" "agent refused operation" "$passphrase" $pin_auth
card tries $card auth 3
fresh_card

# git's own status is 128; a change for it to sign has to be there.
unsigned() { mishap_with "$1; s/^(git .*)commit (.*)/\\1commit --allow-empty \\2 || exit 1/" "${@:2}"; }
unsigned '/^ssh-add/d' sign "an agent without the key" "No private key found for public key"
unsigned '/^ssh-a|^eval|^trap/d' sign "no agent" "No private key found for public key"

# An agent whose card was out since.
card_taken_out() {
	eval "$(ssh-agent)" >/dev/null
	"$answer" $recipe_seconds "$passphrase" $pin_auth -- ssh-add -s "$modules/jpki-auth-pkcs11.so" && fresh_card &&
		(cd "$play" && git commit -S --allow-empty -m "Not signed")
	local status=$?
	ssh-agent -k >/dev/null
	unset SSH_AUTH_SOCK SSH_AGENT_PID
	[ $status = 0 ] || return 1 # git's is 128
}
refuses "once the card was out, git says that it cannot sign" "agent refused operation" card_taken_out
check "and no try is lost in all of this" left_clean

if have gpgsm gnupg-pkcs11-scd pinentry-curses; then
	program "git, gpgsm" "$(gpgsm --version | sed -n '1s/.* //p')"
	# The one that needs no desktop, whichever the machine prefers. It does not draw on a terminal that cannot move
	# its cursor, such as one is by default where there is none.
	run_as=(env TERM=vt100)
	mkdir -m 700 "$HOME/.gnupg" && echo "pinentry-program $(command -v pinentry-curses)" >"$HOME/.gnupg/gpg-agent.conf"
	recipe gpgsm-setup "tells GnuPG about the card"
	echo "another change" >"$play/file" && git -C "$play" add file
	recipe gpgsm-sign "signs a commit (X.509)" "PIN ___" $pin_auth
	check "gpgsm-sign: good" says 'Good signature from'
	# The signature and what it is about, taken out of the commit without GnuPG.
	commit_taken_apart() {
		git -C "$play" cat-file commit HEAD >"$work/commit" &&
			sed -n '/^gpgsig /,/^ -----END/p' "$work/commit" | sed '1d;$d;s/^ //' | base64 -d >"$work/commit.p7s" &&
			sed '/^gpgsig /,/^ -----END/d' "$work/commit" >"$work/commit.signed" && [ -s "$work/commit.p7s" ]
	}
	# OpenSSL takes it unless it has the byte too many that the page warns of.
	as_openssl_sees_it() {
		local length
		commit_taken_apart || return 1
		length=$(openssl asn1parse -inform DER -in "$work/commit.p7s" | sed -nE 's/.* l= *([0-9]+) prim: OCTET STRING.*/\1/p' | tail -n 1)
		echo "a signature of $length bytes"
		if openssl cms -verify -binary -inform DER -in "$work/commit.p7s" -content "$work/commit.signed" \
			-CAfile "$work/jpki/auth-ca.pem" -purpose any -out /dev/null; then
			[ "$length" = 256 ]
		else
			[ "$length" = 257 ]
		fi
	}
	check "gpgsm-sign: OpenSSL verifies it, or it has a byte too many" as_openssl_sees_it
	sed -i.all d "$HOME/.gnupg/trustlist.txt"
	# It asks first; the second button is No.
	unsigned '' gpgsm-sign "gpgsm: an authority that is not trusted" "gpg failed to sign the data" \
		"shown:Do you ultimately trust" $'\t'
	mv "$HOME/.gnupg/trustlist.txt.all" "$HOME/.gnupg/trustlist.txt"
	gpgconf --kill all
	await $patience nothing_left_running # an agent in its end would take the socket of the next one away
	echo "one more" >"$play/file" && git -C "$play" add file
	recipe_text gpgsm-sign >"$work/recipe.sh"
	pin_twice() {
		run_block "$work/recipe.sh" "$work/again" "PIN ___" 9999 "PIN ___" $pin_auth || { cat -v "$work/again" && false; }
	}
	check "gpgsm: a wrong PIN is asked again" pin_twice
	check "and the right one gives the try back" left_clean
	run_as=()
fi

osslsigncode_version() { osslsigncode --version 2>/dev/null | sed -n 's/^osslsigncode \([0-9.]*\).*/\1/p'; }
if ! dpkg --compare-versions "$(osslsigncode_version)" ge 2.8 || [ ! -e "$(echo /usr/lib/*/engines-3/pkcs11.so)" ]; then
	skip "osslsigncode" "none that signs scripts (2.8), or no engine for it, is installed"
else
	program osslsigncode "$(osslsigncode_version)"
	tsa_start || bail "a time stamp server" "$work/tsa.log"
	echo 'Write-Output "Hello"' >"$play/hello.ps1"
	cp "$work/ca/ca.pem" "$play/tsa-ca.pem"
	ask_password="Enter PKCS#11 token PIN for JPKI Sign 6-16 char password:"
	recipe osslsigncode "signs a script, with a time stamp" "$ask_password" $pin_sign
	recipe osslsigncode-verify "checks it"
	check "osslsigncode-verify: the signature and the time stamp" [ "$(grep -c 'ignature verification: ok' "$work/recipe.out")" = 2 ]
	taken_out() {
		rm -f "$work/script.p7" && osslsigncode extract-signature -in "$play/hello-signed.ps1" -out "$work/script.p7"
	}
	check "the signature in the file" taken_out
	check "OpenSSL verifies the time stamp, over that signature" timestamp_verified "$work/script.p7"
	has_the_name() { # by the certificate
		[[ $(openssl pkcs7 -inform DER -in "$work/script.p7" -print_certs) == \
			*"$("$sim" certificate $card sign | openssl x509)"* ]]
	}
	check "as the page warns, the signer's name is in it" has_the_name
	rm "$play/hello-signed.ps1"
	agent_on
	by_agent osslsigncode "signs a script; the agent asks" osslsigncode
	agent_off
	check "agent: the signature in the file" taken_out
	check "agent: with the holder's certificate" has_the_name
	sed -i 's/Hello/Jello/' "$play/hello-signed.ps1"
	mishap osslsigncode-verify "a changed script is refused" "MISMATCH"
	rm "$play/hello-signed.ps1"
	# With libp11 0.4.21 it says no more than the number of PKCS#11's answer: 0xA0, 0xA4.
	incorrect=$'PIN incorrect\nERR_CKR_error:reason(160)' locked=$'PIN locked\nERR_CKR_error:reason(164)'
	mishap osslsigncode "a wrong password is refused" "$incorrect" "$ask_password" WR0NG9
	check "and costs one try" tries_left 3 4
	mishap osslsigncode "the 4-digit PIN too" "$incorrect" "$ask_password" $pin_auth
	check "and costs none" tries_left 3 4
	card block $card sign
	mishap osslsigncode "a locked password is said to be locked" "$locked" "$ask_password" $pin_sign
	card tries $card sign 5
	mishap_with 's/tsa\.example/nobody.example/' osslsigncode "without a time stamp server there is no file" "Failed" \
		"$ask_password" $pin_sign
	check "and no try is lost in all of this" left_clean
fi
client_finish
