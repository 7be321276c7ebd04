/* SPDX-License-Identifier: BSD-2-Clause */
#include <openssl/rsa.h>
#include <openssl/sha.h>

#include "sim/card/command.h"

enum padding { PAD_AS_GIVEN, PAD_DIGEST_INFO, PAD_PSS };

/* Section 3.4: what each P1 takes and does with it. */
static const struct sign_mode {
	size_t shortest, longest;
	bool hash; /* the card makes the SHA-256 */
	enum padding padding;
} sign_modes[] = {
	{1, 245, false, PAD_AS_GIVEN},	  {1, 255, true, PAD_AS_GIVEN},
	{32, 32, false, PAD_DIGEST_INFO}, {1, 255, true, PAD_DIGEST_INFO},
	{32, 32, false, PAD_PSS},	  {1, 255, true, PAD_PSS},
};

static const struct sign_mode *
find_mode(const struct sim_card *card, uint8_t p1)
{
	if (p1 >= sizeof sign_modes / sizeof sign_modes[0])
		return NULL;
	if (p1 != 0 && card->switches.value[SIM_SW_PSS] == 1)
		return NULL;
	return &sign_modes[p1];
}

static bool
prepare_padding(EVP_PKEY_CTX *ctx, enum padding padding)
{
	bool pss = padding == PAD_PSS;

	return EVP_PKEY_sign_init(ctx) == 1 &&
	       EVP_PKEY_CTX_set_rsa_padding(ctx, pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING) ==
		       1 &&
	       (padding == PAD_AS_GIVEN || EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1) &&
	       (!pss || EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) == 1);
}

static bool
compute(EVP_PKEY *key, const struct sign_mode *mode, const struct sim_command *command,
	struct sim_reply *reply)
{
	uint8_t digest[SHA256_DIGEST_LENGTH];
	const uint8_t *input = command->data;
	size_t input_len = command->data_len;
	size_t len = 256;
	EVP_PKEY_CTX *ctx = NULL;
	bool ok;

	if (mode->hash) {
		SHA256(command->data, command->data_len, digest);
		input = digest;
		input_len = sizeof digest;
	}
	if (!EVP_PKEY_is_a(key, "RSA"))
		return false; /* what such a card would do is not known */
	ctx = EVP_PKEY_CTX_new(key, NULL);
	ok = ctx && prepare_padding(ctx, mode->padding) &&
	     EVP_PKEY_sign(ctx, reply->bytes, &len, input, input_len) == 1;
	EVP_PKEY_CTX_free(ctx);
	reply->len = ok ? len : 0;
	return ok;
}

uint16_t
sim_do_sign(struct sim_card *card, const struct sim_command *command, struct sim_reply *reply)
{
	const struct sign_mode *mode = find_mode(card, command->p1);
	bool pin_first = card->switches.value[SIM_SW_CHECK_ORDER] == 1;
	const struct sim_ef *ef = NULL;
	uint16_t sw;

	if (!mode && !pin_first)
		return SW_P1P2;
	sw = sim_command_reference(card, command->p2, SIM_TYPE_KEY, &ef);
	if (sw != SW_OK)
		return sw;
	if (!card->presented[ef->which])
		return SW_PIN_MISSING;
	if (!mode)
		return SW_P1P2;
	if (command->le != 256 || command->data_len < mode->shortest ||
	    command->data_len > mode->longest)
		return SW_LENGTH;
	if (!card->data.key[ef->which] || !compute(card->data.key[ef->which], mode, command, reply))
		return SW_CONDITIONS;
	return SW_OK;
}
