import type { Env } from '../../../base/env.ts';
import { envValue } from '../../../base/env.ts';
import { hasCode, KmsxError, kmsxError } from '../../../base/error.ts';
import type { Gateway } from '../../../kms/gateway.ts';
import type { Authorities } from '../../../network/authorities.ts';
import type { ResolveRule } from '../../../network/endpoint.ts';
import { addressFamily, isLoopback, portOf, resolveRuleFor } from '../../../network/endpoint.ts';
import type { ProbeLimits, ServerProbe, TlsFacts } from '../../../network/probe.ts';
import { probeName, probePort, probeServer } from '../../../network/probe.ts';
import type { Proxy } from '../../../network/proxy/proxy.ts';
import { chooseProxy, hostAndPort } from '../../../network/proxy/proxy.ts';
import type { CheckResult } from './check.ts';
import { doesNotApply, fail, notReached, pass, resultOf, warn } from './check.ts';
import { checkClock } from './system-checks.ts';

/** How far the route to a gateway is open. */
export interface Route {
  readonly clock: CheckResult;
  readonly name: CheckResult;
  readonly tcp: CheckResult;
  readonly tls: CheckResult;
  readonly proxy: CheckResult;
  /** Whether a request can be sent. */
  readonly isOpen: boolean;
}

export interface RouteOptions extends ProbeLimits {
  readonly gateway: Gateway;
  readonly authorities: Authorities | undefined;
  readonly resolve: readonly ResolveRule[];
  readonly env: Env;
  readonly connectTimeoutMs: number;
  readonly now: () => Date;
}

/** A certificate that expires sooner is warned of: those of an instance are renewed by hand. */
const EXPIRES_SOON_MS = 14 * 24 * 3600 * 1000;

const UNKNOWN_TIME = notReached('there was no answer with the time');

/** A route that ends somewhere: what follows is not reached, for this reason. */
export function closedRoute(reason: string, known: Partial<Route> = {}): Route {
  const blocked = notReached(reason);
  return {
    clock: UNKNOWN_TIME,
    name: blocked,
    tcp: blocked,
    tls: blocked,
    proxy: blocked,
    ...known,
    isOpen: false,
  };
}

/** Follows the route to a gateway, step by step. Sends one unsigned request. */
export async function probeRoute(options: RouteOptions): Promise<Route> {
  const { gateway, env, resolve, signal } = options;
  const { protocol, host } = gateway;
  const rule = resolveRuleFor(resolve, { host, port: portOf(gateway) });
  const chosen = await resultOf(() =>
    rule === undefined ? chooseProxy(protocol, host, env) : undefined,
  );
  if (!chosen.ok) return closedRoute('the proxy cannot be used', { proxy: fail(chosen.error) });
  if (chosen.value !== undefined) return await routeThroughProxy(chosen.value, options);

  const proxy = pass(whyNoProxy(options, rule !== undefined));
  const found = await resultOf(async () =>
    rule === undefined ? await probeName(host, options) : [rule.address],
  );
  if (!found.ok) return closedRoute('the name is not known', { name: fail(found.error), proxy });
  const name = pass(nameMessage(host, found.value, rule));
  const port = rule?.addressPort ?? portOf(gateway);
  const timeoutMs = Math.min(options.timeoutMs, options.connectTimeoutMs);
  const tcp = await checkTcp(found.value, { host, port }, { signal, timeoutMs });
  if (tcp.status === 'fail') return closedRoute('no TCP connection', { name, tcp, proxy });
  const greeting = await greetGateway(options, undefined, rule?.address);
  return { ...judgeGreeting(greeting, options), name, tcp, proxy };
}

async function routeThroughProxy(proxy: Proxy, options: RouteOptions): Promise<Route> {
  const name = doesNotApply(`the proxy ${proxy.name} looks the name up`);
  const tcp = doesNotApply(`the proxy ${proxy.name} connects`);
  const greeting = await greetGateway(options, proxy, undefined);
  const { error, isTunnelled } = greeting;
  if (isTunnelled || error === undefined) {
    const opened = pass(`through ${proxy.name}, which connects to the gateway`);
    return { ...judgeGreeting(greeting, options), name, tcp, proxy: opened };
  }
  const failed = fail(namingProxy(requireKmsxError(error), proxy));
  return closedRoute('the proxy does not connect', { name, tcp, proxy: failed });
}

