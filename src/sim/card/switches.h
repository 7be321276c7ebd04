/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_CARD_SWITCHES_H
#define JPKI_SIM_CARD_SWITCHES_H

#include <stdbool.h>
#include <stdint.h>

/*
 * How a card behaves where the public sources about real cards are silent or differ. Each
 * switch is one row of a const table; a card keeps its own settings in its folder.
 */

enum sim_switch {
	SIM_SW_ATR,
	SIM_SW_CONTACT_ATR,
	SIM_SW_SHORT_IDS,
	SIM_SW_REFUSED_SHORT_ID,
	SIM_SW_PSS,
	SIM_SW_CHECK_ORDER,
	SIM_SW_BLOCKED_ATTEMPT,
	SIM_SW_BLOCKED_QUERY,
	SIM_SW_MALFORMED_PIN,
	SIM_SW_FAILED_VERIFY,
	SIM_SW_BOTH_LOGINS,
	SIM_SW_COUNTER_WRITTEN,
	SIM_SW_LOGIN_AT_RESET,
	SIM_SW_LOGIN_AFTER_LEAVING,
	SIM_SW_LOGIN_AT_POWER_LOSS,
	SIM_SW_OTHER_APPS,
	SIM_SW_FIRST_COMMAND,
	SIM_SW_AUTH_CERTIFICATE,
	SIM_SW_ABSENT_CERTIFICATE,
	SIM_SW_EF_0008,
	SIM_SW_FILLER,
	SIM_SW_READ_PAST_END,
	SIM_SW_EXTENDED_LENGTH,
	SIM_SW_DELAY_EXCHANGE,
	SIM_SW_DELAY_SIGNATURE,
	SIM_SWITCH_COUNT
};

extern const struct sim_switch_info {
	const char *name;    /* kebab-case, as the user types it */
	const char *values;  /* separated by one space, the default first; "time": see below */
	const char *meaning; /* one line for the user */
	const char *source;  /* where the question is raised: a section of the facts on the card */
} sim_switch_table[SIM_SWITCH_COUNT];

/*
 * One setting of every switch, all zero by default: the index of the value in the row's list, or,
 * for a row whose values are "time", microseconds (0 by default; at most 60 s).
 */
struct sim_switches {
	uint32_t value[SIM_SWITCH_COUNT];
};

/*
 * Sets one switch from text. A time is a whole number with the unit us, ms or s ("15ms"; a bare
 * number is milliseconds). The error names what is allowed.
 */
bool sim_switches_set(struct sim_switches *switches, const char *name, const char *value,
		      char **error);

/* The same from any number of "name=value"; NULL, or ended by a NULL. */
bool sim_switches_set_pairs(struct sim_switches *switches, const char *const *pairs, char **error);

/* The value as text, as sim_switches_set takes it; at most SIM_SWITCH_TEXT bytes with the NUL. */
#define SIM_SWITCH_TEXT 32
void sim_switches_get_text(const struct sim_switches *switches, enum sim_switch which,
			   char text[SIM_SWITCH_TEXT]);

#endif
