import type { Denial } from '../answers/denial.ts';
import { isNoPermission } from '../answers/refusal.ts';
import { KmsxError } from '../base/error.ts';

/** Why KMS was not asked. */
export type NotAskedReason =
  | 'no-key'
  | 'no-new-key'
  | 'no-backup'
  | 'no-new-backup'
  /** The operation has no dry run. */
  | 'no-dry-run'
  /** ReEncrypt would take an export for an RSA key, about which a dry run on a backup says nothing. */
  | 'rsa-export'
  /** A dedicated gateway has cryptographic operations only. */
  | 'not-offered';

/** How a question to KMS ended. */
export type Answer<T = unknown> =
  Answered<T> | { readonly kind: 'not-asked'; readonly reason: NotAskedReason };

/** How a question ended that was asked. */
export type Answered<T> =
  | { readonly kind: 'granted'; readonly value: T }
  /**
   * These credentials lack a permission: this one, or, as one dry run asks for both permissions of ReEncrypt, the
   * other, or one of them and KMS does not say which.
   */
  | {
      readonly kind: 'denied';
      readonly error: KmsxError;
      /** What the answer says about it, if it says anything. */
      readonly denial: Denial | undefined;
      readonly missing: Missing;
    }
  /** KMS refused for another reason than a permission, or did not answer. */
  | { readonly kind: 'failed'; readonly error: KmsxError };

/** Which permission a denied call lacks. */
type Missing = 'this' | 'other' | 'either';

/** Calls KMS. A KmsxError is an answer; any other error is thrown. */
export async function answerOf<T>(work: () => Promise<T>): Promise<Answered<T>> {
  try {
    return { kind: 'granted', value: await work() };
  } catch (error) {
    if (!(error instanceof KmsxError)) throw error;
    return isNoPermission(error)
      ? { kind: 'denied', error, denial: error.denial, missing: 'this' }
      : { kind: 'failed', error };
  }
}

export function notAsked(reason: NotAskedReason): Answer<never> {
  return { kind: 'not-asked', reason };
}
