/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/probe.h"

#include <string.h>
#include <time.h>

#include "base/secret.h"
#include "card/card.h"
#include "token/digest.h"
#include "token/state.h"

/* How a row is sent, and what is kept of the answer. */
enum kind {
	ASK,	 /* the command as it stands; nothing is kept */
	HEAD,	 /* likewise, and the first four bytes are kept */
	ALL,	 /* ... all of it, as far as an answer to reset goes */
	TAG,	 /* ... whether what came is a certificate's first byte */
	INFO,	 /* ... what the token information says of the kind of card */
	POWER,	 /* the first command after power-on */
	FILLER,	 /* one byte from behind the certificate whose head the row before has read */
	END,	 /* the end of that file is looked for, with reads of one byte */
	OWN_END, /* likewise, and told only roughly where it may go with whose file it is */
	KEY,	 /* that file is read as a whole: what kind of key, and nothing else is kept */
	RESET,
	UNPOWER, /* that by taking the power, where nothing has ended the login yet */
	PIN,
	SIGN,
	SIGN_PSS,
	SIGN_LEFT, /* after that by which the module logs a card out */
	RISKY,	   /* a reader may not pass it on: the last one */
};

struct row {
	const char *name, *facts;
	enum kind kind;
	bool follows; /* sent only if the row before was done */
	const uint8_t *command;
	size_t len;
};

#define BYTES(...) (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})
#define JPKI 0xd3, 0x92, 0xf0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01
#define NEIGHBOUR(a, b) 0xd3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, (a), (b)
#define SELECT_AID 0x00, 0xa4, 0x04, 0x0c, 0x0a
#define SELECT_ISD 0x00, 0xa4, 0x04, 0x0c, 0x07, 0xa0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00
#define SELECT_EF(low) 0x00, 0xa4, 0x02, 0x0c, 0x02, 0x00, (low)
#define READ(high, low, le) 0x00, 0xb0, (high), (low), (le)
#define QUERY(reference) 0x00, 0x20, 0x00, (reference)

/*
 * COMPUTE DIGITAL SIGNATURE of what cannot be signed: 250 bytes, where 245 are the most (P1 = 00),
 * and 31 where it takes a hash of 32, or nothing at all. The rest are zeros, and so is Le.
 */
#define TOO_LONG 250
#define TOO_SHORT 31
static const uint8_t long_by_short_id[5 + TOO_LONG + 1] = {0x80, 0x2a, 0x00, 0x97, TOO_LONG};
static const uint8_t long_to_nothing[5 + TOO_LONG + 1] = {0x80, 0x2a, 0x00, 0x85, TOO_LONG};
static const uint8_t long_selected[5 + TOO_LONG + 1] = {0x80, 0x2a, 0x00, 0x80, TOO_LONG};
static const uint8_t pss_selected[5 + TOO_SHORT + 1] = {0x80, 0x2a, 0x04, 0x80, TOO_SHORT};
static const uint8_t unknown_selected[5 + TOO_SHORT + 1] = {0x80, 0x2a, 0x7f, 0x80, TOO_SHORT};

#define ATR_MAX 32 /* without its first byte (ISO 7816-3 8.1) */

/* The most that it takes, and one byte more: for these the PIN is there. */
#define LONGEST 245
static const uint8_t longest_selected[5 + LONGEST + 1] = {0x80, 0x2a, 0x00, 0x80, LONGEST};
static const uint8_t longest_by_short_id[5 + LONGEST + 1] = {0x80, 0x2a, 0x00, 0x97, LONGEST};
static const uint8_t too_long_selected[5 + LONGEST + 2] = {0x80, 0x2a, 0x00, 0x80, LONGEST + 1};

/* What is signed after a PIN: nothing that anybody could use. */
static const char nonsense[] = "jpki-pkcs11: a probe of a card, which says nothing";

