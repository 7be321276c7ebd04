/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/pki.h"

#include <openssl/asn1.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define ORGANISATION "JPKI-SIM"
#define AGENCY "Japan Agency for Local Authority Information Systems"
/* The Japanese names say 模擬, simulated, so that nobody takes them for the real ones. */
#define ORGANISATION_JA "模擬公的個人認証サービス"
#define AGENCY_JA "地方公共団体情報システム機構"

/* What differs between the two authorities. */
static const struct {
	const char *unit;
	const char *unit_ja;
	const char *policy;
	const char *practice; /* where its rules stand; NULL: not said */
	uint8_t key_usage;    /* the bits' byte; unused bits follow from it */
} kinds[SIM_PIN_COUNT] = {
	[SIM_PIN_AUTH] = {"JPKI for user authentication", "模擬公的個人認証サービス利用者証明用",
			  "1.2.392.200149.8.5.1.3.30",
			  /* A guess: something like it is needed to come to the measured size. */
			  "http://jpki-sim.invalid/cps", 0x80},
	[SIM_PIN_SIGN] = {"JPKI for digital signature", "模擬公的個人認証サービス署名用",
			  "1.2.392.200149.8.5.1.1.20", NULL, 0xC0},
};

/* ---- names ---- */

static bool
add_part(X509_NAME *name, int nid, const char *text)
{
	int type = nid == NID_countryName ? V_ASN1_PRINTABLESTRING : V_ASN1_UTF8STRING;

	return X509_NAME_add_entry_by_NID(name, nid, type, (const unsigned char *)text, -1, -1,
					  0) == 1;
}

/* C=JP, O=…, OU=<the authority> and then, each if not NULL, more units and a common name. */
static X509_NAME *
make_name(const char *organisation, const char *unit, const char *unit2, const char *unit3,
	  const char *common_name)
{
	X509_NAME *name = X509_NAME_new();

	if (name && add_part(name, NID_countryName, "JP") &&
	    add_part(name, NID_organizationName, organisation) &&
	    add_part(name, NID_organizationalUnitName, unit) &&
	    add_part(name, NID_organizationalUnitName, unit2) &&
	    (!unit3 || add_part(name, NID_organizationalUnitName, unit3)) &&
	    (!common_name || add_part(name, NID_commonName, common_name)))
		return name;
	X509_NAME_free(name);
	return NULL;
}

static X509_NAME *
make_issuer(enum sim_pin which)
{
	return make_name(ORGANISATION, kinds[which].unit, AGENCY, NULL, NULL);
}

static X509_NAME *
make_issuer_ja(enum sim_pin which)
{
	return make_name(ORGANISATION_JA, kinds[which].unit_ja, AGENCY_JA, NULL, NULL);
}

static X509_NAME *
make_subject(enum sim_pin which, const struct sim_request *request)
{
	X509_NAME *name = X509_NAME_new();
	bool ok = name && add_part(name, NID_countryName, "JP");

	if (ok && which == SIM_PIN_SIGN)
		ok = add_part(name, NID_localityName, request->holder->prefecture) &&
		     add_part(name, NID_localityName, request->holder->city);
	if (ok && add_part(name, NID_commonName, request->common_name))
		return name;
	X509_NAME_free(name);
	return NULL;
}

/* ---- extensions: each is made, added and freed in one function ---- */

static bool
add_extension(X509 *certificate, int nid, void *value, bool critical)
{
	return value &&
	       X509_add1_ext_i2d(certificate, nid, value, critical, X509V3_ADD_APPEND) == 1;
}

static bool
add_key_usage(X509 *certificate, uint8_t bits)
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

static bool
add_directory_name(X509 *certificate, int nid, X509_NAME *name)
{
	GENERAL_NAMES *names = directory_names(name);
	bool ok = add_extension(certificate, nid, names, false);

	GENERAL_NAMES_free(names);
	return ok;
}

static bool
add_basic_constraints(X509 *certificate)
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
static bool
add_crl_point(X509 *certificate, X509_NAME *name)
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

