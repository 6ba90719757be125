import { KmsxError } from '../../../base/error.ts';
import type { Authorities } from '../../../network/authorities.ts';
import type { ResolveRule } from '../../../network/endpoint.ts';
import { addressFamily, isLoopback, portOf, resolveRuleFor } from '../../../network/endpoint.ts';
import type { Env } from '../../../base/env.ts';
import { envValue } from '../../../base/env.ts';
import type { Gateway } from '../../../kms/gateway.ts';
import type { Proxy } from '../../../network/proxy.ts';
import { chooseProxy } from '../../../network/proxy.ts';
import type { Greeting, ProbeLimits, TlsFacts } from '../../../network/probe.ts';
import { greet, lookUp } from '../../../network/probe.ts';
import type { Verdict } from './check.ts';
import { fail, notReached, outcomeOf, pass, warn } from './check.ts';
import { checkClock } from './clock-check.ts';
import { checkTcp } from './tcp-check.ts';

/** How far the way to a gateway is open. */
export interface Reach {
  readonly clock: Verdict;
  readonly name: Verdict;
  readonly tcp: Verdict;
  readonly tls: Verdict;
  readonly proxy: Verdict;
  /** Whether a request can be sent. */
  readonly isOpen: boolean;
}

export interface ReachOptions extends ProbeLimits {
  readonly gateway: Gateway;
  readonly authorities: Authorities | undefined;
  readonly resolve: readonly ResolveRule[];
  readonly env: Env;
  readonly connectTimeoutMs: number;
  readonly now: () => Date;
}

/** A certificate that is good for less than this is warned of: those of an instance are renewed by hand. */
const EXPIRES_SOON_MS = 14 * 24 * 3600 * 1000;

/** Goes the way to a gateway, step by step, and says how far it came. Sends one unsigned request. */
export async function probeGateway(options: ReachOptions): Promise<Reach> {
  const { gateway, env, resolve } = options;
  const { protocol, host } = gateway;
  const rule = resolveRuleFor(resolve, { host, port: portOf(gateway) });
  const proxy = await outcomeOf(() =>
    rule === undefined ? chooseProxy(protocol, host, env) : undefined,
  );
  if (!proxy.ok) {
    const blocked = notReached('the proxy cannot be used');
    return closedAt(blocked, { name: blocked, tcp: blocked, proxy: fail(proxy.error) });
  }
  if (proxy.value !== undefined) return await throughProxy(proxy.value, options);

  const noProxy = pass(whyNoProxy(options, rule !== undefined));
  const found = await outcomeOf(async () =>
    rule === undefined ? await lookUp(host, options) : [rule.address],
  );
  if (!found.ok) {
    const blocked = notReached('the name is not known');
    return closedAt(blocked, { name: fail(found.error), tcp: blocked, proxy: noProxy });
  }
  const name = pass(nameMessage(host, found.value, rule));
  const tcp = await checkTcp(
    found.value,
    { host, port: rule?.addressPort ?? portOf(gateway) },
    {
      signal: options.signal,
      timeoutMs: Math.min(options.timeoutMs, options.connectTimeoutMs),
    },
  );
  if (tcp.status === 'fail') {
    return closedAt(notReached('no TCP connection'), { name, tcp, proxy: noProxy });
  }
  const greeting = await greetGateway(options, undefined, rule?.address);
  return { ...judge(greeting, options), name, tcp, proxy: noProxy };
}

function closedAt(blocked: Verdict, parts: Pick<Reach, 'name' | 'tcp' | 'proxy'>): Reach {
  return { ...parts, tls: blocked, clock: unknownClock(), isOpen: false };
}

function unknownClock(): Verdict {
  return notReached('nobody answered who could say what time it is');
}

