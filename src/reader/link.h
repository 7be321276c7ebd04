/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_READER_LINK_H
#define JPKI_READER_LINK_H

#include "reader/pcsc.h"

/*
 * The way to the card in one reader: link_begin ... link_transmit ... link_end is one PC/SC
 * transaction on a shared connection. Between transactions the connection is kept only on
 * request (a login is held), because other programs want the card too. Not thread-safe.
 */
struct link;

struct link *link_new(struct pcsc_service *service, const char *reader);

/* Disconnects, the card left as it is. NULL is allowed. */
void link_free(struct link *l);

const char *link_reader(const struct link *l);

/*
 * Begins a transaction; waits while another program holds one. A reset by another program in
 * between is taken note of and is no error. *insertion changes whenever the card may have been
 * another one meanwhile, and is never 0.
 *
 * RESULT_CARD_CHANGED: the kept connection is dead, its card was taken out; the next link_begin
 * connects anew. Else RESULT_NO_SERVICE, _REFUSED, _NO_READER, _NO_CARD, _BUSY, _TRANSPORT.
 */
enum result link_begin(struct link *l, uint64_t *insertion);

/* Whether the last link_begin found that the card was reset meanwhile on a kept connection. */
bool link_was_reset(const struct link *l);

/*
 * Whether the last link_begin found no kept connection, which would have shown that the card was
 * there all the time: a reader unplugged and plugged in may hold another with the same *insertion.
 * A connection that was kept while the machine slept shows nothing either: the reader may have
 * kept its power, and pcscd saw nothing of what was done meanwhile.
 */
bool link_is_new(const struct link *l);

/*
 * Whether the machine slept between the last two calls of link_begin, or may have without a clock
 * that tells it, as nobody spoke with the card for half a minute.
 */
bool link_was_unseen(const struct link *l);

/* Whether the machine slept since the transaction began. */
bool link_has_slept(const struct link *l);

/* One exchange inside the transaction; see pcsc_transmit. Never repeated here. */
enum result link_transmit(struct link *l, const uint8_t *command, size_t command_len,
			  uint8_t *response, size_t *response_len);

/* Answers to a reset seen inside the transaction, so that the card can be spoken to again. */
enum result link_resume(struct link *l);

/* Resets the card inside the transaction, which goes on; `power_off`: by taking its power. */
enum result link_reset(struct link *l, bool power_off);

/* The protocol of the connection: T=0 or T=1. */
unsigned int link_protocol(const struct link *l);

/*
 * Ends the transaction. `keep`: stay connected. `power_off`: also take the power from the card,
 * which logs it out; false is returned if that could not be done.
 */
bool link_end(struct link *l, bool keep, bool power_off);

/* How an insertion is told from another, from pcscd's count of them; see link_begin. */
uint64_t link_insertion(struct pcsc_service *service, uint16_t counter);

/* Drops a kept connection; the card is left as it is. */
void link_drop(struct link *l);

#endif
