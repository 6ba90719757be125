import type { CredentialsProvider } from '@alicloud/credentials';
import {
  ECSRAMRoleCredentialsProvider,
  OIDCRoleArnCredentialsProvider,
  RAMRoleARNCredentialsProvider,
  StaticAKCredentialsProvider,
  StaticSTSCredentialsProvider,
  URICredentialsProvider,
} from '@alicloud/credentials';
import { kmsxError } from '../base/error.ts';
import type { Env } from './env.ts';
import { envFlag, envValue } from './env.ts';

/**
 * One source of credentials, as an explicit provider of the credentials library. The builders of that library
 * fill what is left empty from `process.env`: every value that they would look for is given here.
 */
export interface CredentialSource {
  /** For people, such as `profile prod (RamRoleArn)`. */
  readonly name: string;
  readonly provider: CredentialsProvider;
  /** What the provider asks, for messages; `nobody`: it has the credentials. */
  readonly asks: 'nobody' | 'STS' | 'the instance metadata' | 'the credentials URI';
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
export function accessKeySource(name: string, key: AccessKey): CredentialSource {
  const { accessKeyId, accessKeySecret, securityToken } = key;
  for (const value of [accessKeyId, accessKeySecret, securityToken ?? 'none']) {
    if (!PRINTABLE.test(value)) {
      throw kmsxError(
        'credentials-failed',
        `${name}: the access key, its secret or its token holds white space or other characters that none has`,
        { source: name },
      );
    }
  }
  const provider =
    securityToken === undefined
      ? StaticAKCredentialsProvider.builder()
          .withAccessKeyId(accessKeyId)
          .withAccessKeySecret(accessKeySecret)
          .build()
      : StaticSTSCredentialsProvider.builder()
          .withAccessKeyId(accessKeyId)
          .withAccessKeySecret(accessKeySecret)
          .withSecurityToken(securityToken)
          .build();
  return { name, provider, asks: 'nobody' };
}

/** The source of an OIDC token: STS gives credentials for it (AssumeRoleWithOIDC). */
export function oidcSource(
  name: string,
  token: { readonly providerArn: string; readonly tokenFile: string },
  role: RoleSettings,
): CredentialSource {
  const builder = OIDCRoleArnCredentialsProvider.builder()
    .withOIDCProviderArn(token.providerArn)
    .withOIDCTokenFilePath(token.tokenFile)
    .withRoleArn(role.roleArn)
    .withRoleSessionName(role.sessionName ?? 'kmsx')
    .withStsEndpoint(role.stsEndpoint)
    .withDurationSeconds(role.durationSeconds ?? 3600);
  return { name, provider: builder.build(), asks: 'STS' };
}

/**
 * The source of the RAM role that an instance has (ECS metadata).
 *
 * @throws KmsxError `credentials-failed` if ALIBABA_CLOUD_ECS_METADATA_DISABLED is true
 */
export function metadataSource(
  name: string,
  roleName: string | undefined,
  env: Env,
): CredentialSource {
  if (envFlag(env, 'ALIBABA_CLOUD_ECS_METADATA_DISABLED')) {
    throw kmsxError(
      'credentials-failed',
      `${name} asks the instance metadata, but ALIBABA_CLOUD_ECS_METADATA_DISABLED is true`,
      { source: name },
    );
  }
  const builder = ECSRAMRoleCredentialsProvider.builder().withDisableIMDSv1(
    envFlag(env, 'ALIBABA_CLOUD_IMDSV1_DISABLED'),
  );
  const role = roleName ?? envValue(env, 'ALIBABA_CLOUD_ECS_METADATA');
  if (role !== undefined) builder.withRoleName(role);
  return { name, provider: builder.build(), asks: 'the instance metadata' };
}

/**
 * The source of a URI that gives credentials as JSON. The URI is in no message: it may hold a secret.
 *
 * @throws KmsxError `credentials-failed` if it is no http or https URL
 */
export function uriSource(name: string, uri: string): CredentialSource {
  if (!URL.canParse(uri) || !/^https?:$/.test(new URL(uri).protocol)) {
    throw kmsxError('credentials-failed', `${name} is no http or https URL`, { source: name });
  }
  const provider = URICredentialsProvider.builder().withCredentialsURI(uri).build();
  return { name, provider, asks: 'the credentials URI' };
}

/** The source of a role that an access key may take on (AssumeRole). */
export function roleSource(
  name: string,
  key: AccessKey,
  role: RoleSettings & {
    readonly externalId?: string | undefined;
    readonly policy?: string | undefined;
  },
): CredentialSource {
  const builder = RAMRoleARNCredentialsProvider.builder()
    .withCredentialsProvider(accessKeySource(name, key).provider)
    .withRoleArn(role.roleArn)
    .withRoleSessionName(role.sessionName ?? 'kmsx')
    .withStsEndpoint(role.stsEndpoint)
    .withDurationSeconds(role.durationSeconds ?? 3600);
  if (role.externalId !== undefined) builder.withExternalId(role.externalId);
  if (role.policy !== undefined) builder.withPolicy(role.policy);
  return { name, provider: builder.build(), asks: 'STS' };
}
