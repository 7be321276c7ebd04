/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/cards/hidden.h"

#include "tool/cards/words.h"
#include "tool/terminal/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The names of all that are hidden or not, "One, Two"; NULL if there are none, or without memory. */
static char *
names(const struct jpki_reader_list *all, bool hidden)
{
	char *text = NULL;

	for (CK_ULONG i = 0; i < all->count; i++) {
		char *longer = NULL;

		if (!all->readers[i].hidden == hidden)
			continue;
		if (asprintf(&longer, "%s%s%s", text ? text : "", text ? ", " : "",
			     all->readers[i].name) < 0)
			longer = NULL;
		free(text);
		text = longer;
	}
	return text;
}

char *
hidden_text(const struct module *module)
{
	const struct jpki_reader_list *all = &module->all;
	char *hidden = names(all, true), *text = NULL;

	if (hidden && asprintf(&text,
			       all->source[0] == '/'
				       ? _("the setting reader = %s (in %s) hides %s; to use what it hides, "
					   "take it out or change it")
				       : _("the setting reader = %s (environment variable %s) hides %s; to "
					   "use what it hides, take it out or change it"),
			       all->setting, all->source, hidden) < 0)
		text = NULL;
	free(hidden);
	return text;
}

char *
absence_text(const struct module *module, enum jpki_reason reason)
{
	char *hidden = reason == JPKI_REASON_NO_READER ? hidden_text(module) : NULL;

	return hidden ? hidden : strdup(reason_text(reason));
}

/* As a complaint of its own. */
static void
tell_hidden(const struct module *module)
{
	char *hidden = hidden_text(module);

	if (hidden)
		complain("%s", hidden);
	free(hidden);
}

enum tool_exit
absence_tell(const struct module *module, enum jpki_reason reason)
{
	char *text = absence_text(module, reason);

	complain("%s", text ? text : "?");
	free(text);
	if (reason != JPKI_REASON_NO_READER)
		tell_hidden(module);
	return reason_exit(reason);
}

enum tool_exit
unwanted_tell(const struct module *module)
{
	char *there = names(&module->all, false);

	if (module->wanted.serial)
		complain(_("no card with the serial number %s in the readers"), module->wanted.serial);
	else
		complain(_("no reader whose name contains \"%s\"; there is: %s"), module->wanted.reader,
			 there ? there : "");
	free(there);
	tell_hidden(module);
	return module->wanted.serial ? TOOL_NO_CARD : TOOL_NO_READER;
}
