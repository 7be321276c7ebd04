#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The manual pages: what they name is what the programs have (PROGRAM --words, --statuses), the
# Japanese pages have all that the English ones have, and mandoc and man find no fault with any.
set -u
export LC_ALL=C.UTF-8
[ $# -eq 0 ] || { echo "${0##*/} takes no arguments" >&2; exit 2; }
top=$(cd "$(dirname "$0")/.." && pwd)
build=${JPKI_BUILD:-$top/build/test}
work=$(mktemp -d "${TMPDIR:-/tmp}/jpki-pages.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
english=$top/doc/jpki-tool.1
tool=$build/src/tool/jpki-tool
status=0

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

# quiet NAME COMMAND...: it succeeds and says nothing.
quiet() {
	local name=$1
	shift
	if "$@" >"$work/out" 2>&1 && [ ! -s "$work/out" ]; then
		echo "ok $name"
	else
		echo "not ok $name"
		head -n 20 "$work/out" | sed 's/^/# /'
		status=1
	fi
}

# section TITLE...: of standard input, under any of its titles.
section() { awk -v titles="|$(IFS='|' && echo "$*")|" '/^\.S[hs] / { inside = index(titles, "|" substr($0, 5) "|") } inside'; }

## The pages and the programs

words() { "$build/src/$1" --words | awk -F'\t' "$2" | sort -u; }

# Options are named anywhere, as in ".Op Fl -json" and ".Fl -words".
options() { grep -oE '\bFl -[a-z-]+' "$1" | sed 's/Fl -/--/' | sort -u; }

table_options() {
	words "$1" '$2 ~ /^--./ { print $2 }'
	echo --words
}

commands() { section Commands <"$english" | sed -n 's/^\.It Cm \([a-z ]*\)$/\1/p' | sort; }

# A command of the simulator has a row of a list somewhere.
sim_commands() {
	words sim/jpki-card-sim '$1 !~ /^[-=]$/ { print $1 }' | while read -r name; do
		! grep -qE "^\.(It Cm|Ss) $name( |\$)" "$top/doc/jpki-card-sim.1" || echo "$name"
	done
}

numbers() { section 'EXIT STATUS' <"$1" | sed -n 's/^\.It \([0-9]*\)$/\1/p'; }

same "jpki-tool(1) has the tool's commands" \
	"$(words tool/jpki-tool '$1 !~ /^[-=]$/ { print $1 }')" "$(commands)"
same "jpki-tool(1) has the tool's options" "$(table_options tool/jpki-tool | sort)" "$(options "$english")"
same "jpki-tool(1) has the tool's exit statuses" \
	"$("$tool" --statuses | awk '$1 != 130 { print $1 }')" "$(numbers "$english")"
same "jpki-card-sim(1) has the simulator's commands" \
	"$(words sim/jpki-card-sim '$1 !~ /^[-=]$/ { print $1 }')" "$(sim_commands)"
same "jpki-card-sim(1) has the simulator's options" "$(table_options sim/jpki-card-sim | sort)" \
	"$(options "$top/doc/jpki-card-sim.1")"

## The programs that ask for PINs themselves, by default

asking() { sed -n '/^#define NOT_FOR/,/[^\\]$/p' "$top/src/base/settings.c" | grep -o '"[^"]*"' | tr -d '"' | xargs -n 1; }
asking_named() { sed -n '/^\.It Ic ask-pin-agent-not-for/,/^\.It Ic ask-pin-agent-keep/s/^\.Li //p' "$top/doc/jpki-pkcs11.7" | sed 's/ \.$//' | xargs -n 1; }
same "jpki-pkcs11(7) has the programs that ask themselves by default" "$(asking)" "$(asking_named)"

signing=('thunderbird*' 'icedove*' 'betterbird*' 'soffice*' 'okular*') # these go on seeing the document token
starters=('google-chrome*' 'microsoft-edge*' 'yandex-browser*') # scripts that give the browser their own name

# fits_any NAME PATTERN...: one of the patterns does.
fits_any() {
	local pattern
	for pattern in "${@:2}"; do [[ $1 != $pattern ]] || return 0; done
	return 1
}

# is_named PATTERN NAME...: one of the names is of that pattern.
is_named() {
	local name
	for name in "${@:2}"; do ! fits_any "$name" "$1" || return 0; done
	return 1
}

# p11-kit compares whole names.
hidden_amiss() {
	local name pattern names browsers
	IFS=', ' read -ra names < <(sed -n 's/^disable-in: //p' "$top/p11-kit/jpki-sign.module.in")
	mapfile -t browsers < <(asking | grep -vxF -f <(printf '%s\n' "${signing[@]}"))
	for pattern in "${browsers[@]}"; do is_named "$pattern" "${names[@]}" || echo "none of $pattern"; done
	for name in "${names[@]}"; do
		fits_any "$name" "${browsers[@]}" "${starters[@]}" || echo "$name is no browser of the setting's"
	done
}
quiet "p11-kit hides the document token from the browsers among them, each by name" hidden_amiss

## English and Japanese

# All rows of all lists with their tags, without the list that the Japanese synopsis is, and what a
# window's words are.
rows() { sed -n 's/^\.It \(\(Ar\|Cm\|Ev\|Fl\|Li\|Pa\|Ql\|Sy\|Xr\) .*\|[0-9]*\)$/\1/p' "$1"; }

# The lines of the synopsis. Where the first section is not called NAME, .Nm has to have the name.
synopsis() {
	section SYNOPSIS 書式 <"$1" | sed "s/^\.Nm $(basename "$1" .1)$/.Nm/" | grep -E '^\.(Nm|Cm|Op|Ar|Fl)'
}

# What is named, wherever: the order of words differs.
names() { sed -E 's/ Ns / /g' "$1" | grep -oE '\b(Fl -|Ar |Cm |Pa |Ev |Xr |Li )[^ ]+' | sort -u; }

headings() { grep -cE '^\.S[hs] ' "$1"; }

for japanese in "$top"/doc/ja/*.[1-8]; do
	name=$(basename "$japanese") english=$top/doc/$(basename "$japanese")
	same "both pages $name have the same synopsis" "$(synopsis "$english")" "$(synopsis "$japanese")"
	same "... the same rows in the same order" "$(rows "$english")" "$(rows "$japanese")"
	same "... the same things named" "$(names "$english")" "$(names "$japanese")"
	same "... and as many sections" "$(headings "$english")" "$(headings "$japanese")"
done

# Whose exit status is which: the numbers, and the commands named below them.
whose() { section 'EXIT STATUS' 終了ステータス <"$1" | sed -n 's/^\.\(It \([0-9]\)\|Cm \)/\2/p'; }
same "both pages jpki-tool.1 say of the same commands how they end" \
	"$(whose "$top/doc/jpki-tool.1")" "$(whose "$top/doc/ja/jpki-tool.1")"

## Form

# Pages that are not installed (yet) and titles that are not English are no faults.
lint() {
	mandoc -Tlint -W warning "$1" 2>&1 |
		grep -vE 'makewhatis|first section is not "NAME"|description line outside NAME'
	true
}

# gettext and man go by the locale's name alone, so the one that always exists is given that name.
mkdir "$work/locales"
for name in C.UTF-8 ja_JP.UTF-8; do ln -s /usr/lib/locale/C.utf8 "$work/locales/$name"; done
formatted() { LOCPATH=$work/locales LC_ALL=$2 MANWIDTH=80 man --warnings=all -l "$1" >"$work/page"; }

# groff 1.24 takes kana with a voicing mark for half as wide as they are, whatever the page says.
takes_kana_for_narrow() {
	{ printf '.if \\n(.x .mso ja.tmac\n.TH X 1\n.SH X\n' && printf 'が%.0s' {1..100} && echo; } >"$work/kana.1"
	formatted "$work/kana.1" ja_JP.UTF-8 2>/dev/null
	[ "$(wc -L <"$work/page")" -gt 80 ]
}

narrow() {
	local columns
	formatted "$1" "$2"
	columns=$(wc -L <"$work/page")
	[ "$columns" -gt 0 ] && [ "$columns" -le 80 ] || echo "it takes $columns columns"
}

# Each line of the synopsis begins with the program's name, on paper too.
named() {
	local wanted shown
	wanted=$(synopsis "$1" | grep -c '^\.Nm')
	shown=$(grep -Ec "^ *$(basename "${1%.*}")( |$)" "$work/page")
	[ "$shown" -ge "$wanted" ] || echo "$shown times, and not $wanted"
}

for page in "$top"/doc/*.[1-8] "$top"/doc/ja/*.[1-8]; do
	name=${page#"$top/doc/"} locale=C.UTF-8
	[ "$name" = "${name#ja/}" ] || locale=ja_JP.UTF-8
	if command -v mandoc >/dev/null; then
		quiet "mandoc finds no fault with $name" lint "$page"
	else
		echo "skip mandoc and $name: mandoc is not installed"
	fi
	if command -v man >/dev/null; then
		quiet "man finds no fault with $name" formatted "$page" $locale
		quiet "each line of its synopsis names the program" named "$page"
		if [ "$locale" = ja_JP.UTF-8 ] && takes_kana_for_narrow; then
			echo "skip the lines of $name fit a screen: this groff takes voiced kana for narrow ones"
		else
			quiet "the lines of $name fit a screen" narrow "$page" $locale
		fi
	else
		echo "skip man and $name: man-db is not installed"
	fi
done
## Links

# Links within the pages that lead to no file or to no heading of it (as GitHub and Forgejo name them).
dead_links() {
	python3 - "$@" <<'END'
import os, re, sys
def anchors(path):
    text = re.sub(r"^```.*?^```", "", open(path).read(), flags=re.M | re.S)
    heads = [re.sub(r"[`*]|\]\([^)]*\)|\[", "", head) for head in re.findall(r"^#+ (.*)", text, re.M)]
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads} | set(re.findall(r'<a id="(.*?)"', text))
for page in sys.argv[1:]:
    for target in re.findall(r"\]\(([^)\s]+)\)", open(page).read()):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        path = os.path.join(os.path.dirname(page), name) if name else page
        if not os.path.exists(path) or anchor and anchor not in anchors(path):
            print(page, target)
END
}
quiet "links lead to a file, and to a heading that it has" dead_links "$top"/*.md "$top"/doc/*.md "$top"/doc/clients/*.md

# table_pages FILE: what "in your programs" leads to.
table_pages() { sed -n '/^| .*doc\/clients/p' "$1" | grep -oE 'doc/[A-Za-z0-9/.-]*\.md(#locked)?' | sed 's/\.ja\.md/.md/' | sort -u; }
same "README.ja.md leads to each page that README.md leads to" "$(table_pages "$top/README.md")" "$(table_pages "$top/README.ja.md")"
for page in thunderbird.ja.md okular.ja.md README.ja.md#locked; do
	same "... in Japanese, $page" doc/clients/$page "$(grep -oF "doc/clients/$page" "$top/README.ja.md" | sort -u)"
done

## Japanese words

# Everything in Japanese that people read, "FILE:LINE:TEXT".
japanese() {
	cd "$top" || return
	grep -Hn '' README.ja.md doc/*.ja.md doc/clients/*.ja.md doc/ja/*.[1-8]
	grep -Hn '^msgstr\|^"' po/ja.po
	grep -Hn '\[ja\]=\|"ja"' desktop/*.desktop desktop/*.xml
}

# One word, and one way of writing, for each thing: what is not to be written, and what is.
glossary() {
	cat <<'END'
だれ	誰
(利用者証明用|署名用)の?証明書|ログイン用の(鍵|証明書)	利用者証明用電子証明書、署名用電子証明書
CA 証明書|認証局証明書	認証局の証明書
[^「]署名用パスワード|パスワード変更	暗証番号 (as municipalities write it)
公表済み	公開されている (the other one sounds like a leak)
持ち主|所有者	利用者
([^フ]リーダ|ユーザ|フォルダ|サーバ|ブラウザ|メモリ|ヘッダ|ドライバ|プロバイダ|コンピュータ|スキャナ)([^ー]|$)	the same with ー
リーダライタ|リーダーライター	リーダー
計算機|コンピューター|[^想]マシン	パソコン
ヴァージョン	バージョン
終了コード	終了ステータス
占有	独占
[^そ]他の	ほかの、別の
聞[かきくけい]	尋ねる
(^|[^第])[一二三四五六]つ|[一二三四五][回桁分秒]	1つ, 1回 and so on
下さい|出来る|出来ま|致します	ください、できる、します
～	〜 (U+301C)
：	a half-width colon
[\x{3040}-\x{30ff}\x{4e00}-\x{9fff}] ?\(	（
END
}

# Latin letters stand apart from Japanese ones, but in names and in the targets of links.
unspaced() {
	sed -E 's/\]\([^)]*\)|JPKI(暗証番号リセット|利用者ソフト)|ICチップ|%[0-9.]*l*[a-z]|\\n|\\\(dq//g' "$work/japanese" |
		grep -P '[A-Za-z][\x{3040}-\x{30fa}\x{30fc}-\x{30ff}\x{4e00}-\x{9fff}]|[\x{3040}-\x{30fa}\x{30fc}-\x{30ff}\x{4e00}-\x{9fff}][A-Za-z]'
	true
}

japanese >"$work/japanese"
while IFS=$'\t' read -r wrong right; do
	grep -P "$wrong" "$work/japanese" | sed "s/\$/ -> $right/"
done < <(glossary) >"$work/wrong" 2>&1
quiet "Japanese has one word for each thing" cat "$work/wrong"
quiet "... and a space between Latin and Japanese letters" unspaced

exit $status
