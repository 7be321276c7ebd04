/* SPDX-License-Identifier: BSD-2-Clause */
/* status --json: names and values that do not change with the language. */
#include "tool/terminal/json.h"

#include "tool/cards/words.h"
#include "tool/status/status.h"

static const char *const standing_names[] = {
	[STANDING_EARLY] = "not-yet-valid",
	[STANDING_GOOD] = "in-term",
	[STANDING_RENEWAL] = "renewal-open",
	[STANDING_ENDED] = "ended",
};

static const char *const pss_names[] = {
	[JPKI_PSS_UNKNOWN] = "unknown",
	[JPKI_PSS_NO] = "no",
	[JPKI_PSS_YES] = "yes",
};

#define NAME(table, value)                                                                         \
	((size_t)(value) < sizeof(table) / sizeof((table)[0]) ? (table)[value] : "unknown")

static json_t *
certificate(const struct validity *v)
{
	char opens[DAY_TEXT];

	if (!v->known)
		return json_pack("{s:b}", "needs_pin", v->needs_pin);
	day_format(day_renewal_opens(day_at(v->to)), opens);
	return json_pack("{s:b, s:o, s:o, s:I, s:s, s:s}", "needs_pin", 0, "not_before",
			 json_second(v->from), "not_after", json_second(v->to), "days_left",
			 (json_int_t)v->days_left, "renewal_opens", opens, "standing",
			 NAME(standing_names, v->standing));
}

static json_t *
token(const struct token *token, const struct validity *v)
{
	const struct jpki_slot_status *status = &token->status;
	bool present = status->reason == JPKI_REASON_NONE;
	json_t *json =
		json_pack("{s:b, s:s}", "present", present, "reason", reason_name(status->reason));

	if (!json || !present)
		return json;
	(void)json_object_update_new(
		json,
		json_pack("{s:o, s:i, s:b, s:s, s:o}", "tries_left",
			  status->tries_left < 0 ? json_null() : json_integer(status->tries_left),
			  "tries_allowed", status->tries_allowed, "locked", status->tries_left == 0,
			  "pss", NAME(pss_names, status->pss), "certificate", certificate(v)));
	return json;
}

static json_t *
reader(const struct holding *holding)
{
	const struct reader *r = holding->reader;
	json_t *json = json_pack("{s:s, s:s, s:s, s:b}", "reader", r->name, "card",
				 card_name(r->card), "serial", r->serial, "simulated",
				 holding->validity[KEY_AUTH].simulated ||
					 holding->validity[KEY_SIGN].simulated);

	for (enum key key = KEY_AUTH; json && key < KEYS; key++)
		if (r->tokens[key].listed)
			(void)json_object_set_new(json, key_name(key),
						  token(&r->tokens[key], &holding->validity[key]));
	return json;
}

/* The setting `reader`, and what it hides; null where it is not set. */
static json_t *
reader_setting(const struct jpki_reader_list *all)
{
	json_t *hides;

	if (!all->setting[0])
		return json_null();
	hides = json_array();
	for (CK_ULONG i = 0; i < all->count; i++)
		if (all->readers[i].hidden)
			(void)json_array_append_new(hides, json_text(all->readers[i].name));
	return json_pack("{s:o, s:o, s:o}", "value", json_text(all->setting), "source",
			 json_text(all->source), "hides", hides);
}

json_t *
status_json(const struct holdings *holdings)
{
	json_t *readers = json_array();

	for (size_t i = 0; i < holdings->count; i++)
		(void)json_array_append_new(readers, reader(&holdings->items[i]));
	return json_pack("{s:o, s:o}", "readers", readers, "reader_setting",
			 reader_setting(&holdings->module->all));
}