/* clang-format off */
static const struct row rows[] = {
	{"first-command", "1.3, 13.22", POWER, false, BYTES(SELECT_AID, NEIGHBOUR(4, 8))},
	{"select-text", "1.1, 4", ASK, false, BYTES(SELECT_AID, NEIGHBOUR(4, 8))},
	{"select-visual", "1.1", ASK, false, BYTES(SELECT_AID, NEIGHBOUR(4, 2))},
	{"select-juki", "1.1", ASK, false, BYTES(SELECT_AID, NEIGHBOUR(4, 1))},
	{"select-common", "1.1", ASK, false, BYTES(SELECT_AID, NEIGHBOUR(1, 0))},
	{"select-nobody", "3.1", ASK, false, BYTES(SELECT_AID, NEIGHBOUR(4, 0x7f))},
	{"select-isd", "1.1, 4", ASK, false, BYTES(SELECT_ISD)},
	{"contact-atr", "3.6", ALL, true, BYTES(0x00, 0xca, 0x5f, 0x51, 0x00)},
	{"select-prefix", "1.1", ASK, false, BYTES(0x00, 0xa4, 0x04, 0x0c, 0x05, 0xd3, 0x92, 0xf0, 0x00, 0x26)},
	{"select-jpki-fci", "3.1, 13.17", ASK, false, BYTES(0x00, 0xa4, 0x04, 0x00, 0x0a, JPKI, 0x00)},
	{"select-jpki", "1.1", ASK, false, BYTES(SELECT_AID, JPKI)},
	{"read-nothing", "3.1", ASK, false, BYTES(READ(0, 0, 4))},
	{"sign-nothing", "3.4", ASK, false, long_selected, sizeof long_selected},
	{"none-file", "1.1", ASK, false, BYTES(SELECT_EF(0x06))},
	{"select-none", "1.1", ASK, true, BYTES(0x00, 0xa4, 0x00, 0x00)},
	{"none-read", "1.1", ASK, true, BYTES(READ(0, 0, 4))},
	{"none-return", "1.1", ASK, false, BYTES(SELECT_AID, JPKI)},
	{"select-3f00", "1.1", ASK, false, BYTES(0x00, 0xa4, 0x00, 0x00, 0x02, 0x3f, 0x00)},
	{"3f00-return", "1.1", ASK, false, BYTES(SELECT_AID, JPKI)},
	{"select-path", "3.1", ASK, false, BYTES(0x00, 0xa4, 0x09, 0x0c, 0x02, 0x00, 0x06)},
	{"select-id", "3.1", ASK, false, BYTES(0x00, 0xa4, 0x00, 0x0c, 0x02, 0x00, 0x06)},
	{"id-return", "3.1", ASK, false, BYTES(SELECT_AID, JPKI)},
	{"channel", "1.1", ASK, false, BYTES(0x01, 0x84, 0x00, 0x00, 0x08)},
	{"challenge", "3.6", ASK, false, BYTES(0x00, 0x84, 0x00, 0x00, 0x08)},
	{"info-select", "2.1", ASK, false, BYTES(SELECT_EF(0x06))},
	{"info-read", "2.4, 13.13", INFO, true, BYTES(READ(0, 0, 0))},
	{"info-past-end", "2.2, 13.9", ASK, true, BYTES(READ(0, 128, 0))},
	{"info-behind-end", "2.2, 13.9", ASK, false, BYTES(READ(1, 0, 4))},
	{"info-short-id", "3.2", ASK, false, BYTES(READ(0x86, 0, 4))},
	{"current-select", "3.2", ASK, false, BYTES(SELECT_EF(0x0b))},
	{"current-short-id", "3.2", ASK, true, BYTES(READ(0x86, 0, 4))},
	{"current-read", "3.2", ASK, true, BYTES(READ(0, 0, 0))},
	{"availability-select", "2.3, 13.11", ASK, false, BYTES(SELECT_EF(0x08))},
	{"availability-read", "2.3, 13.11", HEAD, true, BYTES(READ(0, 0, 0))},
	{"sign-certificate-select", "2.1, 13.11", ASK, false, BYTES(SELECT_EF(0x01))},
	{"sign-certificate-read", "2.1", TAG, true, BYTES(READ(0, 0, 4))},
	{"auth-certificate-select", "2.1, 13.11", ASK, false, BYTES(SELECT_EF(0x0a))},
	{"auth-certificate-read", "2.1, 2.2, 7", HEAD, true, BYTES(READ(0, 0, 4))},
	{"auth-certificate-filler", "2.2, 13.10", FILLER, true, BYTES(READ(0, 0, 1))},
	{"auth-certificate-end", "2.2", OWN_END, true, BYTES(READ(0, 0, 1))},
	{"auth-certificate-key", "6.2, 13.21", KEY, true, BYTES(READ(0, 0, 0))},
	{"auth-ca-select", "2.1", ASK, false, BYTES(SELECT_EF(0x0b))},
	{"auth-ca-read", "2.1", HEAD, true, BYTES(READ(0, 0, 4))},
	{"auth-ca-filler", "2.2, 13.10", FILLER, true, BYTES(READ(0, 0, 1))},
	{"auth-ca-end", "2.2, 13.10", END, true, BYTES(READ(0, 0, 1))},
	{"sign-ca-select", "2.1", ASK, false, BYTES(SELECT_EF(0x02))},
	{"sign-ca-read", "2.1", HEAD, true, BYTES(READ(0, 0, 4))},
	{"sign-ca-filler", "2.2, 13.10", FILLER, true, BYTES(READ(0, 0, 1))},
	{"sign-ca-end", "2.2, 13.10", END, true, BYTES(READ(0, 0, 1))},
	{"sealed-select", "2.1", ASK, false, BYTES(SELECT_EF(0x09))},
	{"sealed-read", "2.1", ASK, true, BYTES(READ(0, 0, 4))},
	{"select-0010", "2.1", ASK, false, BYTES(SELECT_EF(0x10))},
	{"select-0016", "2.1", ASK, false, BYTES(SELECT_EF(0x16))},
	{"select-sign-key", "2.1", ASK, false, BYTES(SELECT_EF(0x1a))},
	{"auth-pin-short-id", "3.3", ASK, false, BYTES(QUERY(0x98))},
	{"auth-pin-select", "3.3", ASK, false, BYTES(SELECT_EF(0x18))},
	{"auth-pin-query", "3.3, 13.1", ASK, true, BYTES(QUERY(0x80))},
	{"sign-pin-short-id", "3.3", ASK, false, BYTES(QUERY(0x9b))},
	{"sign-pin-select", "3.3", ASK, false, BYTES(SELECT_EF(0x1b))},
	{"sign-pin-query", "3.3, 13.1", ASK, true, BYTES(QUERY(0x80))},
	{"signature-short-id", "3.4", ASK, false, long_by_short_id, sizeof long_by_short_id},
	{"signature-to-nothing", "3.4", ASK, false, long_to_nothing, sizeof long_to_nothing},
	{"key-select", "3.4", ASK, false, BYTES(SELECT_EF(0x17))},
	{"key-read", "3.2", ASK, true, BYTES(READ(0, 0, 4))},
	{"signature-selected", "3.4", ASK, false, long_selected, sizeof long_selected},
	{"signature-pss", "3.4, 13.6, 13.7", ASK, false, pss_selected, sizeof pss_selected},
	{"signature-unknown", "3.4, 13.6", ASK, false, unknown_selected, sizeof unknown_selected},
	{"signature-p1-7f", "3.4", ASK, false, BYTES(0x80, 0x2a, 0x7f, 0x80, 0x00)},
	{"signature-p1-01", "3.4", ASK, false, BYTES(0x80, 0x2a, 0x01, 0x80, 0x00)},
	{"signature-p1-02", "3.4", ASK, false, BYTES(0x80, 0x2a, 0x02, 0x80, 0x00)},
	{"signature-p1-03", "3.4", ASK, false, BYTES(0x80, 0x2a, 0x03, 0x80, 0x00)},
	{"signature-p1-05", "3.4", ASK, false, BYTES(0x80, 0x2a, 0x05, 0x80, 0x00)},
	{"pin", "3.3", PIN, false, BYTES(QUERY(0x80))},
	{"pin-signature", "3.4, 12", SIGN, false, BYTES(0x80, 0x2a, 0x00, 0x80)},
	{"pin-signature-pss", "3.4, 13.6", SIGN_PSS, false, BYTES(0x80, 0x2a, 0x04, 0x80)},
	{"pin-key-select", "3.4", ASK, false, BYTES(SELECT_EF(0x17))},
	{"pin-signature-longest", "3.4", ASK, true, longest_selected, sizeof longest_selected},
	{"pin-signature-short-id", "3.4", ASK, true, longest_by_short_id, sizeof longest_by_short_id},
	{"pin-key-select-again", "3.4", ASK, false, BYTES(SELECT_EF(0x17))},
	{"pin-signature-too-long", "3.4", ASK, true, too_long_selected, sizeof too_long_selected},
	{"pin-query-select", "3.3", ASK, false, BYTES(SELECT_EF(0x18))},
	{"pin-query", "3.3", ASK, true, BYTES(QUERY(0x80))},
	{"pin-certificate-select", "7", ASK, false, BYTES(SELECT_EF(0x0a))},
	{"pin-certificate-key", "6.2, 7, 13.21", KEY, true, BYTES(READ(0, 0, 0))},
	{"pin-select-file", "4", ASK, false, BYTES(SELECT_EF(0x06))},
	{"pin-after-file", "4", SIGN, true, BYTES(0x80, 0x2a, 0x00, 0x80)},
	{"pin-select-jpki", "4", ASK, false, BYTES(SELECT_AID, JPKI)},
	{"pin-after-jpki", "4", SIGN, true, BYTES(0x80, 0x2a, 0x00, 0x80)},
	{"pin-reset", "4, 13.3", RESET, false, NULL, 0},
	{"pin-reset-jpki", "4, 13.3", ASK, true, BYTES(SELECT_AID, JPKI)},
	{"pin-after-reset", "4, 13.3", SIGN, true, BYTES(0x80, 0x2a, 0x00, 0x80)},
	{"pin-leave", "4", ASK, false, BYTES(SELECT_AID, NEIGHBOUR(4, 8))},
	{"pin-return", "4", ASK, true, BYTES(SELECT_AID, JPKI)},
	{"pin-after-leaving", "4", SIGN_LEFT, true, BYTES(0x80, 0x2a, 0x00, 0x80)},
	{"pin-leave-isd", "4", ASK, false, BYTES(SELECT_ISD)},
	{"pin-return-isd", "4", ASK, true, BYTES(SELECT_AID, JPKI)},
	{"pin-after-isd", "4", SIGN_LEFT, true, BYTES(0x80, 0x2a, 0x00, 0x80)},
	{"pin-power", "4", UNPOWER, false, NULL, 0},
	{"pin-power-jpki", "4", ASK, true, BYTES(SELECT_AID, JPKI)},
	{"pin-after-power", "4", SIGN_LEFT, true, BYTES(0x80, 0x2a, 0x00, 0x80)},
	{"extended-select", "3.2, 13.8", ASK, false, BYTES(SELECT_EF(0x06))},
	{"extended-read", "3.2, 13.8", RISKY, true, BYTES(0x00, 0xb0, 0x00, 0x00, 0x00, 0x00, 0xa0)},
};
/* clang-format on */
#define ROWS (sizeof rows / sizeof rows[0])
_Static_assert(ROWS <= PROBES_MAX, "there is room for the answers");

