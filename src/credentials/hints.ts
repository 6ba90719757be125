import { systemErrorCode } from '../base/error.ts';
import type { KmsxError } from '../base/error.ts';
import type { CredentialSource, OwnSource } from './sources/sources.ts';

/** The `reason` where the instance metadata gives no token, and may not be asked without one. */
export const NO_METADATA_TOKEN = 'no-token';

/** What is said of that. */
export function noTokenRemark(status: number): string {
  return `gives no token (${status}), and ALIBABA_CLOUD_IMDSV1_DISABLED forbids asking without one`;
}

export const NO_METADATA_TOKEN_HINT =
  'unset ALIBABA_CLOUD_IMDSV1_DISABLED, or have the metadata of the instance offer its hardened mode (IMDSv2)';

/** What a credentials URI must answer. */
export const URI_ANSWER_HINT =
  'it must answer 200 and JSON with AccessKeyId, AccessKeySecret, SecurityToken and Expiration';

/** What a source's own settings have to do with: the hints for KMS name --endpoint, --gateway and --region. */
const ADDRESS_REASONS = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'ERR_SSL_WRONG_VERSION_NUMBER',
]);

/**
 * The hints where a source of credentials was not reached: those of the error, but for one that is about the
 * address, which settings of the source choose.
 */
export function unreachedHints(
  { asks, name }: Pick<CredentialSource, 'asks' | 'name'>,
  { hints, code, details }: KmsxError,
): readonly string[] | undefined {
  if (code === 'proxy-failed' || !ADDRESS_REASONS.has(details['reason'] ?? '')) return hints;
  if (asks === 'STS') {
    return [
      'STS is where sts_endpoint of the profile says, else where sts_region or ALIBABA_CLOUD_STS_REGION does: check these; is this machine online? behind a proxy set HTTPS_PROXY',
    ];
  }
  if (asks !== 'the credentials URI') return hints;
  const variable = 'ALIBABA_CLOUD_CREDENTIALS_URI';
  const setting = name === variable ? variable : `credentials_uri of ${name}`;
  return [`check ${setting}: is the address right, and does what gives credentials run there?`];
}

/** Why a token file gave nothing, and what to do. */
export function tokenFileFailure(
  { setting }: NonNullable<OwnSource['tokenFile']>,
  error: unknown,
): { readonly what: string; readonly hint: string } {
  const reason = systemErrorCode(error) ?? '';
  const what = `the token file that ${setting} names cannot be read (${reason})`;
  if (reason === 'ENOENT') {
    return {
      what,
      hint: `check the path in ${setting}: whoever issues the token, such as a Kubernetes service account, puts it there`,
    };
  }
  return {
    what,
    hint: `check ${setting}: ls -l shows whether this user may read the file that it names`,
  };
}
