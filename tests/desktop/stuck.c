/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file system that does not answer, as that of a computer that was switched off: to be loaded
 * before a program. Whoever asks whether a file in a folder named "stuck" can be read waits until
 * somebody opens the pipe in the variable STUCK.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int
access(const char *path, int mode)
{
	if (strstr(path, "/stuck/"))
		(void)!open(getenv("STUCK"), O_RDONLY | O_CLOEXEC);
	return faccessat(AT_FDCWD, path, mode, 0);
}
