import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kmsxError } from '../../../../src/base/error.ts';
import type { BatchCommand } from '../../../../src/batch/manifest/fields.ts';
import { BATCH_COMMANDS, fieldsOf } from '../../../../src/batch/manifest/fields.ts';
import type { ManifestLine } from '../../../../src/batch/manifest/manifest.ts';
import { manifestLines, validateManifest } from '../../../../src/batch/manifest/manifest.ts';
import type { ManifestSource } from '../../../../src/batch/manifest/source.ts';
import { manifestInFile, manifestInMemory } from '../../../../src/batch/manifest/source.ts';
import { useTempFolder } from '../../../support/temp-folder.ts';

const folder = useTempFolder();
const memory = (text: string | Buffer): ManifestSource =>
  manifestInMemory(Buffer.from(text), 'm.jsonl');

interface Read {
  readonly lines: readonly ManifestLine[];
  readonly mistakes: readonly string[];
}

async function read(
  source: ManifestSource,
  command: BatchCommand = 'export-key',
  namesFiles = false,
): Promise<Read> {
  const lines: ManifestLine[] = [];
  const mistakes: string[] = [];
  await validateManifest(source, {
    command,
    namesFiles,
    check: (line) => Promise.resolve(void lines.push(line)),
    onMistake: ({ message }) => Promise.resolve(void mistakes.push(message)),
  });
  return { lines, mistakes };
}

