import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  CLOSED_INSTANCE_HINT,
  factsOf,
  KMS_ERRORS,
} from '../../../src/answers/error-table/table.ts';
import type { KmsErrorFacts } from '../../../src/answers/error-table/facts.ts';
import {
  ERROR_FAMILIES,
  factsByStatus,
  STATUS_CLASSES,
} from '../../../src/answers/error-table/fallback.ts';

interface CodeGroup {
  readonly Name: string;
  readonly Source: string;
  readonly Codes: Readonly<Record<string, KmsErrorFacts['kind']>>;
}

const { Groups } = JSON.parse(
  readFileSync(new URL('../../golden/kms-error-codes.json', import.meta.url), 'utf8'),
) as { Groups: readonly CodeGroup[] };

const KINDS = Groups.flatMap(({ Codes }) => Object.entries(Codes));

/** What was found out of KMS, where it lies beside the repository. */
const FACTS = fileURLToPath(new URL('../../../../shared/kms.md', import.meta.url));

/** The codes of the sections on DryRun and on errors: in a table, or as `Code` = meaning. */
function codesOf(page: string): string[] {
  const section = (title: string): string =>
    page.split(`\n## ${title}`)[1]?.split('\n## ')[0] ?? '';
  const dryRun = [...section('2. DryRun').matchAll(/`([A-Z][A-Za-z]+Error)`/g)].map(
    ([, code = '']) => code,
  );
  const rows = section('3. Answers and errors')
    .split('\n')
    .filter((line) => /^\| (?!HTTP|---)/.test(line))
    .map((line) => line.split(' | ')[1] ?? '');
  const listed = rows.flatMap((row) => {
    const bare = row.replaceAll(/\([^)]*\)|\[V[^\]]*\]/g, '');
    let first = '';
    return [...bare.matchAll(/[A-Z][A-Za-z]{4,}(?:\.[A-Za-z]+)*|(?<=, )\.[A-Z][A-Za-z]+/g)].map(
      ([code]) => {
        if (code.startsWith('.')) return `${first}${code}`;
        first = code.split('.')[0] ?? '';
        return code;
      },
    );
  });
  return [...new Set([...dryRun, ...listed])].sort();
}

/** The codes in the embedded KMS's own table of refusals. */
function embeddedCodes(): string[] {
  const source = new URL('../../../src/local-kms/refusal.ts', import.meta.url);
  const table = readFileSync(source, 'utf8').split('const REFUSALS = {')[1]?.split('\n}')[0] ?? '';
  return [...table.matchAll(/^ {2}'?([A-Za-z.]+)'?: \[/gm)].map(([, code = '']) => code);
}

describe('the table of KMS errors', () => {
  test('has every known code once, and no other', () => {
    expect(KINDS.map(([code]) => code).sort()).toEqual(Object.keys(KMS_ERRORS).sort());
  });

  test.each(KINDS)('%s is of the kind %s', (code, kind) => {
    expect(KMS_ERRORS[code]?.kind).toBe(kind);
  });

  test.runIf(existsSync(FACTS))('has what is known of KMS, its gateway and its dry runs', () => {
    const known = codesOf(readFileSync(FACTS, 'utf8'));
    const held = Groups.filter(({ Name }) => ['kms', 'gateway', 'dry-run'].includes(Name));
    expect(known).toEqual(held.flatMap(({ Codes }) => Object.keys(Codes)).sort());
  });

  test('has whatever the embedded KMS answers', () => {
    expect(embeddedCodes().length).toBeGreaterThan(40);
    expect(embeddedCodes().filter((code) => !Object.hasOwn(KMS_ERRORS, code))).toEqual([]);
  });

  test('says for each code what is wrong and what to do, in words of its own', () => {
    const facts = [
      ...Object.values(KMS_ERRORS),
      ...ERROR_FAMILIES.map((family) => family.facts),
      ...STATUS_CLASSES.map((status) => status.facts),
    ];
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
    ['AuthenticationFail.Other', 400, 'credentials', 'who asks'],
    ['EntityNotExist.OIDCProvider', 404, 'credentials', 'RAM does not know'],
    ['InvalidParameter.Other', 400, 'kms', 'a parameter'],
    ['MissingParameter.Other', 400, 'kms', 'is missing'],
    ['InvalidTimeStamp.Other', 400, 'kms', 'the time'],
    ['Forbidden.InstanceNotFound', 404, 'kms', 'does not find'],
    ['Forbidden.Other', 403, 'credentials', 'forbids'],
    ['Forbidden.Other', 503, 'unavailable', 'for now'],
    ['Forbiddenish.Other', 404, 'kms', 'refuses the request'],
    ['Rejected.Other', 409, 'kms', 'present state'],
    ['Rejected.Other', 429, 'unavailable', 'for now'],
    ['Unsupported.Other', 400, 'kms', 'does not support'],
    ['InvalidParameter.Other', 500, 'unavailable', 'for now'],
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
