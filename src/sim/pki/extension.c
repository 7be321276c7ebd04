/* SPDX-License-Identifier: BSD-2-Clause */
#include <openssl/asn1.h>
#include <openssl/objects.h>

#include "sim/pki/shape.h"

/* Each extension is made, added and freed in one function. */

static bool
add_extension(X509 *certificate, int nid, void *value, bool critical)
{
	return value &&
	       X509_add1_ext_i2d(certificate, nid, value, critical, X509V3_ADD_APPEND) == 1;
}

bool
sim_extend_key_usage(X509 *certificate, uint8_t bits)
{
	ASN1_BIT_STRING *usage = ASN1_BIT_STRING_new();
	bool ok = usage && ASN1_BIT_STRING_set(usage, &bits, 1) &&
		  add_extension(certificate, NID_key_usage, usage, true);

	ASN1_BIT_STRING_free(usage);
	return ok;
}

/* A list holding one directoryName; takes the name over. */
static GENERAL_NAMES *
directory_names(X509_NAME *name)
{
	GENERAL_NAMES *names = GENERAL_NAMES_new();
	GENERAL_NAME *one = GENERAL_NAME_new();

	if (name && names && one && sk_GENERAL_NAME_push(names, one) > 0) {
		GENERAL_NAME_set0_value(one, GEN_DIRNAME, name);
		return names;
	}
	X509_NAME_free(name);
	GENERAL_NAMES_free(names);
	GENERAL_NAME_free(one);
	return NULL;
}

bool
sim_extend_directory_name(X509 *certificate, int nid, X509_NAME *name)
{
	GENERAL_NAMES *names = directory_names(name);
	bool ok = add_extension(certificate, nid, names, false);

	GENERAL_NAMES_free(names);
	return ok;
}

bool
sim_extend_basic_constraints(X509 *certificate)
{
	BASIC_CONSTRAINTS *basic = BASIC_CONSTRAINTS_new();
	bool ok = false;

	if (basic) {
		basic->ca = 0xFF;
		ok = add_extension(certificate, NID_basic_constraints, basic, true);
	}
	BASIC_CONSTRAINTS_free(basic);
	return ok;
}

/* Where the revocation list would be in a directory; no URL. Takes the name over. */
bool
sim_extend_crl_point(X509 *certificate, X509_NAME *name)
{
	GENERAL_NAMES *names = directory_names(name);
	DIST_POINT *point = DIST_POINT_new();
	CRL_DIST_POINTS *points = CRL_DIST_POINTS_new();
	bool ok = false;

	if (names && point && points && (point->distpoint = DIST_POINT_NAME_new())) {
		point->distpoint->type = 0;
		point->distpoint->name.fullname = names;
		names = NULL;
		if (sk_DIST_POINT_push(points, point) > 0) {
			point = NULL;
			ok = add_extension(certificate, NID_crl_distribution_points, points, false);
		}
	}
	CRL_DIST_POINTS_free(points);
	DIST_POINT_free(point);
	GENERAL_NAMES_free(names);
	return ok;
}

/* The SHA-1 of the public key, as in the real ones. */
static ASN1_OCTET_STRING *
key_id(const X509 *certificate)
{
	ASN1_OCTET_STRING *id = ASN1_OCTET_STRING_new();
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int len = 0;

	if (id && X509_pubkey_digest(certificate, EVP_sha1(), digest, &len) == 1 &&
	    ASN1_OCTET_STRING_set(id, digest, (int)len) == 1)
		return id;
	ASN1_OCTET_STRING_free(id);
	return NULL;
}

bool
sim_extend_subject_key_id(X509 *certificate)
{
	ASN1_OCTET_STRING *id = key_id(certificate);
	bool ok = add_extension(certificate, NID_subject_key_identifier, id, false);

	ASN1_OCTET_STRING_free(id);
	return ok;
}

/* Key identifier, and where `full` also name and serial number of the authority. */
AUTHORITY_KEYID *
sim_extend_make_authority_key_id(const struct sim_authority *authority, bool full)
{
	AUTHORITY_KEYID *id = AUTHORITY_KEYID_new();

	if (!id)
		return NULL;
	id->keyid = key_id(authority->certificate);
	if (full) {
		id->issuer = directory_names(sim_name_issuer(authority->which));
		id->serial = ASN1_INTEGER_dup(X509_get0_serialNumber(authority->certificate));
	}
	if (id->keyid && (!full || (id->issuer && id->serial)))
		return id;
	AUTHORITY_KEYID_free(id);
	return NULL;
}

