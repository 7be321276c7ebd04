/* SPDX-License-Identifier: BSD-2-Clause */
#include "session/seat.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "reader/link.h"
#include "session/rv.h"
#include "session/session.h"
#include "session/variant.h"

struct seat *
seat_add(struct module *m)
{
	struct seat *s;

	if (m->seat_count == MODULE_SEATS_MAX)
		return NULL;
	s = calloc(1, sizeof *s);
	if (!s)
		return NULL;
	(void)pthread_mutex_init(&s->card, NULL);
	s->index = m->seat_count;
	m->seats[m->seat_count++] = s;
	return s;
}

void
seat_free(struct seat *s)
{
	if (!s)
		return;
	token_free(s->token);
	(void)pthread_mutex_destroy(&s->card);
	free(s);
}

CK_SLOT_ID
seat_slot_id(const struct seat *s, size_t position)
{
	return s->index * variant.count + position;
}

struct seat *
seat_of_slot_locked(struct module *m, CK_SLOT_ID slot, enum layout_key *key)
{
	if (slot / variant.count >= m->seat_count)
		return NULL;
	*key = variant.keys[slot % variant.count];
	return m->seats[slot / variant.count];
}

bool
seat_is_unknown_locked(const struct seat *s)
{
	return s->insertion != 0 &&
	       (s->view.insertion != s->insertion || s->view.kind == TOKEN_UNKNOWN);
}

static bool
is_jpki(enum token_kind kind)
{
	return kind == TOKEN_MYNUMBER || kind == TOKEN_ANDROID || kind == TOKEN_IPHONE;
}

bool
seat_has_token_locked(const struct seat *s, enum layout_key key)
{
	return s->insertion != 0 && s->view.insertion == s->insertion && is_jpki(s->view.kind) &&
	       s->view.keys[key].present;
}

static void
set_events_locked(struct module *m, struct seat *s)
{
	for (int k = 0; k < LAYOUT_KEYS; k++)
		s->event[k] = m->polled;
}

/* The one place where what is known about a card changes. */
static void
set_view_locked(struct module *m, struct seat *s, const struct token_view *view)
{
	if (view->insertion != s->view.insertion) {
		if (s->view.insertion)
			session_drop_seat_locked(m, s);
		s->epoch = ++m->epoch;
	}
	for (int k = 0; k < LAYOUT_KEYS; k++)
		if (view->insertion != s->view.insertion ||
		    view->keys[k].logged_in != s->view.keys[k].logged_in)
			s->login_epoch[k] = ++m->epoch;
	s->view = *view;
	s->published = ++m->published;
}

/* Carries out what those asked for who could not wait. The card lock is held. */
static void
carry_out_requests(struct seat *s)
{
	if (!s->token)
		return;
	if (atomic_exchange(&s->forget, false))
		token_forget(s->token);
	for (int k = 0; k < LAYOUT_KEYS; k++)
		if (atomic_exchange(&s->logout[k], false))
			token_logout(s->token, (enum layout_key)k);
}

static bool
has_requests(struct seat *s)
{
	bool any = atomic_load(&s->forget);

	for (int k = 0; k < LAYOUT_KEYS; k++)
		any |= atomic_load(&s->logout[k]);
	return any;
}

static void
publish(struct module *m, struct seat *s, enum result r)
{
	struct token_view view;

	token_view(s->token, &view);
	(void)pthread_mutex_lock(&m->state);
	set_view_locked(m, s, &view);
	if (view.insertion && view.insertion != s->insertion) {
		s->insertion = view.insertion; /* the card itself knows better than the last poll */
		set_events_locked(m, s);
	}
	s->trouble = r;
	(void)pthread_mutex_unlock(&m->state);
}

/* A request made while somebody else lets go of the lock must not be left lying. */
static void
serve_requests(struct module *m, struct seat *s)
{
	while (has_requests(s) && pthread_mutex_trylock(&s->card) == 0) {
		carry_out_requests(s);
		if (s->token)
			publish(m, s, RESULT_OK);
		(void)pthread_mutex_unlock(&s->card);
		if (!s->token)
			break;
	}
}