async function throughProxy(proxy: Proxy, options: ReachOptions): Promise<Reach> {
  const name = notReached(`the proxy ${proxy.name} looks the name up`);
  const tcp = notReached(`the proxy ${proxy.name} connects`);
  const greeting = await greetGateway(options, proxy, undefined);
  const { error } = greeting;
  if (greeting.isTunnelled || error === undefined) {
    const opened = pass(`through ${proxy.name}, which connects to the gateway`);
    return { ...judge(greeting, options), name, tcp, proxy: opened };
  }
  const blocked = notReached('the proxy does not connect');
  const failed = fail(await failureOf(() => Promise.reject(namingProxy(error, proxy))));
  return closedAt(blocked, { name, tcp, proxy: failed });
}

async function failureOf(work: () => Promise<never>): Promise<KmsxError> {
  const outcome = await outcomeOf(work);
  if (outcome.ok) throw new TypeError('it did not fail');
  return outcome.error;
}

/** A tunnel that did not come about in time is the proxy's affair, whoever it waits for. */
function namingProxy(error: Error, { name, variable }: Proxy): Error {
  if (!(error instanceof KmsxError) || error.code !== 'timed-out') return error;
  return new KmsxError({
    kind: 'unavailable',
    code: 'proxy-failed',
    message: `the proxy ${name} gave no connection in time`,
    hints: [`check ${variable}; NO_PROXY names what is reached without it`],
    details: error.details,
    cause: error,
  });
}

function greetGateway(
  options: ReachOptions,
  proxy: Proxy | undefined,
  address: string | undefined,
): Promise<Greeting> {
  const { gateway, authorities } = options;
  return greet({
    ...options,
    endpoint: gateway,
    address,
    proxy,
    authorities: gateway.onlyCaFile ? authorities?.ofFile : authorities?.all,
    proxyAuthorities: authorities?.all,
  });
}

function judge(greeting: Greeting, options: ReachOptions): Pick<Reach, 'clock' | 'tls' | 'isOpen'> {
  const { date, at } = greeting;
  const clock =
    date === undefined || at === undefined
      ? unknownClock()
      : checkClock(date.getTime() - at.getTime());
  if (options.gateway.protocol === 'http') {
    return { clock, tls: notReached('http: no TLS on this machine itself'), isOpen: true };
  }
  if (greeting.tls !== undefined) {
    return { clock, tls: tlsVerdict(greeting.tls, options), isOpen: true };
  }
  const { error } = greeting;
  if (!(error instanceof KmsxError)) throw error ?? new TypeError('no TLS and no error');
  return { clock, tls: fail(error), isOpen: false };
}

function tlsVerdict(tls: TlsFacts, { gateway, authorities, now }: ReachOptions): Verdict {
  const authority =
    authorities === undefined
      ? "Node's authorities"
      : gateway.onlyCaFile
        ? 'the CA file alone'
        : "the CA file and Node's authorities";
  const day = tls.validTo.toISOString().slice(0, 10);
  const message = `${tls.protocol}, ${count(tls.chainLength, 'certificate')} verified by ${authority}, good until ${day}`;
  if (tls.validTo.getTime() - now().getTime() >= EXPIRES_SOON_MS) return pass(message);
  return warn(
    `${message}: that is soon`,
    'whoever runs the gateway renews it; a new authority then needs a new --ca-file',
  );
}

function nameMessage(
  host: string,
  addresses: readonly string[],
  rule: ResolveRule | undefined,
): string {
  if (rule !== undefined) return `${host} is ${rule.address}, by --resolve`;
  if (addressFamily(host) !== 0) return `${host} is an address`;
  return `${host} is ${[...new Set(addresses)].join(', ')}`;
}

function whyNoProxy({ gateway, env }: ReachOptions, isResolved: boolean): string {
  const { protocol, host } = gateway;
  const names = [`${protocol}_proxy`, 'all_proxy'].flatMap((name) => [name, name.toUpperCase()]);
  const set = names.find((name) => envValue(env, name) !== undefined);
  if (set === undefined) return 'none is set';
  if (isResolved) return `${set} is set, and --resolve goes straight`;
  if (isLoopback(host)) return `${set} is set, and loopback never goes through it`;
  return `${set} is set, and NO_PROXY excepts ${host}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
