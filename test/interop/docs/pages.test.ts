/* Every page of the documentation is typed into a shell, block by block, and prints what it says. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { blocksOf, patternOf } from '../../support/docs/blocks.ts';
import { printedBlocks } from '../../support/docs/page-script.ts';
import type { RunPage } from '../../support/docs/pages.ts';
import { NO_COMMANDS, PAGES } from '../../support/docs/pages.ts';
import { runPage } from '../../support/docs/run-page.ts';
import { SEED } from '../../support/docs/seed.ts';
import { KMSX } from '../../support/kmsx.ts';
import { useNetwork } from '../../support/network/namespace.ts';

const root = dirname(dirname(KMSX));
const read = (page: string): string => readFileSync(join(root, page), 'utf8');
const isRun = (row: (typeof PAGES)[number]): row is RunPage => !('notRun' in row);

const INSTANCE = 'kst-hzz65f3a0b1c2d3e4f5g6.cryptoservice.kms.aliyuncs.com';
const network = useNetwork({ hosts: ['127.0.0.1 localhost', `127.0.0.1 ${INSTANCE}`] });
let env: Record<string, string>;

beforeAll(async () => {
  execFileSync(process.execPath, ['scripts/standalone.js'], { cwd: root, stdio: 'pipe' });
  writeFileSync(join(network().folder, 'seed.json'), JSON.stringify(SEED));
  const { announcement } = await network().localKms(['--seed', 'seed.json']);
  await network().localKms('--seed seed.json --state gateway --tls --port 443'.split(' '));
  env = {
    KMSX_ENDPOINT: announcement.Endpoint,
    ALIBABA_CLOUD_ACCESS_KEY_ID: announcement.AccessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: announcement.AccessKeySecret,
    STANDALONE: join(root, 'kmsx-standalone.cjs'),
    GATEWAY_CA: join(network().folder, 'gateway', 'ca.pem'),
  };
});

describe('the table of pages', () => {
  it('has each page once', () => {
    const docs = readdirSync(join(root, 'docs'), { recursive: true }) as string[];
    const pages = docs.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`);
    const readmes = readdirSync(root).filter((name) => /^README.*\.md$/.test(name));
    expect(PAGES.map(({ page }) => page).sort()).toEqual([...readmes, ...pages].sort());
  });

  it.each(PAGES.filter((row) => 'notRun' in row))('has a reason not to run $page', (row) => {
    const hasCommands = blocksOf(read(row.page)).length > 0;
    expect(row.notRun === NO_COMMANDS).toBe(!hasCommands);
  });
});

/** The page is about Alibaba Cloud, which does not say that this is a rehearsal; here it is one. */
function asIfReal(printed: string, output: string): string {
  const warning =
    /^(?:kmsx: warning: |\{"Warning":\{"Message":")(?:this is|.* (?:is|are) from) a rehearsal: .*\n/gm;
  return output.includes('rehearsal: ') ? printed : printed.replaceAll(warning, '');
}

describe.each(PAGES.filter(isRun))('$page', (page) => {
  const blocks = blocksOf(read(page.page));

  it('runs, and prints what it says', async () => {
    expect(blocks.length).toBeGreaterThan(0);
    const folder = join(network().folder, page.page.replaceAll('/', '-'));
    mkdirSync(folder);
    const { code, stdout, stderr } = await runPage(page, blocks, {
      network: network(),
      folder,
      env,
    });
    const printed = printedBlocks(stdout);
    for (const [index, { output }] of blocks.entries()) {
      if (output === undefined) continue;
      const shown = printed[index] ?? '';
      expect(page.isAlibabaCloud === true ? asIfReal(shown, output) : shown).toMatch(
        patternOf(output),
      );
    }
    expect(code, `${stdout}${stderr}`).toBe(0);
    expect(printed).toHaveLength(blocks.length + 1);
  });
});
