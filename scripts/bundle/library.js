/* What other programs import, `kmsx/local-kms`: the code once, as CommonJS, which `require` loads from Node.js 20.3 on; a
   module that hands it to `import`, so that both get the same server; and the types of each. */
import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { defines } from '../defines.js';

const ENTRY = 'src/library/local-kms.ts';
const CODE = 'local-kms.cjs';

/**
 * @param {string} root - the folder of the repository
 * @returns {Promise<{ files: ReadonlyMap<string, string>, metafile: import('esbuild').Metafile }>} the files by name, and
 *   esbuild's record of what is in them
 */
export async function bundleLibrary(root) {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [ENTRY],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minifyWhitespace: true,
    minifySyntax: true, // names stay: they stand in other people's stack traces
    legalComments: 'none',
    logLevel: 'warning',
    define: defines(),
  });
  const types = declarations(root);
  const files = new Map([
    [CODE, outputFiles[0].text],
    ['local-kms.d.cts', types],
    ['local-kms.js', wrapper(namesIn(outputFiles[0].text))],
    ['local-kms.d.ts', types],
  ]);
  return { files, metafile };
}

/** esbuild writes for Node.js which names a module exports: `0&&(module.exports={A,B})`. */
function namesIn(code) {
  const [, names] = /\b0&&\(module\.exports=\{([\w,]+)\}\);?\s*$/.exec(code) ?? [];
  if (names === undefined) throw new Error('esbuild names the exports in another way');
  return names.split(',');
}

const wrapper = (names) =>
  `import library from './${CODE}';\nexport const { ${names.join(', ')} } = library;\n`;

/** Of the one file alone: what it exports is typed by nothing else. */
function declarations(root) {
  const { outputText, diagnostics = [] } = ts.transpileDeclaration(
    readFileSync(join(root, ENTRY), 'utf8'),
    {
      fileName: ENTRY,
      reportDiagnostics: true,
      compilerOptions: {
        module: ts.ModuleKind.NodeNext,
        target: ts.ScriptTarget.ES2023,
        isolatedDeclarations: true,
        strict: true,
      },
    },
  );
  const [wrong] = diagnostics;
  if (wrong !== undefined) throw new Error(ts.flattenDiagnosticMessageText(wrong.messageText, ' '));
  const other = /^import .*|\bimport\(.*/m.exec(outputText)?.[0];
  if (other !== undefined) throw new Error(`the types of ${ENTRY} need others: ${other}`);
  return outputText;
}
