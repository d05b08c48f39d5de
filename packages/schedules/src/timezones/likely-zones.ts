/**
 * One zone for each set of zones whose clocks agree from July 2025 to July 2027: the one with the largest product. The numbers
 * are those of the whole set: its gross product in a year (billion dollars at purchasing power), and its people in millions.
 * The product is used because hosts are where people can pay for them: by people alone, a host in Berlin would be taken to be in
 * Lagos all winter.
 *
 * Source: territoryInfo of Unicode CLDR 48 for each territory, assigned to zones by zone1970.tab of the tz database. Territories
 * with several zones are split by their censuses (US 2020, CA 2021, MX 2020, BR 2022, RU 2021, AU 2021, ID 2020).
 */
const ZONES: readonly [timezone: string, produce: number, millions: number][] = [
  ["Asia/Shanghai", 37019, 1663],
  ["Europe/Berlin", 22628, 417],
  ["Asia/Kolkata", 13387, 1431],
  ["America/New_York", 13264, 209],
  ["Europe/Moscow", 11422, 684],
  ["Asia/Tokyo", 8637, 213],
  ["America/Chicago", 7234, 101],
  ["Asia/Jakarta", 6593, 439],
  ["America/Sao_Paulo", 5000, 252],
  ["Europe/London", 4858, 86],
  ["America/Los_Angeles", 4105, 61],
  ["Asia/Karachi", 3426, 347],
  ["America/Mexico_City", 3146, 163],
  ["Africa/Lagos", 2853, 492],
  ["Europe/Bucharest", 2657, 93],
  ["America/Bogota", 2012, 111],
  ["Africa/Cairo", 1912, 111],
  ["America/Denver", 1653, 25],
  ["Africa/Johannesburg", 1637, 324],
  ["Asia/Dhaka", 1543, 178],
  ["Asia/Dubai", 1508, 40],
  ["Asia/Tehran", 1440, 88],
  ["America/Caracas", 1165, 76],
  ["Australia/Sydney", 971, 16],
  ["Africa/Abidjan", 801, 175],
  ["America/Phoenix", 732, 16],
  ["America/Santiago", 571, 18],
  ["Australia/Brisbane", 501, 19],
  ["Asia/Jerusalem", 471, 9],
  ["Africa/Casablanca", 338, 38],
  ["Asia/Yangon", 291, 58],
  ["Pacific/Auckland", 255, 5],
  ["Asia/Kathmandu", 144, 31],
  ["America/Halifax", 129, 2],
  ["Pacific/Honolulu", 112, 2],
  ["Australia/Adelaide", 111, 2],
  ["Asia/Kabul", 80, 40],
  ["Asia/Gaza", 55, 5],
  ["America/Anchorage", 49, 0.7],
  ["Asia/Magadan", 38, 2],
  ["America/St_Johns", 31, 0.5],
  ["Asia/Kamchatka", 28, 2],
  ["Australia/Darwin", 15, 0.2],
  ["Atlantic/Azores", 10, 0.2],
  ["Atlantic/Cape_Verde", 5, 0.6],
  ["America/Nuuk", 4, 0.1],
  ["Pacific/Apia", 2, 0.3],
  ["Pacific/Pago_Pago", 1, 0],
  ["America/Miquelon", 0, 0],
  ["Pacific/Marquesas", 0, 0],
  ["Pacific/Norfolk", 0, 0],
  ["America/Noronha", 0, 0],
  ["Pacific/Kiritimati", 0, 0],
  ["Pacific/Chatham", 0, 0],
  ["Pacific/Pitcairn", 0, 0],
  ["Antarctica/Troll", 0, 0],
  ["Australia/Lord_Howe", 0, 0],
  ["Australia/Eucla", 0, 0],
  ["Pacific/Easter", 0, 0],
  ["Pacific/Gambier", 0, 0],
  ["America/Adak", 0, 0],
];

/** Servers and containers use UTC unless somebody changes that, so it is the most likely zone. */
const WEIGHT_OF_UTC = 100_000;

/** The zones that hosts use, the most likely first. `weight` is the product of the zone, and for UTC more than all others. */
export const LIKELY_ZONES: readonly { timezone: string; weight: number }[] = [
  { timezone: "UTC", weight: WEIGHT_OF_UTC },
  ...ZONES.map(([timezone, produce]) => ({ timezone, weight: produce })),
];
