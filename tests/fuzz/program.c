/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/fuzz/program.h"

#include <stdlib.h>
#include <string.h>

#include "p11/entry.h"
#include "p11/function-list.h"
#include "tests/fuzz/fake-pcsc.h"

#define DATA_MAX 600

static uint8_t
byte(struct program *p)
{
	return input_byte(p->in);
}

/* A length: sensible at 0, mostly near it, sometimes anything. */
static size_t
length(struct program *p, size_t sensible)
{
	uint8_t b = byte(p);

	if (b == 0)
		return sensible;
	if (b < 0x60)
		return sensible + b % 8 > 4 ? sensible + b % 8 - 4 : 0;
	return b < 0xe0 ? b : (size_t)byte(p) * 3;
}

static CK_SLOT_ID
pick_slot(struct program *p)
{
	uint8_t b = byte(p);

	return b == 0 ? p->slot : b < 0xf0 ? b % PROGRAM_SLOTS : input_number(p->in);
}

static struct program_session *
pick_session(struct program *p)
{
	static struct program_session made_up;
	uint8_t b = byte(p);

	if (b == 0)
		return &p->sessions[p->newest];
	if (b < 0xf0)
		return &p->sessions[b % PROGRAM_SESSIONS];
	made_up = (struct program_session){input_number(p->in), PROGRAM_SLOTS};
	return &made_up;
}

static CK_OBJECT_HANDLE
pick_object(struct program *p)
{
	uint8_t b = byte(p);

	return b == 0 ? p->object : b < 0xc0 ? p->object ^ b : input_number(p->in);
}

/* What the slot of a session is to the guard; false if it is none. */
static bool
guarded(const struct program *p, const struct program_session *s, size_t *reader, int *key)
{
	if (s->slot >= PROGRAM_SLOTS || p->reader_of[s->slot] < 0)
		return false;
	*reader = (size_t)p->reader_of[s->slot];
	*key = (int)(s->slot % 2);
	return true;
}

static void
logged_out(const struct program *p, const struct program_session *s)
{
	size_t reader;
	int key;

	if (guarded(p, s, &reader, &key))
		guard_logged_out(reader, key);
}

static void
typed(const struct program *p, const struct program_session *s, const void *pin, size_t len)
{
	size_t reader;
	int key;

	if (pin && guarded(p, s, &reader, &key))
		guard_typed(reader, key, pin, len);
}

static void
list_slots(struct program *p)
{
	CK_ULONG count = length(p, 4), room = count;
	CK_SLOT_ID *list = byte(p) < 0xe0 ? program_room(p, count * sizeof *list) : NULL;

	p->rv = C_GetSlotList(byte(p) < 0x80, list, byte(p) < 0xf0 ? &count : NULL);
	if (p->rv == CKR_OK && list && count > room)
		guard_fail("more slots than there was room for");
}

static void
slot_info(struct program *p)
{
	CK_SLOT_INFO *info = program_room(p, sizeof *info);
	CK_SLOT_ID slot = pick_slot(p);

	p->rv = C_GetSlotInfo(slot, byte(p) < 0xf0 ? info : NULL);
}

static void
token_info(struct program *p)
{
	CK_TOKEN_INFO *info = program_room(p, sizeof *info);
	CK_SLOT_ID slot = pick_slot(p);

	p->rv = C_GetTokenInfo(slot, byte(p) < 0xf0 ? info : NULL);
}

static void
list_mechanisms(struct program *p)
{
	CK_ULONG count = length(p, 10), room = count;
	CK_MECHANISM_TYPE *list = byte(p) < 0xe0 ? program_room(p, count * sizeof *list) : NULL;
	CK_SLOT_ID slot = pick_slot(p);

	p->rv = C_GetMechanismList(slot, list, &count);
	if (p->rv == CKR_OK && list && count > room)
		guard_fail("more mechanisms than there was room for");
}

static const CK_MECHANISM_TYPE mechanisms[] = {
	CKM_RSA_PKCS,	     CKM_SHA1_RSA_PKCS,	      CKM_SHA224_RSA_PKCS, CKM_SHA256_RSA_PKCS,
	CKM_SHA384_RSA_PKCS, CKM_SHA512_RSA_PKCS,     CKM_RSA_PKCS_PSS,	   CKM_SHA256_RSA_PKCS_PSS,
	CKM_RSA_X_509,	     CKM_SHA384_RSA_PKCS_PSS,
};

