import type { IncomingMessage, ServerResponse } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { KmsAnswer, Reply } from '../answer.ts';
import { answerHeaders } from '../answer.ts';
import type { RequestHandler } from '../request-gateway.ts';
import { receiveBody } from './receive-body.ts';
import { Turns } from './turns.ts';
import type { RefusalCode } from '../refusal.ts';

const MAX_BODY_BYTES = 256 * 1024;
const MAX_DRAINED_BYTES = 8 * 1024 * 1024;
const LINGER_MS = 1_000;

/** The open connections of a server, and the requests running on them. */
export class Connections {
  readonly #gateway: RequestHandler;
  readonly #idleMs: number;
  readonly #sockets = new Set<Duplex>();
  readonly #refused = new WeakSet<Duplex>();
  /** Unanswered requests, by connection. */
  readonly #open = new Map<Duplex, Set<IncomingMessage>>();
  readonly #whenIdle = new Map<Duplex, () => void>();
  /** How many requests are being worked on, by connection. */
  readonly #working = new WeakMap<Socket, number>();
  readonly #turns = new Turns();
  readonly #closing = new AbortController();

  /** @param idleMs - how long a connection may be idle while no request is being worked on */
  constructor(gateway: RequestHandler, idleMs: number) {
    this.#gateway = gateway;
    this.#idleMs = idleMs;
  }

  /** Notes that a connection was accepted, whether or not it speaks HTTP yet. */
  accepted(): void {
    this.#turns.accepted();
  }

  /** Adds a connection that speaks HTTP from now on. */
  add(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
    });
  }

  has(socket: Duplex): boolean {
    return this.#sockets.has(socket);
  }

  async respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#opened(request);
    response.once('close', () => {
      this.#finished(request);
    });
    const body = await receiveBody(request, MAX_BODY_BYTES, MAX_DRAINED_BYTES);
    if (body === 'aborted') {
      response.destroy();
      return;
    }
    if (body === 'too-long') {
      response.shouldKeepAlive = false;
      send(response, this.#gateway.refuse('ParseRequestParameterException'));
      return;
    }
    this.#beginWork(request.socket);
    await this.#turns.next();
    const reply = await this.#gateway.reply({
      method: request.method ?? '',
      target: request.url ?? '',
      rawHeaders: request.rawHeaders,
      body,
    });
    if (reply.delayMs > 0) await this.#wait(reply.delayMs);
    if (this.#closing.signal.aborted) response.shouldKeepAlive = false;
    if (reply.ending !== 'never') {
      this.#endWork(request.socket);
      carryOut(reply, response);
      return;
    }
    // #endWork is not called, so the idle timeout does not end it: it stays until the client goes or the server closes.
    this.#finished(request);
  }

  /** Answers on a connection that cannot be used any further, after its pending answers. */
  refuse(socket: Duplex, code: RefusalCode): void {
    // A parser that failed once fails again on all further data.
    if (this.#refused.has(socket)) return;
    this.#refused.add(socket);
    const answer = this.#gateway.refuse(code);
    const end = (): void => {
      if (!socket.writable) {
        socket.destroy();
        return;
      }
      socket.end(rawAnswer(answer));
      socket.resume();
      // Closing at once would reset the connection while the client still writes, and lose the answer.
      setTimeout(() => {
        socket.destroy();
      }, LINGER_MS).unref();
    };
    socket.on('error', () => {
      socket.destroy();
    });
    if (this.#isBusy(socket)) this.#whenIdle.set(socket, end);
    else end();
  }

  /** Closes each connection as soon as no request runs on it, and ends all delays now. */
  close(): void {
    this.#closing.abort();
    for (const socket of this.#sockets) if (!this.#isBusy(socket)) socket.destroy();
  }

  /** Whether a request runs on a connection: it was received whole and is not answered yet. */
  #isBusy(socket: Duplex): boolean {
    for (const request of this.#open.get(socket) ?? []) if (request.complete) return true;
    return false;
  }

  #opened(request: IncomingMessage): void {
    const requests = this.#open.get(request.socket);
    if (requests === undefined) this.#open.set(request.socket, new Set([request]));
    else requests.add(request);
  }

  /** Called when a request is answered; also when it is abandoned, and then again when its connection ends. */
  #finished(request: IncomingMessage): void {
    const { socket } = request;
    const requests = this.#open.get(socket);
    requests?.delete(request);
    if (requests?.size === 0) this.#open.delete(socket);
    if (this.#isBusy(socket)) return;
    this.#whenIdle.get(socket)?.();
    this.#whenIdle.delete(socket);
    if (this.#closing.signal.aborted) socket.destroySoon();
  }

  /** A connection with work to do is not idle, however long it takes. */
  #beginWork(socket: Socket): void {
    this.#working.set(socket, (this.#working.get(socket) ?? 0) + 1);
    socket.setTimeout(0);
  }

  /** A client that does not read its answer counts as idle. */
  #endWork(socket: Socket): void {
    const count = (this.#working.get(socket) ?? 0) - 1;
    this.#working.set(socket, count);
    if (count === 0) socket.setTimeout(this.#idleMs);
  }

  async #wait(milliseconds: number): Promise<void> {
    const { signal } = this.#closing;
    await delay(milliseconds, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}

function carryOut(reply: Reply, response: ServerResponse): void {
  if (!('answer' in reply)) {
    response.destroy();
    return;
  }
  const { answer } = reply;
  if (reply.ending === 'whole') {
    send(response, answer);
    return;
  }
  response.writeHead(answer.httpStatus, answerHeaders(answer));
  response.write(answer.body.subarray(0, Math.floor(answer.body.length / 2)), () => {
    response.destroy();
  });
}

function send(response: ServerResponse, answer: KmsAnswer): void {
  response.writeHead(answer.httpStatus, answerHeaders(answer));
  // Node sends a string in one piece with the headers, a Buffer in a second one.
  response.end(answer.body.toString('latin1'), 'latin1');
}

function rawAnswer(answer: KmsAnswer): Buffer {
  const { httpStatus, body } = answer;
  const headers = Object.entries({ ...answerHeaders(answer), connection: 'close' });
  const head = [
    `HTTP/1.1 ${httpStatus} ${STATUS_CODES[httpStatus] ?? ''}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
}
