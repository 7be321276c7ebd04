/* SPDX-License-Identifier: BSD-2-Clause */
#include <getopt.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/dates.h"
#include "sim/base/memory.h"
#include "sim/command/commands.h"

enum kind { TEXT, FLAG, LIST };

struct option_row {
	const char *name;
	const char *value; /* what it is called in --help; NULL for none */
	enum kind kind;
	size_t place; /* in struct options */
	const char *meaning;
};

/* The common ones first, up to COMMON. */
#define PLACE(member) offsetof(struct options, member)
static const struct option_row rows[] = {
	{"state", "DIR", TEXT, PLACE(state), "state directory"},
	{"control", "PATH", TEXT, PLACE(control), "control socket of the running simulator"},
	{"json", NULL, FLAG, PLACE(json), "print JSON"},
	{"help", NULL, FLAG, PLACE(help), "print this"},
	{"person", "PERSON", TEXT, PLACE(person), "whose card (see people)"},
	{"like", "FILE", TEXT, PLACE(like), "a card that does as in a report of jpki-tool"},
	{"seed", "TEXT", TEXT, PLACE(make.seed), "make keys and numbers repeatable"},
	{"now", "DATE", TEXT, PLACE(now), "date of issue, 2026-11-21 or with T12:34:56Z"},
	{"pin-auth", "PIN", TEXT, PLACE(make.pin_auth), "4 digits (1234)"},
	{"pin-sign", "PIN", TEXT, PLACE(make.pin_sign), "6 to 16 of A-Z 0-9 (ABC123)"},
	{"generation", "NAME", TEXT, PLACE(make.generation),
	 "of the authorities: a year, previous, same or next"},
	{"no-eku", NULL, FLAG, PLACE(make.no_eku),
	 "authentication certificate without extKeyUsage"},
	{"switch", "[CARD.]NAME=VALUE", LIST, PLACE(switches), "behaviour (see switches)"},
	{"reader", "NAME[=CARD]", LIST, PLACE(readers), "a reader, empty or with a card"},
	{"card", "CARD", LIST, PLACE(cards), "a card in a reader of its own (adult)"},
	{"empty", NULL, FLAG, PLACE(empty), "no card in the reader"},
	{"fault", "KIND@N[:OPTION]...", LIST, PLACE(faults), "fault at the N-th PC/SC call"},
	{"trace", "FILE", TEXT, PLACE(trace), "write what is exchanged, masked (- stderr)"},
	{"count", "FILE", TEXT, PLACE(count), "write exchanges and calls as JSON at the end"},
	{"idle-power-off", "MS", TEXT, PLACE(idle_power_off),
	 "an unused card loses power (5000; 0 never)"},
	{"qemu", "SOCKET", TEXT, PLACE(qemu), "the card goes into a virtual computer's USB reader"},
	{"port", "PORT", TEXT, PLACE(port), "vpcd's first TCP port (35963)"},
	{"ready-fd", "FD", TEXT, PLACE(ready_fd), "write a line there once pcscd has the cards"},
};
#define ROWS ((int)(sizeof rows / sizeof rows[0]))
#define COMMON 4

bool
complain(const char *format, ...)
{
	va_list args;

	(void)fputs("jpki-card-sim: ", stderr);
	va_start(args, format);
	(void)vfprintf(stderr, format, args);
	va_end(args);
	(void)fputc('\n', stderr);
	return false;
}

bool
complain_error(char *error)
{
	complain("%s", error ? error : "failed");
	free(error);
	return false;
}

bool
read_whole(const char *what, const char *text, unsigned long most, unsigned long *number)
{
	return sim_read_whole(text, most, number) ||
	       complain("%s: '%s' is not a whole number from 0 to %lu", what, text, most);
}

/* Is `name` among the command's options? Before the command only the common ones are. */
static bool
goes_with(const struct command *command, int row)
{
	const char *at = command ? command->options : "";
	size_t len = strlen(rows[row].name);

	if (row < COMMON)
		return true;
	while (at && (at = strstr(at, rows[row].name)) != NULL) {
		if (at[len] == ' ' || !at[len])
			if (at == command->options || at[-1] == ' ')
				return true;
		at += len;
	}
	return false;
}

void
options_print(const struct command *command)
{
	char head[40];

	for (int i = 0; i < ROWS; i++) {
		if (!goes_with(command, i))
			continue;
		(void)snprintf(head, sizeof head, "--%s%s%s", rows[i].name,
			       rows[i].value ? " " : "", rows[i].value ? rows[i].value : "");
		(void)printf("  %-26s %s\n", head, rows[i].meaning);
	}
}

void
options_print_words(const struct command *command)
{
	for (int i = 0; i < ROWS; i++)
		if (command ? i >= COMMON && goes_with(command, i) : i < COMMON)
			(void)printf("%s\t--%s\t%s\n", command ? command->name : "-", rows[i].name,
				     rows[i].value ? rows[i].value : "-");
}

static bool
store_option(struct options *options, const struct option_row *row, const char *value)
{
	void *place = (char *)options + row->place;
	struct string_list *list = place;

	if (row->kind == FLAG) {
		*(bool *)place = true;
	} else if (row->kind == TEXT) {
		*(const char **)place = value;
	} else if (list->count < LIST_MAX) {
		list->item[list->count++] = value;
	} else {
		return complain("--%s: more than %d times", row->name, LIST_MAX);
	}
	return true;
}

static int
complain_usage(const struct command *command, const char *what, const char *option)
{
	complain("%s '%s'; see jpki-card-sim %s%s--help", what, option,
		 command ? command->name : "", command ? " " : "");
	return -1;
}

int
options_read(struct options *options, const struct command *command, int argc, char *argv[])
{
	/* Arguments that are another program's command line are not looked into. */
	bool as_they_are = !command || command->most == -1;
	struct option table[ROWS + 1] = {0};
	char *error = NULL;
	int i, found;

	for (i = 0; i < ROWS; i++) {
		table[i].name = rows[i].name;
		table[i].has_arg = rows[i].kind == FLAG ? no_argument : required_argument;
	}
	opterr = 0;
	optind = 0; /* start anew */
	while ((found = getopt_long(argc, argv, as_they_are ? "+:h" : ":h", table, &i)) != -1) {
		if (found == 'h')
			options->help = true;
		else if (found == ':')
			return complain_usage(command, "a value is missing after",
					      argv[optind - 1]);
		else if (found != 0)
			return complain_usage(command, "unknown option", argv[optind - 1]);
		else if (!goes_with(command, i))
			return complain_usage(command, "out of place: option", table[i].name);
		else if (!store_option(options, &rows[i], optarg))
			return -1;
	}
	options->make.switches = options->switches.item;
	if (!options->now || sim_now_parse(options->now, &options->make.now, &error))
		return optind;
	complain_error(error);
	return -1;
}

struct sim_store *
open_store(const struct options *options)
{
	char *error = NULL;
	struct sim_store *store = sim_store_open(options->state, &error);

	if (!store)
		complain_error(error);
	return store;
}

void
print_json(const json_t *value)
{
	json_dumpf(value, stdout, JSON_INDENT(2));
	(void)putchar('\n');
}
