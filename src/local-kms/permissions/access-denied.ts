import type { KmsRefusal } from '../refusal.ts';
import { refusal } from '../refusal.ts';
import type { Caller } from './caller.ts';

/** Why a call was not allowed. */
export interface Denial {
  readonly NoPermissionType: string;
  readonly PolicyType: string;
}

/**
 * `Forbidden.NoPermission`, which names the resource, with the AccessDeniedDetail that the gateway adds: the members
 * and words of RAM's DecodeDiagnosticMessage page and of public samples.
 */
export function accessDenied(
  caller: Caller,
  action: string,
  arn: string,
  denial: Denial,
): KmsRefusal {
  const { userName, accountId } = caller.accessKey;
  const type = userName?.includes(':') === true ? 'AssumedRoleUser' : 'SubUser';
  return refusal(
    'Forbidden.NoPermission',
    `This operation for ${arn} is forbidden by permission system.`,
    {
      AccessDeniedDetail: {
        AuthAction: action,
        AuthPrincipalType: userName === undefined ? 'Account' : type,
        AuthPrincipalOwnerId: accountId,
        AuthPrincipalDisplayName: userName ?? accountId,
        ...denial,
        EncodedDiagnosticMessage: diagnosticMessage(caller),
      },
    },
  );
}

/** As samples of its first version are: 01 01, four zero bytes, the time in seconds, a UUID; in base64. */
function diagnosticMessage({ request }: Caller): string {
  const head = Buffer.from([1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(Math.floor(request.time.getTime() / 1000) % 2 ** 32, 6);
  return Buffer.concat([head, Buffer.from(request.requestId, 'ascii')]).toString('base64');
}
