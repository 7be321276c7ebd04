/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/card/switches.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/error.h"
#include "sim/base/memory.h"

#define LONGEST_DELAY_US 60000000u

/* clang-format off */
const struct sim_switch_info sim_switch_table[SIM_SWITCH_COUNT] = {
	[SIM_SW_ATR] = {"atr", "6 1 2 3 4 5 7 8 9",
		"which of the known answers to reset (1 to 5 contact, 6 to 9 contactless)", "1.2"},
	[SIM_SW_CONTACT_ATR] = {"contact-atr", "its-own 1 2 3 4 5",
		"which of them the card says, without contacts too, to be that of its contacts; its-own: "
		"that of atr, or 1", "1.2, 3.6"},
	[SIM_SW_SHORT_IDS] = {"short-ids", "on read-only off no-signature",
		"short file ids in commands: all, only for reading, none, all but the signature",
		"3.2, 3.3, 3.4"},
	[SIM_SW_REFUSED_SHORT_ID] = {"refused-short-id",
		"6A86 6986 6985 6A88 6A82 6981 6984 6700",
		"answer to a short file id where the card does not take it", "3.7"},
	[SIM_SW_PSS] = {"pss", "on off",
		"off: an old card, whose signature command knows P1 = 00 only (6A86)", "3.4, 13.7"},
	[SIM_SW_CHECK_ORDER] = {"check-order", "p1-first pin-first",
		"what the signature command checks first; pin-first: 6982 for any P1 while locked",
		"3.4, 13.6"},
	[SIM_SW_BLOCKED_ATTEMPT] = {"blocked-attempt", "6984 6983",
		"answer to a PIN sent to a blocked PIN", "3.3"},
	[SIM_SW_BLOCKED_QUERY] = {"blocked-query", "63C0 6983 6984",
		"answer to the question for the tries left of a blocked PIN", "3.3, 13.1"},
	[SIM_SW_MALFORMED_PIN] = {"malformed-pin", "spends-a-try is-refused",
		"a PIN of the wrong length or alphabet: a wrong PIN, or 6700 / 6A80 for nothing",
		"3.3, 13.2"},
	[SIM_SW_FAILED_VERIFY] = {"failed-verify", "drops-login keeps-login",
		"whether a wrong PIN ends an earlier login with that PIN", "4, 13.4"},
	[SIM_SW_BOTH_LOGINS] = {"both-logins", "coexist exclude",
		"whether a login with one PIN ends that with the other", "4, 13.5"},
	[SIM_SW_COUNTER_WRITTEN] = {"counter-written", "after-comparison before-comparison",
		"when a try is written off; before: a card torn out loses one for the right PIN",
		"3.3"},
	[SIM_SW_LOGIN_AT_RESET] = {"login-at-reset", "kept dropped",
		"whether a login survives a warm reset", "4, 13.3"},
	[SIM_SW_LOGIN_AFTER_LEAVING] = {"login-after-leaving", "dropped kept",
		"whether selecting another application ends a login, or only the issuer's does", "4"},
	[SIM_SW_LOGIN_AT_POWER_LOSS] = {"login-at-power-loss", "dropped kept",
		"whether a login ends when the power is taken as PC/SC does it, which not every reader does to the end", "4"},
	[SIM_SW_OTHER_APPS] = {"other-applications", "present isd-only absent",
		"the other applications of the card, with which a login is dropped", "1.1, 4"},
	[SIM_SW_FIRST_COMMAND] = {"first-command", "works 6F00",
		"whether the first command after power-on is lost with 6F00", "1.3, 13.22"},
	[SIM_SW_AUTH_CERTIFICATE] = {"auth-certificate", "free pin-needed",
		"whether the authentication certificate is readable without PIN", "2.1, 7"},
	[SIM_SW_ABSENT_CERTIFICATE] = {"absent-certificate", "filler missing",
		"the file of a certificate the holder does not have: only filler, or 6A82", "13.11"},
	[SIM_SW_EF_0008] = {"ef-0008", "present missing",
		"the file that says which certificates exist", "2.3, 13.11"},
	[SIM_SW_FILLER] = {"filler", "FF 00", "what stands behind a certificate in its file", "2.2"},
	[SIM_SW_READ_PAST_END] = {"read-past-end", "9000 6282",
		"status of a read that starts inside a file and runs past its end", "2.2, 13.9"},
	[SIM_SW_EXTENDED_LENGTH] = {"extended-length", "off on",
		"extended APDUs: refused (6700), or understood (answers stay within 256 bytes)",
		"3.2, 13.8"},
	[SIM_SW_DELAY_EXCHANGE] = {"delay-exchange", "time", "time taken by every exchange", "12"},
	[SIM_SW_DELAY_SIGNATURE] = {"delay-signature", "time",
		"time taken by a signature, on top of its exchange", "12"},
};
/* clang-format on */

