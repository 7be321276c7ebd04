/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_CARD_CARD_H
#define JPKI_SIM_CARD_CARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/pins.h"

/*
 * The simulated card: one chip, answering APDUs as a My Number card's JPKI application does.
 * It shares no code with the module, so that a mistake in one is seen by the other.
 *
 * What a real chip keeps over power loss is in the card's folder (folder.h), written at once; what
 * it loses (selected application, current EF, PINs presented) is in memory only. Not thread-safe:
 * one owner at a time.
 */

#define SIM_ATR_MAX 33
#define SIM_RESPONSE_MAX 258 /* 256 bytes of data and the status word */

struct sim_card;

/* Opens the card in folder `dir`; fails when that is missing, unreadable or damaged. */
struct sim_card *sim_card_open(const char *dir, char **error);

/* Forgets the card (NULL is allowed); its folder stays. */
void sim_card_free(struct sim_card *card);

/* The answer to reset, and what the card says to be that of its contacts; returns the length. */
size_t sim_card_atr(const struct sim_card *card, uint8_t atr[SIM_ATR_MAX]);
size_t sim_card_contact_atr(const struct sim_card *card, uint8_t atr[SIM_ATR_MAX]);

void sim_card_power_on(struct sim_card *card);
void sim_card_power_off(struct sim_card *card);

/* Warm reset, of a card that has power: whether PINs presented before survive it is a switch. */
void sim_card_reset(struct sim_card *card);

/*
 * One exchange. Always answers at least a status word; returns the length of the response.
 * The response holds what the card would send: personal data and all.
 */
size_t sim_card_transmit(struct sim_card *card, const uint8_t *command, size_t command_len,
			 uint8_t response[SIM_RESPONSE_MAX]);

/*
 * The card leaves the reader in the middle of this command: no answer, and it is powered off.
 * A try may be spent for a right PIN if the card writes its counter first (switch
 * counter-written).
 */
void sim_card_tear(struct sim_card *card, const uint8_t *command, size_t command_len);

/* How long a real card would take for this command, in microseconds (switches delay-*). */
unsigned int sim_card_delay_us(const struct sim_card *card, const uint8_t *command,
			       size_t command_len);

/* Tries left. */
unsigned int sim_card_tries(const struct sim_card *card, enum sim_pin pin);

/* Sets the tries left (0 blocks), as if somebody had spent or restored them. */
bool sim_card_set_tries(struct sim_card *card, enum sim_pin pin, unsigned int left, char **error);

/* True while the PIN is presented, that is, while the key can be used without it. */
bool sim_card_is_open(const struct sim_card *card, enum sim_pin pin);

/* Sets a behaviour switch (see switches.h), kept in the card's folder. */
bool sim_card_set_switch(struct sim_card *card, const char *name, const char *value, char **error);

/* Reads the card's folder again, after `renew` or an edit; the power state is kept. */
bool sim_card_reload(struct sim_card *card, char **error);

#endif
