/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Programs that live with the module in ways of their own, each a role: `life ROLE MODULE ...`.
 * Status 0: all went as promised; 77: cannot be tried here; otherwise stderr tells what failed.
 * Runs over the stand-in (tests/module/life.c) and over a real pcscd (tests/pcscd/life.sh).
 */

#define OPENSSL_SUPPRESS_DEPRECATED /* engines are what this is about */

#include <dlfcn.h>
#include <openssl/conf.h>
#include <openssl/engine.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "tests/life/sign.h"
#include "tests/module/harness.h"

enum { STATUS_OK, STATUS_FAILED, STATUS_SKIPPED = 77 };

static CK_FUNCTION_LIST *f;
static CK_SESSION_HANDLE left_open;

static int
failed(const char *what)
{
	(void)fprintf(stderr, "failed: %s\n", what);
	return STATUS_FAILED;
}

static bool
load_and_log_in(const char *module)
{
	void *handle;

	f = life_load(module, &handle);
	return f && life_ok("C_Initialize", f->C_Initialize(NULL)) &&
	       life_sign_open(f, 0, PIN_AUTH, &left_open);
}

/* The main thread has returned from main; the module's host cleans up only now. */
static void
at_exit(void)
{
	CK_SESSION_INFO info;

	if (!f)
		return;
	if (!life_ok("C_GetSessionInfo", f->C_GetSessionInfo(left_open, &info)) ||
	    !life_sign(f, 0, PIN_AUTH) ||
	    !life_ok("C_CloseSession", f->C_CloseSession(left_open)) ||
	    !life_ok("C_CloseAllSessions", f->C_CloseAllSessions(0)) ||
	    !life_ok("C_Finalize", f->C_Finalize(NULL)) ||
	    f->C_Finalize(NULL) != CKR_CRYPTOKI_NOT_INITIALIZED)
		_exit(STATUS_FAILED);
	(void)puts("the end");
}

static int
role_exit_handler(char *argv[])
{
	/* OpenSSL's own exit handler would run first, and the test could verify nothing. */
	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL) != 1 || atexit(at_exit) != 0)
		return failed("atexit");
	return load_and_log_in(argv[0]) ? STATUS_OK : STATUS_FAILED;
}

/* Leaves a login and a connection behind for a destructor in the library argv[1]. */
static int
role_destructor(char *argv[])
{
	void (*use)(CK_FUNCTION_LIST *, CK_SESSION_HANDLE);
	void *helper;

	if (!load_and_log_in(argv[0]))
		return STATUS_FAILED;
	helper = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
	if (!helper)
		return failed(dlerror());
	*(void **)(void *)&use = dlsym(helper, "life_destructor_use");
	if (!use)
		return failed(dlerror());
	use(f, left_open);
	return STATUS_OK;
}

/* A program that never cleans up. */
static int
role_no_end(char *argv[])
{
	return load_and_log_in(argv[0]) ? STATUS_OK : STATUS_FAILED;
}

static bool
is_mapped(const char *module)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[4200];
	bool found = false;

	while (maps && fgets(line, sizeof line, maps))
		found |= strstr(line, module) != NULL;
	if (maps)
		(void)fclose(maps);
	return found;
}

/* Only there with LeakSanitizer, which is not to report what a program forgot to finalize. */
void __lsan_disable(void) __attribute__((weak));
void __lsan_enable(void) __attribute__((weak));

static void
count_leaks(bool count)
{
	if (__lsan_disable && __lsan_enable)
		(count ? __lsan_enable : __lsan_disable)();
}

static int
role_reload(char *argv[])
{
	char path[4096];

	if (!realpath(argv[0], path))
		return failed("realpath");
	for (int i = 0; i < 20; i++) {
		const bool finalize = i % 2 == 0;
		void *handle;

		if (!finalize)
			count_leaks(false);
		f = life_load(path, &handle);
		if (!f || !life_ok("C_Initialize", f->C_Initialize(NULL)) ||
		    !life_sign(f, 0, PIN_AUTH))
			return failed("the module works after it was loaded anew");
		/* Every other time the program forgets C_Finalize. */
		if (finalize && !life_ok("C_Finalize", f->C_Finalize(NULL)))
			return STATUS_FAILED;
		if (!finalize)
			count_leaks(true);
		if (dlclose(handle) != 0 || is_mapped(path))
			return failed("dlclose takes the module out of the process");
	}
	(void)puts("the end");
	return STATUS_OK;
}

