import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KmsxError } from '../../../../src/base/error.ts';
import { inspectFile } from '../../../../src/documents/inspect/inspect-file.ts';
import type { NamedIdentities } from '../../../../src/documents/inspect/inspect-relations.ts';
import {
  groupLetters,
  relate,
  RELATIONS,
} from '../../../../src/documents/inspect/inspect-relations.ts';
import type { Inspection } from '../../../../src/documents/inspect/inspect-relations.ts';
import { readEnvelope } from '../../../../src/documents/read-document.ts';
import type { Sm2Form } from '../../../../src/wrapping/sm2/ciphertext.ts';
import { privateKeyFiles, publicKeyFiles } from '../../../keys/forms.ts';
import { GOLDEN_FOLDERS } from '../../../support/document-schemas.ts';
import { SM2_FORMS_SEEN, sm2Forms } from '../../../support/wrapping/sm2-forms.ts';
import { SM2_VECTORS } from '../../../support/wrapping/sm2-vectors.ts';
import { testKey } from '../../../support/wrapping/wrapping-keys.ts';
import { BACKUP, EXPORT, refusalOf } from '../../../support/documents.ts';

const inspect = async (value: unknown): Promise<Inspection> =>
  await inspectFile(
    Buffer.isBuffer(value)
      ? Buffer.from(value)
      : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
    'file',
  );
const factsOf = async (value: unknown): Promise<Inspection['facts']> =>
  (await inspect(value)).facts;
const codeOf = async (value: unknown): Promise<string> => {
  const error: unknown = await inspect(value).catch((thrown: unknown) => thrown);
  if (error instanceof KmsxError) return error.code;
  throw new Error('no refusal');
};
const digest = (base64: unknown): string =>
  `SHA256:${createHash('sha256').update(String(base64), 'base64').digest('hex')}`;
const golden = (name: string): string => readFileSync(join(GOLDEN_FOLDERS[0] ?? '', name), 'utf8');

const SM2_FORMS = Object.entries(sm2Forms(Buffer.from(SM2_VECTORS[0]?.raw ?? '', 'hex'))) as [
  Sm2Form,
  Buffer,
][];

const FINGERPRINT = 'SHA256:dee3c693eab531ed637ee7a3ec3c39d72c5008ffb11fbc386098bc395ee42b65';

