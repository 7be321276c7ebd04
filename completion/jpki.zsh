#compdef @PROGRAM@
# SPDX-License-Identifier: BSD-2-Clause
#
# Completion for @PROGRAM@. What can be typed the program says itself: @PROGRAM@ --words prints a
# table (src/tool/main.c has its form), and asks no card for it.

local line said command name next takes
local -a fields
local -aU choice
local -A arguments options values stands
integer i

for line in ${(f)"$(_call_program words $words[1] --words 2>/dev/null)"}; do
	fields=("${(@ps:\t:)line}")
	case $fields[1]$fields[2] in
	('='*) stands[$fields[2]]+=" $fields[3]" ;;
	(*'--'?*)
		options[$fields[1]]+=" $fields[2]"
		[[ $fields[3] == - ]] || values[$fields[2]]=$fields[3]
		;;
	(*) arguments[$fields[1]]+=" $fields[2]" ;;
	esac
done

# What was said before the cursor: arguments, and perhaps an option that takes a value there.
for ((i = 2; i < CURRENT; i++)); do
	case $words[i] in
	('--'?*)
		[[ -n ${values[$words[i]]-} ]] || continue
		((++i < CURRENT)) || takes=${values[$words[i - 1]]}
		;;
	(-*) ;;
	(*)
		# from here on it is the command line of another program
		if [[ -n $said && " ${arguments[$said]-} " == *' PROGRAM '* ]]; then
			shift $((i - 1)) words
			((CURRENT -= i - 1))
			_normal
			return
		fi
		said+=${said:+ }$words[i]
		;;
	esac
done
# --option=value
if [[ -z $takes && $PREFIX == --*=* ]]; then
	takes=${values[${PREFIX%%=*}]-}
	compset -P '*='
fi

# The command, if it is said to its end, or what its next word may be.
for name in ${(k)arguments}; do
	if [[ "$said " == "$name "* ]]; then
		command=$name
	elif [[ $name == "${said:+$said }"* ]]; then
		next+=" ${${name#${said:+$said }}%% *}"
	fi
done

if [[ -n $takes ]]; then
	choice=($takes)
elif [[ $PREFIX == -* ]]; then
	choice=(${=options[-]} ${=options[$command]-})
else
	choice=(${=arguments[${command:--}]-$next})
fi
for name in $choice; do
	case $name in
	(-) ;;
	(FILE|PATH) _files ;;
	(DIR|FOLDER) _files -/ ;;
	(PROGRAM) _command_names -e ;;
	(*[a-z]*|--) compadd -- $name ;;
	(*) compadd -- ${=stands[$name]-} ;;
	esac
done