/* Says that a stage is done, and waits for the line that stands for the next one. */
static bool
next_stage(const char *done)
{
	char line[16];

	(void)puts(done);
	(void)fflush(stdout);
	return fgets(line, sizeof line, stdin) != NULL;
}

/* pcscd and the card take a moment to find each other. */
static bool
await_token(void)
{
	CK_ULONG count = 0;

	for (int i = 0; i < 600 && count == 0; i++) {
		if (!life_ok("C_GetSlotList", f->C_GetSlotList(CK_TRUE, NULL, &count)))
			return false;
		if (count == 0)
			(void)usleep(100000);
	}
	return count > 0;
}

/* pcscd is started and stopped by whoever writes the lines. */
static int
role_service(char *argv[])
{
	CK_SESSION_HANDLE session;
	CK_SESSION_INFO info;
	CK_ULONG count = 1;
	void *handle;

	f = life_load(argv[0], &handle);
	if (!f || !life_ok("C_Initialize", f->C_Initialize(NULL)) ||
	    !life_ok("C_GetSlotList", f->C_GetSlotList(CK_TRUE, NULL, &count)) || count != 0)
		return failed("without pcscd there is no token, and no error");
	if (!next_stage("none") || !await_token() || !life_sign_open(f, 0, PIN_AUTH, &session))
		return failed("a pcscd that came later is found");
	if (!next_stage("signed") ||
	    !life_ok("C_GetSlotList", f->C_GetSlotList(CK_TRUE, NULL, &count)) || count != 0 ||
	    f->C_GetSessionInfo(session, &info) != CKR_SESSION_HANDLE_INVALID)
		return failed("a pcscd that stopped takes token and login with it");
	if (!next_stage("gone") || !await_token() || !life_sign(f, 0, PIN_AUTH))
		return failed("a pcscd that was started again is found");
	if (!life_sign_open(f, 0, PIN_AUTH, &session) || !next_stage("again") || !await_token() ||
	    f->C_GetSessionInfo(session, &info) != CKR_SESSION_HANDLE_INVALID ||
	    !life_sign(f, 0, PIN_AUTH))
		return failed("a restart between two calls ends the login, and no more");
	(void)puts("the end");
	return STATUS_OK;
}

/*
 * Prints whether this process is "secure" (setuid) and lets the module read its settings, which is
 * all that it may: a setuid program would find the machine's own pcscd.
 */
static int
role_settings(char *argv[])
{
	void *handle;

	(void)printf("%s\n", getauxval(AT_SECURE) ? "secure" : "ordinary");
	f = life_load(argv[0], &handle);
	if (!f || !life_ok("C_Initialize", f->C_Initialize(NULL)) ||
	    !life_ok("C_Finalize", f->C_Finalize(NULL)))
		return STATUS_FAILED;
	(void)puts("the end");
	return STATUS_OK;
}

#ifndef OPENSSL_NO_ENGINE
/* The folder where OpenSSL looks for engines: ENGINESDIR: "/usr/lib/..." */
static bool
find_engine(char path[4096])
{
	const char *start = strchr(OpenSSL_version(OPENSSL_ENGINES_DIR), '"');
	int len = start ? (int)strcspn(start + 1, "\"") : 0;

	if (!start)
		return false;
	(void)snprintf(path, 4096, "%.*s/pkcs11.so", len, start + 1);
	return access(path, R_OK) == 0;
}

