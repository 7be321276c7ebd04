/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/status/status.h"

#include <stdlib.h>
#include <string.h>

#include "tool/cards/cards.h"
#include "tool/cards/words.h"
#include "tool/system/file.h"
#include "tool/system/reminders.h"
#include "tool/terminal/json.h"
#include "tool/terminal/screen.h"
#include "tool/terminal/text.h"

/* ---- the screen ---- */

static void
show_tries(const struct jpki_slot_status *status, enum key key)
{
	const char *label = key == KEY_AUTH ? _("PIN") : _("Password");
	int left = status->tries_left;

	if (left == 0)
		screen_row(label, MARK_PROBLEM,
			   _("locked; it has to be set anew, often at a convenience store (see "
			     "\"jpki-tool help locked\")"));
	else if (left < 0)
		screen_row(label, MARK_CAUTION, _("how many tries are left could not be asked"));
	else if (left == 1)
		screen_rowf(label, MARK_CAUTION,
			    _("%d of %d tries left: the next wrong one locks it"), left,
			    status->tries_allowed);
	else
		screen_rowf(label, left < status->tries_allowed ? MARK_CAUTION : MARK_OK,
			    _("%d of %d tries left"), left, status->tries_allowed);
}

/* While it is valid. */
static void
show_rest(const char *label, enum mark mark, const char *from, const char *to, long long days_left)
{
	if (days_left)
		screen_rowf(label, mark,
			    P_("%s to %s, %lld day left", "%s to %s, %lld days left", days_left),
			    from, to, days_left);
	else
		screen_rowf(label, mark, _("%s to %s, ends today"), from, to);
}

static void
show_dates(const struct validity *v)
{
	char from[DAY_TEXT], to[DAY_TEXT], opens[DAY_TEXT];
	const char *label = _("Certificate");
	bool is_open = v->standing == STANDING_RENEWAL;

	day_format(day_at(v->from), from);
	day_format(day_at(v->to), to);
	day_format(day_renewal_opens(day_at(v->to)), opens);
	if (v->standing == STANDING_EARLY) {
		screen_rowf(label, MARK_PROBLEM, _("valid only from %s on"), from);
		return;
	}
	if (v->standing == STANDING_ENDED) {
		screen_rowf(label, MARK_PROBLEM, _("ended on %s (see \"jpki-tool help expired\")"),
			    to);
		return;
	}
	show_rest(label, is_open ? MARK_CAUTION : MARK_OK, from, to, v->days_left);
	screen_rowf(_("Renewal"), is_open ? MARK_CAUTION : MARK_NONE,
		    is_open ? _("possible since %s, at the municipal office") : _("from %s on"),
		    opens);
}

static void
show_hidden(const struct holding *holding, enum key key)
{
	const struct validity *auth = &holding->validity[KEY_AUTH];
	char to[DAY_TEXT];

	if (key == KEY_AUTH || !auth->known) {
		screen_row(_("Certificate"), MARK_NONE,
			   key == KEY_AUTH
				   ? _("its dates need the PIN: \"jpki-tool status --pin\"")
				   : _("its dates need the password: \"jpki-tool status --pin\""));
		return;
	}
	day_format(day_at(auth->to), to);
	screen_rowf(_("Certificate"), auth->standing == STANDING_ENDED ? MARK_PROBLEM : MARK_NONE,
		    auth->standing == STANDING_ENDED
			    ? _("ended with the one above on %s at the latest")
			    : _("ends on %s at the latest; its own dates need the password: "
				"\"jpki-tool status --pin\""),
		    to);
}

void
status_show_token(const struct holding *holding, enum key key)
{
	const struct token *token = &holding->reader->tokens[key];
	const struct validity *v = &holding->validity[key];

	screen_blank();
	screen_heading(key == KEY_AUTH
			       ? _("User authentication (利用者証明用), 4-digit PIN")
			       : _("Digital signature (署名用), password of 6 to 16 characters"));
	if (token->status.reason != JPKI_REASON_NONE) {
		screen_row(_("Certificate"),
			   token->status.reason == JPKI_REASON_NO_CERTIFICATE ? MARK_NONE
									      : MARK_PROBLEM,
			   reason_text(token->status.reason));
		return;
	}
	show_tries(&token->status, key);
	if (v->known)
		show_dates(v);
	else if (v->needs_pin)
		show_hidden(holding, key);
	else
		screen_row(_("Certificate"), MARK_PROBLEM,
			   reason_text(JPKI_REASON_BAD_CERTIFICATE));
}

void
status_show_reader(const struct module *module, const struct holding *holding, bool other)
{
	const struct reader *reader = holding->reader;
	char *text;

	if (reader->name[0])
		screen_row(_("Reader"), MARK_NONE, reader->name);
	if (!module_has_card(reader)) {
		text = absence_text(module, module_reader_reason(reader));
		screen_row(reader->name[0] ? _("Card") : _("Reader"),
			   other ? MARK_NONE : MARK_PROBLEM, text ? text : "?");
		free(text);
		return;
	}
	screen_rowf(_("Card"), MARK_NONE,
		    holding->validity[KEY_AUTH].simulated || holding->validity[KEY_SIGN].simulated
			    ? _("%s, SIMULATED: for tests only")
			    : "%s",
		    card_text(reader->card));
	if (reader->serial[0])
		screen_row(_("Serial"), MARK_NONE, reader->serial);
}

static void
show_holding(const struct module *module, const struct holding *holding, bool other)
{
	const struct reader *reader = holding->reader;

	status_show_reader(module, holding, other);
	for (enum key key = KEY_AUTH; key < KEYS && module_has_card(reader); key++)
		if (reader->tokens[key].listed)
			status_show_token(holding, key);
}

