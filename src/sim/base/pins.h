/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_BASE_PINS_H
#define JPKI_SIM_BASE_PINS_H

#include <stdbool.h>

/* The two of everything on a card: PIN, key, certificate, and the authority that issued it. */
enum sim_pin { SIM_PIN_AUTH, SIM_PIN_SIGN, SIM_PIN_COUNT };

/* "auth" and "sign", as users type them and as files have them. */
extern const char *const sim_pin_names[SIM_PIN_COUNT];

/* False when it is neither. */
bool sim_pin_find(const char *name, enum sim_pin *pin);

/* In a row, before the card blocks the PIN. */
unsigned int sim_card_tries_allowed(enum sim_pin pin);

#endif
