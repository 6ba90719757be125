import { KmsxError } from '../../../base/error.ts';
import type { PublicKeyOfFile } from '../../../data-key/choose-recipients.ts';
import type { Recipient } from '../../../data-key/recipient.ts';
import type { CeremonyPlan } from '../plan.ts';
import type { Path } from '../yaml-document.ts';

/** What is wrong with a plan, or weakens the ceremony. */
export interface PlanFinding {
  /** Of the plan, from 1; undefined where no line of it is the cause. */
  readonly line?: number | undefined;
  /** With an error a ceremony does not begin. */
  readonly severity: 'error' | 'warning';
  /** A word that does not change its meaning: an error code of kmsx, or one of its own. */
  readonly code: string;
  /** One line, lower case; nothing secret. */
  readonly message: string;
  /** What to type or do. */
  readonly hint?: string | undefined;
  /** The error behind it, which may have hints. */
  readonly error?: KmsxError | undefined;
}

/** What a plan is judged by besides itself. */
export interface PlanFacts {
  /** Whether anything stands at an absolute path. */
  readonly exists: (path: string) => Promise<boolean>;
  /** Which file system a folder is on; undefined if there is no such folder. */
  readonly fileSystemOf: (folder: string) => Promise<string | undefined>;
  /**
   * Reads a public key file by KMS's rules.
   *
   * @param path - absolute
   * @throws KmsxError those of reading and of public keys
   */
  readonly publicKey: (path: string) => Promise<PublicKeyOfFile>;
  /** Takes the public key of a token, which has to unwrap; undefined where no module is known. */
  readonly recipientInToken: ((uri: string) => Promise<Recipient>) | undefined;
  /** @throws KmsxError where `secret:NAME` or `store:NAME` has a name that cannot be */
  readonly assertPlace: (place: string) => void;
}

/** A plan, and where it lies. */
export interface PlanSubject {
  readonly plan: CeremonyPlan;
  readonly lineOf: (path: Path) => number;
  /** Absolute. */
  readonly planFolder: string;
}

/** What stands at a path of the plan, found wrong. */
export interface Found extends Omit<PlanFinding, 'line'> {
  readonly path: Path;
}

export function error(path: Path, code: string, message: string, hint?: string): Found {
  return { path, severity: 'error', code, message, hint };
}

export function warning(path: Path, code: string, message: string, hint?: string): Found {
  return { path, severity: 'warning', code, message, hint };
}

/** Takes down the error of kmsx that is thrown as what is found at a path. */
export async function collecting(found: Found[], path: Path, work: () => unknown): Promise<void> {
  try {
    await work();
  } catch (cause) {
    if (!(cause instanceof KmsxError)) throw cause;
    found.push(ofError(path, cause));
  }
}

/** An error of kmsx, found at a path of the plan. */
function ofError(path: Path, cause: KmsxError): Found {
  return { path, severity: 'error', code: cause.code, message: cause.message, error: cause };
}

/** Whether a text of the template was left as it was: what has to be filled in stands in angle brackets. */
export function isBlank(text: string): boolean {
  return /^<[^<>]*>$/.test(text);
}

/** Names that a person takes for the same. */
export function sameName(name: string): string {
  return name.normalize('NFKC').toLowerCase().replaceAll(/\s+/g, ' ').trim();
}
