/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_COMMAND_COMMANDS_H
#define JPKI_SIM_COMMAND_COMMANDS_H

#include <stdbool.h>

#include "sim/control/client.h"
#include "sim/store/store.h"

/* The command line: tables of options and commands, and one function per command. */

/* Exit statuses, as in the manual page. */
enum {
	EXIT_OK = 0,
	EXIT_FAILED = 1,      /* it could not be done; a message says why */
	EXIT_USAGE = 2,	      /* the command line is wrong */
	EXIT_NOT_RUNNING = 3, /* no simulator to talk to */
	EXIT_NO_START = 125,  /* run: the simulator itself could not start */
	EXIT_NO_EXECUTE = 126,
	EXIT_NO_COMMAND = 127
};

#define LIST_MAX 64

struct string_list {
	const char *item[LIST_MAX + 1]; /* ended by NULL */
	int count;
};

/* Everything that options can say; what was not given is 0 or NULL. */
struct options {
	const char *state;
	const char *control;
	bool json;
	bool help;
	const char *person;
	const char *like;
	const char *now;
	struct sim_make_options make; /* `now` and `switches` are filled in from those beside it */
	struct string_list switches;
	struct string_list readers;
	struct string_list cards;
	struct string_list faults;
	const char *trace;
	const char *count;
	const char *idle_power_off;
	const char *port;
	const char *qemu;
	const char *ready_fd;
	bool empty;
};

struct call;
struct store_work;

struct command {
	const char *name;
	const char *arguments;
	const char *summary; /* for --help */
	const char *help;    /* for COMMAND --help, may be NULL */
	const char *options; /* names that go with it, separated by spaces; common ones go always */
	int least, most;     /* arguments; most -1: any number, taken as they are from the first */
	int (*run)(const struct call *call);
	bool (*work)(struct store_work *work); /* with run_on_store: see there */
	int pin;			    /* which argument says auth or sign, from 1; 0: none */
	void (*print)(const json_t *reply); /* with run_forward: what is not for --json */
};

/* A command with its options and arguments. */
struct call {
	const struct command *command;
	const struct options *options;
	int count;
	char **arguments;
};

/* options.c */

/*
 * Reads the options of `command` (NULL: those before the command). Returns the index of the first
 * argument, which follow each other in argv from there, or -1 after a message.
 */
int options_read(struct options *options, const struct command *command, int argc, char *argv[]);

/* Prints the options that go with the command (NULL: those that go with all). */
void options_print(const struct command *command);

/* The same for shell completion, see commands_print_words; with NULL, under no command's name. */
void options_print_words(const struct command *command);

/* Prints "jpki-card-sim: message" to standard error, and is false. */
bool complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Complains with an error made by the store or the control client, and frees it. */
bool complain_error(char *error);

/* Reads a whole number from text; false after a complaint about `what`. */
bool read_whole(const char *what, const char *text, unsigned long most, unsigned long *number);

/* Opens the state directory, or complains. */
struct sim_store *open_store(const struct options *options);

/* Prints a JSON value on standard output, indented. */
void print_json(const json_t *value);

/* the other files: the commands themselves */
extern const struct command card_commands[];
extern const struct command door_commands[];
extern const struct command control_commands[];

/* What ca takes as its VERB, for commands_print_words. */
void commands_print_ca_words(void);

int command_run(const struct call *call);
int command_serve(const struct call *call);

/* commands.c */

/* --help for all, and for one command. */
void commands_print_help(void);
void commands_print_command(const struct command *command);

/*
 * What can be typed, for shell completion (--words), from the tables that read the command line.
 * Three fields, with tabs between them:
 *	COMMAND	WORD		a word of its usage line; one in capitals stands for others
 *	COMMAND	--OPTION	NAME	and what its value is called, - for a flag
 *	=	NAME		WORD	a word for what is called so in capitals
 * COMMAND is - for what goes with all commands, WORD is - for a command without arguments.
 */
void commands_print_words(void);

const struct command *commands_find(const char *name);

#endif
