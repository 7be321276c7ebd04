/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/base/pins.h"

#include <string.h>

const char *const sim_pin_names[SIM_PIN_COUNT] = {"auth", "sign"};

bool
sim_pin_find(const char *name, enum sim_pin *pin)
{
	*pin = strcmp(name, sim_pin_names[SIM_PIN_SIGN]) == 0 ? SIM_PIN_SIGN : SIM_PIN_AUTH;
	return strcmp(name, sim_pin_names[*pin]) == 0;
}

unsigned int
sim_card_tries_allowed(enum sim_pin pin)
{
	return pin == SIM_PIN_AUTH ? 3 : 5;
}
