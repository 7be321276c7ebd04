/* SPDX-License-Identifier: BSD-2-Clause */
/* From bytes to commands and back; and the small commands of section 3.6 of the facts. */
#include <openssl/rand.h>
#include <string.h>

#include "sim/card/card.h"
#include "sim/card/command.h"

/* A number of one or two bytes. */
static size_t
number(const uint8_t *bytes, size_t width)
{
	return width == 1 ? bytes[0] : (size_t)(bytes[0] << 8 | bytes[1]);
}

/* What an expected length stands for: 0 for all that can be. */
static size_t
expected(const uint8_t *bytes, size_t width)
{
	size_t le = number(bytes, width);

	return le ? le : width == 1 ? 256 : 65536;
}

bool
sim_command_parse(struct sim_command *command, const uint8_t *bytes, size_t len)
{
	const uint8_t *body = bytes + 4;
	size_t width = 1, data_len;

	memset(command, 0, sizeof *command);
	if (len < 4)
		return false;
	command->cla = bytes[0];
	command->ins = bytes[1];
	command->p1 = bytes[2];
	command->p2 = bytes[3];
	len -= 4;
	/* A 00 marks the extended form, in which lengths have two bytes. */
	command->extended = len >= 3 && body[0] == 0;
	if (command->extended) {
		width = 2;
		body++;
		len--;
	}
	if (len == 0)
		return true;
	if (len == width) {
		command->le = expected(body, width);
		return true;
	}
	data_len = number(body, width);
	if (data_len == 0)
		return false;
	len -= width;
	command->data = body + width;
	command->data_len = data_len < len ? data_len : len;
	if (len > data_len)
		command->le = expected(command->data + len - width, width);
	return len == data_len || len == data_len + width;
}

static uint16_t
do_challenge(struct sim_card *card, const struct sim_command *command, struct sim_reply *reply)
{
	(void)card;
	if (command->extended)
		return SW_CONDITIONS;
	if (command->p1 || command->p2)
		return SW_P1P2;
	if (command->data_len || !command->le)
		return SW_LENGTH;
	if (RAND_bytes(reply->bytes, (int)command->le) != 1)
		return SW_CONDITIONS;
	reply->len = command->le;
	return SW_OK;
}

/*
 * Only the objects whose content is public are here. 5F51 is the contact answer to reset without
 * its first byte, the same over the contactless interface.
 */
static uint16_t
do_get_data(struct sim_card *card, const struct sim_command *command, struct sim_reply *reply)
{
	uint8_t atr[SIM_ATR_MAX];

	if (card->app != &sim_apps[SIM_APP_ISSUER] || card->data.kind == SIM_KIND_FOREIGN)
		return SW_NO_DATA;
	if (command->data_len || !command->le)
		return SW_LENGTH;
	switch (command->p1 << 8 | command->p2) {
	case 0x5F51:
		sim_reply_append(reply, atr + 1, sim_card_contact_atr(card, atr) - 1);
		break;
	case 0x00F0:
		sim_reply_append(reply, card->data.municipality, 5);
		break;
	case 0x00F2:
		sim_reply_append(reply, card->data.expiry, 8);
		break;
	case 0x7F21:
		return SW_LENGTH; /* larger than a short answer */
	default:
		return SW_NO_DATA;
	}
	if (reply->len > command->le)
		reply->len = command->le;
	return SW_OK;
}

/* Only an iPhone has a use for it; what it answers there is not published. */
static uint16_t
do_phone_command(struct sim_card *card, const struct sim_command *command, struct sim_reply *reply)
{
	(void)command;
	(void)reply;
	return card->data.kind == SIM_KIND_IPHONE ? SW_OK : SW_LENGTH;
}

static const struct {
	uint8_t cla, ins;
	sim_do *run;
	uint16_t in_jpki, elsewhere; /* only refused: with this in the JPKI application, or not */
} instructions[] = {
	{0x00, INS_VERIFY, sim_do_verify, 0, 0},
	{0x00, INS_CHANGE, sim_do_change, 0, 0},
	{0x00, INS_CHALLENGE, do_challenge, 0, 0},
	{0x00, 0x88, NULL, SW_PIN_MISSING, SW_CONDITIONS}, /* INTERNAL AUTHENTICATE */
	{0x00, INS_SELECT, sim_do_select, 0, 0},
	{0x00, INS_READ, sim_do_read, 0, 0},
	{0x00, 0xB2, sim_do_read_record, 0, 0},
	{0x00, INS_GET_DATA, do_get_data, 0, 0},
	{0x08, INS_READ, NULL, SW_SM_READ, SW_SECURE_MESSAGING},
	{0x80, INS_SIGN, sim_do_sign, 0, 0},
	{0x80, 0xA2, NULL, SW_P1P2, SW_INS},	    /* public key */
	{0x80, 0xAE, NULL, SW_PIN_MISSING, SW_INS}, /* session key */
	{0x80, 0xFC, do_phone_command, 0, 0},
};

