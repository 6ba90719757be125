import { isAbsolute, join } from 'node:path';
import { kmsxError } from '../../../base/error.ts';
import type { Io } from '../../../terminal/io.ts';
import { envValue } from '../../../base/env.ts';
import type { Session } from '../../../terminal/session.ts';
import { version } from '../../../terminal/version.ts';
import type { ClientOptions } from '../../../kms/client.ts';
import type { ResolvedCredentials } from '../../../credentials/credentials.ts';
import type { Gateway } from '../../../kms/gateway.ts';
import { localGateway } from '../../../kms/gateway.ts';
import type { KmsClient } from '../../../kms/types.ts';
import type { Store } from '../../../stores/store.ts';
import type { LocalKms } from '../../../local-kms/start-local-kms.ts';
import type { ConnectionPlan } from './connection-options.ts';
import type { PlannedStore } from '../store/store-options.ts';
import { openPlannedStore } from '../store/store-options.ts';

/** How long `--gateway local` waits for another command that uses its state. */
const LOCK_WAIT_MS = 10_000;

/** A client, and what must end with it. */
export interface Connection {
  readonly kms: KmsClient;
  close(): Promise<void>;
}

/** Hears of every attempt of a client: KMS's name of the operation, and how it ended. */
export type AttemptListener = NonNullable<ClientOptions['onAttempt']>;

/**
 * Connects to KMS, uses the client, and ends all connections.
 *
 * @param planned - the store that backups go into: it is connected to first
 */
export async function withConnection<T>(
  plan: ConnectionPlan,
  session: Session,
  use: (kms: KmsClient, store: Store | undefined) => Promise<T>,
  planned?: PlannedStore,
): Promise<T> {
  const store = planned && (await openPlannedStore(planned, session));
  try {
    const connection = await connect(plan, session);
    try {
      return await use(connection.kms, store);
    } finally {
      await connection.close();
    }
  } finally {
    await store?.close();
  }
}

/**
 * Makes a client: finds credentials, or starts the embedded KMS in this process. Nothing is sent to KMS
 * before the first call.
 *
 * @throws KmsxError those of credentials, `proxy-unsupported`, `state-locked`, `state-malformed`
 */
export async function connect(
  plan: ConnectionPlan,
  session: Session,
  onAttempt?: AttemptListener,
): Promise<Connection> {
  const { gateway } = plan;
  return gateway.kind === 'local'
    ? await connectLocal(plan, session, onAttempt)
    : await connectRemote(plan, gateway, session, onAttempt);
}

async function connectRemote(
  plan: ConnectionPlan,
  gateway: Gateway,
  session: Session,
  onAttempt: AttemptListener | undefined,
): Promise<Connection> {
  const credentials = await findCredentials(plan, session);
  await session.reporter.detail(`credentials from ${credentials.source}; KMS at ${gateway.url}`);
  return await connectWith(credentials, plan, gateway, session, onAttempt);
}

/**
 * Decides where the credentials come from.
 *
 * @param warn - called for what `resolveCredentials` warns of; writes to stderr if not given
 * @throws KmsxError those of credentials
 */
export async function findCredentials(
  { profile, decided, authorities, resolve, limits }: Omit<ConnectionPlan, 'gateway' | 'inputs'>,
  { io, reporter }: Session,
  warn: (message: string) => void = (message) => void reporter.warn(message),
): Promise<ResolvedCredentials> {
  const { resolveCredentials } = await import('../../../credentials/credentials.ts');
  return await resolveCredentials({
    profile,
    decided,
    env: io.env,
    home: envValue(io.env, 'HOME'),
    authorities,
    resolve,
    timeoutMs: limits.timeoutMs,
    signal: io.signal,
    now: () => io.now(),
    warn,
    userId: io.userId,
    killGroup: (groupId) => {
      io.killGroup(groupId);
    },
  });
}

