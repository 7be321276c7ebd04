# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# Completion for jpki-tool and jpki-card-sim. What can be typed the programs say themselves:
# PROGRAM --words prints a table (src/tool/main.c has its form), and asks no card for it.

# Adds to COMPREPLY what begins like $cur, of words as the table has them: in capitals is what
# stands for others.
_jpki_reply() {
	local word found
	for word; do
		found=()
		case $word in
		-) ;;
		FILE | PATH)
			compopt -o filenames 2>/dev/null
			mapfile -t found < <(compgen -f -- "$cur")
			;;
		DIR | FOLDER)
			compopt -o filenames 2>/dev/null
			mapfile -t found < <(compgen -d -- "$cur")
			;;
		PROGRAM) mapfile -t found < <(compgen -c -- "$cur") ;;
		*[a-z]* | --) mapfile -t found < <(compgen -W "$word" -- "$cur") ;;
		*) mapfile -t found < <(compgen -W "${stands[$word]-}" -- "$cur") ;;
		esac
		COMPREPLY+=("${found[@]}")
	done
}

_jpki() {
	local cur=${COMP_WORDS[COMP_CWORD]} command='' word value i said='' takes='' next=''
	local -a choice
	local -A arguments=() options=() values=() stands=()
	COMPREPLY=()
	while IFS=$'\t' read -r command word value; do
		case $command$word in
		=*) stands[$word]+=" $value" ;;
		*--?*)
			options[$command]+=" $word"
			[ "$value" = - ] || values[$word]=$value
			;;
		*) arguments[$command]+=" $word" ;;
		esac
	done < <("$1" --words 2>/dev/null </dev/null)

	# What was said before the cursor: arguments, and perhaps an option that takes a value there.
	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		case $word in
		--?*)
			[ -n "${values[$word]-}" ] || continue
			# bash makes three words of --option=value
			[ "${COMP_WORDS[i + 1]}" != = ] || ((i += 1))
			((++i < COMP_CWORD)) || takes=${values[$word]}
			;;
		-*) ;;
		*)
			# from here on it is the command line of another program
			if [[ -n $said && " ${arguments[$said]-} " == *' PROGRAM '* ]]; then
				! declare -F _command_offset >/dev/null || _command_offset "$i"
				return
			fi
			said+=${said:+ }$word
			;;
		esac
	done
	[ "$cur" != = ] || cur=

	# The command, if it is said to its end, or what its next word may be.
	command=
	for word in "${!arguments[@]}"; do
		if [[ "$said " == "$word "* ]]; then
			command=$word
		elif [[ $word == "${said:+$said }"* ]]; then
			word=${word#"${said:+$said }"}
			[[ "$next " == *" ${word%% *} "* ]] || next+=" ${word%% *}"
		fi
	done
	if [ -n "$takes" ]; then
		choice=("$takes")
	elif [[ $cur == -* ]]; then
		read -ra choice <<<"${options[-]-} ${command:+${options[$command]-}}"
	else
		read -ra choice <<<"${arguments[${command:--}]-$next}"
	fi
	_jpki_reply "${choice[@]}"
}
complete -F _jpki jpki-tool jpki-card-sim
