/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_CARD_FOLDER_H
#define JPKI_SIM_CARD_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/pins.h"
#include "sim/card/switches.h"

/*
 * What a card's folder holds, on the card's side. Three files, each with one writer:
 *
 *     card.json       identity, keys and certificates; written by the municipal office (store/)
 *     pins.json       PINs and tries left; written by the card, as a chip writes its memory
 *     switches.json   the behaviour switches that are not at their default
 *
 * and `lock`, held (flock) while pins.json is read, changed and written, so that processes that
 * have the same card in use do not undo each other's changes.
 */

#define SIM_PIN_MAX 16

/* Sizes of the files that hold certificates; certificates are followed by filler. */
#define SIM_EF_CERTIFICATE_SIZE 3808
#define SIM_EF_CA_SIZE 2048

struct sim_card_pin {
	bool set; /* false: never given one, so no PIN is right */
	char text[SIM_PIN_MAX + 1];
	unsigned int tries;
};

/* The PINs' file. */
bool sim_pins_read(const char *dir, struct sim_card_pin pins[SIM_PIN_COUNT], char **error);
bool sim_pins_write(const char *dir, const struct sim_card_pin pins[SIM_PIN_COUNT], char **error);

/*
 * pin.c: what a new PIN must be: exactly 4 digits, or 6 to 16 of A-Z and 0-9 with a letter and a
 * digit among them.
 */
bool sim_pin_is_acceptable(enum sim_pin which, const uint8_t *pin, size_t len);

bool sim_switches_read(const char *dir, struct sim_switches *switches, char **error);
bool sim_switches_write(const char *dir, const struct sim_switches *switches, char **error);

#endif