void
seat_request_forget(struct module *m, struct seat *s)
{
	atomic_store(&s->forget, true);
	serve_requests(m, s);
}

void
seat_request_logout(struct module *m, struct seat *s, enum layout_key key)
{
	atomic_store(&s->logout[key], true);
	serve_requests(m, s);
}

struct token *
seat_enter(struct seat *s, uint64_t insertion)
{
	(void)pthread_mutex_lock(&s->card);
	carry_out_requests(s);
	if (s->token)
		token_expect(s->token, insertion);
	return s->token;
}

enum result
seat_leave(struct module *m, struct seat *s, enum result r)
{
	carry_out_requests(s);
	if (s->token)
		publish(m, s, r);
	(void)pthread_mutex_unlock(&s->card);
	serve_requests(m, s);
	return r;
}

/* Without waiting: not while another thread works with the card, nor another program. */
static struct token *
try_enter(struct module *m, struct seat *s)
{
	bool in_use;

	(void)pthread_mutex_lock(&m->state);
	in_use = s->pcsc.in_use;
	(void)pthread_mutex_unlock(&m->state);
	if (in_use || pthread_mutex_trylock(&s->card) != 0)
		return NULL;
	carry_out_requests(s);
	if (s->token)
		token_expect(s->token, 0);
	else
		(void)pthread_mutex_unlock(&s->card);
	return s->token;
}

enum result
seat_look(struct module *m, struct seat *s, bool patient)
{
	struct token *t;
	bool unknown;

	(void)pthread_mutex_lock(&m->state);
	unknown = seat_is_unknown_locked(s);
	(void)pthread_mutex_unlock(&m->state);
	if (!unknown)
		return RESULT_OK;
	if (!patient) {
		t = try_enter(m, s);
		return t ? seat_leave(m, s, token_look(t)) : RESULT_BUSY;
	}
	t = seat_enter(s, 0);
	return seat_leave(m, s, t ? token_look(t) : RESULT_NO_READER);
}

static bool
is_wanted(const struct module *m, const char *reader)
{
	const char *pattern = m->settings.reader;

	return pattern[0] == '\0' || fnmatch(pattern, reader, 0) == 0;
}

/* Gives a reader's name to a seat that has none yet. */
static bool
name_seat(struct module *m, struct seat *s, const char *reader)
{
	struct token *t = token_new(&m->service, reader, &m->settings);

	/* Somebody who looks into the empty seat just now has it back in no time: the next look
	 * at the readers names it. */
	if (!t || pthread_mutex_trylock(&s->card) != 0) {
		token_free(t);
		return false;
	}
	s->token = t;
	(void)pthread_mutex_unlock(&s->card);
	(void)pthread_mutex_lock(&m->state);
	memcpy(s->reader, reader, strlen(reader) + 1);
	(void)pthread_mutex_unlock(&m->state);
	return true;
}

/* The seat of a reader: its old one, the empty first one, or a new one. */
static struct seat *
seat_of_reader(struct module *m, const char *reader)
{
	struct seat *s;

	for (size_t i = 0; i < m->seat_count; i++)
		if (strcmp(m->seats[i]->reader, reader) == 0)
			return m->seats[i];
	if (m->seats[0]->reader[0] == '\0') {
		s = m->seats[0];
	} else {
		(void)pthread_mutex_lock(&m->state);
		s = seat_add(m);
		(void)pthread_mutex_unlock(&m->state);
	}
	return s && name_seat(m, s, reader) ? s : NULL;
}

/* pcscd's word about one seat; true if the card that was known there has left. */
static bool
note_pcsc_locked(struct module *m, struct seat *s, const struct pcsc_state *pcsc,
                 unsigned long since)
{
	const uint64_t before = s->insertion;
	const bool newer = s->published > since;

	s->plugged = pcsc != NULL;
	s->pcsc = pcsc ? *pcsc : (struct pcsc_state){0};
	if (newer)
		return false; /* someone spoke with the card after pcscd was asked */
	s->insertion = pcsc && pcsc->card
	                       ? link_insertion(atomic_load(&m->service.epoch), pcsc->counter)
	                       : 0;
	if (s->insertion != before)
		set_events_locked(m, s);
	if (!s->view.insertion || s->view.insertion == s->insertion)
		return false;
	set_view_locked(m, s, &(struct token_view){0});
	return true;
}

