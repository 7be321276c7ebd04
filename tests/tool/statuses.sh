#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# jpki-tool's exit statuses, and that bad input gets a sentence. From the table in jpki-tool
# --statuses: each line is the promise, the status, a word of what is said, the command.
. "$(dirname "$0")/promise.sh"
cards_make

# Without a terminal: a PIN can only come from a descriptor.
ends() {
	promise=$1 status=$2 word=$3
	shift 3
	setsid -w "$@" >"$work/out" 2>&1 </dev/null
	got=$?
	echo $got >>"$work/seen"
	judge "$promise" "$status" "$word" $got
}

# card PROMISE STATUS WORD CARD ARGUMENT...: with that card in the reader; typed PROMISE STATUS WORD LINES CARD
# ARGUMENT...: with those lines on descriptor 5
card() {
	promise=$1 status=$2 word=$3 card=$4
	shift 4
	ends "$promise" "$status" "$word" "$sim" run --card "$card" -- "$tool" --module "$module" "$@"
}
typed() {
	promise=$1 status=$2 word=$3
	printf '%b' "$4" >"$work/pins" || exit 99
	shift 4
	card "$promise" "$status" "$word" "$@" 5<"$work/pins"
}
lone() { ends "$1" "$2" "$3" "$tool" --module "$module" $4; }

# 0: fine
card "a card that is fine" 0 'OK  *3 of 3 tries left' adult status
card "a card without certificates is still a card" 0 'issued without' opted-out status
card "JSON" 0 '"tries_left": 3' adult status --json
card "one bad certificate does not hide the other, and is a PROBLEM" 1 '5 of 5 tries left' cert-random-bytes-auth status
card "a phone's certificate needs its PIN" 0 'need the PIN' phone status
"$sim" set adult auth-certificate pin-needed >/dev/null || exit 99
card "so does that of any card that says so" 0 'dates need the PIN' adult status
card "which is said where it is to be shown" 2 'pin-fd' adult cert show auth
typed "and it is shown with the PIN" 0 'Key *RSA' '1234\n' adult cert show auth --pin-fd 5
"$sim" set adult auth-certificate free >/dev/null || exit 99
card "a locked PIN is shown, and what to do" 7 'convenience store.*jpki-tool help locked' locked-auth status
card "so it is in JSON" 7 '"locked": true' locked-auth status --json
card "an ended certificate is a PROBLEM" 11 'PROBLEM .*ended on' expired status
ends "an empty reader beside a card is none" 0 'no card in the reader' "$sim" run --reader One --reader Two=adult -- "$tool" --module "$module" status
if grep -q PROBLEM "$work/out"; then echo "not ok an empty reader beside a card is no PROBLEM"; failed=1; fi
ends "nor is a foreign card beside one" 0 'not a My Number card' "$sim" run --reader One=foreign --reader Two=adult -- "$tool" --module "$module" status
# JSON has no PROBLEM to be seen, so that its status has to say it
agree() { # COMMAND...
	"$@" >"$work/out" 2>&1 </dev/null
	got=$?
	"$@" --json >"$work/json" 2>&1 </dev/null
	test $? -eq $got && { test $got -ne 0 || ! grep -q PROBLEM "$work/out"; } && return
	echo "not ok $*: exit status $got with a screen, and not the same with --json, or a PROBLEM and 0"
	sed 's/^/# /' "$work/out"
	failed=1
}
for made in adult child opted-out phone foreign locked-auth expired cert-random-bytes-auth cert-random-bytes-sign \
	cert-length-past-end-auth key-ec-auth; do
	for command in status "validity auth" "validity sign"; do agree "$sim" run --card $made -- "$tool" --module "$module" $command; done
	agree "$sim" run --reader One=$made --reader Two=adult -- "$tool" --module "$module" status
