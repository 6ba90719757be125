import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { OPERATIONS } from '../../../src/local-kms/operations/operations.ts';
import type { TestGateway } from '../../support/local-kms/test-kms.ts';
import { answerOf, startTestGateway } from '../../support/local-kms/test-kms.ts';

let kms: TestGateway;

beforeAll(async () => {
  kms = await startTestGateway();
});

const NAMES = ['KeyId', 'CiphertextBlob', 'PublicKeyBlob', 'WrappingKeySpec', 'WrappingAlgorithm', 'Plaintext',
  'EncryptionContext', 'NumberOfBytes', 'KeySpec', 'KeyVersionId', 'DryRun', 'AliasName', 'Filters', 'PageNumber',
  'PageSize', 'Description', 'KeyUsage', 'Origin', 'Format', 'Action', 'Version', '__proto__',
  'DKMSInstanceId', 'EnableAutomaticRotation', 'RotationInterval', 'Policy', 'Tags', 'PendingWindowInDays',
  'ImportToken', 'EncryptedKeyMaterial', 'KeyMaterialExpireUnix']; // prettier-ignore
const values = fc.oneof(
  fc.constantFrom(
    'alias/rehearsal',
    'RSA_2048',
    'RSAES_OAEP_SHA_256',
    'AES_128',
    'true',
    '32',
    'QQ==',
    '{}',
    '[]',
    '',
    'acs:kms:cn-local:1:key/a',
  ),
  fc.string({ unit: 'binary' }),
  fc.base64String(),
  fc.json(),
);

test('whatever a signed request asks for, the answer is KMS’s own and the fault is never the server’s', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...OPERATIONS.keys()),
      fc.dictionary(fc.constantFrom(...NAMES), values),
      fc.boolean(),
      async (action, parameters, withKey) => {
        const [KeyId = ''] = kms.state.keys.keys();
        const query = withKey ? { KeyId, ...parameters } : parameters;
        const { status, body } = await kms.call(action, query);
        expect(body['RequestId']).toMatch(/^[0-9A-F-]{36}$/);
        expect([200, 400, 404, 409]).toContain(status);
        expect(body['Code'] === undefined).toBe(status === 200);
        expect(body['Code']).not.toBe('SignatureDoesNotMatch');
      },
    ),
    { numRuns: 500 },
  );
});

test('whatever comes in place of a request, it is refused', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        method: fc.oneof(fc.constantFrom('GET', 'POST'), fc.string()),
        target: fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.string().map((text) => `/?${text}`),
        ),
        rawHeaders: fc
          .array(
            fc.oneof(
              fc.tuple(
                fc.constantFrom('host', 'Authorization', 'x-acs-date', 'Content-Type'),
                fc.string(),
              ),
              fc.tuple(fc.string(), fc.string({ unit: 'binary' })),
            ),
          )
          .map((pairs) => pairs.flat()),
        body: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      }),
      async (raw) => {
        const answer = answerOf(await kms.gateway.reply(raw));
        expect(answer.httpStatus).toBeGreaterThanOrEqual(400);
        expect(answer.httpStatus).toBeLessThan(500);
        expect(JSON.parse(answer.body.toString())).toHaveProperty('Code');
      },
    ),
    { numRuns: 1000 },
  );
});

test('every call left one line, none of them of a fault', () => {
  expect(kms.log.length).toBeGreaterThanOrEqual(1500);
  for (const line of kms.log) {
    expect(line).toMatch(/^[\x20-\x7e]+$/);
    expect(line).not.toContain('InternalFailure');
  }
});
