/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/base/json.h"
#include "sim/pki/shape.h"

static bool
add_revoked(X509_CRL *list, const json_t *entry)
{
	X509_REVOKED *revoked = X509_REVOKED_new();
	ASN1_INTEGER *serial = ASN1_INTEGER_new();
	ASN1_TIME *at = ASN1_TIME_new();
	bool ok = revoked && serial && at &&
		  ASN1_INTEGER_set_int64(serial, sim_json_number(entry, "serial")) == 1 &&
		  sim_pki_set_time(at, sim_json_number(entry, "at")) &&
		  X509_REVOKED_set_serialNumber(revoked, serial) == 1 &&
		  X509_REVOKED_set_revocationDate(revoked, at) == 1 &&
		  X509_CRL_add0_revoked(list, revoked) == 1;

	if (!ok)
		X509_REVOKED_free(revoked);
	ASN1_INTEGER_free(serial);
	ASN1_TIME_free(at);
	return ok;
}

static bool
fill_crl(X509_CRL *list, const struct sim_authority *authority, int64_t now, int64_t next)
{
	ASN1_TIME *time = ASN1_TIME_new();
	bool ok = time && X509_CRL_set_version(list, X509_CRL_VERSION_2) == 1 &&
		  X509_CRL_set_issuer_name(list, X509_get_subject_name(authority->certificate)) &&
		  sim_pki_set_time(time, now) && X509_CRL_set1_lastUpdate(list, time) == 1 &&
		  sim_pki_set_time(time, next) && X509_CRL_set1_nextUpdate(list, time) == 1;

	ASN1_TIME_free(time);
	return ok;
}

/* The key identifier is what tells the lists of generations of one name apart. */
static bool
add_crl_extensions(X509_CRL *list, const struct sim_authority *authority, long number)
{
	X509_EXTENSION *id;
	X509V3_CTX context;
	ASN1_INTEGER *count = ASN1_INTEGER_new();
	bool ok;

	X509V3_set_ctx(&context, authority->certificate, NULL, NULL, list, 0);
	X509V3_set_ctx_nodb(&context);
	id = X509V3_EXT_nconf_nid(NULL, &context, NID_authority_key_identifier, "keyid:always");
	ok = id && count && X509_CRL_add_ext(list, id, -1) == 1 &&
	     ASN1_INTEGER_set(count, number) == 1 &&
	     X509_CRL_add1_ext_i2d(list, NID_crl_number, count, 0, X509V3_ADD_APPEND) == 1;
	X509_EXTENSION_free(id);
	ASN1_INTEGER_free(count);
	return ok;
}

X509_CRL *
sim_pki_make_crl(const struct sim_authority *authority, const json_t *revoked, long number,
		 int64_t now, int64_t next)
{
	X509_CRL *list = X509_CRL_new();
	bool ok = list && fill_crl(list, authority, now, next);
	size_t i;
	json_t *entry;

	json_array_foreach(revoked, i, entry) ok = ok && add_revoked(list, entry);
	if (ok && add_crl_extensions(list, authority, number) && X509_CRL_sort(list) == 1 &&
	    X509_CRL_sign(list, authority->key, EVP_sha256()) > 0)
		return list;
	X509_CRL_free(list);
	return NULL;
}