done
card "the family of a command has a help" 0 'jpki-tool cert export' adult cert --help
card "capital letters are letters" 0 'CN=' adult cert show AUTH
card "a simulated card says so" 0 SIMULATED adult status
card "a simulated phone says so" 0 SIMULATED phone status
card "a pipe gets no colours" 0 'OK  *3 of 3' adult status
if grep -q "$(printf '\033')" "$work/out"; then echo "not ok no escapes in a pipe"; failed=1; fi
lone "help locked" 0 'municipal office' "help locked"
lone "help locked: at a convenience store by whoever knows the other PIN" 0 'know the other PIN' "help locked"
lone "help locked: the 4-digit PIN at fewer of them" 0 'user authentication: only 7-Eleven' "help locked"
for topic in locked forgotten expired moved lost; do
	lone "help $topic names the page that it is from" 0 '^ *More: https://[^/]*/.*[^/]$' "help $topic"
	lone "help $topic: and the day" 0 '^ *Last read: 20[0-9-]*$' "help $topic"
done
lone "help lost" 0 '0120-95-0178' "help lost"
lone "help moved" 0 'void' "help moved"
lone "help expired" 0 'sixth birthday' "help expired"
lone "help forgotten" 0 'Do not guess' "help forgotten"
lone "the PINs of a card" 0 '住民基本台帳用' "pin help"
lone "the exit statuses" 0 'reader service' --statuses

for status in $("$tool" --statuses | sed -n 's/^ *\([0-9]*\) .*/\1/p'); do
	grep -q -e "^\.It $status\$" -e "as $status\.\$" "$(dirname "$0")/../../doc/jpki-tool.1" ||
		{ echo "not ok exit status $status is not in the manual"; failed=1; }
done

# 2: the command line
lone "no command" 2 'which command' ""
lone "an unknown command" 2 'frobnicate' frobnicate
lone "an unknown second word" 2 'pin frob' "pin frob"
lone "an unknown option" 2 'no option.*--frob' "status --frob"
lone "an unknown short option" 2 'no option.*-x' "status -x"
lone "an option of another command" 2 'does not go with' "pin help --warn 3"
lone "an option without its value" 2 'needs a value' "status --warn"
lone "a flag with a value" 2 'takes no value' "status --json=yes"
lone "standard output has room for one thing" 2 'ics -' "status --json --ics -"
lone "no number" 2 'whole number' "status --warn soon"
lone "a negative number" 2 'whole number' "status --warn -3"
lone "which PIN is meant" 2 'auth.*sign' "pin change both"
lone "an argument is missing" 2 'usage: jpki-tool pin change' "pin change"
lone "an argument too many" 2 'usage: jpki-tool status' "status now"
lone "an unknown topic" 2 'no help' "help weather"
card "no terminal to ask on" 2 'pin-fd' adult pin change auth
typed "descriptor without enough PINs" 2 'descriptor 5' '' adult pin change auth --pin-fd 5

# 1: other failures
ends "a module that is none" 1 'cannot load the module' "$tool" --module "$work/none.so" status
ends "a library that is no module" 1 'not a module of jpki-pkcs11' "$tool" --module "$(
	ldd "$tool" | sed -n 's/.*=> \(.*libcrypto[^ ]*\) .*/\1/p')" status
echo mine >"$work/there"
card "a file that is there is not overwritten" 1 'is there already' adult status --ics "$work/there"
test "$(cat "$work/there")" = mine || { echo "not ok the file was overwritten"; failed=1; }
card "a folder that is not there" 1 'cannot write' adult status --ics "$work/no/where"
card "a full disk" 1 'No space left' adult status --ics /dev/full
card "--force overwrites" 0 'OK' adult status --ics "$work/there" --force
grep -q 'BEGIN:VEVENT' "$work/there" || { echo "not ok the calendar was not written"; failed=1; }
card "without a card the calendar stays as it was" 4 'not a My Number card' foreign status --ics "$work/there" --force
grep -q 'BEGIN:VEVENT' "$work/there" || { echo "not ok the calendar stayed as it was"; failed=1; }
card "no dates, no calendar" 1 'status --pin' phone status --ics -
unknown='digital signature.*does not know as a certificate'
card "a key of the next kind of card: not a fault of the reader" 1 \
	'user authentication.*does not know as a certificate' key-ec cert show auth
