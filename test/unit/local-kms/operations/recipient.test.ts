/* `Recipient` asks for CiphertextForRecipient in place of the plaintext, which this server does not have. */
import { expect, test } from 'vitest';
import { refusalOf, validCalls } from '../../../support/local-kms/calls.ts';
import { startTestGateway } from '../../../support/local-kms/test-kms.ts';

const kms = await startTestGateway();
const calls = await validCalls(kms);
const RECIPIENT = { Recipient: '{"AttestationDocument":"…"}' };

test.each(['GenerateDataKey', 'Decrypt', 'AsymmetricDecrypt', 'GetSecretValue'])(
  '%s refuses it and gives no plaintext away',
  async (action) => {
    const query = calls.get(action) ?? {};
    expect(await refusalOf(kms, action, query)).toBe('200');
    for (const Recipient of [RECIPIENT.Recipient, '']) {
      const { status, body } = await kms.call(action, { ...query, Recipient });
      expect({ status, body }).toEqual({
        status: 400,
        body: expect.objectContaining({ Code: 'UnsupportedOperation' }) as unknown,
      });
      expect(Object.keys(body)).not.toContain('Plaintext');
      expect(Object.keys(body)).not.toContain('SecretData');
    }
    const dryRun = { ...query, ...RECIPIENT, DryRun: 'true' };
    expect(await refusalOf(kms, action, dryRun)).toBe('400 ValidationError');
  },
);
