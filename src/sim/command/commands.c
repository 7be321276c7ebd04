/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/command/commands.h"

#include <stdio.h>
#include <string.h>

#include "sim/card/switches.h"
#include "sim/store/people.h"

static const struct {
	const char *title;
	const struct command *commands;
} groups[] = {
	{"Cards", card_commands},
	{"Doors", door_commands},
	{"A running simulator", control_commands},
};
#define GROUPS (sizeof groups / sizeof groups[0])

const struct command door_commands[] = {
	{"run", "[--] PROGRAM [ARGUMENT]...", "run a program over simulated readers",
	 "Runs PROGRAM with a stand-in libpcsclite.so.1 and ends with its exit status: no\n"
	 "daemon, no root. Without --reader or --card it sees one reader with the card adult.\n"
	 "Cards that bear the name of a ready-made person are made when missing.\n"
	 "Inside of PROGRAM the simulator can be controlled (insert, remove, fault ...).\n",
	 "reader card empty switch fault trace count idle-power-off", 1, -1, .run = command_run},
	{"serve", "", "put cards into the virtual readers of pcscd",
	 "Connects to the vpcd driver of a running pcscd (package vsmartcard-vpcd), up to two\n"
	 "cards, until it is interrupted. Waits for a pcscd that is not there (yet).\n"
	 "With --qemu one card goes into the USB reader (ccid-card-passthru) of a QEMU that\n"
	 "listens at SOCKET.\n",
	 "card empty switch trace count qemu port ready-fd", 0, 0, .run = command_serve},
	{0}};

const struct command *
commands_find(const char *name)
{
	const struct command *command;

	for (size_t i = 0; i < GROUPS; i++)
		for (command = groups[i].commands; command->name; command++)
			if (strcmp(command->name, name) == 0)
				return command;
	return NULL;
}

/* The names of a group, as many to a line as fit. */
static void
print_names(const struct command *command)
{
	int column = 0;

	for (; command->name; command++) {
		if (column > 0 && column + (int)strlen(command->name) > 70) {
			(void)putchar('\n');
			column = 0;
		}
		column += printf("%s%s", column == 0 ? "  " : ", ", command->name);
	}
	(void)putchar('\n');
}

void
commands_print_help(void)
{
	const struct command *command;
	char head[64];

	(void)puts("Usage: jpki-card-sim COMMAND [OPTION]... [ARGUMENT]...\n"
		   "A simulated My Number card (JPKI), for tests of what uses the real one.\n");
	for (size_t i = 0; i < GROUPS; i++) {
		(void)printf("%s:\n", groups[i].title);
		if (groups[i].commands == control_commands) {
			print_names(groups[i].commands);
			continue;
		}
		for (command = groups[i].commands; command->name; command++) {
			(void)snprintf(head, sizeof head, "%s %s", command->name,
				       command->arguments);
			(void)printf("  %-33s %s\n", head, command->summary);
		}
	}
	(void)puts("\nOptions of all commands (jpki-card-sim COMMAND --help has the others):");
	options_print(NULL);
}

void
commands_print_command(const struct command *command)
{
	(void)printf("Usage: jpki-card-sim %s [OPTION]... %s\n\n", command->name,
		     command->arguments);
	if (command->help)
		(void)fputs(command->help, stdout);
	else
		(void)printf("To %s.\n", command->summary);
	(void)puts("\nOptions:");
	options_print(command);
}

/* What separates the words of a usage line. */
#define BETWEEN " |[]."

static void
print_arguments(const struct command *command)
{
	const char *at = command->arguments;
	size_t len;

	/* A command without any is there all the same. */
	if (!*at)
		(void)printf("%s\t-\t-\n", command->name);
	while (*(at += strspn(at, BETWEEN)) != '\0') {
		len = strcspn(at, BETWEEN);
		(void)printf("%s\t%.*s\t-\n", command->name, (int)len, at);
		at += len;
	}
}

/* A card that is missing is made for the person of that name, so these are names of cards too. */
static void
print_choices(void)
{
	for (const struct sim_person *person = sim_people; person->name; person++)
		(void)printf("=\tCARD\t%s\n=\tPERSON\t%s\n", person->name, person->name);
	for (size_t i = 0; i < SIM_SWITCH_COUNT; i++)
		(void)printf("=\tSWITCH\t%s\n", sim_switch_table[i].name);
}

void
commands_print_words(void)
{
	const struct command *command;

	for (size_t i = 0; i < GROUPS; i++)
		for (command = groups[i].commands; command->name; command++) {
			print_arguments(command);
			options_print_words(command);
		}
	options_print_words(NULL);
	(void)puts("-\t--version\t-"); /* see main.c */
	print_choices();
	commands_print_ca_words();
}
