#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# jpki-tool report and jpki-card-sim make --like: what a card does is told rightly and comes back, and
# nothing personal is told. With the argument "all" (tests/slow/report.sh): every value of every switch,
# pairs of them, and every ready-made person.
. "$(dirname "$0")/promise.sh"
cards_make
printf '1234\n' >"$work/pin"
"$sim" switches >"$work/switches" || exit 99
people="adult alias child opted-out phone"
with_pin="adult phone"
alike="alias"
if test "${1:-}" = all; then
	people=$("$sim" people | awk '$1 != "foreign" && $1 != "juki" { print $1 }')
	# The others have no log-in PIN, or one that is locked.
	with_pin=$(echo "$people" | grep -vxE 'opted-out|locked-auth|locked-both')
	alike="alias moved near-expiry expired renewed"
fi
for person in $people; do
	test -d "$work/state/cards/$person" || "$sim" make "$person" >/dev/null || exit 99
done

bad() { echo "not ok $1"; failed=1; }

# report FILE CARD [OPTION]...: the report on that card, as JSON; PIN=yes with its PIN, and in the
# language that what is in $speaking makes it speak.
report() {
	file=$1 card=$2
	shift 2
	if test "${PIN:-no}" = yes; then
		set -- --pin auth --pin-fd 5 "$@"
	fi
	"$sim" run --card "$card" -- ${speaking-} "$tool" --module "$module" report --yes "$@" \
		>"$file" 2>"$work/said" </dev/null 5<"$work/pin"
	got=$?
	if grep -qE '"verdict": "problem"|: PROBLEM$' "$file"; then
		test $got = 14
	else
		test $got = 0
	fi
}

