import type { Command } from 'commander';
import { kmsxError } from '../../../base/error.ts';
import { withoutStray } from '../../../base/text/nearly-right.ts';
import type { Input } from '../../../terminal/files/inputs.ts';
import { inputFileId } from '../../../terminal/files/inputs.ts';
import type { Io } from '../../../terminal/io.ts';
import { envValue } from '../../../base/env.ts';
import { inGroup } from '../../../terminal/help/option-groups.ts';
import { optionOr, repeatable, suggestValues } from '../../../terminal/options.ts';
import type { Session } from '../../../terminal/session.ts';
import type { Authorities } from '../../../network/authorities.ts';
import { loadAuthorities } from '../../../network/authorities.ts';
import type { ResolveRule } from '../../../network/endpoint.ts';
import { parseResolveRule, portOf, resolveRuleFor } from '../../../network/endpoint.ts';
import type { Gateway, LocalChoice } from '../../../kms/gateway.ts';
import { needsProfileRegion, resolveGateway } from '../../../kms/gateway.ts';
import type { AttemptLimits } from '../../../kms/attempts.ts';

/** The options of every command that talks to KMS. */
export interface ConnectionOptions {
  readonly profile?: string;
  readonly region?: string;
  readonly gateway?: string;
  readonly endpoint?: string;
  readonly caFile?: string;
  readonly resolve: readonly string[];
  readonly timeout: string;
  readonly maxAttempts: string;
  readonly deadline: string;
}

/** How patiently KMS is asked, where no option says otherwise. */
export const LIMIT_DEFAULTS = { timeout: '10', maxAttempts: '5', deadline: '60' } as const;

/** Adds the options that every command that talks to KMS has, as a group of their own in the help. */
export function addConnectionOptions(command: Command): void {
  inGroup(command, 'Connection options:', () => {
    addOptions(command);
  });
}

function addOptions(command: Command): void {
  command
    .addOption(
      optionOr(
        '--profile <name>',
        'a profile of ~/.aliyun/config.json (env ALIBABA_CLOUD_PROFILE)',
        'the credentials that are found first',
      ),
    )
    .addOption(
      optionOr(
        '--region <id>',
        'the region of KMS (env ALIBABA_CLOUD_REGION_ID)',
        'that of the ARN, the document or the profile',
      ),
    )
    .addOption(
      suggestValues(
        optionOr(
          '--gateway <name>',
          'the gateway, or the id of a dedicated one (kst-…) (env KMSX_GATEWAY)',
          'public',
        ),
        ['public', 'vpc', 'local'],
      ),
    )
    .option('--endpoint <address>', 'another address: HOST[:PORT] or a URL (env KMSX_ENDPOINT)')
    .option(
      '--ca-file <pem>',
      'more certificate authorities; for a dedicated gateway the only ones (env KMSX_CA_FILE)',
    )
    .addOption(
      repeatable('--resolve <host:port:address>', 'as curl has it, for loopback addresses only'),
    )
    .option(
      '--timeout <seconds>',
      'for one attempt, the connection included',
      LIMIT_DEFAULTS.timeout,
    )
    .option('--max-attempts <n>', 'how often to try', LIMIT_DEFAULTS.maxAttempts)
    .option('--deadline <seconds>', 'for all attempts', LIMIT_DEFAULTS.deadline);
}

/** How KMS will be reached: everything that can be checked without asking anybody has been. */
export interface ConnectionPlan {
  readonly gateway: Gateway | LocalChoice;
  readonly limits: AttemptLimits;
  readonly resolve: readonly ResolveRule[];
  readonly profile: string | undefined;
  /** What the command line decides, whatever other variables say. */
  readonly decided: { readonly region: boolean; readonly address: boolean } | undefined;
  readonly authorities: Authorities | undefined;
  /** The CA file: no output may become it. */
  readonly inputs: readonly Pick<Input, 'fileId'>[];
}

/**
 * Decides how KMS will be reached, from options, environment and profile.
 *
 * @param known - the region of the key's ARN, and that of the document that goes in
 * @throws KmsxError those of `resolveGateway`, `gateway-malformed`, `options-conflict`, `bad-usage`, and those of reading a profile
 */
