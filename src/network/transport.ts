import type { IncomingMessage } from 'node:http';
import type { RequestOptions } from 'node:https';
import { timeLimit } from '../base/abort.ts';
import { KmsxError, systemErrorCode } from '../base/error.ts';
import type { Agent, AttemptState } from './agents.ts';
import { CONNECT_TIMEOUT, CONNECT_TIMEOUT_MS, HttpAgent, HttpsAgent } from './agents.ts';
import { assertLooksLikeKms, replay } from './answer-body.ts';
import type { ResolveRule } from './endpoint.ts';
import { addressFamily, resolveRuleFor } from './endpoint.ts';
import type { Env } from '../base/env.ts';
import type { HttpxOptions, Sender, WholeAnswer } from './http-seam.ts';
import { httpSeam, senderHeaders } from './http-seam.ts';
import type { RequestFacts } from './errors.ts';
import { networkError, silentProxyError, timeoutError } from './errors.ts';
import { chooseProxy, hostAndPort } from './proxy/proxy.ts';
import { sendRequest } from './send-request.ts';

export interface TransportOptions {
  /** Authorities in PEM (`loadAuthorities`); undefined: Node's own default. */
  readonly authorities?: readonly string[] | undefined;
  /** For verifying an https proxy, if they differ. */
  readonly proxyAuthorities?: readonly string[] | undefined;
  /** For one connection, the TLS handshake included; 5 s if it is not given. */
  readonly connectTimeoutMs?: number | undefined;
  /** Where the proxy variables are read; undefined: no proxy, ever. */
  readonly proxyEnv?: Env | undefined;
  readonly resolve?: readonly ResolveRule[] | undefined;
  /** For one request of an exchange, where that has several; undefined: the time of the exchange. */
  readonly requestTimeoutMs?: number | undefined;
  /**
   * Whether the requests of an exchange bear its `headers`. Otherwise they are told by where they are made, which slows
   * every promise of the process down in Node.js 20.
   */
  readonly isMarked?: boolean | undefined;
  /** Whether a redirect, or an answer that is not a JSON object, is refused as `not-kms`. */
  readonly expects: 'kms' | 'anything';
}

export interface ExchangeLimits {
  /** For everything that happens in the exchange, connections included. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** What a server answered. */
export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Empty if it was not read to its end. */
  readonly body: Buffer;
}

/** One call of an SDK, with the requests that it makes. */
export interface Exchange {
  /** The answer to the last request, also after an error. */
  readonly answer: Answer | undefined;
  /** The method of the last request, in capitals. */
  readonly method: string | undefined;
  /** What the headers of its requests must hold where the transport is for marked ones; no server sees it. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Where one request goes. */
interface Target {
  readonly protocol: 'https' | 'http';
  readonly host: string;
  readonly port: number;
  /** HOST or HOST:PORT, for messages and the Host header. */
  readonly authority: string;
  /** The path and the query. */
  readonly path: string;
}

/** Why an exchange ended before its answer. */
export class TimeIsUp {
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    this.timeoutMs = timeoutMs;
  }
}

/**
 * Carries the requests of the official SDKs: keep-alive connections of its own, authorities, proxies, a
 * connect time-out, an end for the whole attempt, an answer of a megabyte at most. TLS is verified, always;
 * redirects are not followed. It is used through `exchange`, and ended with `close`.
 */
export class Transport {
  readonly #options: TransportOptions;
  readonly #agents = new Map<string, Promise<Agent>>();
  /** By what they lead to. */
  readonly #routes = new Map<string, Promise<Agent>>();

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /**
   * Runs `use` so that the requests which it makes, through whatever SDK, are this transport's, and end when
   * its time is up. An exchange inside another ends with the outer one at the latest.
   *
   * @throws what `use` throws; its requests fail with KmsxError `network-failed`, `timed-out`, `tls-failed`,
   * `proxy-failed`, `proxy-unsupported`, `not-kms`, `json-name-twice`, `json-malformed`, or with the reason of the
   * aborted signal
   */
  async exchange<T>(limits: ExchangeLimits, use: (exchange: Exchange) => Promise<T>): Promise<T> {
    const { timeoutMs, signal } = limits;
    const limit = timeLimit(timeoutMs, () => new TimeIsUp(timeoutMs), signal, exchangeSignal());
    const exchange = new CurrentExchange(this.#options, limit.signal, (target) =>
      this.#agentFor(target),
    );
    try {
      const seam = httpSeam();
      if (this.#options.isMarked === true) return await use(exchange);
      return await seam.run(exchange, () => use(exchange));
    } finally {
      limit.end();
    }
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    const agents = [...this.#agents.values()];
    this.#agents.clear();
    this.#routes.clear();
    for (const agent of await Promise.all(agents)) agent.destroy();
  }

  #agentFor(target: Target): Promise<Agent> {
    const place = `${target.protocol} ${target.authority}`;
    const known = this.#routes.get(place);
    if (known !== undefined) return known;
    const agent = this.#route(target);
    this.#routes.set(place, agent);
    return agent;
  }

  #route(target: Target): Promise<Agent> {
    const {
      authorities,
      proxyAuthorities,
      connectTimeoutMs = CONNECT_TIMEOUT_MS,
      proxyEnv,
    } = this.#options;
    const { protocol, host } = target;
    const isResolved = resolveRuleFor(this.#options.resolve, target) !== undefined;
    const proxy =
      proxyEnv === undefined || isResolved ? undefined : chooseProxy(protocol, host, proxyEnv);
    const settings = { authorities, connectTimeoutMs };
    return this.#pooled(`${protocol} ${proxy?.url ?? 'direct'}`, async () => {
      if (proxy !== undefined) {
        const { TunnelAgent } = await import('./proxy/tunnel-agent.ts');
        return new TunnelAgent(protocol, proxy, settings, proxyAuthorities ?? authorities);
      }
      return protocol === 'https' ? new HttpsAgent(settings) : new HttpAgent(settings);
    });
  }

  #pooled(name: string, make: () => Promise<Agent>): Promise<Agent> {
    const known = this.#agents.get(name);
    if (known !== undefined) return known;
    const agent = make();
    this.#agents.set(name, agent);
    return agent;
  }
}

