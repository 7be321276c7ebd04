/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/terminal/options.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/terminal/screen.h"
#include "tool/terminal/text.h"

enum kind {
	KIND_FLAG,
	KIND_TEXT,
	KIND_NUMBER,
};

/* With what an option goes. */
enum goes {
	WITH_SOME, /* commands, in whose list it is */
	WITH_ALL,  /* commands */
	ALONE,	   /* or with any command, which is not run then */
};

struct row {
	const char *name;
	const char *value; /* what to call it; NULL for a flag */
	size_t field;
	enum kind kind;
	enum goes goes;
	const char *summary; /* NULL: not for people, so left out of --help */
};

#define FLAG(name, field) (name), NULL, offsetof(struct options, field), KIND_FLAG
#define TEXT(name, value, field) (name), (value), offsetof(struct options, field), KIND_TEXT
#define NUMBER(name, value, field) (name), (value), offsetof(struct options, field), KIND_NUMBER

/* clang-format off */
static const struct row rows[] = {
	{TEXT("reader", "NAME", reader), WITH_ALL, N_("the reader whose name contains NAME")},
	{TEXT("serial", "NUMBER", serial), WITH_ALL, N_("the card with this serial number (see status)")},
	{TEXT("module", "PATH", module), WITH_ALL, N_("the PKCS#11 module to use")},
	{FLAG("help", help), ALONE, N_("print help and end")},
	{FLAG("version", version), ALONE, N_("print the version and end")},
	{FLAG("statuses", statuses), ALONE, N_("print the exit statuses and end")},
	{FLAG("words", words), ALONE, NULL},
	{FLAG("json", json), WITH_SOME, N_("print JSON, for programs")},
	{FLAG("pin", pin), WITH_SOME, N_("ask the PIN, and show what needs it")},
	{NUMBER("warn", "DAYS", warn), WITH_SOME, N_("exit status 10 when a certificate ends within DAYS days")},
	{TEXT("ics", "FILE", ics), WITH_SOME, N_("write the dates into a calendar file (- is standard output)")},
	{TEXT("output", "FILE", output), WITH_SOME, N_("write to FILE (- is standard output)")},
	{FLAG("der", der), WITH_SOME, N_("binary (DER) instead of text (PEM)")},
	{FLAG("enclosed", enclosed), WITH_SOME, N_("put the file itself into the signature (FILE.p7m)")},
	{TEXT("content", "FILE", content), WITH_SOME, N_("the file that was signed")},
	{FLAG("force", force), WITH_SOME, N_("overwrite a file that is there already")},
	{FLAG("personal", personal), WITH_SOME, N_("show name, address, birth date and sex too")},
	{NUMBER("pin-fd", "N", pin_fd), WITH_SOME, N_("read PINs from file descriptor N, a line for each")},
	{TEXT("pinentry", "PROGRAM", pinentry), WITH_SOME, N_("ask PINs with a pinentry program")},
	{FLAG("remove", remove), WITH_SOME, N_("take away what setup has put there")},
	{FLAG("yes", yes), WITH_SOME, N_("do it without asking")},
	{FLAG("last-try", last_try), WITH_SOME, N_("use the last try without being asked")},
};
/* clang-format on */

static bool
read_number(const struct row *row, const char *text, int *number)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || value > 100000)
		return complain(_("--%s takes a whole number, not \"%s\""), row->name, text);
	*number = (int)value;
	return true;
}

/* One option; `value` is what follows the = or is the next word, NULL without either. */
static bool
take(struct options *options, const struct row *row, const char *value)
{
	void *field = (char *)options + row->field;

	if (row->kind == KIND_FLAG) {
		*(bool *)field = true;
		return true;
	}
	if (!value || !*value)
		return complain(_("--%s needs a value: --%s %s"), row->name, row->name, row->value);
	if (row->kind == KIND_NUMBER)
		return read_number(row, value, field);
	*(const char **)field = value;
	return true;
}

