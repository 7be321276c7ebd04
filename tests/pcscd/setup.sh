#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# jpki-tool setup: the module in the lists of Firefox and Chromium, and out of them again. On
# profiles that NSS's own certutil makes, in a home folder of the test's own. What must hold: the
# list of modules is the old one or the new one whatever happens, and nothing else is touched.
set -u
. "$(dirname "$0")/lib.sh"
private_enter "$@"

auth=$build/.libs/jpki-auth-pkcs11.so
firefox=$HOME/.mozilla/firefox
bin=$work/bin
mkdir "$bin"

# With no terminal to ask on.
setup() { timeout 120 setsid -w "$build/src/tool/jpki-tool" --module "$auth" setup "$@" </dev/null; }

# answered WORD ARGUMENT...: on a terminal, where WORD is typed.
answered() {
	local word=$1
	shift
	echo "$word" | timeout 120 script -qec "'$build/src/tool/jpki-tool' --module '$auth' setup $*" /dev/null
}

# ends NAME STATUS MESSAGE COMMAND...
ends() {
	local name=$1 expected=$2 message=$3 status
	shift 3
	"$@" >"$work/said" 2>&1
	status=$?
	if [ $status -eq "$expected" ] && grep -Fqe "$message" "$work/said"; then
		ok "$name"
	else
		echo "status $status, and expected $expected: $message" >>"$work/said"
		not_ok "$name" "$work/said"
	fi
}

# says NAME PATTERN: so did the command that `ends` ran last.
says() { check "$1" grep -Eq "$2" "$work/said"; }

# profile FOLDER: a database as a browser's first start leaves it.
profile() {
	mkdir -p "$1"
	certutil -N -d "sql:$1" --empty-password >"$work/out" 2>&1 || bail "profile made" "$work/out"
	printf 'user_pref("browser.startup.page", 0);\n' >"$1/prefs.js"
	: >"$1/.parentlock"
}

fingerprints() {
	find "$HOME" -type f ! -path "$HOME/.cache/*" -exec sha256sum {} + -o \
		-type l -printf '%l  %p\n' | sort -k2
}

# unchanged NAME: all files of the home folder are as `remember` found them.
remember() { fingerprints >"$work/before"; }
unchanged() { check "$1" diff "$work/before" <(fingerprints); }

# The list is what the database's own tools say it is.
lists_us() { modutil -dbdir "sql:$1" -list 2>/dev/null | grep -Fq "library name: $auth"; }
lists_us_not() { ! lists_us "$1"; }

# A program in place of modutil.
instead() {
	printf '#!/bin/sh\n%s\n' "$1" >"$bin/modutil"
	chmod +x "$bin/modutil"
}
real=$(command -v modutil) || bail "NSS's modutil is installed"

ends "without any profile it says what to do" 1 "start it once" setup firefox --yes

profile "$firefox/one.default"
profile "$firefox/two.esr"
profile "$HOME/.config/mozilla/firefox/three"
profile "$work/elsewhere"
mkdir -p "$firefox/four.never"
cat >"$firefox/profiles.ini" <<END
[Profile1]
Name=never
IsRelative=1
Path=four.never

[Profile0]
Name=default
IsRelative=1
Path=one.default
Default=1

[Profile2]
Name=absolute
IsRelative=0
Path=$work/elsewhere

[General]
StartWithLastProfile=1
END
# As Firefox writes it for each installation; the ESR's profile is known from here alone.
printf '[4F96D1932A9F858E]\nDefault=two.esr\nLocked=1\n' >"$firefox/installs.ini"
printf '[Profile0]\nName=xdg\nIsRelative=1\nPath=three\n' >"$HOME/.config/mozilla/firefox/profiles.ini"
profiles="$firefox/one.default $firefox/two.esr $HOME/.config/mozilla/firefox/three $work/elsewhere"
for folder in $profiles; do cp "$folder/pkcs11.txt" "$folder.list"; done

