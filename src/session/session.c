/* SPDX-License-Identifier: BSD-2-Clause */
#include "session/session.h"

#include <stdlib.h>

#include "base/secret.h"
#include "session/access.h"
#include "session/rv.h"
#include "session/variant.h"

static void
free_session(struct session *s)
{
	secret_wipe(s, sizeof *s); /* the document's hash is nobody's business */
	free(s);
}

/* Takes a session off the list; it is freed at once or by the call that has it. */
static void
drop_locked(struct module *m, struct session **link)
{
	struct session *s = *link;

	*link = s->next;
	s->dropped = true;
	if (s->busy)
		(void)pthread_cond_broadcast(&m->changed);
	else
		free_session(s);
}

static struct session *
find_locked(const struct module *m, CK_SESSION_HANDLE handle)
{
	struct session *s = m->sessions;

	while (s && s->handle != handle)
		s = s->next;
	return s;
}

/* LAYOUT_KEYS: of any key. */
static bool
is_of(const struct session *s, const struct reader *reader, enum layout_key key)
{
	return s->reader == reader && (key == LAYOUT_KEYS || s->key == key);
}

static void
drop_all_locked(struct module *m, const struct reader *reader, enum layout_key key)
{
	struct session **link = &m->sessions;

	while (*link) {
		if (is_of(*link, reader, key))
			drop_locked(m, link);
		else
			link = &(*link)->next;
	}
}

void
session_drop_reader_locked(struct module *m, const struct reader *reader)
{
	drop_all_locked(m, reader, LAYOUT_KEYS);
}

static CK_ULONG
count_locked(const struct module *m, const struct reader *reader, enum layout_key key,
	     CK_FLAGS flags)
{
	CK_ULONG count = 0;

	for (const struct session *s = m->sessions; s; s = s->next)
		count += is_of(s, reader, key) && (s->flags & flags) == flags;
	return count;
}

CK_ULONG
session_count(struct module *m, const struct reader *reader, enum layout_key key, CK_ULONG *writing)
{
	CK_ULONG count;

	(void)pthread_mutex_lock(&m->state);
	count = count_locked(m, reader, key, 0);
	*writing = count_locked(m, reader, key, CKF_RW_SESSION);
	(void)pthread_mutex_unlock(&m->state);
	return count;
}

/*
 * The last session of a token takes the login with it (PKCS#11 2.40 5.6, C_CloseSession), before
 * anybody can open the next one: its login is not the one to end.
 */
static void
note_last_closed_locked(struct module *m, struct reader *reader, enum layout_key key)
{
	if (reader->view.keys[key].logged_in && count_locked(m, reader, key, 0) == 0)
		reader_request_locked(m, reader, READER_LAST_CLOSED(key));
}

/* From here on the session is everybody's: another thread may free it at once. */
static CK_RV
add_session(struct module *m, struct session *s, CK_SESSION_HANDLE *handle)
{
	CK_RV rv = CKR_OK;

	(void)pthread_mutex_lock(&m->state);
	if (line_is_drawn(&m->line)) {
		rv = CKR_CRYPTOKI_NOT_INITIALIZED;
	} else if (!reader_has_token_locked(s->reader, s->key)) {
		rv = CKR_TOKEN_NOT_PRESENT;
	} else {
		s->insertion = s->reader->view.insertion;
		s->handle = *handle = ++m->last_session;
		s->next = m->sessions;
		m->sessions = s;
	}
	(void)pthread_mutex_unlock(&m->state);
	return rv;
}

CK_RV
session_open(struct module *m, CK_SLOT_ID slot, CK_FLAGS flags, CK_SESSION_HANDLE *handle)
{
	struct session *s;
	struct reader *reader;
	enum layout_key key;
	CK_RV rv = access_find_token(m, slot, &reader, &key);

	if (rv != CKR_OK)
		return rv;
	s = calloc(1, sizeof *s);
	if (!s)
		return CKR_HOST_MEMORY;
	s->reader = reader;
	s->key = key;
	s->flags = flags;
	rv = add_session(m, s, handle);
	if (rv != CKR_OK)
		free_session(s);
	return rv;
}