/* An openssl.cnf with the engine in it, made active at start. */
static bool
write_openssl_conf(const char *file, const char *engine, const char *module)
{
	FILE *conf = fopen(file, "we");

	if (!conf)
		return false;
	(void)fprintf(conf,
		      "openssl_conf = start\n[start]\nengines = engines\n"
		      "[engines]\npkcs11 = pkcs11\n"
		      "[pkcs11]\nengine_id = pkcs11\ndynamic_path = %s\nMODULE_PATH = %s\n"
		      "PIN = %s\ninit = 1\n",
		      engine, module, PIN_AUTH);
	return fclose(conf) == 0;
}

/* A signature through the engine, checked with the key's own public half. */
static bool
engine_signs(ENGINE *engine)
{
	static const uint8_t text[] = "through the engine";
	EVP_PKEY *key = ENGINE_load_private_key(
		engine, "pkcs11:token=JPKI%20Auth%204-digit%20PIN;type=private", NULL, NULL);
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	uint8_t signature[512];
	size_t len = sizeof signature;
	bool ok = key && EVP_DigestSignInit(c, NULL, EVP_sha256(), NULL, key) == 1 &&
		  EVP_DigestSign(c, signature, &len, text, sizeof text) == 1 &&
		  EVP_MD_CTX_reset(c) == 1 &&
		  EVP_DigestVerifyInit(c, NULL, EVP_sha256(), NULL, key) == 1 &&
		  EVP_DigestVerify(c, signature, len, text, sizeof text) == 1;

	if (!ok)
		ERR_print_errors_fp(stderr);
	EVP_MD_CTX_free(c);
	EVP_PKEY_free(key);
	return ok;
}

/* argv[1]: a folder for the configuration. The engine is cleaned up by OpenSSL's own exit
 * handler, after this program has finalised the module under it. */
static int
role_engine(char *argv[])
{
	char engine_path[4096], conf[4096];
	ENGINE *engine;
	void *handle;
	CK_RV rv;

	if (!find_engine(engine_path)) {
		(void)fprintf(stderr, "the engine is not installed (libengine-pkcs11-openssl)\n");
		return STATUS_SKIPPED;
	}
	(void)snprintf(conf, sizeof conf, "%s/openssl.cnf", argv[1]);
	if (!write_openssl_conf(conf, engine_path, argv[0]) || setenv("OPENSSL_CONF", conf, 1) != 0)
		return failed("openssl.cnf written");
	if (OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, NULL) != 1)
		return failed("OpenSSL starts with the engine in openssl.cnf");
	engine = ENGINE_by_id("pkcs11");
	f = life_load(argv[0], &handle);
	if (!engine || !f)
		return failed("the engine is there");
	rv = f->C_Initialize(NULL);
	if (rv != CKR_OK && rv != CKR_CRYPTOKI_ALREADY_INITIALIZED)
		return failed("C_Initialize beside the engine");
	for (int i = 0; i < 3; i++)
		if (!engine_signs(engine) || !life_sign(f, 0, PIN_AUTH) ||
		    !life_sign(f, 1, PIN_SIGN))
			return failed("engine and program sign in turn");
	if (!life_ok("C_Finalize", f->C_Finalize(NULL)))
		return STATUS_FAILED;
	ENGINE_free(engine);
	(void)puts("the end");
	return STATUS_OK;
}
#else
static int
role_engine(char *argv[])
{
	(void)argv;
	(void)fprintf(stderr, "this OpenSSL has no engines\n");
	return STATUS_SKIPPED;
}
#endif

static const struct role {
	const char *name;
	int arguments; /* MODULE included */
	int (*run)(char *argv[]);
} roles[] = {
	{"exit-handler", 1, role_exit_handler},
	{"destructor", 2, role_destructor},
	{"no-end", 1, role_no_end},
	{"reload", 1, role_reload},
	{"service", 1, role_service},
	{"settings", 1, role_settings},
	{"engine", 2, role_engine},
};

int
main(int argc, char *argv[])
{
	for (size_t i = 0; argc >= 3 && i < sizeof roles / sizeof roles[0]; i++)
		if (strcmp(argv[1], roles[i].name) == 0 && argc - 2 == roles[i].arguments)
			return roles[i].run(argv + 2);
	(void)fprintf(stderr, "usage: life ROLE MODULE [ARGUMENT]\n");
	return 2;
}