size_t
probe_count(void)
{
	return ROWS;
}

static bool
needs_pin(const struct row *row)
{
	return strncmp(row->name, "pin", 3) == 0;
}

struct probe_row
probe_row(size_t i)
{
	return (struct probe_row){
		rows[i].name, rows[i].facts, {rows[i].command, rows[i].len}, needs_pin(&rows[i])};
}

/* A run through the table. */
struct run {
	struct token *t;
	uint64_t insertion;
	struct bytes pin; /* data NULL: without */
	bool alone, may_reset;
	uint8_t head[4]; /* of the file read last */
	bool ok;	 /* the row before was done */
	bool open;	 /* the signature asked for last was made */
	bool adrift;	 /* what is selected is not what the next rows go on from */
};

/* The card may be there, and have done what it was sent. */
static bool
is_loss(enum result r)
{
	return r == RESULT_TRANSPORT || r == RESULT_BAD_ANSWER || r == RESULT_RESET;
}

static unsigned long
microseconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (unsigned long)now.tv_sec * 1000000UL + (unsigned long)now.tv_nsec / 1000UL;
}

static enum result
send(struct run *run, struct bytes command, uint8_t out[256], struct probe_answer *a)
{
	const unsigned long start = microseconds();
	enum result r;

	run->t->entered = false; /* some of these leave the application */
	r = card_exchange(run->t->link, command, out, &a->length, &a->sw);
	a->microseconds = microseconds() - start;
	a->state = r == RESULT_OK ? PROBE_ANSWERED : PROBE_LOST;
	return r;
}

