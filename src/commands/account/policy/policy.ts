import type { Command } from 'commander';
import type { CommandUse, Permission } from '../../../account/command-permissions.ts';
import { permissionsFor } from '../../../account/command-permissions.ts';
import { ramPolicy } from '../../../account/ram-policy.ts';
import { envValue } from '../../../base/env.ts';
import { kmsxError } from '../../../base/error.ts';
import { shellWord } from '../../../base/text/shell-word.ts';
import type { KeyIdentifier } from '../../../kms/key-id.ts';
import { isRegion } from '../../../network/region.ts';
import { assertOneStdin } from '../../../terminal/files/inputs.ts';
import type { Io } from '../../../terminal/io.ts';
import { documentForStdout, printResults } from '../../../terminal/output/json-output.ts';
import { writeStdout } from '../../../terminal/output/stdout.ts';
import { nextBlock, printView } from '../../../terminal/output/view.ts';
import type { Session } from '../../../terminal/session.ts';
import { assertSafeEnvironment, createSession } from '../../../terminal/session.ts';
import type { BackupAtPlace } from '../../shared/backup/backup-input.ts';
import { readBackupPlace, readStoredBy } from '../../shared/backup/backup-input.ts';
import { isDedicated } from '../../shared/backup/backup-places.ts';
import { withConnection } from '../../shared/connection/connect.ts';
import type { ConnectionPlan } from '../../shared/connection/connection-options.ts';
import { planConnection } from '../../shared/connection/connection-options.ts';
import { contextInput, readContext } from '../../shared/context-options.ts';
import { nextCommand } from '../../shared/view/next-command.ts';
import { describe } from '../../shared/describe.ts';
import { assertStoreUsed } from '../../shared/store/store-options.ts';
import { assertOneRegion, withKeyRegion } from '../../shared/connection/key-region.ts';
import { assertRehearsalMatches, warnOfRehearsal } from '../../shared/rehearsal.ts';
import type { PolicyCheck, TriedOn } from './check.ts';
import { checkPolicy } from './check.ts';
import type { PolicyOptions } from './options.ts';
import { addPolicyOptions, keysOf, planPolicy } from './options.ts';
import { conclusion, notAsked, permissionLine, permissionTable } from './report.ts';

const REGION_VARIABLE = 'ALIBABA_CLOUD_REGION_ID';

/** `kmsx policy`: the minimal RAM policy for commands and a key, or whether these credentials have it. */
export function definePolicy(command: Command, io: Io): void {
  describe(command, {
    text: [
      'Prints the minimal RAM policy that lets commands run with a KMS key, in the JSON of RAM, without any connection.',
      'With --context each name and value becomes a condition: the policy then allows only what is done under that encryption context.',
      'With --check it asks KMS instead whether these credentials have each permission, by dry runs that change nothing: one line each with Action, Resource, Allowed (left out if it was not found out) and Reason. ExportDataKey, Decrypt and ReEncrypt are tried on a backup: without --in they are not asked, which is exit code 8 if nothing is denied.',
    ].join(' '),
    examples: [
      [
        'what export-key needs, as a policy of RAM',
        'aliyun ram CreatePolicy --PolicyName kmsx-export --PolicyDocument "$(kmsx policy --key-id acs:kms:cn-hangzhou:1234567890123456:key/KEY_ID)"',
      ],
      [
        'for data keys of one purpose alone',
        'kmsx policy --key-id acs:kms:cn-hangzhou:1234567890123456:key/KEY_ID --context purpose=payments',
      ],
      [
        'for the officer who breaks the glass',
        'kmsx policy --for recover-key,verify-key --key-id acs:kms:cn-hangzhou:1234567890123456:key/KEY_ID',
      ],
      [
        'whether these credentials may do it',
        'kmsx policy --check --for export-key,recover-key --key-id alias/payments --in payments.backup.json',
      ],
    ],
    exitCodes: [0, 2, 3, 4, 5, 7, 8],
  });
  addPolicyOptions(command);
  command.action(async (options: PolicyOptions) => {
    await runPolicy(options, createSession(command, io));
  });
}

async function runPolicy(options: PolicyOptions, session: Session): Promise<void> {
  const { io } = session;
  assertSafeEnvironment(io);
  const plan = planPolicy(options, io);
  await (options.check ? runCheck : printPolicy)(options, plan, session);
}

async function printPolicy(
  options: PolicyOptions,
  plan: CommandUse,
  session: Session,
): Promise<void> {
  const { io, reporter } = session;
  const keys = keysOf(plan);
  assertOneRegion(keys, { ...options, documentRegion: undefined });
  assertNoAlias(keys);
  const region = keys.find((each) => each.region !== undefined)?.region ?? givenRegion(options, io);
  const unknown = (own: string | undefined): string =>
    (own ?? region) === undefined ? 'account and region' : 'account';
  for (const each of keys.filter(({ account }) => account === undefined)) {
    await reporter.warn(
      `${each.text} does not name its ${unknown(each.region)}: the policy has * for it; with the ARN of the key it is exact`,
    );
  }
  if (plan.key === undefined) {
    await reporter.warn(
      `without --key-id the ${unknown(undefined)} is not known: the policy has * for it`,
    );
  }
  const permissions = permissionsFor(plan, region);
  const { context } = await readContext(options, session, 'repeated');
  if (context !== undefined) {
    assertTakesContext(permissions);
    await reporter.warn(
      'KMS does not document for every operation that it looks at the encryption context: try the policy with --check and this context before you rely on it',
    );
  }
  const policy = ramPolicy(permissions, context);
  await writeStdout(io, documentForStdout(policy, session));
  await printView(
    () => ({
      verdict: `The minimal RAM policy for ${plan.commands.join(', ')}`,
      blocks: nextBlock([policyCheck(options, plan)]),
    }),
    session,
  );
}

