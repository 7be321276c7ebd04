/* SPDX-License-Identifier: BSD-2-Clause */
/* Readers on USB that pcscd cannot have: held by the kernel or a program, hidden, without a driver.
 */
#include <dirent.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool/doctor/parts.h"
#include "tool/system/file.h"
#include "tool/system/packages.h"
#include "tool/terminal/text.h"

#define DEVICES "/sys/bus/usb/devices"
#define CLASS_SMART_CARD 0x0b

struct usb_reader {
	char device[64];    /* its folder below DEVICES */
	char interface[64]; /* and that of what makes it a reader, "1-2:1.0" */
	char name[160];
	unsigned int vendor, product;
	char driver[32]; /* the kernel's, of its interface; empty if it has none */
};

/*
 * The kernel's NFC drivers, by what their tables of devices say (drivers/nfc/pn533/usb.c and
 * port100.c), and the modules to keep from being loaded.
 */
static const struct {
	const char *driver;
	const char *modules;
} kernel_drivers[] = {
	{"pn533_usb", "pn533_usb pn533 nfc"},	/* ACR122U, RC-S330 to RC-S370, SCL3711 */
	{"pn533", "pn533_usb pn533 nfc"},	/* its name before Linux 4.12 */
	{"port100", "port100 nfc_digital nfc"}, /* RC-S380 */
};

/* Readers that are not of the smart card class, so that their number has to tell. */
static const struct {
	unsigned int vendor, product;
	const char *name;
} others[] = {
	{0x054c, 0x06c1, "Sony RC-S380/S"},
	{0x054c, 0x06c3, "Sony RC-S380/P"},
	{0x054c, 0x02e1, "Sony RC-S330/360/370"},
};

static const char *
other_name(const struct usb_reader *reader)
{
	for (size_t i = 0; i < ROWS(others); i++)
		if (others[i].vendor == reader->vendor && others[i].product == reader->product)
			return others[i].name;
	return NULL;
}

static const char *
kernel_modules(const struct usb_reader *reader)
{
	for (size_t i = 0; i < ROWS(kernel_drivers); i++)
		if (strcmp(kernel_drivers[i].driver, reader->driver) == 0)
			return kernel_drivers[i].modules;
	return NULL;
}

/* ---- reading /sys ---- */

/* A line of an attribute; empty if there is none. */
static void
read_attribute(const char *folder, const char *name, char *value, size_t size)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof path, DEVICES "/%s/%s", folder, name);
	file_line(path, value, size);
}

static unsigned int
read_hex(const char *folder, const char *name)
{
	char value[16];

	read_attribute(folder, name, value, sizeof value);
	return (unsigned int)strtoul(value, NULL, 16);
}

static void
read_driver(const char *interface, char *driver, size_t size)
{
	char path[PATH_MAX], target[PATH_MAX];
	ssize_t len;

	(void)snprintf(path, sizeof path, DEVICES "/%s/driver", interface);
	len = readlink(path, target, sizeof target - 1);
	target[len > 0 ? len : 0] = '\0';
	(void)snprintf(driver, size, "%.*s", (int)size - 1, basename(target));
}

static void
read_names(struct usb_reader *reader)
{
	char maker[64], product[64];
	const char *other = other_name(reader);

	read_attribute(reader->device, "manufacturer", maker, sizeof maker);
	read_attribute(reader->device, "product", product, sizeof product);
	(void)snprintf(reader->name, sizeof reader->name, "%s%s%s (%04x:%04x)",
		       other ? other : maker, !other && *maker ? " " : "", other ? "" : product,
		       reader->vendor, reader->product);
}

/* Whether an interface ("1-2:1.0") is one of a reader; fills *reader. */
static bool
read_interface(const char *interface, struct usb_reader *reader)
{
	const size_t len = strcspn(interface, ":"), whole = strlen(interface);

	if (len == whole || whole >= sizeof reader->interface)
		return false;
	*reader = (struct usb_reader){0};
	memcpy(reader->interface, interface, whole);
	memcpy(reader->device, interface, len);
	reader->vendor = read_hex(reader->device, "idVendor");
	reader->product = read_hex(reader->device, "idProduct");
	read_driver(interface, reader->driver, sizeof reader->driver);
	if (read_hex(interface, "bInterfaceClass") != CLASS_SMART_CARD && !other_name(reader) &&
	    !kernel_modules(reader))
		return false;
	read_names(reader);
	return true;
}

