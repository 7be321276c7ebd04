/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/card/reading.h"

#include <stdio.h>
#include <string.h>

/* The commands but SELECT. */
static const struct verb {
	uint8_t ins;
	bool on_file;
	bool show; /* both ways, but a file's content only where that is free */
	const char *name;
} verbs[] = {
	{INS_VERIFY, true, false, "VERIFY"},	  {INS_CHANGE, true, false, "CHANGE"},
	{INS_SIGN, true, true, "SIGN with"},	  {INS_CHALLENGE, false, true, "GET CHALLENGE"},
	{INS_READ, true, true, "READ"},		  {0xC0, false, false, "GET RESPONSE"},
	{INS_GET_DATA, false, false, "GET DATA"},
};

static const char *
file_name(uint32_t id, char buffer[16])
{
	const struct sim_ef *file = sim_app_file(&sim_apps[SIM_APP_JPKI], id);

	(void)snprintf(buffer, 16, "EF %04X", (unsigned int)id);
	return file && file->name ? file->name : buffer;
}

/* Whether the card has the application, and lets it be selected, is another question. */
static const char *
application_name(const struct sim_command *command)
{
	for (const struct sim_app *app = sim_apps; app->name; app++)
		if (command->data_len > 0 &&
		    sim_app_begins_with(app, command->data, command->data_len))
			return app->name;
	return "application";
}

static void
read_select(struct sim_reading *reading)
{
	const struct sim_command *command = &reading->command;
	char buffer[16];
	const char *name = NULL;

	reading->show_command = reading->show_response = true;
	if (command->p1 == 0x04)
		name = application_name(command);
	else if (command->data_len == 2)
		name = file_name((uint32_t)(command->data[0] << 8 | command->data[1]), buffer);
	(void)snprintf(reading->name, sizeof reading->name, "SELECT%s%s", name ? " " : "",
		       name ? name : "");
}

/* The file that P2, or P1 of READ BINARY, addresses: a short id, or the current one; 0: none. */
static uint32_t
addressed(const struct sim_card *card, const struct sim_command *command)
{
	uint8_t reference = command->ins != INS_READ	? command->p2
			    : (command->p1 & 0x80) != 0 ? command->p1
							: 0;

	if ((reference & 0x1F) != 0)
		return reference & 0x1F;
	return card->ef ? card->ef->id : 0;
}

/* Commands that work on one file: "READ auth certificate", "VERIFY sign PIN". */
static void
read_on_file(const struct sim_card *card, const char *verb, struct sim_reading *reading)
{
	const bool jpki = card->app == &sim_apps[SIM_APP_JPKI];
	const uint32_t id = addressed(card, &reading->command);
	const struct sim_ef *file = sim_app_file(&sim_apps[SIM_APP_JPKI], id);
	char buffer[16];

	if (reading->command.ins == INS_READ && !(jpki && file && file->free))
		reading->show_response = false;
	(void)snprintf(reading->name, sizeof reading->name, "%s %s", verb,
		       !jpki	 ? "in another application"
		       : id == 0 ? "?"
				 : file_name(id, buffer));
}

void
sim_card_read(const struct sim_card *card, const uint8_t *bytes, size_t len,
	      struct sim_reading *reading)
{
	const struct sim_command *command = &reading->command;

	*reading = (struct sim_reading){.name = "not a command"};
	(void)sim_command_parse(&reading->command, bytes, len);
	if (len < 4)
		return;
	(void)snprintf(reading->name, sizeof reading->name, "INS %02X", (unsigned int)command->ins);
	if (command->ins == INS_SELECT)
		read_select(reading);
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
		const struct verb *verb = &verbs[i];

		if (verb->ins != command->ins)
			continue;
		reading->show_command = reading->show_response = verb->show;
		if (verb->on_file)
			read_on_file(card,
				     verb->ins == INS_VERIFY && len == 4 ? "QUERY" : verb->name,
				     reading);
		else
			(void)snprintf(reading->name, sizeof reading->name, "%s", verb->name);
	}
}
