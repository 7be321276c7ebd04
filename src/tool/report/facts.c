/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/report/facts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tool/terminal/text.h"

#define NO_ANSWER (-1)

struct judging {
	const struct fact *fact;
	const struct fact_input *in;
	char *text; /* to be filled with the value */
};

static const struct jpki_probe *
find(const struct judging *j, const char *name)
{
	for (CK_ULONG i = 0; i < j->in->report->count; i++)
		if (strcmp(j->in->report->probes[i].name, name) == 0)
			return &j->in->report->probes[i];
	return NULL;
}

static int
sw(const struct judging *j, const char *name)
{
	const struct jpki_probe *p = find(j, name);

	return p && p->state == JPKI_PROBE_ANSWERED ? (int)p->sw : NO_ANSWER;
}

static bool __attribute__((format(printf, 2, 3)))
say(const struct judging *j, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(j->text, FACT_TEXT, format, args);
	va_end(args);
	return true;
}

static bool
say_sw(const struct judging *j, int word)
{
	return word != NO_ANSWER && say(j, "%04X", (unsigned int)word);
}

/* ---- one probe ---- */

/* What a status word means to probes whose name begins so; others are told as they are. */
static const struct {
	const char *probe;
	int sw;
	const char *value;
} words[] = {
	{"availability-select", 0x9000, "present"},
	{"availability-select", 0x6a82, "missing"},
	{"pin-after-", 0x9000, "kept"},
	{"pin-after-", 0x6982, "dropped"},
	{"signature-unknown", 0x6a86, "p1-first"},
	{"signature-unknown", 0x6982, "pin-first"},
	{"auth-certificate-read", 0x9000, "free"},
	{"auth-certificate-read", 0x6982, "pin-needed"},
	{"extended-read", 0x9000, "on"},
	{"extended-read", 0x6700, "off"},
};

static bool
judge_sw(const struct judging *j)
{
	const int word = sw(j, j->fact->probe);

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (words[i].sw == word &&
		    strncmp(j->fact->probe, words[i].probe, strlen(words[i].probe)) == 0)
			return say(j, "%s", words[i].value);
	return say_sw(j, word);
}

static bool
judge_length(const struct judging *j)
{
	const struct jpki_probe *p = find(j, j->fact->probe);

	return p && p->state == JPKI_PROBE_ANSWERED && say(j, "%lu", p->length);
}

/* The size that is known, or how large it is at most: the module tells no more of another one. */
static bool
judge_own_size(const struct judging *j)
{
	const struct jpki_probe *p = find(j, j->fact->probe);
	const char *known = j->fact->expected;

	return judge_length(j) && (strcmp(j->text, known) == 0 || say(j, "up to %lu", p->length));
}

/* Whether the login was still there, where it was before: with what may have ended it unseen. */
static bool
judge_login(const struct judging *j)
{
	static const struct {
		const char *probe, *event; /* NULL: it is not left out */
	} order[] = {{"pin-signature", NULL},
		     {"pin-after-file", NULL},
		     {"pin-after-jpki", NULL},
		     {"pin-after-reset", "pin-reset"},
		     {"pin-after-leaving", "pin-leave"},
		     {"pin-after-isd", "pin-leave-isd"},
		     {"pin-after-power", NULL}};

	for (size_t i = 0; strcmp(order[i].probe, j->fact->probe) != 0; i++) {
		const int word = sw(j, order[i].probe);

		if (word == 0x9000)
			continue;
		if (word != NO_ANSWER || !order[i].event || sw(j, order[i].event) == 0x9000)
			return false;
	}
	return judge_sw(j);
}

static bool
judge_right(const struct judging *j)
{
	const struct jpki_probe *p = find(j, j->fact->probe);

	if (sw(j, j->fact->probe) == 0x9000)
		return p->data_len == 1 && say(j, "%s", p->data[0] ? "right" : "wrong");
	return say_sw(j, sw(j, j->fact->probe));
}

/* ---- the card in general ---- */

/* Card fact 1.2, in its order. */
static const char *const atrs[] = {
	"3BE000FF8131FE4514",
	"3BDA13FF8131FB468012392F31C173C601C03B",
	"3BC5FF8131FB458073C6010000",
	"3BF59100FF918171FE400042000100D1D6",
	"3BF59100FF918171FE4000420001B3A115",
	"3B888001000005E0B381A1007F",
	"3B888001000041E0B381A1003B",
	"3B888001004B51FF0081D100BC",
	"3B888001004B51FFB381D1000F",
};

/* The bytes before the historical ones, in which a reader or card may have put a number of its own
 * (ISO 7816-3 8.2). */
static size_t
interface_bytes(const CK_BYTE *atr, CK_ULONG len)
{
	size_t at = 2;
	CK_BYTE next = len > 1 ? atr[1] : 0;

	while (next & 0xf0) {
		const unsigned int present = next >> 4;

		at += (present & 1U) + (present >> 1 & 1U) + (present >> 2 & 1U);
		if (!(present & 8U))
			break;
		if (at >= len)
			return len;
		next = atr[at++];
	}
	return at < len ? at : len;
}

/* By its number in the list, else without its historical bytes. */
static bool
say_atr(const struct judging *j, const CK_BYTE *atr, CK_ULONG len)
{
	char hex[2 * JPKI_ATR_MAX + 1] = "";

	for (CK_ULONG i = 0; i < len && i < JPKI_ATR_MAX; i++)
		(void)snprintf(hex + 2 * i, 3, "%02X", atr[i]);
	(void)say(j, "other %.*s", (int)(2 * interface_bytes(atr, len)), hex);
	for (size_t i = 0; len && i < sizeof atrs / sizeof atrs[0]; i++)
		if (strcmp(atrs[i], hex) == 0)
			(void)say(j, "%zu", i + 1);
	return len > 0;
}

