/* The bill of materials, by the schema and the program of those who make the standard. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { KMSX } from '../../support/kmsx.ts';
import { installedPackages } from '../../support/npm-packages.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const VALIDATE = `
  const { readFileSync } = require('node:fs');
  const { Spec, Validation } = require('@cyclonedx/cyclonedx-library');
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
  validator.validate(readFileSync(process.argv[1], 'utf8')).then((errors) => {
    console.log(JSON.stringify(errors));
  });
`;

const folder = useTempFolder();

it('is CycloneDX 1.6, strictly', () => {
  const packages = installedPackages(
    '@cyclonedx/cyclonedx-library@10.3.0',
    'ajv@8.20.0',
    'ajv-formats@3.0.1',
    'ajv-formats-draft2019@1.6.1',
  );
  const validate = (path: string): unknown =>
    JSON.parse(
      execFileSync(process.execPath, ['-e', VALIDATE, path], {
        cwd: dirname(packages),
        encoding: 'utf8',
      }),
    );
  expect(validate(join(dirname(dirname(KMSX)), 'dist', 'kmsx.cdx.json'))).toBeNull();
  const wrong = join(folder(), 'wrong.json');
  writeFileSync(wrong, JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', tools: [] }));
  expect(validate(wrong)).not.toBeNull();
});
