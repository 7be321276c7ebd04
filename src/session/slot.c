/* SPDX-License-Identifier: BSD-2-Clause */
#include "session/slot.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "object/mechanism.h"
#include "session/access.h"
#include "session/asking.h"
#include "session/rv.h"
#include "session/session.h"
#include "session/variant.h"
#include "token/probe.h"

/* How soon a blocking C_WaitForSlotEvent sees what happened. */
#define EVENT_SLICE_NS 250000000L

#define LIBRARY_MANUFACTURER "jpki-pkcs11"
#define TOKEN_MANUFACTURER "J-LIS"
#define TOKEN_MODEL "JPKI" /* where the card does not name its own */

_Static_assert(sizeof((struct jpki_reader){0}.name) == PCSC_READER_NAME_MAX &&
		       sizeof((struct jpki_reader_list){0}.setting) == SETTINGS_TEXT_MAX &&
		       sizeof((struct jpki_reader_list){0}.source) == SETTINGS_SOURCE_MAX,
	       "what is listed fits");

static bool
has_token(struct module *m, const struct reader *reader)
{
	bool found = false;

	(void)pthread_mutex_lock(&m->state);
	for (size_t k = 0; k < variant.count; k++)
		found |= reader_has_token_locked(reader, variant.keys[k]);
	(void)pthread_mutex_unlock(&m->state);
	return found;
}

/*
 * Asks the cards that were not asked yet. Those that others are connected to may be held for long:
 * they are waited for only where there is no token without them, one after another.
 */
static void
identify_all(struct module *m, size_t readers)
{
	bool found = false;

	for (int patient = 0; patient < 2 && !found; patient++)
		for (size_t i = 0; i < readers && !(patient && found); i++) {
			(void)access_identify(m, m->readers[i], patient);
			found |= has_token(m, m->readers[i]);
		}
}

CK_RV
slot_list(struct module *m, bool with_token, CK_SLOT_ID *list, CK_ULONG *count)
{
	const CK_ULONG room = *count;
	const size_t readers = access_poll(m);
	CK_ULONG n = 0;

	if (with_token)
		identify_all(m, readers);
	(void)pthread_mutex_lock(&m->state);
	for (size_t i = 0; i < readers * variant.count; i++) {
		if (with_token && !reader_has_token_locked(m->readers[i / variant.count],
							   variant.keys[i % variant.count]))
			continue;
		if (list && n < room)
			list[n] = i;
		n++;
	}
	(void)pthread_mutex_unlock(&m->state);
	if (line_is_drawn(&m->line))
		return CKR_CRYPTOKI_NOT_INITIALIZED;
	*count = n;
	return list && n > room ? CKR_BUFFER_TOO_SMALL : CKR_OK;
}

/* Not asked yet what it is, and nobody has it for himself. */
static bool
may_be_ours_locked(const struct reader *reader)
{
	return reader_is_unknown_locked(reader) && !reader->pcsc.mute && !reader->pcsc.exclusive;
}

/*
 * A card that cannot be asked without waiting, since others are connected to it, is no token: it
 * may be anybody's, and programs give up over a token that is none. Only where no reader has one,
 * and nobody has that card for himself, it counts as present: most likely it is our own, shared
 * with another program that is logged in, and a program that then asks for the token gets the
 * answer. Of several such cards each is waited for, since not all of them are ours.
 */
static bool
may_be_token(struct module *m, struct reader *reader)
{
	size_t readers, unknown = 0;
	bool known = false, asked;

	(void)pthread_mutex_lock(&m->state);
	readers = m->reader_count;
	asked = !may_be_ours_locked(reader);
	(void)pthread_mutex_unlock(&m->state);
	for (size_t i = 0; !asked && !known && i < readers; i++) {
		(void)access_identify(m, m->readers[i], false);
		known = has_token(m, m->readers[i]);
		(void)pthread_mutex_lock(&m->state);
		unknown += may_be_ours_locked(m->readers[i]);
		(void)pthread_mutex_unlock(&m->state);
	}
	if (asked || known)
		return false;
	if (unknown > 1)
		(void)access_identify(m, reader, true);
	return unknown <= 1;
}

