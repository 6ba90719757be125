import type { JsonObject } from '../../../src/base/json.ts';

/** A plan of every field, as JSON has it. */
export const WHOLE_PLAN = {
  Format: 'kmsx-ceremony-plan/1',
  Title: 'The key of payments',
  Practice: false,
  Place: 'Building 4, room 12',
  Previous: 'a1'.repeat(32),
  KeyId: 'alias/payments',
  KeySpec: 'AES_256',
  Context: { purpose: 'payments', 'cost centre': '0042' },
  Bind: false,
  People: [
    { Name: 'Ada', Role: 'leader', Affiliation: 'Example Ltd.', Identified: 'passport' },
    { Name: 'Bo', Role: 'operator' },
    { Name: 'Chen', Role: 'witness' },
    { Name: 'Dewi', Role: 'witness' },
    { Name: 'Eve', Role: 'custodian' },
    { Name: 'Frank', Role: 'custodian' },
  ],
  Recipients: [
    {
      Name: 'east',
      Pubkey: 'east.pub.pem',
      ExpectFingerprint: `SHA256:${'0123456789abcdef'.repeat(4)}`,
      Custodian: 'Eve',
      Unwrap: 'elsewhere',
    },
    { Name: 'west', Token: 'pkcs11:token=west;object=wrapping', Custodian: 'Frank' },
    { Name: 'spare', MakePair: true, Custodian: 'Eve', Unwrap: 'elsewhere' },
  ],
  Backups: ['/media/one/payments.json', 'secret:backups/payments'],
  Witness: true,
  Signatures: { Threshold: 2 },
} as const satisfies JsonObject;

/** A plan as the bytes of its file, in JSON that is indented, so that each field has a line. */
export function planBytes(plan: JsonObject): Buffer {
  return Buffer.from(JSON.stringify(plan, undefined, 2));
}
