/* SPDX-License-Identifier: BSD-2-Clause */
#include "p11/api.h"

CK_RV
api_begin(struct api *api)
{
	*api = (struct api){.module = module_enter()};
	return api->module ? CKR_OK : CKR_CRYPTOKI_NOT_INITIALIZED;
}

CK_RV
api_begin_session(struct api *api, CK_SESSION_HANDLE handle)
{
	CK_RV rv = api_begin(api);

	return rv == CKR_OK ? session_begin(api->module, handle, &api->session) : rv;
}

CK_RV
api_end(struct api *api, CK_RV rv)
{
	if (api->session)
		rv = session_end(api->module, api->session, rv);
	if (api->module)
		module_leave(api->module);
	return rv;
}

bool
api_is_size_query(CK_ULONG size, const CK_BYTE *out, CK_ULONG *out_len, CK_RV *rv)
{
	const CK_ULONG room = *out_len;

	*out_len = size;
	*rv = out ? CKR_BUFFER_TOO_SMALL : CKR_OK;
	return !out || room < size;
}

CK_RV
api_unsupported(CK_RV rv)
{
	struct api api;
	CK_RV begun = api_begin(&api);

	return api_end(&api, begun == CKR_OK ? rv : begun);
}

CK_RV
api_refused(CK_SESSION_HANDLE handle, CK_RV rv)
{
	struct api api;
	CK_RV begun = api_begin_session(&api, handle);

	return api_end(&api, begun == CKR_OK ? rv : begun);
}