static CK_MECHANISM_TYPE
pick_mechanism(struct program *p)
{
	uint8_t b = byte(p);

	return b < 0xf0 ? mechanisms[b % (sizeof mechanisms / sizeof mechanisms[0])]
			: input_number(p->in);
}

static void
mechanism_info(struct program *p)
{
	CK_MECHANISM_INFO *info = program_room(p, sizeof *info);
	CK_SLOT_ID slot = pick_slot(p);

	p->rv = C_GetMechanismInfo(slot, pick_mechanism(p), byte(p) < 0xf0 ? info : NULL);
}

/* Which reader a slot is in: its name fills the slot's description. */
static void
learn_reader(struct program *p, CK_SLOT_ID slot)
{
	static const char *const names[GUARD_READERS] = FAKE_READER_NAMES;
	CK_SLOT_INFO info;

	if (slot >= PROGRAM_SLOTS || C_GetSlotInfo(slot, &info) != CKR_OK)
		return;
	for (int i = 0; i < GUARD_READERS; i++) {
		const size_t len = strlen(names[i]);

		if (memcmp(info.slotDescription, names[i], len) == 0 &&
		    info.slotDescription[len] == ' ')
			p->reader_of[slot] = i;
	}
}

static void
open_session(struct program *p)
{
	CK_FLAGS flags = CKF_SERIAL_SESSION | CKF_RW_SESSION;
	CK_SLOT_ID slot = pick_slot(p);
	CK_SESSION_HANDLE handle = 0;
	uint8_t b = byte(p);

	p->rv = C_OpenSession(slot, b == 0 ? flags : b, NULL, NULL, b < 0xf0 ? &handle : NULL);
	if (p->rv == CKR_OK)
		learn_reader(p, slot);
	for (size_t i = 0; i < PROGRAM_SESSIONS && p->rv == CKR_OK; i++)
		if (!p->sessions[i].handle) {
			p->sessions[i] = (struct program_session){handle, slot};
			p->newest = i;
			return;
		}
	if (p->rv == CKR_OK)
		(void)C_CloseSession(handle); /* more than this program keeps */
}

static void
session_info(struct program *p)
{
	CK_SESSION_INFO *info = program_room(p, sizeof *info);

	p->rv = C_GetSessionInfo(pick_session(p)->handle, byte(p) < 0xf0 ? info : NULL);
}

static const CK_ATTRIBUTE_TYPE attributes[] = {
	CKA_CLASS,
	CKA_VALUE,
	CKA_ID,
	CKA_LABEL,
	CKA_SUBJECT,
	CKA_ISSUER,
	CKA_SERIAL_NUMBER,
	CKA_MODULUS,
	CKA_MODULUS_BITS,
	CKA_KEY_TYPE,
	CKA_TOKEN,
	CKA_PRIVATE,
	CKA_SIGN,
	CKA_START_DATE,
	CKA_END_DATE,
	CKA_PUBLIC_EXPONENT,
	CKA_TRUSTED,
	CKA_URL,
	CKA_CHECK_VALUE,
	CKA_ALLOWED_MECHANISMS,
	CKA_ALWAYS_AUTHENTICATE,
	CKA_PUBLIC_KEY_INFO,
	CKA_PRIVATE_EXPONENT,
	CKA_WRAP_TEMPLATE,
	CKA_CERTIFICATE_TYPE,
	CKA_CERTIFICATE_CATEGORY,
	CKA_UNIQUE_ID,
	CKA_PRIME_1,
};

#define ATTRIBUTES (sizeof attributes / sizeof attributes[0])
#define TEMPLATE_MAX 12

static CK_ATTRIBUTE_TYPE
pick_attribute(struct program *p, size_t sensible)
{
	uint8_t b = byte(p);

	if (b == 0)
		return attributes[sensible % ATTRIBUTES];
	return b < 0xf0 ? attributes[b % ATTRIBUTES] : input_number(p->in);
}

