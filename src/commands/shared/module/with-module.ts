import { realpath } from 'node:fs/promises';
import type { Env } from '../../../base/env.ts';
import { envValue } from '../../../base/env.ts';
import { kmsxError, systemErrorCode } from '../../../base/error.ts';
import { absolutePath } from '../../../base/files/absolute-path.ts';
import { isChangeableByOthers } from '../../../base/files/changeable.ts';
import type { CallModule, ModuleInfo } from '../../../hsm/cryptoki/calls.ts';
import { explaining } from '../../../hsm/failures.ts';
import { startModuleProcess } from '../../../hsm/module-process.ts';
import type { Session } from '../../../terminal/session.ts';
import type { ModuleOptions } from './module-options.ts';

/** A module that runs, in a process of its own. */
export interface RunningModule {
  readonly call: CallModule;
  readonly info: ModuleInfo;
  /** The file, links resolved. */
  readonly path: string;
}

/**
 * Loads a module into a process of its own, uses it, and ends that process.
 *
 * @param timeoutMs - for one call to the module
 * @throws KmsxError `module-missing-option`, `file-missing`, `module-changeable`, those of `startModuleProcess`
 */
export async function withModule<T>(
  options: ModuleOptions,
  timeoutMs: number,
  { io, reporter }: Session,
  use: (module: RunningModule) => Promise<T>,
): Promise<T> {
  const [programFile, ...others] = io.programFiles;
  if (programFile === undefined || others.length === 0) {
    const message = 'this kmsx is one file, without koffi, which calls modules';
    const hints = ['install the package of kmsx for modules, and koffi beside it'];
    throw kmsxError('module-binding-missing', message, { hints });
  }
  const path = await resolveModule(options, io);
  await reporter.note(`the module is ${path}`);
  const { nodeExecutable, signal } = io;
  const env = withoutSecrets(io.env, options);
  const { call, close } = startModuleProcess({
    nodeExecutable,
    programFile,
    env,
    timeoutMs,
    signal,
  });
  try {
    return await explaining('the module', async () => {
      const info = await call('load', { path, parameters: options.moduleParameters });
      await reporter.detail(`${info.description} ${info.version} of ${info.manufacturer}`);
      return use({ call, info, path });
    });
  } finally {
    await close();
  }
}

/** A module has no business with the passphrase of a key file, and is given the PIN in a call alone. */
function withoutSecrets(env: Env, { pinEnv, passphraseEnv }: ModuleOptions): Env {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => name !== pinEnv && name !== passphraseEnv),
  );
}

/** A module runs as this user, with the PIN: nobody else may be able to change it. */
async function resolveModule(options: ModuleOptions, io: Session['io']): Promise<string> {
  const given = options.module ?? envValue(io.env, 'KMSX_PKCS11_MODULE');
  if (given === undefined) {
    throw kmsxError('module-missing-option', '--module is needed, or KMSX_PKCS11_MODULE');
  }
  const path = absolutePath(io.cwd, given);
  const resolved = await realpath(path).catch((error: unknown) => {
    if (systemErrorCode(error) === undefined) throw error;
    throw kmsxError('file-missing', `the module ${given} does not exist`, { cause: error });
  });
  if (await isChangeableByOthers(path, io.userId)) {
    throw kmsxError(
      'module-changeable',
      `the module ${given} is not loaded: another user could change its file, a folder above it, or a link on the way`,
    );
  }
  return resolved;
}