static void
keep(struct probe_answer *a, const uint8_t *data, size_t len)
{
	memcpy(a->data + a->data_len, data, len);
	a->data_len += len;
}

/*
 * Label and model, flags, lengths of PINs and versions; of the serial number whether it is every
 * card's, and of the time whether it is none (card fact 2.4).
 */
static void
keep_info(struct probe_answer *a, const uint8_t info[256])
{
	static const char surveyed[] = "0000000020500003", no_time[] = "9999999999999999";
	const uint8_t same = memcmp(info + 80, surveyed, sizeof surveyed - 1) == 0;
	const uint8_t timeless = memcmp(info + 144, no_time, sizeof no_time - 1) == 0;

	if (a->length < LAYOUT_TOKEN_INFO_SIZE)
		return;
	keep(a, info, 32);
	keep(a, info + 64, 16);
	keep(a, &same, 1);
	keep(a, &timeless, 1);
	keep(a, info + 96, 4);
	keep(a, info + 116, 8);
	keep(a, info + 140, 4);
}

static void
keep_part(struct probe_answer *a, enum kind kind, const uint8_t out[256])
{
	const size_t most = kind == HEAD ? 4 : kind == ALL ? ATR_MAX : 0;
	const uint8_t is_certificate = out[0] == LAYOUT_CERTIFICATE_TAG;

	if (kind == INFO)
		keep_info(a, out);
	else if (kind == TAG)
		keep(a, &is_certificate, a->length > 0);
	else
		keep(a, out, a->length < most ? a->length : most);
}

