/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/card.h"

#include "sim/card-apps.h"
#include "sim/card-chip.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <string.h>

/*
 * The commands, from section 3 of the facts on the card. A command that fails leaves the
 * current application and file as they were.
 */

/* Status words by what they mean here. */
enum {
	SW_OK = 0x9000,
	SW_END_OF_FILE = 0x6282,
	SW_WRONG_PIN = 0x63C0, /* plus the tries left */
	SW_MEMORY = 0x6581,
	SW_LENGTH = 0x6700,
	SW_CHANNEL = 0x6881,
	SW_SECURE_MESSAGING = 0x6882,
	SW_FILE_TYPE = 0x6981,
	SW_PIN_MISSING = 0x6982,
	SW_LOCKED_ISO = 0x6983,
	SW_LOCKED = 0x6984,
	SW_CONDITIONS = 0x6985,
	SW_NO_FILE = 0x6986,
	SW_SM_READ = 0x69FC,
	SW_DATA = 0x6A80,
	SW_NOT_FOUND = 0x6A82,
	SW_NO_RECORD = 0x6A83,
	SW_P1P2 = 0x6A86,
	SW_NO_DATA = 0x6A88,
	SW_OFFSET = 0x6B00,
	SW_INS = 0x6D00,
	SW_CLA = 0x6E00,
	SW_UNKNOWN = 0x6F00
};

enum { INS_VERIFY = 0x20, INS_SIGN = 0x2A, INS_READ = 0xB0 };

struct command {
	uint8_t cla, ins, p1, p2;
	const uint8_t *data;
	size_t data_len; /* 0: no data */
	size_t le;	 /* 1 to 256 (65536 extended); 0: none */
	bool extended;
};

struct reply {
	uint8_t *bytes; /* room for 256 */
	size_t len;
};

/* ---- the shape of a command ---- */

static bool
parse_short(struct command *command, const uint8_t *body, size_t len)
{
	if (len == 0)
		return true;
	if (len == 1) {
		command->le = body[0] ? body[0] : 256;
		return true;
	}
	if (body[0] == 0 || (len != 1u + body[0] && len != 2u + body[0]))
		return false;
	command->data = body + 1;
	command->data_len = body[0];
	if (len == 2u + body[0])
		command->le = body[len - 1] ? body[len - 1] : 256;
	return true;
}

static size_t
extended_le(const uint8_t *bytes)
{
	size_t le = (size_t)(bytes[0] << 8 | bytes[1]);

	return le ? le : 65536;
}

/* `body` begins with the 00 that marks the extended form and has at least 3 bytes. */
static bool
parse_extended(struct command *command, const uint8_t *body, size_t len)
{
	size_t data_len = (size_t)(body[1] << 8 | body[2]);

	command->extended = true;
	if (len == 3) {
		command->le = extended_le(body + 1);
		return true;
	}
	if (data_len == 0 || (len != 3 + data_len && len != 5 + data_len))
		return false;
	command->data = body + 3;
	command->data_len = data_len;
	if (len == 5 + data_len)
		command->le = extended_le(body + 3 + data_len);
	return true;
}

static bool
parse(struct command *command, const uint8_t *bytes, size_t len)
{
	memset(command, 0, sizeof(*command));
	if (len < 4)
		return false;
	command->cla = bytes[0];
	command->ins = bytes[1];
	command->p1 = bytes[2];
	command->p2 = bytes[3];
	if (len >= 7 && bytes[4] == 0)
		return parse_extended(command, bytes + 4, len - 4);
	return parse_short(command, bytes + 4, len - 4);
}

static void
append(struct reply *reply, const void *bytes, size_t len)
{
	if (len > 256 - reply->len)
		len = 256 - reply->len;
	memcpy(reply->bytes + reply->len, bytes, len);
	reply->len += len;
}

/* ---- SELECT ---- */

