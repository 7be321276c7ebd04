/* SPDX-License-Identifier: BSD-2-Clause */
/* SELECT: sections 1.1 and 3.1 of the facts on the card, and 4 for what it does to a login. */
#include "sim/card/command.h"

static void
answer_fci(struct sim_reply *reply, const struct sim_app *app)
{
	const uint8_t head[] = {0x6F, (uint8_t)(app->aid_len + 2), 0x84, app->aid_len};

	sim_reply_append(reply, head, sizeof head);
	sim_reply_append(reply, app->aid, app->aid_len);
}

/* Section 4: selecting this application keeps its logins, any other ends them. */
static bool
ends_logins(const struct sim_card *card, const struct sim_app *app)
{
	return app == &sim_apps[SIM_APP_ISSUER] ||
	       (app != &sim_apps[SIM_APP_JPKI] &&
		card->switches.value[SIM_SW_LOGIN_AFTER_LEAVING] == 0);
}

static uint16_t
select_app(struct sim_card *card, const struct sim_command *command, struct sim_reply *reply)
{
	bool next = (command->p2 & 0x03) == 0x02;
	const struct sim_app *app;

	if ((command->p2 & ~0x0Eu) != 0)
		return SW_P1P2;
	if (command->data_len == 0 || command->data_len > 16)
		return SW_LENGTH;
	app = sim_app_find(card, command->data, command->data_len, next);
	if (!app)
		return SW_NOT_FOUND;
	if (ends_logins(card, app))
		sim_chip_forget(card);
	card->app = app;
	card->ef = NULL;
	if ((command->p2 & 0x0C) == 0 && command->le)
		answer_fci(reply, app);
	return SW_OK;
}

static uint16_t
select_ef(struct sim_card *card, const struct sim_command *command)
{
	const struct sim_ef *ef;

	if (command->p2 != 0x0C && command->p2 != 0x00)
		return SW_P1P2;
	if (command->data_len != 2)
		return SW_LENGTH;
	ef = sim_ef_find(card, (uint32_t)(command->data[0] << 8 | command->data[1]));
	if (!ef)
		return SW_NOT_FOUND;
	card->ef = ef;
	return SW_OK;
}

uint16_t
sim_do_select(struct sim_card *card, const struct sim_command *command, struct sim_reply *reply)
{
	switch (command->p1) {
	case 0x00:
		/* There is no master file (section 1.1). */
		if (command->data_len > 0)
			return SW_NOT_FOUND;
		return card->app == &sim_apps[SIM_APP_ISSUER] ? SW_P1P2 : SW_OK;
	case 0x02:
		return select_ef(card, command);
	case 0x04:
		return select_app(card, command, reply);
	default:
		return SW_P1P2;
	}
}
