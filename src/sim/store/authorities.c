/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/pki/authorities.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/error.h"
#include "sim/base/files.h"
#include "sim/base/json.h"
#include "sim/base/memory.h"
#include "sim/store/store.h"
#include "sim/store/work.h"

static const char *const words[SIM_PIN_COUNT] = {"authentication", "signing"};

bool
sim_revoke(struct sim_work *work, json_t *card, const char *name, enum sim_pin which)
{
	const json_t *key = json_object_get(card, sim_pin_names[which]);
	uint32_t serial = (uint32_t)sim_json_number(key, "serial");
	json_t *authority = sim_ca_find(work->ca, which, (int)sim_json_number(key, "year"));

	if (!serial || !authority)
		return sim_error_set(work->error, "the card \"%s\" has no %s certificate", name,
				     words[which]);
	if (sim_ca_is_revoked(authority, serial))
		return sim_error_set(work->error, "the %s certificate of \"%s\" is revoked already",
				     words[which], name);
	if (work->now < sim_json_number(key, "not-before"))
		return sim_error_set(work->error, "the %s certificate of \"%s\" begins later",
				     words[which], name);
	return sim_ca_revoke(authority, serial, work->now) && sim_work_save_ca(work);
}

/* Of one authority; NULL without an error of its own. */
static char *
make_product(struct sim_work *work, json_t *entry, const struct sim_authority *authority,
	     enum sim_product product)
{
	char *certificate, *key, *both;

	switch (product) {
	case SIM_CRL:
		return sim_ca_make_crl(entry, authority, work->now);
	case SIM_INDEX:
		return sim_ca_index(entry);
	case SIM_CERTIFICATES:
	case SIM_RESPONDER:
		break;
	}
	certificate = sim_pki_certificate_to_pem(authority->certificate);
	if (product == SIM_CERTIFICATES)
		return certificate;
	key = sim_pki_key_to_pem(authority->key);
	both = certificate && key ? sim_text("%s%s", certificate, key) : NULL;
	free(certificate);
	free(key);
	return both;
}

static char *
make_piece(struct sim_work *work, json_t *entry, enum sim_pin which, enum sim_product product)
{
	struct sim_authority authority = {0};
	char *piece;

	if (!sim_ca_load(entry, which, &authority, work->error))
		return NULL;
	piece = make_product(work, entry, &authority, product);
	if (!piece)
		sim_error_set(work->error,
			      product == SIM_CRL ? "cannot make the revocation list: %s"
						 : "cannot write a certificate: %s",
			      sim_pki_reason());
	sim_ca_unload(&authority);
	return piece;
}

/* One text over all generations. Without any, the present generation is made first. */
static char *
make_bundle(struct sim_work *work, enum sim_pin which, enum sim_product product)
{
	char *text = sim_copy("");
	bool ok = sim_ca_at(work->ca, which, 0) ||
		  sim_ca_get(work->ca, which, sim_ca_year(work->now), work->options->seed,
			     work->now, work->error);
	json_t *entry;

	for (size_t i = 0; ok && (entry = sim_ca_at(work->ca, which, i)); i++) {
		char *before = text, *piece = make_piece(work, entry, which, product);

		ok = piece != NULL;
		/* Programs take the first responder of a file: the newest. */
		if (product == SIM_RESPONDER)
			text = sim_text("%s%s", ok ? piece : "", before);
		else
			text = sim_text("%s%s", before, ok ? piece : "");
		free(before);
		free(piece);
	}
	if (ok)
		return text;
	free(text);
	return NULL;
}

char *
sim_store_ca_text(struct sim_store *store, enum sim_pin which, enum sim_product product,
		  const struct sim_make_options *options, char **error)
{
	struct sim_work work;
	char *text;

	if (!sim_work_begin(&work, store, options, error))
		return NULL;
	text = make_bundle(&work, which, product);
	/* The number of the last list issued, and authorities made on this occasion. */
	if (text && !sim_work_save_ca(&work)) {
		free(text);
		text = NULL;
	}
	sim_work_end(&work);
	return text;
}

static const struct {
	const char *name;
	enum sim_pin which;
	enum sim_product product;
	bool responder; /* for a responder, else for a server */
	unsigned int mode;
} files[] = {
	{"auth-ca.pem", SIM_PIN_AUTH, SIM_CERTIFICATES, false, 0644},
	{"sign-ca.pem", SIM_PIN_SIGN, SIM_CERTIFICATES, false, 0644},
	{"auth-crl.pem", SIM_PIN_AUTH, SIM_CRL, false, 0644},
	{"sign-crl.pem", SIM_PIN_SIGN, SIM_CRL, false, 0644},
	{"auth-index.txt", SIM_PIN_AUTH, SIM_INDEX, true, 0644},
	{"sign-index.txt", SIM_PIN_SIGN, SIM_INDEX, true, 0644},
	{"auth-responder.pem", SIM_PIN_AUTH, SIM_RESPONDER, true, 0600},
	{"sign-responder.pem", SIM_PIN_SIGN, SIM_RESPONDER, true, 0600},
};

bool
sim_store_ca_files(struct sim_store *store, const char *folder, bool responder,
		   const struct sim_make_options *options, char **error)
{
	bool ok = sim_file_make_dir(folder, 0755, error);

	for (size_t i = 0; ok && i < sizeof files / sizeof files[0]; i++) {
		char *path, *text;

		if (files[i].responder != responder)
			continue;
		path = sim_text("%s/%s", folder, files[i].name);
		text = sim_store_ca_text(store, files[i].which, files[i].product, options, error);
		ok = text && sim_file_write(path, text, strlen(text), files[i].mode, false, error);
		free(path);
		free(text);
	}
	return ok;
}

char *
sim_store_certificate(struct sim_store *store, const char *name, enum sim_pin which, char **error)
{
	json_t *card = sim_store_read_card(store, name, error);
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
