import { readFile } from 'node:fs/promises';

/** Whether something is mounted exactly there, in the mount namespace of this process. */
export async function isMountPoint(folder: string): Promise<boolean> {
  return mountPoints(await readFile('/proc/self/mountinfo', 'utf8')).includes(folder);
}

/** The fifth word of each line, with blanks and the like as octal escapes (proc_pid_mountinfo(5)). */
export function mountPoints(mountinfo: string): string[] {
  return mountinfo
    .split('\n')
    .flatMap((line) => line.split(' ')[4] ?? [])
    .map((path) =>
      path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8))),
    );
}
