# SPDX-License-Identifier: BSD-2-Clause
# The p11-kit configuration files. A relative "module:" line works for every architecture,
# but only where the module lies in p11-kit's own module path.
p11kitdir = $(p11_kit_modules)
nodist_p11kit_DATA = p11-kit/jpki-auth.module p11-kit/jpki-sign.module
EXTRA_DIST += p11-kit/jpki-auth.module.in p11-kit/jpki-sign.module.in
CLEANFILES += $(nodist_p11kit_DATA)

p11-kit/%.module: p11-kit/%.module.in Makefile
	$(AM_V_GEN)$(MKDIR_P) p11-kit; dir='$(pkcs11dir)/'; \
	if test "$$dir" = '$(P11_MODULE_PATH)/'; then dir=; fi; \
	$(SED) "s|@MODULEDIR@|$$dir|" $(srcdir)/p11-kit/$*.module.in > $@