# told FILE: "name value" for each fact; a value that is null was not told.
told() {
	awk -F '"' '
		/^ *"findings": \[/ { on = 1 }
		/^ *"probes": \[/ { on = 0 }
		on && $2 == "name" { name = $4 }
		on && $2 == "value" { print name, ($0 ~ /: null,$/ ? "null" : $4) }' "$1"
}

# What must be told of a card with SETTINGS, and what cannot be: from what each needs.
check_told() {
	told "$1" | awk -v settings="$2" -v pin="${PIN:-no}" -v card="$3" -v list="$work/switches" '
		function us(time) { return time ~ /us$/ ? time + 0 : time * 1000 }
		function silent(name) {
			if (name ~ /^(blocked-attempt|malformed-pin|failed-verify|both-logins|counter-written)$/)
				return "always"
			if (name == "contact-atr")
				return want["other-applications"] == "absent" ? "always" : ""
			if (name == "refused-short-id")
				return want["short-ids"] == "on" ? "always" : ""
			if (name == "blocked-query")
				return card ~ /locked|child|opted/ ? "" : "always"
			if (name == "absent-certificate")
				return card ~ /child|opted/ ? "" : "always"
			# With contacts the card is not reset: what the module logs out with comes first.
			if (name == "login-at-reset" && want["atr"] <= 5)
				return "always"
			lost = want["login-at-reset"] == "dropped" && want["atr"] > 5
			if (name == "login-after-leaving" && (want["other-applications"] != "present" || lost))
				return "always"
			if (name == "login-at-power-loss" && (want["other-applications"] != "absent" || lost))
				return "always"
			if (name ~ /^(login-at-.*|login-after-leaving|delay-signature)$/)
				return pin == "yes" ? "" : "always"
			if (name == "pss" && want["check-order"] == "pin-first")
				return pin == "yes" ? "" : "always"
			return ""
		}
		BEGIN {
			while ((getline line < list) > 0) {
				split(line, word, " ")
				if (line ~ /^[^ ]/)
					name = word[1]
				if (word[1] == "values:")
					want[name] = word[2] == "time" ? "0ms" : word[2]
			}
			n = split(settings, pair, " ")
			for (i = 1; i <= n; i++) {
				split(pair[i], word, "=")
				want[word[1]] = word[2]
			}
			if (want["contact-atr"] == "its-own")
				want["contact-atr"] = want["atr"] <= 5 ? want["atr"] : 1
		}
		$1 in want {
			seen[$1] = 1
			quiet = silent($1)
			if ($2 == "null") {
				if (quiet == "") print $1 " was not told"
			} else if (quiet == "always") {
				print $1 " was told, but cannot be known"
			} else if ($1 ~ /^delay-/ ? us($2) < us(want[$1]) : $2 != want[$1]) {
				print $1 " = " $2 ", not " want[$1]
			}
		}
		END { for (name in want) if (!seen[name]) print name " is not in the report" }'
}

# odd_ones FILE SETTING...: what differs though no switch that was set makes it.
odd_ones() {
	file=$1
	shift
	awk -F '"' -v set=" $* " '
		BEGIN {
			also["short-ids"] = "refused-short-id"
			also["pss"] = "pss-signature other-signatures"
		}
		$2 == "name" { name = $4 }
		$2 == "verdict" && $4 ~ /^(differs|problem)$/ {
			ok = index(set, " " name "=")
			for (by in also)
				ok = ok || (index(set, " " by "=") && index(" " also[by] " ", " " name " "))
			if (!ok) print name " " $4
		}' "$file"
}

# switches_of CARD: those that are not at their default, as in the report.
switches_of() { tr -d ' {}"' <"$work/state/cards/$1/switches.json" | tr ',' '\n' | grep -v '^$' | tr ':' ' ' | sort; }

# round_trip CARD SETTING...: told rightly, and a card made like it does the same.
round_trip() {
	card=$1
	shift
	settings=$*
	for pair; do
		"$sim" set "$card" "${pair%%=*}" "${pair#*=}" >/dev/null || exit 99
	done
	if ! report "$work/one.json" "$card" --json; then
		bad "$card $settings: no report: $(cat "$work/said")"
	elif wrong=$(check_told "$work/one.json" "$settings" "$card") && test -n "$wrong"; then
		bad "$card $settings: $wrong"
	elif wrong=$(odd_ones "$work/one.json" "$settings") && test -n "$wrong"; then
		bad "$card $settings: $wrong"
	else
		rm -rf "$work/state/cards/like"
		"$sim" make like --like "$work/one.json" --seed x 2>"$work/notes" || bad "$card $settings: make --like"
		told "$work/one.json" | awk -v list="$work/switches" '
			BEGIN {
				while ((getline line < list) > 0) {
					split(line, word, " ")
					if (line ~ /^[^ ]/) name = word[1]
					if (word[1] == "values:") plain[name] = word[2]
				}
			}
			!($1 in plain) || $2 == "null" || $2 == plain[$1] { next }
			plain[$1] == "time" { if ($2 + 0 > 0) print $1, $2 * 1000 "us"; next }
			{ print }' | sort >"$work/asked"
		switches_of like >"$work/got"
		cmp -s "$work/asked" "$work/got" ||
			bad "$card $settings: --like made another card: $(diff "$work/asked" "$work/got")"
	fi
	for pair; do
		name=${pair%%=*}
		plain=$(awk -v name="$name" '$1 == name { on = 1 } on && $1 == "values:" { print $2; exit }' "$work/switches")
		test "$plain" != time || plain=0us
		"$sim" set "$card" "$name" "$plain" >/dev/null || exit 99
	done
}

# Without what differs from run to run.
still() { sed -e '/"microseconds":/d' -e '/"delay-/,/"means"/d' -e 's/, [0-9.]* ms$//' -e '/delay-/d' "$@"; }

# personal_of CARD: its attributes, numbers, dates, serial numbers and keys, and their hashes.
personal_of() {
	json=$work/state/cards/$1/card.json
	sed -n 's/^ *"\(name\|birth\|address\|prefecture\|city\|municipality\|number\|expiry\)": "\(.*\)",*$/\2/p' "$json"
	for which in auth sign; do
		"$sim" certificate "$1" $which >"$work/pem" 2>/dev/null || continue
		openssl x509 -in "$work/pem" -noout -serial -startdate -enddate -fingerprint -sha1 |
			sed 's/^[^=]*=//'
		openssl x509 -in "$work/pem" -noout -fingerprint -sha256 | sed 's/^[^=]*=//' | tr -d :
		openssl x509 -in "$work/pem" -noout -subject -nameopt multiline | sed -n 's/^ *commonName *= //p'
		openssl x509 -in "$work/pem" -noout -modulus | sed 's/^[^=]*=//' | cut -c1-24
		openssl x509 -in "$work/pem" -noout -startdate -enddate -dateopt iso_8601 |
			sed -e 's/^[^=]*=//' -e 's/ .*//'
		serial=$(openssl x509 -in "$work/pem" -noout -serial | sed 's/^[^=]*=//')
		echo "$serial" | sed 's/^0*//'
		printf '%d\n' "0x$serial"
		for hash in md5 sha1 sha256; do
			printf %s "$serial" | openssl dgst -$hash -r | cut -c1-12
			printf %s "$serial" | basenc -d --base16 | openssl dgst -$hash -r | cut -c1-12
		done
	done
}

# nothing_of FILE CARD: nothing personal of it.
nothing_of() {
	still "$1" >"$work/still"
	personal=$work/personal.$2
	test -e "$personal" || personal_of "$2" 2>/dev/null | grep -E '^.{4,}$' |
		grep -vE '^(card|phone|iphone|foreign|auth|sign)$' >"$personal"
	test -s "$personal" || bad "what is personal of $2 could not be found out"
	if grep -iqFf "$personal" "$work/still"; then
		bad "$2: personal: $(grep -ioFf "$personal" "$work/still" | sort -u | tr '\n' ' ')"
	fi
	# Nothing that could be a number, date or hash of anybody: commands are the table's, OIDs dotted.
	sed -E -e 's/^  [a-z0-9-]+ +[0-9A-F]+( 00 x [0-9]+)?  //' -e 's/[0-9]+(\.[0-9]+)+!?//g' "$work/still" |
		grep -E '[0-9]{7}|[0-9A-Fa-f]{9}' >"$work/long" && bad "$2: a long number: $(head -n 3 "$work/long")"
}

# tells_nothing CARD: in either form.
tells_nothing() {
	for form in --json ''; do
		report "$work/report" "$1" $form || bad "$1: no report (PIN: ${PIN:-no}): $(cat "$work/said")"
		nothing_of "$work/report" "$1"
	done
}

# People whose cards are alike give the same report, word for word.
same_reports() {
	report "$work/one.json" adult --json && still "$work/one.json" >"$work/adult.still"
	for person in $alike; do
		report "$work/one.json" "$person" --json && still "$work/one.json" >"$work/other.still"
		cmp -s "$work/adult.still" "$work/other.still" ||
			bad "$person differs from the adult (PIN: ${PIN:-no}): $(diff "$work/adult.still" "$work/other.still")"
	done
}

# refused PROMISE WORD TEXT: a report that is none makes no card.
refused() {
	printf '%b' "$3" >"$work/hostile"
	if "$sim" make hostile --like "$work/hostile" >"$work/said" 2>&1; then
		bad "$1: a card was made"
	elif ! grep -q -e "$2" "$work/said"; then
		bad "$1: '$2' was not said: $(cat "$work/said")"
	elif test -e "$work/state/cards/hostile" || ls "$work/state/cards"/.new* >/dev/null 2>&1; then
		bad "$1: something is left"
	else
		echo "ok $1"
	fi
}

head='{"format": "jpki-pkcs11 card report 1", "findings": ['
refused "nothing is no report" 'not JSON' ''
refused "text is no report" 'not JSON' 'hello'
refused "another format" 'format' '{"format": "x", "findings": []}'
refused "no findings" 'list' '{"format": "jpki-pkcs11 card report 1"}'
refused "a value that is no word" 'finding 1 is unsound' "$head"'{"name": "pss", "value": 3}]}'
refused "a control character" 'finding 1 is unsound' "$head"'{"name": "pss", "value": "\\u001b[2J"}]}'
refused "a word without end" 'finding 1 is unsound' "$head"'{"name": "pss", "value": "'"$(head -c 4000 /dev/zero | tr '\0' a)"'"}]}'
refused "the same twice" 'finding 2 is unsound' "$head"'{"name": "pss", "value": "on"}, {"name": "pss", "value": "off"}]}'
refused "too large" 'more than' "$head$(head -c 300000 /dev/zero | tr '\0' ' ')]}"
refused "too deep" 'not JSON' "$(head -c 100000 /dev/zero | tr '\0' '[')"
refused "a number too large" 'too large' '{"x": 1'"$(head -c 400 /dev/zero | tr '\0' 0)"'}'
rm -f "$work/hostile"
mkfifo "$work/pipe"
timeout 30 "$sim" make hostile --like "$work/pipe" >"$work/said" 2>&1
grep -q 'no ordinary file' "$work/said" || bad "a pipe is no report: $(cat "$work/said")"
"$sim" make hostile --like "$work/hostile" >"$work/said" 2>&1 && bad "a report that is not there"
printf '%s' "$head"'{"name": "pss", "value": "perhaps"}, {"name": "../x", "value": "y"}]}' >"$work/odd"
"$sim" make odd --like "$work/odd" >"$work/said" 2>&1 || bad "a value that no switch has"
grep -q 'pss: no simulated card does "perhaps"; it is on' "$work/said" || bad "it is said what was left out"

# said_of NAME WORD: --like had that word, and no more than one line, on a fact.
said_of() {
	test "$(grep -c "^$1: " "$work/said")" = 1 && grep -q "^$1: .*$2" "$work/said" ||
		bad "--like on $1: $(grep "^$1: " "$work/said" || echo nothing)"
}
# like FILE: what --like says of it.
like() {
	rm -rf "$work/state/cards/odd"
	"$sim" make odd --like "$1" >"$work/said" 2>&1 || bad "make --like: $(cat "$work/said")"
}
PIN=yes report "$work/whole.json" adult --json || bad "no report with the PIN"
like "$work/whole.json"
for name in label signature login-after-leaving; do
	grep "^$name: " "$work/said" && bad "what is as expected is not said"
done
for fact in sign-nothing=6985 signature-too-long=6985 other-signatures=none pss-signature=6A86; do
	name=${fact%=*}
	sed '/"name": "'"$name"'"/,/"verdict"/s/"value": .*/"value": "'"${fact#*=}"'",/' "$work/whole.json" >"$work/odd"
	like "$work/odd"
	said_of "$name" "${fact#*=}"
done
report "$work/odd" child --json
like "$work/odd"
grep -E '^(label|availability|certificates):' "$work/said" && bad "what comes with the person is not said"
sed -e 's/"value": .*/"value": "odd",/' -e 's/"verdict": .*/"verdict": "differs",/' "$work/whole.json" >"$work/odd"
like "$work/odd"
for name in $(told "$work/odd" | sed 's/ .*//'); do
	said_of "$name" odd
done
# What the report itself calls expected does not decide.
sed -e 's/"value": .*/"value": "odd",/' -e 's/"expected": .*/"expected": "odd",/' -e 's/"verdict": .*/"verdict": "differs",/' \
	"$work/whole.json" >"$work/odd"
like "$work/odd"
for name in $(told "$work/odd" | sed 's/ .*//'); do
	said_of "$name" odd
done
# What ends a login is made one way or the other: it is said where the report does not tell it.
report "$work/odd" adult --json
like "$work/odd"
for name in login-after-file login-after-select login-at-reset login-after-leaving login-after-isd login-at-power-loss; do
	said_of "$name" 'not told; it is \(kept\|dropped\)'
done
printf '%s' "$head"'{"name": "kind", "value": "phone"}, {"name": "certificates", "value": "none"}]}' >"$work/odd"
like "$work/odd"
said_of certificates 'does "none"; it is both'

# The options and the consent.
ends() {
	promise=$1 status=$2 word=$3
	shift 3
	setsid -w "$sim" run --card "$card" -- "$tool" --module "$module" report "$@" >"$work/said" 2>&1 </dev/null 5<"$work/pin"
	got=$?
	test $got -eq "$status" || bad "$promise: exit status $got: $(tail -n 3 "$work/said")"
	grep -q -e "$word" "$work/said" || bad "$promise: '$word' was not said"
}
card=adult
ends "nothing is sent without consent" 2 'use --yes\|--yes'
ends "what would be sent is said before" 2 'select-text  *00A4040C0A'
for said in 'Other applications of the card are' 'signature command is sent without a PIN' 'taking its power' 'power anew first' \
	'certificate among them' 'four bytes are asked for'; do
	grep -q "$said" "$work/said" || bad "what would be sent is said before: not '$said'"
done
grep -q 'pin-signature' "$work/said" && bad "what takes a PIN is not in the list without one"
ends "what takes a PIN is said before, too" 2 'pin-signature-longest  *802A0080F5' --pin auth --pin-fd 5
grep -q '  pin  *002000xx \.\.\.' "$work/said" && grep -q 'auth-ca-filler  *00B0xxxx01' "$work/said" ||
	bad "what goes with the card is not said to be what is sent: $(grep -E '^  (pin|auth-ca-filler) ' "$work/said")"
ends "for programs too it is said before" 2 'select-text  *00A4040C0A' --json
ends "a PIN only of the log-in key" 2 'pin auth' --pin sign --yes
ends "the argument belongs to the PIN" 2 'pin auth' auth --yes
"$sim" tries adult auth 2 >/dev/null || exit 99
ends "no PIN where a try is missing" 1 'nothing was sent' --pin auth --pin-fd 5 --yes
"$sim" tries adult auth 3 >/dev/null || exit 99
card=foreign
ends "another card is left alone" 4 'not a My Number card' --yes
card=juki
ends "an old card too" 4 'Juki\|住基' --yes
card=adult
ends "shown and written" 0 'short-ids = on' --yes --output "$work/written"
grep -q '"short-ids"' "$work/written.json" || bad "the JSON is written"
sed -n '/^What a/,$p' "$work/said" | cmp -s - "$work/written.txt" || bad "the text is written as shown"
grep -qF "$(sed -n 2p "$work/written.json")" "$work/said" || bad "the JSON is written and was not shown"
# written_is_shown OPTION...: of both files all that is in them was on the screen before, one as the output.
written_is_shown() {
	rm -f "$work/both".*
	"$sim" run --card adult -- "$tool" --module "$module" report --yes "$@" --output "$work/both" \
		>"$work/shown.out" 2>"$work/shown.err" </dev/null
	case $* in
	--json) first=json second=txt ;;
	*) first=txt second=json ;;
	esac
	cmp -s "$work/shown.out" "$work/both.$first" || bad "report $*: the output is not what was written"
	awk -v head="$work/both.$second:" 'on; $0 == head { on = 1 }' "$work/shown.err" | cmp -s - "$work/both.$second" ||
		bad "report $*: $second was written and not shown"
}
written_is_shown
written_is_shown --json
ends "not over another file" 1 'is there already' --yes --output "$work/written"
ln -s /dev/full "$work/full.txt"
ends "a full disk" 1 'No space left' --yes --output "$work/full"
test ! -e "$work/full.json" || bad "half a report is left"
mkdir "$work/folder"
ends "a folder is no name for files" 1 'Is a directory' --yes --output "$work/folder/"
"$sim" run --reader 'Reader (No. (7) ABC12) 00=adult' -- "$tool" --module "$module" report --yes >"$work/said" 2>&1 </dev/null
grep -qx 'Reader: Reader  00' "$work/said" || bad "what is in brackets is not told: $(grep '^Reader: ' "$work/said")"
mkdir "$work/bin" && printf '#!/bin/sh\n' >"$work/bin/dpkg-query" && chmod +x "$work/bin/dpkg-query"
(PATH=$work/bin:$PATH && report "$work/one.json" adult --json) && test "$(grep -c '"\(pcscd\|libccid\)": "?"' "$work/one.json")" = 2 ||
	bad "a package that is known and not installed has no version"

