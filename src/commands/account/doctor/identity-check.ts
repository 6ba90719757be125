import { version } from '../../../terminal/version.ts';
import type { Session } from '../../../terminal/session.ts';
import type { ResolvedCredentials } from '../../../credentials/credentials.ts';
import type { Endpoint } from '../../../network/endpoint.ts';
import { isLoopback, parseEndpoint, portOf, resolveRuleFor } from '../../../network/endpoint.ts';
import type { Gateway } from '../../../kms/gateway.ts';
import type { ConnectionPlan } from '../../shared/connection-options.ts';
import type { Verdict } from './check.ts';
import { fail, notReached, outcomeOf, pass } from './check.ts';

const STS = 'sts.aliyuncs.com';

/**
 * Asks STS who the credentials belong to, where it is reached: no command needs it. Where KMS is on this machine the
 * credentials are no business of Alibaba Cloud's, and STS is asked only if it is on this machine too (`--resolve`, the profile's `sts_endpoint`).
 */
export async function checkIdentity(
  credentials: ResolvedCredentials,
  plan: ConnectionPlan,
  gateway: Gateway,
  { io }: Session,
): Promise<Verdict> {
  const { resolve, authorities, limits } = plan;
  const { callerIdentity } = await import('../../../credentials/caller-identity.ts');
  const sts = parseEndpoint(credentials.stsEndpoint?.() ?? STS, 'the address of STS');
  if (isOnThisMachine(gateway, plan) && !isOnThisMachine(sts, plan)) {
    return notReached('KMS is on this machine, so STS is not asked');
  }
  const asked = await outcomeOf(() =>
    callerIdentity(credentials, {
      env: io.env,
      authorities,
      resolve,
      timeoutMs: limits.timeoutMs,
      signal: io.signal,
      userAgent: `kmsx/${version}`,
      now: () => io.now(),
    }),
  );
  if (asked.ok) {
    const { arn, identityType, accountId } = asked.value;
    return pass(`${arn} (${identityType} of account ${accountId})`);
  }
  if (asked.error.kind === 'credentials') return fail(asked.error);
  return notReached(`STS does not tell: ${asked.error.message}`);
}

function isOnThisMachine(endpoint: Endpoint, { resolve }: ConnectionPlan): boolean {
  const { host } = endpoint;
  return (
    isLoopback(host) || resolveRuleFor(resolve, { host, port: portOf(endpoint) }) !== undefined
  );
}