typed "nor is that no certificate" 1 "$unknown" 'ABC123\n' cert-random-bytes-sign cert show sign --pin-fd 5
typed "nor can it be checked" 1 "$unknown" 'ABC123\n' cert-random-bytes-sign validity sign --pin-fd 5
card "doctor sees it too" 14 'PROBLEM .*does not know as a certificate' key-ec doctor
ends "what a terminal would obey in a file's name is not repeated" 1 'a?\[31mb' \
	"$tool" verify "$work/$(printf 'a\033[31mb')"
typed "the new PIN is the old one" 1 'same as the old' '1234\n1234\n' adult pin change auth --pin-fd 5

# a module without the other token, wherever there is a card or not: a sentence, and no crash
auth=${module%/*}/jpki-auth-pkcs11.so
sign=${module%/*}/jpki-sign-pkcs11.so
echo content >"$work/content"
for only in "$auth" "$sign" "$module"; do
	for what in "pin change auth" "pin change sign" "sign --yes --output $work/never $work/content" \
		"cert show auth" "cert show sign" "cert export sign-ca" "validity auth" "validity sign" status; do
		ends "no card: ${only##*/} $what" 4 'no card in the reader' "$sim" run --empty -- "$tool" --module "$only" $what
		ends "no pcscd: ${only##*/} $what" 3 'pcscd' "$tool" --module "$only" $what
		ends "foreign card: ${only##*/} $what" 4 'not a My Number card' "$sim" run --card foreign -- "$tool" --module "$only" $what
	done
done
ends "the module for documents shows no log-in token" 5 'does not show' "$sim" run --card adult -- "$tool" --module "$sign" pin change auth
ends "nor the other one the other" 5 'does not show' "$sim" run --card adult -- "$tool" --module "$auth" pin change sign

# 3 and 4: no reader, no card
lone "no pcscd" 3 'pcscd is not running' status
ends "an empty reader" 4 'no card in the reader' "$sim" run --empty -- "$tool" --module "$module" status
card "a foreign card" 4 'not a My Number card' foreign status
card "an old card" 4 'Juki' juki status
card "a foreign card has no PIN to change" 4 'not a My Number card' foreign pin change auth
card "no reader of that name" 3 'nosuch' adult status --reader nosuch
card "no card of that serial" 4 'ABCDEF' adult status --serial ABCDEF
held="$sim run --card adult"
silent=$held
for call in 1 2 3 4 5 6 7 8 9; do
	held="$held --fault sharing-violation@connect:$call"
	silent="$silent --fault comm-error@transmit:$call"
done
ends "the card of that serial may be in a reader that a program has for itself" 1 'for itself: end it' \
	$held -- "$tool" --module "$module" cert show auth --serial ABCDEF
ends "or be the one that does not answer" 4 'does not answer' \
	$silent -- "$tool" --module "$module" cert show auth --serial ABCDEF

# readers that are there, and that a setting hides
config=$work/config
mkdir "$config"
both="env XDG_CONFIG_HOME=$config $sim run --reader One=adult --reader Two -- $tool --module $module"
only="env JPKI_PKCS11_READER=Two $both"
first="env JPKI_PKCS11_READER=One $both"
printf '# mine\nreader = "SONY*"\n' >"$config/jpki-pkcs11.conf"
place=$config/jpki-pkcs11.conf:2
ends "all readers are hidden: what hides them is a PROBLEM" 3 "PROBLEM .*reader = SONY\* (in $place) hides One, Two" $both status
if grep -q 'plug it in' "$work/out"; then echo "not ok none is to be plugged in"; failed=1; fi
for command in "pin change auth" "cert show auth" "cert export sign-ca" "validity auth" "status --ics -" \
	"sign --yes --output $work/never $work/content"; do
	ends "all are hidden: $command" 3 "reader = SONY\* (in $place) hides One, Two" $both $command
