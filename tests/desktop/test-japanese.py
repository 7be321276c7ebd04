# SPDX-License-Identifier: BSD-2-Clause
"""In Japanese, under the words of the holders' own software: the steps that towns tell people."""

from screen import Screen, finish, report

screen = Screen("ja_JP.UTF-8")
screen.shows("started, it shows 自分の証明書", "利用者証明用", "署名用", "残り3回（最大3回）", "残り5回（最大5回）")
report("... under that name", ("自分の証明書", True) in screen.tabs(), screen.tabs())

screen.press("有効性確認: 利用者証明用電子証明書")
screen.shows("有効性確認 asks for the PIN", "残り3回（最大3回）", "次へ")
screen.type("1111")
screen.shows("the shape is told in Japanese", "4文字入力済み")
screen.type("", "Return")
screen.shows("a wrong PIN is told", "暗証番号が違います。残り2回です")
screen.press("もう一度試す")
screen.shows("tried again, what is left is told", "残り2回（最大3回）", "次へ")
screen.type("1234")
screen.shows("typed", "4文字入力済み")
screen.type("", "Return")
screen.shows("有効性確認 says what is not known", "確認していません。失効の有無を照会できるのは")
screen.press("閉じる")

screen.press("証明書を表示: 署名用電子証明書")
screen.shows("the signing certificate asks for its password", "残り5回（最大5回）", "次へ")
screen.type("abc123")
screen.shows("typed in small letters", "6文字入力済み")
screen.type("", "Return")
screen.shows("name and address are shown", "氏名", "住所", "生年月日", "性別")
screen.shows("... for a minute", "この表示は1分後に自動的に消えます。")
said = screen.words().splitlines()
address = said[len(said) - said[::-1].index("住所")]  # what follows its label
report("... the address among them", address and address in screen.read_out(), said)
screen.gone("after a minute they are gone", address)
report("... and read out no more", address not in screen.read_out(), screen.read_out())

for keys, words in (
    ("ctrl+2", "暗証番号の変更"),
    ("ctrl+3", "署名と検証"),
    ("ctrl+4", "ヘルプ"),
    ("ctrl+1", "自分の証明書"),
):
    screen.type("", keys)
    good = screen.until(lambda w=words: (w, True) in screen.tabs())
    report("%s is there, and chosen by its key" % words, good, screen.tabs())
report("told to end, it ends well", screen.end() == 0)
finish()