# lost ORDER: a report with the PIN while that fault strikes. What was found is shown, and written as it
# was shown; it says whether something is missing, and how it ends does too; the card is as it was.
lost() {
	rm -f "$work/lost".*
	"$sim" run --card adult --fault "$1" -- sh -c '
		"$0" --module "$1" report --yes --json --pin auth --pin-fd 5 --output "$2" >"$2.shown"
		echo $? >"$2.status"
		"$3" fault >"$2.faults"
		"$3" insert adult >"$2.in" 2>&1
		"$3" status --json >"$2.card"' "$tool" "$module" "$work/lost" "$sim" \
		2>"$work/said" </dev/null 5<"$work/pin"
	read -r got <"$work/lost.status"
	full=$(grep -cE '"tries": (3|5)' "$work/lost.card")
	if test "$full" != 2 || grep -q '"open": true' "$work/lost.card"; then
		bad "$1: the card is not as it was: $(grep -E 'tries|open' "$work/lost.card" | tr '\n' ' ')"
	elif test -s "$work/lost.shown" && ! cmp -s "$work/lost.shown" "$work/lost.json"; then
		bad "$1: what was written is not what was shown"
	elif grep -q '"incomplete": true' "$work/lost.shown"; then
		incomplete=$((incomplete + 1))
		test "$got" -ne 0 || bad "$1: incomplete, and exit status 0"
		said=$((said + $(grep -c '"verdict": "not-answered"' "$work/lost.json")))
	elif test -s "$work/lost.shown"; then
		test "$got" -eq 0 || bad "$1: complete, and exit status $got: $(cat "$work/said")"
		! grep -q 'struck 0' "$work/lost.faults" || over=yes
	else
		silent=$((silent + 1))
	fi
}
incomplete=0 said=0 silent=0 over=no n=3
while test $over = no; do
	lost "comm-error@transmit:$n:during"
	n=$((n + 11))
	test $n -lt 500 || over=never
