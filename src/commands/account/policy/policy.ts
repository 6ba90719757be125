import type { Command } from 'commander';
import { kmsxError } from '../../../base/error.ts';
import type { Io } from '../../../terminal/io.ts';
import { envValue } from '../../../base/env.ts';
import { printResult } from '../../../terminal/output/json-output.ts';
import type { Session } from '../../../terminal/session.ts';
import { assertSafeEnvironment, createSession } from '../../../terminal/session.ts';
import type { KeyResource } from '../../../account/ram-policy.ts';
import { permissionsFor, ramPolicy } from '../../../account/ram-policy.ts';
import { isRegion } from '../../../network/region.ts';
import { describe } from '../../shared/describe.ts';
import { assertOneRegion } from '../../shared/key-region.ts';
import { checkPolicy } from './check.ts';
import type { PolicyOptions, PolicyPlan } from '../../shared/policy-options.ts';
import {
  addPolicyOptions,
  keyResource,
  keysOf,
  planPolicy,
  policyRequest,
} from '../../shared/policy-options.ts';

const REGION_VARIABLE = 'ALIBABA_CLOUD_REGION_ID';

/** `kmsx policy`: the least RAM policy for commands and a key, or whether these credentials have it. */
export function definePolicy(command: Command, io: Io): void {
  describe(command, {
    text: [
      'Prints the least RAM policy that lets commands run with a KMS key, in the JSON of RAM, and asks nobody.',
      'With --check it asks KMS instead whether these credentials have each permission, by dry runs that change nothing: one line each with Action, Resource, Allowed (left out where it was not found out) and Reason. ExportDataKey, Decrypt and ReEncrypt are tried on a backup: without --in they are not asked, which is exit code 8 where nothing is denied.',
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
  const region = keys.find((each) => each.region !== undefined)?.region ?? givenRegion(options, io);
  const request = policyRequest(plan, (each) => keyResource(each, region));
  for (const each of keys.filter(({ account }) => account === undefined)) {
    const unknown = unknownParts(keyResource(each, region));
    await reporter.warn(
      `${each.text} does not tell its ${unknown}: * stands for it; with the ARN of the key the policy is exact`,
    );
  }
  if (plan.key === undefined) {
    await reporter.warn(
      `without --key-id nobody tells the ${unknownParts(keyResource(undefined, region))}: * stands for it`,
    );
  }
  await printResult(ramPolicy(permissionsFor(request)), session);
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
    `${label} is no region: lower-case letters, digits and hyphens only`,
    { label },
  );
}

function unknownParts({ region }: KeyResource): string {
  return region === '*' ? 'account and region' : 'account';
}
