# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# jpki-tool agent for tests/clients/*.sh, to be sourced after lib.sh, with a pinentry that is a script:
# $work/bin/test-pinentry answers by what it is asked for, or with the next line of $work/words, if
# there is any; what it was told goes to $work/told.

# After client_enter.
agent_prepare() {
	local locale
	cat >"$work/bin/test-pinentry" <<END
#!/bin/bash
echo "OK here"
while read -r word rest; do
	echo "\$word \$rest" >>"$work/told"
	case \$word in
	SETPROMPT) if [[ \$rest = *4-digit* ]]; then pin=$pin_auth; else pin=$pin_sign; fi ;;
	GETPIN)
		if read -r typed <"$work/words"; then sed -i 1d "$work/words"; pin=\$typed; fi
		if [ "\$pin" = cancel ]; then echo "ERR 83886179 cancelled"; continue; fi
		echo "D \$pin" ;;
	esac
	echo OK
done
END
	chmod +x "$work/bin/test-pinentry"
	: >"$work/words"
	export XDG_RUNTIME_DIR=$work/runtime
	mkdir -m 700 "$XDG_RUNTIME_DIR"
	mkdir "$work/locales"
	for locale in C.UTF-8 ja_JP.UTF-8; do ln -s /usr/lib/locale/C.utf8 "$work/locales/$locale"; done
}

# agent_begin PINENTRY [LOCALE]: gettext goes by the locale's name alone.
agent_begin() {
	"${run_as[@]}" env LOCPATH="$work/locales" LC_ALL="${2:-C.UTF-8}" "${agent_tool:-$build/src/tool/jpki-tool}" \
		agent --pinentry "$1" 2>"$work/agent.log" &
	agent=$!
	await $patience agent_listens || bail "the agent runs" "$work/agent.log"
}

agent_listens() { listens "$work/runtime/jpki-pkcs11/agent"; }

agent_end() {
	kill $agent
	wait $agent
}

# agent_on, agent_off: from here to there the agent asks, on a page of another program's.
agent_on() {
	agent_prepare
	agent_begin "$work/bin/test-pinentry"
	mkdir -p ~/.config && echo "ask-pin = agent" >~/.config/jpki-pkcs11.conf
}

agent_off() {
	rm ~/.config/jpki-pkcs11.conf
	agent_end
}

# asked NAME [DIALOGS]: the last recipe had that many dialogs, or one, each for a program of that name.
asked() {
	local dialogs asks
	dialogs=$(grep -c ^GETPIN "$work/told")
	asks=$(grep -c "^SETDESC.*Asked by: [^ ]*/$1 " "$work/told")
	[ "$dialogs $asks" = "${2:-1} ${2:-1}" ] || { echo "$dialogs dialogs"; grep ^SETDESC "$work/told"; return 1; }
}

# by_agent NAME WHAT PROGRAM [SED-SCRIPT]
by_agent() {
	: >"$work/told"
	recipe_with "${4:-}" "$1" "$2"
	check "$1: one dialog, which says that $3 asks" asked "$3"
}