static enum result
ask(struct run *run, const struct row *row, struct probe_answer *a)
{
	uint8_t out[256] = {0};
	enum result r = send(run, (struct bytes){row->command, row->len}, out, a);

	if (r == RESULT_OK)
		keep_part(a, row->kind, out);
	if (row->kind == HEAD)
		memcpy(run->head, out, sizeof run->head);
	secret_wipe(out, sizeof out);
	return r;
}

static enum result
read_at(struct run *run, size_t offset, uint8_t le, struct probe_answer *a, uint8_t out[256])
{
	const uint8_t command[] = {READ((uint8_t)(offset >> 8), (uint8_t)offset, le)};

	return send(run, (struct bytes){command, sizeof command}, out, a);
}

/* One byte of the current file. */
static enum result
read_byte(struct run *run, size_t offset, struct probe_answer *a, uint8_t *byte)
{
	uint8_t out[256];
	enum result r = read_at(run, offset, 1, a, out);

	*byte = out[0];
	secret_wipe(out, sizeof out);
	return r;
}

static enum result
read_filler(struct run *run, struct probe_answer *a)
{
	const size_t at = (size_t)(run->head[2] << 8 | run->head[3]) + 4;
	uint8_t byte;
	enum result r;

	if (run->head[0] != LAYOUT_CERTIFICATE_TAG || run->head[1] != 0x82 || at > 0x7fff)
		return RESULT_OK;
	r = read_byte(run, at, a, &byte);
	if (r == RESULT_OK && a->length == 1)
		keep(a, &byte, 1);
	return r;
}

/* The first offset that the card does not read at, with what it says there. */
static enum result
find_end(struct run *run, struct probe_answer *a)
{
	struct probe_answer one = {0};
	size_t inside = 0, outside = 0x8000;
	uint8_t byte;
	enum result r;

	while (outside - inside > 1) {
		const size_t middle = (inside + outside) / 2;

		r = read_byte(run, middle, &one, &byte);
		if (r != RESULT_OK) {
			a->state = PROBE_LOST;
			return r;
		}
		if (one.length > 0) {
			inside = middle;
		} else {
			outside = middle;
			*a = one;
		}
	}
	a->length = outside;
	return RESULT_OK;
}

