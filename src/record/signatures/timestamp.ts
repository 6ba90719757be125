const FORM = /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?(Z|UTC)?$/i;

/**
 * Reads a time of allowed_signers: `YYYYMMDD`, `YYYYMMDDHHMM` or `YYYYMMDDHHMMSS`, with `Z` in UTC, else in this
 * machine's time zone; there in standard time in summer too, which is how ssh-keygen reads it.
 *
 * @returns seconds since 1970; undefined for anything else, also a day that no month has or a time before 1970, both of
 * which ssh-keygen takes for another time
 */
export function readTimestamp(text: string): number | undefined {
  const match = FORM.exec(text);
  if (match === null) return undefined;
  const digits = match.slice(1, 7).join('').padEnd(14, '0');
  const parts = /(.{4})(..)(..)(..)(..)(..)/.exec(digits)?.slice(1).map(Number) ?? [];
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  const time = Date.UTC(year, month - 1, day, hour, minute, second);
  if (new Date(time).toISOString().replaceAll(/\D/g, '').slice(0, 14) !== digits) return undefined;
  const seconds = time / 1000 + (match[7] === undefined ? standardOffset(year) : 0);
  return seconds > 0 ? seconds : undefined;
}

/** What is added to a local standard time of a year for UTC, in seconds. */
function standardOffset(year: number): number {
  const offsets = [0, 6].map((month) => new Date(year, month, 1).getTimezoneOffset());
  return Math.max(...offsets) * 60;
}
