/* SPDX-License-Identifier: BSD-2-Clause */
#include "session/rv.h"
#include "session/seat.h"
#include "session/session.h"

CK_RV
login_user(struct module *m, struct session *s, struct bytes pin)
{
	struct token_view view;
	struct token *t = seat_enter(s->seat, s->insertion);
	enum result r = RESULT_OK;
	bool already;

	/* Asked under the card lock, so that of two threads one logs in and one is told so. */
	token_view(t, &view);
	already = view.keys[s->key].logged_in;
	if (!already)
		r = token_login(t, s->key, pin);
	r = seat_leave(m, s->seat, r);
	return already ? CKR_USER_ALREADY_LOGGED_IN : rv_of_result(r);
}

CK_RV
login_context(struct module *m, struct session *s, struct bytes pin)
{
	struct object_view key;
	struct token *t;
	CK_RV rv;

	if (!s->signing.mechanism || !objects_get(m, s, s->signing.key, &key) ||
	    !key.ask_pin_each_signature)
		return CKR_OPERATION_NOT_INITIALIZED;
	t = seat_enter(s->seat, s->insertion);
	rv = rv_of_result(seat_leave(m, s->seat, token_confirm(t, s->key, pin)));
	s->signing.confirmed = rv == CKR_OK;
	return rv;
}

CK_RV
login_logout(struct module *m, struct session *s)
{
	struct token_view view;

	session_view(m, s, &view);
	if (!view.keys[s->key].logged_in)
		return CKR_USER_NOT_LOGGED_IN;
	(void)pthread_mutex_lock(&m->state);
	s->seat->view.keys[s->key].logged_in = false;
	s->seat->login_epoch[s->key] = ++m->epoch;
	(void)pthread_mutex_unlock(&m->state);
	seat_request_logout(m, s->seat, s->key);
	return CKR_OK;
}

CK_RV
login_set_pin(struct module *m, struct session *s, struct bytes old_pin, struct bytes new_pin)
{
	struct token *t;

	if (!(s->flags & CKF_RW_SESSION))
		return CKR_SESSION_READ_ONLY;
	t = seat_enter(s->seat, s->insertion);
	return rv_of_result(
		seat_leave(m, s->seat, token_change_pin(t, s->key, old_pin, new_pin)));
}
