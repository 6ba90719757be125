import type { EncryptionContext } from '../../documents/encryption-context.ts';

export const PLAN_FORMAT = 'kmsx-ceremony-plan/1';

export const ROLES = ['leader', 'operator', 'witness', 'custodian', 'auditor'] as const;

export type Role = (typeof ROLES)[number];

export interface PlanPerson {
  readonly Name: string;
  readonly Role: Role;
  readonly Affiliation?: string;
  /** How the person is identified on the day, such as `passport`. */
  readonly Identified?: string;
}

/** Who gets an export of the data key. Exactly one of `Pubkey`, `Token` and `MakePair` is there. */
export interface PlanRecipient {
  readonly Name: string;
  /** A public key file; relative to the plan. */
  readonly Pubkey?: string;
  /** `pkcs11:…`, the private key in a token (RFC 7512). */
  readonly Token?: string;
  /** The pair is made in the ceremony, as NAME.pem and NAME.pub.pem in its folder. */
  readonly MakePair?: true;
  /** `SHA256:` and 64 hexadecimal digits, from a second source. */
  readonly ExpectFingerprint?: string;
  /** The name of the person who has the private half. */
  readonly Custodian?: string;
  /** Where the export is unwrapped; elsewhere the check value is read aloud. */
  readonly Unwrap: 'here' | 'elsewhere';
  /** With `Pubkey` and `here`: the file of the private half; relative to the plan. */
  readonly Privkey?: string;
}

/** A plan as it was read: checked for its form, not yet for its sense. */
export interface CeremonyPlan {
  readonly Format: typeof PLAN_FORMAT;
  readonly Title: string;
  readonly Practice: boolean;
  /** Only with `Practice`: nobody is asked. */
  readonly Unattended?: true;
  readonly Place?: string;
  /** The head of the record before: 64 hexadecimal digits. */
  readonly Previous?: string;
  readonly KeyId: string;
  readonly KeySpec?: 'AES_256' | 'AES_128';
  readonly NumberOfBytes?: number;
  readonly Context?: EncryptionContext;
  /** Whether the context gets a unique id; true if it is left out. */
  readonly Bind: boolean;
  readonly People: readonly PlanPerson[];
  readonly Recipients: readonly [PlanRecipient, ...PlanRecipient[]];
  /** Files relative to the plan, `secret:NAME` or `store:NAME`. */
  readonly Backups: readonly string[];
  /** Whether other programs repeat what was verified. */
  readonly Witness: boolean;
  readonly Signatures?: { readonly Threshold: number };
}
