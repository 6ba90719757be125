import { createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/base/json.ts';
import { kmsxError } from '../../../../src/base/error.ts';
import type { PlanFacts, PlanFinding } from '../../../../src/ceremony/plan/check/findings.ts';
import { judgePlan } from '../../../../src/ceremony/plan/check/judge-plan.ts';
import { readPlan } from '../../../../src/ceremony/plan/read-plan.ts';
import { placeOf } from '../../../../src/ceremony/plan/place-of.ts';
import { PLAN_TEMPLATE } from '../../../../src/ceremony/plan/template.ts';
import type { PublicKeyOfFile } from '../../../../src/data-key/choose-recipients.ts';
import { defaultAlgorithm, findWrappingAlgorithm } from '../../../../src/wrapping/algorithms.ts';
import { readPublicKey } from '../../../../src/wrapping/public-key/public-key.ts';
import { requireWrappingKey } from '../../../../src/wrapping/public-key/wrapping-public-key.ts';
import { planBytes, WHOLE_PLAN } from '../../../support/ceremony/plans.ts';
import { testKey } from '../../../support/wrapping/wrapping-keys.ts';

function keyOf(file: string, label: string): PublicKeyOfFile {
  const spki = createPublicKey(testKey(file)).export({ type: 'spki', format: 'pem' });
  const facts = readPublicKey(Buffer.from(spki), label);
  return { facts, publicKey: requireWrappingKey(facts, label), label };
}

const EAST = keyOf('rsa-2048-pub.pem', 'east.pub.pem');
const TOKEN = keyOf('other-2048.pem', 'the token');

/** A machine with two disks, on which nothing is there but folders and the keys of `east`. */
const FACTS: PlanFacts = {
  exists: (path) => Promise.resolve(path === '/plans/east.pem' || path.endsWith('taken.json')),
  fileSystemOf: (folder) => {
    if (folder.includes('none')) return Promise.resolve(undefined);
    return Promise.resolve(folder.startsWith('/media/one') ? '1' : '2');
  },
  publicKey: (path) => {
    if (path === '/plans/east.pub.pem') return Promise.resolve(EAST);
    return Promise.reject(kmsxError('file-missing', `${path} does not exist`));
  },
  recipientInToken: () =>
    Promise.resolve({ publicKey: TOKEN.publicKey, algorithm: defaultAlgorithm('RSA_2048') }),
  assertPlace: (place) => {
    if (place === 'secret:')
      throw kmsxError('secret-name-malformed', 'bad', { details: { name: '' } });
  },
};

const [EAST_FIELDS, WEST, SPARE] = WHOLE_PLAN.Recipients;
const [ADA, BO, CHEN, ...OTHERS] = WHOLE_PLAN.People;

const FIRST = { ...EAST_FIELDS, ExpectFingerprint: EAST.publicKey.fingerprint };

/** A plan in which nothing is wrong. */
const SOUND = { ...WHOLE_PLAN, Recipients: [FIRST, WEST, SPARE] };

async function findings(
  changes: JsonObject = {},
  facts: Partial<PlanFacts> = {},
): Promise<readonly PlanFinding[]> {
  const bytes = planBytes({ ...SOUND, ...changes });
  const { plan, lineOf } = readPlan(bytes, 'plan.json');
  const subject = { plan, lineOf, planFolder: '/plans' };
  const found = await judgePlan(subject, { ...FACTS, ...facts });
  const lines = bytes.toString().split('\n');
  for (const { line = 0 } of found) expect(lines[line - 1]).toBeDefined();
  return found;
}

const told = (found: readonly PlanFinding[]): string[] =>
  found.map(({ severity, code }) => `${severity} ${code}`);

const recipients = (...list: readonly object[]): JsonObject => ({ Recipients: list });
const east = (changes: object): JsonObject => recipients({ ...FIRST, ...changes }, WEST, SPARE);

describe('a plan', () => {
  it('in which nothing is wrong has no finding', async () => {
    expect(await findings()).toEqual([]);
  });

  it.each<[string, JsonObject, string[]]>([
    [
      'the leader is the operator',
      { People: [ADA, { ...BO, Name: 'ada ' }, CHEN, ...OTHERS] },
      ['error roles-exclusive'],
    ],
    [
      'a witness is the operator',
      { People: [ADA, BO, CHEN, { ...CHEN, Name: 'Bo' }, ...OTHERS] },
      ['error roles-exclusive'],
    ],
    [
      'a person has a role twice',
      { People: [ADA, BO, CHEN, CHEN, ...OTHERS] },
      ['error person-twice'],
    ],
    ['nobody leads', { People: [BO, CHEN, ...OTHERS] }, ['error leader-missing']],
    ['nobody types', { People: [ADA, CHEN, ...OTHERS] }, ['error operator-missing']],
    ['nobody watches', { People: [ADA, BO, ...OTHERS.slice(1)] }, ['error witness-missing']],
    ['one person watches', { People: [ADA, BO, ...OTHERS] }, ['warning one-witness']],
    ['a custodian is nobody', east({ Custodian: 'Eva' }), ['error custodian-unknown']],
    [
      'one custodian has all',
      recipients(FIRST, { ...WEST, Custodian: 'Eve' }),
      ['warning one-custodian'],
    ],
    [
      'more are to sign than take part',
      { Signatures: { Threshold: 7 } },
      ['error threshold-too-high'],
    ],
    ['nobody signs', { Signatures: undefined }, ['warning no-signatures']],
    ['there is no record before', { Previous: undefined }, ['warning no-previous']],
    ['nobody attends, and it is not practice', { Unattended: true }, ['error unattended']],
    ['nobody attends practice', { Unattended: true, Practice: true }, []],
    ['the key id is none', { KeyId: 'payments' }, ['error key-id-malformed']],
    [
      'the context has a secret',
      { Context: { password: `-----BEGIN PRIVATE KEY-----` } },
      ['error context-secret'],
    ],
    [
      'the context has a name of kmsx',
      { Context: { 'kmsx:id': 'a' } },
      ['error context-malformed'],
    ],
    ['the context is too long', { Context: { a: 'a'.repeat(9000) } }, ['error context-malformed']],
    [
      'the context is too long with its id',
      { Context: { a: 'a'.repeat(8192 - 8 - 20) }, Bind: true },
      ['error context-malformed'],
    ],
    ['one place of backups', { Backups: ['secret:a'] }, ['error backup-places']],
    ['no place of backups', { Backups: [] }, ['error backup-places']],
    ['a place twice', { Backups: ['secret:a', 'secret:a'] }, ['error backup-twice']],
    [
      'a place twice, by other names of one folder',
      { Backups: ['a.json', '/plans/a.json'] },
      ['error backup-twice'],
    ],
    [
      'two backups on one disk',
      { Backups: ['/media/one/a.json', '/media/one/b/a.json'] },
      ['error backups-on-one-disk'],
    ],
    [
      'two backups on one disk, and it is practice',
      { Practice: true, Backups: ['a.json', './b.json'] },
      ['warning backups-on-one-disk'],
    ],
    ['a file and a secret', { Backups: ['a.json', 'secret:a', 'store:a'] }, []],
    [
      'a backup is there already',
      { Backups: ['/media/one/taken.json', 'a.json'] },
      ['error output-exists'],
    ],
    [
      'a backup without its folder',
      { Backups: ['/none/a.json', 'a.json'] },
      ['error file-missing'],
    ],
    [
      'a backup in a folder of practice that nobody makes',
      { Practice: true, Backups: ['a.json', 'b/a.json'] },
      ['error file-missing'],
    ],
    ['a place that cannot be', { Backups: ['secret:', 'a.json'] }, ['error secret-name-malformed']],
    ['no fingerprint', east({ ExpectFingerprint: undefined }), ['error fingerprint-missing']],
    [
      'another fingerprint',
      east({ ExpectFingerprint: `SHA256:${'0'.repeat(64)}` }),
      ['error fingerprint-mismatch'],
    ],
    [
      'the fingerprint as it was read aloud',
      east({
        ExpectFingerprint: EAST.publicKey.fingerprint
          .toUpperCase()
          .replaceAll(/(.{4})/g, '$1 ')
          .replace('S HA2 56:', 'SHA256:')
          .replace(/^.*?:/, 'SHA256:'),
      }),
      [],
    ],
    ['no public key', east({ Pubkey: 'none.pem' }), ['error file-missing']],
    [
      'no private key',
      east({ Unwrap: 'here', Privkey: 'none.pem' }),
      ['warning private-key-here', 'error file-missing'],
    ],
    [
      'the private key on this machine',
      east({ Unwrap: 'here', Privkey: 'east.pem' }),
      ['warning private-key-here'],
    ],
    [
      'a pair that is made and used here',
      recipients(FIRST, WEST, { ...SPARE, Unwrap: 'here' }),
      ['warning private-key-here'],
    ],
    [
      'the private key here in practice',
      { ...east({ Unwrap: 'here', Privkey: 'east.pem' }), Practice: true },
      [],
    ],
    ['a name twice', recipients(FIRST, { ...WEST, Name: 'East' }), ['error recipient-twice']],
    ['a name of no file', east({ Name: 'a/b' }), ['error recipient-name']],
    [
      'a token without a key in it',
      recipients(FIRST, { ...WEST, Token: 'pkcs11:token=a' }),
      ['error uri-malformed'],
    ],
    [
      'a fingerprint that is not that of the token',
      recipients({ ...WEST, ExpectFingerprint: EAST.publicKey.fingerprint }),
      ['error fingerprint-mismatch'],
    ],
    [
      'a data key that does not fit',
      { KeySpec: undefined, NumberOfBytes: 191 },
      ['error data-key-too-long', 'error data-key-too-long', 'error data-key-too-long'],
    ],
    [
      'a data key that has no check value',
      { KeySpec: undefined, NumberOfBytes: 15 },
      ['error no-check-value'],
    ],
    ['the shortest data key that has one', { KeySpec: undefined, NumberOfBytes: 16 }, []],
    ['the longest data key that fits', { KeySpec: undefined, NumberOfBytes: 190 }, []],
  ])('%s', async (_, changes, expected) => {
    expect(told(await findings(changes))).toEqual(expected);
  });

  it('two recipients with one public key', async () => {
    const twice = recipients(FIRST, {
      ...FIRST,
      Name: 'again',
      Custodian: 'Frank',
    });
    expect(told(await findings(twice))).toEqual(['error pubkey-repeated']);
    const recipientInToken = () =>
      Promise.resolve({
        publicKey: EAST.publicKey,
        algorithm: findWrappingAlgorithm('RSAES_OAEP_SHA_1'),
      });
    expect(told(await findings({}, { recipientInToken }))).toEqual(['error pubkey-repeated']);
  });

  it('a token that does not unwrap, and one that nobody asked', async () => {
    const recipientInToken = () =>
      Promise.reject(kmsxError('token-cannot-unwrap', 'no', { details: { takes: [] } }));
    expect(told(await findings({}, { recipientInToken }))).toEqual(['error token-cannot-unwrap']);
    const [finding] = await findings({}, { recipientInToken: undefined });
    expect(finding).toMatchObject({ severity: 'warning', code: 'token-not-asked' });
  });

  it('says in which line', async () => {
    const bytes = planBytes({ ...SOUND, KeyId: 'payments' }).toString();
    const [finding] = await findings({ KeyId: 'payments' });
    expect(bytes.split('\n')[(finding?.line ?? 0) - 1]).toContain('"KeyId"');
  });

  it('that is the template has errors for what is to be filled in alone', async () => {
    const { plan, lineOf } = readPlan(Buffer.from(PLAN_TEMPLATE), 'plan.yaml');
    const subject = { plan, lineOf, planFolder: '/plans' };
    const found = await judgePlan(subject, FACTS);
    const lines = PLAN_TEMPLATE.split('\n');
    const errors = found.filter(({ severity }) => severity === 'error');
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['not-filled-in']));
    const open = lines.flatMap((text, index) => (/^[^#]*<.*>$/.test(text) ? [index + 1] : []));
    expect(errors.map(({ line }) => line)).toEqual(open);
    expect(told(found.filter(({ severity }) => severity === 'warning'))).toEqual([
      'warning no-previous',
    ]);
  });
});

it('a backup lies where the plan is, and of practice where the ceremony is', () => {
  const where = (Practice: boolean, place: string): string =>
    placeOf({ Practice }, '/plans', '/ceremony', place);
  expect(where(false, 'a.json')).toBe('/plans/a.json');
  expect(where(true, 'a.json')).toBe('/ceremony/a.json');
  expect(where(true, '/media/a.json')).toBe('/media/a.json');
  expect(where(true, 'secret:a')).toBe('secret:a');
  expect(where(false, 'store:a')).toBe('store:a');
});
