#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# jpki-tool sign and verify: OpenSSL accepts what the one makes, the other says what is wrong with
# what OpenSSL made, and bad input gets a sentence, a status of the table, and no half-written file.
. "$(dirname "$0")/promise.sh"

# ends PROMISE STATUS WORD ARGUMENT...: jpki-tool with these arguments and $pins on descriptor 5, and
# without a terminal.
ends() {
	promise=$1 status=$2 word=$3
	shift 3
	printf '%b' "$pins" >"$work/pins"
	setsid -w $under ${under:+"$within"} "$tool" --module "$module" "$@" >"$work/out" 2>&1 5<"$work/pins" <"${input:-/dev/null}"
	judge "$promise" "$status" "$word" $?
}

# ordered COMMAND...: to the running card; without it, what is promised of it is not shown.
ordered() { "$sim" "$@" || { echo "not ok jpki-card-sim $*" && failed=1 && false; }; }

# Nothing but what is named may lie in the folder.
only() { test "$(cd "$work/f" && echo *)" = "$*"; }
into_pipe() { "$tool" --module "$module" cert export auth --output /dev/fd/1 | grep -q 'BEGIN CERT'; }
from_pipe() {
	cat contract.txt.p7s | "$tool" verify --content contract.txt /dev/fd/0
	test $? -eq 13
}
# The first row after what is said of the signature is its signer's name.
who_is_next() {
	"$tool" verify contract.txt | awk 'is_next { print $1; exit } { is_next = $1 == "Signature" }' | grep -qx Name
}
tries() { "$tool" --module "$module" status --json | grep -q "\"tries_left\": $1"; }
openssl_takes() { openssl cms -verify -binary -CAfile "$work/ca.pem" "$@"; }

# held PROMISE: the same said before consent and password are asked, and nothing beside it or lost
held() {
	ends "$1" 1 'cannot write held/there' sign --force --output held/there contract.txt
	ends "... nor the password of --pin-fd" 1 'cannot write held/there' $sign --force --output held/there contract.txt
	ends "... nor for a certificate" 1 'cannot write held/there' cert export sign --force --output held/there
	check "... and nothing is left beside it" test "$(ls -A held)" = there
	check "... which is as it was" test "$(cat held/there)" = old
}

# What cannot be replaced, although a file could be made beside it.
held_files() {
	mkdir held && echo old >held/there || exit 99
	if chattr +i held/there 2>/dev/null; then
		held "for a file that may not be changed"
		chattr -i held/there
		chattr +a held/there || exit 99
		held "for a file that may only grow"
		chattr -a held/there
		chattr +a held || exit 99
		held "for a folder that only takes more"
		chattr -a held
	else
		echo "skip files that may not be changed: chattr +i needs root, and a file system that knows it"
	fi
	if unshare -rm mount --bind held/there held/there 2>/dev/null; then
		under="unshare -rm sh -c"
		within='mount --bind held/there held/there && exec "$0" "$@"'
		held "for a file that something is mounted on"
		under=
	else
		echo "skip a file that something is mounted on: nothing can be mounted here"
	fi
	rm -rf held
}

# ---- with a card in the reader ----

