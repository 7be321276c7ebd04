/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SESSION_SESSION_H
#define JPKI_SESSION_SESSION_H

#include "object/mechanism.h"
#include "object/object.h"
#include "session/module.h"
#include "token/digest.h"

/* A search under way: everything was found at its start. */
struct find {
	bool active;
	CK_OBJECT_HANDLE handles[OBJECT_KINDS];
	CK_ULONG count, next;
};

/* A signature under way. */
struct signing {
	const struct mechanism *mechanism; /* NULL: none */
	CK_OBJECT_HANDLE key;
	bool multi_part;
	bool confirmed; /* the PIN was typed for this one (ask-pin-each-signature) */
	struct digest digest;
	uint8_t input[LAYOUT_SIGN_INPUT_MAX]; /* where the program brings what is signed */
	size_t input_len;
};

/* A hash under way: the program's own, no card is asked. */
struct digesting {
	const struct mechanism *mechanism; /* NULL: none */
	bool multi_part;
	struct digest digest;
};

/*
 * One session. Between session_begin and session_end it belongs to one call, which alone may
 * touch `find`, `signing` and `digesting`; the rest does not change, but for what is marked
 * (state).
 */
struct session {
	struct session *next; /* state */
	CK_SESSION_HANDLE handle;
	struct reader *reader;
	enum layout_key key;
	uint64_t insertion; /* the card it was opened on */
	CK_FLAGS flags;
	unsigned int told; /* tries that whoever types its PINs was told of; 0: none */
	bool busy;	   /* state: belongs to a call */
	bool dropped;	   /* state: closed; freed when no call has it */
	struct find find;
	struct signing signing;
	struct digesting digesting;
};

CK_RV session_open(struct module *m, CK_SLOT_ID slot, CK_FLAGS flags, CK_SESSION_HANDLE *handle);
CK_RV session_close(struct module *m, CK_SESSION_HANDLE handle);
CK_RV session_close_all(struct module *m, CK_SLOT_ID slot);
CK_RV session_info(struct module *m, CK_SESSION_HANDLE handle, CK_SESSION_INFO *info);

/* The sessions of a card that left. */
void session_drop_reader_locked(struct module *m, const struct reader *reader);

/* How many there are of a token; those that may write into *writing. */
CK_ULONG session_count(struct module *m, const struct reader *reader, enum layout_key key,
		       CK_ULONG *writing);

/*
 * Takes a session for one call; another call on the same session waits for its end.
 * CKR_SESSION_HANDLE_INVALID.
 */
CK_RV session_begin(struct module *m, CK_SESSION_HANDLE handle, struct session **session);
/* What the call answers: `rv`, or that the session went, with its objects, while it ran. */
CK_RV session_end(struct module *m, struct session *s, CK_RV rv);

/* The token view of the session's card, as far as is known. */
void session_view(struct module *m, const struct session *s, struct token_view *view);

/*
 * Whether the card makes PSS signatures, asked where it is not known: by a program that wants one,
 * or the mechanisms of a key, without having looked at the mechanism list.
 */
CK_RV session_learn_pss(struct module *m, const struct session *s, bool *pss);

/* login.c: an absent PIN is one that the user's agent is to ask for (asking.h). */
CK_RV login_user(struct module *m, struct session *s, struct bytes pin);
CK_RV login_context(struct module *m, struct session *s, struct bytes pin);
CK_RV login_logout(struct module *m, struct session *s);
CK_RV login_set_pin(struct module *m, struct session *s, struct bytes old_pin,
		    struct bytes new_pin);

/* objects.c */

/* The object behind a handle, as seen now; false if there is none (any more). */
bool objects_get(struct module *m, const struct session *s, CK_OBJECT_HANDLE handle,
		 struct object_view *object);
CK_RV objects_find(struct module *m, struct session *s, const CK_ATTRIBUTE *template,
		   CK_ULONG count);
CK_RV objects_read(struct module *m, struct session *s, CK_OBJECT_HANDLE handle,
		   CK_ATTRIBUTE *template, CK_ULONG count);

/* signing.c */
CK_RV signing_init(struct module *m, struct session *s, const CK_MECHANISM *mechanism,
		   CK_OBJECT_HANDLE key);
CK_RV signing_update(struct session *s, struct bytes part);
/* The signature of what was brought so far; the operation is over then, however it went. */
CK_RV signing_final(struct module *m, struct session *s, uint8_t signature[LAYOUT_SIGNATURE_SIZE]);
void signing_cancel(struct session *s);

/* digesting.c */
CK_RV digesting_init(struct session *s, const CK_MECHANISM *mechanism);
CK_RV digesting_update(struct session *s, struct bytes part);
/* The length of the hash under way; 0 if there is none. */
size_t digesting_size(const struct session *s);
/* The hash of what was brought so far; the operation is over then. */
CK_RV digesting_final(struct session *s, uint8_t hash[DIGEST_SIZE_MAX]);
void digesting_cancel(struct session *s);

/* A hash under way, to be gone on with in this session or another (C_GetOperationState). */
struct digesting_state {
	uint64_t format;
	CK_MECHANISM_TYPE type;
	CK_ULONG multi_part;
	struct digest digest;
};

/* CKR_OPERATION_NOT_INITIALIZED; CKR_STATE_UNSAVEABLE beside a signature. */
CK_RV digesting_save(const struct session *s, struct digesting_state *state);
/* Instead of what is under way. CKR_SAVED_STATE_INVALID. */
CK_RV digesting_restore(struct session *s, struct bytes saved);

#endif
