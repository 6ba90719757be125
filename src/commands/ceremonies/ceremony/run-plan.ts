import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { kmsxError } from '../../../base/error.ts';
import { absolutePath } from '../../../base/files/absolute-path.ts';
import type { CeremonyPlan } from '../../../ceremony/plan/plan.ts';
import { parseKeyId } from '../../../kms/key-id.ts';
import { isLoopback } from '../../../network/endpoint.ts';
import { RECORD_FILES } from '../../../record/events.ts';
import { inputFileId } from '../../../terminal/files/inputs.ts';
import type { Session } from '../../../terminal/session.ts';
import type { ConnectionPlan } from '../../shared/connection/connection-options.ts';
import { planConnection } from '../../shared/connection/connection-options.ts';
import { assertOnePassphraseSource } from '../../shared/passphrase.ts';
import { assertOnePinSource } from '../../shared/module/pin.ts';
import { assertStoreUsed } from '../../shared/store/store-options.ts';
import { assertCanBegin } from './findings.ts';
import type { OpenedPlan } from './open-plan.ts';
import { openPlan } from './open-plan.ts';
import type { CeremonyOptions } from './options.ts';

/** A plan that is to be carried out, and where. */
export interface RunPlan {
  readonly plan: CeremonyPlan;
  readonly bytes: Buffer;
  /** To be judged again. */
  readonly opened: OpenedPlan;
  /** As it was typed. */
  readonly planPath: string;
  /** The folder of the plan, absolute. */
  readonly planFolder: string;
  /** Absolute. */
  readonly folder: string;
  /** The folder as it was typed. */
  readonly label: string;
}

/**
 * Reads the plan and the options of a ceremony, and judges whether it may run: nothing is made or sent.
 *
 * @throws KmsxError `bad-usage`, `input-needed`, `rehearsal-mixed`, `plan-unsound`, those of `openPlan` and of `planConnection`
 */
export async function readRunPlan(
  planPath: string | undefined,
  options: CeremonyOptions,
  session: Session,
): Promise<RunPlan> {
  const { io } = session;
  if (planPath === undefined || planPath === '-') {
    throw kmsxError('bad-usage', 'kmsx ceremony run takes a plan: a file', {
      hints: ['kmsx ceremony run plan.yaml --folder payments-2026'],
    });
  }
  if (options.folder === undefined) {
    throw kmsxError('bad-usage', '--folder is needed: a new folder for the record and its files');
  }
  assertOnePassphraseSource(options);
  assertOnePinSource(options);
  await assertReadAgain('--passphrase-file', options.passphraseFile, session);
  await assertReadAgain('--pin-file', options.pinFile, session);
  const opened = await openPlan(planPath, session);
  const { plan, bytes, folder: planFolder } = opened;
  assertStoreUsed(options, plan.Backups);
  const folder = absolutePath(io.cwd, options.folder);
  const run = { plan, bytes, opened, planPath, planFolder, folder, label: options.folder };
  if (!options.resume) assertNew(run);
  await assertCanBegin(opened, options, session, options.resume);
  const { region } = parseKeyId(plan.KeyId);
  const { gateway } = await planConnection(options, { keyRegion: region }, session);
  assertMayRun(plan, gateway, session);
  return run;
}

function assertNew({ folder, label }: RunPlan): void {
  if (!existsSync(folder)) return;
  const isBegun = existsSync(join(folder, RECORD_FILES.chain));
  throw kmsxError(
    'ceremony-folder',
    `${label} exists already: a ceremony has a folder of its own`,
    {
      hints: [
        isBegun
          ? 'the same command with --resume goes on with the ceremony in it'
          : 'give --folder a new name',
      ],
    },
  );
}

/** Several commands read it, each from its beginning. */
async function assertReadAgain(
  option: string,
  path: string | undefined,
  { io }: Session,
): Promise<void> {
  if (path === undefined || (await inputFileId(path, io)).fileId !== undefined) return;
  throw kmsxError('bad-usage', `${option} of a ceremony is a file: it is read more than once`);
}

/** @throws KmsxError `rehearsal-mixed`, `input-needed`, `bad-usage` */
function assertMayRun(
  plan: CeremonyPlan,
  gateway: ConnectionPlan['gateway'],
  { io, options }: Session,
): void {
  const isLocal = gateway.kind === 'local';
  if (isLocal && !plan.Practice) {
    throw kmsxError('rehearsal-mixed', '--gateway local is for practice, and the plan is not', {
      hints: ['write Practice: true into a copy of the plan, and rehearse that'],
    });
  }
  if (isLocal && plan.Witness) {
    throw kmsxError('bad-usage', 'other programs cannot reach the KMS of --gateway local', {
      hints: ['write Witness: false into the plan, or run kmsx local-kms and give --endpoint'],
    });
  }
  if (plan.Unattended !== true) {
    if (options.quiet) {
      throw kmsxError('bad-usage', '--quiet would hide from the people what they are to say', {
        hints: ['leave out --quiet'],
      });
    }
    if (io.mayAsk) return;
    throw kmsxError(
      'input-needed',
      'the people of a ceremony are asked, and --no-input forbids it',
      {
        details: { instead: 'a practice plan with Unattended: true' },
        hints: ['leave out --no-input; a practice plan with Unattended: true asks nobody'],
      },
    );
  }
  if (!isLocal && !isLoopback(gateway.host)) {
    throw kmsxError(
      'rehearsal-mixed',
      'an unattended practice is for the embedded KMS, and another one is asked here',
      { hints: ['give --gateway local; or take Unattended out of the plan'] },
    );
  }
  const elsewhere = plan.Recipients.find(({ Unwrap }) => Unwrap === 'elsewhere');
  if (elsewhere === undefined) return;
  throw kmsxError(
    'bad-usage',
    `nobody can read the check value of ${elsewhere.Name}: the practice is unattended`,
    { hints: ['give the recipient MakePair: true, or Unwrap: here with Privkey or Token'] },
  );
}

/** @throws KmsxError `ceremony-folder` where no ceremony was begun */
export function assertFolder(folder: string, label: string): void {
  if (existsSync(join(folder, RECORD_FILES.chain))) return;
  throw kmsxError('ceremony-folder', `${label} has no ceremony that could go on`, {
    hints: ['leave out --resume, and give --folder a new name, to begin one'],
  });
}
