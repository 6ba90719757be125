import { kmsxError } from '../../../base/error.ts';
import { findExport } from '../../../data-key/find-export.ts';
import type { BackupOpener } from '../../../data-key/verify/opener.ts';
import { backupOpenerInMemory, openerInMemory } from '../../../data-key/verify/opener.ts';
import type { OpenableExport } from '../../../data-key/verify/verify-backups.ts';
import type { TokenKeyUri } from '../../../hsm/token-uri.ts';
import type { Input } from '../../../terminal/files/inputs.ts';
import type { Session } from '../../../terminal/session.ts';
import type { ModuleOptions } from '../../shared/module/module-options.ts';
import type { PinOptions } from '../../shared/module/pin.ts';
import type { PassphraseOptions } from '../../shared/passphrase.ts';
import type { ExportInput } from '../../shared/read-export.ts';
import { openExport } from '../../shared/read-export.ts';

/** What is compared, and by what it is opened. */
export interface Openers {
  /** One for each private key, in their order. */
  readonly exported: readonly OpenableExport[];
  readonly opener: BackupOpener;
  /** Where the private keys are in tokens: whether the backups are compared in one too. */
  readonly backupsOpenedIn: 'token' | 'memory' | undefined;
}

/** An export document, and the private keys that open it. */
export interface SeveralExports extends Omit<ExportInput, 'privkey'> {
  readonly privkeys: readonly (Input | TokenKeyUri)[];
}

/**
 * Opens the private keys, if there are any, and makes a one-time key for the backups: in memory, or, where all private keys
 * are in tokens, in the first of those, where no data key is then in the clear.
 *
 * @param timeoutMs - for one call to a module
 * @throws KmsxError those of `openExport`, of modules and tokens, and of `findExport`; `bad-usage` for a private key that is
 * given twice
 */
export async function withOpeners<T>(
  input: SeveralExports | undefined,
  options: PassphraseOptions & ModuleOptions & PinOptions,
  timeoutMs: number,
  session: Session,
  use: (openers: Openers) => Promise<T>,
): Promise<T> {
  const inMemory = { opener: backupOpenerInMemory(), backupsOpenedIn: undefined };
  if (input === undefined) return use({ exported: [], ...inMemory });
  const { privkeys } = input;
  return withFiles(input, options, session, async (inFiles) => {
    const uris = privkeys.flatMap((each) => ('bytes' in each ? [] : [each]));
    const inOrder = (inTokens: readonly OpenableExport[]): readonly OpenableExport[] => {
      const [files, tokens] = [[...inFiles], [...inTokens]];
      const all = privkeys.flatMap((each) => ('bytes' in each ? files : tokens).shift() ?? []);
      assertNoneTwice(all);
      return all;
    };
    if (uris.length === 0) return use({ exported: inOrder([]), ...inMemory });
    const hasFiles = inFiles.length > 0;
    return withTokens(input, uris, options, timeoutMs, session, async (inTokens, inToken) => {
      const opener = hasFiles ? undefined : await inToken();
      return use({
        exported: inOrder(inTokens),
        opener: opener ?? inMemory.opener,
        backupsOpenedIn: opener === undefined ? 'memory' : 'token',
      });
    });
  });
}

async function withFiles<T>(
  { privkeys, ...input }: SeveralExports,
  options: PassphraseOptions,
  session: Session,
  use: (exported: readonly OpenableExport[]) => Promise<T>,
): Promise<T> {
  const opened: Awaited<ReturnType<typeof openExport>>[] = [];
  try {
    for (const privkey of privkeys) {
      if ('bytes' in privkey)
        opened.push(await openExport({ ...input, privkey }, options, session));
    }
    return await use(
      opened.map(({ wrapped, privateKey }) => ({
        wrapped,
        privateKey: openerInMemory(privateKey),
      })),
    );
  } finally {
    for (const { privateKey } of opened) await privateKey.close();
  }
}

async function withTokens<T>(
  { envelope, algorithm, label }: SeveralExports,
  uris: readonly TokenKeyUri[],
  options: ModuleOptions & PinOptions,
  timeoutMs: number,
  session: Session,
  use: (
    exported: readonly OpenableExport[],
    backupOpener: () => Promise<BackupOpener | undefined>,
  ) => Promise<T>,
): Promise<T> {
  const { withTokenKeysOf } = await import('../../shared/module/token-keys.ts');
  const { backupOpenerInToken, openerInToken } = await import('../../../data-key/token/openers.ts');
  return withTokenKeysOf(options, timeoutMs, uris, session, async (keys) => {
    const exported = keys.map((key) => {
      const privateKey = openerInToken(key);
      return { wrapped: findExport(envelope, algorithm, privateKey, label), privateKey };
    });
    const [first] = keys;
    return use(exported, async () => first && (await backupOpenerInToken(first.at)));
  });
}

/** Two exports that are one would seem to agree. */
function assertNoneTwice(exported: readonly OpenableExport[]): void {
  const fingerprints = exported.map(({ privateKey }) => privateKey.fingerprint);
  const twice = fingerprints.find((each, index) => fingerprints.indexOf(each) !== index);
  if (twice === undefined) return;
  throw kmsxError('bad-usage', `two --privkey are the same private key (${twice})`);
}
