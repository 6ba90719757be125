import { kmsxError } from '../../../base/error.ts';
import type { Recipe, RecipeName } from '../../../data-key/recipe.ts';
import { recipesFor } from '../../../data-key/recipe.ts';
import { readEnvelope } from '../../../documents/read-document.ts';
import { readInput } from '../../../terminal/files/inputs.ts';
import { printResults } from '../../../terminal/output/json-output.ts';
import { printable } from '../../../terminal/output/printable.ts';
import type { Session } from '../../../terminal/session.ts';
import { assertSafeEnvironment } from '../../../terminal/session.ts';

/**
 * Prints how another program opens each export of each document: JSON Lines, on a terminal the commands as they are typed.
 *
 * @throws KmsxError `document-malformed` for what is no export document; `not-offered-yet` where the program opens none
 * of its exports; those of reading
 */
export async function printRecipes(
  files: readonly string[],
  name: RecipeName,
  session: Session,
): Promise<void> {
  const { io, reporter } = session;
  assertSafeEnvironment(io);
  const recipes: Recipe[] = [];
  for (const file of files) {
    if (file === '-') {
      throw kmsxError('bad-usage', 'a recipe reads the document again: give it as a file', {
        hints: ['kmsx inspect --recipe openssl export.json'],
      });
    }
    const { bytes, label } = await readInput(file, 'an export document', io, reporter);
    const envelope = readEnvelope(bytes, label);
    if (envelope.kind !== 'export') {
      throw kmsxError('document-malformed', `${label} is no export document`, {
        details: { label },
      });
    }
    const found = recipesFor(envelope.document, name, file);
    if (found.length === 0) {
      throw kmsxError('not-offered-yet', `${label} has no export that ${name} opens`);
    }
    recipes.push(...found);
  }
  await printResults(recipes, asTyped, session);
}

function asTyped(recipes: readonly Recipe[]): string {
  const text = recipes
    .map(({ Needs, PublicKeyFingerprint, Variables, Commands }) =>
      [
        `# for ${PublicKeyFingerprint}`,
        `# needs ${Needs}`,
        ...Object.entries(Variables).map(([variable, meaning]) => `# ${variable}: ${meaning}`),
        ...Commands,
        '',
      ].join('\n'),
    )
    .join('\n');
  return printable(text);
}