static bool
judge_atr(const struct judging *j)
{
	return say_atr(j, j->in->report->atr, j->in->report->atr_len);
}

static bool
judge_contact_atr(const struct judging *j)
{
	const struct jpki_probe *p = find(j, j->fact->probe);
	CK_BYTE atr[JPKI_ATR_MAX] = {0x3b}; /* the card leaves this one out */

	if (sw(j, j->fact->probe) != 0x9000 || p->data_len == 0 || p->data_len >= sizeof atr)
		return false;
	memcpy(atr + 1, p->data, p->data_len);
	return say_atr(j, atr, p->data_len + 1);
}

static bool
judge_protocol(const struct judging *j)
{
	return say(j, "%s", j->in->report->protocol ? "T=1" : "T=0");
}

void
fact_clean(char text[FACT_TEXT], const char *from, size_t len)
{
	size_t digits = 0, n = 0;

	while (len > 0 && (from[len - 1] == ' ' || from[len - 1] == '\0'))
		len--;
	for (size_t i = 0; i < len && n + 1 < FACT_TEXT; i++) {
		const char c = from[i];
		const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
				   (c >= 'a' && c <= 'z') || c == ' ' || c == '-' || c == '.' ||
				   c == '+' || c == '[' || c == ']';

		digits = c >= '0' && c <= '9' ? digits + 1 : 0;
		text[n++] = plain ? c : '?';
		if (digits >= 5)
			memset(text + n - digits, '#', digits);
	}
	text[n] = '\0';
}

static bool
judge_info(const struct judging *j)
{
	const struct jpki_probe *p = find(j, "info-read");
	const bool label = strcmp(j->fact->name, "label") == 0;

	if (!p || p->data_len < 49)
		return false;
	fact_clean(j->text, (const char *)p->data + (label ? 0 : 32), label ? 32 : 16);
	return true;
}

/* A big-endian number of the token information. */
static unsigned long
info_number(const struct jpki_probe *p, size_t at)
{
	return (unsigned long)p->data[at] << 24 | (unsigned long)p->data[at + 1] << 16 |
	       (unsigned long)p->data[at + 2] << 8 | p->data[at + 3];
}

/* What is kept behind label and model; jpki-pkcs11.h has the order. */
static bool
judge_info_rest(const struct judging *j)
{
	const struct jpki_probe *p = find(j, "info-read");
	const char *what = j->fact->name + strlen("info-");
	char versions[2][FACT_TEXT];

	if (!p || p->data_len < 66)
		return false;
	if (strcmp(what, "time") == 0)
		return say(j, "%s", p->data[49] ? "none" : "some");
	if (strcmp(what, "flags") == 0)
		return say(j, "%lX", info_number(p, 50));
	if (strcmp(what, "pin-length") == 0)
		return say(j, "%lu-%lu", info_number(p, 58) % 1000, info_number(p, 54) % 1000);
	fact_clean(versions[0], (const char *)p->data + 62, 2);
	fact_clean(versions[1], (const char *)p->data + 64, 2);
	return say(j, "%.2s %.2s", versions[0], versions[1]);
}

static bool
judge_kind(const struct judging *j)
{
	static const char *const kinds[][2] = {{"JPKIAPICCTOKEN2", "card"},
					       {"JPKIAPGPSETOKEN", "phone"},
					       {"JPKIAPIOSTOKEN", "iphone"}};
	static const struct fact label = {.name = "label"};
	char name[FACT_TEXT];
	const struct judging naming = {&label, j->in, name};

	if (!judge_info(&naming))
		return false;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(kinds[i][0], name) == 0)
			return say(j, "%s", kinds[i][1]);
	return say(j, "other");
}

static bool
judge_serial(const struct judging *j)
{
	const struct jpki_probe *p = find(j, "info-read");

	return p && p->data_len >= 49 && say(j, "%s", p->data[48] ? "surveyed" : "another");
}

static bool
judge_first(const struct judging *j)
{
	const int word = sw(j, j->fact->probe);

	/* On a card without that application the refusal is an answer. */
	if (word == 0x9000 || (word != NO_ANSWER && word == sw(j, "select-text")))
		return say(j, "works");
	return say_sw(j, word);
}

static bool
judge_others(const struct judging *j)
{
	if (sw(j, "select-text") == 0x9000)
		return say(j, "present");
	if (sw(j, "select-text") == NO_ANSWER || sw(j, "select-isd") == NO_ANSWER)
		return false;
	return say(j, "%s", sw(j, "select-isd") == 0x9000 ? "isd-only" : "absent");
}

/* Whether SELECT without a name changed nothing, by the file that was selected before it. */
static bool
judge_none(const struct judging *j)
{
	const int word = sw(j, "select-none"), read = sw(j, "none-read");

	if (word != 0x9000)
		return say_sw(j, word);
	if (read == NO_ANSWER)
		return false;
	return say(j, "%s", read == 0x9000 || read == 0x6282 ? "9000" : "changes");
}

/* ---- short ids ---- */

enum taken { TAKEN_UNKNOWN, TAKEN_NO, TAKEN_YES };

/* Of two PINs one may be locked, and its answer be that of a refusal. */
static enum taken
pin_by_short_id(const struct judging *j)
{
	static const char *const pins[][2] = {{"auth-pin-short-id", "auth-pin-query"},
					      {"sign-pin-short-id", "sign-pin-query"}};

	for (size_t i = 0; i < 2; i++) {
		const int by_id = sw(j, pins[i][0]), selected = sw(j, pins[i][1]);

		if (by_id == NO_ANSWER || selected == NO_ANSWER)
			continue;
		if ((by_id & 0xfff0) == 0x63c0 && by_id != 0x63c0) /* tries left */
			return TAKEN_YES;
		if (by_id != selected)
			return TAKEN_NO;
	}
	return TAKEN_UNKNOWN;
}

