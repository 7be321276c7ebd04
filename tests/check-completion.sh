#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Shell completion (completion/): the table that it lives on (PROGRAM --words) says what the
# programs' --help says, no card is asked, and bash and zsh make of it what a user waits for.
set -u
export LC_ALL=C.UTF-8
[ $# -eq 0 ] || { echo "${0##*/} takes no arguments" >&2; exit 2; }
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/tests/alone.sh"
build=$JPKI_BUILD
work=$(mktemp -d "${TMPDIR:-/tmp}/jpki-completion.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
export JPKI_CARD_SIM_STATE=$work/cards
unset LANGUAGE
status=0

program() { if [ "$1" = jpki-tool ]; then echo "$build/src/tool/$1"; else echo "$build/src/sim/$1"; fi; }

# same NAME EXPECTED GOT, and not nothing
same() {
	if [ -n "$2" ] && [ "$2" = "$3" ]; then
		echo "ok $1"
	else
		echo "not ok $1"
		diff <(echo "$2") <(echo "$3") | sed -n 's/^[<>]/# &/p'
		status=1
	fi
}

## The table and --help

# help_commands NAME: from the lines "  COMMAND [ARGUMENT]  TEXT", and the simulator's lists of names.
help_commands() {
	"$(program "$1")" --help | sed -n 's/^  \([a-z]\)/\1/p' | awk '
		/^[a-z]+, / { gsub(/, /, "\n"); print; next }
		{ sub(/  .*/, ""); name = $1
		  for (i = 2; i <= NF && $i ~ /^[a-z]+$/; i++) name = name " " $i
		  print name }' | sort -u
}

table_commands() { "$(program "$1")" --words | awk -F'\t' '$1 !~ /^[-=]$/ { print $1 }' | sort -u; }

# help_options NAME COMMAND
help_options() { "$(program "$1")" $2 --help | grep -oE '^  --[a-z-]+' | tr -d ' ' | sort; }

table_options() {
	"$(program "$1")" --words | awk -F'\t' -v name="$2" \
		'$2 ~ /^--./ && ($1 == name || $1 == "-") { print $2 }' | sort
}

each_command() {
	local command
	while read -r command; do
		printf '%s: %s\n' "$command" "$($2 "$1" "$command" | grep -vx -e --version | tr '\n' ' ')"
	done < <(help_commands "$1")
}

# The names in capitals among the arguments, and those of them for which completion has something
# or can have nothing.
placeholders() { "$(program "$1")" --words | awk -F'\t' '$1 !~ /^[-=]$/ && $2 ~ /^[A-Z]/ { print $2 }' | sort -u; }

known_placeholders() {
	comm -12 <(placeholders "$1") <({
		"$(program "$1")" --words | awk -F'\t' '$1 == "=" { print $2 }'
		printf '%s\n' FILE FOLDER PROGRAM ARGUMENT N ORDER READER VALUE
	} | sort -u)
}

for name in jpki-tool jpki-card-sim; do
	same "$name: the commands of --help" "$(help_commands $name)" "$(table_commands $name)"
	same "$name: the options of each command" "$(each_command $name help_options)" \
		"$(each_command $name table_options)"
	same "$name: what its arguments stand for" "$(placeholders $name)" "$(known_placeholders $name)"
done
"$(program jpki-card-sim)" run --count "$work/count" -- "$(program jpki-tool)" --words >/dev/null
same "no card is asked, nor the reader service" '"total": 0, "total": 0, ' \
	"$(grep -o '"total": [0-9]*,' "$work/count" | tr '\n' ' ')"

## What a user waits for: what was typed, and the words that may follow, in the alphabet's order

mkdir "$work/files" && touch "$work/files/form.pdf" "$work/files/a b.txt"
lines="
jpki-tool ce                            | cert
jpki-tool cert _                        | export show
jpki-tool pin ch                        | change
jpki-tool cert show _                   | auth auth-ca sign sign-ca
jpki-tool --reader Sony cert show si    | sign sign-ca
jpki-tool validity au                   | auth
jpki-tool doc                           | doctor
jpki-tool setup _                       | agent chromium firefox reminders thunderbird
jpki-tool sign fo                       | form.pdf
jpki-tool help lo                       | locked lost
jpki-tool status --w                    | --warn
jpki-tool status --warn _               |
jpki-tool cert show auth --pe           | --personal
jpki-tool status --ics fo               | form.pdf
jpki-tool --module=fo                   | form.pdf
jpki-tool nonsense _                    |
jpki-card-sim un                        | unplug
jpki-card-sim run --card locked-        | locked-auth locked-both locked-sign
jpki-card-sim make --person pho         | phone
jpki-card-sim ca re                     | revoke
jpki-card-sim set adult short           | short-ids
jpki-card-sim service st                | start stop
jpki-card-sim serve --rea               | --ready-fd
"

# bash gives its function the words, of which = is one.
cat >"$work/bash" <<'END'
. "$1/completion/$2"
cd "$4" || exit 1
read -ra COMP_WORDS <<<"${3/=/ = }"
[ "${COMP_WORDS[-1]}" != _ ] || COMP_WORDS[-1]=
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
COMP_WORDS[0]=$5
$(complete -p "$2" | sed 's/.*-F \([^ ]*\).*/\1/') "$5" "${COMP_WORDS[COMP_CWORD]}"
printf '%s\n' "${COMPREPLY[@]}"
END

# zsh's own functions, as far as they are used, without a terminal.
cat >"$work/zsh" <<'END'
compadd() { local word; for word in "${@:2}"; do [[ $word != $PREFIX* ]] || print -r -- $word; done }
compset() { PREFIX=${PREFIX#*=} }
_call_program() { "${@:2}" }
_files() { local file; for file in *(N); do [[ $file != $PREFIX* ]] || print -r -- $file; done }
complete_words() { . $1 }
cd $4 || exit 1
words=(${=3})
[[ $words[-1] != _ ]] || words[-1]=
CURRENT=$#words PREFIX=$words[-1] words[1]=$5
complete_words $1/completion/_$2
END

# completed SHELL...: all lines with what that shell has for them.
completed() {
	local typed
	while IFS='|' read -r typed _; do
		read -ra typed <<<"$typed"
		[ ${#typed[@]} -gt 0 ] || continue
		printf '%-40s| %s\n' "${typed[*]}" "$(timeout 120 "$@" "$build" "${typed[0]}" \
			"${typed[*]}" "$work/files" "$(program "${typed[0]}")" 2>&1 |
			sort -u | grep . | tr '\n' ' ')"
	done <<<"$lines" | sed 's/ *$//'
}

expected=$(sed '/^$/d' <<<"$lines")
same "bash completes" "$expected" "$(completed bash --norc --noprofile "$work/bash")"
if command -v zsh >/dev/null; then
	same "zsh completes" "$expected" "$(completed zsh -f "$work/zsh")"
else
	echo "skip zsh completes: zsh is not installed"
fi
exit $status
