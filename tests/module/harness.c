/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/module/harness.h"

#include <ctype.h>
#include <dlfcn.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <winscard.h>

#include <cmocka.h>

#include "sim/control/client.h"

#define ARGUMENTS_MAX 64

static struct control_client *sim;

const char *
harness_path(const char *file)
{
	static char path[4096];
	const char *top = getenv("JPKI_BUILD");

	(void)snprintf(path, sizeof path, "%s/%s", top ? top : ".", file);
	return path;
}

void
harness_setting(const char *name, const char *value)
{
	char variable[64];
	int n = snprintf(variable, sizeof variable, "JPKI_PKCS11_%s", name);

	for (int i = 0; i < n; i++)
		variable[i] = variable[i] == '-' ? '_' : (char)toupper(variable[i]);
	(void)(value ? setenv(variable, value, 1) : unsetenv(variable));
}

static void
no_settings(void)
{
	static const char *const settings[] = {
		"token-labels",
		"ask-pin",
		"ask-pin-agent-keep",
		"ask-pin-agent-not-for",
		"ask-pin-each-signature",
		"hide-ca-certificates",
		"pss",
		"reader",
		"log-level",
		"log-file",
	};

	for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
		harness_setting(settings[i], NULL);
	harness_setting("system-conf", "");
}

/* A file in the folder of this test. */
static const char *
own_file(char path[4096], const char *name)
{
	(void)snprintf(path, 4096, "%s/%s", getenv("XDG_CONFIG_HOME"), name);
	return path;
}

const char *
harness_config_path(void)
{
	static char path[4096];

	return own_file(path, "jpki-pkcs11.conf");
}

static const char *
log_path(void)
{
	static char path[4096];

	return own_file(path, "log");
}

/* Everything the module reads is the test's own: no settings of whoever runs it, or of the machine.
 */
static void
own_environment(const char *folder)
{
	no_settings();
	(void)setenv("XDG_CONFIG_HOME", folder, 1);
}

static void
connect_to_simulator(void)
{
	char *error = NULL;

	sim = control_client_open(NULL, &error);
	if (!sim) {
		(void)fprintf(stderr, "no simulator: %s\n", error ? error : "?");
		exit(99);
	}
}

/* A program's own functions come before the C library's, also for the module. */
static atomic_long slept_seconds, passed_seconds;
static atomic_bool stopped;
static struct timespec stopped_at;
bool (*harness_has_slept)(void);

__attribute__((visibility("default"))) int
clock_gettime(clockid_t clock, struct timespec *now)
{
	static int (*real)(clockid_t, struct timespec *);
	int failed;

	if (!real)
		*(void **)(void *)&real = dlsym(RTLD_NEXT, "clock_gettime");
	failed = real(clock, now);
	if (clock == CLOCK_BOOTTIME && atomic_load(&stopped))
		*now = stopped_at;
	if (clock == CLOCK_BOOTTIME && harness_has_slept && harness_has_slept()) {
		harness_has_slept = NULL;
		harness_sleep();
	}
	if (clock == CLOCK_BOOTTIME)
		now->tv_sec += atomic_load(&slept_seconds);
	if (clock == CLOCK_BOOTTIME || clock == CLOCK_MONOTONIC)
		now->tv_sec += atomic_load(&passed_seconds);
	return failed;
}

void
harness_sleep(void)
{
	(void)atomic_fetch_add(&slept_seconds, 3600);
}

void
harness_pass_hour(void)
{
	(void)atomic_fetch_add(&passed_seconds, 3600);
}

void
harness_stop_clock(void)
{
	atomic_store(&stopped, false);
	atomic_store(&slept_seconds, 0);
	(void)clock_gettime(CLOCK_BOOTTIME, &stopped_at);
	atomic_store(&stopped, true);
}

void
harness_move_clock(long milliseconds)
{
	stopped_at.tv_sec += milliseconds / 1000;
	stopped_at.tv_nsec += milliseconds % 1000 * 1000000;
	if (stopped_at.tv_nsec >= 1000000000) {
		stopped_at.tv_nsec -= 1000000000;
		stopped_at.tv_sec++;
	}
}

bool
harness_fault_struck(void)
{
	json_t *reply = harness_sim_ask("fault", NULL);
	json_t *order = json_array_get(json_object_get(reply, "faults"), 0);
	bool struck = json_integer_value(json_object_get(order, "struck")) > 0;

	json_decref(reply);
	return struck;
}

