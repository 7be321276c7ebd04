/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_CARD_COMMAND_H
#define JPKI_SIM_CARD_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/card/apps.h"
#include "sim/card/chip.h"

/* Commands taken apart, and the functions that carry them out, from section 3 of the facts. */

/* Status words by what they mean here. */
enum {
	SW_OK = 0x9000,
	SW_END_OF_FILE = 0x6282,
	SW_WRONG_PIN = 0x63C0, /* plus the tries left */
	SW_MEMORY = 0x6581,
	SW_LENGTH = 0x6700,
	SW_CHANNEL = 0x6881,
	SW_SECURE_MESSAGING = 0x6882,
	SW_FILE_TYPE = 0x6981,
	SW_PIN_MISSING = 0x6982,
	SW_LOCKED_ISO = 0x6983,
	SW_LOCKED = 0x6984,
	SW_CONDITIONS = 0x6985,
	SW_NO_FILE = 0x6986,
	SW_SM_READ = 0x69FC,
	SW_DATA = 0x6A80,
	SW_NOT_FOUND = 0x6A82,
	SW_NO_RECORD = 0x6A83,
	SW_P1P2 = 0x6A86,
	SW_NO_DATA = 0x6A88,
	SW_OFFSET = 0x6B00,
	SW_INS = 0x6D00,
	SW_CLA = 0x6E00,
	SW_UNKNOWN = 0x6F00
};

enum {
	INS_VERIFY = 0x20,
	INS_CHANGE = 0x24,
	INS_SIGN = 0x2A,
	INS_CHALLENGE = 0x84,
	INS_SELECT = 0xA4,
	INS_READ = 0xB0,
	INS_GET_DATA = 0xCA
};

struct sim_command {
	uint8_t cla, ins, p1, p2;
	const uint8_t *data;
	size_t data_len; /* 0: no data */
	size_t le;	 /* 1 to 256 (65536 extended); 0: none */
	bool extended;
};

/* False for what is no command; then it has what there is of the bytes. */
bool sim_command_parse(struct sim_command *command, const uint8_t *bytes, size_t len);

struct sim_reply {
	uint8_t *bytes; /* room for 256 */
	size_t len;
};

/* Appends as much as there is room for. */
void sim_reply_append(struct sim_reply *reply, const void *bytes, size_t len);

/*
 * Each carries out one command and returns the status word. One that fails leaves the current
 * application and file as they were; what it put into the reply is thrown away.
 */
typedef uint16_t sim_do(struct sim_card *card, const struct sim_command *command,
			struct sim_reply *reply);
sim_do sim_do_select, sim_do_read, sim_do_read_record, sim_do_verify, sim_do_change, sim_do_sign;

/*
 * The PIN or key that P2 of VERIFY, CHANGE and the signature means: 80 is the current file, 81 to
 * 9E a short id. Otherwise the status word says what is wrong with it.
 */
uint16_t sim_command_reference(const struct sim_card *card, uint8_t p2, enum sim_ef_type type,
			       const struct sim_ef **ef);

/* SW_OK, or what a card answers that does not take a short id in a command for such a file. */
uint16_t sim_command_short_id(const struct sim_card *card, enum sim_ef_type type);

/* Writes the tries left if they are others than before; between sim_chip_pins_begin and _end. */
bool sim_pin_set_counter(struct sim_card *card, enum sim_pin which, unsigned int tries);

#endif
