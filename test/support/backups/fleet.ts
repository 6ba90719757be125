import { createPublicKey } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { toBackupDocument } from '../../../src/documents/backup-document.ts';
import { encodeEncryptionContext } from '../../../src/documents/encryption-context.ts';
import { keyCheckValues } from '../../../src/documents/key-check-value.ts';
import type { KmsClient } from '../../../src/kms/types.ts';
import { keyFacts } from '../../../src/wrapping/key-facts.ts';
import { testKey } from '../wrapping/wrapping-keys.ts';

export const PLAIN_KEY = '11111111-1111-4111-8111-111111111111';
const DISABLED_KEY = '22222222-2222-4222-8222-222222222222';
const DELETED_KEY = '33333333-3333-4333-8333-333333333333';

/** The access key of the fleet's account. */
export const FLEET_ENV = {
  ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAI5tFleet',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'notAnActualSecretOfFleet',
  ALIBABA_CLOUD_REGION_ID: 'cn-local',
};

/**
 * Writes a seed of three KMS keys, as they were and as they are later: one disabled, one deleted. What one server
 * encrypted another opens.
 *
 * @returns the arguments of `local-kms`
 */
export function seedFleet(folder: string, when: 'before' | 'later'): string[] {
  const key = (KeyId: string, more: object = {}): object => ({
    KeyId,
    Versions: [{ KeyVersionId: KeyId.replace(/.{12}$/, '000000000001') }],
    ...more,
  });
  const isLater = when === 'later';
  const seed = {
    Format: 'kmsx-local-kms-seed/1',
    DeriveFrom: 'a fleet of backups',
    Accounts: [
      {
        AccountId: '1234567890123456',
        AccessKeys: [
          {
            AccessKeyId: FLEET_ENV.ALIBABA_CLOUD_ACCESS_KEY_ID,
            AccessKeySecret: FLEET_ENV.ALIBABA_CLOUD_ACCESS_KEY_SECRET,
          },
        ],
        Keys: [
          key(PLAIN_KEY),
          key(DISABLED_KEY, isLater ? { KeyState: 'Disabled' } : {}),
          ...(isLater ? [] : [key(DELETED_KEY)]),
        ],
      },
    ],
  };
  const file = join(folder, `seed-${when}.json`);
  writeFileSync(file, JSON.stringify(seed));
  return ['--seed', file];
}

/** What a backup is called: `backup-00007`. */
export function backupName(index: number): string {
  return `backup-${String(index).padStart(5, '0')}`;
}

/** How many calls of KMS are under way at once. */
const TOGETHER = 16;

/**
 * Has KMS generate so many data keys, and writes their backups into a folder; the last but one is under the key that is
 * disabled later, the last under the one that is deleted.
 *
 * @returns the lines of a file of check values
 */
export async function writeFleet(kms: KmsClient, folder: string, count: number): Promise<string[]> {
  mkdirSync(folder, { recursive: true });
  const publicKeyBlob = keyFacts(createPublicKey(testKey('rsa-2048-pub.pem'))).spki.toString(
    'base64',
  );
  const lines: string[] = [];
  const write = async (index: number): Promise<void> => {
    const keyId =
      index === count - 1 ? DELETED_KEY : index === count - 2 ? DISABLED_KEY : PLAIN_KEY;
    const EncryptionContext = { backup: backupName(index) };
    const encryptionContextJson = encodeEncryptionContext(EncryptionContext);
    const wrapping = {
      publicKeyBlobBase64: publicKeyBlob,
      wrappingKeySpec: 'RSA_2048',
      wrappingAlgorithm: 'RSAES_OAEP_SHA_256',
    };
    const made = await kms.generateAndExportDataKey({
      ...{ ...wrapping, keyId, keySpec: 'AES_256', encryptionContextJson },
    });
    const { ciphertextBlobBase64 } = made;
    const { plaintext } = await kms.decrypt({ ciphertextBlobBase64, encryptionContextJson });
    const label = keyCheckValues(plaintext.bytes)[2]?.Value ?? '';
    plaintext.dispose();
    const document = toBackupDocument(
      {
        KeyId: made.keyId,
        KeyVersionId: made.keyVersionId,
        CiphertextBlob: ciphertextBlobBase64,
      },
      {
        EncryptionContext,
        NumberOfBytes: 32,
        Region: 'cn-local',
        Endpoint: kms.endpoint,
        CreatedAt: '2026-11-23T08:00:00.000Z',
        Rehearsal: true,
      },
    );
    writeFileSync(join(folder, `${backupName(index)}.json`), `${JSON.stringify(document)}\n`);
    lines[index] = `${backupName(index)} label:${label}`;
  };
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await write(next++);
  };
  await Promise.all(Array.from({ length: TOGETHER }, worker));
  return lines;
}

/** The document of a backup. */
export function readBackup(folder: string, index: number): Record<string, unknown> {
  const text = readFileSync(join(folder, `${backupName(index)}.json`), 'utf8');
  return JSON.parse(text) as Record<string, unknown>;
}

/** Writes other content for a backup. */
export function writeBackup(folder: string, index: number, content: object | string): void {
  const text = typeof content === 'string' ? content : `${JSON.stringify(content)}\n`;
  writeFileSync(join(folder, `${backupName(index)}.json`), text);
}

/**
 * A gateway before a server that refuses every call about one CiphertextBlob with Rejected.Throttling, and passes all
 * others on.
 *
 * @returns its address
 */
export async function throttlingOne(endpoint: string, ciphertextBlob: string): Promise<string> {
  const marks = [ciphertextBlob, encodeURIComponent(ciphertextBlob)];
  const { hostname, port } = new URL(endpoint);
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      const text = (incoming.url ?? '') + body.toString();
      if (marks.some((mark) => text.includes(mark))) {
        outgoing.writeHead(429, { 'content-type': 'application/json' });
        const Code = 'Rejected.Throttling';
        outgoing.end(JSON.stringify({ Code, Message: 'QPS Limit Exceeded', RequestId: 'R-1' }));
        return;
      }
      const { method, url, headers } = incoming;
      const onward = request({ hostname, port, method, path: url, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      });
      onward.on('error', () => outgoing.destroy());
      onward.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