done
test $over = yes || bad "a report has an end"
test $incomplete -ge 8 && test $silent -eq 0 || bad "of $n lost answers $incomplete are told, $silent reports are lost"
test $said -ge 3 && test $said -le $incomplete || bad "of $incomplete lines $said say that they were not answered"
lost card-removed@transmit:100
test "$got" = 4 && grep -q '"incomplete": true' "$work/lost.json" || bad "what was found on a card that was taken away: $got"
grep -q '"simulated": false' "$work/lost.json" || bad "the card there is now was not looked at"
lost line-dead@transmit:100
test "$got" = 1 && grep -q '"incomplete": true' "$work/lost.json" || bad "what was found on a card that went mute: $got"
rm -f "$work/lost".*
echo 9999 >"$work/wrong"
"$sim" run --card alias -- "$tool" --module "$module" report --yes --pin auth --pin-fd 5 --json --output "$work/lost" \
	>"$work/shown" 2>"$work/said" </dev/null 5<"$work/wrong"
got=$?
"$sim" tries alias auth 3 >/dev/null
grep -q 'PIN' "$work/said" && test $got = 6 && cmp -s "$work/shown" "$work/lost.json" &&
	grep -q '"incomplete": true' "$work/shown" && told "$work/shown" | grep -qx 'short-id-selects yes' ||
	bad "what was found before a wrong PIN: $got: $(cat "$work/said")"
