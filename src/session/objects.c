/* SPDX-License-Identifier: BSD-2-Clause */
#include "session/access.h"
#include "session/asking.h"
#include "session/rv.h"
#include "session/session.h"

/*
 * A handle says which object of which token, and during which insertion of the card (public
 * objects) or which login (private ones) it was seen: after that it is invalid by itself.
 */
#define KIND_BITS 3
#define KEY_BITS 1

_Static_assert(OBJECT_KINDS <= 1 << KIND_BITS, "kinds fit a handle");
_Static_assert(LAYOUT_KEYS <= 1 << KEY_BITS, "keys fit a handle");

static CK_OBJECT_HANDLE
handle_of_locked(const struct session *s, const struct object_view *o)
{
	CK_ULONG base = o->is_private ? s->reader->private_base[s->key] : s->reader->public_base;

	return base << (KIND_BITS + KEY_BITS) | (CK_ULONG)s->key << KIND_BITS | (CK_ULONG)o->kind;
}

/*
 * Certificate, public and private key are there together or not at all; those of a token whose
 * certificate is private, after login only.
 */
static bool
is_visible(const struct module *m, const struct token_key_view *k, const struct object_view *o)
{
	if (!k->present)
		return false;
	switch (o->kind) {
	case OBJECT_CERTIFICATE:
	case OBJECT_PUBLIC_KEY:
		return !k->unusable && (!k->is_private || (k->logged_in && k->loaded));
	case OBJECT_PRIVATE_KEY:
		return !k->unusable && k->logged_in && (!k->is_private || k->loaded);
	case OBJECT_CA_CERTIFICATE:
		return !k->ca_unusable && !m->settings.hide_ca_certificates;
	case OBJECT_PROFILE:
		return o->key == LAYOUT_AUTH && !k->is_private; /* "certificates are public" */
	case OBJECT_KINDS:
		break;
	}
	return false;
}

/* The object as seen now; false if it is not to be seen. */
static bool
view_locked(const struct module *m, const struct session *s, enum object_kind kind,
	    struct object_view *o)
{
	const struct token_view *view = &s->reader->view;
	const struct token_key_view *k = &view->keys[s->key];

	*o = (struct object_view){
		.kind = kind,
		.key = s->key,
		.is_private = kind == OBJECT_PRIVATE_KEY ||
			      (k->is_private &&
			       (kind == OBJECT_CERTIFICATE || kind == OBJECT_PUBLIC_KEY)),
		.ask_pin_each_signature =
			m->settings.ask_pin_each_signature && s->key == LAYOUT_SIGN,
		.pss = view->pss == TOKEN_LEARNT_YES,
	};
	return view->insertion == s->insertion && is_visible(m, k, o);
}

bool
objects_get(struct module *m, const struct session *s, CK_OBJECT_HANDLE handle,
	    struct object_view *object)
{
	const CK_ULONG kind = handle & ((1UL << KIND_BITS) - 1);
	bool found = false;

	if (kind >= OBJECT_KINDS)
		return false;
	(void)pthread_mutex_lock(&m->state);
	found = view_locked(m, s, (enum object_kind)kind, object) &&
		handle_of_locked(s, object) == handle;
	(void)pthread_mutex_unlock(&m->state);
	return found;
}

static enum result
load(struct token *t, const struct session *s, struct object_view *o)
{
	return o->kind == OBJECT_CA_CERTIFICATE
		       ? token_load_ca_certificate(t, s->insertion, o->key, &o->certificate)
		       : token_load_certificate(t, s->insertion, o->key, &o->certificate);
}

/*
 * Where the user's agent asks for consent, the program has nothing to do for it: those that cannot
 * (ssh's agent) would not even begin to sign. Signing asks by what objects_get says.
 */
static void
leave_to_agent(const struct module *m, struct object_view *o)
{
	if (o->ask_pin_each_signature && asking_is_possible(m))
		o->ask_pin_each_signature = false;
}

static enum result
match_with_certificate(struct module *m, struct session *s, struct object_view *o,
		       const CK_ATTRIBUTE *template, CK_ULONG count, bool *matches)
{
	struct token *t;
	enum result r = access_begin(m, s->reader, &t);

	if (r != RESULT_OK)
		return r;
	r = load(t, s, o);
	*matches = r == RESULT_OK && object_match(o, template, count) == OBJECT_MATCHES;
	/* An object that turns out to be unusable, or has just gone, is not found; that is all. */
	if (r == RESULT_BAD_CERTIFICATE || r == RESULT_NOT_LOGGED_IN)
		r = RESULT_OK;
	return access_end(m, s->reader, r);
}

static enum result
match(struct module *m, struct session *s, struct object_view *o, const CK_ATTRIBUTE *template,
      CK_ULONG count, bool *matches)
{
	enum object_match found = object_match(o, template, count);

	*matches = found == OBJECT_MATCHES;
	if (found != OBJECT_UNDECIDED)
		return RESULT_OK;
	return match_with_certificate(m, s, o, template, count, matches);
}

CK_RV
objects_find(struct module *m, struct session *s, const CK_ATTRIBUTE *template, CK_ULONG count)
{
	struct find *f = &s->find;
	struct object_view o;
	CK_OBJECT_HANDLE handle;
	bool visible, matches;
	enum result r = RESULT_OK;

	if (f->active)
		return CKR_OPERATION_ACTIVE;
	*f = (struct find){.active = true};
	for (int kind = 0; kind < OBJECT_KINDS && r == RESULT_OK; kind++) {
		(void)pthread_mutex_lock(&m->state);
		visible = view_locked(m, s, (enum object_kind)kind, &o);
		handle = handle_of_locked(s, &o);
		(void)pthread_mutex_unlock(&m->state);
		if (!visible)
			continue;
		leave_to_agent(m, &o);
		r = match(m, s, &o, template, count, &matches);
		if (r == RESULT_OK && matches)
			f->handles[f->count++] = handle;
	}
	f->active = r == RESULT_OK;
	return rv_of_result(r);
}

static CK_RV
read_with_certificate(struct module *m, struct session *s, struct object_view *o,
		      CK_ATTRIBUTE *template, CK_ULONG count)
{
	struct token *t;
	enum result r = access_begin(m, s->reader, &t);
	CK_RV rv = CKR_OK;

	if (r != RESULT_OK)
		return rv_of_result(r);
	r = load(t, s, o);
	if (r == RESULT_OK)
		rv = object_get_attributes(o, template, count);
	r = access_end(m, s->reader, r);
	return r == RESULT_OK ? rv : rv_of_result(r);
}

static bool
asks_for_mechanisms(const CK_ATTRIBUTE *template, CK_ULONG count)
{
	for (CK_ULONG i = 0; i < count; i++)
		if (template[i].type == CKA_ALLOWED_MECHANISMS)
			return true;
	return false;
}

CK_RV
objects_read(struct module *m, struct session *s, CK_OBJECT_HANDLE handle, CK_ATTRIBUTE *template,
	     CK_ULONG count)
{
	struct object_view o;
	CK_RV rv = CKR_OK;

	if (!objects_get(m, s, handle, &o))
		return CKR_OBJECT_HANDLE_INVALID;
	leave_to_agent(m, &o);
	if (!o.pss && asks_for_mechanisms(template, count))
		rv = session_learn_pss(m, s, &o.pss);
	if (rv != CKR_OK)
		return rv;
	if (object_needs_certificate(&o, template, count))
		return read_with_certificate(m, s, &o, template, count);
	return object_get_attributes(&o, template, count);
}
