/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_BASE_FORK_H
#define JPKI_BASE_FORK_H

#include <stdatomic.h>
#include <sys/types.h>

/*
 * The process id that the owner of this memory wrote here, 0 where nobody did yet. A forked child
 * finds 0, whatever its number: ids alone do not tell it from its parent, since in a new pid
 * namespace, or when numbers come again, it may have the same one. The word stands in a page that
 * the kernel wipes at fork, however that is called; fork() of the C library wipes it too, for
 * kernels that cannot (Linux before 4.14) or only say that they can (emulators).
 */
_Atomic pid_t *fork_owner(void);

#endif
