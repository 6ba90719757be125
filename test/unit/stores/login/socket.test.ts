import { expect, it } from 'vitest';
import { isTrusted } from '../../../../src/stores/login/socket.ts';

const ME = 1000;
const SERVER = 120;
const OTHER = 1001;

/** Whom a socket belongs to, its folder and that one's mode, and whether it is used. */
const SOCKETS: readonly (readonly [number, number, number, boolean])[] = [
  [SERVER, SERVER, 0o755, true],
  [SERVER, SERVER, 0o2775, true],
  [SERVER, SERVER, 0o777, false],
  [SERVER, SERVER, 0o1777, true],
  [0, 0, 0o755, true],
  [SERVER, 0, 0o755, false],
  [SERVER, 0, 0o1777, false],
  [0, 0, 0o1777, true],
  [ME, 0, 0o1777, true],
  [ME, SERVER, 0o2775, true],
  [ME, 0, 0o777, false],
  [OTHER, SERVER, 0o2775, false],
  [OTHER, ME, 0o775, false],
  [OTHER, OTHER, 0o755, true],
];

it.each(SOCKETS)('a socket of %i in a folder of %i, mode %o: %s', (uid, owner, mode, isUsed) => {
  expect(isTrusted({ uid }, { uid: owner, mode }, ME)).toBe(isUsed);
});

it('is none of this user where the system has no users', () => {
  expect(isTrusted({ uid: ME }, { uid: 0, mode: 0o1777 }, undefined)).toBe(false);
});
