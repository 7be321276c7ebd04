# SPDX-License-Identifier: BSD-2-Clause
# Shell completion: one script for both programs, loaded by the name of the program.
bashcompdir = $(datadir)/bash-completion/completions
zshcompdir = $(datadir)/zsh/site-functions
nodist_bashcomp_DATA =
nodist_zshcomp_DATA =
if TOOL
nodist_bashcomp_DATA += completion/jpki-tool
nodist_zshcomp_DATA += completion/_jpki-tool
endif
if SIMULATOR
nodist_bashcomp_DATA += completion/jpki-card-sim
nodist_zshcomp_DATA += completion/_jpki-card-sim
endif
EXTRA_DIST += completion/jpki.bash completion/jpki.zsh
CLEANFILES += $(nodist_bashcomp_DATA) $(nodist_zshcomp_DATA)

completion/jpki-%: completion/jpki.bash
	$(AM_V_GEN)$(MKDIR_P) $(@D) && cp $(srcdir)/completion/jpki.bash $@
completion/_jpki-%: completion/jpki.zsh
	$(AM_V_GEN)$(MKDIR_P) $(@D) && sed 's/@PROGRAM@/jpki-$*/' $(srcdir)/completion/jpki.zsh > $@
