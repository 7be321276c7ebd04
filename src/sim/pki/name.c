/* SPDX-License-Identifier: BSD-2-Clause */
#include <openssl/objects.h>

#include "sim/base/json.h"
#include "sim/base/memory.h"
#include "sim/pki/shape.h"

#define ORGANISATION "JPKI-SIM"
#define AGENCY "Japan Agency for Local Authority Information Systems"
/* The Japanese names say 模擬, simulated, so that nobody takes them for the real ones. */
#define ORGANISATION_JA "模擬公的個人認証サービス"
#define AGENCY_JA "地方公共団体情報システム機構"

const struct sim_authority_kind sim_authority_kinds[SIM_PIN_COUNT] = {
	[SIM_PIN_AUTH] = {"JPKI for user authentication", "模擬公的個人認証サービス利用者証明用",
			  /* The second line is a guess: something like it is needed to come to the
			   * measured size. */
			  "[policy]\npolicyIdentifier = 1.2.392.200149.8.5.1.3.30\n"
			  "CPS = http://jpki-sim.invalid/cps\n",
			  "critical,digitalSignature"},
	[SIM_PIN_SIGN] = {"JPKI for digital signature", "模擬公的個人認証サービス署名用",
			  "[policy]\npolicyIdentifier = 1.2.392.200149.8.5.1.1.20\n",
			  "critical,digitalSignature,nonRepudiation"},
};

static bool
add_part(X509_NAME *name, int nid, const char *text)
{
	int type = nid == NID_countryName ? V_ASN1_PRINTABLESTRING : V_ASN1_UTF8STRING;

	return X509_NAME_add_entry_by_NID(name, nid, type, (const unsigned char *)text, -1, -1,
					  0) == 1;
}

static X509_NAME *
make_name(const char *organisation, const char *unit, const char *agency)
{
	X509_NAME *name = X509_NAME_new();

	if (name && add_part(name, NID_countryName, "JP") &&
	    add_part(name, NID_organizationName, organisation) &&
	    add_part(name, NID_organizationalUnitName, unit) &&
	    add_part(name, NID_organizationalUnitName, agency))
		return name;
	X509_NAME_free(name);
	return NULL;
}

X509_NAME *
sim_name_issuer(enum sim_pin which)
{
	return make_name(ORGANISATION, sim_authority_kinds[which].unit, AGENCY);
}

X509_NAME *
sim_name_issuer_ja(enum sim_pin which)
{
	return make_name(ORGANISATION_JA, sim_authority_kinds[which].unit_ja, AGENCY_JA);
}

X509_NAME *
sim_name_subject(enum sim_pin which, const struct sim_request *request)
{
	X509_NAME *name = X509_NAME_new();
	bool ok = name && add_part(name, NID_countryName, "JP");

	if (ok && which == SIM_PIN_SIGN)
		ok = add_part(name, NID_localityName,
			      sim_json_text(request->holder, "prefecture")) &&
		     add_part(name, NID_localityName, sim_json_text(request->holder, "city"));
	if (ok && add_part(name, NID_commonName, request->common_name))
		return name;
	X509_NAME_free(name);
	return NULL;
}

/*
 * The authentication certificate must not say where its holder lives. How its list is named is
 * not published; the agency's name is there because it is in the authority's own.
 */
char *
sim_name_crl_point(enum sim_pin which, const json_t *holder)
{
	static const char head[] = "[point]\nfullname=dirName:name\n"
				   "[name]\nC=JP\nO=" ORGANISATION "\n1.OU=";
	const char *unit = sim_authority_kinds[which].unit;

	if (!holder)
		return sim_text("%s%s\n2.OU=" AGENCY "\n", head, unit);
	if (which == SIM_PIN_AUTH)
		return sim_text("%s%s\n2.OU=" AGENCY "\n3.OU=CRL Distribution Points\n"
				"CN=User Authentication CRLDP\n",
				head, unit);
	return sim_text("%s%s\n2.OU=CRL Distribution Points\n3.OU=%s\nCN=%s CRLDP\n", head, unit,
			sim_json_text(holder, "prefecture"), sim_json_text(holder, "city"));
}
