/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_OBJECT_OBJECT_H
#define JPKI_OBJECT_OBJECT_H

#include <stdbool.h>
#include <stddef.h>

#include "jpki-pkcs11.h"
#include "token/certificate.h"
#include "token/layout.h"

/*
 * The objects a token can show, as const rows, and their attributes, as const tables
 * (src/object/schema.c). Nothing here touches the card: an attribute that lives in the
 * certificate is told from one that does not, so that the caller reads the certificate only
 * where it must.
 */

enum object_kind {
	OBJECT_CERTIFICATE,
	OBJECT_PUBLIC_KEY,
	OBJECT_PRIVATE_KEY,
	OBJECT_CA_CERTIFICATE,
	OBJECT_PROFILE, /* authentication token of a plastic card only:
			   CKP_PUBLIC_CERTIFICATES_TOKEN */
	OBJECT_KINDS,
};

/* One object as seen now. */
struct object_view {
	enum object_kind kind;
	enum layout_key key;
	bool is_private;		       /* CKA_PRIVATE */
	bool ask_pin_each_signature;	       /* CKA_ALWAYS_AUTHENTICATE of the private key */
	bool pss;			       /* PSS mechanisms in CKA_ALLOWED_MECHANISMS */
	const struct certificate *certificate; /* its own, or for a CA object the CA's; or NULL */
};

enum object_match {
	OBJECT_DIFFERS,
	OBJECT_MATCHES,
	OBJECT_UNDECIDED, /* only the certificate, which is not read yet, can tell */
};

/*
 * Compares with a search template, byte-exactly (PKCS#11 2.40 5.7). Attributes that need no
 * certificate are compared first, so a search by class, id, label or privacy is never undecided.
 */
enum object_match object_match(const struct object_view *object, const CK_ATTRIBUTE *template,
			       CK_ULONG count);

/* True if any of the attributes asked for is in the certificate. */
bool object_needs_certificate(const struct object_view *object, const CK_ATTRIBUTE *template,
			      CK_ULONG count);

/*
 * C_GetAttributeValue (PKCS#11 2.40 5.7): fills what it can, marks the rest with
 * CK_UNAVAILABLE_INFORMATION; CKR_OK, CKR_ATTRIBUTE_SENSITIVE, CKR_ATTRIBUTE_TYPE_INVALID or
 * CKR_BUFFER_TOO_SMALL. Where the certificate is NULL its attributes count as invalid.
 */
CK_RV object_get_attributes(const struct object_view *object, CK_ATTRIBUTE *template,
			    CK_ULONG count);

#endif
