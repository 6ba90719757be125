import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSecretFile } from '../../../src/credentials/secret-file.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const folder = useTempFolder();

describe('a file with secrets', () => {
  it('is refused if it is larger than one MiB, and never cut short', async () => {
    const path = join(folder(), 'credentials');
    for (const size of [0, 1, 1024 * 1024]) {
      writeFileSync(path, 'x'.repeat(size), { mode: 0o600 });
      expect((await readSecretFile(path, 'the file', undefined))?.text).toHaveLength(size);
    }
    writeFileSync(path, 'x'.repeat(1024 * 1024 + 1));
    await expect(readSecretFile(path, 'the file', undefined)).rejects.toMatchObject({
      code: 'file-unreadable',
      message: 'the file cannot be read (EFBIG)',
    });
  });
});
