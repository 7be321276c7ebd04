/* SPDX-License-Identifier: BSD-2-Clause */
#include "desktop/look.h"

#include <glib.h>
#include <string.h>

#include "tool/cards/cards.h"
#include "tool/cards/words.h"
#include "tool/status/status.h"
#include "tool/system/reminders.h"
#include "tool/terminal/text.h"

/* The tokens as their lists on the screen; each part of it into a sheet of its own. */
static void
take_token(struct look_token *token, const struct holding *holding, enum key key)
{
	const struct token *found = &holding->reader->tokens[key];

	if (!found->listed || !module_has_card(holding->reader))
		return;
	token->is_there = found->status.reason == JPKI_REASON_NONE;
	token->validity = holding->validity[key];
	sheet_collect(&token->sheet);
	status_show_token(holding, key);
}

bool
look_has_card(const struct look_reader *reader)
{
	return reader->tokens[KEY_AUTH].is_there || reader->tokens[KEY_SIGN].is_there;
}

GVariant *
look_target(const struct look_reader *reader, enum key key)
{
	return g_variant_new(LOOK_TARGET, reader ? reader->name : "", key_name(key),
			     reader ? reader->serial : "");
}

static void
take_reader(struct look_reader *reader, const struct module *module, const struct holding *holding,
	    bool any)
{
	const struct reader *found = holding->reader;

	reader->name = g_strdup(found->name);
	reader->serial = g_strdup(found->serial);
	reader->reason = module_reader_reason(found);
	reader->card = g_strdup_printf("%s %s", found->name, found->serial);
	sheet_collect(&reader->sheet);
	status_show_reader(module, holding, any);
	for (enum key key = KEY_AUTH; key < KEYS; key++)
		take_token(&reader->tokens[key], holding, key);
}

/* With its reader where there are several cards. */
static void
name_tokens(struct look *look)
{
	size_t cards = 0;

	for (size_t i = 0; i < look->count; i++)
		cards += look_has_card(&look->readers[i]);
	for (size_t i = 0; i < look->count; i++)
		for (enum key key = KEY_AUTH; key < KEYS; key++)
			look->readers[i].tokens[key].name =
				g_strconcat(key_text(key), cards > 1 ? _(", ") : NULL,
					    look->readers[i].name, NULL);
}

static void
take(struct look *look, const struct holdings *holdings)
{
	const bool any = module_has_any_card(holdings->module);

	look->count = holdings->count;
	look->now = holdings->now;
	look->readers = g_new0(struct look_reader, holdings->count + 1);
	for (size_t i = 0; i < holdings->count; i++)
		take_reader(&look->readers[i], holdings->module, &holdings->items[i], any);
	name_tokens(look);
	sheet_collect(&look->end);
	status_show_hidden(holdings, any);
	if (any)
		status_show_void();
}

static enum tool_exit
find_and_take(struct module *module, const struct options *options, void *context)
{
	struct holdings holdings;
	const enum tool_exit status = cards_tell(module, validity_find(module, false, &holdings));

	(void)options;
	if (status == TOOL_OK) {
		reminders_keep(&holdings);
		take(context, &holdings);
	}
	free(holdings.items);
	return status;
}

void
look_work(struct job *job)
{
	job->context = g_new0(struct look, 1);
	job->status = cards_run(&job->options, find_and_take, job->context);
}

void
look_free(struct look *look)
{
	if (!look)
		return;
	for (size_t i = 0; i < look->count; i++) {
		g_free(look->readers[i].name);
		g_free(look->readers[i].serial);
		g_free(look->readers[i].card);
		sheet_free(&look->readers[i].sheet);
		for (enum key key = KEY_AUTH; key < KEYS; key++) {
			sheet_free(&look->readers[i].tokens[key].sheet);
			g_free(look->readers[i].tokens[key].name);
		}
	}
	g_free(look->readers);
	sheet_free(&look->end);
	g_free(look);
}

/* ---- comparing ---- */

const struct look_reader *
look_reader(const struct look *look, const char *name)
{
	for (size_t i = 0; i < look->count; i++)
		if (strcmp(look->readers[i].name, name) == 0)
			return &look->readers[i];
	return NULL;
}

/*
 * A card that another program holds, or that is mute, is taken for the one that was there: not so
 * one without a certificate that can be read, as that one had.
 */
enum look_place
look_place(const struct look_reader *reader, const char *serial)
{
	if (*reader->serial)
		return strcmp(reader->serial, serial) == 0 ? PLACE_SAME : PLACE_OTHER;
	switch (reader->reason) {
	case JPKI_REASON_FOREIGN_CARD:
	case JPKI_REASON_JUKI_CARD:
	case JPKI_REASON_STRANGE_CARD:
	case JPKI_REASON_NO_CERTIFICATE:
	case JPKI_REASON_BAD_CERTIFICATE:
		return PLACE_OTHER;
	case JPKI_REASON_NO_SERVICE:
	case JPKI_REASON_REFUSED:
	case JPKI_REASON_NO_READER:
	case JPKI_REASON_NO_CARD:
		return PLACE_EMPTY;
	case JPKI_REASON_NONE:
	case JPKI_REASON_BUSY:
	case JPKI_REASON_NO_ANSWER:
		break;
	}
	return PLACE_SAME;
}

static bool
same_sheet(const struct sheet *one, const struct sheet *other)
{
	if (one->count != other->count)
		return false;
	for (size_t i = 0; i < one->count; i++)
		if (one->lines[i].mark != other->lines[i].mark ||
		    strcmp(one->lines[i].label, other->lines[i].label) != 0 ||
		    strcmp(one->lines[i].text, other->lines[i].text) != 0)
			return false;
	return true;
}

static bool
same_reader(const struct look_reader *one, const struct look_reader *other)
{
	return strcmp(one->card, other->card) == 0 && same_sheet(&one->sheet, &other->sheet) &&
	       same_sheet(&one->tokens[KEY_AUTH].sheet, &other->tokens[KEY_AUTH].sheet) &&
	       same_sheet(&one->tokens[KEY_SIGN].sheet, &other->tokens[KEY_SIGN].sheet);
}

bool
look_same(const struct look *one, const struct look *other)
{
	if (!one || !other || one->count != other->count || !same_sheet(&one->end, &other->end))
		return false;
	for (size_t i = 0; i < one->count; i++)
		if (!same_reader(&one->readers[i], &other->readers[i]))
			return false;
	return true;
}