void
status_show_hidden(const struct holdings *holdings, bool any)
{
	char *text = module_shows_any(holdings->module) ? hidden_text(holdings->module) : NULL;

	if (text) {
		screen_blank();
		screen_row(_("Reader"), any ? MARK_NONE : MARK_CAUTION, text);
	}
	free(text);
}

void
status_show_void(void)
{
	screen_text(0,
		    _("The signing certificate is void, whatever its dates say, as soon as the "
		      "name, address, birth date or sex changes after its issue; only the official "
		      "service knows. The date printed on the card is the card's own."));
}

static void
show(const struct holdings *holdings)
{
	const char *const labels[] = {_("Reader"),   _("Card"),	       _("Serial"), _("PIN"),
				      _("Password"), _("Certificate"), _("Renewal")};
	bool any = module_has_any_card(holdings->module);

	screen_labels(labels, ROWS(labels));
	for (size_t i = 0; i < holdings->count; i++) {
		if (i > 0)
			screen_blank();
		show_holding(holdings->module, &holdings->items[i], any);
	}
	status_show_hidden(holdings, any);
	if (!any)
		return;
	screen_blank();
	status_show_void();
}

/* ---- the command ---- */

/* A calendar without a date would take the place of the one that an earlier run wrote. */
static enum tool_exit
no_dates(const struct holdings *holdings)
{
	enum jpki_reason reason = JPKI_REASON_NO_READER;

	for (size_t i = 0; i < holdings->count; i++)
		if (i == 0 || module_has_card(holdings->items[i].reader))
			reason = module_reader_reason(holdings->items[i].reader);
	if (reason == JPKI_REASON_NONE)
		return give_up(TOOL_FAILED, "%s",
			       _("its dates need the PIN: \"jpki-tool status --pin\""));
	return absence_tell(holdings->module, reason);
}

static enum tool_exit
write_calendar(const struct options *options, const struct holdings *holdings)
{
	enum tool_exit status;
	size_t with_dates = 0;
	char *text;

	for (size_t i = 0; i < holdings->count; i++)
		with_dates += holdings->items[i].validity[KEY_AUTH].known ||
			      holdings->items[i].validity[KEY_SIGN].known;
	if (with_dates == 0)
		return no_dates(holdings);
	text = status_ics(holdings);
	if (!text)
		return out_of_memory();
	status = file_write(options->ics, text, strlen(text), options->force);
	free(text);
	return status;
}

/* What is wrong with one token: TOOL_OK exactly where the screen has no PROBLEM for it. */
static enum tool_exit
token_verdict(const struct holding *holding, enum key key)
{
	const struct token *token = &holding->reader->tokens[key];
	const struct validity *v = &holding->validity[key];
	const struct validity *telling = v->needs_pin ? &holding->validity[KEY_AUTH] : v;

	if (!token->listed || token->status.reason == JPKI_REASON_NO_CERTIFICATE)
		return TOOL_OK;
	if (token->status.reason != JPKI_REASON_NONE)
		return reason_exit(token->status.reason);
	if (!v->known && !v->needs_pin)
		return reason_exit(JPKI_REASON_BAD_CERTIFICATE);
	if (token->status.tries_left == 0)
		return TOOL_PIN_LOCKED;
	if (telling->known &&
	    (telling->standing == STANDING_ENDED || (v->known && v->standing == STANDING_EARLY)))
		return TOOL_NOT_VALID;
	return TOOL_OK;
}

/*
 * The exit status: that of the first PROBLEM, but for the dates that --warn asks about. Without any
 * card it is the first reader's.
 */
static enum tool_exit
verdict(const struct options *options, const struct holdings *holdings)
{
	if (!module_has_any_card(holdings->module) && holdings->count == 0)
		return TOOL_NO_READER;
	if (!module_has_any_card(holdings->module)) {
		const enum jpki_reason reason = module_reader_reason(holdings->items[0].reader);

		/* There at one look, and gone at the next. */
		return reason_exit(reason == JPKI_REASON_NONE ? JPKI_REASON_NO_ANSWER : reason);
	}
	if (options->warn >= 0 && validity_ends_within(holdings, options->warn))
		return TOOL_ENDS_SOON;
	for (size_t i = 0; i < holdings->count; i++)
		for (enum key key = KEY_AUTH;
		     key < KEYS && module_has_card(holdings->items[i].reader); key++) {
			enum tool_exit status = token_verdict(&holdings->items[i], key);

			if (status != TOOL_OK)
				return status;
		}
	return TOOL_OK;
}

static enum tool_exit
find_and_tell(struct module *module, const struct options *options, void *context)
{
	struct holdings *holdings = context;
	enum tool_exit status = cards_tell(module, validity_find(module, options->pin, holdings));

	if (status != TOOL_OK)
		return status;
	reminders_keep(holdings);
	if (options->ics)
		status = write_calendar(options, holdings);
	if (status == TOOL_OK && options->json)
		status = json_print(status_json(holdings));
	else if (status == TOOL_OK && !(options->ics && strcmp(options->ics, "-") == 0))
		show(holdings);
	return status == TOOL_OK ? verdict(options, holdings) : status;
}

enum tool_exit
status_run(const struct options *options, char *arguments[])
{
	struct holdings holdings = {0};
	enum tool_exit status;

	(void)arguments;
	if (options->json && options->ics && strcmp(options->ics, "-") == 0)
		return give_up(TOOL_USAGE, _("--%s does not go with \"%s\""), "json", "--ics -");
	/* Before any PIN is asked. */
	status = options->ics ? file_may_write(options->ics, options->force) : TOOL_OK;
	if (status == TOOL_OK)
		status = cards_run(options, find_and_tell, &holdings);
	free(holdings.items);
	return status;
}
