/* SPDX-License-Identifier: BSD-2-Clause */
#include "object/attr.h"

#include <string.h>

CK_RV
attr_set(CK_ATTRIBUTE *attribute, struct bytes value)
{
	if (attribute->pValue && attribute->ulValueLen < value.len)
		return attr_refuse(attribute, CKR_BUFFER_TOO_SMALL);
	if (attribute->pValue && value.len > 0)
		memcpy(attribute->pValue, value.data, value.len);
	attribute->ulValueLen = value.len;
	return CKR_OK;
}

CK_RV
attr_refuse(CK_ATTRIBUTE *attribute, CK_RV why)
{
	attribute->ulValueLen = CK_UNAVAILABLE_INFORMATION;
	return why;
}

bool
attr_equal(const CK_ATTRIBUTE *attribute, struct bytes value)
{
	if (attribute->ulValueLen != value.len)
		return false;
	return value.len == 0 ||
	       (attribute->pValue && memcmp(attribute->pValue, value.data, value.len) == 0);
}
