import type { Command } from 'commander';
import { kmsxError } from '../../../base/error.ts';
import type { TokenQuery } from '../../../hsm/token-uri.ts';
import { inGroup } from '../../../terminal/help/option-groups.ts';
import { optionOr } from '../../../terminal/options.ts';

/** The options by which a module is reached. */
export interface ModuleOptions {
  readonly module?: string;
  readonly moduleParameters?: string;
  /** The names of variables that hold secrets: the module does not get them. */
  readonly pinEnv?: string;
  readonly passphraseEnv?: string;
}

/** The options that choose a token of a module. */
export interface TokenOptions {
  readonly token?: string;
  readonly slot?: string;
  readonly serial?: string;
}

export function addModuleOptions(command: Command): void {
  inGroup(command, 'Module and token options:', () => {
    command
      .option('--module <path>', 'the PKCS#11 module, a shared library (env KMSX_PKCS11_MODULE)')
      .option(
        '--module-parameters <text>',
        "what NSS is started with, as in configdir='sql:/home/me/nss'",
      );
  });
}

export function addTokenOptions(command: Command): void {
  inGroup(command, 'Module and token options:', () => {
    command
      .addOption(optionOr('--token <label>', 'the token, by its label', 'the only one'))
      .option('--slot <n>', 'the token, by the id of its slot')
      .option('--serial <text>', 'the token, by its serial number');
  });
}

/**
 * Reads the options that choose a token.
 *
 * @throws KmsxError `bad-usage`
 */
export function tokenQuery({ token, slot, serial }: TokenOptions): TokenQuery {
  if (slot !== undefined && !/^[0-9]{1,19}$/.test(slot)) {
    throw kmsxError(
      'bad-usage',
      '--slot takes the id of a slot, a number, as list-tokens shows it',
    );
  }
  return {
    ...(token !== undefined && { label: token }),
    ...(serial !== undefined && { serial }),
    ...(slot !== undefined && { slot: BigInt(slot) }),
  };
}
