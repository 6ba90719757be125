import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { compileModule } from '../native/compile.ts';
import type { TokenStage } from './token.ts';

/** What the module around a token's module does at one call: a name, or a number from 1. */
export interface Mischief {
  readonly at: string | number;
  readonly do: 'crash' | 'hang' | `0x${string}`;
}

/** The module around the module of a token, compiled into the folder of the test. */
export interface Shim {
  /** The token, reached through it. */
  readonly stage: (mischief?: Mischief) => TokenStage;
  /** The names of the calls until now, and `hanging`. */
  readonly calls: () => string[];
  /** Waits until the module hangs. */
  readonly hanging: () => Promise<void>;
}

export function shimAround(stage: TokenStage): Shim {
  const { token, run, uri } = stage;
  const folder = run.cwd;
  const log = join(folder, 'calls.log');
  const module = compileModule('shim', folder);
  const calls = (): string[] =>
    existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
  return {
    calls,
    hanging: async () => {
      for (let tries = 0; calls().at(-1) !== 'hanging'; tries += 1) {
        if (tries === 1_000) throw new Error(`the module does not hang: ${calls().join(' ')}`);
        await delay(20);
      }
    },
    stage: (mischief) => {
      const env = {
        ...{ ...token.env, SHIM_MODULE: token.module, SHIM_LOG: log },
        ...(mischief && { SHIM_AT: String(mischief.at), SHIM_DO: mischief.do }),
      };
      return {
        token: { ...token, module, env },
        run: { cwd: folder, env },
        reach: stage.reach.map((word) => (word === token.module ? module : word)),
        uri,
      };
    },
  };
}