/* Sensible is: all keys. */
static CK_ULONG
make_search(struct program *p, CK_ATTRIBUTE *template)
{
	static const CK_OBJECT_CLASS private_key = CKO_PRIVATE_KEY;
	CK_ULONG count = byte(p) % 4;
	uint8_t value[256 * 3];

	if (count == 0) {
		template[0] =
			(CK_ATTRIBUTE){CKA_CLASS, program_copy(p, &private_key, sizeof private_key),
				       sizeof private_key};
		return 1;
	}
	for (CK_ULONG i = 0; i < count; i++) {
		template[i].type = pick_attribute(p, 0);
		template[i].ulValueLen = length(p, sizeof(CK_ULONG));
		input_copy(p->in, value, template[i].ulValueLen);
		template[i].pValue =
			byte(p) < 0xe0 ? program_copy(p, value, template[i].ulValueLen) : NULL;
	}
	return count;
}

static void
find(struct program *p)
{
	CK_ATTRIBUTE template[4];
	CK_SESSION_HANDLE session = pick_session(p)->handle;
	CK_ULONG count = byte(p) < 0xf0 ? make_search(p, template) : 0, max, found = 0;
	CK_OBJECT_HANDLE *objects;

	p->rv = C_FindObjectsInit(session, byte(p) < 0xf8 ? template : NULL, count);
	max = length(p, 4);
	objects = program_room(p, max * sizeof *objects);
	if (byte(p) < 0xf8 && C_FindObjects(session, objects, max, &found) == CKR_OK) {
		if (found > max)
			guard_fail("more objects than there was room for");
		if (found > 0)
			p->object = objects[byte(p) % found];
	}
	if (byte(p) < 0xc0)
		(void)C_FindObjectsFinal(session);
}

static void
read_attributes(struct program *p)
{
	CK_ATTRIBUTE template[TEMPLATE_MAX];
	CK_ULONG rooms[TEMPLATE_MAX], count = byte(p) % (TEMPLATE_MAX + 1);
	CK_SESSION_HANDLE session = pick_session(p)->handle;
	CK_OBJECT_HANDLE object = pick_object(p);

	count = count ? count : 10;
	for (CK_ULONG i = 0; i < count; i++) {
		template[i].type = pick_attribute(p, i);
		template[i].ulValueLen = rooms[i] = length(p, 256);
		template[i].pValue = byte(p) < 0xc0 ? program_room(p, rooms[i]) : NULL;
	}
	p->rv = C_GetAttributeValue(session, object, byte(p) < 0xf8 ? template : NULL, count);
	for (CK_ULONG i = 0; i < count && p->rv == CKR_OK; i++)
		if (template[i].pValue && template[i].ulValueLen > rooms[i])
			guard_fail("an attribute longer than there was room for");
}

static const char *const pins[] = {
	"1234",
	"ABC123",
	"abc123",
	"\xef\xbc\x91\xef\xbc\x92\xef\xbc\x93\xef\xbc\x94",
	"0000",
	"ZZZZZ9",
	"",
	"12345678901234567890",
	"AAAA\xef\xbd\x81\x31",
};

/* Sensible is the right one. */
static void *
pick_pin(struct program *p, const struct program_session *s, CK_ULONG *len)
{
	uint8_t b = byte(p), any[255];
	const char *pin = pins[b == 0 ? s->slot % 2 : b % (sizeof pins / sizeof pins[0])];

	if (b >= 0xf8)
		return *len = b, NULL;
	if (b < 0xc0)
		return *len = strlen(pin), program_copy(p, pin, *len);
	*len = length(p, 6) % sizeof any;
	input_copy(p->in, any, *len);
	return program_copy(p, any, *len);
}

static void
login(struct program *p)
{
	struct program_session *s = pick_session(p);
	CK_ULONG len;
	void *pin = pick_pin(p, s, &len);

	typed(p, s, pin, len);
	p->rv = C_Login(s->handle, CKU_USER, pin, len);
	if (p->rv != CKR_OK && p->rv != CKR_USER_ALREADY_LOGGED_IN &&
	    p->rv != CKR_SESSION_HANDLE_INVALID && p->rv != CKR_ARGUMENTS_BAD &&
	    p->rv != CKR_PIN_LEN_RANGE)
		logged_out(p, s); /* was not logged in, and is not now */
}

static void
confirm(struct program *p)
{
	struct program_session *s = pick_session(p);
	CK_ULONG len;
	void *pin = pick_pin(p, s, &len);
	uint8_t user = byte(p);

	typed(p, s, pin, len);
	p->rv = C_Login(s->handle, user == 0 ? CKU_CONTEXT_SPECIFIC : user, pin, len);
}

