/* `kmsx help lost-hsm` to its end: the data key of a backup in another HSM, here a token of SoftHSM. */
import { expect, it } from 'vitest';
import { LOST_HSM } from '../../../src/commands/shell/help/tasks.ts';
import {
  exportCommand,
  topicCommands,
  topicFiles,
  topicShell,
} from '../../support/help/help-topics.ts';
import { SOFTHSM, softHsmObjects } from '../../support/hsm/real/softhsm.ts';
import { stageOf } from '../../support/hsm/real/token.ts';
import { useLocalKms } from '../../support/kmsx.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const folder = useTempFolder();
const localKms = useLocalKms();

it('the commands of the topic end with the data key in the HSM', async () => {
  const server = await localKms({ cwd: folder() }, topicFiles(folder()));
  const { token } = stageOf(SOFTHSM.setUp(folder()), folder());
  const run = topicShell(folder(), server, { ...token.env, MODULE: token.module });
  await run(
    'rm new-hsm.pub.pem; kmsx keygen --module "$MODULE" --pin-file pin.txt --token payments --label wrapping --pubkey-out new-hsm.pub.pem',
  );
  await run(exportCommand('payments.backup.json'));
  const before = softHsmObjects(folder()).length;
  for (const command of await topicCommands('lost-hsm', LOST_HSM, folder())) {
    const [, name] = command.split(' ');
    // What the topic says of an HSM that unwraps with SHA-1 alone; and a rehearsal says that it is one.
    if (name === 'reexport-key') await run(`${command} --wrapping-algorithm RSAES_OAEP_SHA_1`);
    else if (name === 'import-key') await run(`${command} --rehearsal`);
    else await run(command);
  }
  expect(softHsmObjects(folder())).toHaveLength(before + 1);
});
