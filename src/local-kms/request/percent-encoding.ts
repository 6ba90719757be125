const UNRESERVED = /^[A-Za-z0-9\-._~]*$/;
/** Also `#`, with which the fragment begins. */
const NOT_QUERY_TEXT = /[^\x21\x22\x24-\x7e]/;

/** Percent-encodes text (RFC 3986 §2.1): UTF-8, every byte but the unreserved ones as `%XX` in upper case. */
export function percentEncode(text: string): string {
  if (UNRESERVED.test(text)) return text;
  // encodeURIComponent leaves five characters unencoded that RFC 3986 reserves.
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/**
 * Decodes one name or value of a query string or a form: `%XX` and `+` (a space), then UTF-8.
 *
 * @returns undefined for a bad escape, bytes that are not UTF-8, and characters that a URL must not contain
 */
export function percentDecode(text: string): string | undefined {
  if (NOT_QUERY_TEXT.test(text)) return undefined;
  if (!/[%+]/.test(text)) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