/* The end of a long name is kept, where its number is; some prompts show nothing else of a token.
 */
static void
describe(const char *reader, enum layout_key key, CK_SLOT_INFO *info)
{
	char text[sizeof info->slotDescription + 1], which[24];
	const int len = snprintf(which, sizeof which, " (%s)", layout_roles[key].name);

	bytes_clean_text(text, sizeof text - (size_t)len,
			 reader[0] ? reader : "no smart card reader");
	strcat(text, which);
	bytes_pad_text(info->slotDescription, sizeof info->slotDescription, text);
}

CK_RV
slot_info(struct module *m, CK_SLOT_ID slot, CK_SLOT_INFO *info)
{
	char name[PCSC_READER_NAME_MAX];
	enum layout_key key;
	struct reader *reader = access_find(m, slot, &key);
	bool present;

	if (!reader)
		return CKR_SLOT_ID_INVALID;
	present = access_identify(m, reader, false) == RESULT_BUSY && may_be_token(m, reader);
	(void)pthread_mutex_lock(&m->state);
	memcpy(name, reader->name, sizeof name);
	present |= reader_has_token_locked(reader, key);
	(void)pthread_mutex_unlock(&m->state);
	*info = (CK_SLOT_INFO){.flags = CKF_REMOVABLE_DEVICE | CKF_HW_SLOT};
	if (present)
		info->flags |= CKF_TOKEN_PRESENT;
	describe(name, key, info);
	bytes_pad_text(info->manufacturerID, sizeof info->manufacturerID, LIBRARY_MANUFACTURER);
	return CKR_OK;
}

static CK_FLAGS
tries_flags(enum layout_key key, unsigned int left)
{
	if (left == 0)
		return CKF_USER_PIN_LOCKED;
	if (left == 1)
		return CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY;
	return left < layout_roles[key].tries ? CKF_USER_PIN_COUNT_LOW : 0;
}

static void
fill_token_info(const struct settings *settings, enum layout_key key,
		const struct token_info *token, CK_TOKEN_INFO *info)
{
	const struct layout_role *role = &layout_roles[key];

	*info = (CK_TOKEN_INFO){
		.flags = CKF_LOGIN_REQUIRED | CKF_USER_PIN_INITIALIZED | CKF_TOKEN_INITIALIZED |
			 tries_flags(key, token->tries_left),
		.ulMaxSessionCount = CK_EFFECTIVELY_INFINITE,
		.ulMaxRwSessionCount = CK_EFFECTIVELY_INFINITE,
		.ulMaxPinLen = role->pin_max,
		.ulMinPinLen = role->pin_min,
		.ulTotalPublicMemory = CK_UNAVAILABLE_INFORMATION,
		.ulFreePublicMemory = CK_UNAVAILABLE_INFORMATION,
		.ulTotalPrivateMemory = CK_UNAVAILABLE_INFORMATION,
		.ulFreePrivateMemory = CK_UNAVAILABLE_INFORMATION,
	};
	bytes_pad_text(info->label, sizeof info->label,
		       settings->japanese_labels ? role->label_ja : role->label_en);
	bytes_pad_text(info->manufacturerID, sizeof info->manufacturerID, TOKEN_MANUFACTURER);
	bytes_pad_text(info->model, sizeof info->model,
		       token->model[0] ? token->model : TOKEN_MODEL);
	bytes_pad_text(info->serialNumber, sizeof info->serialNumber, token->serial);
	memset(info->utcTime, '0', sizeof info->utcTime);
}

CK_RV
slot_token_info(struct module *m, CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
	struct token_info token;
	enum layout_key key;
	struct reader *reader;
	struct token *t;
	enum result r;
	CK_RV rv = access_find_token(m, slot, &reader, &key);

	if (rv != CKR_OK)
		return rv;
	r = access_begin(m, reader, &t);
	if (r == RESULT_OK)
		r = access_end(m, reader,
			       token_recall_info(t, key, &token) ? RESULT_OK
								 : token_read_info(t, key, &token));
	if (r != RESULT_OK)
		return rv_of_slot_result(r);
	fill_token_info(&m->settings, key, &token, info);
	if (asking_is_possible(m))
		info->flags |= CKF_PROTECTED_AUTHENTICATION_PATH;
	info->ulSessionCount = session_count(m, reader, key, &info->ulRwSessionCount);
	return CKR_OK;
}