done
ends "all are hidden, in JSON" 3 "\"source\": \"$place\"" $both status --json
tr -d ' \n' <"$work/out" >"$work/json"
grep -q '"value":"SONY\*",.*"hides":\["One","Two"\]' "$work/json" || { echo "not ok JSON says what is hidden"; failed=1; }
ends "all are hidden, also the one that --reader asks for" 3 "hides One, Two" $both status --reader One
ends "all are hidden, for doctor" 14 "Reader  *PROBLEM .*reader = SONY\* (in $place) hides One, Two" $both doctor
if grep -q 'plugged in' "$work/out"; then echo "not ok doctor wants none plugged in either"; failed=1; fi
ends "the hidden one may have the card" 4 'CAUTION .*environment variable JPKI_PKCS11_READER) hides One;' $only status
ends "which a command says too" 4 'environment variable JPKI_PKCS11_READER) hides One;' $only cert show auth
ends "and doctor" 14 'Reader  *CAUTION .*hides One;' $only doctor
ends "beside a card it is as somebody wants it" 0 'hides Two;' $first status
if grep -q 'PROBLEM\|CAUTION' "$work/out"; then echo "not ok a reader hidden on purpose is no fault"; failed=1; fi
ends "a reader that --reader means and the setting hides" 3 'hides One;' $only status --reader One
ends "a serial number that may be behind the setting" 4 'hides One;' $only status --serial ABCDEF
japanese_find
if test -n "$japanese"; then
	ends "all are hidden, in Japanese" 3 "設定 reader = SONY\*（$place）のため、One, Two は使われません" $japanese $both status
	ends "one is hidden, in Japanese" 4 '環境変数 JPKI_PKCS11_READER）のため、One は使われません' $japanese $only cert show auth
else
	echo "skip all are hidden, in Japanese: there is no /usr/lib/locale/C.utf8"
fi
rm "$config/jpki-pkcs11.conf"
test -z "$japanese" || ends "the longest label in Japanese has room before its value" 0 'フィンガープリント（SHA-256）  *[0-9A-F]' \
	$japanese "$sim" run --card adult -- "$tool" --module "$module" cert show auth
ends "a reader that is not there: which are" 3 'nosuch"; there is: One, Two' $both status --reader nosuch
ends "the setting hides nothing: JSON is null" 0 '"reader_setting": null' $both status --json
ends "no reader at all: none of that name is not the point" 3 'plug it in' "$sim" run --reader One -- sh -c \
	'"$0" unplug One >/dev/null && exec "$@"' "$sim" "$tool" --module "$module" status --reader Two
for what in "--reader One" "--serial ABCDEF"; do
	lone "no pcscd, whatever is asked for: $what" 3 'pcscd is not running' "status $what"
done
refusing="$sim run --fault error@establish:1+:SCARD_W_SECURITY_VIOLATION -- $tool --module $module"
ends "pcscd turns us away: why is not claimed" 3 'serves as many programs' $refusing status
if grep -q 'polkit\|sudo' "$work/out"; then echo "not ok no remedy for what is not certain"; failed=1; fi

# 5: the certificate is not there
card "a child has no password to change" 5 'issued without' child pin change sign

# PINs in files, as editors and programs end their lines
typed "a PIN without a line's end" 0 '"needs_pin": false' 'ABC123' adult status --pin --pin-fd 5 --json
typed "a PIN with the end of a DOS line" 0 '"needs_pin": false' 'ABC123\r\n' adult status --pin --pin-fd 5 --json
typed "an empty line is no PIN, and costs nothing" 6 'no try was lost' '\nABC123\n' adult status --pin --pin-fd 5 --json

