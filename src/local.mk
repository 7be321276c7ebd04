# The modules: each folder is a convenience library, listed from the top of the house down.
pkcs11dir = $(libdir)/pkcs11
