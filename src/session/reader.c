/* SPDX-License-Identifier: BSD-2-Clause */
#include "session/reader.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "reader/link.h"
#include "session/session.h"
#include "session/variant.h"

struct reader *
reader_add(struct module *m)
{
	struct reader *reader;

	if (m->reader_count == PCSC_READERS_MAX)
		return NULL;
	reader = calloc(1, sizeof *reader);
	if (!reader)
		return NULL;
	(void)pthread_mutex_init(&reader->card, NULL);
	reader->index = m->reader_count;
	m->readers[m->reader_count++] = reader;
	return reader;
}

void
reader_free(struct reader *reader)
{
	if (!reader)
		return;
	token_free(reader->token);
	(void)pthread_mutex_destroy(&reader->card);
	free(reader);
}

CK_SLOT_ID
reader_slot_id(const struct reader *reader, size_t position)
{
	return reader->index * variant.count + position;
}

struct reader *
reader_of_slot_locked(struct module *m, CK_SLOT_ID slot, enum layout_key *key)
{
	if (slot / variant.count >= m->reader_count)
		return NULL;
	*key = variant.keys[slot % variant.count];
	return m->readers[slot / variant.count];
}

bool
reader_is_unknown_locked(const struct reader *reader)
{
	return reader->insertion != 0 &&
	       (reader->view.insertion != reader->insertion || reader->view.kind == TOKEN_UNKNOWN);
}

static bool
is_jpki(enum token_kind kind)
{
	return kind == TOKEN_MYNUMBER || kind == TOKEN_ANDROID || kind == TOKEN_IPHONE;
}

bool
reader_has_token_locked(const struct reader *reader, enum layout_key key)
{
	return reader->insertion != 0 && reader->view.insertion == reader->insertion &&
	       is_jpki(reader->view.kind) && reader->view.keys[key].present;
}

static void
set_events_locked(struct module *m, struct reader *reader)
{
	for (int k = 0; k < LAYOUT_KEYS; k++)
		reader->event[k] = m->polled;
	(void)pthread_cond_broadcast(&m->happened);
}

static void
set_view_locked(struct module *m, struct reader *reader, const struct token_view *view)
{
	if (view->insertion != reader->view.insertion) {
		if (reader->view.insertion)
			session_drop_reader_locked(m, reader);
		reader->public_base = ++m->last_base;
	}
	for (int k = 0; k < LAYOUT_KEYS; k++)
		if (view->insertion != reader->view.insertion ||
		    view->keys[k].logged_in != reader->view.keys[k].logged_in)
			reader->private_base[k] = ++m->last_base;
	reader->view = *view;
	reader->published = ++m->published;
}

void
reader_note_view_locked(struct module *m, struct reader *reader, const struct token_view *view)
{
	const unsigned int requests = atomic_load(&reader->requests);
	struct token_view seen = *view;

	/* What is asked for and not done yet counts as done. */
	if (requests & READER_FORGET)
		seen = (struct token_view){0};
	for (int k = 0; k < LAYOUT_KEYS; k++)
		if (requests & READER_ENDS_LOGIN(k))
			seen.keys[k].logged_in = false;
	set_view_locked(m, reader, &seen);
	if (seen.insertion && seen.insertion != reader->insertion) {
		reader->insertion =
			seen.insertion; /* the card itself knows better than the last poll */
		set_events_locked(m, reader);
	}
}

void
reader_request_locked(struct module *m, struct reader *reader, unsigned int requests)
{
	(void)atomic_fetch_or(&reader->requests, requests);
	reader_note_view_locked(m, reader, &reader->view);
}

static bool
is_wanted(const struct module *m, const char *reader)
{
	const char *pattern = m->settings.reader;

	/* As it stands first: names have brackets in them, which a pattern means otherwise. */
	return pattern[0] == '\0' || strcasecmp(pattern, reader) == 0 ||
	       fnmatch(pattern, reader, FNM_CASEFOLD) == 0;
}

/* Gives its name to a reader that has none yet. */
static bool
name_reader(struct module *m, struct reader *reader, const char *name)
{
	struct token *t = token_new(&m->service, &m->line, name, &m->settings);

	/* Somebody who looks into the nameless reader just now has it back in no time: the next
	 * look at the readers names it. */
	if (!t || pthread_mutex_trylock(&reader->card) != 0) {
		token_free(t);
		return false;
	}
	reader->token = t;
	(void)pthread_mutex_unlock(&reader->card);
	(void)pthread_mutex_lock(&m->state);
	memcpy(reader->name, name, strlen(name) + 1);
	(void)pthread_mutex_unlock(&m->state);
	return true;
}

/* A reader that is not known by name yet: the nameless first one, or a new one. */
static void
meet_reader(struct module *m, const char *name)
{
	struct reader *reader = m->readers[0];

	for (size_t i = 0; i < m->reader_count; i++)
		if (strcmp(m->readers[i]->name, name) == 0)
			return;
	if (reader->name[0] != '\0') {
		(void)pthread_mutex_lock(&m->state);
		reader = reader_add(m);
		(void)pthread_mutex_unlock(&m->state);
	}
	if (reader)
		(void)name_reader(m, reader, name);
}

/* pcscd's word about one reader, unless someone has spoken with the card since it was asked. */
static void
note_pcsc_locked(struct module *m, struct reader *reader, const struct pcsc_state *pcsc,
		 unsigned long since)
{
	const uint64_t before = reader->insertion;
	const bool was_held = reader->held;

	reader->plugged = pcsc != NULL;
	reader->pcsc = pcsc ? *pcsc : (struct pcsc_state){0};
	if (reader->published > since)
		return;
	reader->insertion = pcsc && pcsc->card ? link_insertion(&m->service, pcsc->counter) : 0;
	reader->held = reader_is_unknown_locked(reader) && reader->pcsc.in_use;
	if (reader->insertion != before || (was_held && !reader->held))
		set_events_locked(m, reader); /* a look finds out now what none could before */
	if (reader->view.insertion && reader->view.insertion != reader->insertion)
		reader_request_locked(m, reader, READER_FORGET);
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
		log_line(LOG_LEVEL_ERROR,
			 "pcscd refuses this user or session by policy (polkit), or serves all "
			 "the programs that it can, so no reader can be seen");
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

static void
note_hidden_locked(struct module *m, const struct pcsc_state *states, size_t count)
{
	m->hidden_count = 0;
	for (size_t i = 0; i < count; i++)
		if (!is_wanted(m, states[i].name))
			memcpy(m->hidden[m->hidden_count++], states[i].name, sizeof states[i].name);
}

/* Applies one look at the readers. The watching lock is held. */
static void
note_states(struct module *m, enum result r, const struct pcsc_state *states, size_t count,
	    unsigned long since)
{
	for (size_t i = 0; i < count; i++)
		if (is_wanted(m, states[i].name))
			meet_reader(m, states[i].name);
	(void)pthread_mutex_lock(&m->state);
	note_service_locked(m, r);
	for (size_t i = 0; i < m->reader_count; i++)
		note_pcsc_locked(m, m->readers[i], find_state(states, count, m->readers[i]->name),
				 since);
	note_hidden_locked(m, states, count);
	m->polled = true;
	(void)pthread_mutex_unlock(&m->state);
}

void
reader_poll(struct module *m)
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
