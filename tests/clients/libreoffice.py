# SPDX-License-Identifier: BSD-2-Clause
"""Chooses in a running LibreOffice what a user would choose from its menus.

Usage: libreoffice.py odf|pdf|pdf-tsa FILE

odf: File > Digital Signatures > Digital Signatures, which opens a window for the user, who makes FILE
when done.
pdf: File > Export As > PDF with a signature, written to FILE; the first certificate is taken.
pdf-tsa: the same with http://tsa.example/ as the time stamp authority.
Then LibreOffice is ended. The document is the one that LibreOffice was started with.
"""
import os
import sys
import time

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.lang import DisposedException

PIPE = "uno:pipe,name=jpki;urp;StarOffice.ComponentContext"
PATIENCE = 300  # seconds, on a machine as busy as it may be


def await_value(get):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        value = get()
        if value:
            return value
        time.sleep(0.1)
    sys.exit("LibreOffice did not do it in time")


def connect():
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", local)
    try:
        return resolver.resolve(PIPE)
    except NoConnectException:
        return None


def options(**values):
    return tuple(PropertyValue(name, 0, value, 0) for name, value in values.items())


def sign_odf(create, frame, path):
    create("com.sun.star.frame.DispatchHelper").executeDispatch(frame, ".uno:Signature", "", 0, ())
    await_value(lambda: os.path.exists(path))  # newer versions do not wait for the user


def sign_pdf(create, document, path, **more):
    security = create("com.sun.star.xml.crypto.SEInitializer").createSecurityContext("")
    certificate = security.getSecurityEnvironment().getPersonalCertificates()[0]
    signing = options(SignPDF=True, SignatureCertificate=certificate, **more)
    filter_data = uno.Any("[]com.sun.star.beans.PropertyValue", signing)
    document.storeToURL(uno.systemPathToFileUrl(path),
                        options(FilterName="writer_pdf_Export", FilterData=filter_data))


def main():
    kind, path = sys.argv[1:]
    context = await_value(connect)

    def create(service):
        return context.ServiceManager.createInstanceWithContext(service, context)

    desktop = create("com.sun.star.frame.Desktop")
    document = await_value(lambda: desktop.CurrentComponent)
    try:
        if kind == "odf":
            sign_odf(create, desktop.CurrentFrame, path)
        else:
            sign_pdf(create, document, path, **({"SignatureTSA": "http://tsa.example/"} if kind == "pdf-tsa" else {}))
    finally:
        document.setModified(False)
        try:
            await_value(desktop.terminate)  # not while a window is open
        except DisposedException:
            pass  # gone before it answered


main()
# Not by Python's own end: UNO's threads may still close the connection meanwhile, which crashes now and then.
os._exit(0)
