/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/commands.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *title;
	const struct command *commands;
} groups[] = {
	{"Cards", card_commands},
	{"Doors", door_commands},
	{"A running simulator", control_commands},
};
#define GROUPS (sizeof(groups) / sizeof(groups[0]))

const struct command door_commands[] = {
	{"run", "[--] COMMAND [ARGUMENT]...", "run a program over simulated readers",
	 "Runs COMMAND with a stand-in libpcsclite.so.1 and ends with its exit status: no\n"
	 "daemon, no root. Without --reader or --card it sees one reader with the card adult.\n"
	 "Cards that bear the name of a ready-made person are made when missing.\n"
	 "Inside of COMMAND the simulator can be controlled (insert, remove, fault ...).\n",
	 "reader card empty switch fault trace count idle-power-off", 1, -1, command_run},
	{"serve", "", "put cards into the virtual readers of pcscd",
	 "Connects to the vpcd driver of a running pcscd (package vsmartcard-vpcd), up to two\n"
	 "cards, until it is interrupted. Waits for a pcscd that is not there (yet).\n",
	 "card empty switch trace count port ready-fd", 0, 0, command_serve},
	{0}};

const struct command *
commands_find(const char *name)
{
	const struct command *command;
	size_t i;

	for (i = 0; i < GROUPS; i++)
		for (command = groups[i].commands; command->name != NULL; command++)
			if (strcmp(command->name, name) == 0)
				return command;
	return NULL;
}

void
commands_print_help(void)
{
	const struct command *command;
	char head[64];
	size_t i;

	puts("jpki-card-sim: a simulated My Number card (JPKI) for tests\n\n"
	     "Usage: jpki-card-sim [OPTION]... COMMAND [OPTION]... [ARGUMENT]...\n"
	     "       jpki-card-sim run -- pkcs11-tool --module jpki-pkcs11.so -L");
	for (i = 0; i < GROUPS; i++) {
		printf("%s:\n", groups[i].title);
		for (command = groups[i].commands; command->name != NULL; command++) {
			snprintf(head, sizeof(head), "%s %s", command->name, command->arguments);
			printf("  %-34s %s\n", head, command->summary);
		}
	}
	puts("Options of all commands (COMMAND --help names the others):");
	options_print(NULL);
}

void
commands_print_command(const struct command *command)
{
	printf("Usage: jpki-card-sim %s [OPTION]... %s\n\n", command->name, command->arguments);
	if (command->help != NULL)
		fputs(command->help, stdout);
	else
		printf("To %s.\n", command->summary);
	puts("\nOptions:");
	options_print(command);
}
