import type { KmsxError } from '../base/error.ts';
import { hasCode, systemErrorCode } from '../base/error.ts';
import type { CredentialSource, OwnSource } from './sources/sources.ts';

/** The `reason` if the instance metadata issues no token and requests without one are disabled. */
export const NO_METADATA_TOKEN = 'no-token';

/** The words for `NO_METADATA_TOKEN`. */
export function noTokenRemark(status: number): string {
  return `issues no token (${status}), and ALIBABA_CLOUD_IMDSV1_DISABLED forbids requests without one`;
}

export const NO_METADATA_TOKEN_HINT =
  'unset ALIBABA_CLOUD_IMDSV1_DISABLED, or enable the hardened mode (IMDSv2) of the instance metadata';

/** What a credentials URI must respond with. */
export const URI_ANSWER_HINT =
  'it must answer with status 200 and JSON with AccessKeyId, AccessKeySecret, SecurityToken and Expiration';

/** Reasons that depend on the source's own address: the hints for KMS name --endpoint, --gateway and --region. */
const ADDRESS_REASONS = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'ERR_SSL_WRONG_VERSION_NUMBER',
]);

/**
 * The hints if a credential source cannot be reached: those of the error, except that a problem with the address
 * names the setting that chooses it.
 */
export function unreachedHints(
  { asks, name }: Pick<CredentialSource, 'asks' | 'name'>,
  error: KmsxError,
): readonly string[] | undefined {
  const { hints } = error;
  if (!hasCode(error, 'network-failed', 'tls-failed')) return hints;
  if (!ADDRESS_REASONS.has(error.details.reason ?? '')) return hints;
  if (asks === 'STS') {
    return [
      'the STS endpoint comes from sts_endpoint of the profile, otherwise from sts_region or ALIBABA_CLOUD_STS_REGION: check these; is this machine online? behind a proxy set HTTPS_PROXY',
    ];
  }
  if (asks !== 'the credentials URI') return hints;
  const variable = 'ALIBABA_CLOUD_CREDENTIALS_URI';
  const setting = name === variable ? variable : `credentials_uri of ${name}`;
  return [`check ${setting}: is the address right, and is the service running there?`];
}

/** Why a token file could not be read, and what to do. */
export function tokenFileFailure(
  { setting }: NonNullable<OwnSource['tokenFile']>,
  error: unknown,
): { readonly what: string; readonly hint: string } {
  const reason = systemErrorCode(error) ?? '';
  const what = `the token file that ${setting} names cannot be read (${reason})`;
  if (reason === 'ENOENT') {
    return {
      what,
      hint: `check the path in ${setting}: the issuer of the token, such as a Kubernetes service account, writes the file`,
    };
  }
  return {
    what,
    hint: `check ${setting}: ls -l shows whether this user may read that file`,
  };
}