void
harness_start(int argc, char *argv[], ...)
{
	static char folder[] = "/tmp/jpki-test-XXXXXX";
	const char *arguments[ARGUMENTS_MAX];
	char program[4096];
	const char *word;
	int n = 0;
	va_list words;

	if (getenv("JPKI_CARD_SIM_CONTROL")) {
		connect_to_simulator();
		return;
	}
	if (!mkdtemp(folder) || !realpath(argv[0], program))
		exit(99);
	own_environment(folder);
	/* A shell, to take the folder away behind the simulator. */
	arguments[n++] = "sh";
	arguments[n++] = "-c";
	arguments[n++] = "state=$1; cards=$2; sim=$3; shift 3; trap 'rm -rf \"$state\"' EXIT; "
			 "test ! -d \"$cards\" || cp -R \"$cards/.\" \"$state\" || exit 99; "
			 "\"$sim\" run --state \"$state\" \"$@\"";
	arguments[n++] = "sh";
	arguments[n++] = folder;
	/* Made once for all tests (tests/module/local.mk): making keys takes time. */
	arguments[n++] = strdup(harness_path("tests/cards"));
	arguments[n++] = strdup(harness_path("src/sim/jpki-card-sim"));
	va_start(words, argv);
	while ((word = va_arg(words, const char *)) && n < ARGUMENTS_MAX - 8)
		arguments[n++] = word;
	va_end(words);
	arguments[n++] = "--";
	arguments[n++] = program;
	for (int i = 1; i < argc && n < ARGUMENTS_MAX - 1; i++)
		arguments[n++] = argv[i];
	arguments[n] = NULL;
	(void)execvp("sh", (char *const *)(void *)arguments);
	exit(99);
}

void *
harness_symbol(const char *name, const char *symbol)
{
	char path[4096], file[256];
	void *library, *function;

	(void)snprintf(file, sizeof file, ".libs/%s.so", name);
	(void)snprintf(path, sizeof path, "%s", harness_path(file));
	library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!library)
		fail_msg("%s", dlerror());
	function = dlsym(library, symbol);
	if (!function)
		fail_msg("%s", dlerror());
	return function;
}

CK_FUNCTION_LIST *
harness_module(const char *name)
{
	CK_C_GetFunctionList get;
	CK_FUNCTION_LIST *list = NULL;

	*(void **)(void *)&get = harness_symbol(name, "C_GetFunctionList");
	assert_int_equal(get(&list), CKR_OK);
	assert_non_null(list);
	return list;
}

json_t *
harness_sim_words(int count, char *const words[])
{
	char *error = NULL;
	json_t *reply = control_client_ask_words(sim, &error, count, words);

	if (!reply)
		fail_msg("simulator: %s: %s", words[0], error ? error : "?");
	return reply;
}

static json_t *
ask(const char *word, va_list more)
{
	char *words[ARGUMENTS_MAX];
	int n = 0;

	while (word && n < ARGUMENTS_MAX) {
		words[n++] = (char *)(uintptr_t)word;
		word = va_arg(more, const char *);
	}
	return harness_sim_words(n, words);
}

json_t *
harness_sim_ask(const char *word, ...)
{
	va_list more;
	json_t *reply;

	va_start(more, word);
	reply = ask(word, more);
	va_end(more);
	return reply;
}

void
harness_sim(const char *word, ...)
{
	va_list more;

	va_start(more, word);
	json_decref(ask(word, more));
	va_end(more);
}

unsigned long
harness_exchanges(void)
{
	json_t *reply = harness_sim_ask("count", NULL);
	unsigned long total = (unsigned long)json_integer_value(json_object_get(reply, "total"));

	json_decref(reply);
	return total;
}

unsigned long
harness_verifies(void)
{
	json_t *reply = harness_sim_ask("count", NULL), *value;
	unsigned long total = 0;
	const char *name;

	json_object_foreach(json_object_get(reply, "by_name"), name,
			    value) if (strncmp(name, "VERIFY", 6) == 0) total +=
		(unsigned long)json_integer_value(value);
	json_decref(reply);
	return total;
}

/* The first reader with a card, as the simulator describes its PIN. */
static json_t *
describe_pin(json_t *status, const char *pin)
{
	json_t *readers = json_object_get(status, "readers"), *reader;
	size_t i;

	json_array_foreach(
		readers, i,
		reader) if (json_object_get(reader,
					    "pins")) return json_object_get(json_object_get(reader,
											    "pins"),
									    pin);
	fail_msg("no card in any reader");
	return NULL;
}

