/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "sim/command/commands.h"

/* run keeps the statuses below 125 for the program that it runs. */
static int
usage_status(const struct command *command)
{
	return command->most == -1 ? EXIT_NO_START : EXIT_USAGE;
}

/* Runs the command whose name and arguments begin at argv[0]. */
static int
run_command(struct options *options, int argc, char *argv[])
{
	const struct command *command = commands_find(argv[0]);
	int first, count;

	if (!command) {
		complain("there is no command '%s'; see jpki-card-sim --help", argv[0]);
		return EXIT_USAGE;
	}
	first = options_read(options, command, argc, argv);
	if (first == -1)
		return usage_status(command);
	if (options->help) {
		commands_print_command(command);
		return EXIT_OK;
	}
	count = argc - first;
	if (count < command->least || (command->most != -1 && count > command->most)) {
		complain("usage: jpki-card-sim %s [OPTION]... %s", command->name,
			 command->arguments);
		return usage_status(command);
	}
	return command->run(&(struct call){
		.command = command, .options = options, .count = count, .arguments = argv + first});
}

int
main(int argc, char *argv[])
{
	struct options options = {0};
	int first, status;

	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		(void)puts("jpki-card-sim (" PACKAGE_NAME ") " PACKAGE_VERSION);
		return EXIT_OK;
	}
	if (argc == 2 && strcmp(argv[1], "--words") == 0) {
		commands_print_words();
		return EXIT_OK;
	}
	first = options_read(&options, NULL, argc, argv);
	if (first == -1)
		return EXIT_USAGE;
	if (options.help && first == argc) {
		commands_print_help();
		return EXIT_OK;
	}
	if (first == argc) {
		complain("which command? See jpki-card-sim --help");
		return EXIT_USAGE;
	}
	status = run_command(&options, argc - first, argv + first);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		complain("cannot write to standard output");
		return EXIT_FAILED;
	}
	return status;
}
