/* SPDX-License-Identifier: BSD-2-Clause */
/* PINs, VERIFY and CHANGE REFERENCE DATA: sections 3.3, 3.5 and 5 of the facts on the card. */
#include <ctype.h>
#include <openssl/crypto.h>
#include <string.h>

#include "sim/card/command.h"

/* The shape of any PIN. */
static bool
is_well_formed(enum sim_pin which, const uint8_t *pin, size_t len)
{
	bool sign = which == SIM_PIN_SIGN;

	if (len < (sign ? 6u : 4u) || len > (sign ? (size_t)SIM_PIN_MAX : 4u))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isdigit(pin[i]) && !(sign && isupper(pin[i])))
			return false;
	return true;
}

bool
sim_pin_is_acceptable(enum sim_pin which, const uint8_t *pin, size_t len)
{
	bool digit = false, letter = which == SIM_PIN_AUTH;

	if (!is_well_formed(which, pin, len))
		return false;
	for (size_t i = 0; i < len; i++) {
		digit = digit || isdigit(pin[i]);
		letter = letter || isupper(pin[i]);
	}
	return digit && letter;
}

static uint16_t
wrong_pin(unsigned int tries)
{
	return (uint16_t)(SW_WRONG_PIN + (tries > 15 ? 15 : tries));
}

static uint16_t
query_tries(const struct sim_card *card, unsigned int tries)
{
	static const uint16_t blocked[] = {SW_WRONG_PIN, SW_LOCKED_ISO, SW_LOCKED};

	return tries > 0 ? wrong_pin(tries) : blocked[card->switches.value[SIM_SW_BLOCKED_QUERY]];
}

static uint16_t
refuse_locked(const struct sim_card *card)
{
	return card->switches.value[SIM_SW_BLOCKED_ATTEMPT] == 0 ? SW_LOCKED : SW_LOCKED_ISO;
}

bool
sim_pin_set_counter(struct sim_card *card, enum sim_pin which, unsigned int tries)
{
	if (card->pin[which].tries == tries)
		return true;
	card->pin[which].tries = tries;
	return sim_pins_write(card->dir, card->pin, NULL);
}

static uint16_t
reject_pin(struct sim_card *card, enum sim_pin which, unsigned int tries_before)
{
	if (card->switches.value[SIM_SW_FAILED_VERIFY] == 0 || tries_before == 1)
		card->presented[which] = false;
	if (!sim_pin_set_counter(card, which, tries_before - 1))
		return SW_MEMORY;
	return wrong_pin(tries_before - 1);
}

static uint16_t
accept_pin(struct sim_card *card, enum sim_pin which)
{
	if (!sim_pin_set_counter(card, which, sim_card_tries_allowed(which)))
		return SW_MEMORY;
	if (card->switches.value[SIM_SW_BOTH_LOGINS] == 1)
		memset(card->presented, 0, sizeof card->presented);
	card->presented[which] = true;
	return SW_OK;
}

/* With the PINs' file locked and read. */
static uint16_t
try_pin(struct sim_card *card, enum sim_pin which, const struct sim_command *command)
{
	const struct sim_card_pin *pin = &card->pin[which];
	unsigned int tries = pin->tries;

	if (tries == 0)
		return refuse_locked(card);
	if (card->switches.value[SIM_SW_MALFORMED_PIN] == 1 &&
	    !is_well_formed(which, command->data, command->data_len)) {
		size_t len = command->data_len;
		bool wrong_len = which == SIM_PIN_AUTH ? len != 4 : len < 6 || len > SIM_PIN_MAX;

		return wrong_len ? SW_LENGTH : SW_DATA;
	}
	if (card->switches.value[SIM_SW_COUNTER_WRITTEN] == 1 &&
	    !sim_pin_set_counter(card, which, tries - 1))
		return SW_MEMORY;
	if (!pin->set || strlen(pin->text) != command->data_len ||
	    CRYPTO_memcmp(pin->text, command->data, command->data_len) != 0)
		return reject_pin(card, which, tries);
	return accept_pin(card, which);
}

uint16_t
sim_do_verify(struct sim_card *card, const struct sim_command *command, struct sim_reply *reply)
{
	const struct sim_ef *ef = NULL;
	uint16_t sw;

	(void)reply;
	if (command->p1 != 0)
		return SW_P1P2;
	if (command->le)
		return SW_LENGTH; /* the 5-byte form of the query too */
	sw = sim_command_reference(card, command->p2, SIM_TYPE_PIN, &ef);
	if (sw != SW_OK)
		return sw;
	if (ef->type == SIM_TYPE_STRANGER)
		return command->data_len ? SW_CONDITIONS : query_tries(card, ef->which);
	if (!sim_chip_pins_begin(card))
		return SW_MEMORY;
	if (command->data_len)
		sw = try_pin(card, (enum sim_pin)ef->which, command);
	else
		sw = query_tries(card, card->pin[ef->which].tries);
	sim_chip_pins_end(card);
	return sw;
}

/* With the PINs' file locked and read. */
static uint16_t
change_pin(struct sim_card *card, enum sim_pin which, const struct sim_command *command)
{
	struct sim_card_pin old = card->pin[which];

	if (old.tries == 0)
		return refuse_locked(card);
	if (!sim_pin_is_acceptable(which, command->data, command->data_len))
		return SW_DATA;
	memcpy(card->pin[which].text, command->data, command->data_len);
	card->pin[which].text[command->data_len] = '\0';
	if (sim_pins_write(card->dir, card->pin, NULL))
		return SW_OK;
	card->pin[which] = old;
	return SW_MEMORY;
}

uint16_t
sim_do_change(struct sim_card *card, const struct sim_command *command, struct sim_reply *reply)
{
	const struct sim_ef *ef = NULL;
	uint16_t sw;

	(void)reply;
	if (command->p1 != 1)
		return SW_P1P2;
	if (command->le || !command->data_len)
		return SW_LENGTH;
	sw = sim_command_reference(card, command->p2, SIM_TYPE_PIN, &ef);
	if (sw != SW_OK)
		return sw;
	if (ef->type == SIM_TYPE_STRANGER || !card->presented[ef->which])
		return SW_PIN_MISSING;
	if (!sim_chip_pins_begin(card))
		return SW_MEMORY;
	sw = change_pin(card, (enum sim_pin)ef->which, command);
	sim_chip_pins_end(card);
	return sw;
}
