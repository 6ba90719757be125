/* Under which licences the packages in the bundle are given, and the texts that go with them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What package.json may declare, and the SPDX id that kmsx takes it under. Nothing else is bundled. */
const ALLOWED = {
  MIT: 'MIT',
  ISC: 'ISC',
  'BSD-3-Clause': 'BSD-3-Clause',
  'Apache-2.0': 'Apache-2.0',
  '(BSD-3-Clause OR GPL-2.0)': 'BSD-3-Clause',
  '(MIT OR Apache-2.0)': 'MIT',
};

const ALIBABA_CLOUD = 'Copyright (c) 2009-present, Alibaba Cloud All rights reserved.';
const JACKSON_TIAN = 'Copyright (c) Jackson Tian';

/** Packages without a file of their licence: what they say of it, and where. */
const STATED = {
  '@alicloud/endpoint-util': ['Apache-2.0', 'README.md', ALIBABA_CLOUD],
  '@alicloud/gateway-spi': ['ISC', 'package.json', ALIBABA_CLOUD],
  '@alicloud/kms20160120': ['Apache-2.0', 'README.md', ALIBABA_CLOUD],
  '@alicloud/openapi-client': ['Apache-2.0', 'README.md', ALIBABA_CLOUD],
  '@alicloud/openapi-util': ['ISC', 'package.json', ALIBABA_CLOUD],
  '@alicloud/rpc-client': ['Apache-2.0', 'README.md', ALIBABA_CLOUD],
  '@alicloud/rpc-util': ['Apache-2.0', 'README.md', ALIBABA_CLOUD],
  '@alicloud/tea-typescript': ['Apache-2.0', 'README.md', ALIBABA_CLOUD],
  '@alicloud/tea-util': ['Apache-2.0', 'package.json', ALIBABA_CLOUD],
  '@alicloud/tea-xml': ['Apache-2.0', 'README.md', ALIBABA_CLOUD],
  '@darabonba/typescript': ['Apache-2.0', 'README.md', JACKSON_TIAN],
  httpx: ['MIT', 'README.md', JACKSON_TIAN],
  'pg-types': ['MIT', 'README.md', 'Copyright (c) 2014 Brian M. Carlson'],
};

const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
associated documentation files (the "Software"), to deal in the Software without restriction,
including without limitation the rights to use, copy, modify, merge, publish, distribute,
sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial
portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT
NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES
OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`;

const ISC = `Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee
is hereby granted, provided that the above copyright notice and this permission notice appear in all
copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS
SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE
AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES
WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE
OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS
SOFTWARE.
`;

/**
 * @param {import('./bundled-packages.js').BundledPackage} bundled
 * @param {string} root
 * @returns {{ id: string, texts: readonly string[] }} the licence's SPDX id; its text and notices
 * @throws for a licence that is not allowed, and a package whose text is not known
 */
export function licenceOf({ name, version, declared, folder }, root) {
  const texts = readdirSync(join(root, folder))
    .filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
    .sort()
    .map((file) => readFileSync(join(root, folder, file), 'utf8'));
  const stated = STATED[name];
  if (texts.length > 0 && stated === undefined) {
    const id = ALLOWED[declared];
    if (id === undefined) throw new Error(`${name} ${version}: ${declared} must not be bundled`);
    return { id, texts };
  }
  if (texts.length > 0 || stated === undefined) {
    throw new Error(`${name} ${version}: scripts/package/licences.js does not fit its licence`);
  }
  const [id, source, copyright] = stated;
  const standard = { MIT, ISC, 'Apache-2.0': readFileSync(join(root, 'LICENSE'), 'utf8') }[id];
  const remark = `The package has no file of its licence; its ${source} says ${id}.`;
  return { id, texts: [`${remark}\n\n${copyright}\n\n${standard}`] };
}