/* Whether a look at the readers told anything: else all stays as last known. */
static bool
is_news(enum result r)
{
	return r == RESULT_OK || r == RESULT_NO_SERVICE || r == RESULT_REFUSED;
}

static void
note_service_locked(struct module *m, enum result r)
{
	if (r == m->service_state && m->polled)
		return;
	if (r == RESULT_REFUSED)
		log_line(LOG_LEVEL_ERROR, "pcscd refuses this user or session by policy (polkit), "
		         "so no reader can be seen");
	else if (r == RESULT_NO_SERVICE)
		log_line(LOG_LEVEL_WARNING, "pcscd is not running, so no reader can be seen");
	m->service_state = r;
}

static const struct pcsc_state *
find_state(const struct pcsc_state *states, size_t count, const char *reader)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(states[i].name, reader) == 0)
			return &states[i];
	return NULL;
}

/* Applies one look at the readers. The watching lock is held. */
static void
note_states(struct module *m, enum result r, const struct pcsc_state *states, size_t count,
            unsigned long since)
{
	bool left[MODULE_SEATS_MAX] = {false};

	for (size_t i = 0; i < count; i++)
		if (is_wanted(m, states[i].name))
			(void)seat_of_reader(m, states[i].name);
	(void)pthread_mutex_lock(&m->state);
	note_service_locked(m, r);
	for (size_t i = 0; i < m->seat_count; i++)
		left[i] = note_pcsc_locked(m, m->seats[i],
		                           find_state(states, count, m->seats[i]->reader), since);
	m->polled = true;
	(void)pthread_mutex_unlock(&m->state);
	for (size_t i = 0; i < m->seat_count; i++)
		if (left[i])
			seat_request_forget(m, m->seats[i]);
}

void
seat_refresh_all(struct module *m)
{
	struct pcsc_state states[PCSC_READERS_MAX];
	unsigned long since;
	size_t count;
	enum result r;

	(void)pthread_mutex_lock(&m->watching);
	(void)pthread_mutex_lock(&m->state);
	since = m->published;
	(void)pthread_mutex_unlock(&m->state);
	r = watch_poll(m->watch, states, &count);
	if (is_news(r))
		note_states(m, r, states, count, since);
	else
		log_line(LOG_LEVEL_INFO, "looking at the readers: %s", result_name(r));
	(void)pthread_mutex_unlock(&m->watching);
}

bool
seat_has_token(struct module *m, const struct seat *s, enum layout_key key)
{
	bool present;

	(void)pthread_mutex_lock(&m->state);
	present = seat_has_token_locked(s, key);
	(void)pthread_mutex_unlock(&m->state);
	return present;
}

struct seat *
seat_find(struct module *m, CK_SLOT_ID slot, enum layout_key *key)
{
	struct seat *s;

	seat_refresh_all(m);
	(void)pthread_mutex_lock(&m->state);
	s = seat_of_slot_locked(m, slot, key);
	(void)pthread_mutex_unlock(&m->state);
	return s;
}

CK_RV
seat_find_token(struct module *m, CK_SLOT_ID slot, struct seat **seat, enum layout_key *key)
{
	enum result r;

	*seat = seat_find(m, slot, key);
	if (!*seat)
		return CKR_SLOT_ID_INVALID;
	r = seat_look(m, *seat, true);
	if (r == RESULT_OK && !seat_has_token(m, *seat, *key))
		return CKR_TOKEN_NOT_PRESENT;
	return rv_of_slot_result(r);
}

enum result
seat_learn_pss(struct module *m, struct seat *s, uint64_t insertion, bool *pss)
{
	struct token_view view;
	struct token *t = seat_enter(s, insertion);
	enum result r = token_learn_pss(t);

	token_view(t, &view);
	*pss = view.pss == TOKEN_LEARNT_YES;
	return seat_leave(m, s, r);
}