describe('a manifest', () => {
  it('reads the same from JSON Lines and from CSV', async () => {
    const json = [
      '{"Name":"a","KeyId":"alias/x","Pubkey":["1.pem","2.pem"],"Context":{"k":"v,w","__proto__":"p"},"Bind":true}',
      '{"Name":"b","NumberOfBytes":16}',
    ];
    const csv = [
      'Name,KeyId,Pubkey,Pubkey,Context.k,Context.__proto__,Bind,NumberOfBytes',
      'a,alias/x,1.pem,2.pem,"v,w",p,true,',
      'b,,,,,,,16',
    ];
    const fromJson = await read(memory(`${json.join('\n')}\n`));
    expect(fromJson.mistakes).toEqual([]);
    expect(fromJson.lines.map(({ line }) => line)).toEqual([1, 2]);
    for (const end of ['\n', '\r\n']) {
      const fromCsv = await read(memory(`\ufeff${csv.join(end)}${end}`));
      expect(fromCsv.mistakes).toEqual([]);
      expect(fromCsv.lines.map(({ line }) => line)).toEqual([2, 3]);
      expect(fromCsv.lines.map(({ values }) => values)).toEqual(
        fromJson.lines.map(({ values }) => ({ ...values, ...list(values.Pubkey) })),
      );
    }
    expect(Object.keys(fromJson.lines[0]?.values.Context ?? {})).toEqual(['k', '__proto__']);
  });

  it('counts the lines of CSV by line breaks, those in values and empty ones too', async () => {
    const { lines } = await read(memory('Name,KeyId\n\na,"x\ny"\n\n"b",z\n'));
    expect(lines.map(({ name, line }) => [name, line])).toEqual([
      ['a', 3],
      ['b', 6],
    ]);
  });

  const ROWS = ['Name,Context.p', 'a,v', 'b,w', 'c,"x\ny"', 'd,"x\r\ny"', 'e,"x\ry"', 'f,z'];
  it.each(['\n', '\r\n', '\r'])('gives each row of CSV a line of its own: %j', async (end) => {
    for (const gap of ['', end, `${end}${end}`]) {
      const text = ROWS.join(`${end}${gap}`);
      for (const last of ['', end, `${end}${end}`]) {
        const { lines, mistakes } = await read(memory(text + last));
        const starts = ['a', 'b', 'c', 'd', 'e', 'f'].map(
          (name) =>
            text.slice(0, text.search(new RegExp(`\\b${name},`))).split(/\r\n|\r|\n/).length,
        );
        expect(mistakes).toEqual([]);
        expect(lines.map(({ line }) => line)).toEqual(starts);
      }
    }
  });

  it.each([
    ['the last row ends otherwise', 'Name,Context.p\r\nn0,v\r\nn1,w\n', [3]],
    ['a row ends otherwise', 'Name,Context.p\nn0,v\r\nn1,w\n', [2]],
    ['all rows but one', 'Name,Context.p\r\nn0,v\nn1,w\r\nn2,x\r\n', [2]],
    ['a lone CR stands in a value', 'Name,Context.p\nn0,a\rb\nn1,w\n', [2]],
    ['a lone LF stands in a value', 'Name,Context.p\r\nn0,a\nb\r\nn1,w\r\n', [2]],
  ])('refuses a row of CSV where %s', async (_, text, at) => {
    const { mistakes } = await read(memory(text));
    expect(mistakes.map((each) => /^line (\d+): /.exec(each)?.[1])).toEqual(at.map(String));
    expect(mistakes.join()).toMatch(/lines end differently|values and the header/);
  });

  it.each([
    ['Name,Context.a,Context.a\nn,1,2\n', 'm.jsonl has the column Context.a twice'],
    ['Name,KeyId,Context.a,ToContext.a,Context.a\n', 'm.jsonl has the column Context.a twice'],
  ])('refuses the header of %j', async (text, message) => {
    await expect(read(memory(text))).rejects.toThrow(message);
  });

  it.each([
    ['JSON Lines', '{"Name":"a"}\n{"Name":"b"}\n'],
    ['CSV', 'Name\na\nb\n'],
    ['a header that is none', 'a,b\n'],
  ])('is let go where it is left before its end: %s', async (_, text) => {
    let isOpen = false;
    const source: ManifestSource = {
      ...memory(text),
      chunks: async function* () {
        isOpen = true;
        try {
          for (;;) yield await Promise.resolve(Buffer.from(text));
        } finally {
          isOpen = false;
        }
      },
    };
    const first = async (): Promise<void> => {
      for await (const { name } of manifestLines(source, 'export-key')) {
        expect(name).toBe('a');
        return;
      }
    };
    await first().catch(() => undefined);
    expect(isOpen).toBe(false);
  });

  it('may be cut into any chunks', async () => {
    const text = Array.from(
      { length: 50 },
      (_, n) => `{"Name":"ü${n}`.replace('ü', 'u') + '"}\r\n',
    );
    const whole = memory(text.join(''));
    const bytes = Buffer.from(text.join(''));
    const source: ManifestSource = {
      ...whole,
      chunks: async function* () {
        for (let at = 0; at < bytes.length; at += 7)
          yield await Promise.resolve(bytes.subarray(at, at + 7));
      },
    };
    expect((await read(source)).lines).toEqual((await read(whole)).lines);
  });

  const MISTAKES: readonly (readonly [text: string, mistakes: readonly string[]])[] = [
    ['{"Name":"a"}\n{"Name":\n', ['line 2: the line is not JSON, or is cut short']],
    ['{"Name":"a"}\n[]\n', ['line 2: the line is not a JSON object']],
    ['{"Name":"a","Name":"b"}', ['line 1: the line has the name "Name" twice in one object']],
    ['{"Name":"a"}\n\n{"Name":"a"}\n', ['line 3: the Name a stands in line 1 too']],
    [
      '{"KeyId":"x"}',
      [
        'line 1: Name is missing: up to 128 letters, digits and ._- of which the first is a letter or digit',
      ],
    ],
    [
      '{"Name":"../x","KeyIds":1,"KeyId":2,"Pubkey":[],"Context":{"a":1},"Bind":"yes","NumberOfBytes":[]}',
      [
        'line 1: "KeyIds" is no field of a line of batch export-key; did you mean KeyId?',
        'line 1: KeyId is not text',
        'line 1: Pubkey is empty',
        'line 1: Context is not an object of strings',
        'line 1: Bind is neither true nor false',
        'line 1: NumberOfBytes is not a number',
        'line 1: Name is malformed: up to 128 letters, digits and ._- of which the first is a letter or digit',
      ],
    ],
    ['Name,KeyId\na\n', ['line 2: the row has 1 values and the header 2 columns']],
    [
      'Name,Context,Context.a\na,b,c\n',
      ['line 2: Context is both a column and the beginning of another'],
    ],
    [
      '{"Name":"a\ufffd"}\n'.replace('\ufffd', '\u0000'),
      ['line 1: the line contains NUL bytes: it is not text'],
    ],
  ];

  it.each(MISTAKES)('%j has mistakes, each with its line', async (text, expected) => {
    expect((await read(memory(text))).mistakes).toEqual(expected);
  });

  it('tells what the command finds wrong, of every line', async () => {
    const mistakes: string[] = [];
    const validated = await validateManifest(memory('{"Name":"a"}\n{"Name":"b"}\n{"Name":"c"}'), {
      command: 'unwrap-key',
      namesFiles: true,
      check: ({ name }) =>
        name === 'b'
          ? Promise.resolve()
          : Promise.reject(kmsxError('file-missing', `${name} is none`)),
      onMistake: ({ message, code }) => Promise.resolve(void mistakes.push(`${code}: ${message}`)),
    });
    expect(validated).toEqual({ count: 3, mistakes: 2, lastLine: 3 });
    expect(mistakes).toEqual([
      'file-missing: line 1: a is none',
      'file-missing: line 3: c is none',
    ]);
  });

  it('has names that differ by more than letter case, where they become those of files', async () => {
    const text = '{"Name":"a"}\n{"Name":"A"}\n';
    expect((await read(memory(text))).mistakes).toEqual([]);
    expect((await read(memory(text), 'export-key', true)).mistakes).toEqual([
      'line 2: the Name A stands in line 1 too, at most in other letter case',
    ]);
  });

  it.each(BATCH_COMMANDS)('takes for %s its own fields alone', async (command) => {
    const own = fieldsOf(command);
    for (const field of new Set(BATCH_COMMANDS.flatMap(fieldsOf))) {
      const value = field === 'Name' ? 'a' : 7;
      const { mistakes } = await read(
        memory(JSON.stringify({ Name: 'a', [field]: value })),
        command,
      );
      const isUnknown = mistakes.some((each) => each.includes('is no field'));
      expect(isUnknown, field).toBe(!own.includes(field));
    }
  });

  it.each([
    ['what is neither', 'hello\n', /neither JSON Lines nor CSV/],
    ['an endless line', `{"Name":"${'a'.repeat(1_100_000)}`, /line 1 is longer than 1 MiB/],
  ])('ends with %s', async (_, text, message) => {
    await expect(read(memory(text))).rejects.toThrow(message);
  });

  it.each([
    ['in the header', 'Na"me,KeyId\na,b\n', 1],
    ['in a value', 'Name,KeyId\na,b\nc,al"ias/x\nd,e\n', 3],
    ['in the last value', 'Name,KeyId\na,b\nc,al"ias/x\n', 3],
    ['after a value with CRLF', 'Name,KeyId\r\na,"x\r\ny"\r\n\r\nc,al"ias\r\n', 5],
    ['that is not closed', 'Name,KeyId\na,b\n\nc,"d\ne,f\ng,h\n', 4],
    ['that closes too early', 'Name,KeyId\na,b\nc,"d\ne"f\ng,h\n', 3],
    ['before more than a row may have', `Name,KeyId\na,b\nc,"${'x'.repeat(1_100_000)}"\n`, 3],
  ])('tells the row of CSV with a stray quotation mark %s', async (_, text, line) => {
    const bytes = Buffer.from(text);
    const cut: ManifestSource = {
      ...memory(text),
      chunks: async function* () {
        const size = text.length < 1000 ? 5 : 65_536;
        for (let at = 0; at < bytes.length; at += size)
          yield await Promise.resolve(bytes.subarray(at, at + size));
      },
    };
    for (const source of [memory(text), cut]) {
      await expect(read(source)).rejects.toMatchObject({
        code: 'manifest-malformed',
        message: `m.jsonl line ${line}: the CSV can't be read from here on`,
      });
    }
  });
});