CK_RV
session_close(struct module *m, CK_SESSION_HANDLE handle)
{
	struct session **link;
	struct reader *reader = NULL;
	enum layout_key key;

	(void)pthread_mutex_lock(&m->state);
	for (link = &m->sessions; *link && (*link)->handle != handle; link = &(*link)->next)
		;
	if (*link) {
		reader = (*link)->reader;
		key = (*link)->key;
		drop_locked(m, link);
		note_last_closed_locked(m, reader, key);
	}
	(void)pthread_mutex_unlock(&m->state);
	if (!reader)
		return CKR_SESSION_HANDLE_INVALID;
	access_serve(m, reader);
	return CKR_OK;
}

CK_RV
session_close_all(struct module *m, CK_SLOT_ID slot)
{
	enum layout_key key;
	struct reader *reader;

	(void)pthread_mutex_lock(&m->state);
	reader = reader_of_slot_locked(m, slot, &key);
	if (reader) {
		drop_all_locked(m, reader, key);
		note_last_closed_locked(m, reader, key);
	}
	(void)pthread_mutex_unlock(&m->state);
	if (!reader)
		return CKR_SLOT_ID_INVALID;
	access_serve(m, reader);
	return CKR_OK;
}

static CK_STATE
state_of(const struct session *s)
{
	bool user = s->reader->view.keys[s->key].logged_in;

	if (s->flags & CKF_RW_SESSION)
		return user ? CKS_RW_USER_FUNCTIONS : CKS_RW_PUBLIC_SESSION;
	return user ? CKS_RO_USER_FUNCTIONS : CKS_RO_PUBLIC_SESSION;
}

static CK_SLOT_ID
slot_of(const struct session *s)
{
	size_t position = 0;

	while (variant.keys[position] != s->key)
		position++;
	return reader_slot_id(s->reader, position);
}

CK_RV
session_info(struct module *m, CK_SESSION_HANDLE handle, CK_SESSION_INFO *info)
{
	const struct session *s;

	(void)pthread_mutex_lock(&m->state);
	s = find_locked(m, handle);
	if (s)
		*info = (CK_SESSION_INFO){
			.slotID = slot_of(s), .state = state_of(s), .flags = s->flags};
	(void)pthread_mutex_unlock(&m->state);
	return s ? CKR_OK : CKR_SESSION_HANDLE_INVALID;
}

CK_RV
session_begin(struct module *m, CK_SESSION_HANDLE handle, struct session **session)
{
	struct session *s;

	(void)pthread_mutex_lock(&m->state);
	/* By handle each time: the session may be gone when its call ends. */
	while ((s = find_locked(m, handle)) && s->busy)
		(void)pthread_cond_wait(&m->changed, &m->state);
	if (s)
		s->busy = true;
	(void)pthread_mutex_unlock(&m->state);
	*session = s;
	if (s)
		return CKR_OK;
	return line_is_drawn(&m->line) ? CKR_CRYPTOKI_NOT_INITIALIZED : CKR_SESSION_HANDLE_INVALID;
}

/* What a call misses that went with its session, while it ran. */
static bool
is_missed(CK_RV rv)
{
	return rv == CKR_KEY_HANDLE_INVALID || rv == CKR_OBJECT_HANDLE_INVALID ||
	       rv == CKR_USER_NOT_LOGGED_IN;
}

CK_RV
session_end(struct module *m, struct session *s, CK_RV rv)
{
	struct reader *reader = s->reader;

	(void)pthread_mutex_lock(&m->state);
	s->busy = false;
	if (s->dropped) {
		rv = is_missed(rv) ? CKR_SESSION_HANDLE_INVALID : rv;
		/* It may have logged in after it was closed. */
		note_last_closed_locked(m, reader, s->key);
		free_session(s);
	}
	(void)pthread_cond_broadcast(&m->changed);
	(void)pthread_mutex_unlock(&m->state);
	access_serve(m, reader);
	return rv;
}

void
session_view(struct module *m, const struct session *s, struct token_view *view)
{
	(void)pthread_mutex_lock(&m->state);
	*view = s->reader->view;
	(void)pthread_mutex_unlock(&m->state);
}

CK_RV
session_learn_pss(struct module *m, const struct session *s, bool *pss)
{
	return rv_of_result(access_learn_pss(m, s->reader, s->insertion, pss));
}
