/* SPDX-License-Identifier: BSD-2-Clause */
#include "session/access.h"
#include "session/rv.h"
#include "session/session.h"

/* Whether somebody is logged in to the card that the session was opened on. */
static bool
is_logged_in(const struct token_view *view, const struct session *s)
{
	return view->insertion == s->insertion && view->keys[s->key].logged_in;
}

CK_RV
login_user(struct module *m, struct session *s, struct bytes pin)
{
	struct token_view view;
	struct token *t;
	enum result r = access_begin(m, s->reader, &t);
	bool already;

	if (r != RESULT_OK)
		return rv_of_result(r);
	/* Asked under the card lock, so that of two threads one logs in and one is told so. */
	token_view(t, &view);
	already = is_logged_in(&view, s);
	if (!already)
		r = token_login(t, s->insertion, s->key, pin);
	r = access_end(m, s->reader, r);
	return already ? CKR_USER_ALREADY_LOGGED_IN : rv_of_result(r);
}

CK_RV
login_context(struct module *m, struct session *s, struct bytes pin)
{
	struct object_view key;
	struct token *t;
	enum result r;

	if (!s->signing.mechanism || !objects_get(m, s, s->signing.key, &key) ||
	    !key.ask_pin_each_signature)
		return CKR_OPERATION_NOT_INITIALIZED;
	r = access_begin(m, s->reader, &t);
	if (r == RESULT_OK)
		r = access_end(m, s->reader, token_confirm(t, s->insertion, s->key, pin));
	s->signing.confirmed = r == RESULT_OK;
	return rv_of_result(r);
}

CK_RV
login_logout(struct module *m, struct session *s)
{
	bool logged_in;

	(void)pthread_mutex_lock(&m->state);
	logged_in = is_logged_in(&s->reader->view, s);
	if (logged_in)
		reader_request_locked(m, s->reader, READER_LOG_OUT(s->key));
	(void)pthread_mutex_unlock(&m->state);
	access_serve(m, s->reader);
	return logged_in ? CKR_OK : CKR_USER_NOT_LOGGED_IN;
}

CK_RV
login_set_pin(struct module *m, struct session *s, struct bytes old_pin, struct bytes new_pin)
{
	struct token *t;
	enum result r;

	if (!(s->flags & CKF_RW_SESSION))
		return CKR_SESSION_READ_ONLY;
	r = access_begin(m, s->reader, &t);
	if (r == RESULT_OK)
		r = access_end(m, s->reader,
			       token_change_pin(t, s->insertion, s->key, old_pin, new_pin));
	return rv_of_result(r);
}
