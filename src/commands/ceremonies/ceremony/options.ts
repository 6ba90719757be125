import type { Command } from 'commander';
import { optionOr } from '../../../terminal/options.ts';
import type { CommandTree } from '../../../terminal/command-tree.ts';
import type { Session } from '../../../terminal/session.ts';
import type { TakenBy } from '../../shared/actions.ts';
import type { ConnectionOptions } from '../../shared/connection/connection-options.ts';
import { addConnectionOptions } from '../../shared/connection/connection-options.ts';
import type { ModuleOptions } from '../../shared/module/module-options.ts';
import { addModuleOptions } from '../../shared/module/module-options.ts';
import type { PinOptions } from '../../shared/module/pin.ts';
import { addPinOptions } from '../../shared/module/pin.ts';
import type { PassphraseOptions } from '../../shared/passphrase.ts';
import { addPassphraseOptions } from '../../shared/passphrase.ts';
import type { StoreOptions } from '../../shared/store/store-options.ts';
import { addStoreOptions } from '../../shared/store/store-options.ts';

export const ACTIONS = ['plan', 'check', 'script', 'run'] as const;

export type CeremonyAction = (typeof ACTIONS)[number];

export interface CeremonyOptions
  extends ConnectionOptions, ModuleOptions, PassphraseOptions, PinOptions, StoreOptions {
  readonly online: boolean;
  readonly out?: string;
  readonly folder?: string;
  readonly resume: boolean;
}

export function addCeremonyOptions(command: Command): void {
  command
    .option('--online', 'check: ask KMS too, as kmsx doctor does', false)
    .option('--out <file>', 'script: where the HTML goes; - is standard output')
    .addOption(
      optionOr('--folder <dir>', 'run: a new folder for the record and its files', 'needed'),
    )
    .option('--resume', 'run: go on with the ceremony in --folder', false);
  addPassphraseOptions(command);
  addModuleOptions(command);
  addPinOptions(command);
  addStoreOptions(command);
  addConnectionOptions(command);
}

const RUN = ['run'] as const;

/** What asks KMS, a token or a store. */
const ASKING = ['check', 'run'] as const;

/** Options that are not for every action. */
export const TAKEN_BY: TakenBy<CeremonyOptions, CeremonyAction> = {
  online: ['check'],
  out: ['script'],
  folder: RUN,
  resume: RUN,
  passphraseFile: RUN,
  passphraseEnv: RUN,
  module: ASKING,
  moduleParameters: ASKING,
  pinFile: ASKING,
  pinEnv: ASKING,
  store: ASKING,
  storeCaFile: ASKING,
  profile: ASKING,
  region: ASKING,
  gateway: ASKING,
  endpoint: ASKING,
  caFile: ASKING,
  resolve: ASKING,
  timeout: ASKING,
  maxAttempts: ASKING,
  deadline: ASKING,
};

/** How an action was called. */
export interface Called {
  readonly command: Command;
  readonly tree: CommandTree;
}

/** What an action does, given the path of the plan as it was typed. */
export type RunAction = (
  plan: string | undefined,
  options: CeremonyOptions,
  session: Session,
  called: Called,
) => Promise<void>;