/* argv[*i] begins with "--"; *i moves on when the value is a word of its own. */
static bool
read_one(struct options *options, int argc, char *argv[], int *i)
{
	const char *name = argv[*i] + 2, *equals = strchr(name, '=');
	size_t len = equals ? (size_t)(equals - name) : strlen(name);
	const struct row *row = rows;

	while (row < rows + ROWS(rows) &&
	       (strlen(row->name) != len || strncmp(row->name, name, len) != 0))
		row++;
	if (row == rows + ROWS(rows))
		return complain(_("there is no option \"--%.*s\" (jpki-tool --help lists them)"),
				(int)len, name);
	if (equals && row->kind == KIND_FLAG)
		return complain(_("--%s takes no value"), row->name);
	if (equals || row->kind == KIND_FLAG)
		return take(options, row, equals ? equals + 1 : NULL);
	return take(options, row, *i + 1 < argc ? argv[++*i] : NULL);
}

bool
options_read(struct options *options, int argc, char *argv[], int *count)
{
	bool only_arguments = false;

	*count = 0;
	for (int i = 0; i < argc; i++) {
		if (only_arguments || argv[i][0] != '-' || !argv[i][1]) {
			argv[(*count)++] = argv[i];
		} else if (strcmp(argv[i], "--") == 0) {
			only_arguments = true;
		} else if (strcmp(argv[i], "-h") == 0) {
			options->help = true;
		} else if (strncmp(argv[i], "--", 2) != 0) {
			return complain(
				_("there is no option \"%s\" (jpki-tool --help lists them)"),
				argv[i]);
		} else if (!read_one(options, argc, argv, &i)) {
			return false;
		}
	}
	return true;
}

/* Whether a command's list, words between spaces, has this one. */
static bool
has_word(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = list; (at = strstr(at, word)); at += len)
		if ((at == list || at[-1] == ' ') && (at[len] == ' ' || !at[len]))
			return true;
	return false;
}

static bool
is_given(const struct row *row, const struct options *options)
{
	const void *field = (const char *)options + row->field;

	switch (row->kind) {
	case KIND_FLAG:
		return *(const bool *)field;
	case KIND_TEXT:
		return *(const char *const *)field != NULL;
	case KIND_NUMBER:
		return *(const int *)field >= 0;
	}
	return false;
}

bool
options_fit(const struct options *options, const struct command *command)
{
	for (size_t i = 0; i < ROWS(rows); i++) {
		if (rows[i].goes != WITH_SOME || !is_given(&rows[i], options) ||
		    has_word(command->options, rows[i].name))
			continue;
		return complain(_("--%s does not go with \"%s\""), rows[i].name, command->name);
	}
	return true;
}

void
options_print_words(const struct command *command)
{
	for (size_t i = 0; i < ROWS(rows); i++)
		if (rows[i].summary && (command ? has_word(command->options, rows[i].name)
						: rows[i].goes != WITH_SOME))
			(void)printf("%s\t--%s\t%s\n", command ? command->name : "-", rows[i].name,
				     rows[i].value ? rows[i].value : "-");
}

/* Prints a line for each that goes so, WITH_SOME with this command. */
static void
print_rows(enum goes goes, const struct command *command)
{
	char label[40];

	for (size_t i = 0; i < ROWS(rows); i++) {
		if (!rows[i].summary || rows[i].goes != goes ||
		    (goes == WITH_SOME && !has_word(command->options, rows[i].name)))
			continue;
		(void)snprintf(label, sizeof label, "--%s%s%s", rows[i].name,
			       rows[i].value ? " " : "", rows[i].value ? rows[i].value : "");
		screen_row(label, MARK_NONE, _(rows[i].summary));
	}
}

void
options_print(const struct command *command)
{
	screen_width(22);
	if (command) {
		print_rows(WITH_SOME, command);
		print_rows(WITH_ALL, command);
	}
	print_rows(ALONE, command);
}
