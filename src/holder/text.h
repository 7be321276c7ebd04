/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_HOLDER_TEXT_H
#define JPKI_HOLDER_TEXT_H

#include <stdarg.h>
#include <stddef.h>

/* Texts that others wrote: on cards, in files, on keyboards. UTF-8, which the locale has to say
 * too. */

/*
 * As it may be shown: control characters become "?", and so do those that nobody sees or that turn
 * the direction of others. The caller frees it; NULL without memory.
 */
char *text_safe(const char *text, size_t len);

/* One made by a format, which the caller frees; NULL without memory. */
char *text_made(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *text_vmade(const char *format, va_list args) __attribute__((format(printf, 1, 0)));

/*
 * What a Japanese input method may have typed: full-width forms of ASCII (U+FF01 to U+FF5E, and the
 * space U+3000) become ASCII in place. The new length; what is left over is wiped.
 */
size_t text_fold(char *text, size_t len);

#endif
