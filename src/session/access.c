/* SPDX-License-Identifier: BSD-2-Clause */
#include "session/access.h"

#include "session/rv.h"

/* The card lock is held. */
static void
carry_out_requests(struct reader *reader)
{
	const unsigned int requests = atomic_exchange(&reader->requests, 0);

	if (!reader->token)
		return;
	token_expire(reader->token);
	if (requests & READER_FORGET)
		token_forget(reader->token);
	for (int k = 0; k < LAYOUT_KEYS; k++)
		if (requests & READER_ENDS_LOGIN(k))
			token_logout(reader->token, (enum layout_key)k,
				     !(requests & READER_LOG_OUT(k)));
}

static void
publish(struct module *m, struct reader *reader, enum result r)
{
	struct token_view view;

	if (!reader->token)
		return;
	token_view(reader->token, &view);
	(void)pthread_mutex_lock(&m->state);
	reader_note_view_locked(m, reader, &view);
	reader->trouble = r;
	(void)pthread_mutex_unlock(&m->state);
}

void
access_serve(struct module *m, struct reader *reader)
{
	while (atomic_load(&reader->requests) && pthread_mutex_trylock(&reader->card) == 0) {
		carry_out_requests(reader);
		publish(m, reader, RESULT_OK);
		(void)pthread_mutex_unlock(&reader->card);
	}
}

/* With the card lock just taken; it is given back where there is nothing to work with. */
static enum result
enter(struct module *m, struct reader *reader, struct token **t)
{
	enum result r = reader->token ? RESULT_OK : RESULT_NO_READER;

	carry_out_requests(reader);
	*t = reader->token;
	if (line_is_drawn(&m->line))
		r = RESULT_ENDED;
	if (r != RESULT_OK)
		(void)pthread_mutex_unlock(&reader->card);
	return r;
}

enum result
access_begin(struct module *m, struct reader *reader, struct token **t)
{
	(void)pthread_mutex_lock(&reader->card);
	return enter(m, reader, t);
}

enum result
access_end(struct module *m, struct reader *reader, enum result r)
{
	carry_out_requests(reader);
	publish(m, reader, r);
	(void)pthread_mutex_unlock(&reader->card);
	access_serve(m, reader); /* what was posted between the first line and the last */
	return r;
}

size_t
access_poll(struct module *m)
{
	size_t count;

	reader_poll(m);
	(void)pthread_mutex_lock(&m->state);
	count = m->reader_count;
	(void)pthread_mutex_unlock(&m->state);
	for (size_t i = 0; i < count; i++)
		access_serve(m, m->readers[i]);
	return count;
}

enum result
access_identify(struct module *m, struct reader *reader, bool patient)
{
	struct token *t;
	bool unknown, in_use;
	enum result r;

	(void)pthread_mutex_lock(&m->state);
	unknown = reader_is_unknown_locked(reader);
	in_use = reader->pcsc.in_use;
	(void)pthread_mutex_unlock(&m->state);
	if (!unknown)
		return RESULT_OK;
	if (patient)
		r = access_begin(m, reader, &t);
	else if (in_use || pthread_mutex_trylock(&reader->card) != 0)
		r = RESULT_BUSY;
	else
		r = enter(m, reader, &t);
	return r == RESULT_OK ? access_end(m, reader, token_look(t)) : r;
}

struct reader *
access_find(struct module *m, CK_SLOT_ID slot, enum layout_key *key)
{
	struct reader *reader;

	(void)access_poll(m);
	(void)pthread_mutex_lock(&m->state);
	reader = reader_of_slot_locked(m, slot, key);
	(void)pthread_mutex_unlock(&m->state);
	return reader;
}

CK_RV
access_find_token(struct module *m, CK_SLOT_ID slot, struct reader **reader, enum layout_key *key)
{
	bool present;
	enum result r;

	*reader = access_find(m, slot, key);
	if (!*reader)
		return CKR_SLOT_ID_INVALID;
	r = access_identify(m, *reader, true);
	(void)pthread_mutex_lock(&m->state);
	present = reader_has_token_locked(*reader, *key);
	(void)pthread_mutex_unlock(&m->state);
	if (line_is_drawn(&m->line)) /* which took the token away meanwhile */
		r = RESULT_ENDED;
	return r == RESULT_OK && !present ? CKR_TOKEN_NOT_PRESENT : rv_of_slot_result(r);
}

enum result
access_learn_pss(struct module *m, struct reader *reader, uint64_t insertion, bool *pss)
{
	struct token_view view = {0};
	struct token *t;
	enum result r = access_begin(m, reader, &t);

	if (r == RESULT_OK) {
		r = token_learn_pss(t, insertion);
		token_view(t, &view);
		r = access_end(m, reader, r);
	}
	*pss = view.pss == TOKEN_LEARNT_YES;
	return r;
}