remember
ends "it does not act without a yes" 2 "--yes" setup firefox
says "what would change is shown first" "$firefox/one.default/pkcs11.txt gets the module $auth\$"
unchanged "and then has changed nothing"
ends "the answer no is status 8" 8 "nothing was changed" answered no firefox
unchanged "and changes nothing"
ends "another word than yes is no" 8 "nothing was changed" answered y firefox
ends "a browser that we do not know" 2 "firefox, thunderbird, chromium, agent or reminders" setup lynx --yes
ends "the module with both keys is not for browsers" 2 "jpki-auth-pkcs11.so only" \
	"$build/src/tool/jpki-tool" --module "$module" setup firefox --yes
ends "a module that is not there" 1 "cannot read" \
	"$build/src/tool/jpki-tool" --module "$work/jpki-auth-pkcs11.so" setup firefox --yes
ends "without modutil it names the package" 1 "libnss3-tools" env PATH=/nonexistent \
	"$build/src/tool/jpki-tool" --module "$auth" setup firefox --yes

# In the middle: killed before modutil works, after it, with a broken modutil, with a wrong one.
PATH=$bin:$PATH
instead 'kill -KILL $PPID'
ends "killed before the change" 137 "" setup firefox --yes
check "the list is the old one" cmp "$firefox/one.default/pkcs11.txt" "$firefox/one.default.list"
instead "'$real' \"\$@\"; kill -KILL \$PPID"
ends "killed after modutil was done" 137 "" setup firefox --yes
check "the list is still the old one" cmp "$firefox/one.default/pkcs11.txt" "$firefox/one.default.list"
instead 'echo "ERROR: no such luck"; exit 22'
ends "a modutil that fails is quoted" 1 "no such luck" setup firefox --yes
check "nothing of it is left behind" test -z "$(find "$HOME" -name '.jpki-tool*')"
instead "'$real' \"\$@\"; echo 'name=intruder' >>\"\${3#sql:}/pkcs11.txt\""
ends "a modutil that changes more is not believed" 1 "something else" setup firefox --yes
instead "kill -TERM \$PPID; exec '$real' \"\$@\""
ends "ended by a signal it still leaves the list whole" 143 "" setup firefox --yes
check "and no files of its own" test -z "$(find "$HOME" -name '.jpki-tool*')"
rm "$bin/modutil"
setup --remove firefox --yes >/dev/null 2>&1
check "after all this every list reads as at first" \
	sh -c 'for f; do cmp "$f/pkcs11.txt" "$f.list" || exit 1; done' sh $profiles
unchanged "and so does everything else"

# While the browser runs.
: >"$work/holder"
perl -MFcntl=:DEFAULT,:seek -e '
	open my $file, "+<", $ARGV[0] or die;
	my $lock = pack("s s x4 q q l x4", F_WRLCK, SEEK_SET, 0, 0, 0);
	fcntl($file, F_SETLK, $lock) or die;
	$| = 1;
	print "locked\n";
	sleep 600' "$firefox/two.esr/.parentlock" >"$work/holder" 2>&1 &
holder=$!
if await 60 grep -q locked "$work/holder"; then
	ends "refuses while Firefox runs with one of the profiles" 1 "close it first" setup firefox --yes
	unchanged "and leaves the other profiles alone too"
else
	not_ok "lock of a running Firefox" "$work/holder"
fi
kill $holder
wait $holder 2>/dev/null
ln -s 127.0.1.1:+1 "$firefox/one.default/lock"
remember

ends "sets up all profiles of Firefox" 0 "done" setup firefox --yes
says "and names the one that was never used" 'never +never used, so it is left alone'
check "NSS itself finds the module in each" \
	sh -c 'for f; do "$0" -dbdir "sql:$f" -list 2>/dev/null | grep -Fq "'"$auth"'" || exit 1; done' "$real" $profiles