signs() {
	pins='ABC123\n'
	sign="sign --yes --pin-fd 5"
	printf 'a contract\r\nof two lines\n' >"$work/f/contract.txt"
	: >"$work/f/empty"
	cd "$work/f" || exit 99
	ends "a detached signature" 0 'contract.txt.p7s' $sign contract.txt
	check "OpenSSL verifies it" openssl_takes -cades -inform DER -in contract.txt.p7s \
		-content contract.txt
	ends "an enclosed signature" 0 'contract.txt.p7m' $sign --enclosed contract.txt
	check "OpenSSL verifies it and gives the file back" openssl_takes -cades -inform DER \
		-in contract.txt.p7m -out "$work/back"
	check "as it was" cmp contract.txt "$work/back"
	ends "an empty file" 0 'empty.p7s' $sign empty
	check "OpenSSL verifies that too" openssl_takes -inform DER -in empty.p7s -content empty
	ends "an enclosed empty file, which is told" 0 'note: empty is empty' $sign --enclosed empty
	input=contract.txt
	ends "standard input to a file" 0 'SIMULATED' $sign --output "$work/stdin.p7s" -
	input=
	check "is the same content" openssl_takes -inform DER -in "$work/stdin.p7s" -content contract.txt
	ends "a signature on standard output" 0 '' $sign --output - contract.txt

	ends "a signature that is there is not overwritten" 1 'is there already' $sign contract.txt
	ends "unless asked to" 0 '' $sign --force contract.txt
	ends "never the file that is signed" 1 'file to be signed' $sign --force --output contract.txt \
		contract.txt
	check "which is as it was" grep -q 'a contract' contract.txt
	input=contract.txt
	ends "nor where it comes from standard input" 1 'file to be signed' $sign --force --output contract.txt -
	input=
	check "which is as it was too" grep -q 'a contract' contract.txt
	check "a pipe that has no path of its own is written into" into_pipe
	ends "no file" 1 'cannot read none' $sign none
	ends "a folder" 1 'Is a directory' $sign .
	ends "into a folder" 1 'Is a directory' $sign --force --output "$work" contract.txt
	ends "into a folder that is not there" 1 'cannot write' $sign --output no/where contract.txt
	# nothing is asked, neither consent nor password, for what cannot succeed
	ends "where no file can be made" 1 'cannot write' sign --output /proc/made.p7s contract.txt
	ends "nor for a certificate that cannot be written" 1 'cannot write' cert export sign --output no/where
	ends "nor for a calendar that is there" 1 'is there already' status --pin --ics contract.txt
	truncate -s 257M large || exit 99
	ends "what is too large to enclose, and the way out" 1 'without --enclosed' sign --enclosed large
	rm -f large
	cp contract.txt contract.pdf || exit 99
	ends "a PDF file is signed beside it, which is said" 0 'doc/clients/pdf' $sign contract.pdf
	rm -f contract.pdf contract.pdf.p7s
	ends "a full disk" 1 'No space left' $sign --output /dev/full contract.txt
	under="sh -c"
	within='ulimit -f 1; exec "$0" "$@"'
	ends "a file that may not grow" 1 'File too large' $sign --output grown contract.txt
	under=
	ends "where standard input's goes has to be said" 2 '--output' $sign -
	ends "which file" 2 'usage: jpki-tool sign FILE' $sign
	ends "one file at a time" 2 'usage: jpki-tool sign FILE' $sign contract.txt empty
	ends "options of another command" 2 'does not go with' $sign --json contract.txt
	ends "the disclosure wants a yes" 2 '--yes answers' sign --output x --pin-fd 5 contract.txt
	ends "the password wants a terminal" 2 'no terminal' sign --output x --yes contract.txt
	pins='ABC12\n'
	ends "a password too short" 6 '6 to 16 characters' $sign --output x contract.txt
	check "spent no try" tries 5
	pins='WRONG1\n'
	held_files
	check "for all of these no try was spent" tries 5
	ends "a wrong password" 6 '4 tries left' $sign --output x contract.txt
	check "only files that were asked for are there" only contract.txt contract.txt.p7m \
		contract.txt.p7s empty empty.p7m empty.p7s
	pins='ABC123\n'
	JPKI_PKCS11_ASK_PIN_EACH_SIGNATURE=yes
	export JPKI_PKCS11_ASK_PIN_EACH_SIGNATURE
	ends "where each signature asks, once is enough" 0 '' $sign --output x contract.txt
	unset JPKI_PKCS11_ASK_PIN_EACH_SIGNATURE
	rm -f x

	# the card comes and goes between commands
	ordered remove && ends "no card" 4 'no card in the reader' $sign --output x contract.txt
	ordered swap locked-sign && ends "a locked password is not asked for" 7 'locked' sign contract.txt --output x
	ordered swap child && ends "no certificate to sign with" 5 'issued without' $sign --output x contract.txt
	ordered swap expired && ends "nothing is signed out of the dates" 11 'nothing was signed' $sign --output x contract.txt
	ends "nor is anything asked" 11 'nothing was signed' sign --output x contract.txt
	ordered swap adult && ends "the card is back" 0 '' $sign --output x contract.txt
	rm -f x
	# pulled out while the password is checked, the certificate is read, the key signs
	"$sim" calls reset >/dev/null
	ends "how often the card is spoken to" 0 '' $sign --output x contract.txt
	all=$("$sim" calls | sed -n 's/ transmit$//p')
	rm -f x
	for at in $((all - 23)) $((all - 20)) $((all - 2)); do
		ordered fault "card-removed@transmit:$at" >/dev/null && ends "pulled out in the middle (exchange $at of $((all)))" 4 'the card was taken away' $sign --output x contract.txt
		ordered insert adult
	done
	check "left nothing half-written" only contract.txt contract.txt.p7m contract.txt.p7s empty \
		empty.p7m empty.p7s
	exit $failed
}

