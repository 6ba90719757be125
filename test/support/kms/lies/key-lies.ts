import { createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import { testKey } from '../../wrapping/wrapping-keys.ts';
import { NEW_KEY, OLD_KEY, OTHER_ACCOUNT } from '../seed.ts';
import type { Lie } from './lie.ts';
import type { Honest, Tell } from './lying-kms.ts';
import type { Row } from './rows.ts';

/* Lies in good form, about another key than the one that was asked for or with a ciphertext that is none. */

const set =
  (fields: Readonly<Record<string, unknown>>): Tell =>
  (honest) => ({ body: { ...honest.fields, ...fields } });

const ofField =
  (name: string, change: (bytes: Buffer, honest: Honest) => Uint8Array): Tell =>
  (honest) => {
    const bytes = Buffer.from(String(honest.fields[name]), 'base64');
    const told = Buffer.from(change(bytes, honest)).toString('base64');
    return { body: { ...honest.fields, [name]: told } };
  };

const metadata =
  (fields: Readonly<Record<string, unknown>>): Tell =>
  ({ fields: honest }) => ({
    body: { ...honest, KeyMetadata: { ...(honest['KeyMetadata'] as object), ...fields } },
  });

/** The modulus of the public key that the request names, plus a number. */
const modulusPlus = (difference: bigint): Tell =>
  ofField('ExportedDataKey', (_, { request }) => {
    const { n = '' } = requestedKey(request).export({ format: 'jwk' });
    const modulus = BigInt(`0x${Buffer.from(n, 'base64url').toString('hex')}`);
    return Buffer.from((modulus + difference).toString(16).padStart(512, '0'), 'hex');
  });

function requestedKey(request: Honest['request']): ReturnType<typeof createPublicKey> {
  const key = Buffer.from(request.parameters.get('PublicKeyBlob') ?? '', 'base64');
  return createPublicKey({ key, format: 'der', type: 'spki' });
}

/** A ciphertext for the key of a stranger, who can read it. */
const forStranger = ofField('ExportedDataKey', () => {
  const key = createPublicKey(testKey('other-2048.pem'));
  return publicEncrypt({ key, oaepHash: 'sha256' }, randomBytes(32));
});

const number = (value: number, length = 256): Uint8Array => {
  const bytes = Buffer.alloc(length);
  bytes[length - 1] = value;
  return bytes;
};

const exportsKey = ({ action, isDryRun }: Row): boolean =>
  isDryRun !== true && action.endsWith('ExportDataKey');
const makesBlob = ({ action, isDryRun }: Row): boolean =>
  isDryRun !== true && ['GenerateAndExportDataKey', 'ReEncrypt'].includes(action);
const of =
  (action: string): Lie['concerns'] =>
  (row) =>
    row.action === action && row.isDryRun !== true;
const holding =
  (holds: Row['holds'], action: string): Lie['concerns'] =>
  (row) =>
    row.action === action && row.holds === holds;

const EXPORT = 'ExportedDataKey';
const OTHER_KEY = { KeyId: NEW_KEY };
const OTHER_VERSION = { KeyVersionId: NEW_KEY };
const OTHER_ARN = `acs:kms:cn-local:${OTHER_ACCOUNT}:key/${OLD_KEY}`;

/** By title: the lie, the exit code, what the message must name, and where it can be told. */
const TABLE: readonly (readonly [string, Tell, Lie['code'], RegExp, Lie['concerns']])[] = [
  ['another KMS key than was sent', set(OTHER_KEY), 4, /KeyId/, holding('the key', 'GenerateAndExportDataKey')],
  ["another account's key", set({ KeyId: OTHER_ARN }), 4, /KeyId/, holding('the key with its account', 'GenerateAndExportDataKey')],
  ['another KMS key than the document says', set(OTHER_KEY), 6, /another KMS key/, holding('a document', 'ExportDataKey')],
  ['another version than the document says', set(OTHER_VERSION), 6, /another version/, holding('a document', 'ExportDataKey')],
  ['another KMS key than before', set(OTHER_KEY), 4, /KeyId/, holding('an answer', 'ExportDataKey')],
  ['another version than before', set(OTHER_VERSION), 4, /KeyVersionId/, holding('an answer', 'ExportDataKey')],
  ['another KMS key than the document says', set(OTHER_KEY), 6, /another KMS key/, holding('a document', 'Decrypt')],
  ['another version than the document says', set(OTHER_VERSION), 6, /another version/, holding('a document', 'Decrypt')],
  ['another KMS key than before', set(OTHER_KEY), 4, /KeyId/, of('ReEncrypt')],
  ['another version than before', set(OTHER_VERSION), 4, /KeyVersionId/, of('ReEncrypt')],
  ['another KMS key', metadata(OTHER_KEY), 4, /KeyId/, holding('the key', 'DescribeKey')],
  ['the ARN of another key', metadata({ Arn: `acs:kms:cn-local:1:key/${NEW_KEY}` }), 4, /Arn/, of('DescribeKey')],
  ['the ARN of an alias', metadata({ Arn: 'acs:kms:cn-local:1:alias/old' }), 4, /Arn/, of('DescribeKey')],
  ['another secret', set({ SecretName: 'another' }), 4, /SecretName/, of('GetSecretValue')],
  ['another secret', set({ SecretName: 'another' }), 4, /SecretName/, of('DescribeSecret')],

  ['a Plaintext', set({ Plaintext: 'QUJDRA==' }), 4, /Plaintext/, exportsKey],
  ['a plaintext in lower case', set({ plaintext: 'QUJDRA==' }), 4, /Plaintext/, exportsKey],
  ['a Plaintext', set({ Plaintext: 'QUJDRA==' }), 4, /Plaintext/, of('ReEncrypt')],
  ['an export of zero', ofField(EXPORT, () => number(0)), 4, /ExportedDataKey/, exportsKey],
  ['an export of one', ofField(EXPORT, () => number(1)), 4, /ExportedDataKey/, exportsKey],
  ['an export of the modulus', modulusPlus(0n), 4, /ExportedDataKey/, exportsKey],
  ['an export of the modulus less one', modulusPlus(-1n), 4, /ExportedDataKey/, exportsKey],
  ['an export above the modulus', ofField(EXPORT, () => Buffer.alloc(256, 0xff)), 4, /ExportedDataKey/, exportsKey],
  ['an export a byte short', ofField(EXPORT, (bytes) => bytes.subarray(1)), 4, /255 bytes/, exportsKey],
  ['an export a byte long', ofField(EXPORT, (bytes) => Buffer.concat([number(0, 1), bytes])), 4, /257 bytes/, exportsKey],
  ['an export of one byte', ofField(EXPORT, () => number(7, 1)), 4, /1 bytes/, exportsKey],
  ['an export that is 32 bytes in clear', ofField(EXPORT, () => randomBytes(32)), 4, /32 bytes/, exportsKey],
  ['the public key for an export', ofField(EXPORT, (_, { request }) => requestedKey(request).export({ type: 'spki', format: 'der' })), 4, /ExportedDataKey/, exportsKey],
  ["an export for a stranger's key", forStranger, 4, /ExportedDataKey|modulus/, (row) => exportsKey(row) && row.opens === true],
  ['a damaged export', ofField(EXPORT, (bytes) => bytes.fill(bytes[9] ?? 0, 8, 40)), 4, /ExportedDataKey/, (row) => exportsKey(row) && row.opens === true],
  ['a blob of a data key’s length', ofField('CiphertextBlob', () => randomBytes(32)), 4, /CiphertextBlob/, of('GenerateAndExportDataKey')],
  ['a blob of one byte', ofField('CiphertextBlob', () => number(7, 1)), 4, /CiphertextBlob/, of('GenerateAndExportDataKey')],
  ['a blob that is text', ofField('CiphertextBlob', (bytes) => Buffer.from(`blob: ${bytes.toString('hex')}, really`)), 4, /CiphertextBlob is text/, makesBlob],
  ['a blob in base64 twice', ofField('CiphertextBlob', (bytes) => Buffer.from(bytes.toString('base64'))), 4, /CiphertextBlob is a ciphertext .* in base64/, makesBlob],
  ['a blob that is JSON', ofField('CiphertextBlob', (bytes) => Buffer.from(JSON.stringify({ blob: bytes.toString('hex') }))), 4, /CiphertextBlob is JSON/, makesBlob],
  ['a private key for the blob', ofField('CiphertextBlob', () => testKey('other-2048.pem')), 4, /CiphertextBlob is a private key/, makesBlob],
  ['a blob that is shorter than any', ofField('CiphertextBlob', (bytes) => bytes.subarray(0, 64)), 4, /CiphertextBlob has 64 bytes/, makesBlob],
  ['the export for the blob', ({ fields }) => ({ body: { ...fields, CiphertextBlob: fields[EXPORT] } }), 4, /CiphertextBlob/, of('GenerateAndExportDataKey')],
  ['the blob for the export', ({ fields }) => ({ body: { ...fields, [EXPORT]: fields['CiphertextBlob'] } }), 4, /ExportedDataKey/, of('GenerateAndExportDataKey')],
  ['the blob that was sent', ({ fields, request }) => ({ body: { ...fields, [EXPORT]: request.parameters.get('CiphertextBlob') } }), 4, /ExportedDataKey/, of('ExportDataKey')],
  ['the blob that was sent', ({ fields, request }) => ({ body: { ...fields, CiphertextBlob: request.parameters.get('CiphertextBlob') } }), 4, /CiphertextBlob/, of('ReEncrypt')],
  ['a blob that does not open', ofField('CiphertextBlob', (bytes) => bytes.fill(7, bytes.length - 8)), 4, /could not be verified/, (row) => row.action === 'ReEncrypt' && makesBlob(row)],
  ['a data key of another length', ofField('Plaintext', (bytes) => bytes.subarray(1)), 6, /31 bytes/, holding('a document', 'Decrypt')],
  ['a data key longer than its blob', ofField('Plaintext', () => randomBytes(2000)), 4, /CiphertextBlob/, of('Decrypt')],
  ['the blob for the data key', ({ fields, request }) => ({ body: { ...fields, Plaintext: request.parameters.get('CiphertextBlob') } }), 4, /CiphertextBlob/, of('Decrypt')],

  ['a dry run that was carried out', () => ({ status: 200, body: { RequestId: 'r', KeyId: OLD_KEY } }), 4, /carried out/, ({ isDryRun }) => isDryRun === true],
  ['a page for a dry run', () => ({ status: 200, body: '<html>' }), 5, /other than JSON/, ({ isDryRun }) => isDryRun === true],
  ['a dry run that went well with HTTP 500', () => ({ status: 500 }), 4, /dry run/, ({ isDryRun }) => isDryRun === true],
]; // prettier-ignore

export const KEY_LIES: readonly Lie[] = TABLE.map(([title, tell, code, says, concerns]) => ({
  ...{ title, tell, code, says },
  ...(concerns !== undefined && { concerns }),
}));
