import { nearestName, withoutStray } from '../base/text/nearly-right.ts';

/** One label of a host name: lower-case letters, digits, hyphens inside (RFC 1123 §2.1). */
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Whether a text can be a region id, such as `cn-hangzhou`. Regions become part of a host name, so only lower-case
 * letters, digits and hyphens pass. There is no list: new regions work without a new kmsx.
 */
export function isRegion(text: string): boolean {
  return LABEL.test(text);
}

/**
 * What a text that is no region likely means: `CN_Hangzhou` is `cn-hangzhou`, and so is the name of its gateway.
 *
 * @returns the text itself where nothing better is known
 */
export function likelyRegion(text: string): string {
  const meant = withoutStray(text)
    .toLowerCase()
    .replace(/^(?:https:\/\/)?kms(?:-vpc)?\.([^.]*)\.aliyuncs\.com\/?$/, '$1')
    .replaceAll(/[_\p{Pd}\u2212]/gu, '-');
  return isRegion(meant) && meant.includes('-') ? meant : text;
}

/** What a text that is no gateway likely means: `Public`, or the address of a dedicated gateway. */
export function likelyGateway(text: string): string | undefined {
  const meant = withoutStray(text)
    .toLowerCase()
    .replace(/^(?:https:\/\/)?(kst-[a-z0-9-]*)\.cryptoservice\.kms\.aliyuncs\.com\/?$/, '$1')
    .replaceAll(/[_\p{Pd}\u2212]/gu, '-');
  return isInstanceId(meant) ? meant : nearestName(text, ['public', 'vpc', 'local']);
}

/** Whether a text can be the id of a KMS instance, such as `kst-hzz62f1cb66fa42qo8xyz`. */
export function isInstanceId(text: string): boolean {
  return text.startsWith('kst-') && LABEL.test(text);
}
