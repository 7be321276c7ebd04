# SPDX-License-Identifier: BSD-2-Clause
"""What the window says in a language. Tests have it in English, as it stands in po/ja.po: the catalogue that was built
from that has the rest. And what no screen may have in Japanese."""

import functools
import gettext
import os
import re

LANGUAGES = os.environ.get("JPKI_DESKTOP_LANGUAGES", "C.UTF-8 ja_JP.UTF-8").split()
BUILT = os.environ["JPKI_BUILD"] + "/src/tool/locale/ja/LC_MESSAGES/jpki-tool.mo"
DIRECTIVE = re.compile(r"%(?:([0-9]+)\$)?(?:l{0,2}|z)[dsu]")
COMMAND = re.compile(r'["「]?(?:jpki-tool |systemctl |--)[-a-z ]*[a-z]["」]?')  # the window has other words for it


class Missing(gettext.NullTranslations):
    def gettext(self, message):
        return ""

    def ngettext(self, one, many, count):
        return ""


@functools.cache
def catalogue():
    with open(BUILT, "rb") as file:
        translations = gettext.GNUTranslations(file)
    translations.add_fallback(Missing())
    return translations


def filled(text, values):
    """A format of C's, with these."""
    rest = iter(values)
    return DIRECTIVE.sub(lambda found: str(values[int(found[1]) - 1] if found[1] else next(rest)), text)


class Words:
    def __init__(self, language):
        self.is_english = language == "C.UTF-8"
        self.missing = []  # what has no translation, whatever the language

    def form(self, one, many="", count=1):
        """The one for that number, in this language."""
        english = one if count == 1 else many
        translated = catalogue().ngettext(one, many, count) if many else catalogue().gettext(one)
        if translated in ("", english):
            self.missing.append(english)
        return english if self.is_english else translated

    def __call__(self, message, *values):
        return filled(self.form(message), values)

    def many(self, one, many, count):
        return filled(self.form(one, many, count), (count,))

    def around(self, *form, values=()):
        """What stands before, between and after what is not known: values, and the tool's commands."""
        text = self.form(*form, *[2] * len(form[1:]))
        text = COMMAND.sub("\0", filled(text, values) if values else DIRECTIVE.sub("\0", text))
        return [part for part in map(str.strip, text.split("\0")) if part]

    def quoted(self, message):
        return ('"%s"' if self.is_english else "「%s」") % self(message)

    def button(self, label, about):
        """As a screen reader has it, of several with one label."""
        return "%s: %s" % (self(label), self(about))


# ---- what no screen may have in Japanese ----

# What is no word: commands to copy, paths, what stands in certificates and on cards; and what is called so everywhere.
NAMES = re.compile(
    r"^(?:コピー: )?(?:sudo|jpki-tool|systemctl) .*"
    r"|\S*/\S*|\b[A-Z]{1,2}=[^,]*|\b[0-9A-F]{8,}\b|JPKI Card Simulator [0-9]+ [0-9]+|FILE\.p7m|SHA-?256"
    r"|(?<![A-Za-z])(?:jpki-[a-z.-]+|pcscd|p11-kit|GnuTLS|OpenSC|Firefox|Chromium|Android|iPhone|TLS|RSA(?:-PSS)?|J-LIS|JPKI)"
    r"(?![A-Za-z])"
)
LATIN = re.compile(r"[A-Za-z]{2,}")
WIDE = r"[\u2010-\u2027\u2030-\u205e\u3001-\u9fff\uf900-\ufaff\uff01-\uffee]"  # not U+3000: names have that blank
STRAY = re.compile("(?<=%s) +(?=[(]|%s)|[、。（）「」] | [、。（）」]" % (WIDE, WIDE))


def english_in(texts):
    return [text for text in texts if LATIN.search(NAMES.sub("", text))]


def stray_blanks_in(texts):
    """Between two such characters, or beside a mark. The catalogue has none there: something was put together."""
    return [text for text in texts if STRAY.search(text)]
