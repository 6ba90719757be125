import type { Quotas } from './quota.ts';

/** Something that goes wrong on purpose, and when. */
export interface InjectedFault {
  /** As it was given: `throttle:action=ExportDataKey,first=2`. */
  readonly spec: string;
  readonly effect: FaultEffect;
  readonly selection: FaultSelection;
}

export type FaultEffect = CallFaultEffect | CertificateFaultEffect;

/** What happens to a call. */
export type CallFaultEffect =
  | {
      readonly kind: 'throttle';
      readonly code: 'Rejected.Throttling' | 'Throttling.User';
      readonly retryAfterSeconds?: number;
    }
  | {
      readonly kind: 'error';
      readonly code: 'InternalFailure' | 'ServiceUnavailableTemporary';
      readonly retryAfterSeconds?: number;
    }
  /** Strikes calls beyond a quota; those within it pass. */
  | { readonly kind: 'quota'; readonly quotas: Quotas }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'hang' }
  | { readonly kind: 'cut'; readonly when: 'before' | 'after' }
  | { readonly kind: 'cut-body' }
  | { readonly kind: 'garbage'; readonly form: 'html' | 'json' }
  | { readonly kind: 'sm2-der' };

/** What happens to a TLS connection: the server shows a certificate that must not be trusted. */
export interface CertificateFaultEffect {
  readonly kind: 'certificate';
  readonly wrong: WrongCertificate;
}

/** Issued by another authority, for another name, or expired. */
export type WrongCertificate = 'authority' | 'name' | 'date';

/** Which calls or connections a fault strikes. All that is given must hold. */
export interface FaultSelection {
  /** The only action whose calls are counted; absent for all. */
  readonly action?: string;
  /** How many pass first. */
  readonly after: number;
  /** How many are struck after those that pass; absent for all. */
  readonly first?: number;
  readonly chance?: {
    /** More than 0, at most 1. */
    readonly probability: number;
    /** 32 bits. */
    readonly seed: number;
  };
}