others() { grep -v ' .*/pkcs11\.txt$' "$1"; }
check "no other file is changed, made or removed" diff <(others "$work/before") <(others <(fingerprints))
before_ours() { head -c "$(stat -c %s "$1.list")" "$1/pkcs11.txt"; }
check "the list has the rest as it was" cmp <(before_ours "$firefox/one.default") "$firefox/one.default.list"
check "the list is readable to its owner only, as before" \
	test "$(stat -c %a "$firefox/one.default/pkcs11.txt")" = 600
check "automatic choice of certificates is not touched" \
	test "$(grep -rlF default_personal_cert "$HOME" | wc -l)" = 0
remember
ends "a second time it says that all is there" 0 "already" setup firefox --yes
unchanged "and changes nothing a second time"

if command -v firefox-esr >/dev/null; then
	HOME=$HOME MOZ_HEADLESS=1 timeout 300 firefox-esr --profile "$firefox/one.default" \
		--screenshot "$work/shot.png" about:blank >"$work/firefox.log" 2>&1
	check "Firefox runs with it" test -s "$work/shot.png"
	check "the module is still there after Firefox has run" lists_us "$firefox/one.default"
	cp "$firefox/one.default/pkcs11.txt" "$work/after-firefox"
else
	skip "the module is still there after Firefox has run" "there is no Firefox"
fi

ends "what setup put there, --remove takes away" 0 "done" setup --remove firefox --yes
for folder in $firefox/two.esr $HOME/.config/mozilla/firefox/three $work/elsewhere; do
	check "${folder##*/}: the list is what it was, to the byte" cmp "$folder/pkcs11.txt" "$folder.list"
done
check "NSS does not find the module any more" lists_us_not "$firefox/one.default"
ends "a second time there is nothing to remove" 0 "nothing there" setup --remove firefox --yes

# What somebody else put there.
modutil -force -dbdir "sql:$firefox/two.esr" -add "My own name" -libfile "$auth" >/dev/null 2>&1
cp "$firefox/two.esr/pkcs11.txt" "$work/by-hand"
ends "a module loaded by hand counts" 0 "already" setup firefox --yes
says "as already there" "two.esr +OK +the module is in it already: $auth"
ends "and --remove leaves it" 0 "not by" setup --remove firefox --yes
check "as it was" cmp "$firefox/two.esr/pkcs11.txt" "$work/by-hand"
cp "$firefox/two.esr.list" "$firefox/two.esr/pkcs11.txt"

proxy=$(pkg-config --variable=proxy_module p11-kit-1 2>/dev/null)
configured=$(pkg-config --variable=p11_module_configs p11-kit-1 2>/dev/null)
if [ -n "${JPKI_SHARED:-}" ]; then
	forbidden "through p11-kit's proxy it is there already" "this container allows no mounts"
elif [ -e "$proxy" ] && [ -d "$configured" ]; then
	modutil -force -dbdir "sql:$firefox/two.esr" -add p11-kit-proxy -libfile "$proxy" >/dev/null 2>&1
	mount -t tmpfs none "$configured" || bail "p11-kit's configuration replaced"
	setup firefox --yes >"$work/out" 2>&1
	check "p11-kit's proxy that does not know the module is no hindrance" lists_us "$firefox/two.esr"
	setup --remove firefox --yes >/dev/null 2>&1
	echo "module: $auth" >"$configured/jpki-auth.module"
	ends "through p11-kit's proxy it is there already" 0 "through p11-kit" setup firefox --yes
	check "and is not put there twice" lists_us_not "$firefox/two.esr"
	umount "$configured"
	setup --remove firefox --yes >/dev/null 2>&1
	cp "$firefox/two.esr.list" "$firefox/two.esr/pkcs11.txt"
else
	skip "through p11-kit's proxy it is there already" "there is no p11-kit-proxy.so"
fi

