/** One label of a host name: lower-case letters, digits, hyphens inside (RFC 1123 §2.1). */
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Whether a text can be a region id, such as `cn-hangzhou`. Regions become part of a host name, so only lower-case
 * letters, digits and hyphens pass. There is no list: new regions work without a new kmsx.
 */
export function isRegion(text: string): boolean {
  return LABEL.test(text);
}

/** Whether a text can be the id of a KMS instance, such as `kst-hzz62f1cb66fa42qo8xyz`. */
export function isInstanceId(text: string): boolean {
  return text.startsWith('kst-') && LABEL.test(text);
}
