/* SPDX-License-Identifier: BSD-2-Clause */
#include "object/mechanism.h"

#include <string.h>

#include "token/layout.h"

#ifndef CKG_MGF1_SHA256
#define CKG_MGF1_SHA256 0x00000002UL
#endif

#define KEY_BITS 2048

/* CKM_RSA_PKCS first: programs that take the first mechanism get the one that all know. */
static const struct mechanism rows[] = {
	{CKM_RSA_PKCS, DIGEST_NONE, false, CKF_SIGN},
	{CKM_SHA1_RSA_PKCS, DIGEST_SHA1, false, CKF_SIGN},
	{CKM_SHA224_RSA_PKCS, DIGEST_SHA224, false, CKF_SIGN},
	{CKM_SHA256_RSA_PKCS, DIGEST_SHA256, false, CKF_SIGN},
	{CKM_SHA384_RSA_PKCS, DIGEST_SHA384, false, CKF_SIGN},
	{CKM_SHA512_RSA_PKCS, DIGEST_SHA512, false, CKF_SIGN},
	{CKM_RSA_PKCS_PSS, DIGEST_NONE, true, CKF_SIGN},
	{CKM_SHA256_RSA_PKCS_PSS, DIGEST_SHA256, true, CKF_SIGN},
	/* Java speaks TLS 1.3 only where it can hash with the token too. */
	{CKM_SHA_1, DIGEST_SHA1, false, CKF_DIGEST},
	{CKM_SHA224, DIGEST_SHA224, false, CKF_DIGEST},
	{CKM_SHA256, DIGEST_SHA256, false, CKF_DIGEST},
	{CKM_SHA384, DIGEST_SHA384, false, CKF_DIGEST},
	{CKM_SHA512, DIGEST_SHA512, false, CKF_DIGEST},
};

#define ROW_COUNT (sizeof rows / sizeof rows[0])
_Static_assert(ROW_COUNT <= MECHANISMS_MAX, "they fit a list");

const struct mechanism *
mechanism_find(CK_MECHANISM_TYPE type, CK_FLAGS use, bool pss)
{
	for (size_t i = 0; i < ROW_COUNT; i++)
		if (rows[i].type == type && (rows[i].use & use))
			return rows[i].pss && !pss ? NULL : &rows[i];
	return NULL;
}

CK_RV
mechanism_list(CK_FLAGS use, bool pss, CK_MECHANISM_TYPE *list, CK_ULONG *count)
{
	const CK_ULONG room = *count;
	CK_ULONG n = 0;

	for (size_t i = 0; i < ROW_COUNT; i++) {
		if (!(rows[i].use & use) || (rows[i].pss && !pss))
			continue;
		if (list && n < room)
			list[n] = rows[i].type;
		n++;
	}
	*count = n;
	return list && n > room ? CKR_BUFFER_TOO_SMALL : CKR_OK;
}

void
mechanism_info(const struct mechanism *mechanism, CK_MECHANISM_INFO *info)
{
	*info = (CK_MECHANISM_INFO){.flags = mechanism->use};
	if (mechanism->use == CKF_SIGN)
		*info = (CK_MECHANISM_INFO){KEY_BITS, KEY_BITS, CKF_HW | CKF_SIGN};
}

/* What the card makes (card fact 3.4) is what TLS 1.3 asks for, and nothing else. */
static bool
is_cards_pss(const CK_MECHANISM *given)
{
	CK_RSA_PKCS_PSS_PARAMS p;

	if (!given->pParameter || given->ulParameterLen != sizeof p)
		return false;
	memcpy(&p, given->pParameter, sizeof p);
	return p.hashAlg == CKM_SHA256 && p.mgf == CKG_MGF1_SHA256 && p.sLen == SHA256_DIGEST_SIZE;
}

CK_RV
mechanism_check_parameter(const struct mechanism *mechanism, const CK_MECHANISM *given)
{
	bool fits = mechanism->pss ? is_cards_pss(given) : given->ulParameterLen == 0;

	return fits ? CKR_OK : CKR_MECHANISM_PARAM_INVALID;
}

CK_ULONG
mechanism_input_min(const struct mechanism *mechanism)
{
	return mechanism->pss ? SHA256_DIGEST_SIZE : 1;
}

CK_ULONG
mechanism_input_max(const struct mechanism *mechanism)
{
	return mechanism->pss ? SHA256_DIGEST_SIZE : LAYOUT_SIGN_INPUT_MAX;
}
