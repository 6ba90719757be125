/* RSAES-OAEP on the vectors of Wycheproof. */
import { execFileSync } from 'node:child_process';
import { createPrivateKey, privateDecrypt } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import forge from 'node-forge';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KmsxError } from '../../../src/base/error.ts';
import { isJsonObject } from '../../../src/base/json.ts';
import type { OaepHash } from '../../../src/wrapping/algorithms.ts';
import type { WrappingPrivateKey } from '../../../src/wrapping/private-key/private-key.ts';
import { readPrivateKey } from '../../../src/wrapping/private-key/private-key.ts';
import { readPublicKey } from '../../../src/wrapping/public-key/public-key.ts';
import { decryptRsaOaep } from '../../../src/wrapping/rsa-oaep.ts';

interface Case {
  readonly tcId: number;
  readonly comment: string;
  readonly msg: string;
  readonly ct: Buffer;
  readonly label: Buffer;
  readonly result: 'valid' | 'invalid' | 'acceptable';
}

interface Group {
  readonly sha: string;
  readonly mgfSha: string;
  readonly keySize: number;
  readonly privateKeyPem: string;
  readonly privateKeyPkcs8: Buffer;
  readonly privateKeyJwk: unknown;
  readonly cases: readonly Case[];
}

const VECTORS = fileURLToPath(new URL('../../vectors', import.meta.url));
const files = readdirSync(VECTORS).filter((name) => /^rsa_oaep_.*\.json$/.test(name));
const HASHES: Readonly<Record<string, OaepHash>> = { 'SHA-1': 'sha1', 'SHA-256': 'sha256' };
const OTHER_HASHES = ['SHA-224', 'SHA-384', 'SHA-512', 'SHA-512/224', 'SHA-512/256'];
const REFUSED = 'refused';

it('the folder of vectors has those of KMS’s algorithms', () => {
  expect(files).toContain('rsa_oaep_2048_sha256_mgf1sha256_test.json');
  expect(files).toContain('rsa_oaep_2048_sha1_mgf1sha1_test.json');
});

for (const file of files) {
  const { groups, numberOfTests } = readVectors(file);
  const offered = groups.filter(({ sha, mgfSha }) => sha in HASHES && mgfSha in HASHES);
  if (offered.length === 0) continue; // for hashes that no wrapping algorithm of KMS has
  const others = numberOfTests - offered.reduce((sum, { cases }) => sum + cases.length, 0);

  describe(file, () => {
    it(`runs ${numberOfTests - others} of its ${numberOfTests} cases`, () => {
      expect(offered.flatMap(({ cases }) => cases).length).toBeGreaterThan(0);
    });
    offered.forEach((group, index) => {
      describe(`key ${index + 1}, ${group.keySize} bits, ${group.sha}, MGF1 ${group.mgfSha}`, () => {
        runGroup(group);
      });
    });
  });
}

function runGroup(group: Group): void {
  const hash = HASHES[group.sha] ?? 'sha256';
  const mgf1Hash = HASHES[group.mgfSha] ?? 'sha256';
  let temporary: string;
  const keyObject = createPrivateKey(group.privateKeyPem);
  let privateKey: WrappingPrivateKey;
  let forgeKey: forge.pki.rsa.PrivateKey;

  beforeAll(async () => {
    privateKey = await readPrivateKey(Buffer.from(group.privateKeyPem), 'PEM', noPassphrase);
    forgeKey = forge.pki.privateKeyFromPem(group.privateKeyPem);
    temporary = mkdtempSync(join(tmpdir(), 'kmsx-vectors-'));
    writeFileSync(join(temporary, 'key.pem'), group.privateKeyPem);
  });
  afterAll(() => {
    rmSync(temporary, { recursive: true });
  });

  /** OpenSSL decodes the padding too: in Node, which has one hash for both, or as a program. */
  function decryptByOpenSsl({ ct, label }: Case): Buffer {
    if (hash === mgf1Hash) {
      return privateDecrypt({ key: keyObject, oaepHash: hash, oaepLabel: label }, ct);
    }
    const options = [
      'rsa_padding_mode:oaep',
      `rsa_oaep_md:${hash}`,
      `rsa_mgf1_md:${mgf1Hash}`,
      ...(label.length > 0 ? [`rsa_oaep_label:${label.toString('hex')}`] : []),
    ];
    const pkeyopts = options.flatMap((option) => ['-pkeyopt', option]);
    return execFileSync(
      'openssl',
      ['pkeyutl', '-decrypt', '-inkey', join(temporary, 'key.pem'), ...pkeyopts],
      { input: ct, stdio: ['pipe', 'pipe', 'pipe'] },
    );
  }

  function decryptByForge({ ct, label }: Case): Buffer {
    const message = forgeKey.decrypt(ct.toString('latin1'), 'RSA-OAEP', {
      md: forge.md[hash].create(),
      mgf1: { md: forge.md[mgf1Hash].create() },
      label: label.toString('latin1'),
    });
    return Buffer.from(message, 'latin1');
  }

  function decryptHere({ ct, label }: Case): Buffer {
    try {
      return decryptRsaOaep(ct, keyObject, { hash, mgf1Hash, label }).bytes;
    } catch (error) {
      if (error instanceof KmsxError && error.code === 'unwrap-failed') throw error;
      throw new TypeError('another error than unwrap-failed', { cause: error });
    }
  }

  it('has one key in every form', async () => {
    const pkcs8 = await readPrivateKey(group.privateKeyPkcs8, 'PKCS#8', noPassphrase);
    expect(pkcs8.fingerprint).toBe(privateKey.fingerprint);
    expect(privateKey.modulusBits).toBe(group.keySize);
    if (!isJsonObject(group.privateKeyJwk)) return;
    const { kty, n, e } = group.privateKeyJwk;
    const jwk = readPublicKey(Buffer.from(JSON.stringify({ kty, n, e })), 'JWK');
    expect(jwk.fingerprint).toBe(privateKey.fingerprint);
  });

  it.each(group.cases)('$tcId $result: $comment', (each) => {
    const results = {
      kmsx: outcome(() => decryptHere(each)),
      forge: outcome(() => decryptByForge(each)),
      openssl: outcome(() => decryptByOpenSsl(each)),
    };
    if (each.result === 'acceptable') {
      expect([each.msg, REFUSED]).toContain(results.kmsx);
      expect(new Set(Object.values(results)).size).toBe(1);
      return;
    }
    const expected = each.result === 'valid' ? each.msg : REFUSED;
    expect(results).toEqual({ kmsx: expected, forge: expected, openssl: expected });
  });
}