static bool
is_time(const struct sim_switch_info *row)
{
	return strcmp(row->values, "time") == 0;
}

/* The n-th word of a list separated by one space; NULL when there are fewer. */
static const char *
nth_value(const char *values, uint32_t n, size_t *len)
{
	while (n-- > 0) {
		values = strchr(values, ' ');
		if (!values)
			return NULL;
		values++;
	}
	*len = strcspn(values, " ");
	return values;
}

static bool
parse_choice(const struct sim_switch_info *row, const char *value, uint32_t *result)
{
	const char *word;
	size_t len;

	for (uint32_t i = 0; (word = nth_value(row->values, i, &len)); i++)
		if (strlen(value) == len && strncmp(word, value, len) == 0) {
			*result = i;
			return true;
		}
	return false;
}

static bool
parse_time(const char *value, uint32_t *result)
{
	static const struct {
		const char *unit;
		unsigned long us;
	} units[] = {{"us", 1}, {"ms", 1000}, {"", 1000}, {"s", 1000000}};
	char *end;
	unsigned long number;

	if (*value < '0' || *value > '9')
		return false;
	errno = 0;
	number = strtoul(value, &end, 10);
	for (size_t i = 0; errno == 0 && i < sizeof units / sizeof units[0]; i++)
		if (strcmp(end, units[i].unit) == 0 && number <= LONGEST_DELAY_US / units[i].us) {
			*result = (uint32_t)(number * units[i].us);
			return true;
		}
	return false;
}

bool
sim_switches_set(struct sim_switches *switches, const char *name, const char *value, char **error)
{
	for (size_t i = 0; i < SIM_SWITCH_COUNT; i++) {
		if (strcmp(sim_switch_table[i].name, name) != 0)
			continue;
		if (is_time(&sim_switch_table[i])) {
			if (parse_time(value, &switches->value[i]))
				return true;
			return sim_error_set(
				error, "%s takes a time like 500us, 15ms or 2s, at most 60s", name);
		}
		if (parse_choice(&sim_switch_table[i], value, &switches->value[i]))
			return true;
		return sim_error_set(error, "%s takes one of: %s", name,
				     sim_switch_table[i].values);
	}
	return sim_error_set(error, "there is no behaviour switch \"%s\"", name);
}

bool
sim_switches_set_pairs(struct sim_switches *switches, const char *const *pairs, char **error)
{
	bool ok = true;

	for (; ok && pairs && *pairs; pairs++) {
		const char *equals = strchr(*pairs, '=');
		char *name;

		if (!equals)
			return sim_error_set(
				error, "a behaviour switch is given as NAME=VALUE, not \"%s\"",
				*pairs);
		name = sim_text("%.*s", (int)(equals - *pairs), *pairs);
		ok = sim_switches_set(switches, name, equals + 1, error);
		free(name);
	}
	return ok;
}

void
sim_switches_get_text(const struct sim_switches *switches, enum sim_switch which,
		      char text[SIM_SWITCH_TEXT])
{
	const char *word;
	size_t len = 0;

	if (is_time(&sim_switch_table[which])) {
		(void)snprintf(text, SIM_SWITCH_TEXT, "%uus", (unsigned int)switches->value[which]);
		return;
	}
	word = nth_value(sim_switch_table[which].values, switches->value[which], &len);
	(void)snprintf(text, SIM_SWITCH_TEXT, "%.*s", (int)len, word ? word : "");
}