static void
answer_fci(struct reply *reply, const struct sim_app *app)
{
	const uint8_t *aid;
	uint8_t len = (uint8_t)sim_app_aid(app, &aid);
	const uint8_t head[] = {0x6F, (uint8_t)(len + 2), 0x84, len};

	append(reply, head, sizeof(head));
	append(reply, aid, len);
}

static uint16_t
select_app(struct sim_card *card, const struct command *command, struct reply *reply)
{
	bool next = (command->p2 & 0x03) == 0x02;
	bool found;
	const struct sim_app *app;

	if ((command->p2 & ~0x0Eu) != 0)
		return SW_P1P2;
	if (command->data_len == 0 || command->data_len > 16)
		return SW_LENGTH;
	app = sim_app_find(card, command->data, command->data_len, next, &found);
	if (!found)
		return SW_NOT_FOUND;
	/* Section 4: selecting this application keeps its logins, any other ends them. */
	if (!app || !app->is_jpki)
		sim_chip_forget(card);
	card->app = app;
	card->ef = NULL;
	if ((command->p2 & 0x0C) == 0 && command->le)
		answer_fci(reply, app);
	return SW_OK;
}

static uint16_t
select_ef(struct sim_card *card, const struct command *command)
{
	const struct sim_ef *ef;

	if (command->p2 != 0x0C && command->p2 != 0x00)
		return SW_P1P2;
	if (command->data_len != 2)
		return SW_LENGTH;
	ef = sim_ef_find(card, (uint32_t)(command->data[0] << 8 | command->data[1]));
	if (!ef)
		return SW_NOT_FOUND;
	card->ef = ef;
	return SW_OK;
}

/* There is no master file (section 1.1). */
static uint16_t
select_master(const struct sim_card *card, const struct command *command)
{
	if (command->data_len == 0)
		return card->app ? SW_OK : SW_P1P2;
	return SW_NOT_FOUND;
}

static uint16_t
do_select(struct sim_card *card, const struct command *command, struct reply *reply)
{
	switch (command->p1) {
	case 0x00:
		return select_master(card, command);
	case 0x02:
		return select_ef(card, command);
	case 0x04:
		return select_app(card, command, reply);
	default:
		return SW_P1P2;
	}
}

/* ---- READ ---- */

static uint16_t
may_read(const struct sim_card *card, const struct sim_ef *ef)
{
	if (ef->type == SIM_TYPE_SEALED)
		return SW_PIN_MISSING;
	if (ef->type != SIM_TYPE_DATA)
		return SW_FILE_TYPE;
	if (ef->which == SIM_EF_SIGN_CERTIFICATE && !card->presented[SIM_PIN_SIGN])
		return SW_PIN_MISSING;
	if (ef->which == SIM_EF_AUTH_CERTIFICATE && !card->presented[SIM_PIN_AUTH] &&
	    sim_chip_switch(card, SIM_SW_AUTH_CERTIFICATE) == 1)
		return SW_PIN_MISSING;
	return SW_OK;
}

static uint16_t
read_target(const struct sim_card *card, const struct command *command, const struct sim_ef **ef,
	    size_t *offset)
{
	if ((command->p1 & 0x80) == 0) {
		*offset = (size_t)(command->p1 << 8 | command->p2);
		*ef = card->ef;
		return *ef ? SW_OK : SW_NO_FILE;
	}
	if ((command->p1 & 0x60) != 0 || (command->p1 & 0x1F) == 0 ||
	    sim_chip_switch(card, SIM_SW_SHORT_IDS) == 2)
		return SW_P1P2;
	*offset = command->p2;
	*ef = sim_ef_find(card, command->p1 & 0x1F);
	return *ef ? SW_OK : SW_NOT_FOUND;
}

