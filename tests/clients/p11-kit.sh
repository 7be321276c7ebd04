#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The recipes of doc/clients/p11-kit.md. The other machine is a network namespace at the end of a
# cable, with a /run, a /tmp and host names of its own: no pcscd can be reached from there, and
# nothing but ssh leads to the card.
set -u
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/ssh-lib.sh"
. "$(dirname "$0")/openssl-lib.sh"
client_enter p11-kit "$@"
needs p11-kit
program p11-kit "$(dpkg-query -W -f '${Version}' p11-kit 2>/dev/null | cut -d- -f1)"

says() { grep -Eq -e "$1" "$work/recipe.out"; }

recipe list "lists modules and tokens (OpenSC's module on the same card too)"
check "list: the log-in token" says '^ *token: JPKI Auth 4-digit PIN$'
check "list: the signing token" says '^ *token: JPKI Sign 6-16 char password$'

# Each module alone, to compare them.
announced=/usr/share/p11-kit/modules
alone() {
	mkdir -p "$work/announced" && mv "$work/announced"/* "$announced/" 2>/dev/null
	local file
	for file in "$announced"/*.module; do
		case $file in */"$1"*) ;; *) mv "$file" "$work/announced/" ;; esac
	done
}
alone jpki
recipe list "lists modules and tokens (OpenSC's module switched off)"
check "list: the log-in token, OpenSC's module switched off" says '^ *token: JPKI Auth 4-digit PIN$'
alone opensc
opensc ''
alone jpki
echo "a challenge" >"$play/challenge.txt"
recipe proxy "signs through p11-kit-proxy.so; OpenSSL verifies" "Please enter User PIN:" $pin_auth
check "proxy: verified" openssl dgst -sha256 -signature "$play/challenge.sig" \
	-verify <("$sim" certificate $card auth | openssl x509 -noout -pubkey) "$play/challenge.txt"
alone opensc
opensc 's/JPKI Auth 4-digit PIN/JPKI (User Authentication PIN)/' "Please enter User PIN:" $pin_auth
alone ""

# Two machines.
far() { ip netns exec far "$@"; }
cable() {
	ip netns add far && ip link add card type veth peer name far netns far &&
		ip address add 192.0.2.1/24 dev card && ip link set card up &&
		far ip address add 192.0.2.2/24 dev far && far ip link set far up &&
		far ip link set lo up
}
names() {
	printf '127.0.0.1 localhost login.example\n192.0.2.2 server.example\n' >"$work/hosts"
	printf '127.0.0.1 localhost server.example\n192.0.2.1 login.example\n' >"$work/far-hosts"
}
# far_surroundings COMMAND...: what the other machine has of its own. Its user's home is the same.
cat >"$work/far_surroundings" <<'END'
mount -t tmpfs none /run && mkdir -p /run/sshd /run/work && mount --bind "$work" /run/work &&
	mount -t tmpfs none /tmp && mkdir -p "$work" && mount --bind /run/work "$work" &&
	mount --bind "$work/far-hosts" /etc/hosts && exec "$@"
END
export XDG_RUNTIME_DIR=/run/user/$(id -u) work
mkdir -p -m 700 /run/user "$XDG_RUNTIME_DIR"

cannot_remote() {
	"$1" "the card from another machine" "$2"
	add_row "the card from another machine" "skipped: $2"
	client_finish
}
[ -x /usr/sbin/sshd ] || cannot_remote skip "openssh-server is not installed"
cable >"$work/out" 2>&1 || cannot_remote forbidden "no network namespaces here"
names
ssh_home && ssh_configure >"$work/out" 2>&1 || bail "sshd prepared" "$work/out"
ssh-keygen -q -t ed25519 -N '' -f "$HOME/.ssh/id_ed25519"
cp "$HOME/.ssh/id_ed25519.pub" "$HOME/.ssh/authorized_keys"
ssh_site ip netns exec far bash "$work/far_surroundings" || cannot_remote forbidden "sshd cannot run in this namespace"

no_token_there() {
	ssh server.example "pkcs11-tool --module /usr/lib/*/pkcs11/jpki-auth-pkcs11.so -L" >"$work/far.out" 2>&1
	cat "$work/far.out"
	grep -q 'Available slots' "$work/far.out" && ! grep -q 'token label' "$work/far.out"
}
check "the other machine has no card of its own" no_token_there

# remotely WAY RECIPE PROMPT NO-LOGIN NO-CARD: with OpenSSL's provider or engine on the other machine.
remotely() {
	local way=$1 to=$2 ask=("$3" $pin_auth) minor
	local opensc_token='s/pkcs11:id=/pkcs11:token=JPKI%20%28User%20Authentication%20PIN%29;id=/g'
	if ! "${way}_there"; then
		skip "the card from another machine, $way" "OpenSSL has no $way for PKCS#11 here"
		return
	fi
	for minor in 3 2; do
		login_site 1.$minor
		recipe "$to" "logs in over TLS 1.$minor from another machine (p11-kit server, ssh -R, curl, $way)" "${ask[@]}"
		check "$way: the site knows who over TLS 1.$minor" served 1.$minor
		opensc "$opensc_token" "${ask[@]}"
	done

	mishap "$to" "$way: a wrong PIN typed on the other machine logs in nobody" "$4" "$3" 9999
	check "and costs one try" tries_left 2 5
	mishap "$to" "$way: nor does a PIN of the wrong shape" "$4" "$3" 12345
	check "and costs none" tries_left 2 5
	card tries $card auth 3
	card_out
	mishap "$to" "$way: without a card it says so" "$5"
	card_in
}
remotely provider remote "Enter pass phrase for PKCS#11 Token" "No private key found" "Failed to open OpenSSL store"
remotely engine remote-engine "Enter PKCS#11 token PIN for JPKI" "failed to load private key" \
	$'Failed to enumerate slots\nobject not found'

# Which mechanisms are carried: TLS's always, this one by newer versions.
lent() {
	eval "$(p11-kit server --provider "$modules/jpki-auth-pkcs11.so" pkcs11:)"
	# It gives its address before it listens there.
	await $patience listens "${P11_KIT_SERVER_ADDRESS#unix:path=}" || bail "p11-kit server listens"
	timeout $patience pkcs11-tool --module "$modules/p11-kit-client.so" "$@"
	local status=$?
	p11-kit server --kill
	return $status
}
pss=(lent --login --pin $pin_auth --sign --mechanism SHA256-RSA-PKCS-PSS --id 01
	--input-file "$play/challenge.txt" --output-file "$work/pss")
what="signs with SHA256-RSA-PKCS-PSS from another machine"
if dpkg --compare-versions "$version" ge 0.25; then
	pss_verified() {
		"${pss[@]}" && openssl dgst -sha256 -sigopt rsa_padding_mode:pss -signature "$work/pss" \
			-verify <("$sim" certificate $card auth | openssl x509 -noout -pubkey) "$play/challenge.txt"
	}
	check "$what" pss_verified
	add_row "$what" works
else
	refuses "p11-kit before 0.25 does not carry SHA256-RSA-PKCS-PSS" CKR_MECHANISM_INVALID "${pss[@]}"
	cannot "$what" "p11-kit does not carry this mechanism (RSA-PKCS-PSS it does)"
fi
check "and no try is lost in all of this" left_clean

client_finish