/*
 * Logged out, a key asks for its PIN: a refusal of the short id may be said in the same word. Then
 * a key that is not there tells, or one that is open, and has just signed the same when selected.
 */
static enum taken
key_by_short_id(const struct judging *j)
{
	const int by_id = sw(j, "signature-short-id"), nothing = sw(j, "signature-to-nothing");
	const int open = sw(j, "pin-signature-short-id");

	if (by_id == NO_ANSWER || sw(j, "signature-selected") == NO_ANSWER)
		return TAKEN_UNKNOWN;
	if (by_id != sw(j, "signature-selected"))
		return TAKEN_NO;
	if (nothing != NO_ANSWER && nothing != by_id)
		return TAKEN_YES;
	if (open == 0x9000)
		return TAKEN_YES;
	return open != NO_ANSWER && sw(j, "pin-signature-longest") == 0x9000 ? TAKEN_NO
									     : TAKEN_UNKNOWN;
}

static enum taken
file_by_short_id(const struct judging *j)
{
	if (sw(j, "info-select") != 0x9000 || sw(j, "info-short-id") == NO_ANSWER)
		return TAKEN_UNKNOWN;
	return sw(j, "info-short-id") == 0x9000 ? TAKEN_YES : TAKEN_NO;
}

static bool
judge_short_ids(const struct judging *j)
{
	const enum taken file = file_by_short_id(j), pin = pin_by_short_id(j),
			 key = key_by_short_id(j);

	if (file == TAKEN_NO && pin != TAKEN_YES && key != TAKEN_YES)
		return say(j, "off");
	if (file == TAKEN_UNKNOWN || key == TAKEN_UNKNOWN ||
	    (pin == TAKEN_UNKNOWN && key == TAKEN_NO))
		return false;
	if (file == TAKEN_YES && key == TAKEN_YES && pin != TAKEN_NO)
		return say(j, "on");
	if (file == TAKEN_YES && key == TAKEN_NO)
		return say(j, "%s", pin == TAKEN_YES ? "no-signature" : "read-only");
	return say(j, "other");
}

static bool
judge_refused_short_id(const struct judging *j)
{
	if (file_by_short_id(j) == TAKEN_NO)
		return say_sw(j, sw(j, "info-short-id"));
	if (key_by_short_id(j) == TAKEN_NO)
		return say_sw(j, sw(j, "signature-short-id"));
	return false;
}

static bool
is_read(const struct jpki_probe *p)
{
	return p && p->state == JPKI_PROBE_ANSWERED && (p->sw == 0x9000 || p->sw == 0x6282) &&
	       p->length > 0;
}

/* Two files of different length tell which of them is read. */
static bool
judge_current(const struct judging *j)
{
	const struct jpki_probe *read = find(j, "current-read"), *info = find(j, "info-read");

	return is_read(read) && is_read(info) &&
	       say(j, "%s", read->length == info->length ? "yes" : "no");
}

/* ---- the signature ---- */

/* Of the other forms those that the card does not refuse as it does one that there is not: asked
 * alike, for a card may look at the length first. */
static bool
judge_forms(const struct judging *j)
{
	static const char *const forms[] = {"01", "02", "03", "05"};
	char name[] = "signature-p1-00";
	size_t n = 0;

	if (sw(j, "signature-p1-7f") != 0x6a86)
		return false;
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		memcpy(name + sizeof name - 3, forms[i], 2);
		if (sw(j, name) == NO_ANSWER)
			return false;
		if (sw(j, name) != 0x6a86)
			n += (size_t)snprintf(j->text + n, FACT_TEXT - n, "%s%s", n ? " " : "",
					      forms[i]);
	}
	return n > 0 || say(j, "none");
}

/* A refusal for want of a PIN, or because that is locked. */
static bool
is_pin_asked(CK_ULONG word)
{
	return word == 0x6982 || word == 0x6983 || word == 0x6984;
}

/* Of those that are sent before the PIN; 61xx: the signature waits to be fetched. None of them can
 * be signed: where no word asks for the PIN, the card may need none for one that can. */
static bool
judge_without_pin(const struct judging *j)
{
	bool is_refused = false, is_answered = false;

	for (CK_ULONG i = 0; i < j->in->report->count; i++) {
		const struct jpki_probe *p = &j->in->report->probes[i];
		const bool is_signature = strncmp(p->name, "signature-", 10) == 0 ||
					  strcmp(p->name, "sign-nothing") == 0;

		if (!is_signature || p->state != JPKI_PROBE_ANSWERED)
			continue;
		if (p->sw == 0x9000 || p->sw >> 8 == 0x61)
			return say(j, "signed");
		is_refused |= is_pin_asked(p->sw);
		is_answered = true;
	}
	if (is_refused)
		return say(j, "refused");
	return is_answered && sw(j, "key-select") == 0x9000 && say(j, "no-pin-asked");
}

/* For its length; any other refusal may be for something else. */
static bool
is_too_long(int word)
{
	return word == 0x6700 || word == 0x6985 || word == 0x6a80;
}

static bool
judge_limit(const struct judging *j)
{
	const int longest = sw(j, "pin-signature-longest"), more = sw(j, "pin-signature-too-long");

	if (is_too_long(longest))
		return say(j, "less");
	if (longest != 0x9000)
		return false;
	if (more == 0x9000)
		return say(j, "more");
	return is_too_long(more) && say(j, "245");
}

static bool
judge_pss(const struct judging *j)
{
	const int logged_out = sw(j, j->fact->probe), open = sw(j, "pin-signature-pss");

	if (open == 0x9000 || open == 0x6a86)
		return say(j, "%s", open == 0x9000 ? "on" : "off");
	if (logged_out == 0x6a86)
		return say(j, "off");
	/* Only a card that refuses what is no P1 tells anything by asking for the PIN. */
	return logged_out != NO_ANSWER && sw(j, "signature-unknown") == 0x6a86 && say(j, "on");
}