static uint16_t
run(struct sim_card *card, const struct sim_command *command, struct sim_reply *reply)
{
	uint8_t cla = command->cla;

	if ((cla & 0x7F) < 0x20 && (cla & 0x03) != 0)
		return SW_CHANNEL;
	if ((cla & 0x40) && !(cla & 0x80))
		return SW_CHANNEL; /* the form for channels 4 and up */
	for (size_t i = 0; i < sizeof instructions / sizeof instructions[0]; i++) {
		if (instructions[i].cla != cla || instructions[i].ins != command->ins)
			continue;
		if (instructions[i].run)
			return instructions[i].run(card, command, reply);
		return card->app == &sim_apps[SIM_APP_JPKI] ? instructions[i].in_jpki
							    : instructions[i].elsewhere;
	}
	if (cla == 0x04 || cla == 0x08 || cla == 0x0C)
		return SW_SECURE_MESSAGING;
	return cla == 0x00 || cla == 0x80 ? SW_INS : SW_CLA;
}

static uint16_t
run_checked(struct sim_card *card, const uint8_t *bytes, size_t len, struct sim_reply *reply)
{
	struct sim_command command;
	bool first = card->first_command;
	bool sound = sim_command_parse(&command, bytes, len);

	card->first_command = false;
	if (!card->powered || len < 4)
		return SW_UNKNOWN;
	if (first && card->switches.value[SIM_SW_FIRST_COMMAND] == 1)
		return SW_UNKNOWN;
	if (!sound)
		return SW_LENGTH;
	/* GET CHALLENGE has an answer of its own to the extended form. */
	if (command.extended && command.ins != INS_CHALLENGE &&
	    card->switches.value[SIM_SW_EXTENDED_LENGTH] == 0)
		return SW_LENGTH;
	return run(card, &command, reply);
}

size_t
sim_card_transmit(struct sim_card *card, const uint8_t *command, size_t command_len,
		  uint8_t response[SIM_RESPONSE_MAX])
{
	struct sim_reply reply = {response, 0};
	uint16_t sw = run_checked(card, command, command_len, &reply);

	/* Data come with success and with the warning at the end of a file only. */
	if (sw != SW_OK && sw != SW_END_OF_FILE)
		reply.len = 0;
	response[reply.len] = (uint8_t)(sw >> 8);
	response[reply.len + 1] = (uint8_t)sw;
	return reply.len + 2;
}

void
sim_card_tear(struct sim_card *card, const uint8_t *bytes, size_t len)
{
	struct sim_command command;
	const struct sim_ef *ef = NULL;

	if (card->powered && sim_command_parse(&command, bytes, len) && !command.extended &&
	    command.cla == 0 && command.ins == INS_VERIFY && command.p1 == 0 &&
	    command.data_len > 0 && command.le == 0 &&
	    card->switches.value[SIM_SW_COUNTER_WRITTEN] == 1 &&
	    sim_command_reference(card, command.p2, SIM_TYPE_PIN, &ef) == SW_OK &&
	    ef->type == SIM_TYPE_PIN && sim_chip_pins_begin(card)) {
		if (card->pin[ef->which].tries > 0)
			(void)sim_pin_set_counter(card, (enum sim_pin)ef->which,
						  card->pin[ef->which].tries - 1);
		sim_chip_pins_end(card);
	}
	sim_card_power_off(card);
}

unsigned int
sim_card_delay_us(const struct sim_card *card, const uint8_t *command, size_t command_len)
{
	unsigned int delay = card->switches.value[SIM_SW_DELAY_EXCHANGE];

	if (command_len >= 2 && command[1] == INS_SIGN)
		delay += card->switches.value[SIM_SW_DELAY_SIGNATURE];
	return delay;
}