/* A file that is not of the size that is known may be as long as the certificate, and that goes
 * with names in it: as many reads of 256 bytes. */
static enum result
find_own_end(struct run *run, struct probe_answer *a)
{
	enum result r = find_end(run, a);

	if (r == RESULT_OK && a->length != LAYOUT_CERTIFICATE_MAX)
		a->length = (a->length + 255) / 256 * 256;
	return r;
}

/* As far as it says to go; what is read behind that is filler. */
static enum result
read_certificate(struct run *run, struct secret *file, struct probe_answer *a)
{
	uint8_t out[256] = {0};
	size_t total = sizeof out;
	enum result r = RESULT_OK;

	while (r == RESULT_OK && file->len < total) {
		r = read_at(run, file->len, 0, a, out);
		if (r != RESULT_OK || a->length == 0 || a->length > file->size - file->len)
			break;
		memcpy(file->data + file->len, out, a->length);
		file->len += a->length;
		total = certificate_length(secret_bytes(file), file->size);
	}
	secret_wipe(out, sizeof out);
	return r;
}

/* The kind of key, its bits, and whether its exponent is the usual one. */
static enum result
read_key(struct run *run, struct probe_answer *a)
{
	struct secret *file = secret_new(LAYOUT_CERTIFICATE_MAX);
	struct certificate_key key;
	enum result r = file ? read_certificate(run, file, a) : RESULT_NO_MEMORY;

	if (r == RESULT_OK && certificate_find_key(secret_bytes(file), &key)) {
		const uint8_t kept[] = {(uint8_t)key.kind, (uint8_t)(key.bits >> 8),
					(uint8_t)key.bits, key.has_usual_exponent};

		keep(a, kept, sizeof kept);
	}
	/* The last read's goes with the certificate's, and that with names in it; its time too. */
	a->length = 0;
	a->microseconds = 0;
	secret_free(file);
	return r;
}

/* A card that is known to be ours, as it is before anybody spoke to it. */
static enum result
ask_first(struct run *run, const struct row *row, struct probe_answer *a)
{
	enum result r;

	if (!run->alone)
		return RESULT_OK;
	r = ask(run, row, a);
	return r == RESULT_OK ? work_go_on(run->t, run->insertion) : r;
}

static enum result
reset(struct run *run, bool power_off, struct probe_answer *a)
{
	enum result r;

	if (power_off ? !run->alone || !run->open : !run->may_reset)
		return RESULT_OK;
	r = link_reset(run->t->link, power_off);
	a->state = r == RESULT_OK ? PROBE_ANSWERED : PROBE_LOST;
	a->sw = 0x9000;
	return r;
}

static enum result
present(struct run *run, struct probe_answer *a)
{
	const struct layout_role *role = &layout_roles[LAYOUT_AUTH];
	struct state_key *k = &run->t->keys[LAYOUT_AUTH];
	struct secret *pin = NULL;
	enum result r = k->present ? work_enter_again(run->t) : RESULT_NO_CERTIFICATE;

	if (r == RESULT_OK)
		r = look_know_card(run->t);
	if (r == RESULT_OK)
		r = present_query(run->t, LAYOUT_AUTH);
	if (r == RESULT_OK && k->tries < (int)role->tries)
		r = RESULT_DECLINED;
	run->t->pin_word = 0;
	if (r == RESULT_OK)
		r = pin_read(role, run->pin, &pin);
	if (r == RESULT_OK)
		r = present_typed(run->t, LAYOUT_AUTH, pin, 0);
	secret_free(pin);
	if (run->t->pin_word) /* whatever came of it afterwards: the PIN was sent */
		*a = (struct probe_answer){.state = PROBE_ANSWERED, .sw = run->t->pin_word};
	else if (is_loss(r))
		a->state = PROBE_LOST;
	return r;
}

/* What was read with the PIN presented says nothing of what can be read without: it is not kept. */
static void
forget_certificate(struct token *t, bool had_head, bool had_certificate)
{
	t->have_head = had_head;
	if (!had_certificate)
		files_forget_certificate(&t->keys[LAYOUT_AUTH].certificate);
}

