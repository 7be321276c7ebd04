/* SPDX-License-Identifier: BSD-2-Clause */
#include <openssl/asn1.h>
#include <openssl/conf.h>
#include <openssl/objects.h>
#include <stdlib.h>

#include "sim/base/json.h"
#include "sim/base/memory.h"
#include "sim/pki/shape.h"

/* Each extension is made, added and freed in one function. */

static CONF *
read_sections(const char *sections)
{
	BIO *bio = BIO_new_mem_buf(sections, -1);
	CONF *conf = NCONF_new(NULL);

	if (bio && conf && NCONF_load_bio(conf, bio, NULL) != 1) {
		NCONF_free(conf);
		conf = NULL;
	}
	BIO_free(bio);
	return conf;
}

bool
sim_extend(X509 *certificate, X509 *issuer, int nid, const char *text, const char *sections)
{
	CONF *conf = read_sections(sections);
	X509_EXTENSION *extension = NULL;
	X509V3_CTX context;
	bool ok;

	X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
	X509V3_set_nconf(&context, conf);
	if (conf)
		extension = X509V3_EXT_nconf_nid(conf, &context, nid, text);
	ok = extension && X509_add_ext(certificate, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	NCONF_free(conf);
	return ok;
}

static bool
add_names(X509 *certificate, int nid, GENERAL_NAMES *names)
{
	bool ok = names && X509_add1_ext_i2d(certificate, nid, names, 0, X509V3_ADD_APPEND) == 1;

	GENERAL_NAMES_free(names);
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
	return add_names(certificate, nid, directory_names(name));
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
			ok = X509_add1_ext_i2d(certificate, NID_crl_distribution_points, points, 0,
					       X509V3_ADD_APPEND) == 1;
		}
	}
	CRL_DIST_POINTS_free(points);
	DIST_POINT_free(point);
	GENERAL_NAMES_free(names);
	return ok;
}

/* Appends otherName 1.2.392.200149.8.5.5.<number> with a UTF8String. */
static bool
push_attribute(GENERAL_NAMES *names, int number, const char *text)
{
	char *value = sim_text("1.2.392.200149.8.5.5.%d;FORMAT:UTF8,UTF8:%s", number, text);
	GENERAL_NAME *name = a2i_GENERAL_NAME(NULL, NULL, NULL, GEN_OTHERNAME, value, 0);
	bool ok = name && sk_GENERAL_NAME_push(names, name) > 0;

	if (!ok)
		GENERAL_NAME_free(name);
	free(value);
	return ok;
}

bool
sim_extend_attributes(X509 *certificate, const struct sim_request *request)
{
	const json_t *holder = request->holder;
	const struct {
		int number;
		const char *text;
	} attributes[] = {
		{1, sim_json_text(holder, "name")},
		{4, request->birth},
		{3, sim_json_text(holder, "sex")},
		{5, sim_json_text(holder, "address")},
		{2, sim_json_text(holder, "name-flags")},
		{6, sim_json_text(holder, "address-flags")},
	};
	GENERAL_NAMES *names = GENERAL_NAMES_new();
	bool ok = names != NULL;

	for (size_t i = 0; ok && i < sizeof attributes / sizeof *attributes; i++)
		ok = push_attribute(names, attributes[i].number, attributes[i].text);
	if (ok)
		return add_names(certificate, NID_subject_alt_name, names);
	GENERAL_NAMES_free(names);
	return false;
}
