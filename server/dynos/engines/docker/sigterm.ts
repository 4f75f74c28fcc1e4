import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';

/** Milliseconds between two looks, and how many looks at most. */
const PAUSE = 20;
const LOOKS = 150;
/** SIGTERM's bit in the kernel's masks. */
const SIGTERM = 1n << 14n;

/**
 * Resolves when the process would notice a SIGTERM, or after 3 s. The kernel drops signals that PID 1 of a container
 * isn't prepared for: one sent in the first moments of a dyno would be lost, and its stop take the whole time-out.
 */
export async function untilTakingSigterm(pid: number): Promise<void> {
  for (let looks = 0; looks < LOOKS; looks += 1) {
    const status = await readFile(`/proc/${String(pid)}/status`, 'utf8').catch(() => null);
    if (status === null || takesSigterm(status)) return;
    await setTimeout(PAUSE);
  }
}

/** By its /proc/PID/status: it catches the signal, or blocks it so as to wait for it, as dumb-init does. */
export function takesSigterm(status: string): boolean {
  return ['SigBlk', 'SigCgt'].some((mask) => {
    const digits = new RegExp(`^${mask}:\\s*([0-9a-f]+)$`, 'm').exec(status)?.[1];
    return digits !== undefined && (BigInt(`0x${digits}`) & SIGTERM) !== 0n;
  });
}
