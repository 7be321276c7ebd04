# What the holder library knows and makes, without the tool, a terminal or a card.
holder_tests += tests/holder/authority tests/holder/certificate tests/holder/dates tests/holder/parts \
	tests/holder/pin tests/holder/signature
holder_test_cppflags = $(holder_cppflags) $(CMOCKA_CFLAGS)
holder_test_libs = src/holder/libholder.la $(OPENSSL_LIBS) $(CMOCKA_LIBS)
tests_holder_authority_CPPFLAGS = $(holder_test_cppflags)
tests_holder_authority_LDADD = $(holder_test_libs)
tests_holder_certificate_CPPFLAGS = $(holder_test_cppflags)
tests_holder_certificate_LDADD = $(holder_test_libs)
tests_holder_dates_CPPFLAGS = $(holder_test_cppflags)
tests_holder_dates_LDADD = $(holder_test_libs)
tests_holder_parts_CPPFLAGS = $(holder_test_cppflags)
tests_holder_parts_LDADD = $(holder_test_libs)
tests_holder_pin_CPPFLAGS = $(holder_test_cppflags)
tests_holder_pin_LDADD = $(holder_test_libs)
tests_holder_signature_CPPFLAGS = $(holder_test_cppflags)
tests_holder_signature_LDADD = $(holder_test_libs)
