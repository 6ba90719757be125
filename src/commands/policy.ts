import type { Command } from 'commander';
import type { Io } from '../cli/io.ts';
import { fromEnv } from '../cli/io.ts';
import { printResult } from '../cli/json-output.ts';
import type { Session } from '../cli/session.ts';
import { assertSafeEnvironment, createSession } from '../cli/session.ts';
import type { KeyResource } from '../data-key/ram-policy.ts';
import { permissionsFor, ramPolicy } from '../data-key/ram-policy.ts';
import { describe } from './describe.ts';
import { assertOneRegion } from './key-region.ts';
import { checkPolicy } from './policy-check.ts';
import type { PolicyOptions, PolicyPlan } from './policy-options.ts';
import {
  addPolicyOptions,
  keyResource,
  keysOf,
  planPolicy,
  policyRequest,
} from './policy-options.ts';

/** `kmsx policy`: the least RAM policy for commands and a key, or whether these credentials have it. */
export function definePolicy(command: Command, io: Io): void {
  describe(command, {
    text: [
      'Prints the least RAM policy that lets commands run with a KMS key, in the JSON of RAM, and asks nobody.',
      'With --check it asks KMS instead whether these credentials have each permission, by dry runs that change nothing: one line each with Action, Resource, Allowed (left out where it was not found out) and Reason. ExportDataKey, Decrypt and ReEncrypt are tried on a backup: --in.',
    ].join(' '),
    examples: [
      [
        'what export-key needs, as a policy of RAM',
        'aliyun ram CreatePolicy --PolicyName kmsx-export --PolicyDocument "$(kmsx policy --key-id acs:kms:cn-hangzhou:1234567890123456:key/KEY_ID)"',
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
    exitCodes: [0, 2, 3, 4, 5, 7],
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
  if (options.check) await checkPolicy(options, plan, session);
  else await printPolicy(options, plan, session);
}

async function printPolicy(
  options: PolicyOptions,
  plan: PolicyPlan,
  session: Session,
): Promise<void> {
  const { io, reporter } = session;
  const keys = keysOf(plan);
  assertOneRegion(keys, { ...options, documentRegion: undefined });
  const region =
    keys.find((each) => each.region !== undefined)?.region ??
    options.region ??
    fromEnv(io, 'ALIBABA_CLOUD_REGION_ID');
  const request = policyRequest(plan, (each) => keyResource(each, region));
  for (const each of keys.filter(({ account }) => account === undefined)) {
    const unknown = unknownParts(keyResource(each, region));
    await reporter.warn(
      `${each.text} does not tell its ${unknown}: * stands for it; with the ARN of the key the policy is exact`,
    );
  }
  await printResult(ramPolicy(permissionsFor(request)), session);
}

function unknownParts({ region }: KeyResource): string {
  return region === '*' ? 'account and region' : 'account';
}
