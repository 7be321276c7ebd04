/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TESTS_SIM_CARD_HELP_H
#define JPKI_TESTS_SIM_CARD_HELP_H

#include <openssl/x509.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/card/card.h"
#include "sim/store/store.h"

/* Help for the tests of the simulated card. What fails in here fails the running test. */

#define SELECT_JPKI "00A4040C 0A D392F000260100000001"
#define SELECT_TEXT "00A4040C 0A D3921000310001010408"
#define SELECT_ISD "00A4040C 07 A0000001510000"
#define VERIFY_AUTH "00200098 04 31323334"     /* 1234 */
#define VERIFY_SIGN "0020009B 06 414243313233" /* ABC123 */
#define WRONG_AUTH "00200098 04 39393939"      /* 9999 */
#define WRONG_SIGN "0020009B 06 5A5A5A393939"  /* ZZZ999 */
#define SIGN_AUTH "802A0097 04 DEADBEEF 00"
#define SIGN_SIGN "802A009A 04 DEADBEEF 00"

struct answer {
	uint8_t data[256];
	size_t len;
	unsigned int sw;
};

/* A temporary folder for the test program; removed with everything in it at the end. */
int help_begin(void **state);
int help_end(void **state);
const char *help_folder(void);

/* The program's state directory, made with the date 2026-11-21 and the seed "test". */
struct sim_store *help_store(void);
extern const struct sim_make_options help_options;

/* A fresh copy of that person's card, powered, nothing selected. Freed by help_free(). */
struct sim_card *help_card(const char *person);
/* The same, with the JPKI application selected. */
struct sim_card *help_jpki(const char *person);
void help_free(struct sim_card *card);

/* The folder of a card that help_card() made last. */
const char *help_last_dir(void);

/* True if the PIN is the card's; spends nothing. */
bool help_pin_is(const struct sim_card *card, enum sim_pin pin, const char *text);

/* Sends a command given in hexadecimal (spaces are ignored). */
struct answer send_bytes(struct sim_card *card, const uint8_t *command, size_t len);
struct answer send_hex(struct sim_card *card, const char *hex);

/* Sends a command and expects that status word. */
#define assert_sw(card, hex, sw_) _assert_int_equal(send_hex(card, hex).sw, sw_, __FILE__, __LINE__)

/* Reads a whole file by its number, in pieces of 256 bytes, as far as it goes; its length. */
size_t read_file(struct sim_card *card, unsigned int id, uint8_t *bytes, size_t room);

void set_switch(struct sim_card *card, const char *name, const char *value);

/* A command with a body, for 802A and the like. */
struct answer send_body(struct sim_card *card, const char *head, const uint8_t *body, size_t len,
			int with_le);

X509 *read_certificate(struct sim_card *card, unsigned int id);

struct answer sign(struct sim_card *card, const char *p1, const char *p2, const uint8_t *data,
		   size_t len);

#endif
