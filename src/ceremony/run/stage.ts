import type { JsonObject } from '../../base/json.ts';
import type { RecordedFile } from '../../record/events.ts';
import type { RecordWriter } from '../../record/chain/writer.ts';
import type { CeremonyPlan } from '../plan/plan.ts';

/** A command of kmsx as a ceremony calls it. */
export interface Call {
  readonly words: readonly [string, ...string[]];
  readonly options: readonly (readonly [string, string | readonly string[] | true | undefined])[];
  /** The options of the ceremony that go along. */
  readonly takes: readonly ('connection' | 'passphrase' | 'module' | 'store')[];
}

/** What a command printed, and how it would be typed. */
export interface CallResult {
  readonly printed: string;
  readonly typed: string;
}

/** The wrapping key of a recipient in a token. */
export interface TokenKey {
  /** SubjectPublicKeyInfo in PEM. */
  readonly pem: string;
  /** The first algorithm that the token unwraps. */
  readonly algorithm: string;
}

/** What a ceremony is carried out with: everything that it touches. */
export interface Stage {
  readonly plan: CeremonyPlan;
  /** The folder of the ceremony: an absolute path. */
  readonly folder: string;
  readonly record: RecordWriter;
  readonly now: () => Date;
  /** Where a place of the plan is: a path, `secret:NAME` or `store:NAME`. */
  readonly placeOf: (place: string) => string;
  /** Where another file of the plan is. */
  readonly fileOf: (path: string) => string;
  /** @throws KmsxError what the command would end with */
  readonly call: (call: Call) => Promise<CallResult>;
  /** A line that was typed, without blanks around it, below lines that are shown. */
  readonly ask: (lines: readonly string[], question: string) => Promise<string>;
  readonly say: (line: string) => Promise<void>;
  readonly exists: (path: string) => boolean;
  readonly read: (path: string) => Promise<Buffer>;
  /** Writes a new file of what is public, or finds the same one there. */
  readonly write: (path: string, bytes: Uint8Array) => Promise<void>;
  readonly recordedFile: (path: string) => Promise<RecordedFile>;
  readonly tokenKey: (uri: string) => Promise<TokenKey>;
  /**
   * Judges the plan again, as things stand now.
   *
   * @throws KmsxError `plan-unsound`
   */
  readonly assertSound: () => Promise<void>;
  /** Puts a backup document where it is missing. */
  readonly keepBackup: (document: Buffer, places: readonly string[]) => Promise<void>;
}

/** What a step found, for the record. */
export interface Findings {
  /** What was run, as it is typed. */
  readonly commands?: readonly string[];
  readonly requestIds?: readonly string[];
  /** Paths of what was written or read. */
  readonly files?: readonly string[];
  readonly facts?: JsonObject;
}
