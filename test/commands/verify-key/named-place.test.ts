import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { namedPlace } from '../../../src/commands/data-keys/verify-key/proof.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const folder = useTempFolder();

/** What `--against` names, and how drill finds it: FOLDER is the working folder. */
it.each([
  ['k1.json', 'k1', 'FOLDER/backups'],
  ['./k1', 'k1', 'FOLDER/backups'],
  ['../backups/a.b.json', 'a.b', 'FOLDER/backups'],
  ['../link/k1.json', 'k1', 'FOLDER/backups'],
  ['./store:k1', 'store:k1', 'FOLDER/backups'],
  ['./secret:k1', 'secret:k1', 'FOLDER/backups'],
  ['secret:k1', 'k1', 'secret:'],
  ['secret:team/k1', 'team/k1', 'secret:'],
  ['store:k1', 'k1', 'store:'],
  ['store:a.b.json', 'a.b.json', 'store:'],
])('calls the backup %s %s of %s in a proof', async (place, name, placeId) => {
  mkdirSync(join(folder(), 'backups'));
  symlinkSync('backups', join(folder(), 'link'));
  expect(await namedPlace(place, { cwd: join(folder(), 'backups') })).toEqual({
    name,
    placeId: placeId.replace('FOLDER', folder()),
  });
});