# 6 and 7: wrong and locked; nothing is sent that cannot be right
typed "a wrong PIN" 6 '2 tries left' '9999\n1111\n' adult pin change auth --pin-fd 5
typed "letters are no 4-digit PIN" 6 'exactly 4 digits' '12a4\n1111\n' adult pin change auth --pin-fd 5
typed "and are said to be none where a pinentry is named too" 6 'exactly 4 digits' '12a4\n1111\n' adult pin change auth --pin-fd 5 --pinentry /bin/false
typed "a new PIN of five digits" 6 'exactly 4 digits' '1234\n11111\n' adult pin change auth --pin-fd 5
typed "a new password without a digit" 6 'one letter and one digit' 'ABC123\nABCDEF\n' adult pin change sign --pin-fd 5
card "of these four only the wrong one cost a try" 0 '"tries_left": 2' adult status --json
typed "a wrong PIN again" 6 '1 try left' '9998\n1111\n' adult pin change auth --pin-fd 5
grep -q 'THE NEXT WRONG ONE LOCKS IT.*jpki-tool help forgotten' "$work/out" ||
	{ echo "not ok one try left says where to go"; failed=1; }
typed "the last try is not taken unasked" 2 'last-try' '1234\n1111\n' adult pin change auth --pin-fd 5
typed "the last try, taken with the right PIN" 0 'was changed' '1234\n1111\n' adult pin change auth --pin-fd 5 --last-try
typed "the new PIN is in force" 0 'was changed' '1111\n1234\n' adult pin change auth --pin-fd 5
typed "full-width and small letters are folded, which is said" 0 'capital letters' 'ａｂｃ１２３\nxyz789\n' adult pin change sign --pin-fd 5
typed "the folded password is in force" 0 'was changed' 'XYZ789\r\nABC123\r\n' adult pin change sign --pin-fd 5
typed "the exact dates of the signing certificate" 0 '"needs_pin": false' 'ABC123\n' adult status --pin --pin-fd 5 --json
# While the person types (in this pinentry), another program spends tries of that PIN.
cat >"$work/spends" <<'END'
#!/bin/sh
echo "OK here"
while read -r word rest; do
	case $word in
	GETPIN)
		while read -r wrong; do
			printf '%s\n%s\n' "$wrong" "$NEW" >"$0.pins"
			"$TOOL" --module "$MODULE" pin change "$KEY" --pin-fd 5 5<"$0.pins" >/dev/null 2>&1
		done <"$0.wrong"
		: >"$0.wrong"
		echo "D $(sed -n 1p "$0.right")"
		sed -i 1d "$0.right" ;;
	esac
	echo OK
done
END
chmod +x "$work/spends"
spent() {
	promise=$1 KEY=$2 NEW=$3
	printf "$4" >"$work/spends.wrong"
	printf "$5" >"$work/spends.right"
	shift 5
	TOOL=$tool MODULE=$module card "$promise" 6 "spent tries of the PIN meanwhile: nothing was sent" \
		adult "$@" --pinentry "$work/spends"
}
export TOOL MODULE KEY NEW
spent "others spend all tries but one while a PIN to be changed is typed" auth 2222 '9990\n9991\n' '1234\n1111\n1111\n' pin change auth
card "... and the last one is there still" 0 '"tries_left": 1' adult status --json
typed "... and the PIN as it was" 0 'was changed' '1234\n1111\n' adult pin change auth --pin-fd 5 --last-try
typed "... which is put back" 0 'was changed' '1111\n1234\n' adult pin change auth --pin-fd 5
spent "others spend a try while a password to log in with is typed" sign XYZ7890 'WRONG90\n' 'ABC123\n' status --pin
card "... and only that one is gone" 0 '"tries_left": 4' adult status --json
typed "a phone's dates, with both PINs" 0 'in-term' '1234\nABC123\n' phone status --pin --pin-fd 5 --json
card "a locked PIN is not asked for" 7 'locked' locked-auth pin change auth
card "a locked PIN does not hide the other" 2 'no terminal' locked-auth pin change sign