/* ---- PINs and certificates ---- */

#define KEY_USED "RSA-2048, e=65537" /* the only one that the module uses */

/* By what the card gives without a PIN, else with it. */
static bool
judge_key(const struct judging *j)
{
	static const char *const probes[] = {"auth-certificate-key", "pin-certificate-key"};

	for (size_t i = 0; i < 2; i++) {
		const struct jpki_probe *p = find(j, probes[i]);
		const unsigned int bits =
			p && p->data_len == 4 ? (unsigned int)p->data[1] << 8 | p->data[2] : 0;

		if (!p || p->data_len != 4)
			continue;
		if (p->data[0] == JPKI_PROBE_KEY_RSA)
			return say(j, "RSA-%u, e=%s", bits, p->data[3] ? "65537" : "other");
		return p->data[0] == JPKI_PROBE_KEY_EC ? say(j, "EC-%u", bits) : say(j, "other");
	}
	return false;
}

static bool
is_locked_word(int word)
{
	return word == 0x63c0 || word == 0x6983 || word == 0x6984;
}

static bool
judge_locked(const struct judging *j)
{
	const int auth = sw(j, "auth-pin-query"), sign = sw(j, "sign-pin-query");

	if (auth == NO_ANSWER || sign == NO_ANSWER)
		return false;
	if (is_locked_word(auth))
		return say(j, "%s", is_locked_word(sign) ? "both" : "auth");
	return say(j, "%s", is_locked_word(sign) ? "sign" : "none");
}

static bool
judge_blocked_query(const struct judging *j)
{
	const int auth = sw(j, "auth-pin-query"), sign = sw(j, "sign-pin-query");

	if (is_locked_word(auth))
		return say_sw(j, auth);
	return is_locked_word(sign) && say_sw(j, sign);
}

static bool
judge_availability(const struct judging *j)
{
	const struct jpki_probe *p = find(j, j->fact->probe);

	return p && p->data_len == 3 && say(j, "%02X%02X%02X", p->data[0], p->data[1], p->data[2]);
}

/* By the file that says so. */
static bool
find_certificates(const struct judging *j, bool *auth, bool *sign)
{
	const struct jpki_probe *p = find(j, "availability-read");

	if (!p || p->data_len < 2)
		return false;
	*sign = p->data[0] == 0x8f;
	*auth = p->data[1] == 0x8f;
	return true;
}

/* By what lies in its place, as far as that tells. */
static bool
find_auth_certificate(const struct judging *j, bool *auth)
{
	const struct jpki_probe *head = find(j, "auth-certificate-read");
	const bool is_private = sw(j, "auth-certificate-read") == 0x6982;

	*auth = is_private || (head && head->data_len > 0 && head->data[0] == 0x30);
	return is_private || (head && head->data_len > 0) ||
	       sw(j, "auth-certificate-select") == 0x6a82;
}

/* Without that file, what lies in the document key's place takes its PIN, unless nothing does. */
static bool
judge_certificates(const struct judging *j)
{
	bool auth, sign = false;

	if (!find_certificates(j, &auth, &sign) &&
	    (sw(j, "sign-certificate-select") != 0x6a82 || !find_auth_certificate(j, &auth)))
		return false;
	return say(j, "%s", auth ? (sign ? "both" : "auth") : (sign ? "sign" : "none"));
}

static bool
judge_absent(const struct judging *j)
{
	const int auth_file = sw(j, "auth-certificate-select");
	const int sign_file = sw(j, "sign-certificate-select");
	bool auth, sign;

	if (auth_file == 0x6a82 || sign_file == 0x6a82)
		return say(j, "missing");
	if (find_certificates(j, &auth, &sign))
		return ((!auth && auth_file == 0x9000) || (!sign && sign_file == 0x9000)) &&
		       say(j, "filler");
	return find_auth_certificate(j, &auth) && !auth && say(j, "filler");
}

/* Where there is no certificate, anybody may read what fills its file. */
static bool
judge_sign_certificate(const struct judging *j)
{
	const struct jpki_probe *p = find(j, j->fact->probe);

	if (p && p->data_len == 1 && !p->data[0])
		return say(j, "filler");
	return judge_sw(j);
}

static bool
judge_filler(const struct judging *j)
{
	static const char *const places[] = {"auth-ca-filler", "sign-ca-filler",
					     "auth-certificate-filler"};

	for (size_t i = 0; i < 3; i++) {
		const struct jpki_probe *p = find(j, places[i]);

		if (sw(j, places[i]) == 0x9000 && p->data_len == 1)
			return say(j, "%s",
				   p->data[0] == 0xff ? "FF"
				   : p->data[0]	      ? "other"
						      : "00");
	}
	return false;
}

/* ---- transport ---- */

static bool
judge_extended(const struct judging *j)
{
	const struct jpki_probe *p = find(j, j->fact->probe);

	if (p && p->state == JPKI_PROBE_LOST)
		return say(j, "lost");
	return judge_sw(j);
}

static bool
judge_pieces(const struct judging *j)
{
	bool is_answered = false;

	for (CK_ULONG i = 0; i < j->in->report->count; i++) {
		const struct jpki_probe *p = &j->in->report->probes[i];

		if (p->state != JPKI_PROBE_ANSWERED)
			continue;
		if (p->sw >> 8 == 0x61 || p->sw >> 8 == 0x6c)
			return say_sw(j, (int)p->sw);
		is_answered = true;
	}
	return is_answered && say(j, "none");
}

