/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/certificate.h"

#include <string.h>
#include <time.h>

static bool
time_of(const ASN1_TIME *text, int64_t *time)
{
	struct tm tm;

	if (!text || ASN1_TIME_to_tm(text, &tm) != 1)
		return false;
	*time = timegm(&tm);
	return true;
}

bool
certificate_dates(const X509 *certificate, int64_t *from, int64_t *to)
{
	return time_of(X509_get0_notBefore(certificate), from) &&
	       time_of(X509_get0_notAfter(certificate), to);
}

bool
certificate_is_simulated(const X509 *certificate)
{
	char organisation[32];
	int len = X509_NAME_get_text_by_NID(X509_get_issuer_name(certificate),
					    NID_organizationName, organisation,
					    sizeof organisation);

	return len >= 0 && strcmp(organisation, "JPKI-SIM") == 0;
}

enum standing
certificate_standing(int64_t from, int64_t to, int64_t now)
{
	if (now < from)
		return STANDING_EARLY;
	if (now > to)
		return STANDING_ENDED;
	if (day_count(day_renewal_opens(day_at(to)), day_at(now)) >= 0)
		return STANDING_RENEWAL;
	return STANDING_GOOD;
}