# 9: ambiguous, before any PIN is asked
two="$sim run --reader One=adult --reader Two=child --"
ends "two cards: which?" 9 'several cards' $two "$tool" --module "$module" pin change auth
ends "the choice is listed" 9 'serial.*One' $two "$tool" --module "$module" pin change auth
ends "--reader chooses" 2 'no terminal' $two "$tool" --module "$module" pin change auth --reader Two
"$sim" make phone2 --person phone >/dev/null
ends "phones with one serial number are told apart by their readers" 9 'reader "One"' \
	"$sim" run --reader One=phone --reader Two=phone2 -- "$tool" --module "$module" pin change auth
typed2() {
	promise=$1 status=$2 word=$3 lines=$4
	shift 4
	printf '%b' "$lines" >"$work/pins"
	ends "$promise" "$status" "$word" sh -c 'exec "$@" 5<"$0"' "$work/pins" "$@"
}
typed2 "and have events of their own" 0 'UID:.*-auth-end@' '1234\nABC123\n1234\nABC123\n' \
	"$sim" run --reader One=phone --reader Two=phone2 -- "$tool" --module "$module" status --pin --pin-fd 5 --ics -
events=$(grep -c ^UID: "$work/out") different=$(grep ^UID: "$work/out" | sort -u | wc -l)
test "$events" -eq 8 && test "$different" -eq 8 ||
	{ echo "not ok two phones have $different different events of $events, not 8 of 8"; failed=1; }
ends "a reader's whole name means that one" 2 'no terminal' "$sim" run --reader One=adult --reader "One more=child" -- \
	"$tool" --module "$module" pin change auth --reader One
ends "status shows all" 0 'Two' $two "$tool" --module "$module" status

# 10: --warn
card "nothing ends soon" 0 OK adult status --warn 90
card "a certificate that ends in 20 days" 10 'CAUTION' near-expiry status --warn 90
card "ten days are not twenty" 0 'CAUTION' near-expiry status --warn 10
card "the renewal window is open" 0 'Renewal  *CAUTION  *possible since 20[0-9-]*, at the municipal office' near-expiry status
card "the renewal window is to come" 0 'Renewal  *from 20[0-9-]* on' adult status
card "a certificate that has ended" 10 'ended on' expired status --warn 0

# certificates
card "a certificate's fields" 0 'CN=' adult cert show auth
card "the CA of the signing certificate needs no PIN" 0 'SIMULATED' adult cert show sign-ca
card "which certificate is meant" 2 'auth-ca' adult cert show both
card "a child has none for signing" 5 'issued without' child cert show sign
card "the signing certificate is not shown without its PIN" 2 'no terminal' adult cert show sign
typed "nor personal data without being asked for" 0 'personal shows them' 'ABC123\n' adult cert show sign --pin-fd 5
if grep -q '見本' "$work/out"; then echo "not ok personal data was shown"; failed=1; fi
typed "what a copy of it tells is said" 0 'address, birth date and sex of the holder: everybody who' 'ABC123\n' \
	adult cert export sign --pin-fd 5 --output "$work/sign.pem"
typed "the name" 0 '𠮷﨑　見本' 'ABC123\n' adult cert show sign --personal --pin-fd 5
typed "the birth date with its era" 0 '(Heisei ' 'ABC123\n' adult cert show sign --personal --pin-fd 5
typed "a character that stands for another" 0 '﨑 (written for' 'ABC123\n' adult cert show sign --personal --pin-fd 5
card "PEM on standard output" 0 'END CERTIFICATE' adult cert export auth
card "DER into a file" 0 '' adult cert export auth --der --output "$work/auth.der"
card "and never over another" 1 'is there already' adult cert export auth --output "$work/auth.der"
if openssl x509 -inform DER -in "$work/auth.der" -noout; then
	echo "ok it is DER"
else
	echo "not ok it is not DER"
	failed=1
fi

# 11, 12 and 13: validity
typed "a simulated card is never valid" 13 'SIMULATED' '1234\n' adult validity auth --pin-fd 5
typed "revocation is never said to be checked" 13 'NOT CHECKED' 'ABC123\n' adult validity sign --pin-fd 5
typed "validity in JSON" 13 '"revocation": "not-checked"' 'ABC123\n' adult validity sign --json --pin-fd 5
typed "a certificate that has ended is not valid" 11 'PROBLEM' 'ABC123\n' expired validity sign --pin-fd 5
typed "a wrong password" 6 '4 tries left' 'ABC124\n' alias validity sign --pin-fd 5