/* ---- udev ---- */

#define UDEV "/run/udev/data/c"

#define RULE "PCSCLITE_IGNORE"

/* pcscd does from 2.3.2 on, unless it was built without udev; that its program has the word tells
 * both. */
static bool
heeds_rules(void)
{
	const char *program = doctor_pcscd();
	FILE *file = program ? fopen(program, "re") : NULL;
	char *text = NULL;
	size_t size = 0;
	bool found = !file;

	while (!found && getdelim(&text, &size, '\0', file) > 0)
		found = strstr(text, RULE) != NULL;
	free(text);
	if (file)
		(void)fclose(file);
	return found;
}

/* Whether a rule tells pcscd to leave the device alone, whatever the value. */
static bool
is_hidden(const struct usb_reader *reader)
{
	char number[32], path[sizeof UDEV + sizeof number], *text;
	bool hidden;

	read_attribute(reader->device, "dev", number, sizeof number);
	(void)snprintf(path, sizeof path, UDEV "%s", number);
	text = *number ? file_text(path) : NULL;
	hidden = text && strstr(text, "\nE:" RULE "=") && heeds_rules();
	free(text);
	return hidden;
}

/* ---- pcscd's drivers ---- */

#define PLISTS "/usr/{lib,lib64,local/lib}/pcsc/drivers/*/Contents/Info.plist"

struct drivers {
	bool any;   /* one for readers on USB is there */
	bool knows; /* one of them knows the reader */
};

/* The n-th text of the list behind a key of a property list; NULL behind its end. */
static const char *
item(const char *plist, const char *key, size_t n)
{
	const char *at = strstr(plist, key), *end = at ? strstr(at, "</array>") : NULL;

	for (size_t i = 0; at && end; i++) {
		at = strstr(at + 1, "<string>");
		if (!at || at > end)
			return NULL;
		if (i == n)
			return at + strlen("<string>");
	}
	return NULL;
}

/* Two lists side by side: makers and products. */
static void
read_plist(const char *plist, const struct usb_reader *reader, struct drivers *drivers)
{
	const char *vendor, *product;

	for (size_t i = 0; (vendor = item(plist, "<key>ifdVendorID<", i)) &&
			   (product = item(plist, "<key>ifdProductID<", i));
	     i++) {
		drivers->any = true;
		if (strtoul(vendor, NULL, 16) == reader->vendor &&
		    strtoul(product, NULL, 16) == reader->product)
			drivers->knows = true;
	}
}

static struct drivers
find_drivers(const struct usb_reader *reader)
{
	struct drivers drivers = {false, false};
	glob_t plists;

	if (glob(PLISTS, GLOB_BRACE, NULL, &plists) != 0)
		return drivers;
	for (size_t i = 0; i < plists.gl_pathc; i++) {
		char *plist = file_text(plists.gl_pathv[i]);

		if (plist)
			read_plist(plist, reader, &drivers);
		free(plist);
	}
	globfree(&plists);
	return drivers;
}

/* ---- what is wrong with one ---- */

static void
held_by_kernel(struct report *report, const struct usb_reader *reader, enum mark mark)
{
	report_add(report, mark, "held-by-kernel",
		   _("%s: the kernel's own NFC driver %s holds it, so pcscd cannot"), reader->name,
		   reader->driver);
	report_command(report,
		       "printf 'blacklist %%s\\n' %s | sudo tee /etc/modprobe.d/blacklist-nfc.conf "
		       "&& sudo modprobe -r %s && sudo systemctl restart pcscd",
		       kernel_modules(reader), reader->driver);
}

static void
without_driver(struct report *report, const struct usb_reader *reader, enum mark mark, bool any)
{
	const bool is_acs = reader->vendor == 0x072f; /* Advanced Card Systems */

	report_add(report, mark, other_name(reader) ? "unsupported" : "no-driver",
		   other_name(reader)
			   ? _("%s: pcscd has no driver for it, and Linux distributions have none; "
			       "use another reader, such as a Sony RC-S300")
		   : any ? _("%s: none of pcscd's drivers knows it; its maker may have one for "
			     "pcsc-lite")
			 : _("%s: pcscd has no driver for readers on USB"),
		   reader->name);
	if (!other_name(reader) && (!any || is_acs))
		report_command(report, "%s", package_command(any ? PACKAGE_ACS : PACKAGE_CCID));
}