/**
 * A client of a gateway, with credentials that are its own from now on.
 *
 * @throws KmsxError `proxy-unsupported`, `gateway-malformed` (a proxy variable)
 */
export async function connectWith(
  credentials: ResolvedCredentials,
  plan: ConnectionPlan,
  gateway: Gateway,
  session: Session,
  onAttempt?: AttemptListener,
): Promise<Connection> {
  const { createKmsClient, proxyOf } = await import('../../../kms/client.ts');
  const { resolve, authorities } = plan;
  const common = commonOptions(plan, session, onAttempt);
  const proxy = proxyOf({ gateway, resolve, env: common.env });
  if (proxy !== undefined) {
    await session.reporter.detail(`KMS through the proxy ${proxy.name} (${proxy.variable})`);
  }
  const kms = createKmsClient({ ...common, gateway, credentials, authorities, resolve });
  return { kms, close: () => kms.close() };
}

/** The embedded KMS in this process, on a free port, reached over HTTP with signatures like any other. */
async function connectLocal(
  plan: ConnectionPlan,
  session: Session,
  onAttempt: AttemptListener | undefined,
): Promise<Connection> {
  const { startLocalKms } = await import('../../../local-kms/start-local-kms.ts');
  const server = await startLocalKms({
    ...session.io,
    port: 0,
    stateFolder: localStateFolder(session.io),
    waitForLockMs: LOCK_WAIT_MS,
    log: (line) => void session.reporter.detail(line),
  });
  const kms = await clientOf(server, plan, session, onAttempt);
  return {
    kms,
    close: async () => {
      await kms.close();
      await server.close();
    },
  };
}

/** A client of an embedded KMS that runs, with the credentials that it announces. */
export async function clientOf(
  { announcement }: LocalKms,
  plan: Pick<ConnectionPlan, 'limits'>,
  session: Session,
  onAttempt?: AttemptListener,
): Promise<KmsClient> {
  const [{ createKmsClient }, { knownCredentials }] = await Promise.all([
    import('../../../kms/client.ts'),
    import('../../../credentials/credentials.ts'),
  ]);
  const { Endpoint, Region, AccessKeyId, AccessKeySecret } = announcement;
  return createKmsClient({
    ...commonOptions(plan, session, onAttempt),
    gateway: localGateway(Endpoint, Region),
    credentials: knownCredentials('the embedded KMS', {
      accessKeyId: AccessKeyId,
      accessKeySecret: AccessKeySecret,
    }),
  });
}

function commonOptions(
  { limits }: Pick<ConnectionPlan, 'limits'>,
  { io, reporter }: Session,
  onAttempt: AttemptListener | undefined,
): Omit<ClientOptions, 'gateway' | 'credentials'> {
  return {
    limits,
    env: io.env,
    signal: io.signal,
    userAgent: `kmsx/${version}`,
    clock: io,
    onAttempt: (action, report) => {
      onAttempt?.(action, report);
      const { attempt, outcome, requestId, durationMs, waitMs } = report;
      const facts = [`${action} attempt ${attempt}: ${outcome}`, `${Math.round(durationMs)} ms`];
      if (requestId !== undefined) facts.push(`RequestId ${requestId}`);
      if (waitMs !== undefined) facts.push(`next in ${Math.round(waitMs)} ms`);
      void reporter.detail(facts.join(', '));
    },
  };
}

/** `$XDG_STATE_HOME/kmsx/local-kms`; a relative XDG_STATE_HOME is ignored, as its specification says. */
function localStateFolder(io: Io): string {
  const xdg = envValue(io.env, 'XDG_STATE_HOME');
  const home = envValue(io.env, 'HOME');
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, 'kmsx', 'local-kms');
  if (home !== undefined) return join(home, '.local', 'state', 'kmsx', 'local-kms');
  throw kmsxError('bad-usage', '--gateway local needs HOME or XDG_STATE_HOME, to keep its state');
}