function outcome(decrypt: () => Buffer): string {
  try {
    return decrypt().toString('hex');
  } catch (error) {
    if (error instanceof TypeError || isMissingProgram(error)) throw error;
    return REFUSED;
  }
}

function isMissingProgram(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function noPassphrase(): never {
  throw new TypeError('a vector has an encrypted key');
}

/* The files, read strictly: what is not known here could change what a case means. */

function readVectors(file: string): { groups: Group[]; numberOfTests: number } {
  const content: unknown = JSON.parse(readFileSync(join(VECTORS, file), 'utf8'));
  const { algorithm, schema, numberOfTests, notes, testGroups } = known(file, content, [
    ...['algorithm', 'schema', 'numberOfTests', 'header', 'notes', 'testGroups'],
  ]);
  expect({ algorithm, schema }).toEqual({
    algorithm: 'RSAES-OAEP',
    schema: 'rsaes_oaep_decrypt_schema_v1.json',
  });
  const flags = new Set(Object.keys(isJsonObject(notes) ? notes : {}));
  const groups = list(testGroups).map((group) => readGroup(file, group, flags));
  const count = groups.reduce((sum, { cases }) => sum + cases.length, 0);
  expect(numberOfTests, `${file} says how many cases it has`).toBe(count);
  return { groups, numberOfTests: count };
}

function readGroup(file: string, value: unknown, flags: ReadonlySet<string>): Group {
  const group = known(file, value, [
    ...['type', 'source', 'keySize', 'sha', 'mgf', 'mgfSha', 'tests'],
    ...['privateKey', 'privateKeyPem', 'privateKeyPkcs8', 'privateKeyJwk'],
  ]);
  expect([group['type'], group['mgf']]).toEqual(['RsaesOaepDecrypt', 'MGF1']);
  for (const name of [text(group['sha']), text(group['mgfSha'])]) {
    if (!(name in HASHES) && !OTHER_HASHES.includes(name)) {
      throw new Error(`${file} has the unknown hash ${name}`);
    }
  }
  return {
    sha: text(group['sha']),
    mgfSha: text(group['mgfSha']),
    keySize: Number(group['keySize']),
    privateKeyPem: text(group['privateKeyPem']),
    privateKeyPkcs8: hex(group['privateKeyPkcs8']),
    privateKeyJwk: group['privateKeyJwk'],
    cases: list(group['tests']).map((test) => readCase(file, test, flags)),
  };
}

function readCase(file: string, value: unknown, flags: ReadonlySet<string>): Case {
  const each = known(file, value, [
    ...['tcId', 'comment', 'flags', 'msg', 'ct', 'label', 'result'],
  ]);
  const result = text(each['result']);
  if (result !== 'valid' && result !== 'invalid' && result !== 'acceptable') {
    throw new Error(`${file} has the unknown result ${result}`);
  }
  const unknownFlag = list(each['flags']).find((flag) => !flags.has(text(flag)));
  if (unknownFlag !== undefined) throw new Error(`${file} has the flag ${text(unknownFlag)}`);
  return {
    tcId: Number(each['tcId']),
    comment: text(each['comment']),
    msg: text(each['msg']),
    ct: hex(each['ct']),
    label: hex(each['label']),
    result,
  };
}

function known(file: string, value: unknown, names: readonly string[]): Record<string, unknown> {
  if (!isJsonObject(value)) throw new Error(`${file} lacks an object`);
  const unknownName = Object.keys(value).find((name) => !names.includes(name));
  if (unknownName !== undefined) throw new Error(`${file} has the unknown field ${unknownName}`);
  return value;
}

function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Error('a field is no list');
  return value;
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new Error('a field is not text');
  return value;
}

function hex(value: unknown): Buffer {
  const bytes = Buffer.from(text(value), 'hex');
  if (bytes.toString('hex') !== value) throw new Error('a field is no hexadecimal');
  return bytes;
}