static uint16_t
do_read(struct sim_card *card, const struct command *command, struct reply *reply)
{
	const struct sim_ef *ef = NULL;
	const struct sim_bytes *file;
	size_t offset = 0, len;
	uint16_t sw;

	if (command->data_len || !command->le)
		return SW_LENGTH;
	sw = read_target(card, command, &ef, &offset);
	if (sw == SW_OK)
		sw = may_read(card, ef);
	if (sw != SW_OK)
		return sw;
	file = &card->data.content[ef->which];
	if (offset >= file->len)
		return SW_OFFSET;
	card->ef = ef;
	len = file->len - offset;
	if (len > command->le)
		len = command->le;
	append(reply, file->bytes + offset, len);
	if (len < command->le && sim_chip_switch(card, SIM_SW_READ_PAST_END) == 1)
		return SW_END_OF_FILE;
	return SW_OK;
}

/* Section 2.5: the common application's one record, 1C and 28 digits. */
static uint16_t
do_read_record(struct sim_card *card, const struct command *command, struct reply *reply)
{
	if (command->data_len || !command->le)
		return SW_LENGTH;
	if (!card->app || !card->app->is_common)
		return SW_CONDITIONS;
	if (command->p2 != 0x0C)
		return (command->p2 & 0x07) == 0x04 ? SW_NOT_FOUND : SW_P1P2;
	if (command->p1 != 1)
		return SW_NO_RECORD;
	append(reply, "\x1C", 1);
	append(reply, card->data.number, 15);
	append(reply, card->data.municipality, 5);
	append(reply, card->data.expiry, 8);
	if (reply->len > command->le)
		reply->len = command->le;
	return SW_OK;
}

/* ---- PINs ---- */

/* P2 of VERIFY, CHANGE and the signature: 80 is the current file, 81 to 9E a short id. */
static uint16_t
reference(const struct sim_card *card, uint8_t p2, enum sim_ef_type type, const struct sim_ef **ef)
{
	if ((p2 & 0xE0) != 0x80)
		return SW_P1P2;
	if (p2 == 0x80) {
		*ef = card->ef;
		if (!*ef)
			return SW_NO_FILE;
	} else {
		if (sim_chip_switch(card, SIM_SW_SHORT_IDS) != 0)
			return SW_P1P2;
		*ef = sim_ef_find(card, p2 & 0x1F);
		if (!*ef)
			return SW_NOT_FOUND;
	}
	if ((*ef)->type != type && !(type == SIM_TYPE_PIN && (*ef)->type == SIM_TYPE_STRANGER))
		return SW_FILE_TYPE;
	return SW_OK;
}

static uint16_t
wrong_pin(unsigned int tries)
{
	return (uint16_t)(SW_WRONG_PIN + (tries > 15 ? 15 : tries));
}

static uint16_t
query_tries(const struct sim_card *card, unsigned int tries)
{
	static const uint16_t blocked[] = {SW_WRONG_PIN, SW_LOCKED_ISO, SW_LOCKED};

	return tries > 0 ? wrong_pin(tries) : blocked[sim_chip_switch(card, SIM_SW_BLOCKED_QUERY)];
}

static uint16_t
refuse_locked(const struct sim_card *card)
{
	return sim_chip_switch(card, SIM_SW_BLOCKED_ATTEMPT) == 0 ? SW_LOCKED : SW_LOCKED_ISO;
}

static bool
is_the_pin(const struct sim_card_pin *pin, const struct command *command)
{
	return pin->set && strlen(pin->text) == command->data_len &&
	       CRYPTO_memcmp(pin->text, command->data, command->data_len) == 0;
}

/* Writes the counter if it is another than before. */
static bool
set_counter(struct sim_card *card, enum sim_pin which, unsigned int tries)
{
	if (card->pin[which].tries == tries)
		return true;
	card->pin[which].tries = tries;
	return sim_chip_pins_save(card);
}

static uint16_t
reject_pin(struct sim_card *card, enum sim_pin which, unsigned int tries_before)
{
	if (sim_chip_switch(card, SIM_SW_FAILED_VERIFY) == 0 || tries_before == 1)
		card->presented[which] = false;
	if (!set_counter(card, which, tries_before - 1))
		return SW_MEMORY;
	return wrong_pin(tries_before - 1);
}

