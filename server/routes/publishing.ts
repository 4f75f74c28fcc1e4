import type { RouteTable } from '../../router/contract.ts';
import { createRouteTable, type RoutableApp, type TableStamp } from './table.ts';

interface Dependencies {
  /** Everything that is routed, as it is now. */
  apps(): readonly RoutableApp[];
  publish(table: RouteTable): Promise<void>;
  readonly stamp: Omit<TableStamp, 'number'>;
}

/** Makes tables of what there is and hands them on; who asks while one waits to be made shares it. */
export function createPublishing({ apps, publish, stamp }: Dependencies): {
  publish(): Promise<void>;
} {
  let number = 0;
  let next: Promise<void> | null = null;

  async function makeAndPublish(): Promise<void> {
    await Promise.resolve();
    next = null;
    number += 1;
    await publish(createRouteTable(apps(), { ...stamp, number }));
  }

  return {
    /** Resolves when the routers have in force what is true at the time of the call. */
    publish() {
      next ??= makeAndPublish();
      return next;
    },
  };
}