static bool
add_subject_key_id(X509 *certificate)
{
	ASN1_OCTET_STRING *id = key_id(certificate);
	bool ok = add_extension(certificate, NID_subject_key_identifier, id, false);

	ASN1_OCTET_STRING_free(id);
	return ok;
}

/* Key identifier, and where `full` also name and serial number of the authority. */
static AUTHORITY_KEYID *
make_authority_key_id(const struct sim_authority *authority, bool full)
{
	AUTHORITY_KEYID *id = AUTHORITY_KEYID_new();

	if (!id)
		return NULL;
	id->keyid = key_id(authority->certificate);
	if (full) {
		id->issuer = directory_names(make_issuer(authority->which));
		id->serial = ASN1_INTEGER_dup(X509_get0_serialNumber(authority->certificate));
	}
	if (id->keyid && (!full || (id->issuer && id->serial)))
		return id;
	AUTHORITY_KEYID_free(id);
	return NULL;
}

static bool
add_authority_key_id(X509 *certificate, const struct sim_authority *authority)
{
	AUTHORITY_KEYID *id = make_authority_key_id(authority, true);
	bool ok = add_extension(certificate, NID_authority_key_identifier, id, false);

	AUTHORITY_KEYID_free(id);
	return ok;
}

static bool
add_client_auth(X509 *certificate)
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

static bool
add_policy(X509 *certificate, const char *oid, const char *practice)
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

	oid[sizeof(oid) - 2] = (char)('0' + number);
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

static bool
add_attributes(X509 *certificate, const struct sim_holder *holder)
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

	for (size_t i = 0; ok && i < sizeof(attributes) / sizeof(*attributes); i++)
		ok = push_attribute(names, attributes[i].number, attributes[i].text);
	ok = ok && add_extension(certificate, NID_subject_alt_name, names, false);
	GENERAL_NAMES_free(names);
	return ok;
}

/* ---- certificates ---- */

static bool
set_time(ASN1_TIME *field, int64_t time)
{
	return ASN1_TIME_set(field, (time_t)time) != NULL;
}

/* The fields outside the extensions. */
static bool
fill_fields(X509 *certificate, uint32_t serial, X509_NAME *issuer, X509_NAME *subject,
	    int64_t not_before, int64_t not_after, EVP_PKEY *key)
{
	return issuer && subject && X509_set_version(certificate, X509_VERSION_3) == 1 &&
	       ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial) == 1 &&
	       X509_set_issuer_name(certificate, issuer) == 1 &&
	       X509_set_subject_name(certificate, subject) == 1 &&
	       set_time(X509_getm_notBefore(certificate), not_before) &&
	       set_time(X509_getm_notAfter(certificate), not_after) &&
	       X509_set_pubkey(certificate, key) == 1;
}

X509 *
sim_pki_make_ca(enum sim_pin which, EVP_PKEY *key, uint32_t serial, int64_t not_before,
		int64_t not_after)
{
	X509 *made = X509_new();
	X509_NAME *name = make_issuer(which);
	bool ok = made && fill_fields(made, serial, name, name, not_before, not_after, key) &&
		  add_key_usage(made, 0x06) &&
		  add_directory_name(made, NID_subject_alt_name, make_issuer_ja(which)) &&
		  add_basic_constraints(made) && add_crl_point(made, make_issuer(which)) &&
		  add_subject_key_id(made) && X509_sign(made, key, EVP_sha256()) > 0;

	X509_NAME_free(name);
	if (ok)
		return made;
	X509_free(made);
	return NULL;
}

/*
 * The authentication certificate must not say where its holder lives. How its list is named is
 * not published; the agency's name is there because it is in the authority's own.
 */
static X509_NAME *
make_crl_point_name(enum sim_pin which, const struct sim_holder *holder)
{
	char common_name[80];
	bool sign = which == SIM_PIN_SIGN;
	int len = snprintf(common_name, sizeof(common_name), "%s CRLDP",
			   sign ? holder->city : "User Authentication");

	if (len < 0 || (size_t)len >= sizeof(common_name))
		return NULL;
	return make_name(ORGANISATION, kinds[which].unit, sign ? "CRL Distribution Points" : AGENCY,
			 sign ? holder->prefecture : "CRL Distribution Points", common_name);
}

