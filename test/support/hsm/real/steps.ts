import type { ImportDocument } from '../../../../src/documents/import-document.ts';
import { kmsxOk } from '../../kmsx.ts';
import type { TokenStage } from './token.ts';

/** The embedded KMS, whose state lies in the folder of the test. */
export const LOCAL = ['--gateway', 'local'];

export interface PairReport {
  readonly PublicKeyFingerprint: string;
  readonly Label: string;
  readonly Id: string;
  readonly Uri: string;
}

/** Makes a wrapping key pair in the token; its public half goes to LABEL.pub.pem. */
export async function makePair(stage: TokenStage, label: string): Promise<PairReport> {
  return JSON.parse(await kmsxOk(pairArgs(stage, label), stage.run)) as PairReport;
}

export function pairArgs({ token, reach }: TokenStage, label: string): string[] {
  const names = ['--token', token.label, '--label', label, '--pubkey-out', `${label}.pub.pem`];
  return ['keygen', ...names, ...reach];
}

/** What exports a new data key for a private key in the token, to NAME.export.json, with the backup NAME.backup.json. */
export function exportArgs({ uri, reach }: TokenStage, privateKey: string, name: string): string[] {
  const files = ['--backup', `${name}.backup.json`, '--out', `${name}.export.json`];
  const to = ['--for-token', uri(privateKey), ...reach];
  return ['export-key', '--key-id', 'alias/rehearsal', ...LOCAL, ...to, ...files];
}

export async function exportOk(stage: TokenStage, privateKey: string, name: string): Promise<void> {
  await kmsxOk(exportArgs(stage, privateKey, name), stage.run);
}

/** What imports NAME.export.json by the private key `wrapping`. */
export function importArgs({ uri, reach }: TokenStage, name: string, label: string): string[] {
  const from = ['--in', `${name}.export.json`, '--rehearsal', '--privkey', uri('wrapping')];
  return ['import-key', ...from, '--label', label, ...reach];
}

export async function importOk(
  stage: TokenStage,
  name: string,
  label: string,
): Promise<ImportDocument> {
  return JSON.parse(await kmsxOk(importArgs(stage, name, label), stage.run)) as ImportDocument;
}
