#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# jpki-tool setup reminders: what it changes and what it keeps, with a systemctl that only says what it was
# told, and a simulated card. In a home folder of its own.
. "$(dirname "$0")/promise.sh"
home_make
cards_make
dates=$HOME/.local/share/jpki-pkcs11/dates

# tool CARD ARGUMENT...: with that card in the reader, and the programs in $path.
path=$PATH
tool() {
	card=$1
	shift
	told_of "$sim" run $card -- env PATH="$path" "$tool" --module "$module" "$@"
}
says_not() { ! says "$1"; }
is_dates_only() { ! grep -Evx '[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]+' "$dates"; }

tool "--card adult" status
check "nothing is kept that nobody asked for" [ ! -e "$HOME/.local" ]

tool "--card adult" setup reminders
check "without a terminal and --yes it asks for --yes" ended 2
check "... after it has shown the timer" says "jpki-reminders.timer"
check "... and the file" says "$dates keeps the dates"
check "... and has changed nothing" [ ! -e "$HOME/.local" ]
check "... nor told systemd anything" told ""

tool "--empty" setup reminders --yes
check "without a card it is done" ended 0
check "... and says that no card was seen yet" says "No card was seen yet"
check "... the timer is switched on" told '--user enable --now jpki-reminders.timer\n'
check "... and the file is there, with nothing in it" [ -e "$dates" -a ! -s "$dates" ]
tool "--card adult" status
check "the next look keeps the dates" [ -s "$dates" ]
check "... and they alone" is_dates_only
check "... for the user alone" [ "$(stat -c %a "$(dirname "$dates")")" = 700 ]

tool "--card adult" setup reminders --remove --yes
check "--remove takes it back" ended 0
check "... nothing is kept, nor is there a folder for it" [ ! -e "$(dirname "$dates")" ]
check "... and the timer is off" told '--user disable --now jpki-reminders.timer\n'
tool "--card adult" setup reminders --remove --yes
check "... also where there is nothing" ended 0
tool "--card adult" status
check "... nor is it afterwards" [ ! -e "$dates" ]

tool "--card adult" setup reminders --yes
check "with a card its dates are kept at once" [ -s "$dates" ]
check "... and shown" says "$(sed -n '1s/ .*//p' "$dates")"
sed 's/0$/90/' "$dates" >"$work/dates" && cp "$work/dates" "$dates"
tool "--card adult" setup reminders --yes
check "what was told before is not told again" cmp "$work/dates" "$dates"

# ---- what only shows with its PIN ----
day() { printf '%s-12-31' "$1"; }
last=$(sed -n '1s/ .*//p' "$dates")
printf '%s 0\n%s 30\n' "$last" "$(day 2098)" >"$dates"
tool "--card adult" status
check "the signing certificate's date stays while the card is the same" \
	[ "$(cut -d' ' -f1 "$dates" | paste -sd' ')" = "$last $(day 2098)" ]
check "... and what was told of it" grep -qx "$(day 2098) 30" "$dates"
printf '%s 0\n%s 0\n' "$(day 2097)" "$(day 2098)" >"$dates"
tool "--card adult" status
check "another card's dates go" [ "$(cut -d' ' -f1 "$dates" | paste -sd' ')" = "$last" ]
printf '%s 7\n%s 0\n%s 0\n' "$last" "$last" "2001-01-31" >"$dates"
tool "--card adult" status
check "a day that is there twice is kept once, and one that is over not at all" grep -qx "$last 7" "$dates"
check "... no more" [ "$(wc -l <"$dates")" = 1 ]

: >"$dates"
printf '1234\n' >"$work/pin"
tool "--card phone" status
check "a phone shows no dates" [ ! -s "$dates" ]
tool "--card phone" cert show auth --pin-fd 3 3<"$work/pin"
check "... but with its PIN" ended 0
check "... they are kept then" is_dates_only
check "... one of them" [ "$(wc -l <"$dates")" = 1 ]
cp "$dates" "$work/dates"
tool "--card phone" status
check "... and stay at the next look" cmp "$work/dates" "$dates"
tool "--card adult" cert show auth-ca
check "an authority's are not" cmp "$work/dates" "$dates"

touch "$work/refuses"
tool "--card adult" setup reminders --remove --yes
check "where systemd refuses, it fails" ended 1
check "... and says systemd's words" says "Failed to connect to bus"
check "... but the dates are gone" [ ! -e "$dates" ]
tool "--card adult" setup reminders --yes
check "where systemd refuses to switch on, it fails" ended 1
check "... and nothing is kept" [ ! -e "$dates" ]
path=$work/bin # this machine may have jpki-desktop
tool "--card adult" setup reminders --yes
check "... and says where the timer comes from" says "the timer comes with jpki-desktop, which is not installed"
cp "$work/bin/systemctl" "$work/bin/jpki-desktop"
tool "--card adult" setup reminders --yes
check "... but not where that is installed" says_not "the timer comes with"
check "... where it fails all the same" ended 1
rm "$work/refuses" "$work/bin/jpki-desktop"
path=$PATH

mkdir -p "$(dirname "$(dirname "$dates")")" && rm -rf "$(dirname "$dates")" && : >"$(dirname "$dates")"
tool "--card adult" setup reminders --yes
check "a folder that cannot be made is told" says "cannot write $dates"
check "... before systemd is" told ""
check "... and it fails" ended 1
rm "$(dirname "$dates")"

mkdir "$work/late"
cat >"$work/late/systemctl" <<-END
	#!/bin/sh
	echo "\$*" >>"$work/told"
	test ! -e "$dates" || echo "the dates are there" >>"$work/told"
	test -e "$(dirname "$dates")" || : >"$(dirname "$dates")"
END
chmod +x "$work/late/systemctl"
path=$work/late:$PATH
tool "--card adult" setup reminders --yes
check "dates that cannot be written once systemd has done it are told" says "cannot write $dates"
check "... and it is asked before they are, and has to take it back" \
	told '--user enable --now jpki-reminders.timer\n--user disable --now jpki-reminders.timer\n'
check "... and it fails" ended 1
rm "$(dirname "$dates")"
path=$PATH

PATH=$work/none
LD_LIBRARY_PATH= "$build/src/tool/jpki-tool" setup reminders --yes </dev/null >"$work/said" 2>&1
status=$?
PATH=$work/bin:/usr/bin:/bin
check "without systemd nothing is changed" [ ! -e "$dates" ]
check "... which is said" says "this system has no systemd"
check "... and it fails" ended 1
exit $failed
