#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Every message of jpki-tool is there in Japanese, and none that it no longer says.
. "$(dirname "$0")/promise.sh"
cd "$top" || exit 99
xgettext --from-code=UTF-8 --keyword=_ --keyword=N_ --keyword=P_:1,2 -o "$work/tool.pot" \
	$(find src/agent src/tool src/desktop -name "*.c") || exit 99
known() { msgcomm --unique --omit-header po/ja.po "$work/tool.pot" >"$work/unknown" && ! grep . "$work/unknown"; }
check "every message is translated" msgcmp --use-untranslated po/ja.po "$work/tool.pot"
check "no translation is empty or fuzzy" msgcmp po/ja.po "$work/tool.pot"
check "no translation is left over" known
check "the formats of translations fit" msgfmt --check-format -o /dev/null po/ja.po
exit $failed
