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
  /** ReEncrypt would take an export for an asymmetric key, about which a dry run on a backup says nothing. */
  | 'rsa-export'
  /** A dedicated gateway has cryptographic operations only. */
  | 'not-offered';

/** Whether KMS permits a call. */
export type Decision<T = unknown> =
  AskedDecision<T> | { readonly kind: 'not-asked'; readonly reason: NotAskedReason };

type AskedDecision<T> =
  | { readonly kind: 'granted'; readonly value: T }
  | {
      readonly kind: 'denied';
      readonly error: KmsxError;
      /** Who lacks which permission, if KMS says so. */
      readonly denial: Denial | undefined;
      /**
       * Which permission is missing. One dry run asks for both permissions of ReEncrypt: it may be the other one, or
       * KMS does not say which.
       */
      readonly missing: 'this' | 'other' | 'either';
    }
  /** KMS refused for another reason than a permission, or did not answer. */
  | { readonly kind: 'failed'; readonly error: KmsxError };

/** Makes a call of KMS. A KmsxError is a decision; any other error is thrown. */
export async function decisionOf<T>(work: () => Promise<T>): Promise<AskedDecision<T>> {
  try {
    return { kind: 'granted', value: await work() };
  } catch (error) {
    if (!(error instanceof KmsxError)) throw error;
    return isNoPermission(error)
      ? { kind: 'denied', error, denial: error.denial, missing: 'this' }
      : { kind: 'failed', error };
  }
}

/** The decision about a call that is not made. */
export function notAsked(reason: NotAskedReason): Decision<never> {
  return { kind: 'not-asked', reason };
}
