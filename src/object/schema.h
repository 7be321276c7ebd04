/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_OBJECT_SCHEMA_H
#define JPKI_OBJECT_SCHEMA_H

#include "object/object.h"

/*
 * Which attributes each kind of object has, and where each value comes from: one const table for
 * each kind. To add an attribute, add a row.
 */

enum schema_source {
	/* A constant in the row. */
	SCHEMA_BOOL,  /* CK_BBOOL, from row.number */
	SCHEMA_ULONG, /* CK_ULONG row.number */
	SCHEMA_EMPTY, /* there, of length 0 */

	/* What the view says. */
	SCHEMA_PRIVATE,	   /* CK_BBOOL */
	SCHEMA_ASK_PIN,	   /* CK_BBOOL */
	SCHEMA_ID,	   /* one byte */
	SCHEMA_LABEL,	   /* text */
	SCHEMA_MECHANISMS, /* array of CK_MECHANISM_TYPE */

	/* What only the certificate can tell. */
	SCHEMA_FIELD,	 /* the struct bytes at row.number in struct certificate */
	SCHEMA_DATE,	 /* CK_DATE of the time at row.number */
	SCHEMA_CHECKSUM, /* first three bytes of the SHA-1 of the certificate (2.40 4.6) */

	/* Never leaves the card. */
	SCHEMA_SENSITIVE,
};

struct schema_row {
	CK_ATTRIBUTE_TYPE type;
	enum schema_source source;
	CK_ULONG number;
};

struct schema {
	const struct schema_row *rows;
	size_t count;
	const char *label; /* follows layout_roles[].object_label and a blank */
};

extern const struct schema schemas[OBJECT_KINDS];

/* The row of an attribute; NULL if that kind of object has none. */
const struct schema_row *schema_find(enum object_kind kind, CK_ATTRIBUTE_TYPE type);

/* True for what only the certificate can tell. */
bool schema_in_certificate(const struct schema_row *row);

#endif
