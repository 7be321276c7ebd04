/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/pcscd/fault.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <winscard.h>

#include "sim/base/error.h"

enum value { VALUE_NONE, VALUE_CARD, VALUE_AID, VALUE_CODE, VALUE_LENGTH, VALUE_SW };

/* One row per kind, in the order of the enum. */
static const struct {
	const char *name;
	enum fault_group group;
	enum value value;
	bool needed; /* the value */
	const char *help;
} kinds[] = {
	{"card-removed", FAULT_STATE, VALUE_NONE, false, "the card is pulled out"},
	{"card-swapped", FAULT_STATE, VALUE_CARD, true, "another CARD takes its place"},
	{"slept", FAULT_STATE, VALUE_CARD, false,
	 "the machine slept; a CARD may have taken the place of the other, and nobody saw it"},
	{"line-dead", FAULT_STATE, VALUE_NONE, false,
	 "nothing that is sent to the card arrives, until it gets power anew"},
	{"card-reset", FAULT_OTHER, VALUE_NONE, false, "another program resets the card"},
	{"app-selected", FAULT_OTHER, VALUE_AID, false,
	 "another program selects another application (AID in hex)"},
	{"reader-gone", FAULT_STATE, VALUE_NONE, false, "the reader is unplugged"},
	{"service-stopped", FAULT_STATE, VALUE_NONE, false, "pcscd stops"},
	{"comm-error", FAULT_RESULT, VALUE_NONE, false, "communication fails"},
	{"sharing-violation", FAULT_RESULT, VALUE_NONE, false, "SCARD_E_SHARING_VIOLATION"},
	{"timeout", FAULT_RESULT, VALUE_NONE, false, "SCARD_E_TIMEOUT"},
	{"error", FAULT_RESULT, VALUE_CODE, true, "any PC/SC error CODE (name or hex)"},
	{"truncated", FAULT_ANSWER, VALUE_LENGTH, false, "only LENGTH bytes arrive (1)"},
	{"oversized", FAULT_ANSWER, VALUE_LENGTH, false, "LENGTH bytes arrive (300)"},
	{"sw", FAULT_ANSWER, VALUE_SW, false, "only this status word (random)"},
	{"61xx", FAULT_ANSWER, VALUE_NONE, false, "the answer waits for GET RESPONSE"},
	{"6cxx", FAULT_ANSWER, VALUE_NONE, false, "the card names the right Le instead"},
};
#define KINDS (sizeof kinds / sizeof kinds[0])

static const char *const call_names[WIRE_CALLS] = {
	[WIRE_ANY] = "any",
	[WIRE_ESTABLISH] = "establish",
	[WIRE_RELEASE] = "release",
	[WIRE_LIST_READERS] = "listreaders",
	[WIRE_CONNECT] = "connect",
	[WIRE_RECONNECT] = "reconnect",
	[WIRE_DISCONNECT] = "disconnect",
	[WIRE_BEGIN] = "begin",
	[WIRE_END] = "end",
	[WIRE_STATUS] = "status",
	[WIRE_STATUS_CHANGE] = "statuschange",
	[WIRE_TRANSMIT] = "transmit",
	[WIRE_CONTROL] = "control",
	[WIRE_GET_ATTRIB] = "getattrib",
	[WIRE_SET_ATTRIB] = "setattrib",
	[WIRE_CANCEL] = "cancel",
};

#define CODE(name)                                                                                 \
	{                                                                                          \
#name, (uint32_t)(name)                                                            \
	}
static const struct {
	const char *name;
	uint32_t code;
} codes[] = {
	CODE(SCARD_F_INTERNAL_ERROR),
	CODE(SCARD_E_CANCELLED),
	CODE(SCARD_E_INVALID_HANDLE),
	CODE(SCARD_E_INVALID_PARAMETER),
	CODE(SCARD_E_NO_MEMORY),
	CODE(SCARD_F_WAITED_TOO_LONG),
	CODE(SCARD_E_INSUFFICIENT_BUFFER),
	CODE(SCARD_E_UNKNOWN_READER),
	CODE(SCARD_E_TIMEOUT),
	CODE(SCARD_E_SHARING_VIOLATION),
	CODE(SCARD_E_NO_SMARTCARD),
	CODE(SCARD_E_PROTO_MISMATCH),
	CODE(SCARD_E_NOT_READY),
	CODE(SCARD_E_INVALID_VALUE),
	CODE(SCARD_E_SYSTEM_CANCELLED),
	CODE(SCARD_F_COMM_ERROR),
	CODE(SCARD_F_UNKNOWN_ERROR),
	CODE(SCARD_E_NOT_TRANSACTED),
	CODE(SCARD_E_READER_UNAVAILABLE),
	CODE(SCARD_E_NO_SERVICE),
	CODE(SCARD_E_SERVICE_STOPPED),
	CODE(SCARD_E_UNSUPPORTED_FEATURE),
	CODE(SCARD_E_NO_READERS_AVAILABLE),
	CODE(SCARD_W_UNSUPPORTED_CARD),
	CODE(SCARD_W_UNRESPONSIVE_CARD),
	CODE(SCARD_W_UNPOWERED_CARD),
	CODE(SCARD_W_RESET_CARD),
	CODE(SCARD_W_REMOVED_CARD),
	CODE(SCARD_W_SECURITY_VIOLATION),
};

