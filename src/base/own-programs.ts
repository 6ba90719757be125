/** Words that stand for a program of kmsx's own where its user names a command: `src/start` knows them. */
export const MODULE_HOST = 'kmsx:module-host';
export const RECORD = 'kmsx:record';

/** What `kmsx:record place` prints: where compiled code is looked for. */
export interface CompiledPlace {
  readonly Folder: string;
  /** What the name of each file begins with: the build, the version of Node.js and the architecture. */
  readonly Prefix: string;
  /** The commands that were asked for whose compiled code is there, whole, and would be run. */
  readonly Usable: readonly string[];
}
