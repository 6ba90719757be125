import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { KmsxError } from '../../../src/base/error.ts';
import { loadAuthorities } from '../../../src/network/authorities.ts';
import type { AttemptClock } from '../../../src/kms/attempts.ts';
import type { ClientOptions } from '../../../src/kms/client.ts';
import { createKmsClient } from '../../../src/kms/client.ts';
import { knownCredentials } from '../../../src/credentials/credentials.ts';
import type { Gateway } from '../../../src/kms/gateway.ts';
import { resolveGateway } from '../../../src/kms/gateway.ts';
import type { KmsClient } from '../../../src/kms/types.ts';
import { tlsFile } from '../network/servers.ts';

export const ACCESS_KEY = { accessKeyId: 'testAK', accessKeySecret: 'canary-secret-0123456789' };

export const GENERATE = {
  keyId: 'alias/rehearsal',
  publicKeyBlobBase64: Buffer.from('canary-public-key').toString('base64'),
  wrappingKeySpec: 'RSA_2048',
  wrappingAlgorithm: 'RSAES_OAEP_SHA_256',
  keySpec: 'AES_256',
  encryptionContextJson: '{"canary-name":"canary-value"}',
};

export const DECRYPT = {
  ciphertextBlobBase64: Buffer.from('canary-ciphertext').toString('base64'),
  encryptionContextJson: '{"canary-name":"canary-value"}',
};

export const GENERATED = {
  CiphertextBlob: Buffer.from('blob').toString('base64'),
  ExportedDataKey: Buffer.from('export').toString('base64'),
  KeyId: '08c33a6f-4e0a-4a1b-a3fa-7ddfa1d4fb73',
  KeyVersionId: '2ab1a983-7072-4bbc-a582-584b5bd8e5b1',
  RequestId: '475f1620-b9d3-4d35-b5c6-3fbdd941423d',
};

const ONE_ATTEMPT = { maxAttempts: 1, timeoutMs: 60_000, deadlineMs: 60_000 };

/** The gateway of an address. */
export function gatewayAt(endpoint: string): Gateway {
  const gateway = resolveGateway({ endpoint, env: {} });
  if (!('url' in gateway)) throw new Error('no gateway');
  return gateway;
}

/** A client with a fixed access key, one attempt and an empty environment; it ends with the test. */
export function clientOf(
  gateway: Gateway | string,
  options: Partial<ClientOptions> = {},
): KmsClient {
  const client = createKmsClient({
    gateway: typeof gateway === 'string' ? gatewayAt(gateway) : gateway,
    credentials: knownCredentials('test', ACCESS_KEY),
    limits: ONE_ATTEMPT,
    env: {},
    userAgent: 'kmsx',
    clock: systemClock(options.signal),
    ...options,
  });
  onTestFinished(() => client.close());
  return client;
}

/** The clock of the system, whose waits end when the signal aborts. */
export function systemClock(signal?: AbortSignal): AttemptClock {
  return {
    now: () => new Date(),
    monotonicMs: () => performance.now(),
    random: () => Math.random(),
    sleep: async (milliseconds) => {
      await delay(milliseconds, undefined, signal && { signal }).catch(() => {
        signal?.throwIfAborted();
      });
    },
  };
}

/** The test authority beside the usual ones. */
export async function testAuthorities(): Promise<NonNullable<ClientOptions['authorities']>> {
  const authorities = await loadAuthorities(tlsFile('ca.pem'), {}, new Date());
  if (authorities === undefined) throw new Error('no authorities');
  return authorities;
}

/** Waits for a promise to fail with a KmsxError. */
export async function failure(promise: Promise<unknown>): Promise<KmsxError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof KmsxError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}