# 12: an authority of which nothing is known but the serial number and dates that were published for
# the one of 2019. The card's file gets such a one, made here, and a certificate issued by it.
base64_of() { openssl x509 -in "$1" -outform DER | openssl base64 -A; }
make_authority() {
	printf '%s\n' '[ca]' 'default_ca = a' '[a]' 'database = index' 'serial = serial' \
		'new_certs_dir = .' 'default_md = sha256' 'policy = p' '[p]' 'O = supplied' >ca.cnf
	: >index
	echo 0133C349 >serial
	# RSA, as all that the card holds; its own key saves the time of making one
	printf '%b' "$(sed -n 's/.*"key": "\([^"]*\)".*/\1/p' state/cards/adult/card.json | head -n 1)" >ca.key
	openssl req -new -key ca.key -subj /O=JPKI -out ca.csr
	openssl ca -batch -config ca.cnf -selfsign -keyfile ca.key -in ca.csr -notext -out ca.pem \
		-startdate 20190914000000Z -enddate 20290914000000Z
	openssl x509 -in old.pem -noout -pubkey -out old.pub
	openssl x509 -req -in ca.csr -force_pubkey old.pub -CA ca.pem -CAkey ca.key -set_serial 5 \
		-days 30 -out new.pem
}
card "the CA certificate of the log-in certificate" 0 '' adult cert export auth-ca --output "$work/old-ca.pem"
card "the log-in certificate" 0 '' adult cert export auth --output "$work/old.pem"
(cd "$work" && make_authority) >"$work/made" 2>&1
sed -i "s|$(base64_of "$work/old-ca.pem")|$(base64_of "$work/ca.pem")|
	s|$(base64_of "$work/old.pem")|$(base64_of "$work/new.pem")|" "$work/state/cards/adult/card.json"
typed "an authority known by its serial number alone" 12 'authority of 2019' '1234\n' adult validity auth --pin-fd 5
typed "which JSON says too" 12 '"authority": "known-serial"' '1234\n' adult validity auth --json --pin-fd 5

# 14: doctor, of which tests/pcscd/doctor.sh has the rest
lone "something is wrong" 14 'PROBLEM  *pcscd' doctor

# setup: one profile that has the module, and one whose list cannot be read
home=$work/profiles
lists=$home/.mozilla/firefox
mkdir -p "$lists/good" "$lists/bad/pkcs11.txt"
printf '[Profile0]\nName=a\nIsRelative=1\nPath=good\n\n[Profile1]\nName=b\nIsRelative=1\nPath=bad\n' >"$lists/profiles.ini"
auth=$build/.libs/jpki-auth-pkcs11.so
printf 'library=%s\nname=jpki-auth-pkcs11\n\n' "$auth" >"$lists/good/pkcs11.txt"
touch "$lists/good/cert9.db" "$lists/bad/cert9.db"
for what in "setup firefox --yes" "setup firefox --remove --yes"; do
	ends "a list that cannot be read is a PROBLEM beside one that can: $what" 1 'PROBLEM .*cannot be read' \
		env HOME="$home" "$tool" --module "$auth" $what
done

# a profile whose path is not UTF-8, and a module's that a terminal would obey
home=$work/home
profile=$(printf 'pro\377file')
mkdir -p "$home/.mozilla/firefox/$profile"
printf '[Profile0]\nName=one\nIsRelative=1\nPath=%s\n' "$profile" >"$home/.mozilla/firefox/profiles.ini"
printf 'library=/x/\033[31m\342\200\256jpki-auth-pkcs11.so\nname=jpki-auth-pkcs11\n\n' \
	>"$home/.mozilla/firefox/$profile/pkcs11.txt"
ends "doctor's JSON has every finding" 14 '"finding": "module-gone"' env HOME="$home" "$tool" --module "$module" doctor --json
ends "what a browser's list has is not obeyed" 14 'Firefox .*jpki-auth-pkcs11.so' env HOME="$home" "$tool" --module "$module" doctor
if LC_ALL=C grep -q "$(printf '\033\|\342\200\256')" "$work/out"; then echo "not ok it was obeyed"; failed=1; fi
if test "$(id -u)" -eq 0; then
	chown 12345 "$home"
	ends "root makes nothing in another's home" 1 "another user's home folder" env HOME="$home" \
		"$tool" --module "$auth" setup firefox --yes
	mkdir "$work/theirs" "$work/ours" && chown 12345 "$work/theirs" || exit 99
	for what in "firefox" "firefox --remove" "chromium" "chromium --remove"; do
		ends "nor a home that is not there yet: setup $what" 1 "another user" env HOME="$work/theirs/not/there" \
			"$tool" --module "$auth" setup $what --yes
	done
	mkdir "$work/ours/.pki" "$work/theirs/pki" "$work/theirs/list" && chown 12345 "$work/theirs/list" &&
		ln -s "$work/theirs/list" "$work/ours/.pki/nssdb" || exit 99
	ends "nor where a link leads" 1 "another user" env HOME="$work/ours" "$tool" --module "$auth" setup chromium --yes
	rm -r "$work/ours/.pki" "$work/theirs/pki" "$work/theirs/list"
	for at in XDG_DATA_HOME="$work/theirs" XDG_DATA_HOME="$work/theirs/not/there" XDG_CONFIG_HOME="$work/theirs/not"; do
		ends "nor where another folder is another's: ${at%%=*}" 1 "another user" env HOME="$work/ours" "$at" \
			"$tool" --module "$auth" setup chromium --yes
	done
	made=$(find "$work/theirs" "$work/ours" -mindepth 1)
	test -z "$made" || { echo "not ok something was made: $made"; failed=1; }
else
	echo "skip another user's home folder: only root could write there"
fi
lone "a browser that setup does not know" 2 'firefox, thunderbird, chromium, agent or reminders' "setup lynx"

# A card that fails at any call: a PROBLEM on the screen has a status other than 0, and that has a reason.
problems=0
fails_anywhere() { # STEP COMMAND
	echo 1234 >"$work/pins"
	for call in $(seq 1 "$1" 80); do
		"$sim" run --card adult --fault "comm-error@$call" -- "$tool" --module "$module" $2 >"$work/out" 2>&1 5<"$work/pins"
		got=$?
		if grep -q PROBLEM "$work/out"; then
			problems=$((problems + 1))
			test $got -ne 0
		else
			test $got -eq 0 || grep -q 'CAUTION\|jpki-tool: ' "$work/out"
		fi && continue
		echo "not ok $2: a PROBLEM has its exit status, whatever call fails: comm-error@$call ended with $got"
		sed 's/^/# /' "$work/out"
		failed=1
		return
	done
	echo "ok $2: a PROBLEM has its exit status, whatever call fails"
}
fails_anywhere 1 status
for command in "cert show auth" "validity auth --pin-fd 5" "pin change auth --pin-fd 5"; do fails_anywhere 9 "$command"; done
test $problems -gt 0 || { echo "not ok nothing failed"; failed=1; }

# every status of the table was seen here (8 and 130 in tests/tool/prompt.c)
for status in $("$tool" --statuses | sed -n 's/^ *\([0-9]*\) .*/\1/p'); do
	test "$status" -eq 8 || test "$status" -eq 130 || grep -qx "$status" "$work/seen" ||
		{ echo "not ok exit status $status was not seen"; failed=1; }
done

"$sim" run -- sh -c '"$0" --module "$1" status >/dev/full' "$tool" "$module" 2>"$work/err"
if test $? -eq 1 && grep -q 'cannot write standard output' "$work/err"; then
	echo "ok output that cannot be written"
else
	echo "not ok output that cannot be written"
	failed=1
fi
exit $failed