describe('inspecting a key', () => {
  it.each(publicKeyFiles('rsa-2048').map(({ file, form }) => [file, form]))(
    'tells form, fingerprint and capacity of a public one: %s',
    async (file, form) => {
      const { facts, identities } = await inspect(testKey(file));
      expect(facts).toMatchObject({
        Type: form.startsWith('certificate') ? 'certificate' : 'public key',
        Form: form,
        KeyType: 'rsa',
        ModulusBits: 2048,
        PublicKeyFingerprint: FINGERPRINT,
        WrappingKeySpec: 'RSA_2048',
        MaxDataKeyBytes: { RSAES_OAEP_SHA_256: 190, RSAES_OAEP_SHA_1: 214 },
      });
      expect(identities).toEqual({ WrappingKey: [FINGERPRINT] });
    },
  );

  it.each(privateKeyFiles('rsa-2048').map(({ file, form, encrypted }) => [file, form, encrypted]))(
    'tells of a private one its form and what is public, and asks for no passphrase: %s',
    async (file, form, encrypted) => {
      const { facts } = await inspect(testKey(file));
      expect(facts).toEqual({
        Type: form === 'pkcs12' ? 'PKCS#12 file' : 'private key',
        Form: form,
        Encrypted: encrypted,
        ...(!encrypted && {
          KeyType: 'rsa',
          ModulusBits: 2048,
          PublicExponent: '65537',
          PublicKeyFingerprint: FINGERPRINT,
        }),
      });
    },
  );

  it.each([
    ['openssh.pub', { Type: 'public key', Form: 'openssh' }],
    ['openssh', { Type: 'private key', Form: 'openssh' }],
    ['dsa-traditional.der', { Type: 'private key', KeyType: 'dsa' }],
  ])('says why one of another kind is not usable: %s', async (file, facts) => {
    expect(await factsOf(testKey(file))).toEqual({
      ...facts,
      NotUsable: expect.stringMatching(/^file holds an? /) as string,
    });
  });

  it('tells a certificate with its names', async () => {
    expect(await factsOf(testKey('rsa-2048-cert.der'))).toMatchObject({
      CertificateSubject: 'CN=kmsx test key',
      CertificateIssuer: 'CN=kmsx test key',
      CertificateSerialNumber: expect.stringMatching(/^[0-9a-f]+$/) as string,
      CertificateExpires: expect.stringMatching(/Z$/) as string,
    });
  });

  it('tells a chain of certificates, each on its own', async () => {
    const pem = testKey('rsa-2048-cert.pem').toString();
    const { facts, identities } = await inspect(`${pem}${pem}`);
    const certificate = expect.objectContaining({ PublicKeyFingerprint: FINGERPRINT }) as unknown;
    expect(facts).toEqual({ Type: 'certificates', Certificates: [certificate, certificate] });
    expect(identities).toEqual({ WrappingKey: [FINGERPRINT, FINGERPRINT] });
    expect(await codeOf(`${pem}${pem}more`)).toBe('pubkey-trailing-bytes');
  });

  it('tells a private key in base64 without armour, which no command reads', async () => {
    const base64 = testKey('rsa-2048-pkcs8.der').toString('base64');
    expect(await factsOf(base64)).toMatchObject({
      Type: 'private key',
      Form: 'pkcs8-base64',
      PublicKeyFingerprint: FINGERPRINT,
      NotUsable: expect.stringContaining('without PEM armour') as string,
    });
  });

  it('shows nothing of a private JWK or a symmetric one', async () => {
    const secret = { kty: 'oct', k: 'c2VjcmV0' };
    expect(await factsOf(secret)).toMatchObject({ Type: 'secret key', Form: 'jwk' });
    expect(JSON.stringify(await inspect(secret))).not.toContain('c2VjcmV0');
    const pair = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' };
    const facts = await factsOf({ ...pair, d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A' });
    expect(facts).toMatchObject({ Type: 'private key', KeyType: 'ed25519' });
    expect(JSON.stringify(facts)).not.toContain('nWGxne');
    expect(await factsOf(pair)).toMatchObject({ Type: 'public key', Form: 'jwk' });
  });
});

describe('inspecting a document', () => {
  it('shows lengths and digests in place of ciphertexts', async () => {
    const { CiphertextBlob, Exports, ExportedDataKey, ...rest } = EXPORT;
    const { facts, identities } = await inspect(EXPORT);
    expect(facts).toMatchObject({
      Type: 'export document',
      ...rest,
      CiphertextBlobBytes: 100,
      CiphertextBlobFingerprint: digest(CiphertextBlob),
    });
    expect((facts['Exports'] as object[]).at(0)).toMatchObject({
      ExportedDataKeyBytes: 256,
      ExportedDataKeyFingerprint: digest(ExportedDataKey),
    });
    expect(facts['Exports']).toHaveLength((Exports as object[]).length);
    for (const ciphertext of [CiphertextBlob, ExportedDataKey]) {
      expect(JSON.stringify({ facts, identities })).not.toContain(ciphertext);
    }
    expect(await factsOf(BACKUP)).toMatchObject({ Type: 'backup document', NumberOfBytes: 32 });
  });

  it('never shows a component', async () => {
    const text = golden('component-xor-1.json');
    const { Component, ...rest } = JSON.parse(text) as Record<string, unknown>;
    const inspection = await inspect(text);
    expect(inspection.facts).toEqual({ Type: 'component document', ...rest });
    expect(JSON.stringify(inspection)).not.toContain(Component);
    const later = text.replace('kmsx-component/1', 'kmsx-component/2');
    expect(await codeOf(later)).toBe('document-format-unknown');
  });

  it('is not misled by the words of another Format inside', async () => {
    const EncryptionContext = {
      Format: 'kmsx-component/1',
      x: '"Format":"kmsx-local-kms-state/2"',
    };
    expect(await factsOf({ ...BACKUP, EncryptionContext })).toMatchObject({
      Type: 'backup document',
      EncryptionContext,
    });
  });

  it.each([
    ['seed', golden('seed.json'), 'notAnActualSecret'],
    ['state', '{"Format":"kmsx-local-kms-state/3","ImportTokenKey":"c2VjcmV0"}', 'c2VjcmV0'],
  ])('shows nothing of a %s of the embedded KMS', async (kind, text, secret) => {
    const inspection = await inspect(text);
    expect(inspection.facts['Type']).toBe(`${kind} of the embedded KMS`);
    expect(Object.keys(inspection.facts)).toEqual(['Type', 'Format']);
    expect(JSON.stringify(inspection)).not.toContain(secret);
  });

  it.each([
    ['another number', { ...BACKUP, Format: 'kmsx-backup/2' }, 'document-format-unknown'],
    [
      'a name twice',
      `{"Format":"kmsx-backup/1",${JSON.stringify(BACKUP).slice(1)}`,
      'json-name-twice',
    ],
    ['a document cut short', JSON.stringify(BACKUP).slice(0, -9), 'json-malformed'],
    ['a document with a wrong field', { ...BACKUP, KeyId: 7 }, 'document-malformed'],
    ['some JSON', { a: 1 }, 'document-malformed'],
    ['an empty object', {}, 'document-malformed'],
    ['some text', 'neither this nor that', 'base64-malformed'],
    ['a PEM block cut short', '-----BEGIN PUBLIC KEY-----\nAAAA\n', 'pubkey-malformed'],
    ['a certificate request', testKey('rsa-2048-csr.pem'), 'pubkey-malformed'],
  ])('refuses %s', async (_, value, code) => {
    expect(await codeOf(value)).toBe(code);
  });
});

it('says what an import document tells, and by what it belongs to the export', async () => {
  const { facts, identities } = await inspect(golden('import-two.json'));
  expect(facts).toMatchObject({ Type: 'import document', NumberOfBytes: 32 });
  expect(facts['Imports']).toHaveLength(2);
  expect(identities).toMatchObject({
    DataKeyId: ['00112233445566778899aabbccddeeff'],
    CiphertextBlob: [facts['CiphertextBlobFingerprint']],
    KmsKey: [facts['KeyId']],
  });
  expect(identities.WrappingKey).toHaveLength(2);
  expect(new Set(identities.KeyCheckValue)).toContain(
    'AES-CMAC-LABEL:1d6c19a2c49e5a6723f63cbe6e82f8c3',
  );
});

it.each([
  ['kmsx-component/1', 'combine'],
  ['kmsx-import/1', 'holds no data key'],
  ['kmsx-local-kms-seed/1', '--seed'],
  ['kmsx-local-kms-state/2', '--state'],
  ['kmsx-local-kms-state/3', '--state'],
])(
  'a document of Format %s is not taken for a backup or export; what takes it is named',
  (Format, taker) => {
    const refusal = refusalOf(() =>
      readEnvelope(Buffer.from(JSON.stringify({ Format })), 'd.json'),
    );
    expect(refusal.code).toBe('document-malformed');
    expect(refusal.message).toContain(taker);
  },
);

describe('inspecting what has no Format', () => {
  const BLOB = Buffer.alloc(150, 7).toString('base64');

  it('says where an answer of KMS holds a plaintext key, and does not show it', async () => {
    const Plaintext = Buffer.alloc(32, 9).toString('base64');
    for (const answer of [
      { CiphertextBlob: BLOB, Plaintext },
      { KeyId: 'k', Plaintext },
    ]) {
      const facts = await factsOf({ ...answer, RequestId: 'r' });
      expect(facts).toMatchObject({ Type: 'answer of KMS', HoldsPlaintext: true });
      expect(JSON.stringify(facts)).not.toContain(Plaintext);
    }
    expect(await factsOf({ CiphertextBlob: BLOB })).not.toHaveProperty('HoldsPlaintext');
  });

  it('tells a bare value by its length alone, and what is short not even by a digest', async () => {
    expect(await factsOf(BLOB)).toEqual({
      Type: 'bare ciphertext',
      Bytes: 150,
      Fingerprint: digest(BLOB),
      MayBe: ['CiphertextBlob'],
    });
    const wrapped = Buffer.alloc(256).toString('base64');
    expect(await factsOf(wrapped)).toMatchObject({ MayBe: ['ExportedDataKey', 'CiphertextBlob'] });
    for (const bytes of [1, 31, 32, 33, 64]) {
      expect(await inspect(Buffer.alloc(bytes, 5).toString('base64'))).toEqual({
        facts: {
          Type: 'bare base64 value, too short for a ciphertext',
          Bytes: bytes,
          ...(bytes === 32 && { MayBe: ['plaintext data key'] }),
        },
        identities: {},
      });
    }
  });

  it.each(SM2_FORMS)('tells an SM2 export by its point, and the forms: %s', async (form, bytes) => {
    const ExportedDataKey = bytes.toString('base64');
    const Sm2Forms = SM2_FORMS_SEEN[form];
    const Exports = (EXPORT['Exports'] as object[]).map((entry) => ({ ...entry, ExportedDataKey }));
    const { Exports: inspected } = await factsOf({ ...EXPORT, ExportedDataKey, Exports });
    expect((inspected as object[])[0]).toMatchObject({ Sm2Forms });
    expect(await factsOf({ ExportedDataKey })).toMatchObject({ Type: 'answer of KMS', Sm2Forms });
    expect(await factsOf(ExportedDataKey)).toEqual({
      Type: 'bare ciphertext',
      Bytes: bytes.length,
      Fingerprint: digest(ExportedDataKey),
      MayBe: ['ExportedDataKey'],
      Sm2Forms,
    });
  });

  it.each([16, 24, 32])('says of %i bytes in hexadecimal that they may be a key', async (bytes) => {
    const key = Buffer.alloc(bytes, 0xa5).toString('hex');
    for (const text of [key, key.toUpperCase(), `${key}\n`]) {
      const inspection = await inspect(text);
      expect(inspection).toEqual({
        facts: {
          Type: 'bare hexadecimal value, too short for a ciphertext',
          Bytes: bytes,
          MayBe: ['plaintext data key', 'key check value', 'digest'],
        },
        identities: {},
      });
    }
  });

  it('knows the record of a ceremony, and by what it belongs to the documents', async () => {
    const { facts, identities } = await inspect({
      Ceremony: 'complete',
      KeyId: 'key-1',
      DataKeyId: '0'.repeat(32),
      PublicKeyFingerprint: FINGERPRINT,
      CiphertextBlobFingerprint: digest(BLOB),
      ExportedDataKeyFingerprint: digest('AAAA'),
      KeyCheckValues: [{ Method: 'AES-CMAC-LABEL', Value: '00' }],
      Export: 'export.json',
      Backups: ['backup-1.json', 'secret:payments'],
    });
    expect(facts).toMatchObject({
      Type: 'record of a ceremony',
      Ceremony: 'complete',
      Backups: ['backup-1.json', 'secret:payments'],
    });
    const backup = await inspect({ CiphertextBlob: BLOB, KeyId: 'key-1' });
    expect(
      relate([
        { file: 'record.json', identities },
        { file: 'b.json', identities: backup.identities },
      ])[0],
    ).toEqual({ SameCiphertextBlobAs: ['b.json'], SameKmsKeyAs: ['b.json'] });
    expect(identities).toMatchObject({
      DataKeyId: ['0'.repeat(32)],
      ExportedDataKey: [digest('AAAA')],
      KeyCheckValue: ['AES-CMAC-LABEL:00'],
      WrappingKey: [FINGERPRINT],
    });
  });

  it('shows the Code of an error of kmsx, and nothing that is no word', async () => {
    const error = {
      Kind: 'usage',
      Code: 'output-exists',
      Message: 'canary',
      RequestId: 'a canary',
    };
    expect(await factsOf({ Error: error })).toEqual({
      Type: 'error of kmsx',
      Kind: 'usage',
      Code: 'output-exists',
    });
  });

  it('knows several lines of what kmsx prints, and refuses lines of anything else', async () => {
    const line = (value: object): string => JSON.stringify(value);
    const key = line({ KeyId: 'k', Usable: true });
    const permission = line({ Action: 'kms:Decrypt', Resource: '*', Allowed: true });
    const finding = line({ Check: 'clock', Status: 'pass', Message: 'm' });
    const both = { Type: 'JSON Lines', Lines: 2 };
    expect(await factsOf(`${key}\n${key}\n`)).toEqual({ ...both, Of: ['KMS key of list-keys'] });
    expect(await factsOf(`${permission}\n${finding}\n`)).toEqual({
      ...both,
      Of: ['permission of policy --check', 'finding of doctor'],
    });
    expect(await codeOf(`${key}\n{"KeyId":\n`)).toBe('json-malformed');
    expect(await factsOf(`${key}\n{"a":1}\n`)).not.toHaveProperty('Lines');
  });

  it('describes the first of several documents, and says that there are more', async () => {
    const line = JSON.stringify(BACKUP);
    expect(await factsOf(`${line}\n${line}\n`)).toMatchObject({
      Type: 'backup document',
      Encoding: 'a file of several JSON values',
    });
  });

  it.each([
    [{ PublicKeyFingerprint: FINGERPRINT, WrappingKeySpec: 'RSA_2048' }, 'report of keygen'],
    [{ DryRun: true, WouldSucceed: true, NotChecked: [] }, 'result of a dry run'],
    [{ Match: true, Backups: [] }, 'result of verify-key'],
    [
      { Rehearsal: true, Passed: true, KeyCheckValues: [], Refused: [], Steps: [], Files: [] },
      'report of rehearse',
    ],
    [{ KeyId: 'k', Usable: false, Reason: 'secret' }, 'KMS key of list-keys'],
    [{ Action: 'kms:Decrypt', Resource: '*', Reason: 'secret' }, 'permission of policy --check'],
    [{ Check: 'clock', Status: 'pass', Message: 'secret' }, 'finding of doctor'],
    [{ Warning: { Message: 'secret' } }, 'warning of kmsx'],
    [{ SetId: 'x', Components: [] }, 'report of split custody'],
    [{ KeyCheckValues: [], NumberOfBytes: 32 }, 'key check values'],
    [{ Error: { Code: 'x' } }, 'error of kmsx'],
    [{ Code: 'x', Message: 'secret', RequestId: 'r', HostId: 'h' }, 'error of KMS'],
    [
      { Endpoint: 'http://127.0.0.1:1', AccessKeyId: 'a', AccessKeySecret: 'secret' },
      'announcement of local-kms',
    ],
    [{ password: 'secret' }, 'JSON object of strings'],
  ])('knows %j', async (value, type) => {
    const facts = await factsOf(value);
    expect(facts['Type']).toBe(type);
    expect(JSON.stringify(facts)).not.toContain('"secret"');
  });
});

it('whatever the bytes, inspecting them tells something or is a kmsx error', async () => {
  const files = [...publicKeyFiles('rsa-2048'), ...privateKeyFiles('rsa-2048')];
  const texts = ['component-xor-1.json', 'export-two.json', 'seed.json', 'answer.json'].map(golden);
  const all = [
    ...files.map(({ file }) => testKey(file)),
    ...texts.map((text) => Buffer.from(text)),
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...all),
      fc.nat(),
      fc.nat({ max: 40 }),
      fc.uint8Array({ maxLength: 8 }),
      async (bytes, place, gone, put) => {
        const at = place % bytes.length;
        const changed = Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + gone)]);
        try {
          expect((await inspect(changed)).facts['Type']).toMatch(/./);
        } catch (error) {
          expect(error).toBeInstanceOf(KmsxError);
        }
      },
    ),
    { numRuns: 300 },
  );
});