static void *
make_parameter(struct program *p, CK_MECHANISM_TYPE type, CK_ULONG *len)
{
	CK_RSA_PKCS_PSS_PARAMS pss = {CKM_SHA256, 2 /* MGF1 with SHA-256 */, 32};
	uint8_t b = byte(p), any[255];
	bool wants = type == CKM_RSA_PKCS_PSS || type == CKM_SHA256_RSA_PKCS_PSS;

	*len = wants ? sizeof pss : 0;
	if (b < 0x80)
		return wants ? program_copy(p, &pss, sizeof pss) : NULL;
	*len = b < 0xa0 ? sizeof pss : length(p, sizeof pss) % sizeof any;
	if (b >= 0xf0)
		return NULL;
	input_copy(p->in, any, *len);
	return program_copy(p, any, *len);
}

static void
sign_init(struct program *p)
{
	CK_SESSION_HANDLE session = pick_session(p)->handle;
	CK_OBJECT_HANDLE key = pick_object(p);
	CK_MECHANISM mechanism = {.mechanism = pick_mechanism(p)};

	mechanism.pParameter = make_parameter(p, mechanism.mechanism, &mechanism.ulParameterLen);
	p->rv = C_SignInit(session, byte(p) < 0xf0 ? &mechanism : NULL, key);
}

static void *
make_data(struct program *p, CK_ULONG *len)
{
	uint8_t data[256 * 3] = {0}, b = byte(p);

	*len = length(p, 32);
	input_copy(p->in, data, *len < 4 ? *len : 4);
	return b < 0xf0 ? program_copy(p, data, *len) : NULL;
}

static void
sign_update(struct program *p)
{
	CK_SESSION_HANDLE session = pick_session(p)->handle;
	CK_ULONG len;
	void *data = make_data(p, &len);

	p->rv = C_SignUpdate(session, data, len);
}

static void
check_signature(const struct program *p, const void *signature, CK_ULONG room, CK_ULONG len)
{
	if (p->rv == CKR_OK && len != 256)
		guard_fail("a signature of another size");
	if (p->rv == CKR_OK && signature && len > room)
		guard_fail("a signature longer than there was room for");
}

static void
sign(struct program *p)
{
	CK_SESSION_HANDLE session = pick_session(p)->handle;
	CK_ULONG data_len, room = length(p, 256), len = room;
	void *data = make_data(p, &data_len);
	void *signature = byte(p) < 0xe0 ? program_room(p, room) : NULL;
	uint8_t b = byte(p);

	p->rv = C_Sign(session, data, data_len, signature, b < 0xf8 ? &len : NULL);
	if (b < 0xf8)
		check_signature(p, signature, room, len);
}

static void
sign_final(struct program *p)
{
	CK_SESSION_HANDLE session = pick_session(p)->handle;
	CK_ULONG room = length(p, 256), len = room;
	void *signature = byte(p) < 0xe0 ? program_room(p, room) : NULL;
	uint8_t b = byte(p);

	p->rv = C_SignFinal(session, signature, b < 0xf8 ? &len : NULL);
	if (b < 0xf8)
		check_signature(p, signature, room, len);
}

static void
set_pin(struct program *p)
{
	struct program_session *s = pick_session(p);
	CK_ULONG old_len, new_len;
	void *old_pin = pick_pin(p, s, &old_len), *new_pin = pick_pin(p, s, &new_len);

	typed(p, s, old_pin, old_len);
	typed(p, s, new_pin, new_len);
	p->rv = C_SetPIN(s->handle, old_pin, old_len, new_pin, new_len);
}

static void
logout(struct program *p)
{
	struct program_session *s = pick_session(p);

	p->rv = C_Logout(s->handle);
	if (p->rv == CKR_OK)
		logged_out(p, s);
}

static void
cancel(struct program *p)
{
	CK_SESSION_HANDLE session = pick_session(p)->handle;

	p->rv = C_SessionCancel(session, byte(p) ? input_number(p->in) : CKF_SIGN);
}