unsigned int
harness_tries(const char *pin)
{
	json_t *status = harness_sim_ask("status", NULL);
	json_t *tries = json_object_get(describe_pin(status, pin), "tries");
	unsigned int n;

	assert_true(json_is_integer(tries));
	n = (unsigned int)json_integer_value(tries);
	json_decref(status);
	return n;
}

bool
harness_is_open(const char *pin)
{
	json_t *status = harness_sim_ask("status", NULL);
	json_t *open = json_object_get(describe_pin(status, pin), "open");
	bool is;

	assert_true(json_is_boolean(open));
	is = json_is_true(open);
	json_decref(status);
	return is;
}

static bool
has_pins(const char *card)
{
	return strcmp(card, "foreign") != 0;
}

void
harness_card(const char *card)
{
	harness_sim("swap", card, NULL);
	if (!has_pins(card))
		return;
	harness_sim("tries", card, "auth", "3", NULL);
	harness_sim("tries", card, "sign", "5", NULL);
}

void
harness_reset(void)
{
	no_settings();
	harness_configure(NULL);
	atomic_store(&passed_seconds, 0);
	(void)unlink(log_path());
	harness_sim("clear", NULL);
	harness_sim("service", "start", NULL);
	harness_sim("plug", NULL);
	harness_card("adult");
}

void
harness_configure(const char *text)
{
	const char *path = harness_config_path();
	FILE *file;

	if (!text) {
		(void)unlink(path);
		return;
	}
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

void
harness_log(const char *level)
{
	(void)unlink(log_path());
	harness_setting("log-file", log_path());
	harness_setting("log-level", level);
}

char *
harness_log_text(size_t *len)
{
	FILE *file = fopen(log_path(), "r");
	char *text = calloc(1, 1 << 20);

	assert_non_null(text);
	*len = file ? fread(text, 1, (1 << 20) - 1, file) : 0;
	if (file)
		(void)fclose(file);
	return text;
}

bool
harness_log_has_pin(const char *line)
{
	return strstr(line, "> 00 20 00 ") && !strstr(line, ", 0 bytes; ");
}

unsigned int
harness_log_count(const char *what)
{
	size_t len;
	char *text = harness_log_text(&len), *p = text;
	unsigned int n = 0;

	while ((p = strstr(p, what))) {
		n++;
		p += strlen(what);
	}
	free(text);
	return n;
}

X509 *
harness_certificate(const char *card, const char *which)
{
	char command[4096 + 64];
	FILE *pipe;
	X509 *x;

	(void)snprintf(command, sizeof command, "'%s' certificate %s %s",
		       harness_path("src/sim/jpki-card-sim"), card, which);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	x = PEM_read_X509(pipe, NULL, NULL, NULL);
	assert_int_equal(pclose(pipe), 0);
	assert_non_null(x);
	return x;
}

/* The names of all readers follow each other, each with its NUL: the first one is meant. */
static void
connect_card(SCARDCONTEXT *context, SCARDHANDLE *card)
{
	char readers[1024];
	DWORD len = sizeof readers, protocol;

	assert_int_equal(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, context), 0);
	assert_int_equal(SCardListReaders(*context, NULL, readers, &len), 0);
	assert_int_equal(SCardConnect(*context, readers, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1,
				      card, &protocol),
			 0);
	assert_int_equal(SCardBeginTransaction(*card), 0);
}

static unsigned int
transmit_hex(SCARDHANDLE card, const char *hex)
{
	uint8_t command[261], answer[258];
	DWORD len = 0, answer_len = sizeof answer;
	unsigned int byte;

	while (*hex) {
		assert_int_equal(sscanf(hex, "%2x", &byte), 1);
		assert_true(len < sizeof command);
		command[len++] = (uint8_t)byte;
		hex += 2;
	}
	assert_int_equal(SCardTransmit(card, SCARD_PCI_T1, command, len, NULL, answer, &answer_len),
			 0);
	assert_true(answer_len >= 2);
	return (unsigned int)answer[answer_len - 2] << 8 | answer[answer_len - 1];
}

