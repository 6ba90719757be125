import { stat } from 'node:fs/promises';
import type { CredentialsProvider } from '@alicloud/credentials';
import {
  ECSRAMRoleCredentialsProvider,
  OIDCRoleArnCredentialsProvider,
  RAMRoleARNCredentialsProvider,
  StaticAKCredentialsProvider,
  StaticSTSCredentialsProvider,
  URICredentialsProvider,
} from '@alicloud/credentials';
import { kmsxError } from '../../base/error.ts';
import { isOneHopAway } from '../../network/endpoint.ts';
import type { Env } from '../../base/env.ts';
import { envFlag, envValue } from '../../base/env.ts';

/** A source of credentials that needs no other. */
export interface OwnSource {
  /** For people, such as `profile prod (RamRoleArn)`. */
  readonly name: string;
  /** What the provider asks, for messages; `nobody`: it has the credentials. */
  readonly asks:
    | 'nobody'
    | 'STS'
    | 'the instance metadata'
    | 'the credentials URI'
    | 'the command'
    | 'the profile';
  /** The file that it reads a token from, and the setting or variable that names it. */
  readonly tokenFile?: { readonly path: string; readonly setting: string };
  /** Makes a provider that has asked nobody yet. */
  provider(limits: ProviderLimits): CredentialsProvider;
}

/** A role that STS gives credentials for to those who have the credentials of another source (AssumeRole). */
export interface RoleSource {
  readonly name: string;
  readonly asks: 'STS';
  readonly previous: CredentialSource;
  provider(limits: ProviderLimits, previous: CredentialsProvider): CredentialsProvider;
}

/**
 * One source of credentials, as an explicit provider of the credentials library, or of kmsx in its form. The
 * builders of that library fill what is left empty from `process.env`: every value that they would look for
 * is given here.
 */
export type CredentialSource = OwnSource | RoleSource;

