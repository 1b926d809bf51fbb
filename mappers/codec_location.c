/* SPDX-License-Identifier: Apache-2.0 */
/* Countries: ISO 3166-1, with Kosovo as everybody writes it. */
#include "mappers/codec.h"
#include "mappers/codec_p.h"

#include <stdlib.h>

struct country {
	const char *name; /* as codec_plain makes it, without "the" in front */
	const char *code;
};

/* clang-format off */
/* Three letters, then the two of the same country; sorted. */
static const char *const codes[] = {
	"ABWAW", "AFGAF", "AGOAO", "AIAAI", "ALAAX", "ALBAL", "ANDAD", "AREAE", "ARGAR",
	"ARMAM", "ASMAS", "ATAAQ", "ATFTF", "ATGAG", "AUSAU", "AUTAT", "AZEAZ", "BDIBI",
	"BELBE", "BENBJ", "BESBQ", "BFABF", "BGDBD", "BGRBG", "BHRBH", "BHSBS", "BIHBA",
	"BLMBL", "BLRBY", "BLZBZ", "BMUBM", "BOLBO", "BRABR", "BRBBB", "BRNBN", "BTNBT",
	"BVTBV", "BWABW", "CAFCF", "CANCA", "CCKCC", "CHECH", "CHLCL", "CHNCN", "CIVCI",
	"CMRCM", "CODCD", "COGCG", "COKCK", "COLCO", "COMKM", "CPVCV", "CRICR", "CUBCU",
	"CUWCW", "CXRCX", "CYMKY", "CYPCY", "CZECZ", "DEUDE", "DJIDJ", "DMADM", "DNKDK",
	"DOMDO", "DZADZ", "ECUEC", "EGYEG", "ERIER", "ESHEH", "ESPES", "ESTEE", "ETHET",
	"FINFI", "FJIFJ", "FLKFK", "FRAFR", "FROFO", "FSMFM", "GABGA", "GBRGB", "GEOGE",
	"GGYGG", "GHAGH", "GIBGI", "GINGN", "GLPGP", "GMBGM", "GNBGW", "GNQGQ", "GRCGR",
	"GRDGD", "GRLGL", "GTMGT", "GUFGF", "GUMGU", "GUYGY", "HKGHK", "HMDHM", "HNDHN",
	"HRVHR", "HTIHT", "HUNHU", "IDNID", "IMNIM", "INDIN", "IOTIO", "IRLIE", "IRNIR",
	"IRQIQ", "ISLIS", "ISRIL", "ITAIT", "JAMJM", "JEYJE", "JORJO", "JPNJP", "KAZKZ",
	"KENKE", "KGZKG", "KHMKH", "KIRKI", "KNAKN", "KORKR", "KWTKW", "LAOLA", "LBNLB",
	"LBRLR", "LBYLY", "LCALC", "LIELI", "LKALK", "LSOLS", "LTULT", "LUXLU", "LVALV",
	"MACMO", "MAFMF", "MARMA", "MCOMC", "MDAMD", "MDGMG", "MDVMV", "MEXMX", "MHLMH",
	"MKDMK", "MLIML", "MLTMT", "MMRMM", "MNEME", "MNGMN", "MNPMP", "MOZMZ", "MRTMR",
	"MSRMS", "MTQMQ", "MUSMU", "MWIMW", "MYSMY", "MYTYT", "NAMNA", "NCLNC", "NERNE",
	"NFKNF", "NGANG", "NICNI", "NIUNU", "NLDNL", "NORNO", "NPLNP", "NRUNR", "NZLNZ",
	"OMNOM", "PAKPK", "PANPA", "PCNPN", "PERPE", "PHLPH", "PLWPW", "PNGPG", "POLPL",
	"PRIPR", "PRKKP", "PRTPT", "PRYPY", "PSEPS", "PYFPF", "QATQA", "REURE", "ROURO",
	"RUSRU", "RWARW", "SAUSA", "SDNSD", "SENSN", "SGPSG", "SGSGS", "SHNSH", "SJMSJ",
	"SLBSB", "SLESL", "SLVSV", "SMRSM", "SOMSO", "SPMPM", "SRBRS", "SSDSS", "STPST",
	"SURSR", "SVKSK", "SVNSI", "SWESE", "SWZSZ", "SXMSX", "SYCSC", "SYRSY", "TCATC",
	"TCDTD", "TGOTG", "THATH", "TJKTJ", "TKLTK", "TKMTM", "TLSTL", "TONTO", "TTOTT",
	"TUNTN", "TURTR", "TUVTV", "TWNTW", "TZATZ", "UGAUG", "UKRUA", "UMIUM", "URYUY",
	"USAUS", "UZBUZ", "VATVA", "VCTVC", "VENVE", "VGBVG", "VIRVI", "VNMVN", "VUTVU",
	"WLFWF", "WSMWS", "XKXXK", "YEMYE", "ZAFZA", "ZMBZM", "ZWEZW",
};

