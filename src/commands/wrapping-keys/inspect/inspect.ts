import type { Command } from 'commander';
import { existsSync } from 'node:fs';
import { absolutePath } from '../../../base/files/absolute-path.ts';
import { hasCode, KmsxError, kmsxError } from '../../../base/error.ts';
import { SECRET_PREFIX } from '../../../base/place-prefixes.ts';
import { shellWord } from '../../../base/text/shell-word.ts';
import { exitCodeOf } from '../../../terminal/exit-codes.ts';
import { assertOneStdin, readInput } from '../../../terminal/files/inputs.ts';
import type { Io } from '../../../terminal/io.ts';
import { colorsStdout } from '../../../terminal/output/color.ts';
import { printResults } from '../../../terminal/output/json-output.ts';
import type { Session } from '../../../terminal/session.ts';
import { assertSafeEnvironment, createSession } from '../../../terminal/session.ts';
import { PLAINTEXT_KEY } from '../../../documents/inspect/inspect-bare.ts';
import { inspectFile } from '../../../documents/inspect/inspect-file.ts';
import type { Inspection, NamedInspection } from '../../../documents/inspect/inspect-relations.ts';
import { inspectedFiles } from '../../../documents/inspect/inspect-relations.ts';
import { describe } from '../../shared/describe.ts';
import type { RecipeName } from '../../../data-key/recipe.ts';
import { RECIPE_NAMES } from '../../../data-key/recipe.ts';
import { oneOf } from '../../../terminal/options.ts';
import { printRecipes } from './recipes.ts';
import { inspectTable } from './table.ts';

/** `kmsx inspect`: says what files are, offline. */
export function defineInspect(command: Command, io: Io): void {
  describe(command, {
    text: 'Says what each file is, offline: a document of kmsx, an answer of KMS, a public or private key (never its secret part), a bare ciphertext; and which of them belong together. A table on a terminal, JSON Lines elsewhere. A file that is none of these is an error; the others are still shown.',
    examples: [
      ['what a public key is, and its fingerprint', 'kmsx inspect wrapping.pub.pem'],
      [
        'which keys an export is for',
        'kmsx inspect export.json | jq -r ".Exports[].PublicKeyFingerprint"',
      ],
      [
        'how OpenSSL opens an export',
        'kmsx inspect --recipe openssl export.json | jq -r ".Commands[]"',
      ],
      [
        'which backup belongs to an export',
        'kmsx inspect export.json *.backup.json | jq -r "select(.SameCiphertextBlobAs).File"',
      ],
    ],
    exitCodes: [0, 2, 7],
  });
  command.argument('<file...>', 'files; - is standard input');
  command.addOption(
    oneOf(
      '--recipe <program>',
      'print the commands with which another program opens an export document',
      RECIPE_NAMES,
    ),
  );
  command.action(async (files: readonly string[], { recipe }: { readonly recipe?: RecipeName }) => {
    const session = createSession(command, io);
    if (recipe === undefined) await runInspect(files, session);
    else await printRecipes(files, recipe, session);
  });
}

/** Prints what is known of every file, then the errors; the exit code is the highest of theirs. */
async function runInspect(files: readonly string[], session: Session): Promise<void> {
  assertSafeEnvironment(session.io);
  assertOneStdin(files.map((path) => ({ option: 'a file argument', path })));
  const inspected: NamedInspection[] = [];
  const failures: KmsxError[] = [];
  for (const file of files) {
    try {
      inspected.push({ file, ...(await readAndInspect(file, session)) });
    } catch (error) {
      if (!(error instanceof KmsxError)) throw error;
      failures.push(withoutCircle(error));
    }
  }
  if (inspected.length > 0) {
    const results = inspectedFiles(inspected);
    const colored = colorsStdout(session.io, session.options.color);
    const text = (_: unknown, columns: number): string =>
      inspectTable(results, inspected, columns, colored);
    await printResults(results, text, session);
  }
  for (const each of inspected) await warnOfPlaintext(each, session);

  failures.sort((a, b) => exitCodeOf(a.kind) - exitCodeOf(b.kind));
  const worst = failures.pop();
  for (const failure of failures) await session.reporter.error(failure);
  if (worst !== undefined) throw worst;
}

/** The usual hint of a file that nobody knows is to inspect it. */
function withoutCircle(error: KmsxError): KmsxError {
  const isUnknown = hasCode(error, 'document-malformed') && error.details.field === undefined;
  if (!isUnknown || error.hints !== undefined) return error;
  return error.with({ hints: ['kmsx help documents lists what kmsx reads and writes'] });
}

/** A plaintext key is easily left lying about. */
async function warnOfPlaintext(
  { file, facts: { MayBe, HoldsPlaintext } }: NamedInspection,
  { reporter }: Session,
): Promise<void> {
  const mayBe = Array.isArray(MayBe) && MayBe.includes(PLAINTEXT_KEY);
  if (!mayBe && HoldsPlaintext !== true) return;
  const verb = mayBe ? 'may be' : 'holds';
  await reporter.warn(`${file} ${verb} a ${PLAINTEXT_KEY}: whoever can read it has the key`);
}

async function readAndInspect(file: string, { io, reporter }: Session): Promise<Inspection> {
  if (file.startsWith(SECRET_PREFIX)) assertFile(file, io);
  const { bytes, label } = await readInput(file, 'a key or document', io, reporter);
  try {
    return await inspectFile(bytes, label);
  } finally {
    bytes.fill(0);
  }
}

/** A file may have such a name too: it is a file if it exists. */
function assertFile(file: string, io: Io): void {
  if (existsSync(absolutePath(io.cwd, file))) return;
  const message = `${file} is not a file here, and inspect is offline: it does not ask KMS for a secret`;
  throw kmsxError('file-missing', message, {
    hints: [`kmsx recover-key --in ${shellWord(file)} --check-value-only reads it from KMS`],
  });
}
