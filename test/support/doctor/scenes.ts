import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DoctorStage } from './stage.ts';
import { INSTANCE, keyEnv } from './stage.ts';

export type Env = Readonly<Record<string, string>>;

/** How doctor is run against one failure. */
export interface Scene {
  readonly args: readonly string[];
  readonly env?: Env;
}

/** One failure, and what doctor must say of it. */
export interface DoctorCase {
  readonly title: string;
  readonly scene: (stage: DoctorStage) => Scene | Promise<Scene>;
  /** The first check that fails. */
  readonly check: string;
  readonly code: string;
  readonly exit: number;
  /** What the message of that check says. */
  readonly message?: RegExp;
  /** What its hint says. */
  readonly hint?: RegExp;
  /** It takes its time: for the real program only. */
  readonly isSlow?: true;
  /** The status of other checks. */
  readonly others?: Readonly<Record<string, string>>;
}

export const GOOD = keyEnv('Account');
export const GOOD_KEY = ['--key-id', 'alias/good'];
export const ONCE = ['--max-attempts', '1', '--timeout', '60'];
/** For what never answers. */
export const HASTY = ['--max-attempts', '1', '--timeout', '0.4'];

/** Without it a key pair is made for the dry runs, which takes its time. */
export const PUBKEY = ['--pubkey', 'pub.pem'];

/** The embedded KMS of the stage over http. */
export function at(stage: DoctorStage, ...args: readonly string[]): string[] {
  return ['--endpoint', stage.kms.announcement.Endpoint, ...ONCE, ...args];
}

/** A dedicated gateway under its own name. */
export function dedicated(port: number, caFile: string, ...args: readonly string[]): string[] {
  return [
    ...['--endpoint', `https://${INSTANCE}:${port}`, '--resolve', `${INSTANCE}:${port}:127.0.0.1`],
    ...['--ca-file', caFile, ...ONCE, ...PUBKEY, ...args],
  ];
}

/** A dedicated gateway behind a proxy: its name is not looked up here. */
export function proxied(stage: DoctorStage, proxy: string, limits = ONCE): Scene {
  return {
    args: [
      ...['--gateway', 'kst-x', '--ca-file', stage.tls.announcement.CaFile ?? ''],
      ...[...limits, ...GOOD_KEY, ...PUBKEY],
    ],
    env: { ...GOOD, HTTPS_PROXY: proxy },
  };
}

/** Writes a file of the stage, for its owner alone. */
export function file(stage: DoctorStage, name: string, text: string): void {
  const path = join(stage.folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text, { mode: 0o600 });
}
