/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "tool/browsers/setup.h"
#include "tool/commands/commands.h"
#include "tool/doctor/parts.h"
#include "tool/report/report.h"
#include "tool/status/status.h"
#include "tool/system/start.h"
#include "tool/terminal/screen.h"
#include "tool/terminal/text.h"
#include "tool/verify/verify.h"

#define PIN_OPTIONS "pin-fd pinentry last-try"

/* clang-format off */
static const struct command commands[] = {
	{"status", "", N_("cards, PIN tries, dates of the certificates"),
		"json warn ics force pin " PIN_OPTIONS, 0, 0, status_run},
	{"cert show", "WHICH", N_("what a certificate says (auth, sign, auth-ca, sign-ca)"),
		"personal " PIN_OPTIONS, 1, 1, cert_show_run},
	{"cert export", "WHICH", N_("write a certificate to a file"),
		"output der force " PIN_OPTIONS, 1, 1, cert_export_run},
	{"validity", "auth|sign", N_("check dates, key and issuer of a certificate"),
		"json " PIN_OPTIONS, 1, 1, validity_run},
	{"sign", "FILE", N_("sign a file with the digital signature key"),
		"output enclosed force yes " PIN_OPTIONS, 1, 1, sign_run},
	{"verify", "FILE", N_("check a signature made with such a key; needs no card"),
		"json content output force", 1, 1, verify_run},
	{"pin change", "auth|sign", N_("change a PIN"), PIN_OPTIONS, 1, 1, pin_change_run},
	{"pin help", "", N_("the PINs of a card: which is which, who resets it"), "", 0, 0,
		pin_help_run},
	{"doctor", "", N_("why does it not work? Looks, and changes nothing"), "json", 0, 0,
		doctor_run},
	{"report", "[auth]", N_("what this card does; no PIN, nothing personal"),
		"json output force yes pin " PIN_OPTIONS, 0, 1, report_run},
	{"setup", "WHAT", N_("make a browser, mail, PIN prompts or reminders ready"),
		"remove yes", 1, 1, setup_any_run},
	{"agent", "", N_("ask for PINs in the place of programs, until it ends"), "pinentry", 0, 0,
		agent_run},
	{"help", "[TOPIC]", N_("what to do: locked, forgotten, expired, moved, lost"), "", 0, 1,
		help_run},
};
/* clang-format on */

#define COMMANDS ROWS(commands)

static void
print_help(void)
{
	char label[64];

	(void)printf("%s\n%s\n\n", _("Usage: jpki-tool COMMAND [OPTION]... [ARGUMENT]..."),
		     _("Looks after the certificates and PINs of a My Number card (JPKI)."));
	screen_width(22);
	for (size_t i = 0; i < COMMANDS; i++) {
		(void)snprintf(label, sizeof label, "%s %s", commands[i].name,
			       commands[i].arguments);
		screen_row(label, MARK_NONE, _(commands[i].summary));
	}
	screen_blank();
	options_print(NULL);
	screen_blank();
	screen_text(0, _("\"jpki-tool COMMAND --help\" has the options of a command. Not made or "
			 "endorsed by J-LIS or the Digital Agency."));
}

static void
print_command(const struct command *command)
{
	(void)printf(_("Usage: jpki-tool %s [OPTION]...%s%s\n"), command->name,
		     *command->arguments ? " " : "", command->arguments);
	screen_text(0, _(command->summary));
	screen_blank();
	options_print(command);
}

/* "jpki-tool cert --help": each command that begins with that word. Whether there is any. */
static bool
print_family(const char *word)
{
	const size_t len = strlen(word);
	bool any = false;

	for (size_t i = 0; i < COMMANDS; i++) {
		if (strncmp(commands[i].name, word, len) != 0 || commands[i].name[len] != ' ')
			continue;
		if (any)
			screen_blank();
		print_command(&commands[i]);
		any = true;
	}
	return any;
}

/*
 * What can be typed, for shell completion: the table that jpki-tool --words prints, made of the
 * tables that read the command line. Three fields, with tabs between them:
 *	COMMAND	WORD		a word of its usage line; one in capitals stands for others
 *	COMMAND	--OPTION	NAME	and what its value is called, - for a flag
 *	=	NAME		WORD	a word for what is called so in capitals
 * COMMAND is - for what goes with all commands, WORD is - for a command without arguments.
 */