/* With the last session on a token, its login ends (PKCS#11 2.40 5.6). */
static void
close_session(struct program *p)
{
	struct program_session *s = pick_session(p), closed = *s;

	p->rv = C_CloseSession(s->handle);
	if (p->rv != CKR_OK && p->rv != CKR_SESSION_HANDLE_INVALID)
		return;
	*s = (struct program_session){0};
	for (size_t i = 0; i < PROGRAM_SESSIONS; i++)
		if (p->sessions[i].handle && p->sessions[i].slot == closed.slot)
			return;
	if (p->rv == CKR_OK)
		logged_out(p, &closed);
}

static void
close_all(struct program *p)
{
	struct program_session all = {.slot = pick_slot(p)};

	p->rv = C_CloseAllSessions(all.slot);
	if (p->rv != CKR_OK)
		return;
	logged_out(p, &all);
	for (size_t i = 0; i < PROGRAM_SESSIONS; i++)
		if (p->sessions[i].slot == all.slot)
			p->sessions[i] = (struct program_session){0};
}

static void
wait_event(struct program *p)
{
	CK_SLOT_ID slot;

	/* The other form waits for what only another thread could do. */
	p->rv = C_WaitForSlotEvent(CKF_DONT_BLOCK, byte(p) < 0xf0 ? &slot : NULL, NULL);
}

/* Without a PIN: no try, no signature (see program_call). */
static CK_RV
probe_card(struct program *p, CK_SLOT_ID slot)
{
	struct jpki_probe_report *report = program_room(p, sizeof *report);

	report->size = sizeof *report;
	return jpki_probe_card(slot, report);
}

static void
slot_status(struct program *p)
{
	struct jpki_slot_status *status = program_room(p, sizeof *status);
	struct jpki_reader_list *readers = program_room(p, sizeof *readers);
	struct jpki_asking *asking = program_room(p, sizeof *asking);
	CK_SLOT_ID slot = pick_slot(p);
	uint8_t which;

	status->size = length(p, sizeof *status);
	readers->size = status->size == sizeof *status ? sizeof *readers : status->size;
	(void)jpki_get_readers(readers);
	asking->size = status->size == sizeof *status ? sizeof *asking : status->size;
	(void)jpki_get_asking(asking);
	which = byte(p);
	p->rv = jpki_get_slot_status(slot, which < 0xf0 ? status : NULL);
	if (which >= 0xc0)
		p->rv = probe_card(p, slot);
}

static void
interfaces(struct program *p)
{
	static const char *const names[] = {"PKCS 11", JPKI_INTERFACE_NAME, "", "Vendor"};
	CK_VERSION version = {byte(p), byte(p)};
	CK_ULONG count = length(p, 3), room = count;
	CK_INTERFACE *list = program_room(p, count * sizeof *list), *one;
	const char *name = names[byte(p) % 4];
	CK_INFO *info = program_room(p, sizeof *info);

	p->rv = C_GetInterfaceList(byte(p) < 0xe0 ? list : NULL, &count);
	if (p->rv == CKR_OK && count > room && room > 0)
		room = count; /* asked for the count alone */
	(void)C_GetInterface(byte(p) < 0xe0 ? program_copy(p, name, strlen(name) + 1) : NULL,
			     version.major ? &version : NULL, byte(p) < 0xf0 ? &one : NULL,
			     byte(p));
	(void)C_GetInfo(byte(p) < 0xf0 ? info : NULL);
}

static void
unsupported(struct program *p)
{
	CK_SESSION_HANDLE session = pick_session(p)->handle;
	CK_MECHANISM mechanism = {.mechanism = pick_mechanism(p)};
	CK_ULONG len = 16;
	CK_BYTE *room = program_room(p, len);
	CK_OBJECT_HANDLE object = pick_object(p);

	p->rv = C_DigestInit(session, &mechanism);
	(void)C_VerifyInit(session, &mechanism, object);
	(void)C_DecryptInit(session, &mechanism, object);
	(void)C_Decrypt(session, room, len, room, &len);
	(void)C_SignRecoverInit(session, &mechanism, object);
	(void)C_GetOperationState(session, room, &len);
	(void)C_GenerateRandom(session, room, 16);
	(void)C_DestroyObject(session, object);
	(void)C_InitPIN(session, room, 4);
	(void)C_GetObjectSize(session, object, &len);
}

static void
forget_all(struct program *p)
{
	for (CK_SLOT_ID slot = 0; slot < PROGRAM_SLOTS; slot++)
		logged_out(p, &(struct program_session){.slot = slot});
	memset(p->sessions, 0, sizeof p->sessions);
	memset(p->reader_of, -1, sizeof p->reader_of);
}

