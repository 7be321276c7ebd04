/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/terminal/text.h"

#include <stddef.h>

static const char *(*renamed)(const char *text);

void
text_rename(const char *(*rename)(const char *text))
{
	renamed = rename;
}

const char *
text_said(const char *message)
{
	const char *text = gettext(message);

	return renamed ? renamed(text) : text;
}
