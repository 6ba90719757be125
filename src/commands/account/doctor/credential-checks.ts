import { race } from '../../../base/abort.ts';
import type { ResolvedCredentials } from '../../../credentials/credentials.ts';
import type { Gateway } from '../../../kms/gateway.ts';
import type { Endpoint } from '../../../network/endpoint.ts';
import { isLoopback, parseEndpoint, portOf, resolveRuleFor } from '../../../network/endpoint.ts';
import type { Session } from '../../../terminal/session.ts';
import { version } from '../../../terminal/version.ts';
import { findCredentials } from '../../shared/connection/connect.ts';
import type { ConnectionPlan } from '../../shared/connection/connection-options.ts';
import type { CheckResult, Result } from './check.ts';
import { doesNotApply, fail, notReached, pass, resultOf, warn } from './check.ts';
import type { ConnectionRequest } from './plan.ts';

const STS = 'sts.aliyuncs.com';

/** Where the credentials come from, and what was warned of on the way. */
export interface FoundCredentials {
  readonly credentials: Result<ResolvedCredentials>;
  readonly warnings: readonly string[];
}

/** Finds the credentials as every command does. */
export async function findDoctorCredentials(
  { plan, failure, limits, profile }: ConnectionRequest,
  session: Session,
): Promise<FoundCredentials> {
  const warnings: string[] = [];
  if (failure?.check === 'credentials') {
    return { credentials: { ok: false, error: failure.error }, warnings };
  }
  const { authorities, decided, resolve = [] } = plan ?? {};
  const credentials = await resultOf(() =>
    findCredentials({ limits, profile, decided, authorities, resolve }, session, (message) => {
      warnings.push(message);
    }),
  );
  return { credentials, warnings };
}

/** Fetches credentials that have to be fetched, too; the answer is thrown away. */
export async function checkCredentials(
  { credentials, warnings }: FoundCredentials,
  { io }: Session,
): Promise<CheckResult> {
  if (!credentials.ok) throw credentials.error;
  const { source, credential } = credentials.value;
  await race(credential.getCredential(), io.signal);
  if (warnings.length === 0) return pass(source);
  return warn(
    `${source}; ${warnings.join('; ')}`,
    'do as it says; if others may have read a secret, replace it by a new one',
  );
}

/**
 * Asks STS who the credentials belong to, if it can be reached: no command needs it. If KMS is on this machine, its
 * credentials are not sent to Alibaba Cloud: STS is asked only if it is on this machine too (`--resolve`, the
 * profile's `sts_endpoint`).
 */
export async function checkIdentity(
  credentials: ResolvedCredentials,
  plan: ConnectionPlan,
  gateway: Gateway,
  { io }: Session,
): Promise<CheckResult> {
  const { resolve, authorities, limits } = plan;
  const { callerIdentity } = await import('../../../credentials/caller-identity.ts');
  const sts = parseEndpoint(credentials.stsEndpoint?.() ?? STS, 'the address of STS');
  if (isOnThisMachine(gateway, plan) && !isOnThisMachine(sts, plan)) {
    return doesNotApply('KMS is on this machine, so STS is not asked');
  }
  const asked = await resultOf(() =>
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
  return notReached(`STS does not answer: ${asked.error.message}`);
}

function isOnThisMachine(endpoint: Endpoint, { resolve }: ConnectionPlan): boolean {
  const { host } = endpoint;
  return (
    isLoopback(host) || resolveRuleFor(resolve, { host, port: portOf(endpoint) }) !== undefined
  );
}
