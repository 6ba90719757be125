import type { ErrorDetails } from '../base/error-details.ts';
import { kmsxError } from '../base/error.ts';
import { placeholderHint } from '../base/text/placeholders.ts';
import { strayCharacter, withoutStray } from '../base/text/nearly-right.ts';
import { isRegion, likelyRegion } from '../network/region.ts';

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
const ACCOUNT = /^\d{1,32}$/;
const ARN = /^acs:kms:([^:]*):([^:]*):(.*)$/;
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
  const stray = strayCharacter(text);
  if (stray !== undefined) {
    throw malformed(option, `the key id has ${stray} in it`, {
      ...guess(text),
      reason: 'invisible',
    });
  }
  const arn = ARN.exec(text);
  if (arn !== null) return parseArn(text, option, arn[1] ?? '', arn[2] ?? '', arn[3] ?? '');
  if (/^acs:/i.test(text)) throw malformedArn(text, option);
  if (text.startsWith('alias/')) return { text, kind: 'alias', alias: checkAlias(text, option) };
  if (isKeyOwnId(text)) return { text, kind: 'id', id: text };
  throw malformed(option, `${quoted(text)} is not a key id, alias or ARN`, guess(text), text);
}

/**
 * Whether an answer's KeyId or ARN can be that of the key that was asked for: the same id, and where both have one the
 * same account. An alias leads to any key of its account.
 *
 * @param asked - id, alias or ARN
 * @param answered - id or ARN
 */
export function isAnswerAbout(asked: string, answered: string): boolean {
  const [question, answer] = [resourceOf(asked), resourceOf(answered)];
  if (question.account !== undefined && answer.account !== undefined) {
    if (question.account !== answer.account) return false;
  }
  return question.name.startsWith('alias/') || question.name === answer.name;
}

function resourceOf(text: string): { readonly account: string | undefined; readonly name: string } {
  const [, , account, resource = text] = ARN.exec(text) ?? [];
  const name = resource.replace(/^key\//, '');
  return { account, name: UUID.test(name) ? name.toLowerCase() : name };
}

function parseArn(
  text: string,
  option: string,
  region: string,
  account: string,
  resource: string,
): KeyIdentifier {
  if (!isRegion(region) || !ACCOUNT.test(account)) throw malformedArn(text, option);
  if (resource.startsWith('alias/')) {
    return { text, kind: 'alias-arn', region, account, alias: checkAlias(resource, option) };
  }
  const id = resource.startsWith('key/') ? resource.slice('key/'.length) : '';
  if (!isKeyOwnId(id)) throw malformedArn(text, option);
  return { text, kind: 'key-arn', region, account, id };
}

/** What an ARN has in the place of a key's own id. */
function isOwnedId(text: string): boolean {
  return text.startsWith('key/') && isKeyOwnId(text.slice('key/'.length));
}

function isKeyOwnId(text: string): boolean {
  return UUID.test(text) || INSTANCE_KEY.test(text);
}

function isAlias(text: string): boolean {
  return /^alias\/./.test(text) && text.length <= ALIAS_MAX_LENGTH;
}

function checkAlias(alias: string, option: string): string {
  if (!isAlias(alias)) {
    throw malformed(
      option,
      `an alias is alias/ and a name, ${ALIAS_MAX_LENGTH} characters in all at most`,
      { reason: 'alias' },
    );
  }
  return alias;
}

/** What is often written in place of a key id, alias or ARN, and what is right; one after the other. */
const CORRECTIONS: readonly (readonly [wrong: RegExp, right: string])[] = [
  [/[\p{Pd}\u2212]/gu, '-'],
  [/^\{(.*)\}$/, '$1'],
  [/^arn:/i, ''],
  [/^acs:kms:/i, 'acs:kms:'],
  [/^\/+/, ''],
  [/^alias[:/\\]+/i, 'alias/'],
  [/^key\//i, ''],
  [/^key[-_]/i, 'key-'],
  [/(?<=^acs:.*:)alias[/\\]/i, 'alias/'],
  [/(?<=^acs:.*:)key[/\\]/i, 'key/'],
  [/(?<=^acs:.*:)(?=key-|[0-9a-f]{8}-)/i, 'key/'],
  [/^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/i, '$1-$2-$3-$4-$5'],
];

function guess(text: string): Malformation {
  const meant = CORRECTIONS.reduce(
    (all, [wrong, right]) => all.replace(wrong, right),
    withoutStray(text),
  ).replace(/(?<=^acs:kms:)[^:]*/, likelyRegion);
  if (meant !== text && isKeyId(meant)) return { reason: 'form', suggestion: meant };
  if (!/^[A-Za-z][\w-]*$/.test(meant)) return { reason: 'form' };
  return { reason: 'alias-prefix', suggestion: `alias/${meant}` };
}

function isKeyId(text: string): boolean {
  const [, region, account, resource] = ARN.exec(text) ?? [];
  if (resource === undefined) return isKeyOwnId(text) || isAlias(text);
  const isOwner = isRegion(region ?? '') && ACCOUNT.test(account ?? '');
  return isOwner && (isAlias(resource) || isOwnedId(resource));
}

function malformedArn(text: string, option: string): Error {
  return malformed(option, `${quoted(text)} is not an ARN of a KMS key or alias`, {
    ...guess(text),
    reason: 'arn',
  });
}

type Malformation = Pick<ErrorDetails['key-id-malformed'], 'reason' | 'suggestion'>;

function malformed(option: string, message: string, details: Malformation, text = ''): Error {
  const hint = placeholderHint(text);
  return kmsxError('key-id-malformed', message, {
    details: { ...details, option },
    ...(hint !== undefined && { hints: [hint] }),
  });
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
