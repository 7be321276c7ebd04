/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/base/trace.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/error.h"

#define LINES_MAX 1000
#define NAMES_MAX 128
#define NAME_MAX_LENGTH 48
#define LINE_MAX_LENGTH 512
#define SHOWN_MAX 24 /* bytes of a body that are written out */

struct trace {
	FILE *file;
	json_t *lines;	/* the last LINES_MAX */
	json_t *counts; /* by name */
	unsigned long total;
};

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

/* What one command is. */
struct reading {
	char name[NAME_MAX_LENGTH];
	bool show_command;
	bool show_response;
	uint16_t file; /* the file it works on, 0 if none */
};

struct apdu {
	uint8_t cla, ins, p1, p2;
	size_t length; /* of the whole command */
	const uint8_t *data;
	size_t data_length;
	int le; /* -1 for none */
};

struct trace *
trace_new(void)
{
	struct trace *trace = calloc(1, sizeof *trace);

	if (!trace)
		return NULL;
	trace->lines = json_array();
	trace->counts = json_object();
	if (trace->lines && trace->counts)
		return trace;
	trace_free(trace);
	return NULL;
}

void
trace_free(struct trace *trace)
{
	if (!trace)
		return;
	json_decref(trace->lines);
	json_decref(trace->counts);
	if (trace->file && trace->file != stderr)
		fclose(trace->file);
	free(trace);
}

bool
trace_to_file(struct trace *trace, const char *path, char **error)
{
	FILE *file = NULL;

	if (path && strcmp(path, "-") == 0) {
		file = stderr;
	} else if (path) {
		file = fopen(path, "ae");
		if (!file)
			return sim_error_set(error, "cannot write the trace to %s: %s", path,
					     strerror(errno));
		setvbuf(file, NULL, _IOLBF, 0);
	}
	if (trace->file && trace->file != stderr)
		fclose(trace->file);
	trace->file = file;
	return true;
}

static void
keep_line(struct trace *trace, const char *line)
{
	if (trace->file)
		fprintf(trace->file, "%s\n", line);
	if (json_array_size(trace->lines) == LINES_MAX)
		json_array_remove(trace->lines, 0);
	json_array_append_new(trace->lines, json_string(line));
}

void
trace_note(struct trace *trace, unsigned int reader, const char *format, ...)
{
	char line[LINE_MAX_LENGTH];
	int start = snprintf(line, sizeof line, "%u  -- ", reader);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line + start, sizeof line - (size_t)start, format, arguments);
	va_end(arguments);
	keep_line(trace, line);
}

static void
count_name(struct trace *trace, const char *name)
{
	json_t *count = json_object_get(trace->counts, name);

	trace->total++;
	if (count)
		json_integer_set(count, json_integer_value(count) + 1);
	else if (json_object_size(trace->counts) < NAMES_MAX)
		json_object_set_new(trace->counts, name, json_integer(1));
}

/* Takes a short or extended command apart; what does not fit is left as no data. */
static struct apdu
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

