import { onTestFinished } from 'vitest';
import { knownCredentials } from '../../../src/credentials/credentials.ts';
import type { KmsClient } from '../../../src/kms/types.ts';
import { encodeEncryptionContext } from '../../../src/documents/encryption-context.ts';
import type { EncryptionContext } from '../../../src/documents/encryption-context.ts';
import { TestKms } from '../local-kms/test-kms.ts';
import { clientOf } from './clients.ts';

/** An embedded KMS for one test, and a client of it. */
export interface EmbeddedKms {
  readonly kms: KmsClient;
  readonly keyId: string;
  /** Encrypts bytes of the test's own choosing: the CiphertextBlob. */
  readonly seal: (
    dataKey: Uint8Array,
    context?: EncryptionContext,
    keyId?: string,
  ) => Promise<string>;
  /** Sends a call that must succeed. */
  readonly call: (action: string, parameters?: Readonly<Record<string, string>>) => Promise<Answer>;
  /** The operations that were called and how each ended, from here on. */
  readonly calls: () => string[];
}

type Answer = Awaited<ReturnType<TestKms['succeed']>>;

export async function startEmbeddedKms(): Promise<EmbeddedKms> {
  const server = await TestKms.start();
  onTestFinished(() => server.close());
  const { Endpoint, AccessKeyId, AccessKeySecret } = server.announcement;
  const kms = clientOf(Endpoint, {
    credentials: knownCredentials('test', {
      accessKeyId: AccessKeyId,
      accessKeySecret: AccessKeySecret,
    }),
  });
  return {
    kms,
    keyId: server.keyId,
    seal: async (dataKey, context, keyId = server.keyId) => {
      const answer = await server.succeed('Encrypt', {
        KeyId: keyId,
        Plaintext: Buffer.from(dataKey).toString('base64'),
        ...(context !== undefined && { EncryptionContext: encodeEncryptionContext(context) }),
      });
      server.log.length = 0;
      return answer['CiphertextBlob'] ?? '';
    },
    call: async (action, parameters = {}) => {
      const answer = await server.succeed(action, parameters);
      server.log.length = 0;
      return answer;
    },
    calls: () =>
      server.log.map((line) => /(ExportDataKey|ReEncrypt|Decrypt) \d+/.exec(line)?.[0] ?? line),
  };
}

/** The client with other answers to some operations: for what the embedded KMS would never do. */
export function withAnswers(kms: KmsClient, answers: Partial<KmsClient>): KmsClient {
  return new Proxy(kms, {
    get: (target, name) => {
      if (name in answers) return answers[name as keyof KmsClient];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
