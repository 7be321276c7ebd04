/* SPDX-License-Identifier: BSD-2-Clause */
#include "holder/text.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

/*
 * Characters that nobody sees, or that change how others are seen (Unicode: Cf, Zl, Zp, and letters
 * that are blank): with them a name can look like another one. Variation selectors are not among
 * them: Japanese names need them.
 */
static const struct {
	wchar_t first, last;
} unseen[] = {
	{0xAD, 0xAD},	    {0x34F, 0x34F},	{0x600, 0x605},	    {0x61C, 0x61C},
	{0x6DD, 0x6DD},	    {0x70F, 0x70F},	{0x890, 0x891},	    {0x8E2, 0x8E2},
	{0x115F, 0x1160},   {0x17B4, 0x17B5},	{0x180B, 0x180F},   {0x200B, 0x200F},
	{0x2028, 0x202E},   {0x2060, 0x206F},	{0x2800, 0x2800},   {0x3164, 0x3164},
	{0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},	{0xFFF0, 0xFFFB},   {0x110BD, 0x110BD},
	{0x110CD, 0x110CD}, {0x13430, 0x1345F}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A},
	{0xE0000, 0xE00FF},
};

static bool
is_seen(wchar_t c)
{
	for (size_t i = 0; i < sizeof unseen / sizeof unseen[0]; i++)
		if (c >= unseen[i].first && c <= unseen[i].last)
			return false;
	return !iswcntrl((wint_t)c);
}

char *
text_safe(const char *text, size_t len)
{
	char *safe = malloc(len + 1);
	size_t at = 0, out = 0;
	mbstate_t state;
	wchar_t c;

	if (!safe)
		return NULL;
	while (at < len) {
		size_t n;

		memset(&state, 0, sizeof state);
		n = mbrtowc(&c, text + at, len - at, &state);
		if (n == 0 || n > len - at) {
			safe[out++] = '?';
			at++;
			continue;
		}
		if (is_seen(c))
			memcpy(safe + out, text + at, n);
		else
			safe[out] = '?';
		out += is_seen(c) ? n : 1;
		at += n;
	}
	safe[out] = '\0';
	return safe;
}

char *
text_vmade(const char *format, va_list args)
{
	char *text;

	return vasprintf(&text, format, args) < 0 ? NULL : text;
}

char *
text_made(const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = text_vmade(format, args);
	va_end(args);
	return text;
}

/* One character of UTF-8: EF BC 81 to EF BD 9E are ！ to ～, E3 80 80 is the wide space. How many
 * bytes it took. */
static size_t
fold_char(const char *text, size_t len, char *c)
{
	const unsigned char *at = (const unsigned char *)text;

	*c = text[0];
	if (len >= 3 && memcmp(text, "\xE3\x80\x80", 3) == 0) {
		*c = ' ';
		return 3;
	}
	if (len < 3 || at[0] != 0xEF || (at[1] != 0xBC && at[1] != 0xBD) || at[2] < 0x80 ||
	    at[2] > 0xBF || (at[1] == 0xBC && at[2] == 0x80) || (at[1] == 0xBD && at[2] > 0x9E))
		return 1;
	*c = (char)((at[1] == 0xBC ? at[2] - 0x80 : at[2] - 0x80 + 0x40) + 0x20);
	return 3;
}

size_t
text_fold(char *text, size_t len)
{
	size_t out = 0;

	for (size_t at = 0; at < len; out++) {
		char c;

		at += fold_char(text + at, len - at, &c);
		text[out] = c;
	}
	explicit_bzero(text + out, len - out);
	return out;
}