/* The file that P2 (or P1 of READ BINARY) addresses: a short id, or the current one. */
static uint16_t
addressed(uint8_t reference, uint16_t current)
{
	return (reference & 0x1F) != 0 ? (uint16_t)(reference & 0x1F) : current;
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

static void
read_command(const struct apdu *apdu, const struct trace_view *view, struct reading *reading)
{
	bool jpki = view->application == APPLICATION_JPKI;
	const struct file *file;

	switch (apdu->ins) {
	case 0xA4:
		read_select(apdu, reading);
		break;
	case 0xB0:
		reading->file =
			(apdu->p1 & 0x80) != 0 ? addressed(apdu->p1, view->file) : view->file;
		file = find_file(reading->file);
		reading->show_command = true;
		reading->show_response = jpki && file && file->free;
		name_on_file(reading, "READ", view);
		break;
	case 0x20:
		reading->file = addressed(apdu->p2, view->file);
		name_on_file(reading, apdu->length == 4 ? "QUERY" : "VERIFY", view);
		break;
	case 0x24:
		reading->file = addressed(apdu->p2, view->file);
		name_on_file(reading, "CHANGE", view);
		break;
	case 0x2A:
		reading->file = addressed(apdu->p2, view->file);
		reading->show_command = true;
		reading->show_response = true;
		name_on_file(reading, "SIGN with", view);
		break;
	case 0x84:
		reading->show_command = reading->show_response = true;
		snprintf(reading->name, NAME_MAX_LENGTH, "GET CHALLENGE");
		break;
	case 0xC0:
		snprintf(reading->name, NAME_MAX_LENGTH, "GET RESPONSE");
		break;
	case 0xCA:
		snprintf(reading->name, NAME_MAX_LENGTH, "GET DATA");
		break;
	default:
		snprintf(reading->name, NAME_MAX_LENGTH, "INS %02X", (unsigned int)apdu->ins);
		break;
	}
}

/* Keeps up with what the card has selected. */
static void
follow(struct trace_view *view, const struct apdu *apdu, const struct reading *reading, bool ok)
{
	if (!ok)
		return;
	if (apdu->ins == 0xA4 && apdu->p1 == 0x04) {
		view->application = find_application(apdu->data, apdu->data_length);
		view->file = 0;
	} else if ((apdu->ins == 0xA4 && reading->file != 0) ||
		   (apdu->ins == 0xB0 && (apdu->p1 & 0x80) != 0)) {
		view->file = reading->file;
	}
}

/* A body as hexadecimal digits, or how much there was that is not shown. */
static void
print_body(char *out, size_t room, const uint8_t *data, size_t length, bool show)
{
	size_t shown = length < SHOWN_MAX ? length : SHOWN_MAX;
	size_t at = 0;

	out[0] = '\0';
	if (length == 0)
		return;
	if (!show) {
		snprintf(out, room, " [%zu masked]", length);
		return;
	}
	at += (size_t)snprintf(out, room, " ");
	for (size_t i = 0; i < shown && at + 3 < room; i++)
		at += (size_t)snprintf(out + at, room - at, "%02X", (unsigned int)data[i]);
	if (shown < length)
		snprintf(out + at, room - at, "...");
}

static void
print_lengths(char *out, size_t room, const struct apdu *apdu)
{
	size_t at = 0;

	out[0] = '\0';
	if (apdu->data_length > 0)
		at += (size_t)snprintf(out, room, " Lc=%zu", apdu->data_length);
	if (apdu->le >= 0)
		snprintf(out + at, room - at, " Le=%d", apdu->le);
}

void
trace_exchange(struct trace *trace, unsigned int reader, struct trace_view *view,
	       const uint8_t *command, size_t command_length, const uint8_t *response,
	       size_t response_length)
{
	struct apdu apdu = apdu_read(command, command_length);
	struct reading reading = {.name = "not a command"};
	char line[LINE_MAX_LENGTH], sent[96], lengths[32], received[96];
	unsigned int sw = 0;
	size_t data_length = 0;

	if (response_length >= 2) {
		data_length = response_length - 2;
		sw = (unsigned int)response[data_length] << 8 | response[data_length + 1];
	}
	if (command_length >= 4)
		read_command(&apdu, view, &reading);
	follow(view, &apdu, &reading, sw == 0x9000);
	count_name(trace, reading.name);
	print_body(sent, sizeof sent, apdu.data, apdu.data_length, reading.show_command);
	print_lengths(lengths, sizeof lengths, &apdu);
	print_body(received, sizeof received, response, data_length, reading.show_response);
	snprintf(line, sizeof line, "%u  > %-28s %02X %02X %02X %02X%s%s  < %04X %zu%s", reader,
		 reading.name, (unsigned int)apdu.cla, (unsigned int)apdu.ins,
		 (unsigned int)apdu.p1, (unsigned int)apdu.p2, lengths, sent, sw, data_length,
		 received);
	keep_line(trace, line);
}

json_t *
trace_counts(const struct trace *trace)
{
	return json_pack("{s:I, s:o}", "total", (json_int_t)trace->total, "by_name",
			 json_deep_copy(trace->counts));
}

unsigned long
trace_total(const struct trace *trace)
{
	return trace->total;
}

void
trace_reset_counts(struct trace *trace)
{
	trace->total = 0;
	json_object_clear(trace->counts);
}

json_t *
trace_take_lines(struct trace *trace)
{
	json_t *lines = json_copy(trace->lines);

	json_array_clear(trace->lines);
	return lines;
}