/* The shortest of those whose name begins so: others wait for the machine, not for the card. */
static unsigned long
shortest(const struct judging *j, const char *beginning)
{
	unsigned long least = 0;

	for (CK_ULONG i = 0; i < j->in->report->count; i++) {
		const struct jpki_probe *p = &j->in->report->probes[i];

		if (p->state == JPKI_PROBE_ANSWERED && p->sw == 0x9000 && p->microseconds > 0 &&
		    strncmp(p->name, beginning, strlen(beginning)) == 0 &&
		    (least == 0 || p->microseconds < least))
			least = p->microseconds;
	}
	return least;
}

/* Whole milliseconds: a simulated card that takes none takes less than one. */
#define TIME "%lums"

static bool
judge_exchange(const struct judging *j)
{
	const unsigned long us = shortest(j, j->fact->probe);

	return us > 0 && say(j, TIME, us / 1000);
}

static bool
judge_signature_time(const struct judging *j)
{
	const unsigned long exchange = shortest(j, "select-"), all = shortest(j, "pin-after-");

	return all > 0 && exchange > 0 &&
	       say(j, TIME, all > exchange ? (all - exchange) / 1000 : 0);
}

static bool
is_of_authority(const struct fact *fact)
{
	return strncmp(fact->name, "ca-", 3) == 0;
}

/* The log-in certificate, or its authority's. */
static bool
judge_made_of(const struct judging *j)
{
	const X509 *certificate = is_of_authority(j->fact) ? j->in->auth_ca : j->in->auth;

	return certificate && fact_certificate(certificate, j->fact->probe, j->text);
}

/* ---- the table ---- */

/* Of whom the row is known. */
#define CARDS true
#define ALL false

#define FINDS_OUT N_("The module finds this out by itself: nothing to do.")
#define IS_TOLD N_("Nobody has told of this before; everything may work all the same.")
#define NOT_USED N_("The module does not use it: nothing to do.")
#define IS_SAFE N_("The module logs the card out itself after each use, whichever it is.")
#define NO_SIGNATURE N_("The card made no signature: report this.")
#define NO_PSS N_("Without PSS, TLS 1.3 does not work; TLS 1.2 and everything else does.")
#define IS_TIME N_("How long you wait.")
#define NEEDS_PIN N_("it takes the PIN to know (report --pin auth)")
#define NEEDS_LOGIN                                                                                \
	N_("it takes the PIN to know (report --pin auth), that application, and a login still "    \
	   "there")
#define NEEDS_LASTING_LOGIN                                                                        \
	N_("it takes the PIN to know (report --pin auth), and a login that nothing else has "      \
	   "ended")
#define NO_LOGIN_LEFT N_("it takes that application, and a login still there")
#define NO_LASTING_LOGIN N_("it takes a login that nothing else has ended")
#define RESET_ENDED_IT N_("the reset had ended the login before")
#define NO_RESET                                                                                   \
	N_("with contacts not tried: a reset might end the login before it is known what else "    \
	   "does")
#define NO_ANSWER_TEXT N_("the card gave no answer that tells")
#define NEVER_ASKED N_("not asked: it would cost a try or open the card to others")
#define NO_OCCASION N_("this card gives no occasion to see it")
#define NOT_ALONE N_("another program was connected to the card")
#define NO_CERTIFICATE N_("the certificate could not be read")
#define NOT_LOOKED_AT                                                                              \
	N_("it takes the PIN to read the certificate, and nothing in it but the key is looked at")
#define KEY_REFUSED N_("the module refuses the certificate's key, and looks at nothing else in it")

