/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzzing: jpki-tool verify. Whatever is in the file, screen and JSON come to the same verdict, and
 * no content fits a signature but those that the signatures of the corpus were made over: nobody
 * here has a key to sign others with.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "holder/signature.h"
#include "tests/fuzz/fuzz.h"
#include "tool/cards/words.h"
#include "tool/verify/verify.h"

const char fuzz_corpus[] = "verify";

/* What was signed in the corpus; the first is what its detached signatures are over. */
static const struct {
	const char *text;
	size_t len;
} contents[] = {{"made up\n", 8}, {"a contract\r\nof two lines\n", 25}, {"what is signed", 15}};

_Noreturn static void
fail(const char *what)
{
	(void)dprintf(STDERR_FILENO, "%s\n", what);
	abort();
}

/* A file with that in it; its name. */
static const char *
file_of(const void *data, size_t len, int *fd, char name[32])
{
	*fd = memfd_create("input", MFD_CLOEXEC);
	if (*fd < 0 || write(*fd, data, len) != (ssize_t)len)
		fail("no memory for a file");
	(void)snprintf(name, 32, "/proc/self/fd/%d", *fd);
	return name;
}

static enum tool_exit
verify(const char *name, const char *content, bool json)
{
	const struct options options = {.content = content, .json = json};

	return verify_run(&options, (char *[]){(char *)(uintptr_t)name, NULL});
}

/* As a file by itself, and as the detached signature of a content. */
static void
check_commands(const uint8_t *data, size_t len)
{
	char name[32], content_name[32];
	int fd, content_fd;

	(void)file_of(data, len, &fd, name);
	(void)file_of(contents[0].text, contents[0].len, &content_fd, content_name);
	for (int detached = 0; detached < 2; detached++) {
		const char *content = detached ? content_name : NULL;
		enum tool_exit status = verify(name, content, false);

		if (verify(name, content, true) != status)
			fail("screen and JSON do not agree");
		if (status == TOOL_OK)
			fail("a signature by a published authority was forged");
	}
	(void)close(fd);
	(void)close(content_fd);
}

static bool
is_known(const uint8_t *content, size_t len)
{
	for (size_t i = 0; i < sizeof contents / sizeof contents[0]; i++)
		if (contents[i].len == len && memcmp(contents[i].text, content, len) == 0)
			return true;
	return false;
}

static void
check_content(const uint8_t *data, size_t len)
{
	struct signature signature;

	if (signature_open(&signature, data, len) == SIGNATURE_IS_ONE &&
	    signature_check(&signature, authority_list()) && signature_fits(&signature)) {
		size_t content_len;
		const uint8_t *content = signature_content(&signature, &content_len);

		if (!content || !is_known(content, content_len))
			fail("a content that nobody signed fits");
	}
	signature_close(&signature);
}

/* What verify says is not for those who read what the fuzzer says. */
static FILE *
nowhere(void)
{
	static FILE *null;

	if (!null && !(null = fopen("/dev/null", "we")))
		fail("no /dev/null");
	return null;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	FILE *out = stdout, *error = stderr;

	stdout = stderr = nowhere();
	check_commands(data, len);
	check_content(data, len);
	stdout = out;
	stderr = error;
	return 0;
}