two_cards() {
	pins='ABC123\n'
	echo content >"$work/f/two"
	cd "$work/f" || exit 99
	ends "two cards: which? before anything is asked" 9 'several cards' sign two
	ends "--reader chooses" 0 '' sign --reader One --yes --pin-fd 5 two
	exit $failed
}

# ---- without a card ----

# made NAME EXTENSION: NAME.key and NAME.pem, of an authority that nobody knows
made() {
	openssl ecparam -name prime256v1 -genkey -noout -out "$1.key" &&
		openssl req -new -key "$1.key" -subj "/CN=$1" -out "$1.csr" &&
		printf '%s\n' "$2" >"$1.ext" &&
		openssl x509 -req -in "$1.csr" -CA made-ca.pem -CAkey made-ca.key -CAcreateserial \
			-days 30 -extfile "$1.ext" -out "$1.pem" 2>/dev/null
}

make_signatures() {
	openssl ecparam -name prime256v1 -genkey -noout -out made-ca.key &&
		openssl req -new -x509 -key made-ca.key -subj "/C=JP/O=JPKI" -days 30 -out made-ca.pem &&
		made one 'keyUsage=critical,digitalSignature,nonRepudiation' &&
		made two 'keyUsage=critical,digitalSignature,nonRepudiation' &&
		made login 'keyUsage=critical,digitalSignature' &&
		made evil "keyUsage=critical,digitalSignature,nonRepudiation
subjectAltName=@names
[names]
otherName.1=1.2.392.200149.8.5.5.1;FORMAT:UTF8,UTF8:$(printf '\345\261\261\342\200\256\342\201\246\342\200\213\033[2J')
otherName.2=1.2.392.200149.8.5.5.4;FORMAT:UTF8,UTF8:599999999" || return 1
	printf 'made up\n' >made
	cms="openssl cms -sign -binary -in made -signer one.pem -inkey one.key -certfile made-ca.pem"
	$cms -outform DER -out made.p7s &&
		$cms -outform DER -nodetach -out der.p7m &&
		$cms -outform DER -nodetach -stream -out ber.p7m &&
		$cms -outform PEM -nodetach -out pem.p7m &&
		$cms -outform DER -nodetach -noattr -out noattr.p7m &&
		$cms -outform DER -nodetach -md sha1 -out sha1.p7m &&
		$cms -outform DER -nodetach -nocerts -out nocerts.p7m &&
		$cms -outform DER -nodetach -signer two.pem -inkey two.key -out both.p7m &&
		$cms -nodetach -out mail.eml &&
		openssl cms -sign -binary -in made -signer login.pem -inkey login.key -outform DER -nodetach \
			-out login.p7m &&
		openssl cms -sign -binary -in made -signer one.pem -inkey one.key -outform DER -nodetach \
			-out alone.p7m &&
		openssl cms -sign -binary -in made -signer evil.pem -inkey evil.key -outform DER -nodetach \
			-out evil.p7m &&
		openssl cms -encrypt -binary -in made -outform DER -out secret.p7m one.pem &&
		openssl crl2pkcs7 -nocrl -certfile one.pem -outform DER -out nobody.p7m
}