/* clang-format off */
const struct fact facts[] = {
	{"atr", "1.2", CARDS, "1|2|3|4|5|6|7|8|9", N_("answer to reset, by its number in the list"), IS_TOLD, NO_ANSWER_TEXT, judge_atr, NULL},
	{"contact-atr", "1.2, 3.6", CARDS, "1|2|3|4|5", N_("answer to reset of the contacts, as the card tells it"), IS_TOLD, NO_ANSWER_TEXT, judge_contact_atr, "contact-atr"},
	{"protocol", "1.3", ALL, "T=1", N_("protocol"), IS_TOLD, NO_ANSWER_TEXT, judge_protocol, NULL},
	{"kind", "2.4, 7", ALL, "card|phone|iphone", N_("kind of card"), IS_TOLD, NO_ANSWER_TEXT, judge_kind, NULL},
	{"label", "2.4", ALL, "JPKIAPICCTOKEN2|JPKIAPGPSETOKEN|JPKIAPIOSTOKEN", N_("label of the token information"), IS_TOLD, NO_ANSWER_TEXT, judge_info, NULL},
	{"model", "2.4", CARDS, "E16R01NJ", N_("model of the token information"), IS_TOLD, NO_ANSWER_TEXT, judge_info, NULL},
	{"info-serial", "2.4, 13.13", CARDS, "surveyed", N_("serial number of the token information: that of every card?"), IS_TOLD, NO_ANSWER_TEXT, judge_serial, NULL},
	{"info-size", "2.4", CARDS, "160", N_("size of the token information"), IS_TOLD, NO_ANSWER_TEXT, judge_length, "info-read"},
	{"info-flags", "2.4", CARDS, "40D", N_("flags of the token information"), IS_TOLD, NO_ANSWER_TEXT, judge_info_rest, "info-read"},
	{"info-pin-length", "2.4", CARDS, "6-16", N_("length of PINs in the token information"), IS_TOLD, NO_ANSWER_TEXT, judge_info_rest, "info-read"},
	{"info-versions", "2.4", CARDS, "03 01", N_("versions in the token information"), IS_TOLD, NO_ANSWER_TEXT, judge_info_rest, "info-read"},
	{"info-time", "2.4", CARDS, "none", N_("time in the token information"), IS_TOLD, NO_ANSWER_TEXT, judge_info_rest, "info-read"},
	{"first-command", "1.3, 13.22", CARDS, "works", N_("first command after power-on"), FINDS_OUT, NOT_ALONE, judge_first, "first-command"},
	{"other-applications", "1.1, 4", CARDS, "present", N_("other applications, whose selection logs out"), FINDS_OUT, NO_ANSWER_TEXT, judge_others, NULL},
	{"select-nobody", "3.1", ALL, "6A82", N_("an application that is not there"), FINDS_OUT, NO_ANSWER_TEXT, judge_sw, "select-nobody"},
	{"select-prefix", "1.1", CARDS, "9000", N_("an application by the beginning of its name"), NOT_USED, NO_ANSWER_TEXT, judge_sw, "select-prefix"},
	{"select-fci", "3.1, 13.17", ALL, NULL, N_("length of what SELECT tells when asked"), NOT_USED, NO_ANSWER_TEXT, judge_length, "select-jpki-fci"},
	{"select-none", "1.1", CARDS, "9000", N_("SELECT without a name"), NOT_USED, NO_ANSWER_TEXT, judge_none, "select-none"},
	{"select-3f00", "1.1", CARDS, "6A82", N_("SELECT of a master file"), NOT_USED, NO_ANSWER_TEXT, judge_sw, "select-3f00"},
	{"select-path", "3.1", CARDS, "6A86", N_("SELECT by path"), NOT_USED, NO_ANSWER_TEXT, judge_sw, "select-path"},
	{"select-id", "3.1", ALL, NULL, N_("SELECT with P1 = 00"), NOT_USED, NO_ANSWER_TEXT, judge_sw, "select-id"},
	{"read-nothing", "3.1", CARDS, "6986", N_("reading without a file"), NOT_USED, NO_ANSWER_TEXT, judge_sw, "read-nothing"},
	{"sign-nothing", "3.4", CARDS, "6986|6985", N_("the signature command without a key"), NOT_USED, NO_ANSWER_TEXT, judge_sw, "sign-nothing"},
	{"channel", "1.1", CARDS, "6881", N_("another logical channel"), NOT_USED, NO_ANSWER_TEXT, judge_sw, "channel"},
	{"challenge", "3.6", CARDS, "9000", N_("random bytes"), NOT_USED, NO_ANSWER_TEXT, judge_sw, "challenge"},
	{"short-ids", "3.2, 3.3, 3.4", CARDS, "on", N_("short file ids"), FINDS_OUT, NEEDS_PIN, judge_short_ids, NULL},
	{"short-id-selects", "3.2", ALL, "yes", N_("a file that was read by its short id is the selected one"), N_("The module cannot read certificates of such a card: report this."), NO_OCCASION, judge_current, "current-read"},
	{"refused-short-id", "3.7", ALL, NULL, N_("answer to a short file id that is not taken"), FINDS_OUT, NO_OCCASION, judge_refused_short_id, NULL},
	{"read-past-end", "2.2, 13.9", CARDS, "9000", N_("reading past the end"), FINDS_OUT, NO_ANSWER_TEXT, judge_sw, "info-past-end"},
	{"read-behind-end", "2.2, 13.9", CARDS, "6B00", N_("reading behind the end"), FINDS_OUT, NO_ANSWER_TEXT, judge_sw, "info-behind-end"},
	{"answers-in-pieces", "2.2, 13.9", ALL, "none", N_("an answer 61xx or 6Cxx"), FINDS_OUT, NO_ANSWER_TEXT, judge_pieces, NULL},
	{"filler", "2.2, 13.10", CARDS, "FF|00", N_("what stands behind a certificate"), FINDS_OUT, NO_ANSWER_TEXT, judge_filler, NULL},
	{"auth-certificate-size", "2.2", CARDS, "3808", N_("size of the log-in certificate's file"), FINDS_OUT, NO_ANSWER_TEXT, judge_own_size, "auth-certificate-end"},
	{"auth-ca-size", "2.2, 13.10", ALL, NULL, N_("size of its authority's file"), FINDS_OUT, NO_ANSWER_TEXT, judge_length, "auth-ca-end"},
	{"sign-ca-size", "2.2, 13.10", ALL, NULL, N_("size of the file of the document key's authority"), FINDS_OUT, NO_ANSWER_TEXT, judge_length, "sign-ca-end"},
	{"extended-length", "3.2, 13.8", ALL, "off|on", N_("extended length"), NOT_USED, NO_ANSWER_TEXT, judge_extended, "extended-read"},
	{"ef-0008", "2.3, 13.11", CARDS, "present", N_("the file that says which certificates there are"), FINDS_OUT, NO_ANSWER_TEXT, judge_sw, "availability-select"},
	{"availability", "2.3, 13.11", CARDS, "8F8F00|008F00|8F0000|000000", N_("what stands in it"), IS_TOLD, NO_ANSWER_TEXT, judge_availability, "availability-read"},
	{"certificates", "2.3, 13.11", ALL, "both|auth|sign|none", N_("certificates"), IS_TOLD, N_("it takes the document key's PIN to know"), judge_certificates, NULL},
	{"absent-certificate", "13.11", ALL, "filler|missing", N_("the file of a certificate that you do not have"), FINDS_OUT, NO_OCCASION, judge_absent, NULL},
	{"auth-certificate", "2.1, 7", ALL, "free", N_("reading the log-in certificate"), IS_TOLD, NO_ANSWER_TEXT, judge_sw, "auth-certificate-read"},
	{"sign-certificate", "2.1", ALL, "6982|filler", N_("reading the document key's certificate without a PIN"), FINDS_OUT, NO_OCCASION, judge_sign_certificate, "sign-certificate-read"},
	{"sealed-file", "2.1", CARDS, "6982", N_("the file 0009"), NOT_USED, NO_ANSWER_TEXT, judge_sw, "sealed-read"},
	{"file-0010", "2.1, 13.16", CARDS, "9000", N_("SELECT of the file 0010"), NOT_USED, NO_ANSWER_TEXT, judge_sw, "select-0010"},
	{"file-0016", "2.1", CARDS, "9000", N_("SELECT of the file 0016"), NOT_USED, NO_ANSWER_TEXT, judge_sw, "select-0016"},
	{"sign-key", "2.1", ALL, "9000", N_("SELECT of the document key"), FINDS_OUT, NO_ANSWER_TEXT, judge_sw, "select-sign-key"},
	{"key-read", "3.2", CARDS, "6981", N_("reading a key"), IS_TOLD, NO_ANSWER_TEXT, judge_sw, "key-read"},
	{"pins-locked", "3.3, 13.12", ALL, "none|auth|sign|both", N_("PINs that are locked"), IS_TOLD, NO_ANSWER_TEXT, judge_locked, NULL},
	{"blocked-query", "3.3, 13.1", ALL, "63C0|6983|6984", N_("tries left of a locked PIN"), FINDS_OUT, N_("none of the PINs is locked"), judge_blocked_query, NULL},
	{"signature-without-pin", "3.4", ALL, "refused", N_("signatures without a PIN"), IS_TOLD, NO_ANSWER_TEXT, judge_without_pin, NULL},
	{"check-order", "3.4, 13.6", ALL, "p1-first|pin-first", N_("what the signature command checks first"), FINDS_OUT, NO_ANSWER_TEXT, judge_sw, "signature-unknown"},
	{"other-signatures", "3.4, 13.7", CARDS, "01 02 03 05|none", N_("other forms of the signature command"), NOT_USED, NO_OCCASION, judge_forms, NULL},
	{"signature-limit", "3.4", ALL, "245", N_("the most bytes that are signed"), N_("The module sends up to 245."), NEEDS_PIN, judge_limit, "pin-signature-longest"},
	{"signature-too-long", "3.4", ALL, "6700|6985", N_("answer to one byte more"), FINDS_OUT, NEEDS_PIN, judge_sw, "pin-signature-too-long"},
	{"pss", "3.4, 13.6, 13.7", CARDS, "on", N_("PSS signatures"), NO_PSS, NEEDS_PIN, judge_pss, "signature-pss"},
	{"signature", "3.4", ALL, "right", N_("the signature"), NO_SIGNATURE, NEEDS_PIN, judge_right, "pin-signature"},
	{"pss-signature", "3.4, 13.6", CARDS, "right|6A86", N_("the PSS signature"), NO_PSS, NEEDS_PIN, judge_right, "pin-signature-pss"},
	{"query-after-pin", "3.3", ALL, "63C3", N_("tries left, right after the PIN"), FINDS_OUT, NEEDS_PIN, judge_sw, "pin-query"},
	{"login-after-file", "4", ALL, "kept", N_("login after SELECT of a file"), IS_SAFE, NEEDS_PIN, judge_login, "pin-after-file"},
	{"login-after-select", "4", ALL, "kept", N_("login after SELECT of the same application"), IS_SAFE, NEEDS_PIN, judge_login, "pin-after-jpki"},
	{"login-at-reset", "4, 13.3", ALL, "kept|dropped", N_("login after a reset"), IS_SAFE, NEEDS_PIN, judge_login, "pin-after-reset"},
	{"login-after-leaving", "4", ALL, "dropped", N_("login after SELECT of another application"), IS_SAFE, NEEDS_LOGIN, judge_login, "pin-after-leaving"},
	{"login-after-isd", "4", ALL, "dropped", N_("login after SELECT of the issuer's application"), IS_SAFE, NEEDS_LOGIN, judge_login, "pin-after-isd"},
	{"login-at-power-loss", "4", ALL, "dropped", N_("login after loss of power"), IS_SAFE, NEEDS_LASTING_LOGIN, judge_login, "pin-after-power"},
	{"login-at-disconnect", "4", ALL, NULL, N_("login after a disconnection"), IS_SAFE, NEVER_ASKED, NULL, NULL},
	{"blocked-attempt", "3.3", ALL, NULL, N_("a PIN sent to a locked one"), FINDS_OUT, NEVER_ASKED, NULL, NULL},
	{"malformed-pin", "3.3, 13.2", ALL, NULL, N_("a PIN of the wrong shape"), FINDS_OUT, NEVER_ASKED, NULL, NULL},
	{"failed-verify", "4, 13.4", ALL, NULL, N_("login after a wrong PIN"), FINDS_OUT, NEVER_ASKED, NULL, NULL},
	{"both-logins", "4, 13.5", ALL, NULL, N_("logins with both PINs"), FINDS_OUT, NEVER_ASKED, NULL, NULL},
	{"counter-written", "3.3", ALL, NULL, N_("when a try is written off"), FINDS_OUT, NEVER_ASKED, NULL, NULL},
	{"delay-exchange", "12", ALL, NULL, N_("time of an exchange"), IS_TIME, NO_ANSWER_TEXT, judge_exchange, "select-"},
	{"delay-signature", "12", ALL, NULL, N_("time of a signature"), IS_TIME, NEEDS_PIN, judge_signature_time, NULL},
	{"auth-key", "6.2, 13.21", ALL, KEY_USED, N_("log-in certificate: key"), N_("The module cannot use another kind of key."), NO_CERTIFICATE, judge_key, "auth-certificate-key"},
	{"auth-signed-with", "6.2", CARDS, "sha256WithRSAEncryption", N_("log-in certificate: signed with"), IS_TOLD, NO_CERTIFICATE, judge_made_of, "signature"},
	{"auth-subject", "6.2", CARDS, "C CN", N_("log-in certificate: kinds of names in it"), IS_TOLD, NO_CERTIFICATE, judge_made_of, "subject"},
	{"auth-length", "2.2, 12", ALL, NULL, N_("log-in certificate: reads of 256 bytes"), IS_TIME, NO_CERTIFICATE, judge_made_of, "length"},
	{"auth-key-usage", "6.2", ALL, "digitalSignature", N_("log-in certificate: key usage"), IS_TOLD, NO_CERTIFICATE, judge_made_of, "key-usage"},
	{"auth-extended-key-usage", "6.2, 13.18", ALL, NULL, N_("log-in certificate: extended key usage"), IS_TOLD, NO_CERTIFICATE, judge_made_of, "extended-key-usage"},
	{"auth-policies", "6.2, 13.18", CARDS, "1.2.392.200149.8.5.1.3.30", N_("log-in certificate: policies"), IS_TOLD, NO_CERTIFICATE, judge_made_of, "policies"},
	{"auth-extensions", "6.2, 13.18", ALL, NULL, N_("log-in certificate: extensions"), IS_TOLD, NO_CERTIFICATE, judge_made_of, "extensions"},
	{"ca-extensions", "6.1", CARDS, "2.5.29.15! 2.5.29.17 2.5.29.19! 2.5.29.31 2.5.29.14", N_("authority's certificate: extensions"), IS_TOLD, NO_CERTIFICATE, judge_made_of, "extensions"},
};
/* clang-format on */
const size_t fact_count = sizeof facts / sizeof facts[0];