static void
hidden_by_udev(struct report *report, const struct usb_reader *reader, enum mark mark)
{
	report_add(report, mark, "hidden-by-udev",
		   _("%s: a rule of udev hides it from pcscd (PCSCLITE_IGNORE); take it out of the "
		     "rules and plug the reader in again"),
		   reader->name);
	report_command(report, "grep -r " RULE " /etc/udev /usr/lib/udev /usr/local/lib/udev");
}

/* By a driver that is not made for readers, as an old rule or a wrong option can bring about. */
static void
held_by_driver(struct report *report, const struct usb_reader *reader)
{
	report_add(report, MARK_PROBLEM, "held-by-driver",
		   _("%s: the kernel's driver %s holds it, so pcscd cannot"), reader->name,
		   reader->driver);
	report_command(
		report,
		"echo %s | sudo tee /sys/bus/usb/drivers/%s/unbind && sudo systemctl restart pcscd",
		reader->interface, reader->driver);
}

/* usbfs is what programs have devices by; pcscd too, but it has no reader at all. */
static void
held_by_program(struct report *report, const struct usb_reader *reader)
{
	char bus[8], number[8];

	read_attribute(reader->device, "busnum", bus, sizeof bus);
	read_attribute(reader->device, "devnum", number, sizeof number);
	report_add(report, MARK_PROBLEM, "held-by-program",
		   _("%s: another program has it, so pcscd cannot: a virtual computer, perhaps"),
		   reader->name);
	report_command(report, "sudo fuser -v /dev/bus/usb/%03lu/%03lu", strtoul(bus, NULL, 10),
		       strtoul(number, NULL, 10));
}

/* It could have it, and has no reader at all. */
static void
not_taken(struct report *report, const struct usb_reader *reader)
{
	if (process_runs("scdaemon")) {
		report_add(report, MARK_PROBLEM, "held-by-gpg",
			   _("%s: gpg's scdaemon talks to it directly, so pcscd cannot"),
			   reader->name);
		/* By pcscd it would take each reader for itself instead. */
		report_command(report, "printf '%%s\\n' disable-ccid pcsc-shared "
				       ">>~/.gnupg/scdaemon.conf && gpgconf --kill scdaemon && "
				       "sudo systemctl restart pcscd");
	} else if (strcmp(reader->driver, "usbfs") == 0) {
		held_by_program(report, reader);
	} else if (reader->driver[0]) {
		held_by_driver(report, reader);
	} else {
		report_add(report, MARK_PROBLEM, "not-taken",
			   _("%s: pcscd has a driver for it, but has not taken it: plug it in "
			     "again, or restart pcscd"),
			   reader->name);
		report_command(report, "sudo systemctl restart pcscd");
	}
}

static void
judge(struct report *report, const struct usb_reader *reader, size_t readers)
{
	enum mark mark = readers > 0 ? MARK_CAUTION : MARK_PROBLEM;
	struct drivers drivers = find_drivers(reader);
	bool held = kernel_modules(reader) != NULL;

	report_on(report, AREA_READER, reader->name);
	if (held)
		held_by_kernel(report, reader, mark);
	if (is_hidden(reader))
		hidden_by_udev(report, reader, mark);
	else if (!drivers.knows)
		without_driver(report, reader, mark, drivers.any);
	else if (!held && readers == 0)
		not_taken(report, reader);
}

void
doctor_usb(struct report *report, size_t readers)
{
	DIR *devices = opendir(DEVICES);
	struct dirent *entry;
	struct usb_reader reader;
	char last[sizeof reader.device] = "";
	size_t found = 0;

	while (devices && (entry = readdir(devices))) {
		if (!read_interface(entry->d_name, &reader) || strcmp(reader.device, last) == 0)
			continue;
		memcpy(last, reader.device, sizeof last);
		judge(report, &reader, readers);
		found++;
	}
	if (devices)
		(void)closedir(devices);
	report_on(report, AREA_READER, "");
	if (readers == 0 && found == 0)
		report_add(report, MARK_PROBLEM, "no-reader", "%s",
			   _("no card reader is plugged in"));
}