static CK_RV
learn_pss(struct module *m, CK_SLOT_ID slot, bool *pss)
{
	enum layout_key key;
	struct reader *reader;
	CK_RV rv = access_find_token(m, slot, &reader, &key);

	return rv == CKR_OK ? rv_of_slot_result(access_learn_pss(m, reader, 0, pss)) : rv;
}

CK_RV
slot_mechanism_list(struct module *m, CK_SLOT_ID slot, CK_MECHANISM_TYPE *list, CK_ULONG *count)
{
	bool pss;
	CK_RV rv = learn_pss(m, slot, &pss);

	return rv == CKR_OK ? mechanism_list(CKF_SIGN | CKF_DIGEST, pss, list, count) : rv;
}

CK_RV
slot_mechanism_info(struct module *m, CK_SLOT_ID slot, CK_MECHANISM_TYPE type,
		    CK_MECHANISM_INFO *info)
{
	const struct mechanism *row = mechanism_find(type, CKF_SIGN | CKF_DIGEST, true);
	enum layout_key key;
	struct reader *reader;
	bool pss = false;
	CK_RV rv = row && row->pss ? learn_pss(m, slot, &pss)
				   : access_find_token(m, slot, &reader, &key);

	if (rv != CKR_OK)
		return rv;
	if (!row || (row->pss && !pss))
		return CKR_MECHANISM_INVALID;
	mechanism_info(row, info);
	return CKR_OK;
}

/* Takes the first event there is. */
static bool
take_event_locked(struct module *m, CK_SLOT_ID *slot)
{
	for (size_t i = 0; i < m->reader_count; i++)
		for (size_t k = 0; k < variant.count; k++) {
			bool *event = &m->readers[i]->event[variant.keys[k]];

			if (*event) {
				*event = false;
				*slot = reader_slot_id(m->readers[i], k);
				return true;
			}
		}
	return false;
}

/*
 * Until there is an event, the module has ended, or it is time to look at the readers again. What
 * other calls do is no reason to look.
 */
static bool
await_event_locked(struct module *m, CK_SLOT_ID *slot)
{
	struct timespec until;
	int timed_out = 0;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += EVENT_SLICE_NS;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_nsec -= 1000000000L;
		until.tv_sec++;
	}
	while (!line_is_drawn(&m->line) && !timed_out) {
		if (take_event_locked(m, slot))
			return true;
		timed_out = pthread_cond_timedwait(&m->happened, &m->state, &until);
	}
	return false;
}

/* C_Finalize lets those who wait leave before the program may unload the module. */
CK_RV
slot_wait_for_event(struct module *m, bool block, CK_SLOT_ID *slot)
{
	bool found, ended;

	(void)pthread_mutex_lock(&m->state);
	m->waiting++;
	do {
		(void)pthread_mutex_unlock(&m->state);
		(void)access_poll(m);
		(void)pthread_mutex_lock(&m->state);
		found = block ? await_event_locked(m, slot) : take_event_locked(m, slot);
		ended = line_is_drawn(&m->line);
	} while (!found && block && !ended);
	m->waiting--;
	(void)pthread_cond_broadcast(&m->changed);
	(void)pthread_mutex_unlock(&m->state);
	if (ended)
		return CKR_CRYPTOKI_NOT_INITIALIZED;
	return found ? CKR_OK : CKR_NO_EVENT;
}

static enum jpki_card_kind
card_kind(enum token_kind kind)
{
	switch (kind) {
	case TOKEN_UNKNOWN:
		break;
	case TOKEN_FOREIGN:
	case TOKEN_STRANGE:
		return JPKI_CARD_FOREIGN;
	case TOKEN_JUKI:
		return JPKI_CARD_JUKI;
	case TOKEN_MYNUMBER:
		return JPKI_CARD_MYNUMBER;
	case TOKEN_ANDROID:
		return JPKI_CARD_ANDROID;
	case TOKEN_IPHONE:
		return JPKI_CARD_IPHONE;
	}
	return JPKI_CARD_UNKNOWN;
}