struct faults {
	struct fault *list;
	unsigned int numbers;
	unsigned long total;
	unsigned long by_call[WIRE_CALLS];
};

struct faults *
faults_new(void)
{
	return calloc(1, sizeof(struct faults));
}

void
faults_clear(struct faults *faults)
{
	struct fault *fault;

	while ((fault = faults->list)) {
		faults->list = fault->next;
		free(fault);
	}
}

void
faults_free(struct faults *faults)
{
	if (!faults)
		return;
	faults_clear(faults);
	free(faults);
}

const char *
fault_kind_name(enum fault_kind kind)
{
	return kinds[kind].name;
}

const char *
fault_call_name(enum wire_call call)
{
	return call_names[call];
}

const char *
fault_kind_help(unsigned int row, const char **name)
{
	if (row >= KINDS)
		return NULL;
	*name = kinds[row].name;
	return kinds[row].help;
}

static bool
read_number(const char *text, unsigned long low, unsigned long high, unsigned long *number)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	*number = strtoul(text, &end, 10);
	return errno == 0 && *end == '\0' && *number >= low && *number <= high;
}

static bool
read_hex(const char *text, size_t digits_max, uint32_t *number)
{
	char *end;

	if (strncasecmp(text, "0x", 2) == 0)
		text += 2;
	if (*text == '\0' || strlen(text) > digits_max || !isxdigit((unsigned char)*text))
		return false;
	*number = (uint32_t)strtoul(text, &end, 16);
	return *end == '\0';
}

static bool
read_code(const char *text, uint32_t *code)
{
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
		const char *full = codes[i].name;

		if (strcasecmp(text, full) == 0 || strcasecmp(text, full + strlen("SCARD_")) == 0 ||
		    strcasecmp(text, full + strlen("SCARD_E_")) == 0) {
			*code = codes[i].code;
			return true;
		}
	}
	return read_hex(text, 8, code);
}

static bool
read_aid(const char *text, struct fault *fault)
{
	size_t i, length = strlen(text) / 2;

	if (strlen(text) % 2 != 0 || length == 0 || length > sizeof fault->aid)
		return false;
	for (i = 0; i < length; i++) {
		char digits[3] = {text[2 * i], text[2 * i + 1], '\0'};
		uint32_t byte;

		if (!isxdigit((unsigned char)digits[0]) || !read_hex(digits, 2, &byte))
			return false;
		fault->aid[i] = (uint8_t)byte;
	}
	fault->aid_length = length;
	return true;
}

static bool
read_value(struct fault *fault, const char *text)
{
	unsigned long length;

	fault->has_value = true;
	switch (kinds[fault->kind].value) {
	case VALUE_CARD:
		if (*text == '\0' || strlen(text) >= sizeof fault->card)
			return false;
		memcpy(fault->card, text, strlen(text) + 1);
		return true;
	case VALUE_AID:
		return read_aid(text, fault);
	case VALUE_CODE:
		return read_code(text, &fault->code) && fault->code != 0;
	case VALUE_LENGTH:
		if (!read_number(text, 0, WIRE_DATA_MAX, &length))
			return false;
		fault->length = length;
		return true;
	case VALUE_SW:
		return strlen(text) == 4 && read_hex(text, 4, &fault->code);
	case VALUE_NONE:
	default:
		return false;
	}
}

static bool
read_option(struct fault *fault, const char *text, char **error)
{
	if (strcmp(text, "before") == 0) {
		fault->moment = FAULT_BEFORE;
	} else if (strcmp(text, "during") == 0) {
		fault->moment = FAULT_DURING;
	} else if (strcmp(text, "after") == 0) {
		fault->moment = FAULT_AFTER;
	} else if (strncmp(text, "reader=", 7) == 0) {
		if (text[7] == '\0' || strlen(text + 7) >= WIRE_NAME)
			return sim_error_set(error, "reader= needs a reader's name or number");
		memcpy(fault->reader, text + 7, strlen(text + 7) + 1);
	} else if (strncmp(text, "back=", 5) == 0) {
		if (fault->group != FAULT_STATE)
			return sim_error_set(error, "back= does not go with %s",
					     kinds[fault->kind].name);
		if (!read_number(text + 5, 1, UINT_MAX, &fault->back))
			return sim_error_set(error, "back= needs a number of calls, 1 or more");
	} else if (fault->has_value || !read_value(fault, text)) {
		return sim_error_set(error, "'%s' does not go with %s", text,
				     kinds[fault->kind].name);
	}
	return true;
}

