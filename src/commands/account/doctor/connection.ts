import type { Gateway } from '../../../kms/gateway.ts';
import { localGateway } from '../../../kms/gateway.ts';
import type { KmsClient } from '../../../kms/types.ts';
import { CONNECT_TIMEOUT_MS } from '../../../network/agents.ts';
import type { Session } from '../../../terminal/session.ts';
import type { Connection } from '../../shared/connection/connect.ts';
import { connect, connectWith } from '../../shared/connection/connect.ts';
import type { ConnectionPlan } from '../../shared/connection/connection-options.ts';
import type { Findings, Result } from './check.ts';
import { doesNotApply, fail, notReached, pass, resultOf } from './check.ts';
import { checkCredentials, checkIdentity, findDoctorCredentials } from './credential-checks.ts';
import type { ConnectionRequest } from './plan.ts';
import type { Route } from './route.ts';
import { closedRoute, probeRoute } from './route.ts';

/** What KMS is asked with. */
export interface KmsAccess {
  readonly kms: KmsClient;
  readonly plan: ConnectionPlan;
  readonly gateway: Gateway;
}

/** How KMS can be asked, or why it cannot. */
export interface DoctorConnection {
  readonly gateway: Gateway | undefined;
  readonly access: KmsAccess | undefined;
  /** Why there is no access. */
  readonly blocked: string | undefined;
  close(): Promise<void>;
}

/** The gateway, and the embedded KMS behind it with `--gateway local`. */
interface Target {
  readonly gateway: Gateway;
  readonly embedded?: Connection;
}

/**
 * Connects to KMS step by step, and adds `clock`, `credentials`, `identity`, `region`, `gateway`, `tcp`, `tls`,
 * `proxy`. The route is probed first: only an answer tells the time.
 */
export async function openConnection(
  request: ConnectionRequest,
  findings: Findings,
  session: Session,
): Promise<DoctorConnection> {
  const { plan, failure } = request;
  const target = plan && (await resultOf(() => findTarget(plan, session)));
  const { gateway, embedded } = target?.ok === true ? target.value : {};
  const route = await routeTo(target, request, session);
  await findings.add('clock', () => route.clock);

  const isLocal = plan?.gateway.kind === 'local';
  const found = isLocal ? undefined : await findDoctorCredentials(request, session);
  await findings.add('credentials', async () => {
    if (found !== undefined) return await checkCredentials(found, session);
    return embedded === undefined
      ? notReached('the embedded KMS has its own, and did not start')
      : pass('those of the embedded KMS');
  });
  const credentials = found?.credentials.ok === true ? found.credentials.value : undefined;
  await findings.add('identity', async () => {
    if (isLocal) return doesNotApply('not needed: the embedded KMS has no STS');
    if (findings.hasFailed('credentials') || credentials === undefined) {
      return notReached('there are no credentials');
    }
    if (plan === undefined || gateway === undefined || !route.isOpen) {
      return notReached('KMS cannot be reached, so STS is not asked');
    }
    return await checkIdentity(credentials, plan, gateway, session);
  });

  await findings.add('region', () => {
    if (failure?.check === 'region') throw failure.error;
    if (plan === undefined) return notReached('the settings that give it cannot be used');
    return pass(gateway?.region ?? 'none, and this gateway needs none');
  });
  await findings.add('gateway', () => route.name);
  await findings.add('tcp', () => route.tcp);
  await findings.add('tls', () => route.tls);
  await findings.add('proxy', () => route.proxy);

  const blocked = whyBlocked(route, findings);
  const isUsable = blocked === undefined && plan !== undefined && gateway !== undefined;
  const own =
    isUsable && credentials !== undefined
      ? await connectWith(credentials, plan, gateway, session)
      : undefined;
  const kms = (embedded ?? own)?.kms;
  return {
    gateway,
    access: isUsable && kms !== undefined ? { kms, plan, gateway } : undefined,
    blocked,
    close: async () => {
      await embedded?.close();
      await (own ?? credentials)?.close();
    },
  };
}

async function findTarget(plan: ConnectionPlan, session: Session): Promise<Target> {
  if (plan.gateway.kind !== 'local') return { gateway: plan.gateway };
  const embedded = await connect(plan, session);
  const { endpoint, region = '' } = embedded.kms;
  return { gateway: localGateway(endpoint, region), embedded };
}

async function routeTo(
  target: Result<Target> | undefined,
  { plan, failure, limits }: ConnectionRequest,
  { io }: Session,
): Promise<Route> {
  if (target?.ok !== true || plan === undefined) {
    const failed = target?.ok === false ? target.error : undefined;
    const error = failure?.check === 'gateway' ? failure.error : failed;
    return closedRoute('there is no gateway yet', error && { name: fail(error) });
  }
  const route = await probeRoute({
    gateway: target.value.gateway,
    authorities: plan.authorities,
    resolve: plan.resolve,
    env: io.env,
    timeoutMs: limits.timeoutMs,
    connectTimeoutMs: Math.min(CONNECT_TIMEOUT_MS, limits.timeoutMs),
    signal: io.signal,
    now: () => io.now(),
  });
  return failure?.check === 'tls' ? { ...route, tls: fail(failure.error), isOpen: false } : route;
}

function whyBlocked({ isOpen }: Route, findings: Findings): string | undefined {
  if (!isOpen) return 'KMS cannot be reached';
  if (findings.hasFailed('clock')) {
    return 'the clock is wrong, and KMS would refuse every signature';
  }
  if (findings.hasFailed('credentials')) return 'there are no credentials';
  return undefined;
}
