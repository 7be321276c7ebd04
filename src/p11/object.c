/* SPDX-License-Identifier: BSD-2-Clause */
/* Object management functions (PKCS#11 2.40 5.7). */
#include "p11/api.h"
#include "p11/entry.h"

CK_RV
C_GetAttributeValue(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_PTR template,
		    CK_ULONG count)
{
	struct api api;
	CK_RV rv = api_begin_session(&api, session);

	if (rv == CKR_OK && !template && count > 0)
		rv = CKR_ARGUMENTS_BAD;
	if (rv == CKR_OK)
		rv = objects_read(api.module, api.session, object, template, count);
	return api_end(&api, rv);
}

CK_RV
C_FindObjectsInit(CK_SESSION_HANDLE session, CK_ATTRIBUTE_PTR template, CK_ULONG count)
{
	struct api api;
	CK_RV rv = api_begin_session(&api, session);

	if (rv == CKR_OK && !template && count > 0)
		rv = CKR_ARGUMENTS_BAD;
	if (rv == CKR_OK)
		rv = objects_find(api.module, api.session, template, count);
	return api_end(&api, rv);
}

static CK_ULONG
take_found(struct find *f, CK_OBJECT_HANDLE *objects, CK_ULONG max)
{
	CK_ULONG n = 0;

	while (n < max && f->next < f->count)
		objects[n++] = f->handles[f->next++];
	return n;
}

CK_RV
C_FindObjects(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE_PTR objects, CK_ULONG max,
	      CK_ULONG_PTR count)
{
	struct api api;
	CK_RV rv = api_begin_session(&api, session);

	if (rv == CKR_OK && ((!objects && max > 0) || !count))
		rv = CKR_ARGUMENTS_BAD;
	if (rv == CKR_OK && !api.session->find.active)
		rv = CKR_OPERATION_NOT_INITIALIZED;
	if (rv == CKR_OK)
		*count = take_found(&api.session->find, objects, max);
	return api_end(&api, rv);
}

CK_RV
C_FindObjectsFinal(CK_SESSION_HANDLE session)
{
	struct api api;
	CK_RV rv = api_begin_session(&api, session);

	if (rv == CKR_OK && !api.session->find.active)
		rv = CKR_OPERATION_NOT_INITIALIZED;
	if (rv == CKR_OK)
		api.session->find.active = false;
	return api_end(&api, rv);
}