/* Adds a word to a list in a sentence. */
static void
add_word(char *list, size_t room, const char *word)
{
	size_t length = strlen(list);

	snprintf(list + length, room - length, "%s%s", length == 0 ? "" : ", ", word);
}

static bool
read_kind(struct fault *fault, const char *text, char **error)
{
	char list[512] = "";

	for (size_t i = 0; i < KINDS; i++) {
		if (strcasecmp(text, kinds[i].name) == 0) {
			fault->kind = (enum fault_kind)i;
			fault->group = kinds[i].group;
			return true;
		}
		add_word(list, sizeof list, kinds[i].name);
	}
	return sim_error_set(error, "there is no fault '%s'; there are: %s", text, list);
}

static bool
read_call(struct fault *fault, const char *text, char **error)
{
	char list[512] = "";

	for (int i = 0; i < WIRE_CALLS; i++) {
		if (strcasecmp(text, call_names[i]) == 0) {
			fault->call = (enum wire_call)i;
			return true;
		}
		add_word(list, sizeof list, call_names[i]);
	}
	return sim_error_set(error, "there is no call '%s'; there are: %s", text, list);
}

/* "[CALL:]N[+]" at *at; leaves *at at the first option. */
static bool
read_place(struct fault *fault, char **at, char **error)
{
	char *part = strsep(at, ":");
	size_t length;

	if (isalpha((unsigned char)*part) && strcmp(part, "now") != 0) {
		if (!read_call(fault, part, error))
			return false;
		part = *at ? strsep(at, ":") : part + strlen(part);
	}
	length = strlen(part);
	if (length > 0 && part[length - 1] == '+') {
		fault->onwards = true;
		part[length - 1] = '\0';
	}
	if (strcmp(part, "now") == 0 && !fault->onwards && fault->call == WIRE_ANY) {
		fault->at = 0;
		return true;
	}
	if (!read_number(part, 1, UINT_MAX, &fault->at))
		return sim_error_set(error, "after the @ comes the number of a call, 1 or more");
	return true;
}

static bool
check_whole(const struct fault *fault, char **error)
{
	const char *name = kinds[fault->kind].name;

	if (kinds[fault->kind].needed && !fault->has_value)
		return sim_error_set(error, "%s needs a value: %s", name, kinds[fault->kind].help);
	if (fault->at == 0 && (fault->group == FAULT_RESULT || fault->group == FAULT_ANSWER))
		return sim_error_set(error, "%s needs the number of a call after the @", name);
	if (fault->group == FAULT_ANSWER && fault->moment != FAULT_BEFORE &&
	    fault->kind != FAULT_SW)
		return sim_error_set(error, "%s knows no before, during or after", name);
	if (fault->group == FAULT_OTHER && fault->moment == FAULT_DURING)
		return sim_error_set(error, "%s happens before or after a call", name);
	if (fault->group == FAULT_ANSWER && fault->call != WIRE_ANY && fault->call != WIRE_TRANSMIT)
		return sim_error_set(error, "%s can only strike transmit", name);
	return true;
}

static void
set_defaults(struct fault *fault)
{
	/* the text application: what a program for another use of the card selects */
	static const uint8_t text_aid[] = {0xD3, 0x92, 0x10, 0x00, 0x31,
					   0x00, 0x01, 0x01, 0x04, 0x08};

	if (fault->kind == FAULT_APP_SELECTED && !fault->has_value) {
		memcpy(fault->aid, text_aid, sizeof text_aid);
		fault->aid_length = sizeof text_aid;
	}
	if (fault->kind == FAULT_TRUNCATED && !fault->has_value)
		fault->length = 1;
	if (fault->kind == FAULT_OVERSIZED && !fault->has_value)
		fault->length = 300;
	if (fault->kind == FAULT_TIMEOUT)
		fault->code = (uint32_t)SCARD_E_TIMEOUT;
	if (fault->kind == FAULT_SHARING_VIOLATION)
		fault->code = (uint32_t)SCARD_E_SHARING_VIOLATION;
}

static bool
read_order(struct fault *fault, char *copy, char **error)
{
	char *at = copy;
	char *kind = strsep(&at, "@");

	if (!at)
		return sim_error_set(error, "KIND@N is missing its @");
	if (!read_kind(fault, kind, error) || !read_place(fault, &at, error))
		return false;
	while (at)
		if (!read_option(fault, strsep(&at, ":"), error))
			return false;
	return check_whole(fault, error);
}

