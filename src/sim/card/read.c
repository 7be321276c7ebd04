/* SPDX-License-Identifier: BSD-2-Clause */
/* READ BINARY and READ RECORD: sections 2 and 3.2 of the facts on the card. */
#include "sim/card/command.h"

static uint16_t
may_read(const struct sim_card *card, const struct sim_ef *ef)
{
	if (ef->type == SIM_TYPE_SEALED)
		return SW_PIN_MISSING;
	if (ef->type != SIM_TYPE_DATA)
		return SW_FILE_TYPE;
	if (ef->which == SIM_EF_SIGN_CERTIFICATE && !card->presented[SIM_PIN_SIGN])
		return SW_PIN_MISSING;
	if (ef->which == SIM_EF_AUTH_CERTIFICATE && !card->presented[SIM_PIN_AUTH] &&
	    card->switches.value[SIM_SW_AUTH_CERTIFICATE] == 1)
		return SW_PIN_MISSING;
	return SW_OK;
}

static uint16_t
read_target(const struct sim_card *card, const struct sim_command *command,
	    const struct sim_ef **ef, size_t *offset)
{
	uint16_t sw;

	if ((command->p1 & 0x80) == 0) {
		*offset = (size_t)(command->p1 << 8 | command->p2);
		*ef = card->ef;
		return *ef ? SW_OK : SW_NO_FILE;
	}
	if ((command->p1 & 0x60) != 0 || (command->p1 & 0x1F) == 0)
		return SW_P1P2;
	sw = sim_command_short_id(card, SIM_TYPE_DATA);
	if (sw != SW_OK)
		return sw;
	*offset = command->p2;
	*ef = sim_ef_find(card, command->p1 & 0x1F);
	return *ef ? SW_OK : SW_NOT_FOUND;
}

uint16_t
sim_do_read(struct sim_card *card, const struct sim_command *command, struct sim_reply *reply)
{
	const struct sim_ef *ef = NULL;
	const struct sim_bytes *file;
	size_t offset = 0, len;
	uint16_t sw;

	if (command->data_len || !command->le)
		return SW_LENGTH;
	sw = read_target(card, command, &ef, &offset);
	if (sw == SW_OK)
		sw = may_read(card, ef);
	if (sw != SW_OK)
		return sw;
	file = &card->data.content[ef->which];
	if (offset >= file->len)
		return SW_OFFSET;
	card->ef = ef;
	len = file->len - offset;
	if (len > command->le)
		len = command->le;
	sim_reply_append(reply, file->bytes + offset, len);
	if (len < command->le && card->switches.value[SIM_SW_READ_PAST_END] == 1)
		return SW_END_OF_FILE;
	return SW_OK;
}

/* Section 2.5: the common application's one record, 1C and 28 digits. */
uint16_t
sim_do_read_record(struct sim_card *card, const struct sim_command *command,
		   struct sim_reply *reply)
{
	if (command->data_len || !command->le)
		return SW_LENGTH;
	if (!card->app->is_common)
		return SW_CONDITIONS;
	if (command->p2 != 0x0C)
		return (command->p2 & 0x07) == 0x04 ? SW_NOT_FOUND : SW_P1P2;
	if (command->p1 != 1)
		return SW_NO_RECORD;
	sim_reply_append(reply, "\x1C", 1);
	sim_reply_append(reply, card->data.number, 15);
	sim_reply_append(reply, card->data.municipality, 5);
	sim_reply_append(reply, card->data.expiry, 8);
	if (reply->len > command->le)
		reply->len = command->le;
	return SW_OK;
}
