/* SPDX-License-Identifier: BSD-2-Clause */
/* What commands share: which file one means (section 3.7 of the facts), and how an answer grows. */
#include <string.h>

#include "sim/card/command.h"

uint16_t
sim_command_short_id(const struct sim_card *card, enum sim_ef_type type)
{
	static const uint16_t words[] = {SW_P1P2,      SW_NO_FILE,   SW_CONDITIONS, SW_NO_DATA,
					 SW_NOT_FOUND, SW_FILE_TYPE, SW_LOCKED,	    SW_LENGTH};
	static const bool taken[][3] = {
		/* Reading, PINs, the signature: in the order of the switch's values. */
		{true, true, true},
		{true, false, false},
		{false, false, false},
		{true, true, false},
	};
	int command = type == SIM_TYPE_KEY ? 2 : type == SIM_TYPE_PIN ? 1 : 0;

	if (taken[card->switches.value[SIM_SW_SHORT_IDS]][command])
		return SW_OK;
	return words[card->switches.value[SIM_SW_REFUSED_SHORT_ID]];
}

uint16_t
sim_command_reference(const struct sim_card *card, uint8_t p2, enum sim_ef_type type,
		      const struct sim_ef **ef)
{
	if ((p2 & 0xE0) != 0x80)
		return SW_P1P2;
	if (p2 == 0x80) {
		*ef = card->ef;
		if (!*ef)
			return SW_NO_FILE;
	} else {
		uint16_t sw = sim_command_short_id(card, type);

		if (sw != SW_OK)
			return sw;
		*ef = sim_ef_find(card, p2 & 0x1F);
		if (!*ef)
			return SW_NOT_FOUND;
	}
	if ((*ef)->type != type && !(type == SIM_TYPE_PIN && (*ef)->type == SIM_TYPE_STRANGER))
		return SW_FILE_TYPE;
	return SW_OK;
}

void
sim_reply_append(struct sim_reply *reply, const void *bytes, size_t len)
{
	if (len > 256 - reply->len)
		len = 256 - reply->len;
	memcpy(reply->bytes + reply->len, bytes, len);
	reply->len += len;
}
