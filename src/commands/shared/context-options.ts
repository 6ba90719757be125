import type { Command } from 'commander';
import { decodeText } from '../../base/text/text.ts';
import { repeatable } from '../../terminal/options.ts';
import type { Input, InputRequest } from '../../terminal/files/inputs.ts';
import { readInput } from '../../terminal/files/inputs.ts';
import type { Session } from '../../terminal/session.ts';
import { assertNoSecretInContext, assertNoSecretText } from '../../documents/context-secrets.ts';
import type { ContextFile, EncryptionContext } from '../../documents/encryption-context.ts';
import {
  assertEncryptionContext,
  assertNoReservedName,
  joinEncryptionContext,
} from '../../documents/encryption-context.ts';

export interface ContextOptions {
  readonly context: readonly string[];
  readonly contextFile?: string;
}

export function addContextOptions(command: Command): void {
  command
    .addOption(repeatable('--context <name=value>', 'a name and value of the encryption context'))
    .option(
      '--context-file <json>',
      'a JSON object of strings: the encryption context; - is standard input',
    );
}

/** The input that `--context-file` names, if it is given: for the rule of one stdin. */
export function contextInput(options: ContextOptions): InputRequest[] {
  if (options.contextFile === undefined) return [];
  return [{ option: '--context-file', path: options.contextFile }];
}

/** A context is made new, or an old one is repeated; kmsx's own names are fine in an old one only. */
type ContextUse = 'new' | 'repeated';

/**
 * Reads the encryption context from `--context` and `--context-file` together.
 *
 * @returns the context, undefined where there is none, and the file that was read
 * @throws KmsxError `context-malformed`, `context-secret`, `json-malformed`, `json-name-twice`
 */
export async function readContext(
  options: ContextOptions,
  session: Session,
  use: ContextUse,
): Promise<{ context: EncryptionContext | undefined; inputs: Input[] }> {
  await warnOfBlanks(options.context, session);
  if (options.contextFile === undefined) {
    return { context: contextFrom(options.context, undefined, use), inputs: [] };
  }
  const input = await readInput(
    options.contextFile,
    'a JSON encryption context',
    session.io,
    session.reporter,
  );
  const file = { text: decodeText(input.bytes, input.label), label: input.label };
  assertNoSecretText(file.text, file.label);
  return { context: contextFrom(options.context, file, use), inputs: [input] };
}

/** `purpose = payments` is the name `purpose `, which nobody repeats. */
async function warnOfBlanks(pairs: readonly string[], { reporter }: Session): Promise<void> {
  for (const pair of pairs) {
    const name = pair.slice(0, Math.max(0, pair.indexOf('=')));
    if (name.trim() !== name) {
      await reporter.warn(
        `the name ${JSON.stringify(name)} of the context begins or ends with a blank, which is part of it`,
      );
    }
  }
}

function contextFrom(
  pairs: readonly string[],
  file: ContextFile | undefined,
  use: ContextUse,
): EncryptionContext | undefined {
  const context = joinEncryptionContext(pairs, file);
  if (context !== undefined) assertContext(context, use);
  return context;
}

/**
 * Judges a context, wherever it was given.
 *
 * @throws KmsxError `context-malformed`, `context-secret`
 */
export function assertContext(context: EncryptionContext, use: ContextUse): void {
  assertEncryptionContext(context, 'the context');
  assertNoSecretInContext(context, 'the context');
  if (use === 'new') assertNoReservedName(context);
}