static void
restart(struct program *p)
{
	CK_C_INITIALIZE_ARGS arguments = {.flags = CKF_OS_LOCKING_OK};

	if (C_Finalize(NULL) != CKR_OK)
		guard_fail("C_Finalize failed");
	forget_all(p);
	p->rv = C_Initialize(&arguments);
}

static void (*const calls[PROGRAM_CALLS])(struct program *p) = {
	[PROGRAM_LIST_SLOTS] = list_slots,
	[PROGRAM_SLOT_INFO] = slot_info,
	[PROGRAM_TOKEN_INFO] = token_info,
	[PROGRAM_LIST_MECHANISMS] = list_mechanisms,
	[PROGRAM_MECHANISM_INFO] = mechanism_info,
	[PROGRAM_OPEN] = open_session,
	[PROGRAM_SESSION_INFO] = session_info,
	[PROGRAM_FIND] = find,
	[PROGRAM_ATTRIBUTES] = read_attributes,
	[PROGRAM_LOGIN] = login,
	[PROGRAM_SIGN_INIT] = sign_init,
	[PROGRAM_CONFIRM] = confirm,
	[PROGRAM_SIGN_UPDATE] = sign_update,
	[PROGRAM_SIGN] = sign,
	[PROGRAM_SIGN_FINAL] = sign_final,
	[PROGRAM_SET_PIN] = set_pin,
	[PROGRAM_LOGOUT] = logout,
	[PROGRAM_CANCEL] = cancel,
	[PROGRAM_CLOSE] = close_session,
	[PROGRAM_CLOSE_ALL] = close_all,
	[PROGRAM_EVENT] = wait_event,
	[PROGRAM_STATUS] = slot_status,
	[PROGRAM_INTERFACE] = interfaces,
	[PROGRAM_UNSUPPORTED] = unsupported,
	[PROGRAM_RESTART] = restart,
};

static bool
spends_tries(enum program_call call)
{
	return call == PROGRAM_LOGIN || call == PROGRAM_CONFIRM || call == PROGRAM_SET_PIN;
}

void
program_call(struct program *p, enum program_call call)
{
	const unsigned int signatures = fake_pcsc_signatures(), tries = fake_pcsc_tries_spent();
	unsigned int made, spent;

	guard_call();
	calls[call](p);
	guard_call();
	program_take_back(p);
	made = fake_pcsc_signatures() - signatures;
	spent = fake_pcsc_tries_spent() - tries;
	if (!p->card_tells_truth)
		return;
	if (made > (call == PROGRAM_SIGN || call == PROGRAM_SIGN_FINAL))
		guard_fail("a signature that the program did not ask for");
	if (spent > spends_tries(call))
		guard_fail("a try spent on no PIN that was just typed");
}

static void
set(const char *variable, const char *value)
{
	if (value)
		(void)setenv(variable, value, 1);
	else
		(void)unsetenv(variable);
}

void
program_start(struct program *p, struct input *in, uint8_t settings, bool card_tells_truth)
{
	*p = (struct program){.in = in, .card_tells_truth = card_tells_truth};
	memset(p->reader_of, -1, sizeof p->reader_of);
	set("XDG_CONFIG_HOME", "/nonexistent");
	set("JPKI_PKCS11_LOG_FILE", getenv("FUZZ_LOG") ? getenv("FUZZ_LOG") : "/dev/null");
	set("JPKI_PKCS11_LOG_LEVEL", "debug");
	set("JPKI_PKCS11_READER", "*");
	set("JPKI_PKCS11_PSS", settings & 1 ? "on" : "auto");
	set("JPKI_PKCS11_ASK_PIN_EACH_SIGNATURE", settings & 2 ? "yes" : "no");
	set("JPKI_PKCS11_HIDE_CA_CERTIFICATES", settings & 4 ? "yes" : "no");
	set("JPKI_PKCS11_TOKEN_LABELS", settings & 8 ? "japanese" : "english");
	if (C_Initialize(NULL) != CKR_OK)
		guard_fail("C_Initialize failed");
}

void
program_end(struct program *p)
{
	guard_call();
	if (C_Finalize(NULL) != CKR_OK)
		guard_fail("C_Finalize failed");
	program_take_back(p);
}
