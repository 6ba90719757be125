import type { Command } from 'commander';
import { kmsxError } from '../../../base/error.ts';
import type { Input, InputRequest } from '../../../terminal/files/inputs.ts';
import { repeatable } from '../../../terminal/options.ts';
import type { Session } from '../../../terminal/session.ts';
import type { EncryptionContext } from '../../../documents/encryption-context.ts';
import { assertKeepsBinding } from '../../../data-key/reencrypt/reencrypt.ts';
import { readContext } from '../../shared/context-options.ts';

/** The options that give a backup another encryption context. */
export interface NewContextOptions {
  readonly toContext: readonly string[];
  readonly toContextFile?: string;
}

export function addNewContextOptions(command: Command): void {
  command
    .addOption(
      repeatable('--to-context <name=value>', 'a name and value of the new context').default(
        [],
        'the old context is kept',
      ),
    )
    .option(
      '--to-context-file <json>',
      'a JSON object of strings: the new context, {} for none; - is standard input',
    );
}

/** The input that `--to-context-file` names, if it is given: for the rule of one stdin. */
export function newContextInput({ toContextFile }: NewContextOptions): InputRequest[] {
  if (toContextFile === undefined) return [];
  return [{ option: '--to-context-file', path: toContextFile }];
}

/** The new context as far as the options say it. */
export interface NewContext {
  readonly inputs: readonly Input[];
  /**
   * The context of the new backup.
   *
   * @param label - what the old backup is called in errors
   * @throws KmsxError `context-unbound`, `context-malformed`
   */
  over(old: EncryptionContext | undefined, label: string): EncryptionContext | undefined;
}

/**
 * Reads the new context: what `--to-context` and `--to-context-file` say together, or the old one.
 *
 * @throws KmsxError `context-malformed`, `json-malformed`, `json-name-twice`
 */
export async function readNewContext(
  { toContext, toContextFile }: NewContextOptions,
  session: Session,
): Promise<NewContext> {
  if (toContext.length === 0 && toContextFile === undefined) {
    return { inputs: [], over: (old) => old };
  }
  if (toContext.some((pair) => !pair.includes('='))) {
    throw kmsxError('context-malformed', '--to-context takes NAME=VALUE');
  }
  const { context, inputs } = await readContext(
    { context: toContext, ...(toContextFile !== undefined && { contextFile: toContextFile }) },
    session,
    'repeated',
  );
  return {
    inputs,
    over: (old, label) => {
      assertKeepsBinding(old, context, label);
      return context;
    },
  };
}