/* Whether a value is one of those in a list with | between them. */
static bool
is_listed(const char *list, const char *value)
{
	const size_t len = strlen(value);

	for (const char *at = list; at; at = strchr(at, '|') ? strchr(at, '|') + 1 : NULL)
		if (strncmp(at, value, len) == 0 && (at[len] == '|' || at[len] == '\0'))
			return true;
	return false;
}

static bool
is_lost(const struct judging *j)
{
	const struct jpki_probe *p = j->fact->probe ? find(j, j->fact->probe) : NULL;

	return p && p->state == JPKI_PROBE_LOST;
}

/* One that does not say what it is counts as a card. */
static void
find_kind(const struct fact_input *in, char kind[FACT_TEXT])
{
	const struct judging judging = {.in = in, .text = kind};

	if (!judge_kind(&judging))
		(void)say(&judging, "card");
}

const char *
fact_expected(const struct fact *fact, const struct fact_input *in)
{
	char kind[FACT_TEXT];

	find_kind(in, kind);
	return fact_expected_of(fact, kind);
}

enum fact_verdict
fact_judge(const struct fact *fact, const struct fact_input *in, char text[FACT_TEXT])
{
	const struct judging judging = {fact, in, text};
	const struct fact_value *value;
	const char *expected;
	char kind[FACT_TEXT];

	text[0] = '\0';
	if (!fact->judge || !fact->judge(&judging)) {
		text[0] = '\0';
		return is_lost(&judging) ? FACT_LOST : FACT_NOT_TOLD;
	}
	value = fact_value(fact, text);
	if (value && value->verdict != FACT_EXPECTED)
		return value->verdict;
	find_kind(in, kind);
	expected = fact_expected_of(fact, kind);
	if (expected && is_listed(expected, text))
		return FACT_EXPECTED;
	if (!expected || (fact->of_cards && strcmp(kind, "card") != 0))
		return FACT_NEW;
	return FACT_DIFFERS;
}

