import { KmsxError, kmsxError } from '../base/error.ts';
import type { Authorities } from './authorities.ts';
import { namedProfile } from './cli-profile.ts';
import type { Found, Look } from './credential-places.ts';
import {
  fromAmbientProfile,
  fromCredentialsFile,
  fromEnvironment,
  fromOidc,
  fromUri,
  ofProfile,
} from './credential-places.ts';
import type { AccessKey } from './credential-sources.ts';
import { accessKeySource, metadataSource } from './credential-sources.ts';
import type { ResolveRule } from './endpoint.ts';
import type { Env } from './env.ts';
import { envFlag, envValue } from './env.ts';
import type { SdkCredential } from './guarded-credential.ts';
import { fetchCredentials, guardedCredential } from './guarded-credential.ts';
import { Transport } from './transport.ts';

/** Credentials whose source is decided. What STS or an instance gives is fetched when it is needed. */
export interface ResolvedCredentials {
  /** For people: where they come from. */
  readonly source: string;
  /** The region of the profile, if they come from one. */
  readonly region?: string;
  readonly credential: SdkCredential;
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
}

/** For the metadata service of an instance, everything in all: it is one hop away, or not there. */
const METADATA_TIMEOUT_MS = 1500;
const METADATA_CONNECT_TIMEOUT_MS = 500;
const CONNECT_TIMEOUT_MS = 5000;
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
  const network = (isMetadata: boolean): Transport =>
    new Transport({
      authorities: options.authorities?.all,
      connectTimeoutMs: isMetadata ? METADATA_CONNECT_TIMEOUT_MS : CONNECT_TIMEOUT_MS,
      proxyEnv: isMetadata ? undefined : options.env,
      resolve: options.resolve,
      expects: 'anything',
    });
  const found = await findSource(options, network);
  const transport = network(found.source.asks === 'the instance metadata');
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  return {
    source: found.source.name,
    ...(found.region !== undefined && { region: found.region }),
    credential: guardedCredential(found.source, transport, timeoutMs),
    close: () => transport.close(),
  };
}

/** Credentials that are known: those of the embedded KMS. */
export function knownCredentials(source: string, key: AccessKey): ResolvedCredentials {
  const transport = new Transport({ connectTimeoutMs: CONNECT_TIMEOUT_MS, expects: 'anything' });
  return {
    source,
    credential: guardedCredential(accessKeySource(source, key), transport, DEFAULT_TIMEOUT_MS),
    close: () => transport.close(),
  };
}

async function findSource(
  options: CredentialOptions,
  network: (isMetadata: boolean) => Transport,
): Promise<Found> {
  const { env, home } = options;
  if (options.profile !== undefined) {
    return ofProfile(await namedProfile(options.profile, home), env);
  }
  const places: readonly [string, () => Look | Promise<Look>][] = [
    ['environment', () => fromEnvironment(env)],
    ['OIDC', () => fromOidc(env)],
    ['profile', () => fromAmbientProfile(env, home)],
    ['credentials file', () => fromCredentialsFile(env, home)],
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
  options: CredentialOptions,
  network: (isMetadata: boolean) => Transport,
): Promise<Look> {
  const { env, signal } = options;
  if (envFlag(env, 'ALIBABA_CLOUD_ECS_METADATA_DISABLED')) {
    return { nothing: 'ALIBABA_CLOUD_ECS_METADATA_DISABLED is true' };
  }
  const source = metadataSource('instance metadata', undefined, env);
  const transport = network(true);
  try {
    await fetchCredentials(source, transport, { timeoutMs: METADATA_TIMEOUT_MS, signal });
    return { source };
  } catch (error) {
    if (!(error instanceof KmsxError)) throw error;
    return {
      nothing:
        error.httpStatus === undefined
          ? 'no answer: this is no Alibaba Cloud instance'
          : `no RAM role: ${error.details['reason'] ?? ''}`,
    };
  } finally {
    await transport.close();
  }
}
