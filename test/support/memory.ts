import { readdir, readFile, writeFile } from 'node:fs/promises';

/** Peak memory, in MB, of a process and its children of the same program since the last `reset`. */
export interface PeakMemory {
  now(): Promise<number>;
  reset(): Promise<void>;
  peak(): Promise<number>;
}

export function watchMemory(pid: number): PeakMemory {
  const sum = async (field: string): Promise<number> => {
    const family = await nodeFamily(pid);
    const sizes = await Promise.all(family.map((member) => statusOf(member, field)));
    return sizes.reduce((total, size) => total + size, 0) / 1024;
  };
  return {
    now: () => sum('VmRSS'),
    peak: () => sum('VmHWM'),
    async reset() {
      for (const member of await nodeFamily(pid)) {
        // 5: the high-water mark becomes what is used now (proc(5), clear_refs)
        await writeFile(`/proc/${member}/clear_refs`, '5');
      }
    },
  };
}

async function nodeFamily(pid: number): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const children = await Promise.all(
    pids.map(async (child) => ((await isNodeChild(child, pid)) ? [child] : [])),
  );
  return [pid, ...children.flat()];
}

async function isNodeChild(child: number, parent: number): Promise<boolean> {
  const stat = await readFile(`/proc/${child}/stat`, 'utf8').catch(() => '');
  const [, command, ppid] = /^\d+ \((.*)\) \S (\d+) /s.exec(stat) ?? [];
  return Number(ppid) === parent && command !== undefined && /^(node|MainThread)/.test(command);
}

async function statusOf(pid: number, field: string): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
}