/** What shows, once the policy is attached, whether it is enough. */
function policyCheck(options: PolicyOptions, { commands, key }: CommandUse): string {
  const own = [
    ['--for', commands.join(',')],
    ['--key-id', key?.text],
    ['--to-key-id', options.toKeyId],
    ['--source-key-id', options.sourceKeyId],
    ['--several-pubkeys', options.severalPubkeys],
    ['--backup', options.backup],
    ['--in', options.in],
    ['--place', options.place],
  ] as const;
  return nextCommand(['policy', '--check'], own, options, ['context', 'connection']);
}

/** @throws KmsxError `bad-usage`: the condition would be lost, and a policy be wider than it seems */
function assertTakesContext(permissions: readonly Permission[]): void {
  if (permissions.some(({ takesContext }) => takesContext)) return;
  throw kmsxError(
    'bad-usage',
    '--context goes with --for commands that use data keys: nothing here takes an encryption context',
  );
}

/** @throws KmsxError `bad-usage` for an alias: RAM knows keys by their ids only */
function assertNoAlias(keys: readonly KeyIdentifier[]): void {
  const alias = keys.find(({ id }) => id === undefined);
  if (alias === undefined) return;
  throw kmsxError(
    'bad-usage',
    `${alias.text} is an alias, and RAM policies name keys by their ids`,
    {
      hints: [
        `aliyun kms DescribeKey --KeyId ${shellWord(alias.text)} | jq -r .KeyMetadata.Arn shows the ARN of the key now behind it`,
        'kmsx list-keys shows the aliases of every key; with --check kmsx asks KMS itself',
      ],
    },
  );
}

/**
 * A region becomes part of the policy: `*` in it would allow more than one key.
 *
 * @throws KmsxError `region-malformed`
 */
function givenRegion(options: PolicyOptions, io: Io): string | undefined {
  const region = options.region ?? envValue(io.env, REGION_VARIABLE);
  if (region === undefined || isRegion(region)) return region;
  const label = options.region === undefined ? REGION_VARIABLE : '--region';
  throw kmsxError(
    'region-malformed',
    `${label} is not a region: lower-case letters, digits and hyphens only`,
  );
}

async function runCheck(options: PolicyOptions, plan: CommandUse, session: Session): Promise<void> {
  const { backups, context, connection } = await readCheckOptions(options, plan, session);
  await withConnection(connection, session, async (kms) => {
    const check = await checkPolicy(plan, { backups, context }, connection, kms);
    await warnOfRehearsal(kms, session);
    await printCheck(check, plan, kms.isRehearsal, session);
  });
}

async function readCheckOptions(
  options: PolicyOptions,
  plan: CommandUse,
  session: Session,
): Promise<TriedOn & { readonly connection: ConnectionPlan }> {
  assertOneStdin([
    ...options.in.map((path) => ({ option: '--in', path })),
    ...contextInput(options),
  ]);
  assertStoreUsed(options, options.in);
  const { context } = await readContext(options, session, 'repeated');
  const backups: BackupAtPlace[] = [];
  for (const place of options.in) {
    backups.push(await readBackupPlace(place, context, readStoredBy(options, session), session));
  }
  const keys = keysOf(plan);
  const documentRegion = backups.find(({ known }) => known?.Region !== undefined)?.known?.Region;
  const connection = await planConnection(
    withKeyRegion(options, keys),
    { documentRegion },
    session,
  );
  assertOneRegion(keys, { ...options, documentRegion });
  for (const { known, label } of backups) {
    if (known !== undefined) assertRehearsalMatches(known, connection, label);
  }
  assertResolvable(keys, connection);
  return { backups, context, connection };
}

/** @throws KmsxError `operation-not-offered` */
function assertResolvable(keys: readonly KeyIdentifier[], { gateway }: ConnectionPlan): void {
  const alias = keys.find(({ id }) => id === undefined);
  if (alias === undefined || !isDedicated(gateway)) return;
  throw kmsxError(
    'operation-not-offered',
    `a dedicated gateway does not have DescribeKey, which gives the key behind ${alias.text}`,
  );
}

/** @throws KmsxError `permission-missing`, what KMS refused otherwise, `permissions-unasked` */
async function printCheck(
  { decisions, notCompared }: PolicyCheck,
  { key }: CommandUse,
  isRehearsal: boolean,
  session: Session,
): Promise<void> {
  const { reporter } = session;
  for (const { label, source } of notCompared) {
    await reporter.warn(
      `${label} is under ${source.KeyId ?? ''}; whether that is the key behind ${key?.text ?? ''} is not known without kms:DescribeKey`,
    );
  }
  const lines = decisions.map(permissionLine);
  const marked = isRehearsal ? lines.map((line) => ({ ...line, Rehearsal: true })) : lines;
  await printResults(marked, permissionTable, session);
  for (const { Action, Reason = '' } of notAsked(decisions, false).map(permissionLine)) {
    await reporter.warn(`${Action} was ${Reason}`);
  }
  const error = conclusion(decisions, key !== undefined);
  if (error !== undefined) throw error;
}