/* English names with their variants, and what people call their own country; sorted. */
static const struct country countries[] = {
	{ "afghanistan", "AF" }, { "aland", "AX" }, { "aland islands", "AX" },
	{ "albania", "AL" }, { "algeria", "DZ" }, { "america", "US" },
	{ "american samoa", "AS" }, { "andorra", "AD" }, { "angola", "AO" },
	{ "anguilla", "AI" }, { "antarctica", "AQ" }, { "antigua", "AG" },
	{ "antigua and barbuda", "AG" }, { "argentina", "AR" }, { "armenia", "AM" },
	{ "aruba", "AW" }, { "ascension", "SH" }, { "australia", "AU" }, { "austria", "AT" },
	{ "azerbaijan", "AZ" }, { "bahamas", "BS" }, { "bahrain", "BH" },
	{ "bangladesh", "BD" }, { "barbados", "BB" }, { "barbuda", "AG" }, { "belarus", "BY" },
	{ "belgie", "BE" }, { "belgien", "BE" }, { "belgique", "BE" }, { "belgium", "BE" },
	{ "belize", "BZ" }, { "benin", "BJ" }, { "bermuda", "BM" }, { "bharat", "IN" },
	{ "bhutan", "BT" }, { "bolivarian republic of venezuela", "VE" }, { "bolivia", "BO" },
	{ "bolivia plurinational state of", "BO" }, { "bonaire", "BQ" },
	{ "bonaire sint eustatius and saba", "BQ" }, { "bosnia", "BA" },
	{ "bosnia and herzegovina", "BA" }, { "bosnia hercegovina", "BA" },
	{ "bosnia herzegovina", "BA" }, { "botswana", "BW" }, { "bouvet island", "BV" },
	{ "brasil", "BR" }, { "brazil", "BR" }, { "britain", "GB" },
	{ "british indian ocean territory", "IO" }, { "british virgin islands", "VG" },
	{ "brunei", "BN" }, { "brunei darussalam", "BN" }, { "bulgaria", "BG" },
	{ "burkina faso", "BF" }, { "burma", "MM" }, { "burundi", "BI" }, { "bvi", "VG" },
	{ "byelorussia", "BY" }, { "cabo verde", "CV" }, { "cambodia", "KH" },
	{ "cameroon", "CM" }, { "canada", "CA" }, { "cape verde", "CV" }, { "car", "CF" },
	{ "caribbean netherlands", "BQ" }, { "cayman islands", "KY" },
	{ "central african republic", "CF" }, { "ceska republika", "CZ" }, { "cesko", "CZ" },
	{ "ceylon", "LK" }, { "chad", "TD" }, { "chagos islands", "IO" }, { "chile", "CL" },
	{ "china", "CN" }, { "chinese taipei", "TW" }, { "christmas island", "CX" },
	{ "cocos islands", "CC" }, { "cocos keeling islands", "CC" }, { "colombia", "CO" },
	{ "comoros", "KM" }, { "congo", "CG" }, { "congo brazzaville", "CG" },
	{ "congo democratic republic of the", "CD" }, { "congo kinshasa", "CD" },
	{ "congo republic", "CG" }, { "congo the democratic republic of the", "CD" },
	{ "cook islands", "CK" }, { "costa rica", "CR" }, { "cote divoire", "CI" },
	{ "croatia", "HR" }, { "cuba", "CU" }, { "curacao", "CW" }, { "cyprus", "CY" },
	{ "czech republic", "CZ" }, { "czechia", "CZ" }, { "danmark", "DK" },
	{ "democratic peoples republic of korea", "KP" },
	{ "democratic republic of congo", "CD" }, { "democratic republic of the congo", "CD" },
	{ "denmark", "DK" }, { "deutschland", "DE" }, { "djibouti", "DJ" },
	{ "dominica", "DM" }, { "dominican rep", "DO" }, { "dominican republic", "DO" },
	{ "dprk", "KP" }, { "dr congo", "CD" }, { "drc", "CD" }, { "east timor", "TL" },
	{ "ecuador", "EC" }, { "egypt", "EG" }, { "eire", "IE" }, { "el", "GR" },
	{ "el salvador", "SV" }, { "emirates", "AE" }, { "england", "GB" },
	{ "equatorial guinea", "GQ" }, { "eritrea", "ER" }, { "espana", "ES" },
	{ "estados unidos", "US" }, { "estonia", "EE" }, { "eswatini", "SZ" },
	{ "ethiopia", "ET" }, { "faeroe islands", "FO" }, { "falkland islands", "FK" },
	{ "falkland islands malvinas", "FK" }, { "falklands", "FK" },
	{ "faroe islands", "FO" }, { "faroes", "FO" }, { "federal republic of germany", "DE" },
	{ "federated states of micronesia", "FM" }, { "fiji", "FJ" }, { "finland", "FI" },
	{ "former yugoslav republic of macedonia", "MK" }, { "france", "FR" },
	{ "french guiana", "GF" }, { "french polynesia", "PF" },
	{ "french southern and antarctic lands", "TF" },
	{ "french southern territories", "TF" }, { "fyrom", "MK" }, { "gabon", "GA" },
	{ "gambia", "GM" }, { "gambia the", "GM" }, { "georgia", "GE" }, { "germany", "DE" },
	{ "ghana", "GH" }, { "gibraltar", "GI" }, { "great britain", "GB" },
	{ "greece", "GR" }, { "greenland", "GL" }, { "grenada", "GD" }, { "guadeloupe", "GP" },
	{ "guam", "GU" }, { "guatemala", "GT" }, { "guernsey", "GG" }, { "guinea", "GN" },
	{ "guinea bissau", "GW" }, { "guyana", "GY" }, { "haiti", "HT" },
	{ "heard and mcdonald islands", "HM" }, { "heard island and mcdonald islands", "HM" },
	{ "hellas", "GR" }, { "hellenic republic", "GR" }, { "holland", "NL" },
	{ "holy see", "VA" }, { "holy see vatican city state", "VA" }, { "honduras", "HN" },
	{ "hong kong", "HK" }, { "hong kong sar", "HK" }, { "hong kong sar china", "HK" },
	{ "hongkong", "HK" }, { "hungary", "HU" }, { "iceland", "IS" }, { "india", "IN" },
	{ "indonesia", "ID" }, { "iran", "IR" }, { "iran islamic republic of", "IR" },
	{ "iraq", "IQ" }, { "ireland", "IE" }, { "islamic republic of iran", "IR" },
	{ "isle of man", "IM" }, { "israel", "IL" }, { "italia", "IT" }, { "italy", "IT" },
	{ "ivory coast", "CI" }, { "jamaica", "JM" }, { "japan", "JP" }, { "jersey", "JE" },
	{ "jordan", "JO" }, { "kazakhstan", "KZ" }, { "keeling islands", "CC" },
	{ "kenya", "KE" }, { "kiribati", "KI" }, { "korea", "KR" },
	{ "korea democratic peoples republic of", "KP" }, { "korea republic of", "KR" },
	{ "korea south", "KR" }, { "kosova", "XK" }, { "kosovo", "XK" }, { "kuwait", "KW" },
	{ "kyrgyzstan", "KG" }, { "lao", "LA" }, { "lao peoples democratic republic", "LA" },
	{ "laos", "LA" }, { "latvia", "LV" }, { "lebanon", "LB" }, { "lesotho", "LS" },
	{ "liberia", "LR" }, { "libya", "LY" }, { "libyan arab jamahiriya", "LY" },
	{ "liechtenstein", "LI" }, { "lithuania", "LT" }, { "luxembourg", "LU" },
	{ "macao", "MO" }, { "macao sar china", "MO" }, { "macau", "MO" },
	{ "macau sar", "MO" }, { "macedonia", "MK" }, { "madagascar", "MG" },
	{ "magyarorszag", "HU" }, { "mainland china", "CN" }, { "malawi", "MW" },
	{ "malaysia", "MY" }, { "maldives", "MV" }, { "mali", "ML" }, { "malta", "MT" },
	{ "malvinas", "FK" }, { "marshall islands", "MH" }, { "martinique", "MQ" },
	{ "mauritania", "MR" }, { "mauritius", "MU" }, { "mayotte", "YT" }, { "mejico", "MX" },
	{ "mexico", "MX" }, { "micronesia", "FM" }, { "micronesia federated states of", "FM" },
	{ "moldova", "MD" }, { "moldova republic of", "MD" }, { "monaco", "MC" },
	{ "mongolia", "MN" }, { "montenegro", "ME" }, { "montserrat", "MS" },
	{ "morocco", "MA" }, { "mozambique", "MZ" }, { "myanmar", "MM" },
	{ "myanmar burma", "MM" }, { "namibia", "NA" }, { "nauru", "NR" },
	{ "nederland", "NL" }, { "nepal", "NP" }, { "netherlands", "NL" },
	{ "netherlands kingdom of the", "NL" }, { "new caledonia", "NC" },
	{ "new zealand", "NZ" }, { "nicaragua", "NI" }, { "niger", "NE" }, { "nigeria", "NG" },
	{ "nippon", "JP" }, { "niue", "NU" }, { "norfolk island", "NF" }, { "norge", "NO" },
	{ "north korea", "KP" }, { "north macedonia", "MK" }, { "northern ireland", "GB" },
	{ "northern mariana islands", "MP" }, { "northern marianas", "MP" },
	{ "norway", "NO" }, { "occupied palestinian territory", "PS" },
	{ "oesterreich", "AT" }, { "oman", "OM" }, { "osterreich", "AT" },
	{ "pakistan", "PK" }, { "palau", "PW" }, { "palestine", "PS" },
	{ "palestine state of", "PS" }, { "palestinian territories", "PS" },
	{ "palestinian territory", "PS" }, { "palestinian territory occupied", "PS" },
	{ "panama", "PA" }, { "papua new guinea", "PG" }, { "paraguay", "PY" },
	{ "peoples republic of china", "CN" }, { "persia", "IR" }, { "peru", "PE" },
	{ "philippines", "PH" }, { "pitcairn", "PN" }, { "pitcairn islands", "PN" },
	{ "plurinational state of bolivia", "BO" }, { "poland", "PL" }, { "polska", "PL" },
	{ "portugal", "PT" }, { "portuguese republic", "PT" }, { "prc", "CN" },
	{ "puerto rico", "PR" }, { "qatar", "QA" }, { "republic of china", "TW" },
	{ "republic of congo", "CG" }, { "republic of cyprus", "CY" },
	{ "republic of korea", "KR" }, { "republic of macedonia", "MK" },
	{ "republic of the congo", "CG" }, { "reunion", "RE" }, { "romania", "RO" },
	{ "russia", "RU" }, { "russian federation", "RU" }, { "rwanda", "RW" },
	{ "saba", "BQ" }, { "saint barth", "BL" }, { "saint barthelemy", "BL" },
	{ "saint barts", "BL" }, { "saint christopher and nevis", "KN" },
	{ "saint helena", "SH" }, { "saint helena ascension and tristan da cunha", "SH" },
	{ "saint kitts", "KN" }, { "saint kitts and nevis", "KN" }, { "saint lucia", "LC" },
	{ "saint maarten", "SX" }, { "saint martin", "MF" },
	{ "saint martin french part", "MF" }, { "saint pierre", "PM" },
	{ "saint pierre and miquelon", "PM" }, { "saint vincent", "VC" },
	{ "saint vincent and grenadines", "VC" }, { "saint vincent and the grenadines", "VC" },
	{ "samoa", "WS" }, { "san marino", "SM" }, { "sao tome", "ST" },
	{ "sao tome and principe", "ST" }, { "saudi arabia", "SA" }, { "schweiz", "CH" },
	{ "scotland", "GB" }, { "senegal", "SN" }, { "serbia", "RS" }, { "seychelles", "SC" },
	{ "sierra leone", "SL" }, { "singapore", "SG" }, { "sint eustatius", "BQ" },
	{ "sint maarten", "SX" }, { "sint maarten dutch part", "SX" },
	{ "slovak republic", "SK" }, { "slovakia", "SK" }, { "slovenia", "SI" },
	{ "solomon islands", "SB" }, { "somalia", "SO" }, { "south africa", "ZA" },
	{ "south georgia", "GS" }, { "south georgia and south sandwich islands", "GS" },
	{ "south georgia and the south sandwich islands", "GS" }, { "south korea", "KR" },
	{ "south sudan", "SS" }, { "spain", "ES" }, { "sri lanka", "LK" },
	{ "state of palestine", "PS" }, { "states", "US" }, { "sudan", "SD" },
	{ "suisse", "CH" }, { "suomi", "FI" }, { "suriname", "SR" }, { "svalbard", "SJ" },
	{ "svalbard and jan mayen", "SJ" }, { "sverige", "SE" }, { "svizzera", "CH" },
	{ "swaziland", "SZ" }, { "sweden", "SE" }, { "swiss confederation", "CH" },
	{ "switzerland", "CH" }, { "syria", "SY" }, { "syrian arab republic", "SY" },
	{ "taiwan", "TW" }, { "taiwan province of china", "TW" }, { "taiwan roc", "TW" },
	{ "tajikistan", "TJ" }, { "tanzania", "TZ" }, { "tanzania united republic of", "TZ" },
	{ "thailand", "TH" }, { "timor leste", "TL" }, { "tobago", "TT" }, { "togo", "TG" },
	{ "tokelau", "TK" }, { "tonga", "TO" }, { "trinidad", "TT" },
	{ "trinidad and tobago", "TT" }, { "tristan da cunha", "SH" }, { "tunisia", "TN" },
	{ "turkey", "TR" }, { "turkiye", "TR" }, { "turkmenistan", "TM" },
	{ "turks and caicos", "TC" }, { "turks and caicos islands", "TC" }, { "tuvalu", "TV" },
	{ "u k", "GB" }, { "u s", "US" }, { "u s a", "US" }, { "u s outlying islands", "UM" },
	{ "u s virgin islands", "VI" }, { "uae", "AE" }, { "uganda", "UG" }, { "uk", "GB" },
	{ "ukraina", "UA" }, { "ukraine", "UA" }, { "united arab emirates", "AE" },
	{ "united kingdom", "GB" },
	{ "united kingdom of great britain and northern ireland", "GB" },
	{ "united republic of tanzania", "TZ" }, { "united states", "US" },
	{ "united states minor outlying islands", "UM" }, { "united states of america", "US" },
	{ "united states virgin islands", "VI" }, { "uruguay", "UY" },
	{ "us minor outlying islands", "UM" }, { "us virgin islands", "VI" }, { "usa", "US" },
	{ "usvi", "VI" }, { "uzbekistan", "UZ" }, { "vanuatu", "VU" }, { "vatican", "VA" },
	{ "vatican city", "VA" }, { "vatican city state", "VA" }, { "venezuela", "VE" },
	{ "venezuela bolivarian republic of", "VE" }, { "viet nam", "VN" },
	{ "vietnam", "VN" }, { "virgin islands british", "VG" },
	{ "virgin islands u s", "VI" }, { "wales", "GB" }, { "wallis and futuna", "WF" },
	{ "wallis and futuna islands", "WF" }, { "western sahara", "EH" },
	{ "western samoa", "WS" }, { "yemen", "YE" }, { "zaire", "CD" }, { "zambia", "ZM" },
	{ "zimbabwe", "ZW" },
};
/* clang-format on */

