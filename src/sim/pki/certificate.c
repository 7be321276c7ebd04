/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/base/dates.h"
#include "sim/pki/shape.h"

bool
sim_pki_set_time(ASN1_TIME *field, int64_t time)
{
	return ASN1_TIME_adj(field, 0, (int)(time / SIM_DAY), (long)(time % SIM_DAY)) != NULL;
}

bool
sim_pki_get_time(const ASN1_TIME *field, int64_t *time)
{
	const struct tm epoch = {.tm_year = 70, .tm_mday = 1};
	struct tm said;
	int days, seconds;

	if (ASN1_TIME_to_tm(field, &said) != 1 ||
	    OPENSSL_gmtime_diff(&days, &seconds, &epoch, &said) != 1)
		return false;
	*time = days * SIM_DAY + seconds;
	return true;
}

/* The fields outside the extensions. */
static bool
fill_fields(X509 *certificate, const struct sim_request *request, X509_NAME *issuer,
	    X509_NAME *subject)
{
	return issuer && subject && X509_set_version(certificate, X509_VERSION_3) == 1 &&
	       ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), request->serial) == 1 &&
	       X509_set_issuer_name(certificate, issuer) == 1 &&
	       X509_set_subject_name(certificate, subject) == 1 &&
	       sim_pki_set_time(X509_getm_notBefore(certificate), request->not_before) &&
	       sim_pki_set_time(X509_getm_notAfter(certificate), request->not_after) &&
	       X509_set_pubkey(certificate, request->key) == 1;
}

X509 *
sim_pki_make_ca(enum sim_pin which, const struct sim_request *request)
{
	X509 *made = X509_new();
	X509_NAME *name = sim_name_issuer(which);
	bool ok =
		made && fill_fields(made, request, name, name) &&
		sim_extend(made, made, NID_key_usage, "critical,keyCertSign,cRLSign", "") &&
		sim_extend_directory_name(made, NID_subject_alt_name, sim_name_issuer_ja(which)) &&
		sim_extend(made, made, NID_basic_constraints, "critical,CA:TRUE", "") &&
		sim_extend_crl_point(made, which, NULL) &&
		sim_extend(made, made, NID_subject_key_identifier, "hash", "") &&
		X509_sign(made, request->key, EVP_sha256()) > 0;

	X509_NAME_free(name);
	if (ok)
		return made;
	X509_free(made);
	return NULL;
}

/* The order is that of a published dummy of the signing certificate. */
static bool
add_end_entity_extensions(X509 *made, const struct sim_authority *authority,
			  const struct sim_request *request)
{
	enum sim_pin which = authority->which;
	bool sign = which == SIM_PIN_SIGN;
	const struct sim_authority_kind *kind = &sim_authority_kinds[which];
	X509 *issuer = authority->certificate;

	return sim_extend(made, issuer, NID_key_usage, kind->key_usage, "") &&
	       (sign || !request->eku ||
		sim_extend(made, issuer, NID_ext_key_usage, "clientAuth", "")) &&
	       (!sign || sim_extend_attributes(made, request)) &&
	       sim_extend(made, issuer, NID_certificate_policies, "@policy", kind->policy) &&
	       sim_extend_directory_name(made, NID_issuer_alt_name, sim_name_issuer_ja(which)) &&
	       sim_extend_crl_point(made, which, request->holder) &&
	       sim_extend(made, issuer, NID_authority_key_identifier, "keyid:always,issuer:always",
			  "") &&
	       sim_extend(made, made, NID_subject_key_identifier, "hash", "");
}

X509 *
sim_pki_make_end_entity(const struct sim_authority *authority, const struct sim_request *request)
{
	X509 *made = X509_new();
	X509_NAME *issuer = sim_name_issuer(authority->which);
	X509_NAME *subject = sim_name_subject(authority->which, request);
	bool ok = made && fill_fields(made, request, issuer, subject) &&
		  add_end_entity_extensions(made, authority, request) &&
		  X509_sign(made, authority->key, EVP_sha256()) > 0;

	X509_NAME_free(issuer);
	X509_NAME_free(subject);
	if (ok)
		return made;
	X509_free(made);
	return NULL;
}