static void
append(struct faults *faults, struct fault *fault)
{
	struct fault **at = &faults->list;

	while (*at)
		at = &(*at)->next;
	*at = fault;
}

bool
faults_order(struct faults *faults, const char *text, unsigned int *number, char **error)
{
	struct fault *fault = calloc(1, sizeof *fault);
	char *copy = strdup(text), *why = NULL;

	if (!fault || !copy || !read_order(fault, copy, &why)) {
		sim_error_set(error, "fault order '%s': %s", text, why ? why : "out of memory");
		free(why);
		free(copy);
		free(fault);
		return false;
	}
	free(copy);
	set_defaults(fault);
	if (fault->at != 0)
		fault->at += fault->call == WIRE_ANY ? faults->total : faults->by_call[fault->call];
	snprintf(fault->text, sizeof fault->text, "%s", text);
	fault->number = ++faults->numbers;
	if (number)
		*number = fault->number;
	append(faults, fault);
	return true;
}

void
faults_count_call(struct faults *faults, enum wire_call call)
{
	faults->total++;
	faults->by_call[call]++;
}

static bool
strikes(const struct faults *faults, const struct fault *fault, enum wire_call call)
{
	unsigned long count =
		fault->call == WIRE_ANY ? faults->total : faults->by_call[fault->call];

	if (fault->at == 0 || count < fault->at || (fault->struck > 0 && !fault->onwards))
		return false;
	if (fault->call != WIRE_ANY && fault->call != call)
		return false;
	return fault->group != FAULT_ANSWER || call == WIRE_TRANSMIT;
}

struct fault *
faults_strike(struct faults *faults, enum wire_call call, struct fault *previous)
{
	struct fault *fault = !previous ? faults->list : previous->next;

	while (fault && !strikes(faults, fault, call))
		fault = fault->next;
	return fault;
}

void
faults_struck(struct faults *faults, struct fault *fault, enum wire_call call)
{
	fault->struck++;
	fault->struck_at = faults->total;
	fault->struck_in = call;
	if (fault->back != 0)
		fault->back_at = faults->total + fault->back;
}

struct fault *
faults_due(struct faults *faults, struct fault *previous)
{
	struct fault *fault = !previous ? faults->list : previous->next;

	while (fault && !fault->due)
		fault = fault->next;
	return fault;
}

struct fault *
faults_take_immediate(struct faults *faults)
{
	struct fault *fault;

	for (fault = faults->list; fault; fault = fault->next)
		if (fault->at == 0 && fault->struck == 0)
			return fault;
	return NULL;
}

struct fault *
faults_take_undo(struct faults *faults)
{
	struct fault *fault;

	for (fault = faults->list; fault; fault = fault->next) {
		if (fault->back_at != 0 && faults->total >= fault->back_at) {
			fault->back_at = 0;
			return fault;
		}
	}
	return NULL;
}

json_t *
faults_list(const struct faults *faults)
{
	json_t *list = json_array();
	const struct fault *fault;

	for (fault = faults->list; fault; fault = fault->next) {
		json_t *entry = json_pack("{s:i, s:s, s:I}", "number", (int)fault->number, "order",
					  fault->text, "struck", (json_int_t)fault->struck);

		if (fault->struck > 0) {
			json_object_set_new(entry, "call",
					    json_integer((json_int_t)fault->struck_at));
			json_object_set_new(entry, "in", json_string(call_names[fault->struck_in]));
		}
		json_array_append_new(list, entry);
	}
	return list;
}

json_t *
faults_calls(const struct faults *faults)
{
	json_t *by_call = json_object();

	for (int i = WIRE_ANY + 1; i < WIRE_CALLS; i++)
		if (faults->by_call[i] > 0)
			json_object_set_new(by_call, call_names[i],
					    json_integer((json_int_t)faults->by_call[i]));
	return json_pack("{s:I, s:o}", "total", (json_int_t)faults->total, "by_call", by_call);
}

unsigned long
faults_call_total(const struct faults *faults)
{
	return faults->total;
}

void
faults_reset_calls(struct faults *faults)
{
	struct fault *fault;

	/* what was ordered relative to the old count stays as far away as it was */
	for (fault = faults->list; fault; fault = fault->next) {
		unsigned long gone =
			fault->call == WIRE_ANY ? faults->total : faults->by_call[fault->call];

		if (fault->at != 0)
			fault->at = fault->at > gone ? fault->at - gone : 1;
		if (fault->back_at != 0)
			fault->back_at =
				fault->back_at > faults->total ? fault->back_at - faults->total : 1;
	}
	faults->total = 0;
	memset(faults->by_call, 0, sizeof faults->by_call);
}