/* The order is that of a published dummy of the signing certificate. */
static bool
add_end_entity_extensions(X509 *made, const struct sim_authority *authority,
			  const struct sim_request *request)
{
	enum sim_pin which = authority->which;
	bool sign = which == SIM_PIN_SIGN;

	return add_key_usage(made, kinds[which].key_usage) &&
	       (sign || !request->eku || add_client_auth(made)) &&
	       (!sign || add_attributes(made, request->holder)) &&
	       add_policy(made, kinds[which].policy, kinds[which].practice) &&
	       add_directory_name(made, NID_issuer_alt_name, make_issuer_ja(which)) &&
	       add_crl_point(made, make_crl_point_name(which, request->holder)) &&
	       add_authority_key_id(made, authority) && add_subject_key_id(made);
}

X509 *
sim_pki_make_end_entity(const struct sim_authority *authority, const struct sim_request *request)
{
	X509 *made = X509_new();
	X509_NAME *issuer = make_issuer(authority->which);
	X509_NAME *subject = make_subject(authority->which, request);
	bool ok = made &&
		  fill_fields(made, request->serial, issuer, subject, request->not_before,
			      request->not_after, request->key) &&
		  add_end_entity_extensions(made, authority, request) &&
		  X509_sign(made, authority->key, EVP_sha256()) > 0;

	X509_NAME_free(issuer);
	X509_NAME_free(subject);
	if (ok)
		return made;
	X509_free(made);
	return NULL;
}

/* ---- revocation lists ---- */

static bool
add_revoked(X509_CRL *list, const struct sim_revoked *entry)
{
	X509_REVOKED *revoked = X509_REVOKED_new();
	ASN1_INTEGER *serial = ASN1_INTEGER_new();
	ASN1_TIME *at = ASN1_TIME_new();
	bool ok = revoked && serial && at && ASN1_INTEGER_set_uint64(serial, entry->serial) == 1 &&
		  set_time(at, entry->at) && X509_REVOKED_set_serialNumber(revoked, serial) == 1 &&
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
		  set_time(time, now) && X509_CRL_set1_lastUpdate(list, time) == 1 &&
		  set_time(time, next) && X509_CRL_set1_nextUpdate(list, time) == 1;

	ASN1_TIME_free(time);
	return ok;
}

/* The key identifier is what tells the lists of generations of one name apart. */
static bool
add_crl_extensions(X509_CRL *list, const struct sim_authority *authority, long number)
{
	AUTHORITY_KEYID *id = make_authority_key_id(authority, false);
	ASN1_INTEGER *count = ASN1_INTEGER_new();
	bool ok = id && count && ASN1_INTEGER_set(count, number) == 1 &&
		  X509_CRL_add1_ext_i2d(list, NID_authority_key_identifier, id, 0,
					X509V3_ADD_APPEND) == 1 &&
		  X509_CRL_add1_ext_i2d(list, NID_crl_number, count, 0, X509V3_ADD_APPEND) == 1;

	AUTHORITY_KEYID_free(id);
	ASN1_INTEGER_free(count);
	return ok;
}

X509_CRL *
sim_pki_make_crl(const struct sim_authority *authority, const struct sim_revoked *entries,
		 size_t count, long number, int64_t now, int64_t next)
{
	X509_CRL *list = X509_CRL_new();
	bool ok = list && fill_crl(list, authority, now, next);

	for (size_t i = 0; ok && i < count; i++)
		ok = add_revoked(list, &entries[i]);
	if (ok && add_crl_extensions(list, authority, number) && X509_CRL_sort(list) == 1 &&
	    X509_CRL_sign(list, authority->key, EVP_sha256()) > 0)
		return list;
	X509_CRL_free(list);
	return NULL;
}
