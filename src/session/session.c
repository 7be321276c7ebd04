/* SPDX-License-Identifier: BSD-2-Clause */
#include "session/session.h"

#include <stdlib.h>

#include "base/secret.h"
#include "session/rv.h"
#include "session/seat.h"
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

void
session_drop_seat_locked(struct module *m, const struct seat *seat)
{
	struct session **link = &m->sessions;

	while (*link) {
		if ((*link)->seat == seat)
			drop_locked(m, link);
		else
			link = &(*link)->next;
	}
}

void
session_drop_all_locked(struct module *m)
{
	while (m->sessions)
		drop_locked(m, &m->sessions);
}

static bool
has_session_locked(const struct module *m, const struct seat *seat, enum layout_key key)
{
	for (const struct session *s = m->sessions; s; s = s->next)
		if (s->seat == seat && s->key == key)
			return true;
	return false;
}

/* The last session of a token takes the login with it (PKCS#11 2.40 5.6, C_CloseSession). */
static bool
note_last_closed_locked(struct module *m, struct seat *seat, enum layout_key key)
{
	struct token_key_view *k = &seat->view.keys[key];

	if (has_session_locked(m, seat, key) || !k->logged_in)
		return false;
	k->logged_in = false;
	seat->login_epoch[key] = ++m->epoch;
	/* Asked for before anybody can open the next session: its login is not the one to end. */
	atomic_store(&seat->logout[key], true);
	return true;
}

static CK_RV
add_session(struct module *m, struct session *s)
{
	CK_RV rv = CKR_OK;

	(void)pthread_mutex_lock(&m->state);
	if (m->finalized) {
		rv = CKR_CRYPTOKI_NOT_INITIALIZED;
	} else if (!seat_has_token_locked(s->seat, s->key)) {
		rv = CKR_TOKEN_NOT_PRESENT;
	} else {
		s->insertion = s->seat->view.insertion;
		s->handle = ++m->last_session;
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
	struct seat *seat;
	enum layout_key key;
	CK_RV rv = seat_find_token(m, slot, &seat, &key);

	if (rv != CKR_OK)
		return rv;
	s = calloc(1, sizeof *s);
	if (!s)
		return CKR_HOST_MEMORY;
	s->seat = seat;
	s->key = key;
	s->flags = flags;
	rv = add_session(m, s);
	if (rv == CKR_OK)
		*handle = s->handle;
	else
		free_session(s);
	return rv;
}

CK_RV
session_close(struct module *m, CK_SESSION_HANDLE handle)
{
	struct session **link;
	struct seat *seat = NULL;
	enum layout_key key = LAYOUT_AUTH;
	bool logout = false;

	(void)pthread_mutex_lock(&m->state);
	for (link = &m->sessions; *link && (*link)->handle != handle; link = &(*link)->next)
		;
	if (*link) {
		seat = (*link)->seat;
		key = (*link)->key;
		drop_locked(m, link);
		logout = note_last_closed_locked(m, seat, key);
	}
	(void)pthread_mutex_unlock(&m->state);
	if (logout)
		seat_request_logout(m, seat, key);
	return seat ? CKR_OK : CKR_SESSION_HANDLE_INVALID;
}

CK_RV
session_close_all(struct module *m, CK_SLOT_ID slot)
{
	struct session **link = &m->sessions;
	enum layout_key key = LAYOUT_AUTH;
	struct seat *seat;
	bool logout = false;

	(void)pthread_mutex_lock(&m->state);
	seat = seat_of_slot_locked(m, slot, &key);
	while (seat && *link) {
		if ((*link)->seat == seat && (*link)->key == key)
			drop_locked(m, link);
		else
			link = &(*link)->next;
	}
	if (seat)
		logout = note_last_closed_locked(m, seat, key);
	(void)pthread_mutex_unlock(&m->state);
	if (logout)
		seat_request_logout(m, seat, key);
	return seat ? CKR_OK : CKR_SLOT_ID_INVALID;
}

static CK_STATE
state_of(const struct session *s)
{
	bool user = s->seat->view.keys[s->key].logged_in;

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
	return seat_slot_id(s->seat, position);
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
	return s ? CKR_OK : CKR_SESSION_HANDLE_INVALID;
}

void
session_end(struct module *m, struct session *s)
{
	struct seat *seat = s->seat;
	enum layout_key key = s->key;
	bool logout = false;

	(void)pthread_mutex_lock(&m->state);
	s->busy = false;
	if (s->dropped) {
		free_session(s);
		/* It may have logged in after it was closed. */
		logout = note_last_closed_locked(m, seat, key);
	}
	(void)pthread_cond_broadcast(&m->changed);
	(void)pthread_mutex_unlock(&m->state);
	if (logout)
		seat_request_logout(m, seat, key);
}

void
session_view(struct module *m, const struct session *s, struct token_view *view)
{
	(void)pthread_mutex_lock(&m->state);
	*view = s->seat->view;
	(void)pthread_mutex_unlock(&m->state);
}

CK_RV
session_learn_pss(struct module *m, const struct session *s, bool *pss)
{
	return rv_of_result(seat_learn_pss(m, s->seat, s->insertion, pss));
}
