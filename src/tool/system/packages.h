/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_SYSTEM_PACKAGES_H
#define JPKI_TOOL_SYSTEM_PACKAGES_H

/* What may be missing, and is a package with a name of its own on each distribution. */
enum package {
	PACKAGE_PCSCD,	 /* the reader service */
	PACKAGE_CCID,	 /* its driver for most readers */
	PACKAGE_ACS,	 /* its driver for readers of ACS that the other does not know */
	PACKAGE_MODUTIL, /* NSS's command line tools */
	PACKAGE_PINENTRY,
	PACKAGES
};

/*
 * The command that installs it here ("sudo apt-get install pcscd"), by the package manager that
 * this system has; Debian's where there is none that we know.
 */
const char *package_command(enum package package);

#endif
