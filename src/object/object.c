/* SPDX-License-Identifier: BSD-2-Clause */
#include "object/object.h"

#include <stdio.h>
#include <string.h>

#include "object/attr.h"
#include "object/mechanism.h"
#include "object/schema.h"
#include "token/digest.h"

#define CHECKSUM_SIZE 3

/* Room for a value that exists nowhere else. */
union made {
	CK_BBOOL flag;
	uint8_t id;
	char date[8];
	char label[64];
	uint8_t hash[DIGEST_SIZE_MAX];
	CK_MECHANISM_TYPE mechanisms[MECHANISMS_MAX];
};

#define AS_BYTES(object) ((struct bytes){(const uint8_t *)&(object), sizeof(object)})

static struct bytes
make_flag(union made *made, CK_ULONG value)
{
	made->flag = value ? CK_TRUE : CK_FALSE;
	return AS_BYTES(made->flag);
}

static struct bytes
make_id(union made *made, const struct object_view *object)
{
	const struct layout_role *role = &layout_roles[object->key];

	made->id = object->kind == OBJECT_CA_CERTIFICATE ? role->ca_id : role->id;
	return AS_BYTES(made->id);
}

static struct bytes
make_label(union made *made, const struct object_view *object)
{
	int len = snprintf(made->label, sizeof made->label, "%s %s",
			   layout_roles[object->key].object_label, schemas[object->kind].label);

	if (len < 0 || (size_t)len >= sizeof made->label)
		return (struct bytes){NULL, 0};
	return (struct bytes){(const uint8_t *)made->label, (size_t)len};
}

/* What the key signs with. */
static struct bytes
make_mechanisms(union made *made, const struct object_view *object)
{
	CK_ULONG count = MECHANISMS_MAX;

	(void)mechanism_list(CKF_SIGN, object->pss, made->mechanisms, &count);
	return (struct bytes){(const uint8_t *)made->mechanisms,
			      count * sizeof made->mechanisms[0]};
}

static struct bytes
field_of(const struct certificate *c, CK_ULONG offset)
{
	return *(const struct bytes *)(const void *)((const char *)c + offset);
}

static struct bytes
make_date(union made *made, struct bytes time)
{
	/* An empty date is a date that is not known; certificate_parse lets none such pass. */
	if (!certificate_date(time, made->date))
		return (struct bytes){NULL, 0};
	return AS_BYTES(made->date);
}

static struct bytes
make_checksum(union made *made, struct bytes der)
{
	(void)digest_of(DIGEST_SHA1, der, made->hash);
	return (struct bytes){made->hash, CHECKSUM_SIZE};
}

/*
 * The value of an attribute, borrowed from `made`, the tables or the certificate. Not for
 * sensitive ones, nor for those in a certificate that is not there.
 */
static struct bytes
value_of(const struct object_view *object, const struct schema_row *row, union made *made)
{
	switch (row->source) {
	case SCHEMA_BOOL:
		return make_flag(made, row->number);
	case SCHEMA_ULONG:
		return AS_BYTES(row->number);
	case SCHEMA_PRIVATE:
		return make_flag(made, object->is_private);
	case SCHEMA_ASK_PIN:
		return make_flag(made, object->ask_pin_each_signature);
	case SCHEMA_ID:
		return make_id(made, object);
	case SCHEMA_LABEL:
		return make_label(made, object);
	case SCHEMA_MECHANISMS:
		return make_mechanisms(made, object);
	case SCHEMA_FIELD:
		return field_of(object->certificate, row->number);
	case SCHEMA_DATE:
		return make_date(made, field_of(object->certificate, row->number));
	case SCHEMA_CHECKSUM:
		return make_checksum(made, object->certificate->der);
	case SCHEMA_EMPTY:
	case SCHEMA_SENSITIVE:
		break;
	}
	return (struct bytes){NULL, 0};
}

static enum object_match
match_one(const struct object_view *object, const CK_ATTRIBUTE *wanted)
{
	const struct schema_row *row = schema_find(object->kind, wanted->type);
	union made made;

	/* A search must not be a way to guess at what is not handed out. */
	if (!row || row->source == SCHEMA_SENSITIVE)
		return OBJECT_DIFFERS;
	if (schema_in_certificate(row) && !object->certificate)
		return OBJECT_UNDECIDED;
	return attr_equal(wanted, value_of(object, row, &made)) ? OBJECT_MATCHES : OBJECT_DIFFERS;
}

enum object_match
object_match(const struct object_view *object, const CK_ATTRIBUTE *template, CK_ULONG count)
{
	enum object_match result = OBJECT_MATCHES;

	for (CK_ULONG i = 0; i < count; i++) {
		enum object_match one = match_one(object, &template[i]);

		if (one == OBJECT_DIFFERS)
			return OBJECT_DIFFERS;
		if (one == OBJECT_UNDECIDED)
			result = OBJECT_UNDECIDED;
	}
	return result;
}

bool
object_needs_certificate(const struct object_view *object, const CK_ATTRIBUTE *template,
			 CK_ULONG count)
{
	for (CK_ULONG i = 0; i < count; i++) {
		const struct schema_row *row = schema_find(object->kind, template[i].type);

		if (row && schema_in_certificate(row))
			return true;
	}
	return false;
}

static CK_RV
get_one(const struct object_view *object, CK_ATTRIBUTE *wanted)
{
	const struct schema_row *row = schema_find(object->kind, wanted->type);
	union made made;

	if (!row || (schema_in_certificate(row) && !object->certificate))
		return attr_refuse(wanted, CKR_ATTRIBUTE_TYPE_INVALID);
	if (row->source == SCHEMA_SENSITIVE)
		return attr_refuse(wanted, CKR_ATTRIBUTE_SENSITIVE);
	return attr_set(wanted, value_of(object, row, &made));
}

CK_RV
object_get_attributes(const struct object_view *object, CK_ATTRIBUTE *template, CK_ULONG count)
{
	CK_RV result = CKR_OK;

	/* Where several attributes fail, any of their codes may be returned: the first it is. */
	for (CK_ULONG i = 0; i < count; i++) {
		CK_RV rv = get_one(object, &template[i]);

		if (result == CKR_OK)
			result = rv;
	}
	return result;
}