unsigned int
harness_other_program(const char *command, ...)
{
	SCARDCONTEXT context;
	SCARDHANDLE card;
	unsigned int sw = 0;
	va_list more;

	connect_card(&context, &card);
	va_start(more, command);
	for (; command; command = va_arg(more, const char *))
		sw = transmit_hex(card, command);
	va_end(more);
	assert_int_equal(SCardEndTransaction(card, SCARD_LEAVE_CARD), 0);
	assert_int_equal(SCardDisconnect(card, SCARD_LEAVE_CARD), 0);
	assert_int_equal(SCardReleaseContext(context), 0);
	return sw;
}

void
p11_start(CK_FUNCTION_LIST *f)
{
	assert_int_equal(f->C_Initialize(NULL), CKR_OK);
}

void
p11_stop(CK_FUNCTION_LIST *f)
{
	assert_int_equal(f->C_Finalize(NULL), CKR_OK);
}

CK_SESSION_HANDLE
p11_open(CK_FUNCTION_LIST *f, CK_SLOT_ID slot)
{
	CK_SESSION_HANDLE session = 0;

	assert_int_equal(
		f->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session),
		CKR_OK);
	return session;
}

CK_RV
p11_login(CK_FUNCTION_LIST *f, CK_SESSION_HANDLE session, const char *pin)
{
	CK_UTF8CHAR copy[256];
	size_t len = strlen(pin);

	assert_true(len <= sizeof copy);
	memcpy(copy, pin, len);
	return f->C_Login(session, CKU_USER, copy, len);
}

CK_RV
p11_login_by_agent(CK_FUNCTION_LIST *f, CK_SESSION_HANDLE session)
{
	return f->C_Login(session, CKU_USER, NULL, 0);
}

CK_ULONG
p11_find(CK_FUNCTION_LIST *f, CK_SESSION_HANDLE session, CK_OBJECT_CLASS class,
	 CK_OBJECT_HANDLE *handle)
{
	CK_ATTRIBUTE template = {CKA_CLASS, &class, sizeof class};
	CK_OBJECT_HANDLE found[16];
	CK_ULONG count = 0;

	assert_int_equal(f->C_FindObjectsInit(session, &template, 1), CKR_OK);
	assert_int_equal(f->C_FindObjects(session, found, 16, &count), CKR_OK);
	assert_int_equal(f->C_FindObjectsFinal(session), CKR_OK);
	if (handle)
		*handle = count > 0 ? found[0] : CK_INVALID_HANDLE;
	return count;
}

CK_ULONG
p11_search(CK_FUNCTION_LIST *f, CK_SESSION_HANDLE session, CK_ATTRIBUTE *template, CK_ULONG count,
	   CK_OBJECT_HANDLE found[16])
{
	CK_ULONG n = 0;

	assert_int_equal(f->C_FindObjectsInit(session, template, count), CKR_OK);
	assert_int_equal(f->C_FindObjects(session, found, 16, &n), CKR_OK);
	assert_int_equal(f->C_FindObjectsFinal(session), CKR_OK);
	return n;
}

CK_FLAGS
p11_token_flags(CK_FUNCTION_LIST *f, CK_SLOT_ID slot)
{
	CK_TOKEN_INFO info;

	assert_int_equal(f->C_GetTokenInfo(slot, &info), CKR_OK);
	return info.flags;
}

bool
p11_has_token(CK_FUNCTION_LIST *f, CK_SLOT_ID slot)
{
	CK_SLOT_INFO info;

	assert_int_equal(f->C_GetSlotInfo(slot, &info), CKR_OK);
	return info.flags & CKF_TOKEN_PRESENT;
}

const struct jpki_functions *
p11_own_functions(const char *module)
{
	CK_UTF8CHAR name[] = JPKI_INTERFACE_NAME;
	CK_INTERFACE *interface;
	CK_C_GetInterface get;

	*(void **)(void *)&get = harness_symbol(module, "C_GetInterface");
	assert_int_equal(get(name, NULL, &interface, 0), CKR_OK);
	return interface->pFunctionList;
}

void
p11_slot_status(const char *module, CK_SLOT_ID slot, struct jpki_slot_status *status)
{
	*status = (struct jpki_slot_status){.size = sizeof *status};
	assert_int_equal(p11_own_functions(module)->get_slot_status(slot, status), CKR_OK);
}

void
p11_readers(const char *module, struct jpki_reader_list *list)
{
	*list = (struct jpki_reader_list){.size = sizeof *list};
	assert_int_equal(p11_own_functions(module)->get_readers(list), CKR_OK);
}

