import type { Socket } from 'node:net';

/** The connections in their TLS handshake. Node has two sockets for each: one before the handshake and one after. */
export class Handshakes {
  /** By the client's address and port, which both sockets have. */
  readonly #sockets = new Map<string, Socket>();

  /** Adds a connection whose handshake begins. */
  add(socket: Socket): void {
    const peer = peerOf(socket);
    this.#sockets.set(peer, socket);
    socket.once('close', () => {
      if (this.#sockets.get(peer) === socket) this.#sockets.delete(peer);
    });
  }

  /** Removes a connection whose handshake is done. */
  delete(secured: Socket): void {
    this.#sockets.delete(peerOf(secured));
  }

  /** Ends the running handshakes. */
  close(): void {
    for (const socket of this.#sockets.values()) socket.destroy();
  }
}

function peerOf({ remoteAddress = '', remotePort = 0 }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
