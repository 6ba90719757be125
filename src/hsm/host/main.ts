/* The program that a module runs in. What a module prints goes nowhere, and a module that crashes or hangs takes no more
   with it than this process. */
import { encodeMessage } from '../cryptoki/messages.ts';
import { PIPE, writeWhole } from './pipe.ts';

// The terminal sends Ctrl-C to this process too; when to stop is said by the one that asks.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

void import('./serve.ts')
  .then(({ serve }) => {
    serve(Number(process.argv[3]));
  })
  .catch((error: unknown) => {
    const words = error instanceof Error ? error.message : String(error);
    writeWhole(PIPE, encodeMessage({ noBinding: words }));
  })
  .finally(() => process.exit(0));