/* Why a card that is there has told nothing. */
static enum jpki_reason
reason_of_trouble(enum result r)
{
	switch ((int)r) {
	case RESULT_BUSY:
		return JPKI_REASON_BUSY;
	case RESULT_REFUSED:
		return JPKI_REASON_REFUSED;
	default:
		return JPKI_REASON_NO_ANSWER;
	}
}

static enum jpki_reason
service_reason_locked(const struct module *m)
{
	if (m->service_state == RESULT_REFUSED)
		return JPKI_REASON_REFUSED;
	return m->service_state == RESULT_OK ? JPKI_REASON_NONE : JPKI_REASON_NO_SERVICE;
}

static enum jpki_reason
reason_locked(const struct module *m, const struct reader *reader, enum layout_key key)
{
	const struct token_key_view *k = &reader->view.keys[key];

	if (service_reason_locked(m) != JPKI_REASON_NONE)
		return service_reason_locked(m);
	if (!reader->plugged)
		return JPKI_REASON_NO_READER;
	if (!reader->insertion)
		return JPKI_REASON_NO_CARD;
	if (reader->view.insertion != reader->insertion || reader->view.kind == TOKEN_UNKNOWN)
		return reason_of_trouble(reader->trouble);
	if (reader->view.kind == TOKEN_FOREIGN)
		return JPKI_REASON_FOREIGN_CARD;
	if (reader->view.kind == TOKEN_STRANGE)
		return JPKI_REASON_STRANGE_CARD;
	if (reader->view.kind == TOKEN_JUKI)
		return JPKI_REASON_JUKI_CARD;
	if (!k->present)
		return JPKI_REASON_NO_CERTIFICATE;
	return k->unusable ? JPKI_REASON_BAD_CERTIFICATE : JPKI_REASON_NONE;
}

static enum jpki_pss
pss_of(enum token_learnt pss)
{
	switch (pss) {
	case TOKEN_NOT_LEARNT:
		break;
	case TOKEN_LEARNT_NO:
		return JPKI_PSS_NO;
	case TOKEN_LEARNT_YES:
		return JPKI_PSS_YES;
	}
	return JPKI_PSS_UNKNOWN;
}

static void
fill_status(struct module *m, const struct reader *reader, enum layout_key key,
	    struct jpki_slot_status *status)
{
	(void)pthread_mutex_lock(&m->state);
	memcpy(status->reader, reader->name, sizeof status->reader);
	status->reason = reason_locked(m, reader, key);
	status->card = reader->insertion ? JPKI_CARD_UNKNOWN : JPKI_CARD_NONE;
	if (reader->insertion && reader->view.insertion == reader->insertion)
		status->card = card_kind(reader->view.kind);
	status->pss = pss_of(reader->view.pss);
	(void)pthread_mutex_unlock(&m->state);
	status->signature_token = key == LAYOUT_SIGN;
	status->tries_left = JPKI_TRIES_UNKNOWN;
	status->tries_allowed = (int)layout_roles[key].tries;
}

CK_RV
slot_status(struct module *m, CK_SLOT_ID slot, struct jpki_slot_status *status)
{
	struct token_info token;
	enum layout_key key;
	struct reader *reader;
	struct token *t;
	enum result r = RESULT_FAILED;
	CK_RV rv = access_find_token(m, slot, &reader, &key);

	if (rv == CKR_SLOT_ID_INVALID || rv == CKR_CRYPTOKI_NOT_INITIALIZED)
		return rv;
	if (rv == CKR_OK)
		r = access_begin(m, reader, &t);
	if (rv == CKR_OK && r == RESULT_OK) {
		r = token_read_info(t, key, &token);
		if (r == RESULT_OK)
			(void)token_learn_pss(t, 0);
		r = access_end(m, reader, r);
	}
	fill_status(m, reader, key, status);
	if (r == RESULT_OK)
		status->tries_left = (int)token.tries_left;
	return CKR_OK;
}

