import { KmsxError, kmsxError } from '../base/error.ts';
import type { Authorities } from '../network/authorities.ts';
import { namedProfile } from './cli-profile.ts';
import { CredentialNetwork } from './network.ts';
import type { Found, Look, Places } from './places.ts';
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
import { envFlag, envValue } from '../base/env.ts';
import type { GuardedCredential } from './guarded.ts';
import { fetchCredentials, guardedCredential } from './guarded.ts';
import type { KillGroup } from './sources/run-command.ts';
import { NO_METADATA_TOKEN, noTokenRemark } from './hints.ts';
import type { Warn } from './secret-file.ts';
import { warnOfTokenFile } from './secret-file.ts';
import { stsEndpoint } from './sts-endpoint.ts';

/** Credentials whose source is decided. What STS or an instance gives is fetched when it is needed. */
export interface ResolvedCredentials extends GuardedCredential {
  /** For people: where they come from. */
  readonly source: string;
  /** The region of the profile, if they come from one. */
  readonly region?: string;
  /**
   * Where STS is asked about them, HOST[:PORT]; not there: `stsEndpoint` chooses by the environment alone.
   *
   * @throws KmsxError as `stsEndpoint`
   */
  readonly stsEndpoint?: () => string;
  close(): Promise<void>;
}

export interface CredentialOptions {
  /** The value of `--profile`. */
  readonly profile?: string | undefined;
  readonly env: Env;
  /** The home folder: HOME. */
  readonly home: string | undefined;
  /** What `loadAuthorities` made of `--ca-file`; a private proxy in front of STS may need it. */
  readonly authorities?: Authorities | undefined;
  readonly resolve?: readonly ResolveRule[] | undefined;
  /** For one request to a source. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly now: () => Date;
  /** Told of files with secrets that others can reach. */
  readonly warn?: Warn | undefined;
  /** The effective user: a command of a file that somebody else could change is not run. Undefined where the system has none. */
  readonly userId: number | undefined;
  /** Ends a command that takes too long, with all that it started. */
  readonly killGroup: KillGroup;
}

/** For the metadata service of an instance, everything in all: it is one hop away, or not there. */
const METADATA_TIMEOUT_MS = 1500;
const DEFAULT_TIMEOUT_MS = 10_000;

/**
 * Decides where the credentials come from: with `--profile` that profile of `~/.aliyun/config.json`; else
 * the first of the environment's access key, its OIDC token, `ALIBABA_CLOUD_PROFILE` or the `current`
 * profile of `~/.aliyun/config.json`, `~/.alibabacloud/credentials`, instance metadata,
 * `ALIBABA_CLOUD_CREDENTIALS_URI`. A source that is there and fails is an error; the next one is not tried.
 * The credentials library's own chain is never used.
 *
 * Only instance metadata is contacted, and only when everything before it has nothing: 1.5 s at most.
 *
 * @throws KmsxError `credentials-missing`, `credentials-failed`, `credentials-unsupported`,
 * `credentials-file-malformed`, `profile-missing`, `file-unreadable`, `gateway-malformed`, `region-malformed`
 */
export async function resolveCredentials(options: CredentialOptions): Promise<ResolvedCredentials> {
  const network = new CredentialNetwork(options);
  try {
    const { source, region, settings } = await findSource(options, network);
    if (options.warn !== undefined) await warnOfTokenFiles(source, options.warn);
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    return {
      source: source.name,
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

/** Credentials that are known: those of the embedded KMS. */
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
  throw kmsxError('credentials-missing', `no credentials; tried ${tried.join(', ')}`, {
    tried: tried.join(', '),
  });
}

async function warnOfTokenFiles(source: CredentialSource, warn: Warn): Promise<void> {
  if ('previous' in source) await warnOfTokenFiles(source.previous, warn);
  else if (source.tokenFile !== undefined) await warnOfTokenFile(source.tokenFile.path, warn);
}

/** A profile that the user named, and nobody has, is no reason to take whatever else there is. */
function assertNoLostProfile(env: Env, tried: readonly string[]): void {
  const name = envValue(env, 'ALIBABA_CLOUD_PROFILE');
  if (name === undefined) return;
  throw kmsxError(
    'profile-missing',
    `ALIBABA_CLOUD_PROFILE names ${JSON.stringify(name)}, which is nowhere; tried ${tried.slice(-2).join(', ')}`,
    { profile: name },
  );
}

async function fromMetadata(
  { env, signal }: CredentialOptions,
  network: CredentialNetwork,
): Promise<Look> {
  if (envFlag(env, 'ALIBABA_CLOUD_ECS_METADATA_DISABLED')) {
    return { nothing: 'ALIBABA_CLOUD_ECS_METADATA_DISABLED is true' };
  }
  const source = metadataSource('instance metadata', undefined, env);
  const limits = { timeoutMs: METADATA_TIMEOUT_MS, signal };
  const provider = source.provider(limits);
  try {
    await fetchCredentials({ ...source, provider: () => provider }, network, limits);
    // The provider that was asked has credentials already: it is the first one used; later ones are new.
    let first: typeof provider | undefined = provider;
    const reusing = (its: ProviderLimits): typeof provider => {
      const next = first ?? source.provider(its);
      first = undefined;
      return next;
    };
    return { source: { ...source, provider: reusing } };
  } catch (error) {
    // What an instance gives, and can't be credentials, is no reason to look elsewhere.
    if (!(error instanceof KmsxError) || error.details['reason'] === 'characters') throw error;
    return {
      nothing:
        error.httpStatus === undefined
          ? 'no answer: this is no Alibaba Cloud instance'
          : error.details['reason'] === NO_METADATA_TOKEN
            ? noTokenRemark(error.httpStatus)
            : `no RAM role: ${error.details['reason'] ?? ''}`,
    };
  }
}