lost comm-error@transmit:999
test "$got" = 0 && grep -q '"incomplete": false' "$work/lost.json" || bad "nothing is lost of a report without a fault: $got"

# Told rightly, and back.
PIN=no round_trip adult
PIN=yes round_trip adult
PIN=yes round_trip adult atr=2 contact-atr=2 short-ids=no-signature refused-short-id=6981 pss=off check-order=pin-first \
	login-at-reset=dropped other-applications=isd-only first-command=6F00 delay-exchange=2ms delay-signature=5ms
PIN=no round_trip adult atr=4 short-ids=off refused-short-id=6A88 filler=00 read-past-end=6282 \
	extended-length=on other-applications=absent auth-certificate=pin-needed
for number in 3 4 5; do
	PIN=no round_trip adult atr=$number
	test "$(grep -cE '"name": "(contact-)?atr"|"verdict": "as-expected"' "$work/one.json")" -ge 20 &&
		! awk -F '"' '$4 ~ /^(contact-)?atr$/ { on = 1 } on && $2 == "verdict" { print $4; on = 0 }' "$work/one.json" | grep -v '^as-expected$' ||
		bad "contacts' answer $number is as expected"
done
for ids in off read-only; do
	PIN=yes round_trip adult short-ids=$ids
	told "$work/one.json" | grep -qx 'query-after-pin 63C3' || bad "tries left are told without short file ids: $(told "$work/one.json" | grep query)"
