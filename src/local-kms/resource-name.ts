/** The region of the embedded KMS. */
export const LOCAL_REGION = 'cn-local';

/** The parts of the ARN of a KMS resource. */
export interface ResourceName {
  readonly accountId: string;
  /** `key/ID`, `alias/NAME`, `secret/NAME`; `key`, `alias` and `secret` for all of an account. */
  readonly resource: string;
}

/** The ARN of a resource here: `acs:kms:REGION:ACCOUNT:RESOURCE`. */
export function arnOf({ accountId, resource }: ResourceName): string {
  return `acs:kms:${LOCAL_REGION}:${accountId}:${resource}`;
}

/** The ARN of a KMS key. */
export function keyArn({ accountId, keyId }: { accountId: string; keyId: string }): string {
  return arnOf({ accountId, resource: `key/${keyId}` });
}

/** The ARN of an alias, whose name begins with `alias/`. */
export function aliasArn(accountId: string, aliasName: string): string {
  return arnOf({ accountId, resource: aliasName });
}

/** The ARN of a secret. */
export function secretArn(accountId: string, secretName: string): string {
  return arnOf({ accountId, resource: `secret/${secretName}` });
}

/**
 * Parses an ARN of this region.
 *
 * @returns `foreign` for an ARN of another region or product, and for a malformed one; undefined for anything but an ARN
 */
export function parseArn(text: string): ResourceName | 'foreign' | undefined {
  if (!text.startsWith('acs:')) return undefined;
  const match = /^acs:kms:cn-local:(\d{1,32}):(.*)$/s.exec(text);
  const [, accountId, resource] = match ?? [];
  return accountId === undefined || resource === undefined ? 'foreign' : { accountId, resource };
}
