import { randomAlphanumeric } from '../identifiers.ts';
import { pointer } from '../mistake.ts';
import { readPolicyAt } from '../permissions/policy.ts';
import type { AccessKey } from '../state/state.ts';
import type { SeedAccessKey } from './seed-document.ts';
import type { SeedReader } from './seed-reader.ts';

/** Reads an access key of a seed. */
export function readAccessKey(
  seed: SeedAccessKey,
  accountId: string,
  path: string,
  reader: SeedReader,
): AccessKey {
  const { UserName: userName, SecurityToken: token } = seed;
  const isRoleSession = userName?.includes(':') === true;
  if (isRoleSession && token === undefined) {
    reader.report(pointer(path, 'SecurityToken'), "is missing, which a role's session needs");
  }
  if (!isRoleSession && userName !== undefined && token !== undefined) {
    reader.report(
      pointer(path, 'UserName'),
      'must be ROLE:SESSION: only roles have a SecurityToken',
    );
  }
  const accessKeyId =
    seed.AccessKeyId ??
    `${token === undefined ? 'LTAI5t' : 'STS.'}${randomAlphanumeric(reader.bytesFor(`AccessKeyId ${path}`), 18)}`;
  reader.claim('AccessKeyId', accessKeyId, pointer(path, 'AccessKeyId'));
  const policies = seed.Policies?.map((policy, index) =>
    readPolicyAt(policy, 'ram', pointer(path, 'Policies', index), reader.report),
  );
  return {
    accessKeyId,
    accessKeySecret:
      seed.AccessKeySecret ??
      randomAlphanumeric(reader.bytesFor(`AccessKeySecret ${accessKeyId}`), 30),
    accountId,
    status: seed.Status ?? 'Active',
    ...(userName !== undefined && { userName }),
    ...(policies !== undefined && { policies }),
    ...(token !== undefined && {
      securityToken: {
        token,
        expiresAt: reader.time(
          pointer(path, 'SecurityTokenExpiration'),
          seed.SecurityTokenExpiration,
        ),
      },
    }),
  };
}
