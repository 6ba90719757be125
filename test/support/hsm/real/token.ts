import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunOptions } from '../../kmsx.ts';

/** A token of another maker's module, set up for one test, and how it is reached. */
export interface RealToken {
  readonly module: string;
  /** What C_Initialize is given, where the module needs it. */
  readonly parameters?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly label: string;
  readonly pin: string;
}

/** A kind of token, and what it was found to do. */
export interface TokenKind {
  readonly name: string;
  /** The wrapping algorithms that it unwraps. */
  readonly unwraps: readonly string[];
  /** Makes an empty token in a folder, with a user PIN. */
  readonly setUp: (folder: string) => RealToken;
}

/** A token and the folder of a test: what runs of kmsx are given. */
export interface TokenStage {
  readonly token: RealToken;
  readonly run: RunOptions;
  /** `--module`, its parameters, and a file with the PIN. */
  readonly reach: readonly string[];
  /** The URI of a private key in the token. */
  readonly uri: (object: string) => string;
}

/** Writes the PIN to `pin.txt` in the folder, and gives what reaches the token from there. */
export function stageOf(token: RealToken, folder: string): TokenStage {
  writeFileSync(join(folder, 'pin.txt'), `${token.pin}\n`, { mode: 0o600 });
  return {
    token,
    run: { cwd: folder, env: token.env },
    reach: [
      ...['--module', token.module, '--pin-file', 'pin.txt'],
      ...(token.parameters === undefined ? [] : ['--module-parameters', token.parameters]),
    ],
    uri: (object) => `pkcs11:token=${encodeURIComponent(token.label)};object=${object}`,
  };
}