# A list that is a link stays one; an entry whose module has gone is replaced.
mv "$firefox/two.esr/pkcs11.txt" "$work/linked-list"
ln -s "$work/linked-list" "$firefox/two.esr/pkcs11.txt"
printf 'library=/gone/jpki-auth-pkcs11.so\nname=jpki-auth-pkcs11\n\n' >>"$work/linked-list"
ends "an entry for a module that has gone is replaced" 0 "done" setup firefox --yes
check "and appears once" test "$(grep -c '^name=jpki-auth-pkcs11$' "$work/linked-list")" = 1
check "a list that is a link stays a link" test -L "$firefox/two.esr/pkcs11.txt"
setup --remove firefox --yes >/dev/null 2>&1

if chown 65534 "$firefox/two.esr/pkcs11.txt" 2>/dev/null; then
	ends "another user's profile is refused" 1 "another user" setup firefox --yes
	chown 0 "$firefox/two.esr/pkcs11.txt"
	setup --remove firefox --yes >/dev/null 2>&1
else
	forbidden "another user's profile is refused" "there is one user only in here"
fi

# Sandboxes: told, not touched.
mkdir -p "$HOME/snap/firefox/common/.mozilla/firefox" "$HOME/.var/app/org.mozilla.firefox" "$HOME/snap/chromium"
cp -r "$firefox/one.default" "$HOME/snap/firefox/common/.mozilla/firefox/boxed"
sha256sum "$HOME/snap/firefox/common/.mozilla/firefox/boxed/pkcs11.txt" >"$work/boxed"
ends "a Snap cannot load the module" 0 "Firefox (Snap)" setup firefox --yes
says "nor can a Flatpak, but there is a way to the card" 'Firefox \(Flatpak\) +CAUTION +from inside a Flatpak it cannot load .*doc/clients/flatpak.md'
check "the Snap's profile is not touched" sha256sum --quiet -c "$work/boxed"

# Chromium.
ends "Chromium's list is made where there is none, and that is said" 0 "without a password" \
	setup chromium --yes
check "NSS finds the module in it" lists_us "$HOME/.pki/nssdb"
certutil -K -d "sql:$HOME/.pki/nssdb" -f /dev/null >"$work/keys" 2>&1
check "no password protects it" grep -q "no keys found" "$work/keys"
check "it is for its owner only" test "$(stat -c %a "$HOME/.pki/nssdb")" = 700
ends "it is there already the second time" 0 "already" setup chromium
ends "and goes again" 0 "done" setup --remove chromium --yes
check "the list is there, without the module" lists_us_not "$HOME/.pki/nssdb"
mkdir -p "$HOME/.config/chromium"
ln -s "$(hostname)-$$" "$HOME/.config/chromium/SingletonLock"
remember
ends "refuses while Chromium runs" 1 "close it first" setup chromium --yes
unchanged "and changes nothing"
ln -sfn "$(hostname)-999999999" "$HOME/.config/chromium/SingletonLock"
ends "a lock that a crash left is none" 0 "done" setup chromium --yes
rm -r "$HOME/.pki"
profile "$HOME/.local/share/pki/nssdb"
ends "newer ones keep their list elsewhere" 0 "done" setup chromium --yes
check "and get the module there" lists_us "$HOME/.local/share/pki/nssdb"
check "without a list at the old place, which would hide theirs" test ! -e "$HOME/.pki"

# Thunderbird: the module for signatures, and the authority of the card's certificate.
auth=$build/.libs/jpki-sign-pkcs11.so
mail=$HOME/.thunderbird
profile "$mail/one.default"
printf '[Profile0]\nName=default\nIsRelative=1\nPath=one.default\n' >"$mail/profiles.ini"
cp "$mail/one.default/pkcs11.txt" "$mail/one.default.list"
trusted() { certutil -L -d "sql:$1" 2>/dev/null | sed -nE 's/^(.*[^ ]) +([A-Za-z]*,[A-Za-z]*,[A-Za-z]*) *$/\1: \2/p'; }
remember
pcscd_start
ends "without a card the authority cannot be read" 4 "no card" setup thunderbird --yes
unchanged "and nothing is changed"
card_serve --card adult
"$sim" ca export "$work/jpki" >/dev/null
print=$(openssl x509 -in "$work/jpki/sign-ca.pem" -noout -fingerprint -sha256 | sed 's/.*=//; s/://g')
ends "the module for logging in is not for mail" 2 "jpki-sign-pkcs11.so only" \
	"$build/src/tool/jpki-tool" --module "$build/.libs/jpki-auth-pkcs11.so" setup thunderbird --yes