static uint16_t
accept_pin(struct sim_card *card, enum sim_pin which)
{
	if (!set_counter(card, which, sim_card_tries_allowed(which)))
		return SW_MEMORY;
	if (sim_chip_switch(card, SIM_SW_BOTH_LOGINS) == 1)
		memset(card->presented, 0, sizeof(card->presented));
	card->presented[which] = true;
	return SW_OK;
}

/* With the PINs' file locked and read. */
static uint16_t
try_pin(struct sim_card *card, enum sim_pin which, const struct command *command)
{
	unsigned int tries = card->pin[which].tries;

	if (tries == 0)
		return refuse_locked(card);
	if (sim_chip_switch(card, SIM_SW_MALFORMED_PIN) == 1 &&
	    !sim_pin_is_well_formed(which, command->data, command->data_len)) {
		size_t len = command->data_len;
		bool length = which == SIM_PIN_AUTH ? len != 4 : len < 6 || len > SIM_PIN_MAX;

		return length ? SW_LENGTH : SW_DATA;
	}
	if (sim_chip_switch(card, SIM_SW_COUNTER_WRITTEN) == 1 &&
	    !set_counter(card, which, tries - 1))
		return SW_MEMORY;
	if (!is_the_pin(&card->pin[which], command))
		return reject_pin(card, which, tries);
	return accept_pin(card, which);
}

static uint16_t
do_verify(struct sim_card *card, const struct command *command, struct reply *reply)
{
	const struct sim_ef *ef = NULL;
	uint16_t sw;

	(void)reply;
	if (command->p1 != 0)
		return SW_P1P2;
	if (command->le)
		return SW_LENGTH; /* the 5-byte form of the query too */
	sw = reference(card, command->p2, SIM_TYPE_PIN, &ef);
	if (sw != SW_OK)
		return sw;
	if (ef->type == SIM_TYPE_STRANGER)
		return command->data_len ? SW_CONDITIONS : query_tries(card, ef->which);
	if (!sim_chip_pins_begin(card))
		return SW_MEMORY;
	if (command->data_len)
		sw = try_pin(card, (enum sim_pin)ef->which, command);
	else
		sw = query_tries(card, card->pin[ef->which].tries);
	sim_chip_pins_end(card);
	return sw;
}

/* With the PINs' file locked and read. */
static uint16_t
change_pin(struct sim_card *card, enum sim_pin which, const struct command *command)
{
	struct sim_card_pin old = card->pin[which];

	if (old.tries == 0)
		return refuse_locked(card);
	if (!sim_pin_is_acceptable(which, command->data, command->data_len))
		return SW_DATA;
	memcpy(card->pin[which].text, command->data, command->data_len);
	card->pin[which].text[command->data_len] = '\0';
	if (sim_chip_pins_save(card))
		return SW_OK;
	card->pin[which] = old;
	return SW_MEMORY;
}

static uint16_t
do_change(struct sim_card *card, const struct command *command, struct reply *reply)
{
	const struct sim_ef *ef = NULL;
	uint16_t sw;

	(void)reply;
	if (command->p1 != 1)
		return SW_P1P2;
	if (command->le || !command->data_len)
		return SW_LENGTH;
	sw = reference(card, command->p2, SIM_TYPE_PIN, &ef);
	if (sw != SW_OK)
		return sw;
	if (ef->type == SIM_TYPE_STRANGER || !card->presented[ef->which])
		return SW_PIN_MISSING;
	if (!sim_chip_pins_begin(card))
		return SW_MEMORY;
	sw = change_pin(card, (enum sim_pin)ef->which, command);
	sim_chip_pins_end(card);
	return sw;
}

/* ---- COMPUTE DIGITAL SIGNATURE ---- */

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
	if (p1 >= sizeof(sign_modes) / sizeof(*sign_modes))
		return NULL;
	if (p1 != 0 && sim_chip_switch(card, SIM_SW_PSS) == 1)
		return NULL;
	return &sign_modes[p1];
}

