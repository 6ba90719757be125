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
import { isOn, variable } from '../variables.ts';

/** A credential source that does not depend on another. */
export interface OwnSource {
  /** For messages, such as `profile prod (RamRoleArn)`. */
  readonly name: string;
  /** What the provider asks, for messages; `nothing`: it already has the credentials. */
  readonly asks:
    | 'nothing'
    | 'STS'
    | 'the instance metadata'
    | 'the credentials URI'
    | 'the command'
    | 'the profile';
  /** The file with the OIDC token, and the setting or variable that names it. */
  readonly tokenFile?: { readonly path: string; readonly setting: string };
  /** Makes a new provider, which has fetched nothing yet. */
  provider(limits: ProviderLimits): CredentialsProvider;
}

/** A role assumed through STS with the credentials of another source (AssumeRole). */
export interface RoleSource {
  readonly name: string;
  readonly asks: 'STS';
  readonly previous: CredentialSource;
  provider(limits: ProviderLimits, previous: CredentialsProvider): CredentialsProvider;
}

/**
 * A credential source: an explicit provider of the credentials library, or kmsx's own provider in that form. The
 * library's builders read unset values from `process.env`, so every value they would look for is set explicitly.
 */
export type CredentialSource = OwnSource | RoleSource;

export interface ProviderLimits {
  /** Limit for one request to the source. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** An access key, with the STS token if it is temporary. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string | undefined;
}

/** A role to assume through STS. */
export interface RoleSettings {
  readonly roleArn: string;
  readonly sessionName?: string | undefined;
  readonly durationSeconds?: number | undefined;
  readonly stsEndpoint: string;
}

/** Printable ASCII without white space and without the quotes and backslashes that another syntax leaves behind. */
const PLAIN = /^[!#-&(-[\]-_a-~]+$/;

/**
 * A fixed access key.
 *
 * @throws KmsxError `credentials-failed` as `assertAccessKey`
 */
export function accessKeySource(name: string, key: AccessKey): OwnSource {
  assertAccessKey(name, key);
  return { name, asks: 'nothing', provider: () => staticProvider(key) };
}

/**
 * Refuses values that cannot be an access key, whatever their declared types: libraries take them from JSON.
 *
 * @throws KmsxError `credentials-failed` if a value is not a string of printable ASCII without white space and quotes
 */
export function assertAccessKey(
  name: string,
  key: Readonly<Record<keyof AccessKey, unknown>> | AccessKey,
): void {
  const { accessKeyId, accessKeySecret, securityToken } = key;
  const values: readonly unknown[] = [accessKeyId, accessKeySecret, securityToken ?? 'none'];
  for (const value of values) {
    if (typeof value !== 'string' || !PLAIN.test(value)) {
      throw kmsxError(
        'credentials-failed',
        `${name}: the access key id, secret or token is not text, or contains white space, quotes or other characters that never occur in one`,
        { details: { reason: 'characters' } },
      );
    }
  }
}

/** The provider of a fixed access key. */
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

/** A role assumed through STS with an OIDC token (AssumeRoleWithOIDC). The token file is read each time. */
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

/** Opening a pipe without a writer would block a libuv thread, and process exit with it. */
async function assertTokenFile(name: string, path: string): Promise<void> {
  if ((await stat(path)).isFile()) return;
  throw kmsxError('credentials-failed', `${name}: the token file is not a regular file`);
}

/**
 * The RAM role of an ECS instance, from the instance metadata.
 *
 * @throws KmsxError `credentials-failed` if ALIBABA_CLOUD_ECS_METADATA_DISABLED is true
 */
export function metadataSource(name: string, roleName: string | undefined, env: Env): OwnSource {
  if (isOn(env, 'ALIBABA_CLOUD_ECS_METADATA_DISABLED')) {
    throw kmsxError(
      'credentials-failed',
      `${name} asks the instance metadata, but ALIBABA_CLOUD_ECS_METADATA_DISABLED is true`,
    );
  }
  const isV1Disabled = isOn(env, 'ALIBABA_CLOUD_IMDSV1_DISABLED');
  const role = roleName ?? variable(env, 'ALIBABA_CLOUD_ECS_METADATA');
  const provider = (): CredentialsProvider => {
    const builder = ECSRAMRoleCredentialsProvider.builder().withDisableIMDSv1(isV1Disabled);
    if (role !== undefined) builder.withRoleName(role);
    // The library would fetch again for every call in the last hour of a session, and many last only an hour.
    return Object.assign(builder.build(), { prefetchTimestamp: undefined });
  };
  return { name, provider, asks: 'the instance metadata' };
}

/**
 * A URI that responds with credentials as JSON. No message contains the URI: it may contain a secret.
 *
 * @throws KmsxError `credentials-failed` if it is not an http or https URL, if it is http and not loopback or
 * link-local, or if ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS is set
 */
export function uriSource(name: string, uri: string, env: Env): OwnSource {
  if (areExternalSourcesOff(env)) throw externalSourceError(name);
  if (!URL.canParse(uri) || !/^https?:$/.test(new URL(uri).protocol)) {
    throw kmsxError('credentials-failed', `${name} is not an http or https URL`);
  }
  const { protocol, hostname } = new URL(uri);
  if (protocol === 'http:' && !isOneHopAway(hostname.replace(/^\[(.*)\]$/, '$1'))) {
    throw kmsxError('credentials-failed', `${name} is http:// and points to another machine`, {
      hints: [
        'use an https:// URI; http:// is for loopback and link-local addresses only (127.0.0.0/8, ::1, 169.254.0.0/16, 100.100.100.200)',
      ],
    });
  }
  const provider = (): CredentialsProvider =>
    URICredentialsProvider.builder().withCredentialsURI(uri).build();
  return { name, provider, asks: 'the credentials URI' };
}

/** A role assumed through STS (AssumeRole) with the credentials of another source. */
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

/** Whether external commands and URIs are disabled, as in the aliyun command-line tool: `1` or `true`. */
export function areExternalSourcesOff(env: Env): boolean {
  return (
    variable(env, 'ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS') === '1' ||
    isOn(env, 'ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS')
  );
}

/** The error for an external source that is disabled. */
export function externalSourceError(name: string): Error {
  return kmsxError(
    'credentials-failed',
    `${name} is an external source, but ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS is set`,
    { hints: ['unset ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS, or use another source'] },
  );
}
