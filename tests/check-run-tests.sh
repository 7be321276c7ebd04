#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# ./run-tests tells what did not run: over a tree of pretended tests.
set -u
export LC_ALL=C.UTF-8
[ $# -eq 0 ] || { echo "${0##*/} takes no arguments" >&2; exit 2; }

top=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/jpki-run-tests.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
failures=0

# tree [LINE...]: make check prints these lines and has one program with four cases, as cmocka words
# them; a script runs, another may not.
tree() {
	rm -rf "${work:?}"/* && mkdir -p "$work"/tests/{pcscd,clients,slow} &&
		cp "$top/run-tests" "$work/" && cp "$top"/tests/{alone,results}.sh "$work/tests/" &&
		cp "$top/tests/slow/lib.sh" "$work/tests/slow/" || return 1
	printf '#!/bin/sh\n' >"$work/tests/install-packages"
	printf 'ok 1 - one\nnot ok 2 - two # SKIP\nnot ok 3 # SKIP three\nok 4 - four\n' >"$work/cases"
	cat >"$work/configure" <<'END_CONFIGURE'
#!/bin/sh
cat >Makefile <<'END_MAKEFILE'
all:
check:
	@mkdir -p tests && cp ../../cases tests/cases.log
	@echo PASS: tests/cases
	@cat ../../lines
END_MAKEFILE
echo >config.log
END_CONFIGURE
	printf '%s\n' "$@" >"$work/lines"
	cat >"$work/tests/pcscd/runs.sh" <<'END_SCRIPT'
#!/bin/sh
ignored=$(sed -n 's/^SigIgn:[[:blank:]]*//p' /proc/self/status)
if [ $((0x$ignored & 6)) -eq 0 ]; then echo "ok Ctrl-C ends it"; else echo "not ok Ctrl-C ends it"; fi
END_SCRIPT
	printf '#!/bin/sh\necho "forbidden stopped: no namespaces here"\n' >"$work/tests/clients/stopped.sh"
	printf '#!/bin/sh\necho "ok it takes long"\necho "forbidden long: none either"\n' >"$work/tests/slow/long.sh"
	chmod +x "$work"/tests/install-packages "$work"/configure "$work"/tests/*/*.sh
}

# ends NAME STATUS LINES OPTION...: run-tests ends with that status, and with these lines.
ends() {
	local name=$1 status=$2 lines=$3 got
	shift 3
	"$work/run-tests" "$@" >"$work/out" 2>&1
	got=$?
	if [ $got = "$status" ] && [ "$(tail -n "$(wc -l <<<"$lines")" "$work/out")" = "$lines" ]; then
		printf 'ok %s\n' "$name"
	else
		printf 'not ok %s\n' "$name"
		{ echo "status $got, expected $status and: $lines"; cat "$work/out"; } | sed 's/^/# /'
		failures=$((failures + 1))
	fi
}

tree ""
ends "a case that cmocka skips is counted as skipped" 0 "2 passed, 0 failed, 2 skipped" --fast
named="INCOMPLETE: not run, because this machine forbids it (why: see above): clients/stopped slow/long"
ends "what the machine forbids is named before the last line" 0 \
	"$named
4 passed, 0 failed, 4 skipped"
ends "and is a failure where all was asked for" 1 \
	"$named
4 passed, 2 failed, 2 skipped" --complete
printf '#!/bin/sh\nread -r _ _ _ parent _ </proc/$PPID/stat\nkill -KILL $parent\n' >"$work/tests/slow/long.sh"
ends "what runs beside the rest and does not get to its end is a failure" 1 \
	"${named% *}
3 passed, 1 failed, 3 skipped"
printf '#!/bin/sh\necho "ok a line"\nsleep 100000\n' >"$work/tests/slow/long.sh"
sed -i 's/^silence_seconds=.*/silence_seconds=30/' "$work/run-tests"
ends "what says nothing any more is told to end, and is a failure" 1 "4 passed, 1 failed, 3 skipped"
tree "make check: 7 of 32 test programs ran: the others need cmocka"
ends "programs that make check could not build are counted" 0 "2 passed, 0 failed, 27 skipped" --fast

# What runs for the tree, with its folders of /proc.
left() { grep -lzsx "JPKI_BUILD=$work/build/test" /proc/[0-9]*/environ | cut -d / -f 3; }
sleeps() { left | sed 's,.*,/proc/&/cmdline,' | xargs grep -lzsx 1234 /dev/null; }

# until_seconds SECONDS COMMAND...: until the command succeeds.
until_seconds() {
	local tenths=$(($1 * 10))
	until "${@:2}" >"$work/there"; do
		[ $((tenths -= 1)) -gt 0 ] || return 1
		sleep 0.1
	done
}
nothing_left() { [ -z "$(left)" ]; }

printf '#!/bin/bash\n. "$(dirname "$0")/lib.sh"\nlimited 1000 sh -c "sleep 1234; true"\n' >"$work/tests/slow/long.sh"
"$work/run-tests" >"$work/out" 2>&1 &
until_seconds 60 sleeps
began=$?
kill -TERM $!
wait $!
if [ "$began $?" = "0 130" ] && until_seconds 60 nothing_left; then
	echo "ok told to end, it leaves nothing running, not what made a process group of its own either"
else
	echo "not ok told to end, it leaves nothing running, not what made a process group of its own either"
	left | sed 's,.*,/proc/&/cmdline,' | xargs -r cat | tr '\0' ' ' >>"$work/out"
	left | xargs -r kill -KILL
	sed 's/^/# /' "$work/out"
	failures=$((failures + 1))
fi

# A script that slow/packages.sh is like: HOME is the tests' own by then.
printf '#!/bin/bash\n. "%s/tests/debian-root.sh"\necho "ok $root_cache"\n' "$top" >"$work/tests/slow/long.sh"
env -u JPKI_CACHE -u XDG_CACHE_HOME HOME="$work/mine" "$work/run-tests" >"$work/out" 2>&1
if grep -q "slow/long: $work/mine/.cache/jpki-pkcs11\$" "$work/out"; then
	echo "ok what was downloaded is kept in the user's cache"
else
	echo "not ok what was downloaded is kept in the user's cache"
	sed 's/^/# /' "$work/out"
	failures=$((failures + 1))
fi
exit $((failures > 0))