static enum result
check_with_certificate(struct run *run, struct probe_answer *a, struct bytes hash,
		       const uint8_t signature[256], bool pss)
{
	const struct layout_role *role = &layout_roles[LAYOUT_AUTH];
	struct state_certificate *c = &run->t->keys[LAYOUT_AUTH].certificate;
	const struct bytes made = {signature, a->length};
	enum result r = files_read_certificate(run->t, role->certificate_file, role->name, c);
	uint8_t right;

	if (r != RESULT_OK)
		return work_is_answer(r) || r == RESULT_BAD_CERTIFICATE ? RESULT_OK : r;
	right = pss ? digest_verify_pss(c->fields.modulus, c->fields.exponent, hash, made)
		    : digest_verify_v15(c->fields.modulus, c->fields.exponent, hash, made);
	keep(a, &right, 1);
	return RESULT_OK;
}

static enum result
check(struct run *run, struct probe_answer *a, struct bytes hash, const uint8_t signature[256],
      bool pss)
{
	const bool had_head = run->t->have_head;
	const bool had_certificate = run->t->keys[LAYOUT_AUTH].certificate.file != NULL;
	enum result r = check_with_certificate(run, a, hash, signature, pss);

	forget_certificate(run->t, had_head, had_certificate);
	return r;
}

static enum result
sign(struct run *run, bool pss, struct probe_answer *a)
{
	const uint8_t select[] = {SELECT_EF(0x17)};
	uint8_t hash[DIGEST_SIZE_MAX], command[5 + DIGEST_INFO_MAX + 1] = {0x80, 0x2a}, out[256];
	const struct bytes text = {(const uint8_t *)nonsense, sizeof nonsense - 1};
	const size_t len = digest_of(DIGEST_SHA256, text, hash);
	const struct bytes digest = {hash, len};
	enum result r = send(run, (struct bytes){select, sizeof select}, out, a);

	if (r != RESULT_OK || a->sw != 0x9000)
		return r;
	command[2] = pss ? CARD_SIGN_PSS : CARD_SIGN_AS_GIVEN;
	command[3] = CARD_CURRENT_FILE;
	if (pss)
		memcpy(command + 5, hash, len);
	command[4] = (uint8_t)(pss ? len : digest_info(DIGEST_SHA256, digest, command + 5));
	r = send(run, (struct bytes){command, (size_t)command[4] + 6}, out, a);
	run->open = r == RESULT_OK && a->sw == 0x9000;
	if (run->open)
		r = check(run, a, digest, out, pss);
	return r;
}

/* Signs after all: nothing that is selected is known to log this card out, but power does. */
static enum result
sign_left(struct run *run, struct probe_answer *a)
{
	enum result r = sign(run, false, a);

	run->t->power_off |= a->sw == 0x9000;
	return r;
}

/* A reader that does not pass it on may have lost its way: the card gets power anew. */
static enum result
ask_risky(struct run *run, const struct row *row, struct probe_answer *a)
{
	enum result r = ask(run, row, a);

	if (!is_loss(r))
		return r;
	run->t->power_off = true;
	return RESULT_OK;
}

static enum result
send_row(struct run *run, const struct row *row, struct probe_answer *a)
{
	switch (row->kind) {
	case ASK:
	case HEAD:
	case ALL:
	case TAG:
	case INFO:
		return ask(run, row, a);
	case POWER:
		return ask_first(run, row, a);
	case FILLER:
		return read_filler(run, a);
	case END:
		return find_end(run, a);
	case OWN_END:
		return find_own_end(run, a);
	case KEY:
		return read_key(run, a);
	case RESET:
	case UNPOWER:
		return reset(run, row->kind == UNPOWER, a);
	case PIN:
		return present(run, a);
	case SIGN:
	case SIGN_PSS:
		return sign(run, row->kind == SIGN_PSS, a);
	case SIGN_LEFT:
		return sign_left(run, a);
	case RISKY:
		return ask_risky(run, row, a);
	}
	return RESULT_FAILED;
}

/* Also with the warning that a file has ended (ISO 7816-4 5.6). */
static bool
is_done(const struct probe_answer *a)
{
	return a->state == PROBE_ANSWERED && (a->sw == 0x9000 || a->sw == 0x6282);
}

