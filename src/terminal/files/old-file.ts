import { stat } from 'node:fs/promises';
import { KmsxError, kmsxError } from '../../base/error.ts';
import type { OldFileRule } from '../../base/files/put-in-place.ts';
import { existsError, writeError } from '../../base/files/write-error.ts';
import { classifyExistingFile } from './existing-file.ts';
import type { OutputRequest } from './output-place.ts';

/** What `--force` never replaces, whatever is there. */
export function isNeverReplaced({ holds }: OutputRequest): boolean {
  return holds === 'private key' || holds === 'component';
}

/**
 * Looks at what is there now, so that what `--force` never replaces is found before anything happens.
 *
 * @throws KmsxError `output-keeps-old`, `file-unwritable`
 */
export async function checkOldFile(request: OutputRequest, path: string): Promise<void> {
  const stats = await stat(path).catch(() => undefined); // what is not there, or a folder, is seen to later
  if (stats?.isFile() !== true) return;
  try {
    ruleFor(request)(path);
  } catch (error) {
    throw writeError(request.path, error);
  }
}

/**
 * What `--force` may do to the file that is there, by what goes there and by what the old file holds.
 *
 * @returns a rule that throws KmsxError `output-keeps-old` or `output-exists`
 */
export function ruleFor({ holds, path: label }: OutputRequest): OldFileRule {
  return (path) => {
    const old = classifyExistingFile(path);
    switch (old) {
      case 'private key':
      case 'component':
        throw keepsOld(label, `what it holds: a ${old}`);
      case 'no file':
        throw existsError(label);
      case 'backup':
        return 'keep';
      case 'other':
        return holds === 'backup' ? 'keep' : 'remove';
    }
  };
}

/** The error for an output that exists, which says what would become of it with `--force`, as far as it can be read. */
export function existing(request: OutputRequest, path: string, error: KmsxError): Error {
  return error.with({ details: { ...error.details, old: oldFile(request, path) } });
}

function oldFile(request: OutputRequest, path: string): string {
  try {
    return ruleFor(request)(path) === 'keep' ? 'kept' : 'replaced';
  } catch (error) {
    const isKept = error instanceof KmsxError && error.code === 'output-keeps-old';
    return isKept ? 'never replaced' : 'unknown';
  }
}

/** Makes the error for an old file that `--force` never replaces. */
export function keepsOld(label: string, what: string): Error {
  return kmsxError(
    'output-keeps-old',
    `${label} exists already, and --force never replaces ${what}`,
    {
      path: label,
    },
  );
}
