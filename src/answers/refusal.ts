import type { ErrorKind } from '../base/error-codes.ts';
import type { ErrorFacts, KmsCode, Rewording } from '../base/error.ts';
import { KmsxError } from '../base/error.ts';
import type { Denial } from './denial.ts';
import type { Subject } from './error-table/facts.ts';

/** What an answer of KMS, its gateway or STS says besides Code, RequestId and status. */
export interface RefusalFacts {
  /** KMS's name of the operation that was refused. */
  readonly action: string;
  /** What the Code is about, by its row of the table; undefined if nothing depends on it. */
  readonly about?: Subject | undefined;
  /** Who lacks which permission, if the answer says so. */
  readonly denial?: Denial | undefined;
  /** KMS's name of the parameter that was refused. */
  readonly parameter?: string | undefined;
  /** Whether the embedded KMS answered. */
  readonly isEmbedded?: boolean;
}

export interface RefusalOptions extends RefusalFacts, ErrorFacts {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly message: string;
}

/** A refusal by KMS, its gateway or STS, with the Code that they gave. */
export class KmsRefused extends KmsxError implements RefusalFacts {
  readonly code: KmsCode;
  readonly action: string;
  readonly about: Subject | undefined;
  readonly denial: Denial | undefined;
  readonly parameter: string | undefined;
  readonly isEmbedded: boolean;

  constructor(options: RefusalOptions) {
    super(options.kind, options.message, options);
    this.code = options.code as KmsCode;
    this.action = options.action;
    this.about = options.about;
    this.denial = options.denial;
    this.parameter = options.parameter;
    this.isEmbedded = options.isEmbedded ?? false;
  }

  override with(changes: Rewording): KmsRefused {
    const { kind, code, action, about, denial, parameter, isEmbedded } = this;
    return new KmsRefused({
      ...{ kind, code, action, about, denial, parameter, isEmbedded },
      ...this.reworded(changes),
    });
  }
}

/** Whether KMS refused a call because these credentials may not make it, and for no other reason. */
export function isNoPermission(error: unknown): error is KmsRefused {
  return error instanceof KmsRefused && error.about === 'permission';
}
