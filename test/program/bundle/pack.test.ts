/* The chunks that the build makes, and what loads them. */
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildName, bundleProgram, packOf } from '../../../scripts/bundle/program.js';
import { parsePack } from '../../../src/start/pack.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

let chunks: readonly (readonly [string, string])[];
beforeAll(async () => {
  ({ chunks } = await bundleProgram(root));
});

describe('a pack', () => {
  it('is two lines, and gives back each chunk', () => {
    const pack = packOf(chunks);
    expect(pack.trimEnd().split('\n')).toHaveLength(2);
    const bodyOf = parsePack(`a program\n${pack}`, 'file');
    for (const [name, text] of chunks) expect(bodyOf(name)).toBe(text);
    expect(() => bodyOf('none.js')).toThrow('no chunk none.js');
    for (const damaged of [pack.slice(0, -100), `${pack}\n`, '']) {
      expect(() => parsePack(damaged, 'file')).toThrow('file is cut short or changed');
    }
  });

  it('names the build, by the chunks and what loads them', async () => {
    const name = await buildName(root, packOf(chunks));
    expect(name).toMatch(/^[0-9a-f]{16}$/);
    expect(await buildName(root, packOf(chunks))).toBe(name);
    expect(await buildName(root, packOf(chunks.slice(1)))).not.toBe(name);
  });
});
