import { kmsxError } from '../../base/error.ts';
import { shellWord } from '../../base/text/shell-word.ts';
import type { CliProfile } from '../cli-profile.ts';
import { CLI_CONFIG } from '../cli-profile.ts';
import type { AccessKey, OwnSource } from './sources.ts';
import { assertAccessKey, staticProvider } from './sources.ts';

type Provider = ReturnType<OwnSource['provider']>;

/** A session counts as expired this long before it does, so that a request made just before arrives in time. */
const MARGIN_MS = 30_000;

export interface SignedInContext {
  readonly now: () => Date;
  /** Reads the profile again: the aliyun command-line tool may have renewed the session. */
  readonly again: () => Promise<CliProfile | undefined>;
}

/**
 * The session of a browser sign-in (modes CloudSSO and OAuth): the STS credentials that the aliyun command-line
 * tool keeps in the profile until `sts_expiration` (seconds since 1970). When they expire, the profile is read
 * again. kmsx does not renew them itself: the refresh tokens belong to that tool, and using one means writing
 * the next one back.
 *
 * @throws KmsxError `credentials-failed` if they are missing or have expired
 */
export function signedInSource(
  name: string,
  profile: CliProfile,
  context: SignedInContext,
): OwnSource {
  let first: Session | undefined = sessionOf(name, profile, context.now());
  const provider = (): Provider => {
    // A second provider is made only after KMS rejected the first session, whatever its expiry in the profile.
    let session = first;
    first = undefined;
    return {
      getProviderName: () => 'signed_in',
      getCredentials: async () => {
        if (session === undefined || hasEnded(session, context.now())) {
          session = sessionOf(name, (await context.again()) ?? profile, context.now());
        }
        return staticProvider(session.key).getCredentials();
      },
    };
  };
  return { name, provider, asks: 'the profile' };
}

interface Session {
  readonly key: AccessKey;
  readonly endMs: number;
}

function sessionOf(name: string, profile: CliProfile, now: Date): Session {
  const [accessKeyId, accessKeySecret, securityToken] = [
    'access_key_id',
    'access_key_secret',
    'sts_token',
  ].map((setting) => profile.setting(setting));
  if (accessKeyId === undefined || accessKeySecret === undefined || securityToken === undefined) {
    throw signInError(name, profile, 'has no STS credentials yet', now);
  }
  const key = { accessKeyId, accessKeySecret, securityToken };
  assertAccessKey(name, key);
  const session = { key, endMs: secondsOf(profile, 'sts_expiration') * 1000 };
  if (hasEnded(session, now)) throw signInError(name, profile, 'has expired', now);
  return session;
}

function hasEnded({ endMs }: Session, now: Date): boolean {
  return now.getTime() >= endMs - MARGIN_MS;
}

/** A time in the profile, in seconds since 1970; 0 if it is missing or invalid. */
function secondsOf(profile: CliProfile, setting: string): number {
  const text = profile.setting(setting) ?? '';
  return /^\d{1,12}$/.test(text) ? Number(text) : 0;
}

function signInError(name: string, profile: CliProfile, what: string, now: Date): Error {
  const isCloudSso = profile.mode.toLowerCase() === 'cloudsso';
  const [mode, signInEnd] = isCloudSso
    ? (['CloudSSO', 'cloud_sso_access_token_expire'] as const)
    : (['OAuth', 'oauth_refresh_token_expire'] as const);
  const word = shellWord(profile.name);
  const isSignedIn = secondsOf(profile, signInEnd) * 1000 > now.getTime();
  return kmsxError('credentials-failed', `the session of ${name} in ${CLI_CONFIG} ${what}`, {
    hints: [
      isSignedIn
        ? `aliyun sts GetCallerIdentity --profile ${word} renews it`
        : `sign in: aliyun configure --mode ${mode} --profile ${word}`,
    ],
  });
}
