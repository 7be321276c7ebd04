/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/cards/cards.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "holder/dates.h"
#include "holder/text.h"
#include "tool/cards/pin.h"
#include "tool/cards/words.h"
#include "tool/terminal/sheet.h"
#include "tool/terminal/text.h"

/* ---- readers that are not there ---- */

/* The names of all that are hidden or not, "One, Two"; NULL if there are none or no memory. */
static char *
names(const struct jpki_reader_list *all, bool hidden)
{
	char *text = NULL;

	for (CK_ULONG i = 0; i < all->count; i++) {
		char *longer;

		if (!all->readers[i].hidden == hidden)
			continue;
		longer = text_made("%s%s%s", text ? text : "", text ? ", " : "",
				   all->readers[i].name);
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

	if (hidden)
		text = text_made(
			all->source[0] == '/'
				? _("the setting reader = %s (in %s) hides %s; to use what it "
				    "hides, take it out or change it")
				: _("the setting reader = %s (environment variable %s) hides %s; "
				    "to use what it hides, take it out or change it"),
			all->setting, all->source, hidden);
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

/* The reader or card that is wanted is not among those that are there. */
static enum tool_exit
tell_unwanted(const struct module *module, const struct outcome *outcome)
{
	char *there = names(&module->all, false);

	if (outcome->what == OUTCOME_NO_SUCH_CARD && sheet_is_collected())
		complain("%s", _("this is not the card that was shown, but another one: no PIN "
				 "was sent to it"));
	else if (outcome->what == OUTCOME_NO_SUCH_CARD)
		complain(_("no card with the serial number %s in the readers"),
			 module->wanted.serial);
	else
		complain(_("no reader whose name contains \"%s\"; there is: %s"),
			 module->wanted.reader, there ? there : "");
	free(there);
	tell_hidden(module);
	return outcome->what == OUTCOME_NO_SUCH_CARD ? TOOL_NO_CARD : TOOL_NO_READER;
}

/* ---- outcomes ---- */

static enum tool_exit
tell_wrong(const struct outcome *outcome)
{
	const int left = outcome->tries_left;

	if (left == 0)
		return give_up(
			TOOL_PIN_LOCKED, "%s",
			_("the PIN was wrong and is locked now: see \"jpki-tool help locked\""));
	if (left > 0 && !outcome->is_spent)
		complain(P_("the PIN was refused before it was sent: no try was lost, %d is left",
			    "the PIN was refused before it was sent: no try was lost, %d are left",
			    left),
			 left);
	else if (left > 0)
		complain(P_("the PIN was wrong: %d try left", "the PIN was wrong: %d tries left",
			    left),
			 left);
	else
		complain("%s", _("the PIN was wrong"));
	if (left == 1)
		complain("%s", _("THE NEXT WRONG ONE LOCKS IT. Unless you are sure, stop here and "
				 "see \"jpki-tool help forgotten\""));
	return TOOL_PIN_WRONG;
}

/* Phones that hide their certificate all have the serial number of the product. */
static enum tool_exit
tell_several(const struct module *module)
{
	if (sheet_is_collected())
		return give_up(TOOL_AMBIGUOUS, "%s",
			       _("there are several cards: each has a button of its own"));
	complain("%s", _("there are several cards; say which with --reader or --serial:"));
	for (size_t i = 0; i < module->count; i++) {
		const struct reader *reader = &module->readers[i];

		if (!module_has_card(reader))
			continue;
		if (!reader->serial[0] || module_serial_is_shared(module, reader))
			(void)fprintf(stderr, "  --reader \"%s\"\n", reader->name);
		else
			(void)fprintf(stderr, "  --serial %s   %s\n", reader->serial, reader->name);
	}
	return TOOL_AMBIGUOUS;
}

/* Nobody takes a signature of a certificate out of its dates. */
static enum tool_exit
tell_dates(const struct outcome *outcome)
{
	char day[DAY_TEXT];

	day_format(day_at(outcome->when), day);
	return give_up(TOOL_NOT_VALID,
		       outcome->what == OUTCOME_ENDED
			       ? _("nothing was signed: the certificate ended on %s (see "
				   "\"jpki-tool help expired\")")
			       : _("nothing was signed: the certificate is valid only from %s on "
				   "(is the clock of this computer right?)"),
		       day);
}

/* clang-format off */
/* Where a sentence is enough. */
static const struct {
	enum tool_exit status;
	const char *text;
} sentences[] = {
	[OUTCOME_NO_MEMORY] = {TOOL_FAILED, N_("out of memory")},
	[OUTCOME_NO_CERTIFICATE] = {TOOL_NO_CERTIFICATE, N_("the card does not have this certificate")},
	[OUTCOME_FEWER_TRIES] = {TOOL_PIN_WRONG,
		N_("another program has spent tries of the PIN meanwhile: nothing was sent. See \"jpki-tool "
		   "status\", and try again")},
	[OUTCOME_PIN_LOCKED] = {TOOL_PIN_LOCKED, N_("the PIN is locked: see \"jpki-tool help locked\"")},
	[OUTCOME_PIN_SAME] = {TOOL_FAILED,
		N_("the new one is the same as the old one; nothing was changed")},
	[OUTCOME_REMOVED] = {TOOL_NO_CARD, N_("the card was taken away")},
	[OUTCOME_NO_ANSWER] = {TOOL_FAILED,
		N_("the card or the reader did not answer as it should: take the card out, put it back, "
		   "and try again")},
};
/* clang-format on */

static enum tool_exit
tell(const struct module *module, const struct outcome *outcome)
{
	switch (outcome->what) {
	case OUTCOME_OK:
	case OUTCOME_NO_PIN: /* the prompt has said why */
		return (enum tool_exit)outcome->code;
	case OUTCOME_CANNOT_LOAD:
		return give_up(TOOL_FAILED, _("cannot load the module: %s"),
			       module->why ? module->why : "?");
	case OUTCOME_NOT_OURS:
		return give_up(TOOL_FAILED, _("%s is not a module of jpki-pkcs11, or is too old"),
			       module_path(&module->wanted));
	case OUTCOME_NO_SUCH_READER:
	case OUTCOME_NO_SUCH_CARD:
		return tell_unwanted(module, outcome);
	case OUTCOME_NO_CARD:
		return absence_tell(module, outcome->reason);
	case OUTCOME_SEVERAL:
		return tell_several(module);
	case OUTCOME_NOT_SHOWN:
		return give_up(TOOL_NO_CERTIFICATE,
			       _("the module chosen with --module does not show the %s"),
			       key_text(outcome->key));
	case OUTCOME_NO_TOKEN:
		return give_up(reason_exit(outcome->reason), "%s: %s", key_text(outcome->key),
			       reason_text(outcome->reason));
	case OUTCOME_NOT_YET_VALID:
	case OUTCOME_ENDED:
		return tell_dates(outcome);
	case OUTCOME_PIN_WRONG:
		return tell_wrong(outcome);
	case OUTCOME_MODULE:
		return give_up(TOOL_FAILED, _("the module answered with error 0x%08lX"),
			       outcome->rv);
	case OUTCOME_NO_MEMORY:
	case OUTCOME_NO_CERTIFICATE:
	case OUTCOME_FEWER_TRIES:
	case OUTCOME_PIN_LOCKED:
	case OUTCOME_PIN_SAME:
	case OUTCOME_REMOVED:
	case OUTCOME_NO_ANSWER:
		break;
	}
	return give_up(sentences[outcome->what].status, "%s", _(sentences[outcome->what].text));
}

enum tool_exit
cards_tell(const struct module *module, struct outcome outcome)
{
	if (outcome.is_open)
		complain("%s", _("it is not certain that the PIN was changed: if the new one is "
				 "refused, the old one is still in force"));
	return tell(module, &outcome);
}

enum tool_exit
cards_open(struct module *module, const struct options *options)
{
	const struct wanted wanted = {options->module, options->reader, options->serial};
	const struct person person = options->person ? *options->person : pin_prompt(options);

	if (person.busy)
		person.busy(person.context, BUSY_NOT);
	return cards_tell(module, options->lent
					  ? module_lend(module, options->lent, &wanted, &person)
					  : module_open(module, &wanted, &person));
}

enum tool_exit
cards_run(const struct options *options, cards_work *work, void *context)
{
	struct module module = {0};
	enum tool_exit status = cards_open(&module, options);

	if (status == TOOL_OK)
		status = work(&module, options, context);
	module_close(&module);
	return status;
}
