import { hasCode, KmsxError, kmsxError } from '../base/error.ts';
import type { Authorities } from '../network/authorities.ts';
import { namedProfile } from './cli-profile.ts';
import { CredentialNetwork } from './network.ts';
import type { Found, Look, Origin, Places } from './places.ts';
import {
  fromAmbientProfile,
  fromCredentialsFile,
  fromEnvironment,
  fromOidc,
  fromUri,
  ofProfile,
} from './places.ts';
import type { AccessKey, CredentialSource, ProviderLimits } from './sources/sources.ts';
import { accessKeySource, metadataSource } from './sources/sources.ts';
import type { ResolveRule } from '../network/endpoint.ts';
import type { Env } from '../base/env.ts';
import type { GuardedCredential } from './guarded.ts';
import { fetchCredentials, guardedCredential } from './guarded.ts';
import type { KillGroup } from './sources/run-command.ts';
import { NO_METADATA_TOKEN, noTokenRemark } from './hints.ts';
import type { Warn } from './secret-file.ts';
import { warnOfTokenFile } from './secret-file.ts';
import { stsEndpoint } from './sts-endpoint.ts';
import type { Decided } from './variables.ts';
import { isOn, profileVariable, warnOfAliyunVariables } from './variables.ts';

/** Credentials with a chosen source. Those issued by STS or an instance are fetched when needed. */
export interface ResolvedCredentials extends GuardedCredential {
  /** The source, in words for messages. */
  readonly source: string;
  /** The same for other programs; absent: a known access key. */
  readonly origin?: Origin;
  /** The region of the profile, if the source is one. */
  readonly region?: string;
  /**
   * The STS endpoint for these credentials, HOST[:PORT]; absent: `stsEndpoint` chooses from the environment alone.
   *
   * @throws KmsxError as `stsEndpoint`
   */
  readonly stsEndpoint?: () => string;
  close(): Promise<void>;
}

export interface CredentialOptions {
  /** The value of `--profile`. */
  readonly profile?: string | undefined;
  /** What else the command line decides: variables about it are not warned of. */
  readonly decided?: Omit<Decided, 'profile'> | undefined;
  readonly env: Env;
  /** The home folder (HOME). */
  readonly home: string | undefined;
  /** The result of `loadAuthorities` for `--ca-file`; a private proxy in front of STS may need it. */
  readonly authorities?: Authorities | undefined;
  readonly resolve?: readonly ResolveRule[] | undefined;
  /** Limit for one request to a source. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly now: () => Date;
  /** Called for each file with secrets that other users can access, and each variable that is passed over. */
  readonly warn?: Warn | undefined;
  /**
   * The effective user; undefined on systems without one. A `process_command` is not run if another user could
   * change its file.
   */
  readonly userId: number | undefined;
  /** Kills a command that takes too long, with its child processes. */
  readonly killGroup: KillGroup;
}

/** Limit for all requests to the instance metadata together: it is one hop away or does not exist. */
const METADATA_TIMEOUT_MS = 1500;
const DEFAULT_TIMEOUT_MS = 10_000;

/**
 * Chooses the source of the credentials: with `--profile`, that profile of `~/.aliyun/config.json`; otherwise
 * the first of: the access key in the environment, OIDC in the environment, the profile named by
 * the environment (`profileVariable`) or `current` in `~/.aliyun/config.json`, `~/.alibabacloud/credentials`, instance
 * metadata, `ALIBABA_CLOUD_CREDENTIALS_URI`. A source that exists and fails is an error; the next one is not
 * tried. The chain of the credentials library is never used.
 *
 * Only the instance metadata is contacted, for at most 1.5 s, and only if the sources before it do not exist.
 *
 * @throws KmsxError `credentials-missing`, `credentials-failed`, `credentials-unsupported`,
 * `credentials-file-malformed`, `profile-missing`, `file-unreadable`, `gateway-malformed`, `region-malformed`
 */
export async function resolveCredentials(options: CredentialOptions): Promise<ResolvedCredentials> {
  const network = new CredentialNetwork(options);
  try {
    const found = await findSource(options, network);
    const { source, origin, region, settings } = found;
    if (options.warn !== undefined) await warnOf(found, options, options.warn);
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    return {
      source: source.name,
      origin,
      ...(region !== undefined && { region }),
      ...guardedCredential(source, network, { timeoutMs, signal: options.signal }),
      stsEndpoint: () => stsEndpoint(settings ?? (() => undefined), options.env, source.name),
      close: () => network.close(),
    };
  } catch (error) {
    await network.close();
    throw error;
  }
}

