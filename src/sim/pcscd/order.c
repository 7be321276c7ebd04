/* SPDX-License-Identifier: BSD-2-Clause */
/* Orders for faults, from text. */
#include <ctype.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <winscard.h>

#include "sim/base/error.h"
#include "sim/base/memory.h"
#include "sim/pcscd/fault.h"
#include "sim/standin/codes.h"

enum value { VALUE_NONE, VALUE_CARD, VALUE_AID, VALUE_CODE, VALUE_LENGTH, VALUE_SW };

/* What stands in the rows of fault.h. */
static const char *const kind_names[] = {
#define ROW(kind, name, ...) name,
	FAULT_KIND_ROWS(ROW)
#undef ROW
};

static const struct {
	enum fault_group group;
	enum value value;
	const char *needs; /* what for, where there has to be a value */
	uint32_t code;	   /* the default */
	size_t len;	   /* the default */
} kinds[] = {
#define ROW(kind, name, ...) {.group = __VA_ARGS__},
	FAULT_KIND_ROWS(ROW)
#undef ROW
};
#define KINDS (sizeof kinds / sizeof kinds[0])

const char *const fault_call_names[WIRE_CALLS] = {
#define ROW(call, name) name,
	WIRE_CALL_ROWS(ROW)
#undef ROW
};

static const struct {
	const char *name;
	uint32_t code;
} codes[] = {
#define ROW(code, text) {#code, (uint32_t)(code)},
	PCSC_CODES(ROW)
#undef ROW
};

/* The text application: what a program for another use of the card selects. */
#define TEXT_AID "D3921000310001010408"

static bool
read_hex(const char *text, size_t digits_max, uint32_t *number)
{
	char *end;

	if (strncasecmp(text, "0x", 2) == 0)
		text += 2;
	if (!*text || strlen(text) > digits_max || !isxdigit((unsigned char)*text))
		return false;
	*number = (uint32_t)strtoul(text, &end, 16);
	return !*end;
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
	return OPENSSL_hexstr2buf_ex(fault->aid, sizeof fault->aid, &fault->aid_len, text, '\0') ==
		       1 &&
	       fault->aid_len > 0;
}

static bool
read_value(struct fault *fault, const char *text)
{
	unsigned long len;

	fault->has_value = true;
	switch (kinds[fault->kind].value) {
	case VALUE_CARD:
		if (!*text || strlen(text) >= sizeof fault->card)
			return false;
		memcpy(fault->card, text, strlen(text) + 1);
		return true;
	case VALUE_AID:
		return read_aid(text, fault);
	case VALUE_CODE:
		return read_code(text, &fault->code) && fault->code != 0;
	case VALUE_LENGTH:
		if (!sim_read_whole(text, WIRE_DATA_MAX, &len))
			return false;
		fault->len = len;
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
	static const char *const moments[] = {"before", "during", "after"};

	for (int i = 0; i < 3; i++)
		if (strcmp(text, moments[i]) == 0) {
			fault->moment = (enum fault_moment)i;
			return true;
		}
	if (strncmp(text, "reader=", 7) == 0) {
		if (!text[7] || strlen(text + 7) >= WIRE_NAME)
			return sim_error_set(error, "reader= needs a reader's name or number");
		memcpy(fault->reader, text + 7, strlen(text + 7) + 1);
	} else if (strncmp(text, "back=", 5) == 0) {
		if (fault->group != FAULT_STATE)
			return sim_error_set(error, "back= does not go with %s",
					     kind_names[fault->kind]);
		if (!sim_read_whole(text + 5, UINT_MAX, &fault->back) || fault->back == 0)
			return sim_error_set(error, "back= needs a number of calls, 1 or more");
	} else if (fault->has_value || !read_value(fault, text)) {
		return sim_error_set(error, "'%s' does not go with %s", text,
				     kind_names[fault->kind]);
	}
	return true;
}

/* Which of the names the text is, or a sentence that has them all. */
static bool
find_name(const char *text, const char *what, const char *const *names, size_t count, size_t *found,
	  char **error)
{
	char *list = NULL;

	for (*found = 0; *found < count && strcasecmp(text, names[*found]) != 0; ++*found)
		sim_list_add(&list, names[*found]);
	if (*found == count)
		sim_error_set(error, "there is no %s '%s'; there are: %s", what, text, list);
	free(list);
	return *found < count;
}

static bool
read_kind(struct fault *fault, const char *text, char **error)
{
	size_t i;

	if (!find_name(text, "fault", kind_names, KINDS, &i, error))
		return false;
	fault->kind = (enum fault_kind)i;
	fault->group = kinds[i].group;
	fault->code = kinds[i].code;
	fault->len = kinds[i].len;
	return read_aid(TEXT_AID, fault);
}

/* "[CALL:]N[+]" at *at; leaves *at at the first option. */
static bool
read_place(struct fault *fault, char **at, char **error)
{
	char *part = strsep(at, ":");
	size_t len, call;

	if (isalpha((unsigned char)*part) && strcmp(part, "now") != 0) {
		if (!find_name(part, "call", fault_call_names, WIRE_CALLS, &call, error))
			return false;
		fault->call = (enum wire_call)call;
		part = *at ? strsep(at, ":") : part + strlen(part);
	}
	len = strlen(part);
	if (len > 0 && part[len - 1] == '+') {
		fault->onwards = true;
		part[len - 1] = '\0';
	}
	if (strcmp(part, "now") == 0 && !fault->onwards && fault->call == WIRE_ANY) {
		fault->at = 0;
		return true;
	}
	if (!sim_read_whole(part, UINT_MAX, &fault->at) || fault->at == 0)
		return sim_error_set(error, "after the @ comes the number of a call, 1 or more");
	return true;
}

static bool
check_whole(const struct fault *fault, char **error)
{
	const char *name = kind_names[fault->kind];

	if (kinds[fault->kind].needs && !fault->has_value)
		return sim_error_set(error, "%s needs a value: %s", name, kinds[fault->kind].needs);
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

bool
fault_read(struct fault *fault, const char *text, char **error)
{
	char *copy = sim_copy(text), *why = NULL;
	bool ok = read_order(fault, copy, &why);

	if (!ok)
		sim_error_set(error, "fault order '%s': %s", text, why);
	(void)snprintf(fault->text, sizeof fault->text, "%s", text);
	free(why);
	free(copy);
	return ok;
}
