import type { ErrorDetails } from '../base/error-details.ts';
import { kmsxError } from '../base/error.ts';
import { isRegion } from '../network/region.ts';

/** A KMS key as the user names it. `text` is what goes to KMS as `KeyId`, unchanged. */
export interface KeyIdentifier {
  readonly text: string;
  readonly kind: 'id' | 'alias' | 'key-arn' | 'alias-arn';
  /** The region of an ARN. */
  readonly region?: string;
  /** The account of an ARN, digits. */
  readonly account?: string;
  /** The key's own id, where the text has it. */
  readonly id?: string;
  /** `alias/NAME`, where the text has it. */
  readonly alias?: string;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const INSTANCE_KEY = /^key-[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;
const ARN = /^acs:kms:([^:]*):([^:]*):(.*)$/;
const INVISIBLE = /[\s\p{C}]/u;
/** With its prefix (KMS API, CreateAlias: AliasName). */
const ALIAS_MAX_LENGTH = 255;

/**
 * Reads a key id: a UUID (default keys) or `key-…` (keys of an instance), `alias/NAME`, or an ARN
 * `acs:kms:REGION:ACCOUNT:key/ID` or `acs:kms:REGION:ACCOUNT:alias/NAME`.
 *
 * @param option - the option that the text came from, for the hint
 * @throws KmsxError `key-id-malformed`; `details.reason` is `empty`, `invisible`, `alias-prefix`, `alias`,
 * `arn` or `form`, `details.suggestion` what was likely meant, and `details.option` the option
 */
export function parseKeyId(text: string, option = '--key-id'): KeyIdentifier {
  if (text === '') throw malformed(option, 'the key id is empty', { reason: 'empty' });
  if (INVISIBLE.test(text)) {
    throw malformed(option, 'the key id holds white space or an invisible character', {
      reason: 'invisible',
      suggestion: text.replaceAll(/[\s\p{C}]+/gu, ''),
    });
  }
  const arn = ARN.exec(text);
  if (arn !== null) return parseArn(text, option, arn[1] ?? '', arn[2] ?? '', arn[3] ?? '');
  if (/^acs:/i.test(text)) throw malformedArn(text, option);
  if (text.startsWith('alias/')) return { text, kind: 'alias', alias: checkAlias(text, option) };
  if (isKeyOwnId(text)) return { text, kind: 'id', id: text };
  throw malformed(option, `${quoted(text)} is not a key id, alias or ARN`, guess(text));
}

function parseArn(
  text: string,
  option: string,
  region: string,
  account: string,
  resource: string,
): KeyIdentifier {
  if (!isRegion(region) || !/^\d{1,32}$/.test(account)) throw malformedArn(text, option);
  if (resource.startsWith('alias/')) {
    return { text, kind: 'alias-arn', region, account, alias: checkAlias(resource, option) };
  }
  const id = resource.startsWith('key/') ? resource.slice('key/'.length) : '';
  if (!isKeyOwnId(id)) throw malformedArn(text, option);
  return { text, kind: 'key-arn', region, account, id };
}

function isKeyOwnId(text: string): boolean {
  return UUID.test(text) || INSTANCE_KEY.test(text);
}

function checkAlias(alias: string, option: string): string {
  if (alias === 'alias/' || alias.length > ALIAS_MAX_LENGTH) {
    throw malformed(
      option,
      `an alias is alias/ and a name, ${ALIAS_MAX_LENGTH} characters in all at most`,
      { reason: 'alias' },
    );
  }
  return alias;
}

function guess(text: string): Malformation {
  if (/^[A-Za-z][\w-]*$/.test(text)) return { reason: 'alias-prefix', suggestion: `alias/${text}` };
  if (text.startsWith('key/')) return { reason: 'form', suggestion: text.slice('key/'.length) };
  return { reason: 'form' };
}

function malformedArn(text: string, option: string): Error {
  return malformed(option, `${quoted(text)} is not an ARN of a KMS key or alias`, {
    reason: 'arn',
  });
}

type Malformation = Pick<ErrorDetails['key-id-malformed'], 'reason' | 'suggestion'>;

function malformed(option: string, message: string, details: Malformation): Error {
  return kmsxError('key-id-malformed', message, { details: { ...details, option } });
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