/**
 * Aborts when the exchange that the caller runs in ends early, for work that is not a request. The reason is a
 * `TimeIsUp` or that of the exchange's signal. Undefined outside of exchanges.
 */
export function exchangeSignal(): AbortSignal | undefined {
  const exchange = httpSeam().getStore();
  return exchange instanceof CurrentExchange ? exchange.signal : undefined;
}

class CurrentExchange implements Exchange, Sender {
  readonly signal: AbortSignal;
  readonly headers = senderHeaders(this);
  answer: Answer | undefined;
  method: string | undefined;
  readonly #options: TransportOptions;
  readonly #agentFor: (target: Target) => Promise<Agent>;

  constructor(
    options: TransportOptions,
    signal: AbortSignal,
    agentFor: (target: Target) => Promise<Agent>,
  ) {
    this.#options = options;
    this.signal = signal;
    this.#agentFor = agentFor;
  }

  async send(url: string, options: HttpxOptions): Promise<WholeAnswer> {
    const target = targetOf(url);
    const attempt: AttemptState = { isConnecting: false };
    this.answer = undefined;
    this.method = options.method?.toUpperCase();
    try {
      this.signal.throwIfAborted();
      return await this.#sendTo(target, attempt, options);
    } catch (error) {
      const { reason } = this.signal as { readonly reason: unknown };
      const silent = attempt.waitsForProxy;
      const isLate = reason instanceof TimeIsUp || systemErrorCode(error) === CONNECT_TIMEOUT;
      if (silent !== undefined && isLate) {
        throw silentProxyError(target.authority, silent.name, silent.variable);
      }
      if (reason instanceof TimeIsUp) {
        throw timeoutError(target.authority, reason.timeoutMs, attempt.isConnecting);
      }
      this.signal.throwIfAborted();
      if (error instanceof KmsxError) throw error;
      throw networkError(error, target.authority, this.#factsOf(target));
    }
  }

  #factsOf(target: Target): RequestFacts {
    const { authorities, proxyEnv } = this.#options;
    // The metadata of an instance, which no proxy leads to, is always http.
    const mayBeHttps = target.protocol === 'http' && proxyEnv !== undefined;
    return {
      isUnansweredHttp: mayBeHttps && this.answer === undefined,
      hasCaFile: authorities !== undefined,
    };
  }

  async #sendTo(
    target: Target,
    attempt: AttemptState,
    { method = 'GET', headers, data: body }: HttpxOptions,
  ): Promise<WholeAnswer> {
    const { authority, path } = target;
    const rule = resolveRuleFor(this.#options.resolve, target);
    const agent = await this.#agentFor(target);
    let message: IncomingMessage | undefined;
    const whole = await sendRequest({
      options: { ...connectionOptions(target, rule), path, agent, attempt },
      method: method.toUpperCase(),
      headers: withHost(headers, authority),
      body: body ?? undefined,
      authority,
      timeoutMs: this.#options.requestTimeoutMs,
      signal: this.signal,
      onAnswer: (answer) => {
        message = answer;
        this.answer = answerOf(answer, Buffer.alloc(0));
      },
    });
    if (message === undefined) throw new TypeError('a body without an answer');
    this.answer = answerOf(message, whole);
    if (this.#options.expects === 'kms') assertLooksLikeKms(this.answer, authority);
    return { message: replay(message, whole), body: whole };
  }
}

function answerOf({ statusCode: status = 0, headers }: IncomingMessage, body: Buffer): Answer {
  return { status, headers, body };
}

function targetOf(url: string): Target {
  const { protocol, hostname, port, pathname, search } = new URL(url);
  const isHttps = protocol === 'https:';
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const number = port === '' ? (isHttps ? 443 : 80) : Number(port);
  return {
    protocol: isHttps ? 'https' : 'http',
    host,
    port: number,
    authority: port === '' ? hostname : hostAndPort(host, number),
    path: `${pathname}${search}`,
  };
}

/** Where the connection goes. TLS asks for the target's own name, and verifies it, wherever that is. */
function connectionOptions(target: Target, rule: ResolveRule | undefined): RequestOptions {
  return {
    protocol: `${target.protocol}:`,
    host: rule?.address ?? target.host,
    port: rule?.addressPort ?? rule?.port ?? target.port,
    ...(addressFamily(target.host) === 0 && { servername: target.host }),
  };
}

function withHost(
  headers: HttpxOptions['headers'],
  authority: string,
): NonNullable<HttpxOptions['headers']> {
  const names = Object.keys(headers ?? {});
  return names.some((name) => name.toLowerCase() === 'host')
    ? { ...headers }
    : { ...headers, Host: authority };
}