/** A tunnel that is not open in time is a failure of the proxy, whatever the proxy waits for. */
function namingProxy(error: KmsxError, { name, variable }: Proxy): KmsxError {
  if (!hasCode(error, 'timed-out')) return error;
  return kmsxError('proxy-failed', `the proxy ${name} gave no connection in time`, {
    hints: [`check ${variable}; NO_PROXY lists the hosts that are reached without it`],
    details: error.details,
    cause: error,
  });
}

function greetGateway(
  options: RouteOptions,
  proxy: Proxy | undefined,
  address: string | undefined,
): Promise<ServerProbe> {
  const { gateway, authorities } = options;
  return probeServer({
    ...options,
    endpoint: gateway,
    address,
    proxy,
    authorities: gateway.onlyCaFile ? authorities?.ofFile : authorities?.all,
    proxyAuthorities: authorities?.all,
  });
}

function judgeGreeting(
  { date, at, tls, error }: ServerProbe,
  options: RouteOptions,
): Pick<Route, 'clock' | 'tls' | 'isOpen'> {
  const clock =
    date === undefined || at === undefined
      ? UNKNOWN_TIME
      : checkClock(date.getTime() - at.getTime());
  if (options.gateway.protocol === 'http') {
    return { clock, tls: doesNotApply('plain http on loopback'), isOpen: true };
  }
  return tls === undefined
    ? { clock, tls: fail(requireKmsxError(error)), isOpen: false }
    : { clock, tls: checkTls(tls, options), isOpen: true };
}

function requireKmsxError(error: Error | undefined): KmsxError {
  if (error instanceof KmsxError) return error;
  throw error ?? new TypeError('no TLS and no error');
}

function checkTls(tls: TlsFacts, { gateway, authorities, now }: RouteOptions): CheckResult {
  const authority =
    authorities === undefined
      ? "Node's authorities"
      : gateway.onlyCaFile
        ? 'the CA file alone'
        : "the CA file and Node's authorities";
  const day = tls.validTo.toISOString().slice(0, 10);
  const certificates = `${tls.chainLength} certificate${tls.chainLength === 1 ? '' : 's'}`;
  const message = `${tls.protocol}, ${certificates} verified by ${authority}, good until ${day}`;
  if (tls.validTo.getTime() - now().getTime() >= EXPIRES_SOON_MS) return pass(message);
  return warn(
    `${message}: that is soon`,
    'the operator of the gateway renews it; a new authority then needs a new --ca-file',
  );
}

function nameMessage(
  host: string,
  addresses: readonly string[],
  rule: ResolveRule | undefined,
): string {
  if (rule !== undefined) return `${host} is ${rule.address}, by --resolve`;
  if (addressFamily(host) !== 0) return `${host}: no name to look up`;
  return `${host} is ${[...new Set(addresses)].join(', ')}`;
}

function whyNoProxy({ gateway, env }: RouteOptions, isResolved: boolean): string {
  const { protocol, host } = gateway;
  const names = [`${protocol}_proxy`, 'all_proxy'].flatMap((name) => [name, name.toUpperCase()]);
  const set = names.find((name) => envValue(env, name) !== undefined);
  if (set === undefined) return 'none is set';
  if (isResolved) return `${set} is set, but --resolve connects directly`;
  if (isLoopback(host)) return `${set} is set, but loopback never goes through it`;
  return `${set} is set, but NO_PROXY excepts ${host}`;
}

/**
 * Connects to every address of a name: a dead one delays every connection.
 *
 * @param addresses - at least one
 * @param target - the name, and the port of the addresses
 */
export async function checkTcp(
  addresses: readonly string[],
  { host, port }: { readonly host: string; readonly port: number },
  limits: ProbeLimits,
): Promise<CheckResult> {
  const knocks = [...new Set(addresses)].map(async (address) => {
    const name = hostAndPort(address, port);
    const label = address === host ? name : `${hostAndPort(host, port)} (${address})`;
    return { name, result: await resultOf(() => probePort(address, port, label, limits)) };
  });
  const all = await Promise.all(knocks);
  const dead = all.filter(({ result }) => !result.ok);
  const first = dead[0]?.result;
  if (first === undefined || first.ok) {
    return pass(`connected to ${all.map(({ name }) => name).join(', ')}`);
  }
  if (dead.length === all.length) return fail(first.error);
  const verb = dead.length === 1 ? 'is' : 'are';
  const names = dead.map(({ name }) => name).join(', ');
  return warn(
    `${dead.length} of ${all.length} addresses ${verb} dead: ${names}`,
    'kmsx tries the next address, a second later; check the route (IPv6?) and DNS',
  );
}
