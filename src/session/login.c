/* SPDX-License-Identifier: BSD-2-Clause */
#include "session/access.h"
#include "session/asking.h"
#include "session/rv.h"
#include "session/session.h"

/* Whether somebody is logged in to the card that the session was opened on. */
static bool
is_logged_in(const struct token_view *view, const struct session *s)
{
	return view->insertion == s->insertion && view->keys[s->key].logged_in;
}

/* `linger`: for how many seconds after its end the PIN may serve the next login. */
static enum result
log_in(struct module *m, struct session *s, struct bytes pin, unsigned int linger)
{
	struct token_view view;
	struct token *t;
	enum result r = access_begin(m, s->reader, &t);
	bool already;

	if (r != RESULT_OK)
		return r;
	/* Asked under the card lock, so that of two threads one logs in and one is told so. */
	token_view(t, &view);
	already = is_logged_in(&view, s);
	if (!already)
		r = token_login(t, s->insertion, s->key, pin, s->told, linger);
	r = access_end(m, s->reader, r);
	return already ? RESULT_LOGGED_IN : r;
}

static enum result
log_in_asked(struct module *m, struct session *s, struct bytes pin, struct bytes none)
{
	const bool once = s->key == LAYOUT_SIGN && m->settings.ask_pin_each_signature;

	(void)none;
	return log_in(m, s, pin, once ? 0 : m->settings.ask_pin_agent_keep);
}

/* Programs that log in for each object are spared a dialog for each. */
static enum result
log_in_again(struct module *m, const struct session *s)
{
	struct token_view view;
	struct token *t;
	enum result r;

	session_view(m, s, &view);
	if (is_logged_in(&view, s))
		return RESULT_LOGGED_IN;
	r = access_begin(m, s->reader, &t);
	return r == RESULT_OK ? access_end(m, s->reader, token_login_again(t, s->insertion, s->key))
			      : r;
}

CK_RV
login_user(struct module *m, struct session *s, struct bytes pin)
{
	enum result r;

	if (pin.data)
		return rv_of_result(log_in(m, s, pin, 0));
	r = log_in_again(m, s);
	if (r == RESULT_NOT_LOGGED_IN)
		r = asking_run(m, s, JPKI_AGENT_LOGIN, log_in_asked);
	return rv_of_result(r);
}

static enum result
confirm(struct module *m, struct session *s, struct bytes pin, struct bytes none)
{
	struct token *t;
	enum result r = access_begin(m, s->reader, &t);

	(void)none;
	if (r == RESULT_OK)
		r = access_end(m, s->reader, token_confirm(t, s->insertion, s->key, pin, s->told));
	s->signing.confirmed = r == RESULT_OK;
	return r;
}

CK_RV
login_context(struct module *m, struct session *s, struct bytes pin)
{
	const struct bytes none = {NULL, 0};
	struct object_view key;

	if (!s->signing.mechanism || !objects_get(m, s, s->signing.key, &key) ||
	    !key.ask_pin_each_signature)
		return CKR_OPERATION_NOT_INITIALIZED;
	return rv_of_result(pin.data ? confirm(m, s, pin, none)
				     : asking_run(m, s, JPKI_AGENT_SIGNATURE, confirm));
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

static enum result
change_pin(struct module *m, struct session *s, struct bytes old_pin, struct bytes new_pin)
{
	struct token *t;
	enum result r = access_begin(m, s->reader, &t);

	if (r == RESULT_OK)
		r = access_end(
			m, s->reader,
			token_change_pin(t, s->insertion, s->key, old_pin, new_pin, s->told));
	return r;
}

CK_RV
login_set_pin(struct module *m, struct session *s, struct bytes old_pin, struct bytes new_pin)
{
	if (!(s->flags & CKF_RW_SESSION))
		return CKR_SESSION_READ_ONLY;
	return rv_of_result(old_pin.data ? change_pin(m, s, old_pin, new_pin)
					 : asking_run(m, s, JPKI_AGENT_CHANGE, change_pin));
}
