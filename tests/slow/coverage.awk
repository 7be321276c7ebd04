# SPDX-License-Identifier: BSD-2-Clause
#
# Reads what "gcov --stdout" prints, for any number of object files, and counts the lines of the
# module: one that ran in any of them is covered. -v rooms="ITS FOLDERS" -v least=PERCENT -v uncovered=FILE
BEGIN {
	FS = ":"
	gsub(/ +/, "|", rooms)
}

/^ *-: *0:Source:/ {
	file = $4
	sub(/^.*\/src\//, "src/", file)
	wanted = file ~ "^src/(" rooms ")/"
	next
}

!wanted || NF < 3 { next }

{
	count = $1
	gsub(/[ *]/, "", count)
	number = $2 + 0
	if (count == "-" || number == 0 || count !~ /^([0-9]|#####|=====)/)
		next
	line = file ":" number
	if (!(line in ran)) {
		ran[line] = 0
		text[line] = $0
		sub(/^[^:]*:[^:]*:/, "", text[line])
		split(file, part, "/")
		folder[line] = "src/" part[2]
		lines[folder[line]]++
		all++
	}
	if (count ~ /^[0-9]/ && count !~ /^0/)
		ran[line] = 1
}

END {
	for (line in ran) {
		if (ran[line]) {
			covered[folder[line]]++
			sum++
		} else {
			print line ":" text[line] | "sort -t: -k1,1 -k2,2n >" uncovered
		}
	}
	close("sort -t: -k1,1 -k2,2n >" uncovered)
	for (f in lines)
		printf "# %-12s %5.1f %% of %d lines\n", f, 100 * covered[f] / lines[f], lines[f] | "sort"
	close("sort")
	percent = all ? 100 * sum / all : 0
	printf "%s make check runs through %.1f %% of the module's %d lines (%d %% wanted)\n",
		(all && percent >= least ? "ok" : "not ok"), percent, all, least
	exit !(all && percent >= least)
}