/* Titles that stand around a name; what is exceptional ("Republic of China") is in the table. */
static const char *const titles[] = {
	"republic of",
	"kingdom of",
	"state of",
	"commonwealth of",
	"sultanate of",
	"principality of",
	"federal republic of",
	"federation of",
	"grand duchy of",
	"islamic republic of",
	"peoples republic of",
	"arab republic of",
	"socialist republic of",
	"democratic republic of",
	"federal democratic republic of",
	"democratic socialist republic of",
	"hashemite kingdom of",
	"union of",
};

static struct str without_start(struct str text, const char *start)
{
	const struct str word = str_from(start);

	return text.len > word.len && str_starts(text, word) && text.p[word.len] == ' ' ?
		       str_skip(text, word.len + 1) :
		       text;
}

static struct str without_end(struct str text, const char *end)
{
	const struct str word = str_from(end);

	return text.len > word.len && str_ends(text, word) &&
			       text.p[text.len - word.len - 1] == ' ' ?
		       str_head(text, text.len - word.len - 1) :
		       text;
}

static int compare_name(const void *key, const void *element)
{
	const struct country *country = element;

	return str_compare(*(const struct str *)key, str_from(country->name));
}

static struct str find_name(struct arena *arena, struct str plain)
{
	struct str name = without_end(without_start(plain, "the"), "the");
	const struct str tail = without_start(name, "st");

