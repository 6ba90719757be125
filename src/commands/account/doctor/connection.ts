import { race } from '../../../base/abort.ts';
import type { Session } from '../../../terminal/session.ts';
import type { ResolvedCredentials } from '../../../credentials/credentials.ts';
import type { Gateway } from '../../../kms/gateway.ts';
import { localGateway } from '../../../kms/gateway.ts';
import type { KmsClient } from '../../../kms/types.ts';
import type { AttemptLimits } from '../../../kms/attempts.ts';
import { CONNECT_TIMEOUT_MS } from '../../../network/agents.ts';
import type { Connection } from '../../shared/connect.ts';
import { connect, connectWith, findCredentials } from '../../shared/connect.ts';
import type { ConnectionPlan } from '../../shared/connection-options.ts';
import type { Findings, Outcome, Verdict } from './check.ts';
import { fail, notReached, outcomeOf, pass, warn } from './check.ts';
import { checkIdentity } from './identity-check.ts';
import type { DoctorPlan } from './plan.ts';
import type { Reach } from './route.ts';
import { probeGateway } from './route.ts';

/** How KMS can be asked, or why it can't. */
export interface Way {
  readonly gateway: Gateway | undefined;
  readonly kms: KmsClient | undefined;
  readonly blocked: string | undefined;
  close(): Promise<void>;
}

/** What there is to go by. */
export interface WayOptions extends DoctorPlan {
  readonly limits: AttemptLimits;
  readonly profile: string | undefined;
}

/** The gateway, and the embedded KMS behind it where it is that. */
interface Target {
  readonly gateway: Gateway | undefined;
  readonly embedded: Connection | undefined;
}

/**
 * Finds the way to KMS and adds what it finds: `clock`, `credentials`, `identity`, `region`, `gateway`, `tcp`, `tls`,
 * `proxy`.
 */
export async function goToKms(
  options: WayOptions,
  findings: Findings,
  session: Session,
): Promise<Way> {
  const { plan, failure } = options;
  const target = await findTarget(plan, session);
  const gateway = target.ok ? target.value.gateway : undefined;
  const embedded = target.ok ? target.value.embedded : undefined;
  const error = target.ok ? undefined : target.error;
  const reach = await reachOf({ ...options, gateway, startFailure: error && fail(error) }, session);

  await findings.add('clock', () => reach.clock);
  const isLocal = plan?.gateway.kind === 'local';
  const warnings: string[] = [];
  const credentials = isLocal ? undefined : await credentialsOf(options, warnings, session);
  await findings.add('credentials', async () => {
    if (credentials !== undefined) return await credentialsVerdict(credentials, warnings, session);
    return embedded === undefined
      ? notReached('the embedded KMS has its own, and did not start')
      : pass('those of the embedded KMS');
  });
  const keys = credentials?.ok === true ? credentials.value : undefined;
  await findings.add('identity', async () => {
    if (credentials === undefined) return notReached('the embedded KMS is asked, and no STS');
    if (findings.hasFailed('credentials') || keys === undefined) {
      return notReached('there are no credentials');
    }
    if (plan === undefined || gateway === undefined || !reach.isOpen) {
      return notReached('the way to KMS is not open, so STS is not asked');
    }
    return await checkIdentity(keys, plan, gateway, session);
  });
  await findings.add('region', () => {
    if (failure?.check === 'region') throw failure.error;
    if (plan === undefined) return notReached('what could give it cannot be used');
    return pass(gateway?.region ?? 'none, and this gateway needs none');
  });
  await findings.add('gateway', () => reach.name);
  await findings.add('tcp', () => reach.tcp);
  await findings.add('tls', () => reach.tls);
  await findings.add('proxy', () => reach.proxy);

  const blocked = whyBlocked(reach, findings);
  const connection =
    keys !== undefined && blocked === undefined && plan !== undefined && gateway !== undefined
      ? await connectWith(keys, plan, gateway, session)
      : undefined;
  return {
    gateway,
    kms: blocked === undefined ? (embedded ?? connection)?.kms : undefined,
    blocked,
    close: async () => {
      await embedded?.close();
      await (connection ?? keys)?.close();
    },
  };
}

async function findTarget(
  plan: ConnectionPlan | undefined,
  session: Session,
): Promise<Outcome<Target>> {
  return await outcomeOf(async () => {
    if (plan === undefined) return { gateway: undefined, embedded: undefined };
    if (plan.gateway.kind !== 'local') return { gateway: plan.gateway, embedded: undefined };
    const embedded = await connect(plan, session);
    const { endpoint, region = '' } = embedded.kms;
    return { gateway: localGateway(endpoint, region), embedded };
  });
}

async function reachOf(
  {
    plan,
    failure,
    limits,
    gateway,
    startFailure,
  }: WayOptions & {
    readonly gateway: Gateway | undefined;
    readonly startFailure: Verdict | undefined;
  },
  { io }: Session,
): Promise<Reach> {
  if (gateway === undefined || plan === undefined) {
    const blocked = notReached('there is no gateway yet');
    const name = failure?.check === 'gateway' ? fail(failure.error) : (startFailure ?? blocked);
    const clock = notReached('nobody was asked what time it is');
    return { name, clock, tcp: blocked, tls: blocked, proxy: blocked, isOpen: false };
  }
  const reach = await probeGateway({
    ...{ gateway, authorities: plan.authorities, resolve: plan.resolve, env: io.env },
    timeoutMs: limits.timeoutMs,
    connectTimeoutMs: Math.min(CONNECT_TIMEOUT_MS, limits.timeoutMs),
    signal: io.signal,
    now: () => io.now(),
  });
  return failure?.check === 'tls' ? { ...reach, tls: fail(failure.error), isOpen: false } : reach;
}

async function credentialsOf(
  { plan, failure, limits, profile }: WayOptions,
  warnings: string[],
  session: Session,
): Promise<Outcome<ResolvedCredentials>> {
  if (failure?.check === 'credentials') return { ok: false, error: failure.error };
  const { authorities, resolve = [] } = plan ?? {};
  return await outcomeOf(() =>
    findCredentials({ profile, authorities, resolve, limits }, session, (message) => {
      warnings.push(message);
    }),
  );
}

/** Fetches them too, where they have to be: the answer is thrown away. */
async function credentialsVerdict(
  credentials: Outcome<ResolvedCredentials>,
  warnings: readonly string[],
  { io }: Session,
): Promise<Verdict> {
  if (!credentials.ok) throw credentials.error;
  await race(credentials.value.credential.getCredential(), io.signal);
  const { source } = credentials.value;
  if (warnings.length === 0) return pass(source);
  return warn(
    `${source}; ${warnings.join('; ')}`,
    'chmod 600 FILE, and new secrets if others may have read them',
  );
}

function whyBlocked(reach: Reach, findings: Findings): string | undefined {
  if (!reach.isOpen) return 'KMS is not reached';
  if (findings.hasFailed('clock'))
    return 'the clock is wrong, and KMS would refuse every signature';
  if (findings.hasFailed('credentials')) return 'there are no credentials';
  return undefined;
}
