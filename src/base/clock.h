/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_BASE_CLOCK_H
#define JPKI_BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds of CLOCK_MONOTONIC, which stands still while the machine sleeps. */
int64_t clock_now_ms(void);

/* Milliseconds of CLOCK_BOOTTIME, which goes on meanwhile: a card may be another one then. */
int64_t clock_boot_ms(void);

#endif