bool
sim_extend_authority_key_id(X509 *certificate, const struct sim_authority *authority)
{
	AUTHORITY_KEYID *id = sim_extend_make_authority_key_id(authority, true);
	bool ok = add_extension(certificate, NID_authority_key_identifier, id, false);

	AUTHORITY_KEYID_free(id);
	return ok;
}

bool
sim_extend_client_auth(X509 *certificate)
{
	EXTENDED_KEY_USAGE *usage = EXTENDED_KEY_USAGE_new();
	bool ok = usage && sk_ASN1_OBJECT_push(usage, OBJ_nid2obj(NID_client_auth)) > 0 &&
		  add_extension(certificate, NID_ext_key_usage, usage, false);

	EXTENDED_KEY_USAGE_free(usage);
	return ok;
}

/* Where the certification practice statement is; taken over by the policy. */
static bool
add_practice(POLICYINFO *policy, const char *uri)
{
	POLICYQUALINFO *qualifier = POLICYQUALINFO_new();
	bool ok = false;

	if (!policy->qualifiers)
		policy->qualifiers = sk_POLICYQUALINFO_new_null();
	if (qualifier && policy->qualifiers) {
		qualifier->pqualid = OBJ_nid2obj(NID_id_qt_cps);
		qualifier->d.cpsuri = ASN1_IA5STRING_new();
		ok = qualifier->d.cpsuri && ASN1_STRING_set(qualifier->d.cpsuri, uri, -1) == 1 &&
		     sk_POLICYQUALINFO_push(policy->qualifiers, qualifier) > 0;
	}
	if (!ok)
		POLICYQUALINFO_free(qualifier);
	return ok;
}

bool
sim_extend_policy(X509 *certificate, const char *oid, const char *practice)
{
	CERTIFICATEPOLICIES *policies = CERTIFICATEPOLICIES_new();
	POLICYINFO *policy = POLICYINFO_new();
	bool ok = false;

	if (policies && policy && (policy->policyid = OBJ_txt2obj(oid, 1)) &&
	    (!practice || add_practice(policy, practice)) &&
	    sk_POLICYINFO_push(policies, policy) > 0) {
		policy = NULL;
		ok = add_extension(certificate, NID_certificate_policies, policies, false);
	}
	POLICYINFO_free(policy);
	CERTIFICATEPOLICIES_free(policies);
	return ok;
}

/* Appends otherName 1.2.392.200149.8.5.5.<number> with a UTF8String. */
static bool
push_attribute(GENERAL_NAMES *names, int number, const char *text)
{
	char oid[] = "1.2.392.200149.8.5.5.0";
	GENERAL_NAME *name = GENERAL_NAME_new();
	ASN1_TYPE *value = ASN1_TYPE_new();
	ASN1_UTF8STRING *string = ASN1_UTF8STRING_new();
	ASN1_OBJECT *type = NULL;

	oid[sizeof oid - 2] = (char)('0' + number);
	type = OBJ_txt2obj(oid, 1);
	if (!name || !value || !string || !type || !ASN1_STRING_set(string, text, -1))
		goto failed;
	ASN1_TYPE_set(value, V_ASN1_UTF8STRING, string);
	string = NULL;
	if (!GENERAL_NAME_set0_othername(name, type, value))
		goto failed;
	type = NULL;
	value = NULL;
	if (sk_GENERAL_NAME_push(names, name) > 0)
		return true;
failed:
	GENERAL_NAME_free(name);
	ASN1_TYPE_free(value);
	ASN1_UTF8STRING_free(string);
	ASN1_OBJECT_free(type);
	return false;
}

bool
sim_extend_attributes(X509 *certificate, const struct sim_holder *holder)
{
	const struct {
		int number;
		const char *text;
	} attributes[] = {
		{1, holder->name},    {4, holder->birth},      {3, holder->sex},
		{5, holder->address}, {2, holder->name_flags}, {6, holder->address_flags},
	};
	GENERAL_NAMES *names = GENERAL_NAMES_new();
	bool ok = names != NULL;

	for (size_t i = 0; ok && i < sizeof attributes / sizeof *attributes; i++)
		ok = push_attribute(names, attributes[i].number, attributes[i].text);
	ok = ok && add_extension(certificate, NID_subject_alt_name, names, false);
	GENERAL_NAMES_free(names);
	return ok;
}
