/**
 * A process that appends releases and tells of each on its standard output once it is acknowledged.
 * Arguments: file, master key in hex, app id, account id, how many.
 */
import { writeSync } from 'node:fs';
import type { AccountId, AppId } from '../../server/domain/ids.ts';
import { createStore } from '../../server/store/store.ts';

const [file = '', key = '', app = '', account = '', count = ''] = process.argv.slice(2);
const store = createStore({ file, masterKey: Buffer.from(key, 'hex'), now: () => new Date() });

for (let round = 0; round < Number(count); round += 1) {
  const text = `${process.pid}-${round}`;
  const { id, version } = store.ledger.append({
    appId: app as AppId,
    accountId: account as AccountId,
    cause: 'config',
    description: text,
    slugId: null,
    buildId: null,
    config: { TEXT: text },
    processTypes: {},
    formation: {},
  });
  store.ledger.settle(id, { status: 'succeeded' });
  writeSync(1, `${version} ${text}\n`);
}
store.close();