describe('a manifest in a file', () => {
  it('is read again only as it was', async () => {
    const path = join(folder(), 'm.jsonl');
    const line = (n: number): string =>
      `${JSON.stringify({ Name: `k${n}`, KeyId: 'x'.repeat(60) })}\n`;
    const lines = Array.from({ length: 3000 }, (_, n) => line(n));
    writeFileSync(path, lines.join(''));
    const source = manifestInFile(path, 'm.jsonl');
    expect((await read(source)).lines).toHaveLength(3000);
    const { fingerprint } = source;
    expect(fingerprint).toMatch(/^SHA256:[0-9a-f]{64}$/);
    expect(fingerprint).toBe(memory(lines.join('')).fingerprint);
    const names = async (): Promise<string[]> => {
      const seen: string[] = [];
      for await (const { name } of manifestLines(source, 'export-key')) seen.push(name);
      return seen;
    };
    expect(await names()).toHaveLength(3000);
    // Changed after what was given out: nothing of the changed part is.
    for (const changed of [
      [...lines.slice(0, 2900), line(9999), ...lines.slice(2901)],
      lines.slice(0, -1),
    ]) {
      writeFileSync(path, changed.join(''));
      await expect(names()).rejects.toThrow('was changed while it was worked on');
    }
  });

  it.each([
    ['is not there', 'none.jsonl', 'file-missing'],
    ['is a folder', '.', 'input-is-folder'],
  ])('that %s is told', async (_, name, code) => {
    const source = manifestInFile(join(folder(), name), name);
    await expect(read(source)).rejects.toThrow(expect.objectContaining({ code }) as Error);
  });
});

function list(pubkey: readonly string[] | undefined): object {
  return pubkey === undefined ? {} : { Pubkey: [...pubkey] };
}
