/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/base/reading.h"

#include <stdio.h>
#include <string.h>

/* The applications of the card, as far as they have names (card facts 1.1). */
static const struct {
	const char *name;
	uint8_t length;
	uint8_t aid[10];
} applications[] = {
	{"ISD", 7, {0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00}},
	{"JPKI", 10, {0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01}},
	{"text application", 10, {0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08}},
	{"visual application", 10, {0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x02}},
	{"juki application", 10, {0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x01}},
	{"common application", 10, {0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x01, 0x00}},
};
#define APPLICATIONS (sizeof applications / sizeof applications[0])
#define APPLICATION_JPKI 1
#define APPLICATION_UNKNOWN 0xFF

/* The files of the JPKI application (card facts 2.1); `free` ones may be shown when read. */
static const struct file {
	uint16_t id;
	bool free;
	const char *name;
} files[] = {
	{0x0001, false, "sign certificate"},
	{0x0002, true, "sign CA certificate"},
	{0x0006, true, "token information"},
	{0x0008, true, "certificates present"},
	{0x0009, false, "EF 0009"},
	{0x000A, false, "auth certificate"}, /* behind the PIN on a phone */
	{0x000B, true, "auth CA certificate"},
	{0x0017, false, "auth key"},
	{0x0018, false, "auth PIN"},
	{0x001A, false, "sign key"},
	{0x001B, false, "sign PIN"},
};
#define FILES (sizeof files / sizeof files[0])

struct apdu
apdu_read(const uint8_t *command, size_t length)
{
	struct apdu apdu = {.length = length, .le = -1};

	if (length < 4)
		return apdu;
	apdu.cla = command[0];
	apdu.ins = command[1];
	apdu.p1 = command[2];
	apdu.p2 = command[3];
	if (length == 5) {
		apdu.le = command[4] == 0 ? 256 : command[4];
	} else if (length > 5 && command[4] != 0) {
		apdu.data = command + 5;
		apdu.data_length = command[4] < length - 5 ? command[4] : length - 5;
		if (length > 5 + apdu.data_length)
			apdu.le = command[length - 1] == 0 ? 256 : command[length - 1];
	} else if (length > 7) {
		size_t lc = (size_t)command[5] << 8 | command[6];

		apdu.data = command + 7;
		apdu.data_length = lc < length - 7 ? lc : length - 7;
	}
	return apdu;
}

/* The row of a file; NULL for one without a name. */
static const struct file *
find_file(uint16_t id)
{
	for (size_t i = 0; i < FILES; i++)
		if (files[i].id == id)
			return &files[i];
	return NULL;
}

static const char *
file_name(uint16_t id, char buffer[16])
{
	const struct file *file = find_file(id);

	snprintf(buffer, 16, "EF %04X", (unsigned int)id);
	return file ? file->name : buffer;
}

static uint8_t
find_application(const uint8_t *aid, size_t length)
{
	for (size_t i = 0; i < APPLICATIONS; i++)
		if (length > 0 && length <= applications[i].length &&
		    memcmp(applications[i].aid, aid, length) == 0)
			return (uint8_t)i;
	return APPLICATION_UNKNOWN;
}

static void
read_select(const struct apdu *apdu, struct reading *reading)
{
	char buffer[16];

	reading->show_command = true;
	reading->show_response = true;
	if (apdu->p1 == 0x04) {
		uint8_t which = find_application(apdu->data, apdu->data_length);

		snprintf(reading->name, NAME_MAX_LENGTH, "SELECT %s",
			 which == APPLICATION_UNKNOWN ? "application" : applications[which].name);
	} else if (apdu->data_length == 2) {
		reading->file = (uint16_t)(apdu->data[0] << 8 | apdu->data[1]);
		snprintf(reading->name, NAME_MAX_LENGTH, "SELECT %s",
			 file_name(reading->file, buffer));
	} else {
		snprintf(reading->name, NAME_MAX_LENGTH, "SELECT");
	}
}

/* Names of commands that work on one file: "READ auth certificate", "VERIFY sign PIN". */
static void
name_on_file(struct reading *reading, const char *verb, const struct trace_view *view)
{
	char buffer[16];
	const char *name = reading->file == 0 ? "?" : file_name(reading->file, buffer);

	if (view->application != APPLICATION_JPKI)
		name = "in another application";
	snprintf(reading->name, NAME_MAX_LENGTH, "%s %s", verb, name);
}

/* The commands but SELECT. */
static const struct {
	uint8_t ins;
	bool on_file;
	bool show; /* both ways, but a file's content only where that is free */
	const char *name;
} verbs[] = {
	{0x20, true, false, "VERIFY"},	  {0x24, true, false, "CHANGE"},
	{0x2A, true, true, "SIGN with"},  {0x84, false, true, "GET CHALLENGE"},
	{0xB0, true, true, "READ"},	  {0xC0, false, false, "GET RESPONSE"},
	{0xCA, false, false, "GET DATA"},
};

/* The file that P2, or P1 of READ BINARY, addresses: a short id, or the current one. */
static uint16_t
addressed(const struct apdu *apdu, const struct trace_view *view)
{
	uint8_t reference = apdu->ins != 0xB0 ? apdu->p2 : (apdu->p1 & 0x80) != 0 ? apdu->p1 : 0;

	return (reference & 0x1F) != 0 ? (uint16_t)(reference & 0x1F) : view->file;
}

void
reading_of(const struct apdu *apdu, const struct trace_view *view, struct reading *reading)
{
	const struct file *file;
	size_t i = 0;

	if (apdu->ins == 0xA4) {
		read_select(apdu, reading);
		return;
	}
	while (i < sizeof verbs / sizeof verbs[0] && verbs[i].ins != apdu->ins)
		i++;
	if (i == sizeof verbs / sizeof verbs[0]) {
		snprintf(reading->name, NAME_MAX_LENGTH, "INS %02X", (unsigned int)apdu->ins);
		return;
	}
	reading->show_command = reading->show_response = verbs[i].show;
	snprintf(reading->name, NAME_MAX_LENGTH, "%s", verbs[i].name);
	if (!verbs[i].on_file)
		return;
	reading->file = addressed(apdu, view);
	file = find_file(reading->file);
	if (apdu->ins == 0xB0 && (view->application != APPLICATION_JPKI || !file || !file->free))
		reading->show_response = false;
	name_on_file(reading, apdu->ins == 0x20 && apdu->length == 4 ? "QUERY" : verbs[i].name,
		     view);
}

void
reading_follow(const struct apdu *apdu, const struct reading *reading, struct trace_view *view)
{
	if (apdu->ins == 0xA4 && apdu->p1 == 0x04) {
		view->application = find_application(apdu->data, apdu->data_length);
		view->file = 0;
	} else if ((apdu->ins == 0xA4 && reading->file != 0) ||
		   (apdu->ins == 0xB0 && (apdu->p1 & 0x80) != 0)) {
		view->file = reading->file;
	}
}
