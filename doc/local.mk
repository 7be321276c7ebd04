# SPDX-License-Identifier: BSD-2-Clause
# Documentation that is installed or shipped.
dist_man_MANS += doc/jpki-pkcs11.7
if SIMULATOR
dist_man_MANS += doc/jpki-card-sim.1
endif
jamandir = $(mandir)/ja/man1
if TOOL
dist_jaman_DATA = doc/ja/jpki-tool.1
if DESKTOP
dist_jaman_DATA += doc/ja/jpki-desktop.1
endif
endif
EXTRA_DIST += doc/desktop LICENSE README.md README.ja.md HACKING.md doc/ARCHITECTURE.md demo run-tests .clang-format .clang-tidy
