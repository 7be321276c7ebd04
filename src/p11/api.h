/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_P11_API_H
#define JPKI_P11_API_H

#include "session/session.h"

/*
 * How an entry point begins and ends: enter, check arguments, one call, leave.
 * An api_end belongs to every api_begin, whatever that returned.
 */
struct api {
	struct module *module;
	struct session *session;
};

/* CKR_CRYPTOKI_NOT_INITIALIZED where C_Initialize was not called in this process. */
CK_RV api_begin(struct api *api);

/* The same, and takes the session for this call. CKR_SESSION_HANDLE_INVALID. */
CK_RV api_begin_session(struct api *api, CK_SESSION_HANDLE handle);

/* Passes `rv` through. */
CK_RV api_end(struct api *api, CK_RV rv);

/*
 * The two-step size query of an answer of `size` bytes, decided before anything else happens. True
 * if the call ends here, with *rv: the operation goes on.
 */
bool api_is_size_query(CK_ULONG size, const CK_BYTE *out, CK_ULONG *out_len, CK_RV *rv);

/* What a function that this module has not returns: CKR_CRYPTOKI_NOT_INITIALIZED, else `rv`. */
CK_RV api_unsupported(CK_RV rv);

/* The same for what is refused on a session: CKR_SESSION_HANDLE_INVALID before `rv`. */
CK_RV api_refused(CK_SESSION_HANDLE handle, CK_RV rv);

#endif
