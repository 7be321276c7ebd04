/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/error.h"
#include "sim/base/files.h"
#include "sim/base/json.h"
#include "sim/base/memory.h"
#include "sim/card/folder.h"
#include "sim/pki/authorities.h"
#include "sim/store/store.h"
#include "sim/store/work.h"

static const char *const words[SIM_PIN_COUNT] = {"authentication", "signing"};

static bool
revoke(struct sim_work *work, json_t *card, const char *name, enum sim_pin which, char **error)
{
	const json_t *key = json_object_get(card, sim_pin_names[which]);
	uint32_t serial = (uint32_t)sim_json_number(key, "serial");
	json_t *authority = sim_ca_find(work->ca, which, (int)sim_json_number(key, "year"));

	if (!serial || !authority)
		return sim_error_set(error, "the card \"%s\" has no %s certificate", name,
				     words[which]);
	if (sim_ca_is_revoked(authority, serial))
		return sim_error_set(error, "the %s certificate of \"%s\" is revoked already",
				     words[which], name);
	return sim_ca_revoke(authority, serial, work->now) && sim_work_save_ca(work, error);
}

bool
sim_store_ca_revoke(struct sim_store *store, const char *name, enum sim_pin which,
		    const struct sim_make_options *options, char **error)
{
	return sim_work_on_card(store, name, which, options, revoke, error);
}

enum product { PRODUCT_CERTIFICATES, PRODUCT_CRL };

/* One PEM text over all generations. Without any, the present generation is made first. */
static char *
make_bundle(struct sim_work *work, enum sim_pin which, enum product product, char **error)
{
	char *text = sim_copy("");
	bool ok =
		sim_ca_at(work->ca, which, 0) || sim_ca_get(work->ca, which, sim_ca_year(work->now),
							    work->options->seed, work->now, error);
	json_t *entry;

	for (size_t i = 0; ok && (entry = sim_ca_at(work->ca, which, i)); i++) {
		char *before = text,
		     *piece = product == PRODUCT_CRL
				      ? sim_ca_make_crl(entry, which, work->now, error)
				      : sim_ca_pem(entry, which, error);

		ok = piece != NULL;
		text = sim_text("%s%s", before, ok ? piece : "");
		free(before);
		free(piece);
	}
	if (ok)
		return text;
	free(text);
	return NULL;
}

static char *
make_one(struct sim_store *store, enum sim_pin which, enum product product,
	 const struct sim_make_options *options, char **error)
{
	struct sim_work work;
	char *text;

	if (!sim_work_begin(&work, store, options, error))
		return NULL;
	text = make_bundle(&work, which, product, error);
	/* The number of the last list issued, and authorities made on this occasion. */
	if (text && !sim_work_save_ca(&work, error)) {
		free(text);
		text = NULL;
	}
	sim_work_end(&work);
	return text;
}

char *
sim_store_ca_crl(struct sim_store *store, enum sim_pin which,
		 const struct sim_make_options *options, char **error)
{
	return make_one(store, which, PRODUCT_CRL, options, error);
}

char *
sim_store_ca_certificates(struct sim_store *store, enum sim_pin which, char **error)
{
	return make_one(store, which, PRODUCT_CERTIFICATES, NULL, error);
}

bool
sim_store_ca_export(struct sim_store *store, const char *folder,
		    const struct sim_make_options *options, char **error)
{
	static const struct {
		const char *name;
		enum sim_pin which;
		enum product product;
	} files[] = {
		{"auth-ca.pem", SIM_PIN_AUTH, PRODUCT_CERTIFICATES},
		{"sign-ca.pem", SIM_PIN_SIGN, PRODUCT_CERTIFICATES},
		{"auth-crl.pem", SIM_PIN_AUTH, PRODUCT_CRL},
		{"sign-crl.pem", SIM_PIN_SIGN, PRODUCT_CRL},
	};
	bool ok = sim_file_make_dir(folder, 0755, error);

	for (size_t i = 0; ok && i < sizeof files / sizeof *files; i++) {
		char *path = sim_text("%s/%s", folder, files[i].name);
		char *text = make_one(store, files[i].which, files[i].product, options, error);

		ok = text && sim_file_write(path, text, strlen(text), 0644, false, error);
		free(path);
		free(text);
	}
	return ok;
}

char *
sim_store_certificate(struct sim_store *store, const char *name, enum sim_pin which, char **error)
{
	json_t *card = sim_work_read_card(store, name, error);
	const json_t *file =
		json_object_get(json_object_get(card, sim_pin_names[which]), "certificate");
	X509 *certificate = sim_ca_certificate(file);
	char *pem = certificate ? sim_pki_certificate_to_pem(certificate) : NULL;

	if (card && !json_is_string(file))
		sim_error_set(error, "the card \"%s\" has no %s certificate", name, words[which]);
	else if (card && !pem)
		sim_error_set(error, "what the card \"%s\" has for its %s certificate is none",
			      name, words[which]);
	X509_free(certificate);
	json_decref(card);
	return pem;
}
