import type { Socket } from 'node:net';

/** The connections whose TLS handshake is under way: Node shows them before it and, as others, after it. */
export class Handshakes {
  /** By the client's address and port, which both have. */
  readonly #sockets = new Map<string, Socket>();

  /** Takes a connection whose handshake begins. */
  add(socket: Socket): void {
    const peer = peerOf(socket);
    this.#sockets.set(peer, socket);
    socket.once('close', () => {
      if (this.#sockets.get(peer) === socket) this.#sockets.delete(peer);
    });
  }

  /** Lets a connection go whose handshake is done. */
  delete(secured: Socket): void {
    this.#sockets.delete(peerOf(secured));
  }

  /** Ends the handshakes that are under way. */
  close(): void {
    for (const socket of this.#sockets.values()) socket.destroy();
  }
}

function peerOf({ remoteAddress = '', remotePort = 0 }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
