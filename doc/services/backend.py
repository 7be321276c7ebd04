#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Usage: backend.py SOCKET

What the application behind nginx or Apache sees of the card, as JSON. The web server has checked the
certificate; the application only reads what it says. Whoever can reach it directly can claim to be
anybody, so it listens on a Unix socket that only its user and group may use. The group is that of the
folder, if that is made so: install -d -g www-data -m 2750 /run/shop
"""
import json
import os
import re
import socket
import socketserver
import subprocess
import sys
from urllib.parse import unquote
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer


def read_certificate(pem):
    """What the application may want to know. Which authority it was, by its key: all generations have
    one name."""
    text = subprocess.run(["openssl", "x509", "-noout", "-serial", "-subject", "-nameopt", "RFC2253",
                           "-ext", "authorityKeyIdentifier"], input=pem, capture_output=True, text=True,
                          check=True).stdout
    return {"serial": re.search(r"^serial=(.*)", text, re.M)[1],
            "subject": re.search(r"^subject=(.*)", text, re.M)[1],
            "issuer_key": re.search(r"(?:[0-9A-F]{2}:){19}[0-9A-F]{2}", text)[0].replace(":", "")}


def application(environ, start_response):
    answer = {"verified": environ.get("HTTP_CARD_STATUS") == "SUCCESS"}
    if answer["verified"]:
        pem = unquote(environ["HTTP_CARD_CERTIFICATE"])
        answer.update(read_certificate(pem), certificate=pem)
    start_response("200 OK", [("Content-Type", "application/json"), ("Cache-Control", "no-store")])
    return [json.dumps(answer, ensure_ascii=False).encode() + b"\n"]


class Handler(WSGIRequestHandler):
    def log_message(self, *_):  # serial numbers do not belong into logs
        pass


class Server(WSGIServer):
    address_family = socket.AF_UNIX

    def server_bind(self):
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "localhost", 0
        self.setup_environ()

    def get_request(self):
        return self.socket.accept()[0], ("", 0)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__.splitlines()[0])
    if os.path.exists(sys.argv[1]):
        os.unlink(sys.argv[1])
    os.umask(0o007)
    server = Server(sys.argv[1], Handler)
    server.set_app(application)
    server.serve_forever()