/*
 * The answer to a row was lost, and nobody knows what the card did: it gets no PIN any more. If it
 * is still there and the same, the rest goes on with the next selection, once. A card that has the
 * PIN is only logged out.
 */
static enum result
recover(struct run *run, const struct row *row, enum result r, size_t *lost)
{
	if (++*lost > 1 || needs_pin(row) || run->t->pin_presented)
		return r;
	run->pin = (struct bytes){NULL, 0};
	run->adrift = true;
	run->t->doubted = true;
	return work_go_on(run->t, run->insertion);
}

static bool
is_skipped(struct run *run, const struct row *row)
{
	if ((needs_pin(row) && !run->pin.data) || (row->follows && !run->ok))
		return true;
	if (run->adrift && row->command && row->command[1] == 0xa4)
		run->adrift = false;
	return run->adrift;
}

/* P1 = 00 may leave it (a master file, or whatever has that id): only a read of the file selected
 * before, which another application has not, comes before the way back.
 *
 * Outside of JPKI, what follows would go to another application: a card that declines it is asked
 * as the module does, and what declines that too is lost. */
static enum result
stay_inside(struct run *run, const struct row *row, const struct probe_answer *a)
{
	static const uint8_t select[] = {SELECT_AID, JPKI};
	const bool is_jpki = bytes_equal((struct bytes){row->command, row->len},
					 (struct bytes){select, sizeof select});
	enum result r;

	if (!is_jpki || is_done(a))
		return RESULT_OK;
	r = work_enter_again(run->t);
	run->ok = r == RESULT_OK;
	return r;
}

/* What follows a certificate's head that could be read goes on from that, whatever these find. */
static bool
goes_on(enum kind kind)
{
	return kind == FILLER || kind == END || kind == OWN_END || kind == KEY;
}

static enum result
send_all(struct run *run, struct probe_answers *answers)
{
	enum result r = RESULT_OK;

	for (size_t i = 0; i < ROWS && r == RESULT_OK; i++) {
		const struct row *row = &rows[i];
		struct probe_answer *a = &answers->of[i];

		if (line_is_drawn(run->t->line))
			return RESULT_ENDED;
		if (is_skipped(run, row))
			continue;
		r = send_row(run, row, a);
		if (!goes_on(row->kind))
			run->ok = is_done(a);
		if (r == RESULT_OK)
			r = stay_inside(run, row, a);
		if (is_loss(r))
			r = recover(run, row, r, &answers->lost);
	}
	return r;
}

/*
 * The PIN is sent once, and a reset may end its login before anything tells what the module rests
 * on: whether leaving the application does. By card fact 4 a contactless card keeps it; of one with
 * contacts nobody knows. Contactless: PC/SC part 3, 3.1.3.2.3.
 */
static bool
keeps_login_at_reset(struct bytes atr)
{
	return atr.len > 3 && atr.data[0] == 0x3b && (atr.data[1] & 0xf0) == 0x80 &&
	       atr.data[2] == 0x80 && atr.data[3] == 0x01;
}

enum result
token_probe(struct token *t, uint64_t expected, struct bytes pin, bool alone, struct bytes atr,
	    struct probe_answers *answers)
{
	struct run run = {.t = t,
			  .pin = pin,
			  .alone = alone,
			  .may_reset = alone && keeps_login_at_reset(atr)};
	enum result r = state_anybody_logged_in(t) ? RESULT_LOGGED_IN : work_begin(t, expected);

	if (r != RESULT_OK)
		return r;
	run.insertion = t->insertion;
	answers->protocol = link_protocol(t->link);
	t->shown = true; /* who is asked for the PIN was shown this card: it is compared before */
	if (alone) {
		r = work_power_anew(t, run.insertion);
		if (r != RESULT_OK)
			return r;
		if (work_is_over(t, run.insertion))
			return work_end(t, RESULT_CARD_CHANGED);
	}
	r = send_all(&run, answers);
	if (r == RESULT_DECLINED) { /* by us, not by the card */
		r = work_end(t, RESULT_OK);
		return r == RESULT_OK ? RESULT_DECLINED : r;
	}
	return work_end(t, r);
}
