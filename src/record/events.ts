import type { JsonObject } from '../base/json.ts';
import type { RECORD_FORMAT } from '../documents/record-format.ts';

export { RECORD_FORMAT } from '../documents/record-format.ts';

/** The names of a record's files in its folder. */
export const RECORD_FILES = {
  plan: 'plan.yaml',
  chain: 'record.jsonl',
  head: 'record.head',
  signatures: 'signatures',
} as const;

/** What `Previous` of the first event is. */
export const NO_PREVIOUS = '0'.repeat(64);

/** A file as an event names it. */
export interface RecordedFile {
  /** Relative to the folder of the record, with `/`; a place outside it is an absolute path. */
  readonly Name: string;
  /** 64 hexadecimal digits in lower case, over the bytes of the file. */
  readonly SHA256: string;
  /** In bytes. */
  readonly Size: number;
}

/** A person who takes part, and whether they agreed with what they attest. */
export interface RecordedPerson {
  readonly Name: string;
  readonly Role: string;
  readonly Affiliation?: string;
  /** How the person was identified. */
  readonly Identified?: string;
}

/** Begins a record: what was planned, by what program, where and by whom it is carried out. */
export interface BeginEvent {
  readonly Type: 'begin';
  readonly Format: typeof RECORD_FORMAT;
  /** 32 random hexadecimal digits. */
  readonly CeremonyId: string;
  readonly Practice: boolean;
  readonly Title: string;
  /** The plan as it was read. */
  readonly Plan: JsonObject;
  /** Over the bytes of `plan.yaml` in the folder. */
  readonly PlanSHA256: string;
  /** The head of the record before this one. */
  readonly PreviousRecord?: string;
  readonly Place?: string;
  readonly Program: {
    readonly Version: string;
    /** The files that the program is in. */
    readonly Files: readonly { readonly Name: string; readonly SHA256: string }[];
    readonly Node: string;
    readonly OpenSSL: string;
  };
  readonly Host: { readonly Name: string; readonly System: string };
  readonly People: readonly RecordedPerson[];
}

/** That a step began. What it is about to do may be done already when the next event is missing. */
export interface StepBegunEvent {
  readonly Type: 'step-begun';
  readonly Number: number;
  readonly Name: string;
}

/** How a step ended. */
export interface StepEvent {
  readonly Type: 'step';
  readonly Number: number;
  readonly Name: string;
  readonly Text: string;
  /** RFC 3339, UTC, milliseconds. The end is the event's `At`. */
  readonly Start: string;
  readonly Outcome: 'done' | 'failed';
  /** Those of `kmsx help exit-codes`. */
  readonly ExitCode: number;
  /** The code of the error. */
  readonly Code?: string;
  /** What was run, as it would be typed. */
  readonly Commands?: readonly string[];
  readonly RequestIds?: readonly string[];
  readonly Files?: readonly RecordedFile[];
  /** What was found: fingerprints, the DataKeyId, check values and the like; fields of what the commands print. */
  readonly Facts?: JsonObject;
}

/** That a value was read aloud and compared, or a statement agreed to. */
export interface ComparedEvent {
  readonly Type: 'compared';
  readonly Step: number;
  /** What was compared: `fingerprint`, `check value`, `statement`. */
  readonly What: string;
  readonly Of: string;
  /** What kmsx has: `SHA256:…`, or `METHOD VALUE`. */
  readonly Value: string;
  /** The name of the person who read, and of the one who compared. */
  readonly ReadBy?: string;
  readonly ComparedBy?: string;
  /** By what it was confirmed: a typed word or value, the plan, or nobody (an unattended practice). */
  readonly How: 'typed' | 'plan' | 'unattended';
  readonly Same: boolean;
  /** What was typed, or stands in the plan, in its place. */
  readonly Typed?: string;
}

export interface DeviationEvent {
  readonly Type: 'deviation';
  readonly Step: number;
  readonly Expected: string;
  readonly Happened: string;
  readonly Decided: string;
  readonly By: string;
}

/** That an interrupted ceremony goes on. */
export interface ResumedEvent {
  readonly Type: 'resumed';
  /** A line that a crash cut short, as text. */
  readonly HalfLine?: string;
}

/** The end of a ceremony. What comes after it is `AddedEvent`. */
export interface SealEvent {
  readonly Type: 'seal';
  readonly Complete: boolean;
  readonly Steps: number;
  readonly Deviations: number;
}

export const ADDED_TYPES = ['import', 'proof', 'destruction', 'note'] as const;

/** What happened later in the life of the data key. */
export interface AddedEvent {
  readonly Type: (typeof ADDED_TYPES)[number];
  readonly By: readonly string[];
  readonly Text?: string;
  /** A document of kmsx that shows it, whole. */
  readonly Document?: JsonObject;
  readonly Files?: readonly RecordedFile[];
}

/** What a record is told; the writer adds `At` and `Previous`. */
export type NewEvent =
  | BeginEvent
  | StepBegunEvent
  | StepEvent
  | ComparedEvent
  | DeviationEvent
  | ResumedEvent
  | SealEvent
  | AddedEvent;

/** An event as it stands in a record. */
export type RecordEvent = NewEvent & {
  /** RFC 3339, UTC, milliseconds. */
  readonly At: string;
  /** SHA-256 of the line before, without its line end; 64 hexadecimal digits. */
  readonly Previous: string;
};