done
PIN=yes round_trip adult login-after-leaving=kept
told "$work/one.json" | grep -qx 'login-after-isd dropped' || bad "what ends a login is told apart"
PIN=yes round_trip adult other-applications=absent
PIN=yes round_trip adult other-applications=absent login-at-power-loss=kept first-command=6F00
PIN=no round_trip child absent-certificate=missing
PIN=no round_trip adult read-past-end=6282
told "$work/one.json" | grep -qx 'short-id-selects yes' || bad "the warning at a file's end says nothing of short file ids"

# means CARD OPTION NAME TEXT: what a line of the report says to the holder.
means() {
	report "$work/text" "$1" $2
	grep -qF "  $3 (" "$work/text" || bad "$1: $3 is not there: $(grep "^  ${3% = *}" "$work/text")"
	grep -F "  $3 (" "$work/text" | grep -qe "$4" || bad "$1: $3 does not mean '$4': $(grep -F "  $3 (" "$work/text")"
}
for person in locked-auth phone iphone; do
	test -d "$work/state/cards/$person" || "$sim" make "$person" >/dev/null || exit 99
done
means locked-auth '' 'pins-locked = auth' 'help locked'
means adult '' 'pins-locked = none' 'Nothing to do'
means child '' 'certificates = auth' 'not sign documents'
means phone '' 'auth-certificate = pin-needed' 'only after the PIN'
report "$work/one.json" phone --json
grep -A3 '"name": "auth-certificate"' "$work/one.json" | grep -q '"expected": "pin-needed"' ||
	bad "what is expected of a phone is a phone's: $(grep -A3 '"name": "auth-certificate"' "$work/one.json")"
means phone '' 'kind = phone' 'PINs and certificates of its own'
for phone in phone iphone; do
	"$sim" set $phone other-applications absent >/dev/null
	means $phone '' 'other-applications = absent' 'takes the power'
	grep -q ': differs$' "$work/text" && bad "nobody said what a phone should do: $(grep ': differs$' "$work/text")"
	"$sim" set $phone other-applications present >/dev/null
done
"$sim" set adult other-applications absent >/dev/null
means adult '' 'other-applications = absent' 'takes the power'
grep -q '^other applications.*: differs$' "$work/text" || bad "a card without other applications differs"
"$sim" set adult other-applications present >/dev/null
"$sim" set adult login-after-leaving kept >/dev/null
ends "what is not safe has an exit status" 14 ': PROBLEM$' --yes --pin auth --pin-fd 5
ends "also where the disk is full" 14 'No space left' --yes --pin auth --pin-fd 5 --output "$work/full"
means adult '' 'login-after-leaving' 'takes the PIN'
"$sim" set adult login-after-leaving dropped >/dev/null

# A key that the module refuses is told by the card's own file.
for other in key-rsa1024 key-ec; do
	test -d "$work/state/cards/$other" || "$sim" make "$other" >/dev/null || exit 99
	report "$work/text" "$other"
	grep -A1 '^log-in certificate: key: differs' "$work/text" | grep -qE 'auth-key = (RSA-1024, e=65537|EC-384) ' ||
		bad "$other: its key differs: $(grep 'auth-key' "$work/text")"
	means "$other" '' auth-extensions "refuses the certificate's key"
done
means phone '' auth-key 'takes the PIN'
PIN=yes report "$work/text" phone
grep -q 'auth-key = RSA-2048, e=65537' "$work/text" || bad "a phone's key is told with its PIN: $(grep auth-key "$work/text")"

# Of what the certificate behind the PIN is not looked at for, no reading has failed.
for PIN in no yes; do
	means phone '' auth-extensions 'the PIN to read.* nothing in it but the key'
	grep 'could not be read' "$work/text" && bad "nothing failed to be read of a phone (PIN: $PIN)"
done
unset PIN
japanese_find
if test -n "$japanese"; then
	speaking=$japanese means adult '' 'pins-locked = none' '何もする必要はありません'
	speaking=$japanese means phone '' auth-extensions '暗証番号なしでは読めません.*鍵だけ'
else
	echo "skip the report in Japanese: there is no /usr/lib/locale/C.utf8"
fi

# Each fact is on the page that says where it is from, in both languages.
if page=$(dirname "$0")/../../doc/REAL-CARDS && test -f "$page.md"; then
	for name in $(told "$work/one.json" | sed 's/ .*//'); do
		for file in "$page.md" "$page.ja.md"; do
			grep -q "^|.*\`$name\`" "$file" || bad "$name is not in $file"
		done
	done
fi

# Nothing personal. That it would be seen:
seen=$(
	for which in auth sign; do
		"$sim" certificate adult $which | openssl x509 -noout -serial -dates >"$work/leak"
		nothing_of "$work/leak" adult
	done
	sed -n 's/^ *"municipality"/&/p' "$work/state/cards/adult/card.json" >"$work/leak"
	nothing_of "$work/leak" adult
	"$sim" certificate adult auth | openssl x509 -noout -serial | sed 's/^[^=]*=//' | tr -d '\n' |
		openssl dgst -sha256 -r >"$work/leak"
	nothing_of "$work/leak" adult
)
test "$(echo "$seen" | grep -c '^not ok adult: personal')" = 4 || bad "a leak would be seen: $seen"
for person in $people; do
	tells_nothing "$person"
done
for person in $with_pin; do
	PIN=yes tells_nothing "$person"
done
PIN=no same_reports
PIN=yes same_reports
if test -n "$japanese"; then
	speaking=$japanese PIN=yes tells_nothing adult
fi
test $failed -ne 0 || echo "ok a report tells what a card does, and nothing of whose it is"

if test "${1:-}" = all; then
	# Each value of each switch, with and without the PIN.
	singles=$(awk '/^[^ ]/ { name = $1 } $1 == "values:" && $2 == "time" { print name "=3ms" }
		$1 == "values:" { for (i = 3; i <= NF; i++) print name "=" $i }' "$work/switches")
	count=0
	for one in $singles; do
		card=adult
		case $one in
		blocked-query=*) card=locked-sign ;;
		absent-certificate=*) card=child ;;
		esac
		PIN=no round_trip $card "$one"
		PIN=yes round_trip $card "$one"
		count=$((count + 2))
	done
	for word in $(awk '$1 == "refused-short-id" { on = 1 } on && $1 == "values:" { $1 = ""; print; exit }' "$work/switches"); do
		for ids in read-only off no-signature; do
			PIN=no round_trip adult short-ids=$ids refused-short-id="$word"
			PIN=yes round_trip adult short-ids=$ids refused-short-id="$word"
			count=$((count + 2))
		done
	done
	# Each switch's last value with each other's; with the PIN where one of them is told by nothing else.
	last=$(awk '/^[^ ]/ { name = $1 } $1 == "values:" { print name "=" ($2 == "time" ? "3ms" : $NF) }' "$work/switches")
	n=0
	for one in $last; do
		for other in $last; do
			test "$one" \< "$other" || continue
			n=$((n + 1))
			card=adult
			case "$one $other" in
			*absent-certificate*) card=child ;;
			*blocked-query*) card=locked-sign ;;
			esac
			pin=no
			case "$one $other" in
			*login-* | *delay-signature* | *pss=*) pin=yes ;;
			esac
			PIN=$pin round_trip $card "$one" "$other"
			count=$((count + 1))
		done
	done
	test $failed -ne 0 || echo "ok $count cards were told rightly and came back ($n of them pairs)"
fi
exit $failed
