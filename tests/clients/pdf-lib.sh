# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# A PDF to be signed, and what OpenSSL says of it then; for tests/clients/*.sh, to be sourced after lib.sh.

# make_pdf FILE: one page with a line of text.
make_pdf() {
	local objects=() offsets=() object text='BT /F1 24 Tf 72 720 Td (A contract) Tj ET'
	objects=(
		'<< /Type /Catalog /Pages 2 0 R >>'
		'<< /Type /Pages /Kids [3 0 R] /Count 1 >>'
		'<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R
/Resources << /Font << /F1 5 0 R >> >> >>'
		"<< /Length ${#text} >>"$'\nstream\n'"$text"$'\nendstream'
		'<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>'
	)
	printf '%%PDF-1.7\n' >"$1"
	for object in "${!objects[@]}"; do
		offsets+=("$(stat -c %s "$1")")
		printf '%d 0 obj\n%s\nendobj\n' $((object + 1)) "${objects[object]}" >>"$1"
	done
	object=$(stat -c %s "$1")
	{
		printf 'xref\n0 %d\n0000000000 65535 f \n' $((${#objects[@]} + 1))
		printf '%010d 00000 n \n' "${offsets[@]}"
		printf 'trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n' \
			$((${#objects[@]} + 1)) "$object"
	} >>"$1"
}

# What the signature holds, taken out of the file without pdfsig: $work/cms, and what it is about:
# $work/covered. /Contents is the hexadecimal between the two ranges, filled up with zeros.
take_apart() {
	local range
	read -r -a range < <(grep -a -o '/ByteRange *\[[^]]*' "$1" | tail -n 1 | tr -dc '0-9 \n')
	{ head -c "${range[1]}" "$1"; tail -c "${range[3]}" "$1"; } >"$work/covered"
	[ $((range[2] + range[3])) = "$(stat -c %s "$1")" ] || { echo "not all is covered"; return 1; }
	tail -c +$((range[1] + 1)) "$1" | head -c $((range[2] - range[1])) | tr -dc '0-9A-Fa-f' |
		tr a-f A-F | basenc -d --base16 >"$work/cms"
}

verified_by_openssl() {
	take_apart "$1" &&
		openssl cms -verify -binary -inform DER -in "$work/cms" -content "$work/covered" \
			-CAfile "$work/jpki/sign-ca.pem" -signer "$work/signer.pem" -out /dev/null
}

# The document's certificate is the signing one, with the name in it.
signed_by_holder() {
	cmp "$work/signer.pem" <("$sim" certificate $card sign | openssl x509) &&
		openssl x509 -in "$work/signer.pem" -noout -ext subjectAltName | grep -q '1.2.392.200149.8.5.5.1'
}

changed_is_refused() {
	cp "$work/covered" "$work/changed" && sed -i 's/A contract/B contract/' "$work/changed" &&
		! openssl cms -verify -binary -inform DER -in "$work/cms" -content "$work/changed" \
			-CAfile "$work/jpki/sign-ca.pem" -out /dev/null
}
