/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_BASE_READING_H
#define JPKI_SIM_BASE_READING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Commands to a card, read by somebody who stands beside it: what they are, what may be shown. */

/* What must be remembered of one card to name its next command. All zero after power-on. */
struct trace_view {
	uint8_t application; /* a row in reading.c; 0: after power-on */
	uint16_t file;	     /* current EF, 0 for none */
};

#define NAME_MAX_LENGTH 48

/* What one command is. */
struct reading {
	char name[NAME_MAX_LENGTH];
	bool show_command;
	bool show_response;
	uint16_t file; /* the file it works on, 0 if none */
};

/* Its bytes taken apart. */
struct apdu {
	uint8_t cla, ins, p1, p2;
	size_t length; /* of the whole command */
	const uint8_t *data;
	size_t data_length;
	int le; /* -1 for none */
};

/* Takes a short or extended command apart; what does not fit is left as no data. */
struct apdu apdu_read(const uint8_t *command, size_t length);

/* Names a command of at least 4 bytes. Only what is known to be harmless is to be shown. */
void reading_of(const struct apdu *apdu, const struct trace_view *view, struct reading *reading);

/* Keeps up with what the card has selected, after the command succeeded. */
void reading_follow(const struct apdu *apdu, const struct reading *reading,
		    struct trace_view *view);

#endif