# namesake FILE OPTION...: another certificate of the authority that make_signatures made
namesake() {
	file=$1
	shift
	openssl req -new -x509 -key made-ca.key -subj "/C=JP/O=JPKI" -days 30 -out "$file" "$@"
}

# DER sorts a set, so the longest comes last: as the ninth in the one file, the eighth in the other.
make_namesakes() {
	namesake last-ca.pem -addext "nsComment=$(printf '%0200d' 0)" && : >many.pem || return 1
	for i in 1 2 3 4 5 6 7 8; do
		namesake other-ca.pem && cat other-ca.pem >>many.pem || return 1
		cat many.pem last-ca.pem >all.pem
		case $i in
		7) out=eight.p7s ;;
		8) out=nine.p7s ;;
		*) continue ;;
		esac
		openssl cms -sign -binary -in made -signer one.pem -inkey one.key -certfile all.pem \
			-outform DER -out $out || return 1
	done
}

# agree STATUS FILE...: of each, the screen's exit status, JSON's, and its verdict
agree() {
	case $1 in
	11) verdict=not-valid bad=1 ;;
	12) verdict=not-verifiable bad=0 ;;
	13) verdict=simulated bad=0 ;;
	esac
	expected=$1
	shift
	for file; do
		"$tool" verify "$file" >text 2>&1
		test $? -eq $expected || { echo "$file: the screen"; cat text; return 1; }
		"$tool" verify --json "$file" >json 2>&1
		test $? -eq $expected && grep -q "\"verdict\": \"$verdict\"" json || { echo "$file: JSON"; cat json; return 1; }
		# PROBLEM is on the screen where it is not valid, and nowhere else
		grep -q PROBLEM text
		test $? -eq $((1 - bad)) || { echo "$file: marks"; cat text; return 1; }
	done
	rm -f text json
}

# changed FILE TEXT TEXT: one text of it replaced by another of the same length
changed() { LC_ALL=C sed "s/$2/$3/" "$1"; }

