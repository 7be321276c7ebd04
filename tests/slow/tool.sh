#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# jpki-tool where things go wrong in the middle: the card pulled out at every exchange of every
# command, a disk that is full, files too large for the memory, Ctrl-C while it reads. JPKI_BUILD is
# the build folder.
set -u
export LC_ALL=C.UTF-8

self=$(realpath "$0")
top=${self%/tests/*}
# Not when started anew: the simulator's own variables are then there.
[ "${1:-}" = --inside ] || . "$top/tests/alone.sh"
build=$(realpath "$JPKI_BUILD")
sim=$build/src/sim/jpki-card-sim
tool=("$build/src/tool/jpki-tool" --module "$build/.libs/jpki-pkcs11.so")
status=0

ok() { echo "ok $1"; }
not_ok() {
	echo "not ok $1: $2"
	tail -n 5 out | sed 's/^/# /'
	status=1
}

# Without a terminal, with PINs on descriptor 5; what it says is in out.
run() {
	printf '%b' "$pins" >pins
	setsid -w "${tool[@]}" "$@" >out 2>&1 5<pins </dev/null
}

# ---- inside of the simulator ----

sim_do() { "$sim" "$@" >/dev/null 2>&1; }

# What may be left of a command that the loss of its card ended: nothing new, and a sentence.
judge_loss() {
	local promise=$1 got=$2
	if [ "$got" -gt 13 ]; then
		not_ok "$promise" "exit status $got"
	elif [ "$got" -ne 0 ] && ! grep -q -e '^jpki-tool: .' -e PROBLEM -e SIMULATED out; then
		not_ok "$promise" "nothing was said"
	elif [ "$got" -eq 0 ] && grep -q PROBLEM out; then
		not_ok "$promise" "a PROBLEM, and exit status 0"
	elif [ "$got" -ne 0 ] && compgen -G 'made*' >left; then
		not_ok "$promise" "$(cat left) was left"
	else
		return 0
	fi
	return 1
}

# pulled_out NAME ARGUMENT...: the card goes at the first exchange, the second, until the command ends
# before it goes.
pulled_out() {
	local name=$1 at=0 got losses=0 fine=yes
	shift
	while :; do
		at=$((at + 1))
		rm -f made*
		sim_do clear
		sim_do fault "card-removed@transmit:$at"
		run "$@"
		got=$?
		judge_loss "$name, pulled out at exchange $at" $got || fine=no
		if [ $got -eq 4 ]; then losses=$((losses + 1)); fi
		"$sim" insert adult >/dev/null 2>&1 || break
		if [ $at -gt 150 ]; then
			not_ok "$name" "it never ends"
			fine=no
			break
		fi
	done
	if [ $losses -eq 0 ]; then
		not_ok "$name, pulled out" "it was never said that the card is gone"
	elif [ $fine = yes ]; then
		ok "$name, pulled out at each of its exchanges ($((at - 1)))"
	fi
}

# Back to a card in a reader of a running service, with its first password.
mend() {
	sim_do clear
	sim_do service start
	sim_do plug
	sim_do swap adult || sim_do insert adult
}

# struck KIND OPTION ARGUMENT...: a fault at the first PC/SC call, the second, until the command ends
# before it strikes. No crash, no hang, a sentence, nothing half-written.
struck() {
	local kind=$1 option=$2 at=0 got
	shift 2
	while [ $at -lt 250 ]; do
		at=$((at + 1))
		rm -f made*
		mend
		sim_do fault "$kind@$at$option"
		printf '%b' "$pins" >pins
		timeout --kill-after=5 300 setsid -w "${tool[@]}" "$@" >out 2>&1 5<pins </dev/null
		got=$?
		# 14 is doctor's for whatever is wrong on this machine
		if [ "$1" != doctor ] || [ $got -ne 14 ]; then
			judge_loss "$1, $kind at call $at" $got
		fi
		if "$sim" fault | grep -q 'struck 0 times'; then
			struck_runs=$((struck_runs + at))
			return
		fi
	done
	not_ok "$1, $kind" "it never ends"
}

everything_everywhere() {
	local kind struck_runs=0 before=$status
	for kind in card-removed service-stopped comm-error; do
		struck $kind "" status
		struck $kind "" status --pin --pin-fd 5
		struck $kind "" cert show auth
		struck $kind "" cert show sign --personal --pin-fd 5
		struck $kind "" cert export sign --output made --pin-fd 5
		struck $kind "" validity sign --pin-fd 5
		struck $kind "" sign --yes --output made.p7s --pin-fd 5 file
		struck $kind "" doctor
		pins='1234\n1234\n' # the new PIN is the old one: whatever is lost, it is right
		struck $kind "" pin change auth --pin-fd 5
		pins='ABC123\n'
	done
	struck reader-gone "" status
	struck card-swapped :alias sign --yes --output made.p7s --pin-fd 5 file
	mend
	if [ "$status" = "$before" ]; then
		ok "each command, each fault at each PC/SC call ($struck_runs runs)"
	fi
}

inside() {
	pins='ABC123\n'
	printf 'content\n' >file
	pulled_out status status
	pulled_out "status --pin" status --pin --pin-fd 5
	pulled_out "cert show" cert show sign --personal --pin-fd 5
	pulled_out "cert export" cert export sign --output made --pin-fd 5
	pulled_out sign sign --yes --output made.p7s --pin-fd 5 file
	pulled_out validity validity sign --pin-fd 5
	everything_everywhere
	pins='ABC123\nABC123\n'
	sim_do clear
	run status --json
	if [ "$(grep -c '"tries_left": [35]' out)" -eq 2 ]; then
		ok "no try was spent"
	else
		not_ok "no try was spent" "$(grep tries_left out)"
	fi
	exit $status
}

# ---- files ----

# A file larger than the memory that it may use.
large() {
	pins='ABC123\n'
	truncate -s 3G large
	if (ulimit -v 1000000 && "$sim" run --card adult -- setsid -w "${tool[@]}" sign --yes --pin-fd 5 \
		large) >out 2>&1 5< <(printf '%b' "$pins") </dev/null; then
		ok "3 GiB are signed with 1 GB of memory"
	else
		not_ok "3 GiB are signed with 1 GB of memory" "exit status $?"
	fi
	(ulimit -v 1000000 && "${tool[@]}" verify large) >out 2>&1
	if [ $? -eq 13 ]; then ok "and verified"; else not_ok "and verified" "exit status"; fi
	printf x | dd of=large conv=notrunc bs=1 seek=2999999999 status=none
	"${tool[@]}" verify large >out 2>&1
	if [ $? -eq 11 ]; then ok "one byte changed is seen"; else not_ok "one byte changed is seen" "exit status"; fi
	"$sim" run --card adult -- setsid -w "${tool[@]}" sign --enclosed --yes --pin-fd 5 large >out 2>&1 \
		5< <(printf '%b' "$pins") </dev/null
	if [ $? -eq 1 ] && grep -q 'large is larger than the 256 MB' out && [ ! -e large.p7m ]; then
		ok "what is too large to be enclosed is refused"
	else
		not_ok "what is too large to be enclosed is refused" "otherwise"
	fi
	truncate -s 256M large
	rm -f large.*
	"$sim" run --card adult -- setsid -w "${tool[@]}" sign --enclosed --yes --pin-fd 5 large >out 2>&1 \
		5< <(printf '%b' "$pins") </dev/null && "${tool[@]}" verify large.p7m >out 2>&1
	if [ $? -eq 13 ]; then ok "the largest that can be enclosed is, and verified"; else not_ok "the largest that can be enclosed is, and verified" "exit status"; fi
	openssl cms -cmsout -inform DER -in large.p7m -outform PEM -out large.pem && "${tool[@]}" verify large.pem >out 2>&1
	if [ $? -eq 13 ]; then ok "... also in base64"; else not_ok "... also in base64" "exit status"; fi
	rm -f large*
}

# A disk without room, where the account may have one.
full_disk() {
	mkdir disk
	if ! unshare -rm true 2>/dev/null; then
		echo "forbidden a full disk: no namespaces here"
		return
	fi
	printf 'content\n' >file
	printf 'ABC123\n' >pins
	# shellcheck disable=SC2016 # expanded inside
	unshare -rm sh -c 'mount -t tmpfs -o size=8k none disk && head -c 8000 /dev/zero >disk/full 2>/dev/null
		"$@" >out 2>&1 5<pins </dev/null; echo $? >got; ls disk >left' sh \
		"$sim" run --card adult -- "${tool[@]}" sign --yes --pin-fd 5 --output disk/made file
	if [ "$(cat got)" = 1 ] && grep -q 'No space left' out && [ "$(cat left)" = full ]; then
		ok "a full disk has nothing half-written on it"
	else
		not_ok "a full disk has nothing half-written on it" "exit status $(cat got), there: $(cat left)"
	fi
}

if [ "${1:-}" = --inside ]; then inside; fi
unset LANGUAGE NO_COLOR
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP
cd "$work" || exit 1
export JPKI_CARD_SIM_STATE=$work/state
"$sim" make adult >/dev/null && "$sim" make alias >/dev/null || exit 1
"$sim" run --card adult -- "$self" --inside || status=1
large
full_disk
exit $status
