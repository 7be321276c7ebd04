/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_TERMINAL_OPTIONS_H
#define JPKI_TOOL_TERMINAL_OPTIONS_H

#include <stdbool.h>

#include "tool/terminal/exit.h"

struct module;
struct person;

/* What the command line can say; what was not given is NULL, false or -1. */
struct options {
	const char *module;
	const char *reader;
	const char *serial;
	const char *ics;
	const char *output;
	const char *content;
	const char *pinentry;
	int pin_fd;
	int warn;
	bool json;
	bool pin;
	bool der;
	bool force;
	bool personal;
	bool enclosed;
	bool last_try;
	bool remove;
	bool yes;
	bool help;
	bool version;
	bool statuses;
	bool words;
	/* For a program that runs commands itself: its module, if it has one loaded, and whom the
	 * PINs are asked from instead. */
	const struct module *lent;
	const struct person *person;
	bool *is_place_bad; /* theirs: set where it was the output that could not be written */
};

/* What a command does with its arguments. */
typedef enum tool_exit command_run(const struct options *options, char *arguments[]);

struct command {
	const char *name;
	const char *arguments; /* as in the usage line */
	const char *summary;   /* N_() */
	const char *options;   /* names of those that go with it, between spaces */
	int least, most;       /* arguments */
	command_run *run;
};

/*
 * Takes the options out of argv (argc words after the program's name), which then holds the
 * *count arguments in order. False after a message.
 */
bool options_read(struct options *options, int argc, char *argv[], int *count);

/* Whether all options given go with the command; a message if not. */
bool options_fit(const struct options *options, const struct command *command);

/* Prints a line for each option that goes with the command (NULL: with none). */
void options_print(const struct command *command);

/* For programs, in words.h's form: the command's own options; NULL: those that go with any. */
void options_print_words(const struct command *command);

#endif