void
p11_asking(const char *module, struct jpki_asking *asking)
{
	*asking = (struct jpki_asking){.size = sizeof *asking};
	assert_int_equal(p11_own_functions(module)->get_asking(asking), CKR_OK);
}

uint8_t *
p11_get(CK_FUNCTION_LIST *f, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
	CK_ATTRIBUTE_TYPE type, CK_ULONG *len)
{
	CK_ATTRIBUTE a = {type, NULL, 0};

	if (f->C_GetAttributeValue(session, object, &a, 1) != CKR_OK)
		return NULL;
	a.pValue = calloc(1, a.ulValueLen + 1);
	assert_non_null(a.pValue);
	assert_int_equal(f->C_GetAttributeValue(session, object, &a, 1), CKR_OK);
	*len = a.ulValueLen;
	return a.pValue;
}

CK_RV
p11_sign(CK_FUNCTION_LIST *f, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key,
	 CK_MECHANISM *mechanism, const void *data, size_t len, uint8_t signature[256])
{
	CK_ULONG signature_len = 256;
	CK_RV rv = f->C_SignInit(session, mechanism, key);

	if (rv == CKR_OK)
		rv = f->C_Sign(session, (CK_BYTE *)(uintptr_t)data, len, signature, &signature_len);
	if (rv == CKR_OK)
		assert_int_equal(signature_len, 256);
	return rv;
}

CK_RV
p11_sign_any(CK_FUNCTION_LIST *f, CK_SESSION_HANDLE session)
{
	CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
	CK_OBJECT_HANDLE key;
	uint8_t signature[256];

	assert_int_equal(p11_find(f, session, CKO_PRIVATE_KEY, &key), 1);
	return p11_sign(f, session, key, &mechanism, "x", 1, signature);
}

EVP_PKEY *
p11_public_key(CK_FUNCTION_LIST *f, CK_SESSION_HANDLE session)
{
	CK_OBJECT_HANDLE certificate;
	CK_ULONG len = 0;
	uint8_t *der;
	const uint8_t *p;
	EVP_PKEY *key;
	X509 *x;

	assert_true(p11_find(f, session, CKO_CERTIFICATE, &certificate) > 0);
	p = der = p11_get(f, session, certificate, CKA_VALUE, &len);
	assert_non_null(der);
	x = d2i_X509(NULL, &p, (long)len);
	assert_non_null(x);
	key = X509_get_pubkey(x);
	assert_non_null(key);
	X509_free(x);
	free(der);
	return key;
}

/* Recovers what was signed: RSA with v1.5 padding around the data itself. */
static bool
verify_as_given(EVP_PKEY *key, const void *data, size_t len, const uint8_t signature[256])
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(key, NULL);
	uint8_t out[256];
	size_t out_len = sizeof out;
	bool ok = EVP_PKEY_verify_recover_init(c) == 1 &&
		  EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_PADDING) == 1 &&
		  EVP_PKEY_verify_recover(c, out, &out_len, signature, 256) == 1 &&
		  out_len == len && memcmp(out, data, len) == 0;

	EVP_PKEY_CTX_free(c);
	return ok;
}

bool
verify_v15(EVP_PKEY *key, const char *digest, const void *data, size_t len,
	   const uint8_t signature[256])
{
	EVP_MD_CTX *c;
	bool ok;

	if (!digest)
		return verify_as_given(key, data, len, signature);
	c = EVP_MD_CTX_new();
	ok = EVP_DigestVerifyInit(c, NULL, EVP_get_digestbyname(digest), NULL, key) == 1 &&
	     EVP_DigestVerify(c, signature, 256, data, len) == 1;
	EVP_MD_CTX_free(c);
	return ok;
}

bool
verify_pss(EVP_PKEY *key, const void *data, size_t len, const uint8_t signature[256])
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pc = NULL;
	bool ok = EVP_DigestVerifyInit(c, &pc, EVP_sha256(), NULL, key) == 1 &&
		  EVP_PKEY_CTX_set_rsa_padding(pc, RSA_PKCS1_PSS_PADDING) == 1 &&
		  EVP_PKEY_CTX_set_rsa_pss_saltlen(pc, 32) == 1 &&
		  EVP_DigestVerify(c, signature, 256, data, len) == 1;

	EVP_MD_CTX_free(c);
	return ok;
}