static bool
prepare_padding(EVP_PKEY_CTX *ctx, enum padding padding)
{
	if (EVP_PKEY_sign_init(ctx) != 1)
		return false;
	if (padding == PAD_PSS)
		return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
		       EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1 &&
		       EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) == 1;
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
	       (padding == PAD_AS_GIVEN || EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1);
}

static bool
compute(EVP_PKEY *key, const struct sign_mode *mode, const struct command *command,
	struct reply *reply)
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
		input_len = sizeof(digest);
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

static uint16_t
do_sign(struct sim_card *card, const struct command *command, struct reply *reply)
{
	const struct sign_mode *mode = find_mode(card, command->p1);
	bool pin_first = sim_chip_switch(card, SIM_SW_CHECK_ORDER) == 1;
	const struct sim_ef *ef = NULL;
	uint16_t sw;

	if (!mode && !pin_first)
		return SW_P1P2;
	sw = reference(card, command->p2, SIM_TYPE_KEY, &ef);
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

/* ---- the rest (section 3.6) ---- */

static uint16_t
do_challenge(struct sim_card *card, const struct command *command, struct reply *reply)
{
	(void)card;
	if (command->extended)
		return SW_CONDITIONS;
	if (command->p1 || command->p2)
		return SW_P1P2;
	if (command->data_len || !command->le)
		return SW_LENGTH;
	if (RAND_bytes(reply->bytes, (int)command->le) != 1)
		return SW_CONDITIONS;
	reply->len = command->le;
	return SW_OK;
}

/*
 * Only the objects whose content is public are here. 5F51 is the contact answer to reset without
 * its first byte, the same over the contactless interface.
 */
static uint16_t
do_get_data(struct sim_card *card, const struct command *command, struct reply *reply)
{
	static const uint8_t contact_atr[] = {0xE0, 0x00, 0xFF, 0x81, 0x31, 0xFE, 0x45, 0x14};

	if (card->app || card->data.kind == SIM_KIND_FOREIGN)
		return SW_NO_DATA;
	if (command->data_len || !command->le)
		return SW_LENGTH;
	switch (command->p1 << 8 | command->p2) {
	case 0x5F51:
		append(reply, contact_atr, sizeof(contact_atr));
		break;
	case 0x00F0:
		append(reply, card->data.municipality, 5);
		break;
	case 0x00F2:
		append(reply, card->data.expiry, 8);
		break;
	case 0x7F21:
		return SW_LENGTH; /* larger than a short answer */
	default:
		return SW_NO_DATA;
	}
	if (reply->len > command->le)
		reply->len = command->le;
	return SW_OK;
}

static bool
in_jpki(const struct sim_card *card)
{
	return card->app && card->app->is_jpki;
}

static uint16_t
do_internal_authenticate(struct sim_card *card, const struct command *command, struct reply *reply)
{
	(void)command, (void)reply;
	return in_jpki(card) ? SW_PIN_MISSING : SW_CONDITIONS;
}

static uint16_t
do_session_key(struct sim_card *card, const struct command *command, struct reply *reply)
{
	(void)command, (void)reply;
	return in_jpki(card) ? SW_PIN_MISSING : SW_INS;
}

static uint16_t
do_public_key(struct sim_card *card, const struct command *command, struct reply *reply)
{
	(void)command, (void)reply;
	return in_jpki(card) ? SW_P1P2 : SW_INS;
}

/* Only an iPhone has a use for it; what it answers there is not published. */
static uint16_t
do_phone_command(struct sim_card *card, const struct command *command, struct reply *reply)
{
	(void)command, (void)reply;
	return card->data.kind == SIM_KIND_IPHONE ? SW_OK : SW_LENGTH;
}

static uint16_t
do_secure_read(struct sim_card *card, const struct command *command, struct reply *reply)
{
	(void)command, (void)reply;
	return in_jpki(card) ? SW_SM_READ : SW_SECURE_MESSAGING;
}

static const struct {
	uint8_t cla, ins;
	uint16_t (*run)(struct sim_card *, const struct command *, struct reply *);
} instructions[] = {
	{0x00, INS_VERIFY, do_verify},	  {0x00, 0x24, do_change},
	{0x00, 0x84, do_challenge},	  {0x00, 0x88, do_internal_authenticate},
	{0x00, 0xA4, do_select},	  {0x00, INS_READ, do_read},
	{0x00, 0xB2, do_read_record},	  {0x00, 0xCA, do_get_data},
	{0x08, INS_READ, do_secure_read}, {0x80, INS_SIGN, do_sign},
	{0x80, 0xA2, do_public_key},	  {0x80, 0xAE, do_session_key},
	{0x80, 0xFC, do_phone_command},
};

static uint16_t
run(struct sim_card *card, const struct command *command, struct reply *reply)
{
	uint8_t cla = command->cla;

	if ((cla & 0x7F) < 0x20 && (cla & 0x03) != 0)
		return SW_CHANNEL;
	if ((cla & 0x40) && !(cla & 0x80))
		return SW_CHANNEL; /* the form for channels 4 and up */
	for (size_t i = 0; i < sizeof(instructions) / sizeof(*instructions); i++)
		if (instructions[i].cla == cla && instructions[i].ins == command->ins)
			return instructions[i].run(card, command, reply);
	if (cla == 0x04 || cla == 0x08 || cla == 0x0C)
		return SW_SECURE_MESSAGING;
	return cla == 0x00 || cla == 0x80 ? SW_INS : SW_CLA;
}

static uint16_t
run_checked(struct sim_card *card, const uint8_t *bytes, size_t len, struct reply *reply)
{
	struct command command;
	bool first = card->first_command;
	bool sound = parse(&command, bytes, len);

	card->first_command = false;
	if (!card->powered || len < 4)
		return SW_UNKNOWN;
	if (first && sim_chip_switch(card, SIM_SW_FIRST_COMMAND) == 1)
		return SW_UNKNOWN;
	if (!sound)
		return SW_LENGTH;
	/* GET CHALLENGE has an answer of its own to the extended form. */
	if (command.extended && command.ins != 0x84 &&
	    sim_chip_switch(card, SIM_SW_EXTENDED_LENGTH) == 0)
		return SW_LENGTH;
	return run(card, &command, reply);
}

size_t
sim_card_transmit(struct sim_card *card, const uint8_t *command, size_t command_len,
		  uint8_t response[SIM_RESPONSE_MAX])
{
	struct reply reply = {response, 0};
	uint16_t sw = run_checked(card, command, command_len, &reply);

	/* Data come with success and with the warning at the end of a file only. */
	if (sw != SW_OK && sw != SW_END_OF_FILE)
		reply.len = 0;
	response[reply.len] = (uint8_t)(sw >> 8);
	response[reply.len + 1] = (uint8_t)sw;
	return reply.len + 2;
}

void
sim_card_tear(struct sim_card *card, const uint8_t *bytes, size_t len)
{
	struct command command;
	const struct sim_ef *ef = NULL;

	if (card->powered && parse(&command, bytes, len) && !command.extended && command.cla == 0 &&
	    command.ins == INS_VERIFY && command.p1 == 0 && command.data_len > 0 &&
	    command.le == 0 && sim_chip_switch(card, SIM_SW_COUNTER_WRITTEN) == 1 &&
	    reference(card, command.p2, SIM_TYPE_PIN, &ef) == SW_OK && ef->type == SIM_TYPE_PIN &&
	    sim_chip_pins_begin(card)) {
		if (card->pin[ef->which].tries > 0)
			(void)set_counter(card, (enum sim_pin)ef->which,
					  card->pin[ef->which].tries - 1);
		sim_chip_pins_end(card);
	}
	sim_card_power_off(card);
}

unsigned int
sim_card_delay_us(const struct sim_card *card, const uint8_t *command, size_t command_len)
{
	unsigned int delay = sim_chip_switch(card, SIM_SW_DELAY_EXCHANGE);

	if (command_len >= 2 && command[1] == INS_SIGN)
		delay += sim_chip_switch(card, SIM_SW_DELAY_SIGNATURE);
	return delay;
}
