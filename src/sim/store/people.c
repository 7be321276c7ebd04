/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/store/people.h"

#include <string.h>

/*
 * Names are made of 見本 ("sample"), 架空 ("imaginary") and the characters that break software:
 * outside JIS X 0208, outside the basic multilingual plane, variants that look alike. A flag of
 * 1 marks a character that stands for one the certificate cannot hold.
 */
enum { GROWN, CHILD, ALIAS, MOVER, ELDER };
/* clang-format off */
static const struct sim_identity identities[] = {
	[GROWN] = {.birth = {1992, 3, 2}, .name = "𠮷﨑　見本", .name_flags = "01000", .sex = "2",
		.address = "東京都千代田区架空町一丁目２番３号　見本髙層ビル",
		.address_flags = "000000000000000000000000",
		.prefecture = "Tokyo-to", .city = "Chiyoda-ku", .municipality = "13101"},
	[CHILD] = {.birth = {2017, 6, 10}, .name = "髙橋　見本子", .name_flags = "000000", .sex = "2",
		.address = "北海道札幌市中央区架空条西１丁目",
		.address_flags = "0000000000000000",
		.prefecture = "Hokkaido", .city = "Sapporo-shi Chuo-ku", .municipality = "01101"},
	[ALIAS] = {.birth = {1988, 4, 21}, .name = "MIHON SAMPLE（見本　髙）", .name_flags = "000000000000000000", .sex = "1",
		.address = "大阪府大阪市北区架空１－２－３",
		.address_flags = "000000000000000",
		.prefecture = "Osaka-fu", .city = "Osaka-shi Kita-ku", .municipality = "27127"},
	[MOVER] = {.birth = {1986, 3, 21}, .name = "渡邉　見本", .name_flags = "01000", .sex = "1",
		.address = "京都府京都市左京区架空通西入ル葛葉町４番地",
		.address_flags = "000000000000000000000",
		.prefecture = "Kyoto-fu", .city = "Kyoto-shi Sakyo-ku", .municipality = "26103"},
	[ELDER] = {.birth = {1957, 1, 11}, .name = "濵﨑　見本郎", .name_flags = "010000", .sex = "1",
		.address = "沖縄県那覇市架空３丁目４番５号",
		.address_flags = "000000000000000",
		.prefecture = "Okinawa-ken", .city = "Naha-shi", .municipality = "47201"},
};
/* clang-format on */

#define ADULT "card", NULL, &identities[GROWN]
#define NINE 9 /* completed years */

/*
 * Issued so long ago that the fifth birthday after it is about to come, or has just gone. Ages of
 * whole leap cycles, so that a birthday on 29 February is one in the year of birth too.
 */
#define ALMOST_FIVE_YEARS_AGO (-1750)
#define MORE_THAN_FIVE_YEARS_AGO (-1880)

/* clang-format off */
const struct sim_person sim_people[] = {
	{"adult", "both certificates, issued on the date of making", ADULT,
		.has = SIM_ON_BOTH},
	{"child", "nine years old: no signing certificate, and its PIN was never set", "card", NULL,
		&identities[CHILD], .age = NINE, .has = SIM_ON_AUTH},
	{"opted-out", "an adult who wanted neither certificate", "card", NULL, &identities[ELDER],
		.has = 0},
	{"alias", "a foreign resident with a Latin name and a Japanese alias", "card", NULL,
		&identities[ALIAS], .has = SIM_ON_BOTH},
	{"moved", "moved house: the signing certificate is in the revocation list", "card", NULL,
		&identities[MOVER], .issued_in = -400, .has = SIM_ON_BOTH, .revoked_in = -30},
	{"near-expiry", "both certificates end in 20 days, under an older authority", "card", NULL,
		&identities[ELDER], 64, 20, ALMOST_FIVE_YEARS_AGO, .has = SIM_ON_BOTH},
	{"expired", "both certificates ended 100 days ago", "card", NULL, &identities[ELDER], 64, -100,
		MORE_THAN_FIVE_YEARS_AGO, .has = SIM_ON_BOTH},
	{"renewed", "a new pair under the present authority on a card that had an older one's", "card",
		NULL, &identities[GROWN], 44, 40, ALMOST_FIVE_YEARS_AGO, .renewed = true,
		.has = SIM_ON_BOTH},
	{"phone", "an Android phone: the authentication certificate needs its PIN", "phone",
		"JPKIAPGPSETOKEN", &identities[GROWN], .has = SIM_ON_BOTH,
		.switches = {"auth-certificate=pin-needed"}},
	{"iphone", "an iPhone, which differs from a card by its label", "iphone",
		"JPKIAPIOSTOKEN", &identities[GROWN], .has = SIM_ON_BOTH},
	{"juki", "an old Juki card (住基カード): signing certificate only", "card",
		"JPKIAPICCTOKEN", &identities[ELDER], .has = SIM_ON_SIGN},
	{"locked-auth", "an adult whose authentication PIN is locked", ADULT,
		.has = SIM_ON_BOTH, .locked = SIM_ON_AUTH},
	{"locked-sign", "an adult whose signing password is locked", ADULT, .has = SIM_ON_BOTH,
		.locked = SIM_ON_SIGN},
	{"locked-both", "an adult with both locked", ADULT, .has = SIM_ON_BOTH,
		.locked = SIM_ON_BOTH},
	{"foreign", "some other card, without the application", "foreign", NULL, &identities[GROWN],
		.has = 0},
/* A card that is odd, and two of which only one certificate or key is so. */
#define ODD(name, what, thing, kind) \
	{name, what, ADULT, .has = SIM_ON_BOTH, .odd_on = SIM_ON_BOTH, .oddity = (kind)}, \
	{name "-auth", "the same for the authentication " thing " alone", ADULT, \
		.has = SIM_ON_BOTH, .odd_on = SIM_ON_AUTH, .oddity = (kind)}, \
	{name "-sign", "the same for the signing " thing " alone", ADULT, \
		.has = SIM_ON_BOTH, .odd_on = SIM_ON_SIGN, .oddity = (kind)}
	ODD("cert-random-bytes", "random bytes in place of both certificates", "certificate",
	    SIM_ODD_RANDOM_BYTES),
	ODD("cert-length-past-end", "both certificates claim to be longer than their files",
	    "certificate", SIM_ODD_LENGTH_PAST_END),
	ODD("key-rsa1024", "both keys are RSA with 1024 bits", "key", SIM_ODD_RSA_1024),
	ODD("key-ec", "both keys are elliptic (P-384), as on the next kind of card", "key",
	    SIM_ODD_EC_P384),
	{0},
};
/* clang-format on */

const struct sim_person *
sim_person_find(const char *name)
{
	for (const struct sim_person *person = sim_people; person->name; person++)
		if (strcmp(person->name, name) == 0)
			return person;
	return NULL;
}

struct sim_date
sim_person_birth(const struct sim_person *person, int64_t now)
{
	struct sim_date own = person->identity->birth;

	if (person->birthday_in)
		return sim_date_add_years(sim_date_at(now + person->birthday_in * SIM_DAY),
					  -person->age);
	return person->age ? sim_date_add_years(own, sim_date_age(own, now) - person->age) : own;
}
