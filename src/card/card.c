/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/card.h"

#include <string.h>

#include "base/log.h"
#include "base/secret.h"
#include "card/apdu.h"
#include "card/sw.h"

enum {
	INS_VERIFY = 0x20,
	INS_CHANGE = 0x24,
	INS_SIGN = 0x2a,
	INS_SELECT = 0xa4,
	INS_READ = 0xb0,
	INS_GET_RESPONSE = 0xc0,
};

struct response {
	uint8_t data[APDU_RESPONSE_MAX];
	size_t len; /* without the status word */
	uint16_t sw;
};

static void
trace(const struct apdu *a, enum result r, const struct response *response)
{
	if (!log_wants(LOG_LEVEL_DEBUG))
		return;
	if (r != RESULT_OK)
		log_line(LOG_LEVEL_DEBUG, "> %02X %02X %02X %02X, %zu bytes; %s", a->cla, a->ins,
			 a->p1, a->p2, a->data.len, result_name(r));
	else
		log_line(LOG_LEVEL_DEBUG, "> %02X %02X %02X %02X, %zu bytes; < %zu bytes, %04X",
			 a->cla, a->ins, a->p1, a->p2, a->data.len, response->len, response->sw);
}

/* RESULT_OK if there is a status word, whatever it says. */
static enum result
exchange(struct link *link, struct bytes bytes, struct response *response)
{
	size_t got = sizeof response->data;
	enum result r = link_transmit(link, bytes.data, bytes.len, response->data, &got);

	if (r == RESULT_OK && got < 2)
		r = RESULT_BAD_ANSWER;
	if (r == RESULT_OK) {
		response->len = got - 2;
		response->sw = (uint16_t)(response->data[got - 2] << 8 | response->data[got - 1]);
	}
	return r;
}

static enum result
transmit(struct link *link, const struct apdu *a, struct response *response)
{
	struct secret *command = secret_new(APDU_COMMAND_MAX); /* it may have a PIN in it */
	enum result r = RESULT_NO_MEMORY;

	if (command) {
		command->len = apdu_encode(a, command->data);
		r = command->len == 0 ? RESULT_FAILED
				      : exchange(link, secret_bytes(command), response);
	}
	secret_free(command);
	trace(a, r, response);
	return r;
}

/* The words about PINs mean something in answer to a PIN only. */
static enum result
not_about_pins(enum result r, uint16_t sw)
{
	if (r != RESULT_PIN_WRONG && r != RESULT_PIN_BLOCKED)
		return r;
	return (sw & SW_TRIES_MASK) == SW_TRIES ? RESULT_CARD_ERROR : RESULT_DECLINED;
}

/* A command without response data: what it has to say is 9000. */
static enum result
command(struct link *link, const struct apdu *a, uint16_t *sw)
{
	struct response response;
	enum result r = transmit(link, a, &response);

	if (r == RESULT_OK) {
		*sw = response.sw;
		r = sw_result(response.sw);
		if (r == RESULT_OK && response.sw != SW_OK)
			r = RESULT_CARD_ERROR;
	}
	secret_wipe(&response, sizeof response);
	return r;
}

/*
 * Fetches what a card has to say in pieces (61xx) or with another Le (6Cxx): neither was ever
 * seen (card fact 2.2), ISO 7816-4 5.3.4 allows both. One piece more, then it must be over.
 */
static enum result
transmit_for_data(struct link *link, const struct apdu *a, struct response *response)
{
	enum result r = transmit(link, a, response);
	struct apdu again = *a;

	if (r != RESULT_OK)
		return r;
	if ((response->sw & SW_HIGH_MASK) == SW_MORE && response->len == 0)
		again = (struct apdu){.cla = a->cla & 0x03, .ins = INS_GET_RESPONSE};
	else if ((response->sw & SW_HIGH_MASK) != SW_WRONG_LE)
		return sw_result(response->sw);
	again.le = (response->sw & 0xff) ? response->sw & 0xff : APDU_LE_MAX;
	r = transmit(link, &again, response);
	return r == RESULT_OK ? sw_result(response->sw) : r;
}

/* A command that answers with data, 1 to `max` bytes. */
static enum result
command_for_data(struct link *link, const struct apdu *a, size_t max, uint8_t *out, size_t *got)
{
	struct response response = {.len = 0};
	enum result r = transmit_for_data(link, a, &response);

	*got = 0;
	r = not_about_pins(r, response.sw);
	if (r == RESULT_OK && (response.len == 0 || response.len > max))
		r = RESULT_BAD_ANSWER;
	if (r == RESULT_OK) {
		memcpy(out, response.data, response.len);
		*got = response.len;
	}
	secret_wipe(&response, sizeof response);
	return r;
}