export async function planConnection(
  options: ConnectionOptions,
  known: { readonly keyRegion?: string | undefined; readonly documentRegion?: string | undefined },
  { io }: Session,
): Promise<ConnectionPlan> {
  const limits = readLimits(options);
  const resolve = options.resolve.map(parseResolveRule);
  const gatewayOptions = {
    gateway: options.gateway,
    endpoint: options.endpoint,
    region: options.region,
    documentRegion: known.documentRegion,
    keyRegion: known.keyRegion,
    env: io.env,
  };
  const profileRegion = needsProfileRegion(gatewayOptions)
    ? await readProfileRegion(options.profile, io)
    : undefined;
  const gateway = resolveGateway({ ...gatewayOptions, profileRegion });
  assertRulesMatch(resolve, gateway);
  const caFile = options.caFile ?? envValue(io.env, 'KMSX_CA_FILE');
  const address = [
    options.gateway,
    options.endpoint,
    io.env['KMSX_GATEWAY'],
    io.env['KMSX_ENDPOINT'],
  ];
  const decided = { region: options.region !== undefined, address: address.some(Boolean) };
  const plan = { gateway, limits, resolve, profile: options.profile, decided };
  if (caFile === undefined || gateway.kind === 'local') {
    return { ...plan, authorities: undefined, inputs: [] };
  }
  const inputs = [await inputFileId(caFile, io)];
  return { ...plan, authorities: await loadAuthorities(caFile, io.env, io.now()), inputs };
}

/**
 * Reads how often and how long KMS is tried.
 *
 * @throws KmsxError `bad-usage`
 */
export function readLimits(options: ConnectionOptions): AttemptLimits {
  return {
    timeoutMs: parseSeconds('--timeout', options.timeout),
    deadlineMs: parseSeconds('--deadline', options.deadline),
    maxAttempts: parseAttempts(options.maxAttempts),
  };
}

/** A rule that names another host or port would be passed over in silence, and the real name looked up. */
function assertRulesMatch(rules: readonly ResolveRule[], gateway: ConnectionPlan['gateway']): void {
  if (rules.length === 0) return;
  if (gateway.kind === 'local') {
    throw kmsxError('options-conflict', '--resolve and --gateway local exclude each other', {
      hints: ['leave out --resolve or --gateway local'],
    });
  }
  const target = { host: gateway.host, port: portOf(gateway) };
  if (resolveRuleFor(rules, target) !== undefined) return;
  throw kmsxError(
    'gateway-malformed',
    `no --resolve is for ${target.host}:${target.port}, where KMS is asked`,
    { details: { reason: 'resolve' } },
  );
}

async function readProfileRegion(profile: string | undefined, io: Io): Promise<string | undefined> {
  const { profileRegion } = await import('../../../credentials/cli-profile.ts');
  return await profileRegion({ profile, env: io.env, home: envValue(io.env, 'HOME') });
}

/** Longer than a day: what takes more was mistyped, in milliseconds perhaps. */
const MAX_SECONDS = 99_999;

/**
 * Reads a time limit.
 *
 * @returns milliseconds
 * @throws KmsxError `bad-usage`
 */
export function parseSeconds(option: string, text: string): number {
  const seconds = /^\d{1,15}(\.\d{1,3})?$/.test(text) ? Number(text) : 0;
  if (seconds > MAX_SECONDS) {
    throw kmsxError('bad-usage', `${option} takes at most ${MAX_SECONDS} seconds`);
  }
  if (seconds > 0) return seconds * 1000;
  const meant = likelySeconds(text);
  throw kmsxError('bad-usage', `${option} takes seconds, more than 0, as in ${option} 10`, {
    hints: meant === undefined ? undefined : [`did you mean ${option} ${meant}?`],
  });
}

/** In seconds. */
const UNITS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, sec: 1, m: 60, min: 60 };

/** What a number with a unit or with a decimal comma likely means, in seconds. */
function likelySeconds(text: string): number | undefined {
  const [, number = '', unit = ''] =
    /^(\d{1,6}(?:\.\d{1,3})?)([a-z]*)$/i.exec(withoutStray(text).replace(',', '.')) ?? [];
  const factor = UNITS[unit.toLowerCase()] ?? (unit === '' ? 1 : Number.NaN);
  const seconds = Number((Number(number) * factor).toFixed(3));
  return seconds > 0 && seconds <= MAX_SECONDS ? seconds : undefined;
}

function parseAttempts(text: string): number {
  const attempts = Number(text);
  if (/^\d{1,3}$/.test(text) && attempts >= 1) return attempts;
  throw kmsxError('bad-usage', '--max-attempts takes a number from 1 to 999');
}
