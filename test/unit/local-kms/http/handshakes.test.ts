import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { Handshakes } from '../../../../src/local-kms/http/handshakes.ts';

class FakeSocket extends EventEmitter {
  readonly remoteAddress: string;
  readonly remotePort: number;
  isDestroyed = false;

  constructor(remoteAddress: string, remotePort: number) {
    super();
    this.remoteAddress = remoteAddress;
    this.remotePort = remotePort;
  }

  destroy(): void {
    this.isDestroyed = true;
  }
}
const asSocket = (socket: FakeSocket): Socket => socket as unknown as Socket;

test('ends the handshakes that are under way, of two addresses with one port too', () => {
  const handshakes = new Handshakes();
  const waiting = new FakeSocket('127.0.0.1', 5000);
  const done = new FakeSocket('127.0.0.2', 5000);
  handshakes.add(asSocket(waiting));
  handshakes.add(asSocket(done));
  handshakes.delete(asSocket(new FakeSocket('127.0.0.2', 5000)));
  handshakes.close();
  expect([waiting.isDestroyed, done.isDestroyed]).toEqual([true, false]);
});

test('forgets a connection that ended', () => {
  const handshakes = new Handshakes();
  const gone = new FakeSocket('127.0.0.1', 5000);
  handshakes.add(asSocket(gone));
  gone.emit('close');
  handshakes.close();
  expect(gone.isDestroyed).toBe(false);
});
