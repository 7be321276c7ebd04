/* SPDX-License-Identifier: BSD-2-Clause */
/* Each extension is made, added and freed in one function. */
#include <openssl/conf.h>
#include <openssl/objects.h>
#include <stdlib.h>

#include "sim/base/json.h"
#include "sim/base/memory.h"
#include "sim/pki/shape.h"

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

/* Takes the name over. In no text, which OpenSSL would not take for UTF-8. */
bool
sim_extend_directory_name(X509 *certificate, int nid, X509_NAME *name)
{
	GENERAL_NAMES *names = GENERAL_NAMES_new();
	GENERAL_NAME *one = GENERAL_NAME_new();
	bool ok = name && names && one && sk_GENERAL_NAME_push(names, one) > 0;

	if (ok) {
		GENERAL_NAME_set0_value(one, GEN_DIRNAME, name);
		ok = X509_add1_ext_i2d(certificate, nid, names, 0, X509V3_ADD_APPEND) == 1;
	} else {
		X509_NAME_free(name);
		GENERAL_NAME_free(one);
	}
	GENERAL_NAMES_free(names);
	return ok;
}

/* The same as sim_extend, with sections that are made for it and freed. */
static bool
extend_freeing(X509 *certificate, int nid, const char *text, char *sections)
{
	bool ok = sim_extend(certificate, certificate, nid, text, sections);

	free(sections);
	return ok;
}

/* Where the revocation list would be in a directory; no URL. */
bool
sim_extend_crl_point(X509 *certificate, enum sim_pin which, const json_t *holder)
{
	return extend_freeing(certificate, NID_crl_distribution_points, "point",
			      sim_name_crl_point(which, holder));
}

#define ATTRIBUTE(number)                                                                          \
	"otherName." number "=1.2.392.200149.8.5.5." number ";FORMAT:UTF8,UTF8:%s\n"

bool
sim_extend_attributes(X509 *certificate, const struct sim_request *request)
{
	const json_t *holder = request->holder;

	return extend_freeing(certificate, NID_subject_alt_name, "@attributes",
			      sim_text("[attributes]\n" ATTRIBUTE("1") ATTRIBUTE("4") ATTRIBUTE("3")
					       ATTRIBUTE("5") ATTRIBUTE("2") ATTRIBUTE("6"),
				       sim_json_text(holder, "name"), request->birth,
				       sim_json_text(holder, "sex"),
				       sim_json_text(holder, "address"),
				       sim_json_text(holder, "name-flags"),
				       sim_json_text(holder, "address-flags")));
}