	if (tail.len < name.len)
		name = arena_format(arena, "saint %.*s", STR_ARG(tail));
	const struct country *found =
		bsearch(&name, countries, COUNT_OF(countries), sizeof(countries[0]), compare_name);

	return str_from(found == NULL ? NULL : found->code);
}

static struct str find_titled(struct arena *arena, struct str plain)
{
	const struct str name = without_end(without_start(plain, "the"), "the");

	for (size_t i = 0; i < COUNT_OF(titles); i++) {
		const struct str bare = without_end(without_start(name, titles[i]), titles[i]);
		const struct str code = bare.len < name.len ? find_name(arena, bare) : str_from("");

		if (code.len > 0)
			return code;
	}
	return (struct str){ NULL, 0 };
}

static struct str find_code(struct str line)
{
	for (size_t i = 0; i < COUNT_OF(codes); i++) {
		const struct str two = { codes[i] + 3, 2 };
		const struct str three = { codes[i], 3 };

		if (str_equal_nocase(line, line.len == 2 ? two : three))
			return two;
	}
	return (struct str){ NULL, 0 };
}

struct str codec_country(struct arena *arena, struct str raw)
{
	const struct str line = codec_line(arena, raw);
	const struct str known = line.len == 2 || line.len == 3 ? find_code(line) : str_from("");

	if (known.len > 0)
		return arena_copy(arena, known);
	const struct str plain = codec_plain(arena, line);
	const struct str named = find_name(arena, plain);
	const struct str code = named.len > 0 ? named : find_titled(arena, plain);

	return code.len > 0 ? arena_copy(arena, code) : line;
}