ends "Thunderbird: it does not act without a yes" 2 "--yes" setup thunderbird
says "the authority's fingerprint is shown first" "$print"
says "and that it is one for tests" "CAUTION +SIMULATED"
says "and what it is trusted for" "becomes trusted for mail, and for nothing else"
unchanged "and then has changed nothing"
ends "sets up Thunderbird" 0 "done" setup thunderbird --yes
check "NSS finds the module" lists_us "$mail/one.default"
check "NSS trusts the authority for mail alone" test "$(trusted "$mail/one.default")" = "JPKI sign CA (jpki-tool): ,C,"
same_authority() {
	diff <(certutil -L -d "sql:$mail/one.default" -n "JPKI sign CA (jpki-tool)" -a | tr -d '\r') <(openssl x509 -in "$work/jpki/sign-ca.pem")
}
check "and it is the card's" same_authority
check "no file of ours is left behind" test -z "$(find "$mail" -name '.jpki-tool*')"
check "no PIN was sent" test "$(card --json status | tr -d ' \n' | grep -c '"tries":3,"open":false},"sign":{"tries":5,"open":false}')" = 1
ends "a second time it says that all is there" 0 "trusted for mail already" setup thunderbird --yes
ends "and --remove takes both away" 0 "done" setup --remove thunderbird --yes
check "the list is what it was, to the byte" cmp "$mail/one.default/pkcs11.txt" "$mail/one.default.list"
check "NSS trusts no authority" test -z "$(trusted "$mail/one.default")"
ends "a second time there is nothing to remove" 0 "nothing there" setup --remove thunderbird --yes

# Trusted by hand, under another name: left so.
certutil -A -d "sql:$mail/one.default" -n "By hand" -t TC,C,T -i "$work/jpki/sign-ca.pem"
trusted "$mail/one.default" >"$work/by-hand"
ends "an authority that the user trusts already is left" 0 "already: By hand" setup thunderbird --yes
check "as the user trusts it" diff "$work/by-hand" <(trusted "$mail/one.default")
ends "and --remove leaves it" 0 "done" setup --remove thunderbird --yes
check "with all that it is trusted for" diff "$work/by-hand" <(trusted "$mail/one.default")
certutil -D -d "sql:$mail/one.default" -n "By hand"

# Known to Thunderbird from a mail that came, and not trusted.
certutil -A -d "sql:$mail/one.default" -n "From a mail" -t ,, -i "$work/jpki/sign-ca.pem"
ends "one that is known and not trusted becomes trusted" 0 "done" setup thunderbird --yes
check "for mail alone" test "$(trusted "$mail/one.default")" = "JPKI sign CA (jpki-tool): ,C,"
ends "and goes again" 0 "done" setup --remove thunderbird --yes
check "without a trace of trust" test -z "$(trusted "$mail/one.default")"

# A profile with a password of its own, and no terminal to ask for it.
mkdir "$mail/locked" && echo secret >"$work/password" && certutil -N -d "sql:$mail/locked" -f "$work/password"
printf 'user_pref("a", 0);\n' >"$mail/locked/prefs.js"
printf '[Profile0]\nName=locked\nIsRelative=1\nPath=locked\n' >"$mail/profiles.ini"
cp "$mail/locked/pkcs11.txt" "$work/locked.list"
ends "a profile with a password, and nobody to ask" 1 "certutil failed" setup thunderbird --yes
check "nothing becomes trusted" test -z "$(trusted "$mail/locked")"
check "and the module is not there either" cmp "$mail/locked/pkcs11.txt" "$work/locked.list"
finish