enum result
card_select_application(struct link *link, struct bytes aid)
{
	struct apdu a = {0x00, INS_SELECT, 0x04, 0x0c, aid, APDU_NO_LE};
	uint16_t sw = 0;
	enum result r = command(link, &a, &sw);

	return not_about_pins(r, sw);
}

enum result
card_select_file(struct link *link, uint16_t file)
{
	const uint8_t id[2] = {(uint8_t)(file >> 8), (uint8_t)file};
	struct apdu a = {0x00, INS_SELECT, 0x02, 0x0c, {id, sizeof id}, APDU_NO_LE};
	uint16_t sw = 0;
	enum result r = command(link, &a, &sw);

	return not_about_pins(r, sw);
}

enum result
card_read(struct link *link, uint8_t short_id, size_t offset, size_t want, uint8_t *out,
	  size_t *got)
{
	struct apdu a = {0x00, INS_READ, 0, (uint8_t)offset, {NULL, 0}, (int)want};

	*got = 0;
	if (want == 0 || want > APDU_LE_MAX || offset > (short_id ? 0xff : 0x7fff))
		return RESULT_FAILED;
	a.p1 = short_id ? CARD_SHORT_ID(short_id) : (uint8_t)(offset >> 8);
	return command_for_data(link, &a, want, out, got);
}

static unsigned int
tries_in(uint16_t sw)
{
	return (sw & SW_TRIES_MASK) == SW_TRIES ? sw & 0x0f : 0;
}

enum result
card_query_tries(struct link *link, uint8_t reference, unsigned int *left)
{
	struct apdu a = {0x00, INS_VERIFY, 0x00, reference, {NULL, 0}, APDU_NO_LE};
	uint16_t sw = 0;
	enum result r = command(link, &a, &sw);

	if (r == RESULT_OK)
		return RESULT_CARD_ERROR; /* no JPKI card answers so: not a counter (card fact 3.3)
					   */
	if (r != RESULT_PIN_WRONG && r != RESULT_PIN_BLOCKED)
		return r;
	*left = tries_in(sw);
	return RESULT_OK;
}

/* Memory that was wiped, as a forked child's is, is no PIN: a card would take it for a wrong one.
 */
static bool
is_whole(struct bytes pin)
{
	return pin.len > 0 && !memchr(pin.data, '\0', pin.len);
}

enum result
card_verify(struct link *link, uint8_t reference, struct bytes pin, unsigned int *left,
	    uint16_t *sw)
{
	struct apdu a = {0x00, INS_VERIFY, 0x00, reference, pin, APDU_NO_LE};
	enum result r;

	*sw = 0;
	if (!is_whole(pin))
		return RESULT_FAILED;
	r = command(link, &a, sw);
	if (r == RESULT_PIN_WRONG || r == RESULT_PIN_BLOCKED)
		*left = tries_in(*sw);
	return r;
}

enum result
card_change_pin(struct link *link, uint8_t reference, struct bytes new_pin)
{
	struct apdu a = {0x00, INS_CHANGE, 0x01, reference, new_pin, APDU_NO_LE};
	uint16_t sw = 0;
	enum result r = is_whole(new_pin) ? command(link, &a, &sw) : RESULT_FAILED;

	return not_about_pins(r, sw);
}

enum result
card_sign(struct link *link, uint8_t p1, uint8_t reference, struct bytes input, uint8_t out[256],
	  size_t *got)
{
	struct apdu a = {0x80, INS_SIGN, p1, reference, input, APDU_LE_MAX};

	return command_for_data(link, &a, 256, out, got);
}

enum result
card_exchange(struct link *link, struct bytes bytes, uint8_t out[256], size_t *got, uint16_t *sw)
{
	const struct apdu head = {bytes.data[0], bytes.data[1], bytes.data[2],
				  bytes.data[3], {NULL, 0},	APDU_NO_LE};
	struct response response = {.len = 0};
	enum result r = exchange(link, bytes, &response);

	trace(&head, r, &response);
	*got = response.len;
	*sw = response.sw;
	memcpy(out, response.data, response.len);
	secret_wipe(&response, sizeof response);
	return r;
}