describe('which files belong together', () => {
  const named = (identities: readonly NamedIdentities['identities'][]): NamedIdentities[] =>
    identities.map((each, index) => ({ file: `f${index}`, identities: each }));

  it('is told for each relation, by the other files', () => {
    const files = named([
      { CiphertextBlob: ['b1'], KmsKey: ['k'] },
      { CiphertextBlob: ['b1'], WrappingKey: ['w1', 'w2'], KmsKey: ['k'] },
      { WrappingKey: ['w2'] },
      { CiphertextBlob: ['b2'], KmsKey: ['k'] },
    ]);
    expect(relate(files)).toEqual([
      { SameCiphertextBlobAs: ['f1'], SameKmsKeyAs: ['f1', 'f3'] },
      { SameCiphertextBlobAs: ['f0'], SameKmsKeyAs: ['f0', 'f3'], SameWrappingKeyAs: ['f2'] },
      { SameWrappingKeyAs: ['f1'] },
      { SameKmsKeyAs: ['f0', 'f1'] },
    ]);
    expect([...groupLetters(files)]).toEqual([
      ['CiphertextBlob', ['A', 'A', '', '']],
      ['KmsKey', ['A', 'A', '', 'A']],
      ['WrappingKey', ['', 'A', 'A', '']],
    ]);
  });

  it('names the first 20 of many, and tells their number', () => {
    const files = named(Array.from({ length: 23 }, () => ({ KmsKey: ['k'] })));
    const all = files.map(({ file }) => file);
    const belonging = relate(files);
    expect(belonging[0]).toEqual({ SameKmsKeyAs: all.slice(1, 21), SameKmsKeyCount: 22 });
    expect(belonging[5]?.SameKmsKeyAs).toEqual([...all.slice(0, 5), ...all.slice(6, 21)]);
    expect(belonging[22]?.SameKmsKeyAs).toEqual(all.slice(0, 20));
    expect(relate(files.slice(0, 21))[0]).not.toHaveProperty('SameKmsKeyCount');
  });

  it('takes a bare value for what another file calls it', () => {
    const files = named([{ Bare: 'x' }, { ExportedDataKey: ['x'] }, { Bare: 'y' }, { Bare: 'y' }]);
    expect(relate(files)).toEqual([
      { SameExportedDataKeyAs: ['f1'] },
      { SameExportedDataKeyAs: ['f0'] },
      { SameCiphertextBlobAs: ['f3'] },
      { SameCiphertextBlobAs: ['f2'] },
    ]);
  });

  it('is the same from both sides, in fields and in letters', () => {
    const identities = fc.record(
      Object.fromEntries(
        RELATIONS.map((relation) => [
          relation,
          fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 3 }),
        ]),
      ),
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(identities, { maxLength: 6 }), (all) => {
        const files = named(all);
        const belonging = relate(files);
        for (const relation of RELATIONS) {
          const letters = groupLetters(files).get(relation) ?? files.map(() => '');
          for (const [i, own] of files.entries()) {
            for (const [j, other] of files.entries()) {
              if (i === j) continue;
              const have = (own.identities[relation] ?? []).some((value) =>
                other.identities[relation]?.includes(value),
              );
              const said = belonging[i]?.[`Same${relation}As`]?.includes(other.file) ?? false;
              const shared = (letters[i] ?? '')
                .split(' ')
                .some((letter) => letter !== '' && letters[j]?.split(' ').includes(letter));
              expect([said, shared]).toEqual([have, have]);
            }
          }
        }
      }),
    );
  });
});
