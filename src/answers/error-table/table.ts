import { ACCOUNT_ERRORS } from './account.ts';
import { BUSY_ERRORS } from './busy.ts';
import { CREDENTIAL_ERRORS } from './credentials.ts';
import type { KmsErrorFacts, KmsErrorTheme } from './facts.ts';
import { factsByFamily, factsByStatus } from './fallback.ts';
import { KEY_ERRORS } from './keys.ts';
import { REQUEST_ERRORS } from './requests.ts';
import { STS_ERRORS } from './sts.ts';

/** The themes of the table, in the order in which a reader looks for them. */
export const KMS_ERROR_THEMES: readonly {
  readonly title: string;
  readonly kind: KmsErrorFacts['kind'];
  readonly codes: KmsErrorTheme;
}[] = [
  { title: 'Keys, aliases and secrets', kind: 'kms', codes: KEY_ERRORS },
  { title: 'Credentials and permissions', kind: 'credentials', codes: CREDENTIAL_ERRORS },
  { title: 'Roles and temporary credentials (STS)', kind: 'credentials', codes: STS_ERRORS },
  { title: 'The account', kind: 'kms', codes: ACCOUNT_ERRORS },
  { title: 'Requests', kind: 'kms', codes: REQUEST_ERRORS },
  { title: 'Too many calls, or out of order', kind: 'unavailable', codes: BUSY_ERRORS },
];

/**
 * The codes of KMS's own table (help 69008, the API pages, Decrypt's page of 2025), of the gateway in front
 * of it and of STS, by name. Others are judged by `factsOf`.
 */
export const KMS_ERRORS: Readonly<Record<string, KmsErrorFacts>> = Object.fromEntries(
  KMS_ERROR_THEMES.flatMap(({ kind, codes }) =>
    Object.entries(codes).map(([code, facts]) => [code, { kind, ...facts }]),
  ),
);

/** For a key of an instance that the public gateway does not reach; no source names the code. */
export const CLOSED_INSTANCE_HINT =
  'for a key of a KMS instance, enable access from the Internet (KMS console, Instances, Share Resources) or use --gateway vpc';

/** What a code means: by its own line of the table, else by the word that it begins with, else by the HTTP status. */
export function factsOf(code: string, status: number): KmsErrorFacts {
  const own = Object.hasOwn(KMS_ERRORS, code) ? KMS_ERRORS[code] : undefined;
  return own ?? factsByFamily(code, status) ?? factsByStatus(status);
}
