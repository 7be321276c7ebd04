/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/system/packages.h"

#include "tool/system/child.h"

static const struct {
	const char *manager;
	const char *commands[PACKAGES];
} systems[] = {
	{"apt-get",
	 {
		 [PACKAGE_PCSCD] = "sudo apt-get install pcscd",
		 [PACKAGE_CCID] = "sudo apt-get install libccid",
		 [PACKAGE_ACS] = "sudo apt-get install libacsccid1",
		 [PACKAGE_MODUTIL] = "sudo apt-get install libnss3-tools",
		 [PACKAGE_PINENTRY] = "sudo apt-get install pinentry-gnome3",
	 }},
	{"dnf",
	 {
		 [PACKAGE_PCSCD] = "sudo dnf install pcsc-lite",
		 [PACKAGE_CCID] = "sudo dnf install pcsc-lite-ccid",
		 [PACKAGE_ACS] = "sudo dnf install pcsc-lite-acsccid",
		 [PACKAGE_MODUTIL] = "sudo dnf install nss-tools",
		 [PACKAGE_PINENTRY] = "sudo dnf install pinentry-gnome3",
	 }},
	{"pacman",
	 {
		 [PACKAGE_PCSCD] = "sudo pacman -S pcsclite",
		 [PACKAGE_CCID] = "sudo pacman -S ccid",
		 [PACKAGE_ACS] = "sudo pacman -S acsccid",
		 [PACKAGE_MODUTIL] = "sudo pacman -S nss",
		 [PACKAGE_PINENTRY] = "sudo pacman -S pinentry",
	 }},
};

const char *
package_command(enum package package)
{
	for (size_t i = 0; i < sizeof systems / sizeof systems[0]; i++)
		if (child_exists(systems[i].manager))
			return systems[i].commands[package];
	return systems[0].commands[package];
}