export interface ProviderLimits {
  /** For one request to the source. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** An access key, with the STS token if it is a temporary one. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string | undefined;
}

/** A role that STS gives credentials for. */
export interface RoleSettings {
  readonly roleArn: string;
  readonly sessionName?: string | undefined;
  readonly durationSeconds?: number | undefined;
  readonly stsEndpoint: string;
}

const PRINTABLE = /^[\x21-\x7e]+$/;

/**
 * The source of an access key.
 *
 * @throws KmsxError `credentials-failed` if a value holds white space or other characters that none has
 */
export function accessKeySource(name: string, key: AccessKey): OwnSource {
  assertAccessKey(name, key);
  return { name, asks: 'nobody', provider: () => staticProvider(key) };
}

/**
 * Refuses what can't be an access key, whatever the types say: libraries take them from JSON.
 *
 * @throws KmsxError `credentials-failed`
 */
export function assertAccessKey(
  name: string,
  key: Readonly<Record<keyof AccessKey, unknown>> | AccessKey,
): void {
  const { accessKeyId, accessKeySecret, securityToken } = key;
  const values: readonly unknown[] = [accessKeyId, accessKeySecret, securityToken ?? 'none'];
  for (const value of values) {
    if (typeof value !== 'string' || !PRINTABLE.test(value)) {
      throw kmsxError(
        'credentials-failed',
        `${name}: the access key, its secret or its token is no text, or holds white space or other characters that none has`,
        { source: name, reason: 'characters' },
      );
    }
  }
}

/** The provider of an access key that is known. */
export function staticProvider(key: AccessKey): CredentialsProvider {
  const { accessKeyId, accessKeySecret, securityToken } = key;
  return securityToken === undefined
    ? StaticAKCredentialsProvider.builder()
        .withAccessKeyId(accessKeyId)
        .withAccessKeySecret(accessKeySecret)
        .build()
    : StaticSTSCredentialsProvider.builder()
        .withAccessKeyId(accessKeyId)
        .withAccessKeySecret(accessKeySecret)
        .withSecurityToken(securityToken)
        .build();
}

/** The source of an OIDC token: STS gives credentials for it (AssumeRoleWithOIDC). The file is read each time. */
export function oidcSource(
  name: string,
  token: { readonly providerArn: string; readonly tokenFile: string; readonly setting: string },
  role: RoleSettings,
): OwnSource {
  const provider = (): CredentialsProvider => {
    const its = OIDCRoleArnCredentialsProvider.builder()
      .withOIDCProviderArn(token.providerArn)
      .withOIDCTokenFilePath(token.tokenFile)
      .withRoleArn(role.roleArn)
      .withRoleSessionName(role.sessionName ?? 'kmsx')
      .withStsEndpoint(role.stsEndpoint)
      .withDurationSeconds(role.durationSeconds ?? 3600)
      .build();
    const ask = its.refresher.bind(its);
    its.refresher = async () => {
      await assertTokenFile(name, token.tokenFile);
      return await ask();
    };
    return its;
  };
  const tokenFile = { path: token.tokenFile, setting: token.setting };
  return { name, provider, asks: 'STS', tokenFile };
}

/** Opening a pipe that nobody writes would take a thread that can't be had back, also not at the end of the process. */
async function assertTokenFile(name: string, path: string): Promise<void> {
  if ((await stat(path)).isFile()) return;
  throw kmsxError('credentials-failed', `${name}: the token file is no regular file`, {
    source: name,
  });
}

/**
 * The source of the RAM role that an instance has (ECS metadata).
 *
 * @throws KmsxError `credentials-failed` if ALIBABA_CLOUD_ECS_METADATA_DISABLED is true
 */
export function metadataSource(name: string, roleName: string | undefined, env: Env): OwnSource {
  if (envFlag(env, 'ALIBABA_CLOUD_ECS_METADATA_DISABLED')) {
    throw kmsxError(
      'credentials-failed',
      `${name} asks the instance metadata, but ALIBABA_CLOUD_ECS_METADATA_DISABLED is true`,
      { source: name },
    );
  }
  const isV1Disabled = envFlag(env, 'ALIBABA_CLOUD_IMDSV1_DISABLED');
  const role = roleName ?? envValue(env, 'ALIBABA_CLOUD_ECS_METADATA');
  const provider = (): CredentialsProvider => {
    const builder = ECSRAMRoleCredentialsProvider.builder().withDisableIMDSv1(isV1Disabled);
    if (role !== undefined) builder.withRoleName(role);
    // The library would ask anew for each call in the last hour of a session, and many last no longer.
    return Object.assign(builder.build(), { prefetchTimestamp: undefined });
  };
  return { name, provider, asks: 'the instance metadata' };
}

/**
 * The source of a URI that gives credentials as JSON. The URI is in no message: it may hold a secret.
 *
 * @throws KmsxError `credentials-failed` if it is no http or https URL, is http and leads to another machine, or
 * ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS is set
 */
export function uriSource(name: string, uri: string, env: Env): OwnSource {
  if (areExternalSourcesOff(env)) throw externalSourceError(name);
  if (!URL.canParse(uri) || !/^https?:$/.test(new URL(uri).protocol)) {
    throw kmsxError('credentials-failed', `${name} is no http or https URL`, { source: name });
  }
  const { protocol, hostname } = new URL(uri);
  if (protocol === 'http:' && !isOneHopAway(hostname.replace(/^\[(.*)\]$/, '$1'))) {
    throw kmsxError('credentials-failed', `${name} is http:// and leads to another machine`, {
      source: name,
      hint: 'an https:// URI; http:// is for loopback and link-local addresses only (127.0.0.0/8, ::1, 169.254.0.0/16, 100.100.100.200)',
    });
  }
  const provider = (): CredentialsProvider =>
    URICredentialsProvider.builder().withCredentialsURI(uri).build();
  return { name, provider, asks: 'the credentials URI' };
}

/** The source of a role (AssumeRole) for those who have the credentials of another source. */
export function roleSource(
  name: string,
  previous: CredentialSource,
  role: RoleSettings & {
    readonly externalId?: string | undefined;
    readonly policy?: string | undefined;
  },
): RoleSource {
  const provider = (_: ProviderLimits, signer: CredentialsProvider): CredentialsProvider => {
    const builder = RAMRoleARNCredentialsProvider.builder()
      .withCredentialsProvider(signer)
      .withRoleArn(role.roleArn)
      .withRoleSessionName(role.sessionName ?? 'kmsx')
      .withStsEndpoint(role.stsEndpoint)
      .withDurationSeconds(role.durationSeconds ?? 3600);
    if (role.externalId !== undefined) builder.withExternalId(role.externalId);
    if (role.policy !== undefined) builder.withPolicy(role.policy);
    return builder.build();
  };
  return { name, asks: 'STS', previous, provider };
}

/** Whether commands and URIs of the user's choice are switched off, as in the aliyun command-line tool: `1` or `true`. */
export function areExternalSourcesOff(env: Env): boolean {
  return (
    env['ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS'] === '1' ||
    envFlag(env, 'ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS')
  );
}

/** What is said of a source that is switched off. */
export function externalSourceError(name: string): Error {
  return kmsxError(
    'credentials-failed',
    `${name} asks outside of kmsx, but ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS is set`,
    { source: name, hint: 'unset ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS, or use another source' },
  );
}