static bool
is_key_refused(const struct judging *j)
{
	char key[FACT_TEXT] = "";
	const struct judging judging = {.in = j->in, .text = key};

	return judge_key(&judging) && strcmp(key, KEY_USED) != 0;
}

/* What it takes besides the PIN, once that was given. */
static const char *
why_silent_with_pin(const struct judging *j)
{
	static const struct {
		const char *without, *with;
		bool takes_login;
	} rows[] = {{NEEDS_PIN, NO_ANSWER_TEXT, false},
		    {NEEDS_LOGIN, NO_LOGIN_LEFT, true},
		    {NEEDS_LASTING_LOGIN, NO_LASTING_LOGIN, true}};
	const int reset = sw(j, "pin-after-reset");
	const bool is_at_reset = strcmp(j->fact->name, "login-at-reset") == 0;
	const bool takes_alone = is_at_reset || strcmp(j->fact->silent, NEEDS_LASTING_LOGIN) == 0;

	if (takes_alone && !j->in->report->alone)
		return NOT_ALONE;
	if (is_at_reset && sw(j, "pin-reset") == NO_ANSWER)
		return NO_RESET;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (strcmp(rows[i].without, j->fact->silent) == 0)
			return rows[i].takes_login && reset != NO_ANSWER && reset != 0x9000
				       ? RESET_ENDED_IT
				       : rows[i].with;
	return j->fact->silent;
}

/* Why there is no value. What the card gives with the PIN alone is read for its key, if at all. */
static const char *
why_silent(const struct judging *j)
{
	const bool is_inside = j->fact->judge == judge_made_of && !is_of_authority(j->fact);

	if (sw(j, "auth-certificate-read") == 0x6982) {
		if (j->fact->judge == judge_key && sw(j, "pin") == NO_ANSWER)
			return NEEDS_PIN;
		if (is_inside)
			return NOT_LOOKED_AT;
	}
	if (is_inside && is_key_refused(j))
		return KEY_REFUSED;
	return sw(j, "pin") == 0x9000 ? why_silent_with_pin(j) : j->fact->silent;
}

const char *
fact_means(const struct fact *fact, const struct fact_input *in, enum fact_verdict verdict,
	   const char *value)
{
	const struct judging judging = {.fact = fact, .in = in};
	const struct fact_value *known = fact_value(fact, value);

	if (verdict == FACT_LOST)
		return N_("the reader lost the answer: ask once more (jpki-tool report)");
	if (verdict == FACT_NOT_TOLD)
		return why_silent(&judging);
	if (known)
		return known->means;
	return verdict == FACT_EXPECTED ? N_("Nothing to do.") : fact->means;
}
