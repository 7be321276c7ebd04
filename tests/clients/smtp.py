# SPDX-License-Identifier: BSD-2-Clause
"""A mail server that takes what it is sent: each mail as it came goes to FOLDER/N.eml.

Usage: smtp.py PORT FOLDER
"""
import os
import socketserver
import sys


class Handler(socketserver.StreamRequestHandler):
    def answer(self, line):
        self.wfile.write(line + b"\r\n")

    def handle(self):
        self.answer(b"220 mail.example ESMTP")
        while line := self.rfile.readline():
            command = line[:4].upper()
            if command == b"DATA":
                self.answer(b"354 go on")
                keep(self.lines())
            self.answer(b"221 bye" if command == b"QUIT" else b"250 fine")

    def lines(self):
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            yield line[1:] if line.startswith(b".") else line


def keep(lines):
    folder = sys.argv[2]
    path = os.path.join(folder, f"{len(os.listdir(folder)) + 1}.eml")
    with open(path + ".part", "wb") as file:
        file.writelines(lines)
    os.rename(path + ".part", path)


with socketserver.ThreadingTCPServer(("127.0.0.1", int(sys.argv[1])), Handler) as server:
    server.serve_forever()
