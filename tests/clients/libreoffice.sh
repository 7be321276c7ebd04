#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The recipes of doc/clients/libreoffice.md, on a screen of its own. The menu entries are chosen over
# LibreOffice's own interface (libreoffice.py); what asks back is answered with the keyboard.
set -u
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/screen-lib.sh"
. "$(dirname "$0")/tsa-lib.sh"
client_enter libreoffice "$@"
for command in soffice Xvfb openbox xdotool xmlsec1 pdfsig; do needs $command; done
python=/usr/bin/python3 # the one that Debian's python3-uno is for
"$python" -c 'import uno' 2>/dev/null || skip_page "python3-uno is not installed"
[ -e /usr/lib/libreoffice/program/libvclplug_genlo.so ] ||
	skip_page "LibreOffice without windows (libreoffice-core-nogui) is installed"
program LibreOffice "$(soffice --version | sed -n 's/^LibreOffice \([0-9.]*\).*/\1/p')"

await_front() { await_seen in_front "$1" || { echo "no window $1"; return 1; }; }

type_password() {
	await_front "(Enter Password|Password Protection)" && xdotool type --delay 30 "$1" && xdotool key Return
}
# A refused password is told, and asked for again.
type_refused() { type_password "$1" && await_front "Warning" && xdotool key Return; }

# What a person does, for each kind of document.
person_pdf() { type_password $pin_sign; }
person_odf() {
	await_front "Digital Signatures" && xdotool key alt+s && # Sign Document...
		type_password $pin_sign &&
		await_front "Select (X\.509 )?Certificate" && xdotool key Down && xdotool key Return &&
		await_front "Digital Signatures" && xdotool key alt+c && # Close
		if dpkg --compare-versions "$version" ge 25; then
			# "Do you want to remember that signature for each save?": No
			await_front "Confirmation" && xdotool key Return
		fi && touch "$work/done"
}
person_mistaken() {
	type_refused WR0NG9 && tries_left 3 4 && echo "one try was lost" &&
		type_refused $pin_auth && tries_left 3 4 && echo "no more was lost" && type_password $pin_sign
}

# ended person|menu: it has done its part; where not, it says why.
ended() { wait "${!1}" || { echo "ended with $?"; cat "$work/$1.log"; return 1; }; }

# attended KIND RESULT PERSON COMMAND...: with the menu's choices and a person at the keyboard.
attended() {
	local kind=$1 result=$2 person=$3 menu
	shift 3
	"$python" "$top/tests/clients/libreoffice.py" "$kind" "$result" >"$work/menu.log" 2>&1 &
	menu=$!
	"$person" >"$work/person.log" 2>&1 &
	person=$!
	"$@"
	check "all questions came as expected" ended person
	check "and the menu's choice was carried out" ended menu
}

export SAL_USE_VCLPLUGIN=gen
screen_start 1024x768
# The recipe's "soffice", with a door for the choices from its menu.
printf '#!/bin/sh\nexec %s --norestore --nologo --nofirststartwizard "--accept=pipe,name=jpki;urp" "$@"\n' \
	"$(command -v soffice)" >"$work/bin/soffice"
echo "A contract" >"$play/contract.txt"
(cd "$play" && /usr/bin/soffice --headless --convert-to odt contract.txt) >"$work/convert.log" 2>&1
[ -s "$play/contract.odt" ] || bail "a document to sign" "$work/convert.log"
chmod +x "$work/bin/soffice"

recipe setup "tells NSS about the card"
opensc 's/\.jpki-pdf/.opensc-pdf/'

attended odf "$work/done" person_odf recipe open "signs a document (ODF)"
# An ODF signature is an XML signature over the files in the package.
odf_verified() {
	rm -rf "$work/odf" && mkdir "$work/odf" && cd "$work/odf" && "$python" -m zipfile -e "$play/contract.odt" . &&
		xmlsec1 --verify --trusted-pem "$work/jpki/sign-ca.pem" --id-attr:Id Object \
			--id-attr:Id SignatureProperty --id-attr:Id SignedProperties \
			META-INF/documentsignatures.xml
}
check "xmlsec1 verifies the document" odf_verified
changed_refused() {
	cd "$work/odf" && sed -i 's/A contract/B contract/' content.xml &&
		! xmlsec1 --verify --trusted-pem "$work/jpki/sign-ca.pem" --id-attr:Id Object \
			--id-attr:Id SignatureProperty --id-attr:Id SignedProperties \
			META-INF/documentsignatures.xml
}
check "but not with another text in it" changed_refused

# What a user gets wrong.
recipe_text open >"$work/recipe.sh"
attended pdf "$play/contract.pdf" person_mistaken check "a wrong password is told, and asked for again" \
	run_block "$work/recipe.sh" "$work/again"
check "then all tries are back, and the card is logged out" left_clean

rm -f "$play/contract.pdf" # of the person who was mistaken at first
attended pdf "$play/contract.pdf" person_pdf recipe open "exports a signed PDF"
certutil -d "sql:$HOME/.jpki-pdf" -A -n ca -t ,C, -i "$work/jpki/sign-ca.pem"
pdf_verified() {
	pdfsig -nssdir "sql:$HOME/.jpki-pdf" "$play/contract.pdf" >"$work/pdfsig"
	cat "$work/pdfsig"
	grep -q 'Signature Validation: Signature is Valid' "$work/pdfsig" &&
		grep -q 'Certificate Validation: Certificate is Trusted' "$work/pdfsig"
}
check "pdfsig verifies the PDF" pdf_verified
sub_filter() { grep -ao '/SubFilter */[A-Za-z0-9.]*' "$play/contract.pdf"; }
check "the format is the one of the table in pdf.md" grep -q '/adbe.pkcs7.detached$' <(sub_filter)
pdf_timestamp() {
	rm -f "$play"/*.sig0
	(cd "$play" && pdfsig -nocert -dump contract.pdf >/dev/null) && timestamp_verified "$play/contract.pdf.sig0"
}
refuses "there is no time stamp in it" "no time stamp" pdf_timestamp

tsa_start || bail "a time stamp server" "$work/tsa.log"
rm -f "$play/contract.pdf"
attended pdf-tsa "$play/contract.pdf" person_pdf recipe open "exports a signed PDF with a time stamp"
check "pdfsig verifies it too" pdf_verified
check "in the same format" grep -q '/adbe.pkcs7.detached$' <(sub_filter)
if dpkg --compare-versions "$version" ge 24; then
	check "OpenSSL verifies the time stamp, over that signature" pdf_timestamp
else
	refuses "as the page warns, the time stamp is over something else" "message imprint mismatch" pdf_timestamp
fi

tsa_stop
rm -f "$play/contract.pdf"
person_told() {
	type_password $pin_sign && await_front "Problems During PDF Export" && xdotool key Return
}
person_told >"$work/person.log" 2>&1 &
person=$!
"$python" "$top/tests/clients/libreoffice.py" pdf-tsa "$play/contract.pdf" >"$work/menu.log" 2>&1 &
run_block "$work/recipe.sh" "$work/again"
check "without the time stamp server it tells of problems" ended person
check "and exports nothing" test ! -e "$play/contract.pdf"
check "and no try is lost in all of this" left_clean
client_finish