/** Credentials from a known access key: those of the embedded KMS. */
export function knownCredentials(source: string, key: AccessKey): ResolvedCredentials {
  const network = new CredentialNetwork({ env: {} });
  const limits = { timeoutMs: DEFAULT_TIMEOUT_MS };
  return {
    source,
    ...guardedCredential(accessKeySource(source, key), network, limits),
    close: () => network.close(),
  };
}

async function findSource(options: CredentialOptions, network: CredentialNetwork): Promise<Found> {
  const { env, home, warn, now, userId, killGroup } = options;
  const where: Places = { env, home, warn, now, userId, killGroup };
  if (options.profile !== undefined) {
    return ofProfile(await namedProfile(options.profile, where), where);
  }
  const places: readonly [string, () => Look | Promise<Look>][] = [
    ['environment', () => fromEnvironment(env)],
    ['OIDC', () => fromOidc(env)],
    ['profile', () => fromAmbientProfile(where)],
    ['credentials file', () => fromCredentialsFile(where)],
    ['instance metadata', () => fromMetadata(options, network)],
    ['credentials URI', () => fromUri(env)],
  ];
  const tried: string[] = [];
  for (const [name, look] of places) {
    const result = await look();
    if ('source' in result) return result;
    tried.push(`${name} (${result.nothing})`);
    if (name === 'credentials file') assertNoLostProfile(env, tried);
  }
  throw kmsxError('credentials-missing', `no credentials; tried ${tried.join(', ')}`);
}

async function warnOf(
  { source, origin }: Found,
  { env, profile, decided }: CredentialOptions,
  warn: Warn,
): Promise<void> {
  await warnOfTokenFiles(source, warn);
  warnOfAliyunVariables(env, { ...decided, profile: profile !== undefined }, warn);
  if (origin.kind !== 'key variables' && origin.kind !== 'OIDC variables') return;
  const named = profileVariable(env);
  if (named === undefined) return;
  warn(
    `${named.name} names the profile ${JSON.stringify(named.value)}, but kmsx uses ${source.name}, which comes first: give --profile, or unset one`,
  );
}

async function warnOfTokenFiles(source: CredentialSource, warn: Warn): Promise<void> {
  if ('previous' in source) await warnOfTokenFiles(source.previous, warn);
  else if (source.tokenFile !== undefined) await warnOfTokenFile(source.tokenFile.path, warn);
}

/** If the user named a profile that does not exist, using another source would be wrong. */
function assertNoLostProfile(env: Env, tried: readonly string[]): void {
  const named = profileVariable(env);
  if (named === undefined) return;
  throw kmsxError(
    'profile-missing',
    `${named.name} names ${JSON.stringify(named.value)}, which was not found; tried ${tried.slice(-2).join(', ')}`,
  );
}

async function fromMetadata(
  { env, signal }: CredentialOptions,
  network: CredentialNetwork,
): Promise<Look> {
  if (isOn(env, 'ALIBABA_CLOUD_ECS_METADATA_DISABLED')) {
    return { nothing: 'ALIBABA_CLOUD_ECS_METADATA_DISABLED is true' };
  }
  const source = metadataSource('instance metadata', undefined, env);
  const limits = { timeoutMs: METADATA_TIMEOUT_MS, signal };
  const provider = source.provider(limits);
  try {
    await fetchCredentials({ ...source, provider: () => provider }, network, limits);
    // This provider has already fetched credentials, so it is used first; after a renewal, new ones are made.
    let first: typeof provider | undefined = provider;
    const reusing = (its: ProviderLimits): typeof provider => {
      const next = first ?? source.provider(its);
      first = undefined;
      return next;
    };
    return { source: { ...source, provider: reusing }, origin: { kind: 'metadata' } };
  } catch (error) {
    // An instance that returns malformed credentials is an error, not a reason to try another source.
    if (!(error instanceof KmsxError)) throw error;
    if (hasCode(error, 'credentials-failed') && error.details.reason === 'characters') throw error;
    return { nothing: whyNoRole(error) };
  }
}

function whyNoRole(error: KmsxError): string {
  const { httpStatus } = error;
  if (httpStatus === undefined || hasCode(error, 'not-kms')) {
    return 'no answer: not an Alibaba Cloud instance';
  }
  if (!hasCode(error, 'credentials-failed', 'network-failed')) return `no RAM role: ${error.code}`;
  const { reason = '' } = error.details;
  return reason === NO_METADATA_TOKEN ? noTokenRemark(httpStatus) : `no RAM role: ${reason}`;
}
