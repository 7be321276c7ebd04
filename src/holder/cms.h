/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_HOLDER_CMS_H
#define JPKI_HOLDER_CMS_H

#include <openssl/cms.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/*
 * Making a CMS signature (RFC 5652) with a key that only the card has, in two halves: what the
 * card is to sign, then what it signed. SHA-256; signed attributes with the time, the hash of the
 * signer's certificate (RFC 5035) and thereby the form that CAdES-BES asks for (ETSI EN 319 122-1);
 * the certificates of signer and authority are in it.
 */

/*
 * A signature over content with that hash, but for the card's part of it; `to_sign` is the hash
 * that the card is to sign. `ca` may be NULL. The caller frees it; NULL without memory.
 */
CMS_ContentInfo *cms_prepare(X509 *signer, X509 *ca, const uint8_t hash[32], time_t now,
			     uint8_t to_sign[32]);

/*
 * Completes it. `content` is enclosed; NULL for a detached signature. The caller frees *der with
 * OPENSSL_free. False without memory.
 */
bool cms_complete(CMS_ContentInfo *cms, const uint8_t signature[256], const uint8_t *content,
		  size_t content_len, uint8_t **der, size_t *len);

#endif
