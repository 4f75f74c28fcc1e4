import { readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { RouteTable } from './contract.ts';

/** The last table, on disk, for a start without a server. */
export interface SavedTable {
  /** Undefined where there is none, none that can be read, or one of another boot of the machine. */
  load(): RouteTable | undefined;
  save(table: RouteTable): Promise<void>;
}

export function createSavedTable(path: string, boot: string): SavedTable {
  let last = Promise.resolve();

  async function write(table: RouteTable): Promise<void> {
    await mkdir(dirname(path), { recursive: true });
    const temporary = `${path}.${process.pid}`;
    await writeFile(temporary, JSON.stringify(table));
    await rename(temporary, path);
  }

  return {
    load() {
      try {
        const table = JSON.parse(readFileSync(path, 'utf8')) as RouteTable;
        return table.boot === boot ? table : undefined;
      } catch {
        return undefined;
      }
    },
    async save(table) {
      const saving = last.then(() => write(table));
      last = saving.catch(() => undefined);
      await saving;
    },
  };
}
