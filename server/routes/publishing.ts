import type { RouteTable } from '../../router/contract.ts';
import { createRouteTable, type RoutableApp, type TableStamp } from './table.ts';

interface Dependencies {
  /** Everything that is routed, as it is now. */
  apps(): readonly RoutableApp[];
  publish(table: RouteTable): Promise<void>;
  readonly stamp: Omit<TableStamp, 'number'>;
}

export interface Publishing {
  /** The first table. Until then routers keep the one they have, since not every app was looked at. */
  begin(): Promise<void>;
  /** Resolves when the routers have in force what is true at the time of the call. */
  publish(): Promise<void>;
}

/** Makes tables of what there is and hands them on; who asks while one waits to be made shares it. */
export function createPublishing({ apps, publish, stamp }: Dependencies): Publishing {
  const begun = Promise.withResolvers<undefined>();
  let number = 0;
  let next: Promise<void> | null = null;

  async function makeAndPublish(): Promise<void> {
    await begun.promise;
    next = null;
    number += 1;
    await publish(createRouteTable(apps(), { ...stamp, number }));
  }

  function publishSoon(): Promise<void> {
    next ??= makeAndPublish();
    return next;
  }

  return {
    begin() {
      const first = publishSoon();
      begun.resolve(undefined);
      return first;
    },
    publish: publishSoon,
  };
}
