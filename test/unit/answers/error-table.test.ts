import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  CLOSED_INSTANCE_HINT,
  factsOf,
  KMS_ERRORS,
} from '../../../src/answers/error-table/table.ts';
import type { KmsErrorFacts, Subject } from '../../../src/answers/error-table/facts.ts';
import {
  ERROR_FAMILIES,
  factsByStatus,
  STATUS_CLASSES,
} from '../../../src/answers/error-table/fallback.ts';
import { REFUSALS } from '../../../src/local-kms/refusal.ts';
import { PERMISSION_CODES } from '../../support/kms/refusals.ts';

interface CodeGroup {
  readonly Name: string;
  readonly Source: string;
  readonly Codes: Readonly<Record<string, KmsErrorFacts['kind']>>;
}

const { Groups } = JSON.parse(
  readFileSync(new URL('../../golden/kms-error-codes.json', import.meta.url), 'utf8'),
) as { Groups: readonly CodeGroup[] };

const KINDS = Groups.flatMap(({ Codes }) => Object.entries(Codes));

describe('the table of KMS errors', () => {
  test('has every known code once, and no other', () => {
    expect(KINDS.map(([code]) => code).sort()).toEqual(Object.keys(KMS_ERRORS).sort());
  });

  test.each(KINDS)('%s is of the kind %s', (code, kind) => {
    expect(KMS_ERRORS[code]?.kind).toBe(kind);
  });

  test('has whatever the embedded KMS answers', () => {
    const codes = Object.keys(REFUSALS);
    expect(codes.length).toBeGreaterThan(40);
    expect(codes.filter((code) => !Object.hasOwn(KMS_ERRORS, code))).toEqual([]);
  });

  test('says for each code what is wrong and what to do, in words of its own', () => {
    const facts = [...Object.values(KMS_ERRORS), ...ERROR_FAMILIES, ...STATUS_CLASSES];
    expect(new Set(facts.map(({ hint }) => hint)).size).toBe(facts.length);
    expect(new Set(facts.map(({ message }) => message)).size).toBe(facts.length);
    for (const { hint, message } of [
      ...facts,
      { hint: CLOSED_INSTANCE_HINT, message: 'a key of an instance' },
    ]) {
      for (const text of [hint, message]) expect(text).toMatch(/^[!-~](?:[ -~]){10,200}[^.\s]$/);
      expect(message).toMatch(/^(?:[a-z]|KMS|Alibaba|RAM|STS)/);
      expect(hint).toMatch(/^(?:[a-z]|KMS|ACTION|ALIBABA_|ISSUER|-)/);
    }
  });
});

describe('what a code is about', () => {
  const codesAbout = (subject: Subject): string[] =>
    Object.keys(KMS_ERRORS).filter((code) => KMS_ERRORS[code]?.about === subject);

  test('is a permission for five codes', () => {
    expect(codesAbout('permission').sort()).toEqual(PERMISSION_CODES.toSorted());
  });

  test('is asked of the table: no other file of the client names a code', () => {
    const src = fileURLToPath(new URL('../../../src/', import.meta.url));
    const named = readdirSync(src, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !/^(local-kms|answers\/error-table)\//.test(file))
      .flatMap((file) => {
        const code = readFileSync(`${src}${file}`, 'utf8').replaceAll(
          /^ *(\/\*\*|\*|\/\/).*$/gm,
          '',
        );
        const literals = code.matchAll(/(['"`])([\w.]+)(?:\1|\$)/g);
        return [...literals].flatMap(([, , text = '']) =>
          isCode(text) ? [`${file}: ${text}`] : [],
        );
      });
    expect(named).toEqual([]);
  });
});

/** A code of the table, or the beginning of one with its dot. */
function isCode(text: string): boolean {
  return Object.keys(KMS_ERRORS).some(
    (code) => code === text || (text.endsWith('.') && code.startsWith(text)),
  );
}

describe('a code that the table does not have', () => {
  test.each([
    [400, 'kms'],
    [401, 'credentials'],
    [403, 'credentials'],
    [404, 'kms'],
    [408, 'unavailable'],
    [409, 'kms'],
    [429, 'unavailable'],
    [500, 'unavailable'],
    [599, 'unavailable'],
  ])('is with status %i of the kind %s', (status, kind) => {
    expect(factsByStatus(status).kind).toBe(kind);
    expect(factsOf('Something.New', status).kind).toBe(kind);
  });

  test.each([
    ['Throttling.Wall', 400, 'unavailable', 'a quota of calls'],
    ['InvalidSecurityToken.Other', 400, 'credentials', 'the STS token'],
    ['InvalidSecurityToken', 403, 'credentials', 'the STS token'],
    ['InvalidAccessKeyId.Other', 404, 'credentials', 'the access key'],
    ['InvalidAccessKeyId', 403, 'credentials', 'the access key'],
    ['NoPermission.Other', 400, 'credentials', 'lack a permission'],
    ['AuthenticationFail.Other', 400, 'credentials', 'the caller'],
    ['EntityNotExist.OIDCProvider', 404, 'credentials', 'RAM does not know'],
    ['InvalidParameter.Other', 400, 'kms', 'a parameter'],
    ['MissingParameter.Other', 400, 'kms', 'is missing'],
    ['InvalidTimeStamp.Other', 400, 'kms', 'the time'],
    ['Forbidden.InstanceNotFound', 404, 'kms', 'does not find'],
    ['Forbidden.Other', 403, 'credentials', 'does not allow'],
    ['Forbidden.Other', 503, 'unavailable', 'at the moment'],
    ['Forbiddenish.Other', 404, 'kms', 'refuses the request'],
    ['Rejected.Other', 409, 'kms', 'current state'],
    ['Rejected.Other', 429, 'unavailable', 'at the moment'],
    ['Unsupported.Other', 400, 'kms', 'does not support'],
    ['InvalidParameter.Other', 500, 'unavailable', 'at the moment'],
  ])(
    'is judged by the word it begins with: %s with %i is of the kind %s',
    (code, status, kind, words) => {
      const facts = factsOf(code, status);
      expect(facts.kind).toBe(kind);
      expect(facts.message).toContain(words);
    },
  );

  test('is never taken for what every object has', () => {
    expect(factsOf('constructor', 400)).toBe(factsByStatus(400));
  });
});