verifies() {
	pins=
	cd "$work/f" || exit 99
	check "signatures to look at" make_signatures
	ends "a simulated card's" 13 'SIMULATED' verify contract.txt.p7s
	ends "the name of the content is enough" 13 'SIMULATED' verify contract.txt
	ends "an enclosed one" 13 'SIMULATED' verify contract.txt.p7m
	ends "an empty file's" 13 'SIMULATED' verify empty
	ends "revocation is never said to be checked" 13 'NOT CHECKED' verify contract.txt.p7m
	ends "the name" 13 '𠮷﨑　見本' verify contract.txt
	check "... which comes right after whether the signature fits" who_is_next
	ends "the birth date with its era" 13 '(Heisei ' verify contract.txt
	ends "JSON: the verdict" 13 '"verdict": "simulated"' verify --json contract.txt
	ends "JSON: the name" 13 '"name": "𠮷﨑　見本"' verify --json contract.txt
	ends "JSON: the birth date, decoded" 13 '"birth_date": "19[0-9][0-9]-[01][0-9]-[0-3][0-9]"' verify --json contract.txt
	ends "JSON: the sex, decoded" 13 '"sex": "\(fe\)\?male"' verify --json contract.txt
	ends "JSON: what stands for another character" 13 '"﨑"' verify --json contract.txt
	ends "JSON: revocation" 13 '"revocation": "not-checked"' verify --json contract.txt
	ends "the content is handed out" 13 '' verify --output "$work/f/out" contract.txt.p7m
	check "as it was signed" cmp out contract.txt
	ends "on standard output the verdict is beside it" 13 'but SIMULATED' verify --output - contract.txt.p7m
	ends "whatever it is" 12 'cannot be verified' verify --output - ber.p7m
	ends "there is no room for JSON there" 2 'json does not go' verify --json --output - contract.txt.p7m
	ends "but not over a file" 1 'is there already' verify --output out contract.txt.p7m
	ends "nor over the signature itself" 1 'is the signature' verify --force --output contract.txt.p7m contract.txt.p7m
	ends "a detached one has none" 2 'nothing to write' verify --output other contract.txt.p7s
	check "a signature from a pipe, by its path" from_pipe
	input=contract.txt.p7s
	ends "a signature from standard input" 13 'SIMULATED' verify - --content contract.txt
	input=

	# the same with an authority of that key in the list: as with a real card
	mkdir -p "$work/copy/share" && cp "$tool" "$work/copy/jpki-tool"
	openssl x509 -in "$work/ca.pem" -noout -fingerprint -sha256 |
		sed 's/.*=//;s/://g;s/^/sign 2023 sha256 /' >"$work/copy/share/authorities.txt"
	tool=$work/copy/jpki-tool
	ends "a published authority's" 0 'intact; revocation not checked' verify contract.txt
	ends "its generation" 0 '2023' verify contract.txt
	ends "JSON: the generation" 0 '"generation": "2023"' verify --json contract.txt
	check "nine authorities of one name" make_namesakes
	openssl x509 -in last-ca.pem -noout -fingerprint -sha256 |
		sed 's/.*=//;s/://g;s/^/sign 2023 sha256 /' >"$work/copy/share/authorities.txt"
	ends "the eighth of a name is looked at" 0 '2023' verify --content made eight.p7s
	ends "the ninth is not" 12 'not issued by an authority' verify --content made nine.p7s
	tool=$real_tool

	# changed
	printf 'a contracT\r\nof two lines\n' >forged
	ends "another content" 11 'not what was signed' verify --content forged contract.txt.p7s
	ends "JSON: another content" 11 '"signature": "content-changed"' verify --json --content forged contract.txt.p7s
	changed contract.txt.p7m 'a contract' 'a contracT' >forged.p7m
	ends "an enclosed content changed" 11 'not what was signed' verify forged.p7m
	ends "is not handed out" 11 'was not written' verify --output never forged.p7m
	check "nowhere" test ! -e never
	changed made.p7s 'one' 'onE' >forged.p7s
	ends "the certificate changed" 12 'verified' verify --content made forged.p7s

	# other people's
	ends "an unknown authority's" 12 'not issued by an authority' verify made
	ends "DER" 12 '(SHA256)' verify der.p7m
	ends "BER" 12 'it fits' verify ber.p7m
	ends "PEM" 12 'it fits' verify pem.p7m
	ends "without signed attributes nothing is valid" 11 'without signed attributes' verify noattr.p7m
	ends "SHA-1 is not good enough" 11 'not safe any more' verify sha1.p7m
	ends "without the signer's certificate" 12 'certificate is not in the file' verify nocerts.p7m
	ends "without the authority's" 12 "authority's certificate is not in the file" verify alone.p7m
	ends "two who signed" 12 'it fits' verify both.p7m
	check "are both shown" test "$(grep -c 'it fits' "$work/out")" -eq 2
	ends "a certificate for logging in" 11 'not for signing documents' verify login.p7m
	ends "certificates that nobody signed with" 11 'nobody has signed' verify nobody.p7m

	check "screen, JSON and exit status agree on what is not valid" agree 11 noattr.p7m sha1.p7m \
		login.p7m nobody.p7m forged.p7m
	check "on what nobody can verify" agree 12 made.p7s der.p7m ber.p7m pem.p7m nocerts.p7m alone.p7m \
		both.p7m evil.p7m
	check "on what is simulated" agree 13 contract.txt.p7s contract.txt.p7m empty

	# names that would like to do something to a screen
	ends "characters that nobody sees" 12 'Name  *山????' verify evil.p7m
	check "are not on the screen" sh -c '! LC_ALL=C grep -q "$(printf "\342\200\256\|\342\201\246\|\342\200\213\|\033")" "$1"' - "$work/out"
	ends "a birth date that was none is not shown as one" 12 'Birth date  *CAUTION  not a date: 599999999' verify evil.p7m
	hidden=$(printf 'b\342\200\256c.p7m')
	cp der.p7m "$hidden" || exit 99
	ends "nor are they in a file's name" 12 'b?c.p7m' verify "$hidden"
	rm -f "$hidden"
	ends "nor in the name of a file that is not there" 1 'b?c.p7m' verify "$hidden"

	# what nobody signed beside what somebody signed
	{ echo 'I owe the bearer 1,000,000 yen.' && cat pem.p7m; } >before.pem
	{ cat pem.p7m && echo 'I owe the bearer 1,000,000 yen.'; } >behind.pem
	cat pem.p7m pem.p7m >twice.pem
	sed '1a I-owe: the bearer' pem.p7m >inside.pem
	for framed in before.pem behind.pem twice.pem inside.pem; do
		ends "$framed: text that nobody signed" 1 'that nobody signed' verify $framed
	done

	# one input
	input=made.p7s
	ends "one input is not both" 2 'both the signature and what was signed' verify --content - -
	ends "by no other name" 2 'both the signature and what was signed' verify --content /proc/self/fd/0 -
	input=
	ends "nor is one file" 2 'both the signature and what was signed' verify --content ./made.p7s made.p7s
	check "nor is a pipe" sh -c 'cat made.p7s | "$1" verify --content /dev/stdin - 2>&1 | grep "both the signature"' - "$tool"

	# no signature at all
	ends "an encrypted message" 1 'is not a signature' verify secret.p7m
	ends "a mail" 1 'is not a signature' verify mail.eml
	ends "any file" 1 'is not a signature' verify one.key
	printf '%%PDF-1.7\n' >some.pdf
	ends "a PDF file is told what it is" 1 'doc/clients/pdf' verify some.pdf
	: >nothing
	ends "an empty file is none" 1 'is not a signature' verify nothing
	head -c 1000 der.p7m >cut.p7m
	ends "half of one" 1 'is not a signature' verify cut.p7m
	{ cat der.p7m && echo more; } >long.p7m
	ends "something after it" 1 'is not a signature' verify long.p7m
	{ echo '-----BEGIN CMS-----' && printf 'Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,%032d\n\n' 1 &&
		openssl base64 -in der.p7m && echo '-----END CMS-----'; } >locked.p7m
	ends "PEM with a password" 1 'is not a signature' verify locked.p7m
	no_question=$(sed -n '/^jpki-tool: /!p' "$work/out")
	check "nobody is asked for it" test -z "$no_question"
	ends "no file" 1 'cannot read none' verify none
	ends "a folder" 1 'Is a directory' verify .
	cp made.p7s other.p7s
	ends "the content is not beside it" 2 '--content' verify other.p7s
	ends "a content that is not there" 1 'cannot read none' verify --content none made.p7s
	ends "a content that is a folder" 1 'Is a directory' verify --content . made.p7s
	ends "a content beside an enclosed one" 2 'says nothing about another file' verify --content made der.p7m
	ends "which file" 2 'usage: jpki-tool verify FILE' verify
	exit $failed
}

# ---- all of it ----

if test "$1" = --part; then
	pins='' input='' real_tool=$tool
	"$2"
	exit
fi
trap 'chattr -fR -ia "$work/f" 2>/dev/null; rm -rf "$work"' EXIT
cards_make
JPKI_WORK=$work OPENSSL_CONF=/dev/null
export JPKI_WORK OPENSSL_CONF
self=$(realpath "$0")
mkdir "$work/f" && "$sim" ca certificates sign >"$work/ca.pem" || exit 99
"$sim" run --card adult -- "$self" --part signs || failed=1
"$sim" run --reader One=adult --reader Two=child -- "$self" --part two_cards || failed=1
"$self" --part verifies || failed=1
exit $failed
