#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Usage: verify-signature.py --ca FILE (--crl FILE | --no-crl) [--output FILE]
           SIGNATURE [CONTENT]

Checks a CMS signature (DER) made with the digital signature key of a My Number card, as a service
would that received it, and prints as JSON who signed. CONTENT is the file that was signed, where the
signature does not hold it.

  --ca FILE      certificates of all generations of the authority for signing certificates (PEM)
  --crl FILE     revocation lists of all generations (PEM)
  --no-crl       leave revocation unchecked
  --output FILE  write what was signed to FILE, if the signature is good

Status 0: good. 1: not good, "reason" says why. 2: wrong usage. 3: could not be checked here, because
of a file of ours and not of the signature.
"""
import argparse
import datetime
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

LARGEST = 50_000_000  # bytes of a signature or content that are read

ATTRIBUTES = {  # otherName in the subjectAltName; all are UTF8String
    "1.2.392.200149.8.5.5.1": "name",
    "1.2.392.200149.8.5.5.2": "name_substituted",  # 1 where a character stands for a rarer one
    "1.2.392.200149.8.5.5.3": "sex",
    "1.2.392.200149.8.5.5.4": "birth_date",
    "1.2.392.200149.8.5.5.5": "address",
    "1.2.392.200149.8.5.5.6": "address_substituted",
}
SEXES = {"1": "male", "2": "female"}

# What OpenSSL says, and what we make of it.
REASONS = (
    ("certificate revoked", "revoked"),
    ("certificate has expired", "expired"),
    ("certificate is not yet valid", "expired"),
    ("unable to get local issuer certificate", "other authority"),
    ("unable to verify the first certificate", "other authority"),
    ("self-signed certificate", "other authority"),
    ("self signed certificate", "other authority"),
    ("certificate signature failure", "other authority"),
    ("unsuitable certificate purpose", "not a signing certificate"),
    ("verification failure", "changed"),  # of the content's digest or of the signature over it
    ("bad signature", "changed"),
    ("no content", "what was signed is missing"),
    ("content verify error", "changed"),
)
OUR_TROUBLE = ("unable to get certificate CRL", "CRL has expired", "CRL is not yet valid",
               "CRL signature failure", "different CRL scope")


class Refused(Exception):
    """The signature is not good."""


class Trouble(Exception):
    """It could not be checked."""


# ---- the little of DER that is needed, of a certificate that has been verified ----

def elements(data):
    """The elements one after another, as (tag, content)."""
    at = 0
    while at < len(data):
        tag, length, at = data[at], data[at + 1], at + 2
        if length & 0x80:
            size = length & 0x7F
            length, at = int.from_bytes(data[at:at + size], "big"), at + size
        if at + length > len(data):
            raise Refused("not a signing certificate")
        yield tag, data[at:at + length]
        at += length


def oid_text(data):
    arcs, value = [], 0
    for byte in data:
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, [first, arcs[0] - 40 * first] + arcs[1:]))


def extensions(certificate):
    """OID to content."""
    (_, outer), = elements(certificate)
    (_, tbs), *_ = elements(outer)
    found = {}
    for tag, wrapped in elements(tbs):
        if tag == 0xA3:
            (_, sequence), = elements(wrapped)
            for _, extension in elements(sequence):
                parts = [content for _, content in elements(extension)]
                found[oid_text(parts[0])] = parts[-1]
    return found


def personal(subject_alt_name):
    """The attributes of the holder. Each may come once."""
    found = dict.fromkeys(ATTRIBUTES.values())
    (_, names), = elements(subject_alt_name)
    for tag, name in elements(names):
        if tag != 0xA0:  # otherName
            continue
        (_, oid), (_, value) = elements(name)
        key = ATTRIBUTES.get(oid_text(oid))
        if key is None:
            continue
        (kind, text), = elements(value)
        if kind != 0x0C or found[key] is not None:
            raise Refused("not a signing certificate")
        found[key] = text.decode("utf-8")
    return found


def readable(found):
    """9 characters: the era, and the year AD, month and day. Not all are dates: a day may be unknown."""
    raw = found["birth_date"] or ""
    try:
        found["birth_date"] = datetime.date(int(raw[1:5]), int(raw[5:7]), int(raw[7:9])).isoformat()
    except ValueError:
        found["birth_date"] = raw or None
    if found["sex"] is not None:
        found["sex"] = SEXES.get(found["sex"], "other")
    return found


# ---- the signature ----

def openssl(*arguments):
    """Its standard output. None of what it reads can name a file or an option: names are ours."""
    done = subprocess.run(("openssl",) + arguments, stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=60, env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C",
                                           "OPENSSL_CONF": "/dev/null"})
    if done.returncode == 0:
        return done.stdout
    words = done.stderr.decode("utf-8", "replace")
    for text in OUR_TROUBLE:
        if text in words:
            raise Trouble(text)
    for text, reason in REASONS:
        if text in words:
            raise Refused(reason)
    raise Refused("not a signature")


def read(path):
    """A file of the sender's."""
    with open(path, "rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise Refused("too large")
    return data


def our_file(path, kind):
    with open(path, "rb") as file:
        data = file.read()
    if b"-BEGIN " + kind + b"-" not in data:
        raise Trouble(f"{path} has no {kind.decode()}")
    return data


def key_usage(found):
    """True if the certificate is for signing documents: nonRepudiation. The log-in certificate has
    not got it."""
    (_, bits), = elements(found.get("2.5.29.15", b"\3\2\0\0"))
    return len(bits) > 1 and bool(bits[1] & 0x40)


def key_identifier(found):
    """Of the issuer's key: its name is the same in all generations."""
    (_, sequence), = elements(found["2.5.29.35"])
    return dict(elements(sequence))[0x80].hex().upper()


def verify(options, folder):
    def put(name, *parts):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(b"\n".join(parts))
        return file.name

    # OpenSSL takes revocation lists from the file with the authorities.
    ours = [our_file(options.ca, b"CERTIFICATE")]
    if options.crl:
        ours.append(our_file(options.crl, b"X509 CRL"))
    trust, signer = put("trust", *ours), os.path.join(folder, "signer")
    arguments = ["cms", "-verify", "-binary", "-inform", "DER", "-in", put("signature", read(options.signature)),
                 "-CAfile", trust, "-no-CApath", "-no-CAstore",
                 "-signer", signer, "-out", os.path.join(folder, "signed")]
    if options.content:
        arguments += ["-content", put("content", read(options.content))]
    openssl(*arguments)

    with open(signer, encoding="ascii") as file:
        if len(re.findall("-BEGIN CERTIFICATE-", file.read())) != 1:
            raise Refused("more than one signature")
    # Revocation is looked at on its own, because "cms" would rather take an old list that the signer
    # has put into the signature than ours.
    if options.crl:
        openssl("verify", "-CAfile", trust, "-no-CApath", "-no-CAstore", "-crl_check", signer)
    certificate = openssl("x509", "-in", signer, "-outform", "DER")
    found = extensions(certificate)
    if not key_usage(found) or "2.5.29.17" not in found:
        raise Refused("not a signing certificate")
    serial = openssl("x509", "-in", signer, "-noout", "-serial").decode()
    if options.output:
        shutil.copyfile(os.path.join(folder, "signed"), options.output)
    return {"valid": True, **readable(personal(found["2.5.29.17"])),
            "certificate_serial": serial.strip().removeprefix("serial="),
            "issuer_key": key_identifier(found),
            "revocation": "not revoked" if options.crl else "not checked"}


def main():
    parser = argparse.ArgumentParser(usage=__doc__.removeprefix("Usage: "))
    parser.add_argument("--ca", required=True)
    revocation = parser.add_mutually_exclusive_group(required=True)
    revocation.add_argument("--crl")
    revocation.add_argument("--no-crl", action="store_true")
    parser.add_argument("--output")
    parser.add_argument("signature")
    parser.add_argument("content", nargs="?")
    options = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory() as folder:
            answer, status = verify(options, folder), 0
    except Refused as refused:
        answer, status = {"valid": False, "reason": str(refused)}, 1
    except (ValueError, IndexError, KeyError):  # a certificate with other contents than expected
        answer, status = {"valid": False, "reason": "not a signing certificate"}, 1
    except (Trouble, OSError, subprocess.TimeoutExpired) as trouble:
        answer, status = {"valid": None, "reason": str(trouble)}, 3
    print(json.dumps(answer, ensure_ascii=False, indent=2))
    return status


if __name__ == "__main__":
    sys.exit(main())
