import type { ImportDocument } from '../../documents/import-document.ts';
import type { Output } from '../../terminal/files/outputs.ts';
import type { View } from '../../terminal/output/view.ts';
import { fact } from '../../terminal/output/view.ts';
import { checkValueRows, counted } from '../shared/view/rows.ts';
import { fileRows } from '../shared/view/written.ts';

/** In which tokens a data key lies now, under which names, and what each token shows of it. */
export function importView({ Imports, KeyId }: ImportDocument, out: Output): View {
  const isNew = Imports.some(({ AlreadyThere }) => AlreadyThere !== true);
  const tokens = counted(Imports.length, 'token');
  return {
    verdict: isNew
      ? `Imported the data key into ${tokens}`
      : `The data key was in ${tokens} already: nothing was changed`,
    blocks: [
      {
        rows: [
          ...(KeyId === undefined ? [] : [fact('KMS key', KeyId)]),
          ...fileRows('record', [out]),
        ],
      },
      ...Imports.map(({ Token, Serial, Label, Id, KeyCheckValues = [] }) => ({
        title: Serial === undefined ? Token : `${Token}, serial number ${Serial}`,
        rows: [
          { label: 'object', lines: [Label, `id ${Id}`, 'sensitive, not extractable'] },
          ...checkValueRows(KeyCheckValues),
        ],
      })),
    ],
  };
}
