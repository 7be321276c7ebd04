# SPDX-License-Identifier: BSD-2-Clause
"""A certificate that is shown, in both languages: checked and saved from there, with the keyboard alone."""

import os

from screen import BUTTONS, Screen, finish, name_of, report, role_of

WORDS = {
    "C.UTF-8": {
        "auth": "Show the certificate: user authentication certificate",
        "sign": "Show the certificate: digital signature certificate",
        "pin": "4-digit PIN for user authentication",
        "password": "password for digital signature (6 to 16 characters)",
        "go": "Continue",
        "fingerprint": "SHA-256 fingerprint",
        "check": "Check validity",
        "save": "Save a copy",
        "close": "Close",
        "key": "the card has the key of this certificate",
        "revoked": "NOT CHECKED: by law",
        "holds": "name, address, birth date and sex of the holder: everybody who receives it can read them",
        "copy": "The copy is in %s.",
    },
    "ja_JP.UTF-8": {
        "auth": "証明書を表示: 利用者証明用電子証明書",
        "sign": "証明書を表示: 署名用電子証明書",
        "pin": "利用者証明用電子証明書の暗証番号（数字4桁）",
        "password": "署名用電子証明書の暗証番号（英数字6〜16桁）",
        "go": "次へ",
        "fingerprint": "フィンガープリント（SHA-256）",
        "check": "有効性確認",
        "save": "ファイル出力",
        "close": "閉じる",
        "key": "カードにこの証明書の鍵が入っています",
        "revoked": "確認していません。",
        "holds": "氏名・住所・生年月日・性別が記録されています。受け取った人は誰でもそれを読めます",
        "copy": "証明書を %s に保存しました。",
    },
}


def answer(screen, words, question, typed):
    screen.until(lambda: words["go"] in screen.dialog())
    report("\"%s\" is asked for" % question, question in screen.dialog(), screen.words())
    screen.type(typed)
    screen.type("", "Return")


def reach(screen, name):
    """With the keyboard alone."""
    for _ in range(60):  # more than any has
        node = screen.press_key("Tab")
        if node and name_of(node) == name:
            return True
    return False


def in_language(language):
    words = WORDS[language]
    screen = Screen(language)
    copy = "%s/certificate-%s.pem" % (os.environ["HOME"], language)
    screen.follow()
    screen.press(words["auth"])
    screen.shows("the certificate is shown (%s)" % language, words["fingerprint"])
    names = [name_of(node) for node in screen.nodes() if role_of(node) in BUTTONS]
    report("... with what can be done with it", {words["check"], words["save"], words["close"]} <= set(names), names)
    report("... which the keyboard reaches", reach(screen, words["check"]), screen.words())
    screen.type("", "space")
    answer(screen, words, words["pin"], "1234")
    screen.shows("it is checked", words["key"], words["revoked"])
    screen.type("", "Escape")
    screen.rests()
    screen.press(words["sign"])
    answer(screen, words, words["password"], "ABC123")
    screen.shows("the other one is shown", words["fingerprint"])
    report("... the other button is reached too", reach(screen, words["save"]), screen.words())
    screen.type("", "space")
    screen.choose(copy, "certificate.pem", None)
    answer(screen, words, words["password"], "ABC123")
    screen.shows("what the copy tells whoever gets it is said", words["holds"], words["copy"] % copy)
    report("... and it is there", os.path.exists(copy))
    screen.type("", "Escape")
    screen.rests()
    report("told to end, it ends well (%s)" % language, screen.end() == 0)


for one in WORDS:
    in_language(one)
finish()
