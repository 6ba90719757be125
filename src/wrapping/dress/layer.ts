/**
 * A filter of the shell: reads a file, or its standard input, and writes to its standard output.
 *
 * @param file - the file as a word of the shell; undefined: standard input
 */
export type Filter = (file: string | undefined) => string;

/** Something around a key that kmsx does not take off by itself, and what the bytes are without it. */
export interface Layer {
  /** Follows "holds a public key" in a message: `in hexadecimal`. */
  readonly words: string;
  /** What `filter` makes of the bytes: a copy, which is overwritten after use, since it may hold a private key. */
  readonly inner: Buffer;
  readonly filter: Filter;
  /** The file holds the private half too, and `filter` leaves it behind. */
  readonly isPrivate?: true;
}

/** Takes one layer off: none where the bytes do not have it, several where there is more than one way in. */
export type Opener = (bytes: Buffer) => readonly Layer[];

/** A program that takes a file as its last argument. */
export function naming(program: string): Filter {
  return (file) => (file === undefined ? program : `${program} ${file}`);
}

/** A program that reads standard input alone. */
export function redirecting(program: string): Filter {
  return (file) => (file === undefined ? program : `${program} < ${file}`);
}

/** A command of OpenSSL, which takes a file after `-in`. */
export function opensslFilter(command: string, options?: string): Filter {
  return (file) =>
    [
      'openssl',
      command,
      ...(file === undefined ? [] : ['-in', file]),
      ...(options === undefined ? [] : [options]),
    ].join(' ');
}

/** The shell's pipe through several filters, the first of which reads the file. */
export function pipeline(filters: readonly Filter[], file: string): string {
  return filters.map((filter, index) => filter(index === 0 ? file : undefined)).join(' | ');
}
