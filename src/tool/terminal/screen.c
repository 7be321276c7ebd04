/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/terminal/screen.h"

#include <langinfo.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "holder/text.h"
#include "tool/terminal/sheet.h"
#include "tool/terminal/text.h"

#define NARROWEST 40
#define WIDEST 100
#define INDENT 2

static int line_width; /* 0: do not break */
static int label_width;
static bool colour;
static bool problem;

/* clang-format off */
static const struct {
	const char *word;
	const char *colour;
} marks[] = {
	[MARK_NONE] = {NULL, ""},
	[MARK_OK] = {N_("OK"), "\033[32m"},
	[MARK_CAUTION] = {N_("CAUTION"), "\033[33m"},
	[MARK_PROBLEM] = {N_("PROBLEM"), "\033[1;31m"},
};
/* clang-format on */

const char *
mark_text(enum mark mark)
{
	return mark == MARK_NONE ? "" : _(marks[mark].word);
}

static int
terminal_width(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return 80;
	if (size.ws_col < NARROWEST)
		return NARROWEST;
	return size.ws_col > WIDEST ? WIDEST : size.ws_col;
}

void
screen_start(void)
{
	const char *no_colour = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	/* All text here is UTF-8: without it, widths and Japanese names would come to nothing. */
	if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		(void)setlocale(LC_CTYPE, "C.UTF-8");
	if (!isatty(STDOUT_FILENO))
		return;
	line_width = terminal_width();
	colour = (!no_colour || !*no_colour) && term && strcmp(term, "dumb") != 0;
}

/* The next character and its length in bytes; what is no character counts as one column. */
static size_t
next_char(const char *text, wchar_t *c, int *columns)
{
	mbstate_t state;
	size_t len;

	memset(&state, 0, sizeof state);
	len = mbrtowc(c, text, strlen(text), &state);
	if (len == 0 || len > strlen(text)) {
		*c = L'?';
		*columns = 1;
		return 1;
	}
	*columns = wcwidth(*c);
	if (*columns < 0)
		*columns = 1;
	return len;
}

int
screen_columns(const char *text)
{
	int total = 0, columns;
	wchar_t c;

	while (*text) {
		text += next_char(text, &c, &columns);
		total += columns;
	}
	return total;
}

static int
widest_of(const char *const texts[], size_t count)
{
	int widest = 0;

	for (size_t i = 0; i < count; i++) {
		int columns = screen_columns(texts[i]);

		widest = columns > widest ? columns : widest;
	}
	return widest;
}

void
screen_width(int columns)
{
	if (sheet_is_collected())
		return;
	label_width = columns;
}

void
screen_labels(const char *const labels[], size_t count)
{
	if (sheet_is_collected())
		return;
	label_width = widest_of(labels, count) + 2;
}

/* Whether a line may begin with it: Japanese sentences do not break before these. */
static bool
may_begin_line(wchar_t c)
{
	return !wcschr(L"、。，．）」』】〕・：；？！ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ", c);
}

static bool
may_end_line(wchar_t c)
{
	return !wcschr(L"（「『【〔", c);
}

/*
 * How much of the text goes on a line of `room` columns: up to a space, or between two wide
 * characters. At least one character.
 */
static size_t
line_length(const char *text, int room)
{
	size_t at = 0, best = 0, first = 0;
	int used = 0, columns, last_columns = 0;
	wchar_t c, last = 0;

	while (text[at] && text[at] != '\n') {
		size_t len = next_char(text + at, &c, &columns);

		if (at > 0 && (c == L' ' || ((columns == 2 || last_columns == 2) && last != L' ' &&
					     may_begin_line(c) && may_end_line(last))))
			best = at;
		if (used + columns > room && c != L' ')
			return best ? best : (at ? at : len);
		if (!first)
			first = len;
		used += columns;
		at += len;
		last = c;
		last_columns = columns;
	}
	return at;
}

/* Whatever came into a text by now, a terminal does not get to obey it. */
static void
put(const char *text, size_t len)
{
	char *safe = text_safe(text, len);

	(void)fputs(safe ? safe : "?", stdout);
	free(safe);
}

/* Writes a text whose first line begins at column `column` and whose others at `indent`. */
static void
put_text(const char *text, int column, int indent)
{
	for (;;) {
		size_t len = line_width ? line_length(text, line_width - column - 1)
					: strcspn(text, "\n");

		put(text, len);
		(void)putchar('\n');
		text += len;
		if (*text == '\n')
			text++;
		else
			text += strspn(text, " ");
		if (!*text)
			return;
		(void)printf("%*s", indent, "");
		column = indent;
	}
}

void
screen_heading(const char *text)
{
	if (sheet_take(LINE_HEADING, MARK_NONE, "", text))
		return;
	if (colour)
		(void)fputs("\033[1m", stdout);
	put(text, strlen(text));
	(void)puts(colour ? "\033[0m" : "");
}

static int
put_padded(const char *text, int width)
{
	int columns = screen_columns(text);

	put(text, strlen(text));
	if (columns >= width)
		return columns;
	(void)printf("%*s", width - columns, "");
	return width;
}

/* Marks of one screen stand below each other: all are as wide as the widest. */
static int
mark_width(void)
{
	const char *const words[] = {_(marks[MARK_OK].word), _(marks[MARK_CAUTION].word),
				     _(marks[MARK_PROBLEM].word)};

	return widest_of(words, ROWS(words)) + 2;
}

void
screen_row(const char *label, enum mark mark, const char *text)
{
	int column;

	if (sheet_take(LINE_ROW, mark, label, text))
		return;
	problem = problem || mark == MARK_PROBLEM;
	(void)printf("%*s", INDENT, "");
	column = INDENT + put_padded(label, label_width);
	if (mark != MARK_NONE) {
		if (colour)
			(void)fputs(marks[mark].colour, stdout);
		(void)put_padded(_(marks[mark].word), mark_width());
		column += mark_width();
		if (colour)
			(void)fputs("\033[0m", stdout);
	}
	put_text(text, column, column);
}

void
screen_rowf(const char *label, enum mark mark, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = text_vmade(format, args);
	va_end(args);
	screen_row(label, mark, text ? text : "?");
	free(text);
}

void
screen_text(int indent, const char *text)
{
	if (sheet_take(LINE_TEXT, MARK_NONE, "", text))
		return;
	(void)printf("%*s", indent, "");
	put_text(text, indent, indent);
}

void
screen_line(const char *text)
{
	if (sheet_take(LINE_TEXT, MARK_NONE, "", text))
		return;
	put(text, strlen(text));
	(void)putchar('\n');
}

void
screen_command(const char *command)
{
	if (sheet_take(LINE_COMMAND, MARK_NONE, "", command))
		return;
	(void)printf("%*s$ ", 2 * INDENT, "");
	put(command, strlen(command));
	(void)putchar('\n');
}

void
screen_blank(void)
{
	if (sheet_is_collected())
		return;
	(void)putchar('\n');
}

bool
screen_has_problem(void)
{
	return problem;
}

bool
screen_end(void)
{
	return fflush(stdout) == 0 && !ferror(stdout);
}
