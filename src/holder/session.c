/* SPDX-License-Identifier: BSD-2-Clause */
#include "holder/session.h"

#include <openssl/crypto.h>
#include <string.h>

#include "holder/signals.h"

enum key
id_key(enum object_id id)
{
	return id == ID_AUTH || id == ID_AUTH_CA ? KEY_AUTH : KEY_SIGN;
}

enum object_id
id_of(enum key key)
{
	return key == KEY_AUTH ? ID_AUTH : ID_SIGN;
}

enum object_id
id_of_ca(enum key key)
{
	return key == KEY_AUTH ? ID_AUTH_CA : ID_SIGN_CA;
}

/*
 * Where a card was changed between the look and the session, what was told of the one, its tries
 * among that, is not true of the other. After this it is the session that knows its card.
 */
static CK_RV
check_card(const struct session *session)
{
	const struct reader *reader = session->reader;
	char serial[SERIAL_LENGTH + 1];
	const CK_RV rv = module_serial(session->module, session_token(session)->slot, serial);

	if (rv == CKR_OK && *reader->serial && strcmp(serial, reader->serial) != 0)
		return CKR_DEVICE_REMOVED;
	return rv;
}

CK_RV
session_open(struct session *session, struct module *module, struct reader *reader, enum key key,
	     bool writable)
{
	CK_FLAGS flags = CKF_SERIAL_SESSION | (writable ? CKF_RW_SESSION : 0);
	CK_RV rv;

	*session = (struct session){module, reader, key, CK_INVALID_HANDLE};
	rv = module->f->C_OpenSession(reader->tokens[key].slot, flags, NULL, NULL,
				      &session->handle);
	if (rv != CKR_OK)
		return rv;
	rv = check_card(session);
	if (rv != CKR_OK)
		session_close(session);
	return rv;
}

void
session_close(struct session *session)
{
	(void)session->module->f->C_CloseSession(session->handle);
}

struct token *
session_token(const struct session *session)
{
	return &session->reader->tokens[session->key];
}

void
work_begin(const struct module *module, enum busy what, sigset_t *before)
{
	signals_hold(before);
	if (module->person.busy)
		module->person.busy(module->person.context, what);
}

void
work_end(const struct module *module, const sigset_t *before)
{
	if (module->person.busy)
		module->person.busy(module->person.context, BUSY_NOT);
	signals_release(before);
}

/* The first object that fits; *found says whether there is one. */
static CK_RV
find(const struct session *session, CK_ATTRIBUTE *template, CK_ULONG rows, CK_OBJECT_HANDLE *object,
     bool *found)
{
	const CK_FUNCTION_LIST *f = session->module->f;
	CK_ULONG count = 0;
	CK_RV rv = f->C_FindObjectsInit(session->handle, template, rows);

	if (rv == CKR_OK) {
		rv = f->C_FindObjects(session->handle, object, 1, &count);
		(void)f->C_FindObjectsFinal(session->handle);
	}
	*found = rv == CKR_OK && count == 1;
	return rv;
}

CK_RV
session_certificate(const struct session *session, enum object_id id, X509 **certificate)
{
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	CK_BYTE byte = (CK_BYTE)id;
	CK_ATTRIBUTE template[] = {{CKA_CLASS, &class, sizeof class}, {CKA_ID, &byte, 1}};
	uint8_t der[8192];
	CK_ATTRIBUTE value = {CKA_VALUE, der, sizeof der};
	const uint8_t *at = der;
	CK_OBJECT_HANDLE object;
	bool found;
	CK_RV rv = find(session, template, 2, &object, &found);

	*certificate = NULL;
	if (rv == CKR_OK && found) {
		rv = session->module->f->C_GetAttributeValue(session->handle, object, &value, 1);
		if (rv == CKR_OK)
			*certificate = d2i_X509(NULL, &at, (long)value.ulValueLen);
		OPENSSL_cleanse(der, sizeof der);
	}
	return rv;
}

/* The DigestInfo of SHA-256 up to the hash (RFC 8017, 9.2). */
static const uint8_t digest_info[] = {0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
				      0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};

CK_RV
session_sign(const struct session *session, const uint8_t hash[HASH_BYTES],
	     uint8_t signature[SIGNATURE_BYTES])
{
	const CK_FUNCTION_LIST *f = session->module->f;
	uint8_t data[sizeof digest_info + HASH_BYTES];
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_ATTRIBUTE template[] = {{CKA_CLASS, &class, sizeof class}};
	CK_MECHANISM mechanism = {CKM_RSA_PKCS, NULL, 0};
	CK_OBJECT_HANDLE key;
	CK_ULONG size = SIGNATURE_BYTES;
	bool found;
	CK_RV rv = find(session, template, 1, &key, &found);
	sigset_t before;

	memcpy(data, digest_info, sizeof digest_info);
	memcpy(data + sizeof digest_info, hash, HASH_BYTES);
	if (rv == CKR_OK && !found)
		rv = CKR_KEY_HANDLE_INVALID;
	if (rv == CKR_OK)
		rv = f->C_SignInit(session->handle, &mechanism, key);
	if (rv == CKR_OK) {
		work_begin(session->module, BUSY_SIGNING, &before);
		rv = f->C_Sign(session->handle, data, sizeof data, signature, &size);
		work_end(session->module, &before);
	}
	return rv == CKR_OK && size != SIGNATURE_BYTES ? CKR_DEVICE_ERROR : rv;
}

X509 *
certificate_without_pin(struct module *module, struct reader *reader, enum object_id id)
{
	struct session session;
	X509 *certificate = NULL;

	if (session_open(&session, module, reader, id_key(id), false) != CKR_OK)
		return NULL;
	(void)session_certificate(&session, id, &certificate);
	session_close(&session);
	return certificate;
}