static void
list_reader(struct jpki_reader_list *list, const char *name, bool hidden)
{
	struct jpki_reader *reader = &list->readers[list->count++];

	memcpy(reader->name, name, sizeof reader->name);
	reader->hidden = hidden;
}

void
slot_readers(struct module *m, struct jpki_reader_list *list)
{
	(void)access_poll(m);
	*list = (struct jpki_reader_list){.size = sizeof *list};
	memcpy(list->setting, m->settings.reader, sizeof list->setting);
	memcpy(list->source, m->settings.reader_source, sizeof list->source);
	(void)pthread_mutex_lock(&m->state);
	list->service = service_reason_locked(m);
	for (size_t i = 0; i < m->reader_count && list->count < JPKI_READERS_MAX; i++)
		if (m->readers[i]->plugged)
			list_reader(list, m->readers[i]->name, false);
	for (size_t i = 0; i < m->hidden_count && list->count < JPKI_READERS_MAX; i++)
		list_reader(list, m->hidden[i], true);
	(void)pthread_mutex_unlock(&m->state);
}

_Static_assert(JPKI_PROBES_MAX == PROBES_MAX && JPKI_PROBE_DATA == PROBE_DATA &&
		       JPKI_ATR_MAX == PCSC_ATR_MAX,
	       "answers fit");

void
slot_list_probes(struct jpki_probe_report *report)
{
	*report = (struct jpki_probe_report){.size = sizeof *report, .count = probe_count()};
	for (CK_ULONG i = 0; i < report->count; i++) {
		const struct probe_row row = probe_row(i);

		report->probes[i] = (struct jpki_probe){
			.name = row.name,
			.facts = row.facts,
			.command = row.command.data,
			.command_len = row.command.len,
			.needs_pin = row.needs_pin,
		};
	}
}

static void
fill_answer(struct jpki_probe *probe, const struct probe_answer *answer)
{
	probe->state = (enum jpki_probe_state)answer->state;
	probe->sw = answer->sw;
	probe->length = answer->length;
	probe->microseconds = answer->microseconds;
	probe->data_len = answer->data_len;
	memcpy(probe->data, answer->data, answer->data_len);
}

/* `expected`: the insertion that is meant, 0 for any. */
static enum result
probe(struct module *m, struct reader *reader, uint64_t expected, struct bytes pin,
      struct jpki_probe_report *report)
{
	struct probe_answers answers = {.protocol = 1};
	struct token *t;
	enum result r;

	slot_list_probes(report);
	(void)pthread_mutex_lock(&m->state);
	report->alone = !reader->pcsc.in_use;
	report->atr_len = reader->pcsc.atr_len;
	memcpy(report->atr, reader->pcsc.atr, reader->pcsc.atr_len);
	(void)pthread_mutex_unlock(&m->state);
	r = access_begin(m, reader, &t);
	if (r == RESULT_OK)
		r = access_end(m, reader,
			       token_probe(t, expected, pin, report->alone,
					   (struct bytes){report->atr, report->atr_len}, &answers));
	report->protocol = answers.protocol;
	report->lost = answers.lost;
	for (CK_ULONG i = 0; i < report->count; i++)
		fill_answer(&report->probes[i], &answers.of[i]);
	return r;
}

CK_RV
slot_probe(struct module *m, CK_SLOT_ID slot, struct jpki_probe_report *report)
{
	enum layout_key key;
	struct reader *reader = access_find(m, slot, &key);

	if (!reader)
		return CKR_SLOT_ID_INVALID;
	return rv_of_slot_result(probe(m, reader, 0, (struct bytes){NULL, 0}, report));
}

CK_RV
slot_probe_with_pin(struct module *m, struct session *s, struct bytes pin,
		    struct jpki_probe_report *report)
{
	enum result r;

	(void)access_poll(m);
	r = probe(m, s->reader, s->insertion, pin, report);
	return r == RESULT_DECLINED ? CKR_FUNCTION_REJECTED : rv_of_result(r);
}
