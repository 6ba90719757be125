import type { CeremonyPlan } from '../../../src/ceremony/plan/plan.ts';
import { PLAN_FORMAT } from '../../../src/ceremony/plan/plan.ts';

/** A plan with all that a plan can have: for three recipients, one of them a token. */
export const FULL_PLAN: CeremonyPlan = {
  Format: PLAN_FORMAT,
  Title: 'The payments key of 2027',
  Practice: false,
  Place: 'Room 4',
  Previous: '9f'.repeat(32),
  KeyId: 'alias/payments',
  KeySpec: 'AES_256',
  Context: { purpose: 'payments', year: '2027' },
  Bind: true,
  People: [
    { Name: 'Lea Ader', Role: 'leader', Affiliation: 'Example Bank', Identified: 'passport' },
    { Name: 'Otto Perator', Role: 'operator' },
    { Name: 'Wilma Itness', Role: 'witness', Affiliation: 'Example Audit' },
    { Name: 'Carl Ustodian', Role: 'custodian' },
    { Name: 'Ada Uditor', Role: 'auditor' },
  ],
  Recipients: [
    {
      Name: 'site-a',
      Pubkey: 'site-a.pub.pem',
      ExpectFingerprint: `SHA256:${'0123456789abcdef'.repeat(4)}`,
      Custodian: 'Carl Ustodian',
      Unwrap: 'elsewhere',
    },
    { Name: 'site-b', Token: 'pkcs11:token=site-b;object=wrapping', Unwrap: 'here' },
    { Name: 'spare', MakePair: true, Unwrap: 'here' },
  ],
  Backups: ['/media/stick/payments.backup.json', 'secret:payments'],
  Witness: true,
  Signatures: { Threshold: 2 },
};

export const PLAN_SHA256 = '1a2b3c4d'.repeat(8);
