import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createId, type DynoId } from '../../../../server/domain/ids.ts';
import { createFollowers } from '../../../../server/dynos/engines/docker/followers.ts';
import { collect } from '../../../support/collect.ts';

async function* numbers(count: number): AsyncGenerator<number> {
  for (let number = 1; number <= count; number += 1) yield await Promise.resolve(number);
}

test('what is followed is handed on', async () => {
  const followers = createFollowers();
  assert.deepEqual(await collect(followers.follow(createId<DynoId>(), numbers(3))), [1, 2, 3]);
});

test('a dyno that nobody follows is drained', async () => {
  await createFollowers().drained(createId<DynoId>(), 3600);
});

test(
  'a dyno is drained when its last follower has read all or left',
  { timeout: 5000 },
  async () => {
    const followers = createFollowers();
    const dyno = createId<DynoId>();
    const reader = followers.follow(dyno, numbers(2));
    const leaver = followers.follow(dyno, numbers(2));
    await Promise.all([reader.next(), leaver.next()]);
    let done = false;
    const drained = followers.drained(dyno, 3600).then(() => (done = true));
    await collect(reader);
    assert.equal(done, false);
    await leaver.return(undefined);
    assert.equal(await drained, true);
  },
);

test(
  'a follower that has stalled is waited for no longer than that',
  { timeout: 5000 },
  async () => {
    const followers = createFollowers();
    const dyno = createId<DynoId>();
    await followers.follow(dyno, numbers(2)).next();
    await followers.drained(dyno, 0.01);
  },
);

test("another dyno's followers don't matter", { timeout: 5000 }, async () => {
  const followers = createFollowers();
  await followers.follow(createId<DynoId>(), numbers(2)).next();
  await followers.drained(createId<DynoId>(), 3600);
});
