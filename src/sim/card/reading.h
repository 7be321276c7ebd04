/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_CARD_READING_H
#define JPKI_SIM_CARD_READING_H

#include "sim/card/command.h"

/* A command, read by somebody who stands beside the card: what it is, what may be shown. */
struct sim_reading {
	struct sim_command command;
	char name[48];
	bool show_command;
	bool show_response;
};

/*
 * Reads a command that the card is about to carry out. Only what is known to be harmless is to be
 * shown.
 */
void sim_card_read(const struct sim_card *card, const uint8_t *bytes, size_t len,
		   struct sim_reading *reading);

#endif
