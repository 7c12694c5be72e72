import { describe, expect, it } from "vitest";
import { isTimeZone } from "../../src/api/time-zone-name.js";

// Files of the IANA database, newer and older names among them.
const ZONES = [
  "",
  "UTC",
  "Europe/Berlin",
  "Europe/Isle_of_Man",
  "America/Port-au-Prince",
  "America/Port_of_Spain",
  "America/Argentina/ComodRivadavia",
  "America/North_Dakota/New_Salem",
  "America/Knox_IN",
  "Antarctica/DumontDUrville",
  "Asia/Ho_Chi_Minh",
  "Asia/Ust-Nera",
  "Australia/ACT",
  "Africa/Porto-Novo",
  "Etc/GMT+12",
  "Etc/GMT-14",
  "GMT0",
  "GB-Eire",
  "NZ-CHAT",
  "W-SU",
  "US/Pacific",
  "US/East-Indiana",
  "EST5EDT",
  "Zulu",
  "PRC",
];

describe("a time zone", () => {
  it.each(ZONES)("is %j", (name) => {
    expect(isTimeZone(name)).toBe(true);
  });

  it.each(["europe/berlin", "EUROPE/BERLIN", "Europe/berlin", "us/pacific", "US/PACIFIC", "utc", "Mars/Base", "+01:00", "../UTC"])(
    "is not %j",
    (name) => {
      expect(isTimeZone(name)).toBe(false);
    },
  );
});