/* What separates the words of a usage line. */
#define BETWEEN " |[]."

static void
print_arguments(const struct command *command)
{
	const char *at = command->arguments;

	/* A command without any is there all the same. */
	if (!*at)
		(void)printf("%s\t-\t-\n", command->name);
	while (*(at += strspn(at, BETWEEN))) {
		size_t len = strcspn(at, BETWEEN);

		(void)printf("%s\t%.*s\t-\n", command->name, (int)len, at);
		at += len;
	}
}

static void
print_choices(const char *name, const char *(*choice)(size_t i))
{
	const char *word;

	for (size_t i = 0; (word = choice(i)); i++)
		(void)printf("=\t%s\t%s\n", name, word);
}

/* Touches no card. */
static void
print_words(void)
{
	for (size_t i = 0; i < COMMANDS; i++) {
		print_arguments(&commands[i]);
		options_print_words(&commands[i]);
	}
	options_print_words(NULL);
	print_choices("WHICH", cert_choice);
	print_choices("WHAT", setup_choice);
	print_choices("TOPIC", help_choice);
}

/* The command named by the first one or two words; *words says how many it took. */
static const struct command *
find_command(int count, char *words[], int *taken)
{
	for (size_t i = 0; i < COMMANDS; i++) {
		const char *name = commands[i].name, *space = strchr(name, ' ');
		size_t first = space ? (size_t)(space - name) : strlen(name);

		if (count < 1 || strlen(words[0]) != first || strncmp(words[0], name, first) != 0)
			continue;
		*taken = space ? 2 : 1;
		if (!space || (count > 1 && strcmp(words[1], space + 1) == 0))
			return &commands[i];
	}
	return NULL;
}

static enum tool_exit
run(const struct options *options, int count, char *words[])
{
	int taken = 0;
	const struct command *command = find_command(count, words, &taken);

	if (!command && options->help && print_family(words[0]))
		return TOOL_OK;
	if (!command)
		return give_up(TOOL_USAGE,
			       _("there is no command \"%s%s%s\" (jpki-tool --help lists them)"),
			       words[0], taken == 2 && count > 1 ? " " : "",
			       taken == 2 && count > 1 ? words[1] : "");
	if (options->help) {
		print_command(command);
		return TOOL_OK;
	}
	if (!options_fit(options, command))
		return TOOL_USAGE;
	count -= taken;
	if (count < command->least || count > command->most)
		return give_up(TOOL_USAGE, _("usage: jpki-tool %s %s"), command->name,
			       command->arguments);
	words[taken + count] = NULL;
	return command->run(options, words + taken);
}

static enum tool_exit
start(int argc, char *argv[])
{
	struct options options = {.pin_fd = -1, .warn = -1};
	int count;

	if (!options_read(&options, argc - 1, argv + 1, &count))
		return TOOL_USAGE;
	if (options.version)
		(void)puts(PACKAGE_STRING);
	else if (options.statuses)
		exit_print_table();
	else if (options.words)
		print_words();
	else if (count > 0)
		return run(&options, count, argv + 1);
	else if (options.help)
		print_help();
	else
		return give_up(TOOL_USAGE, "%s", _("which command? (jpki-tool --help lists them)"));
	return TOOL_OK;
}

int
main(int argc, char *argv[])
{
	enum tool_exit status;

	/* A closed pipe is an error like any other: a message, and what was begun is ended. */
	(void)signal(SIGPIPE, SIG_IGN);
	/* So is a file that may not grow any more. */
	(void)signal(SIGXFSZ, SIG_IGN);
	start_program();
	screen_start();
	status = start(argc, argv);
	if (!screen_end()) {
		complain(_("cannot write %s: %s"), _("standard output"), strerror(errno));
		return status == TOOL_OK ? TOOL_FAILED : (int)status;
	}
	/* Each command has a better one for what it shows; this is for what it forgot. */
	return status == TOOL_OK && screen_has_problem() ? TOOL_FAILED : (int)status;
}
