import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDyno, createStage, fetchFrom } from './stage.ts';

const timeout = 10_000;

test('a request reaches the dyno of the app whose host it names', { timeout }, async (t) => {
  const stage = await createStage(t);
  const shop = await createDyno(t, (_, response) => response.end('shop'));
  const blog = await createDyno(t, (_, response) => response.end('blog'));
  await stage.publish({ shop: { dynos: [shop] }, blog: { dynos: [blog] } });

  for (const name of ['shop', 'blog']) {
    const reply = await fetchFrom(stage, { headers: { Host: `${name}.test` } });
    assert.equal(reply.status, 200);
    assert.equal(reply.body, name);
  }
});

test(
  'the line of a request tells what happened, in the words of Heroku',
  { timeout },
  async (t) => {
    const stage = await createStage(t);
    const dyno = await createDyno(t, (_, response) => response.end('hello, world!'));
    await stage.publish({ app: { dynos: [dyno] } });

    await fetchFrom(stage, {
      path: '/cart?id="1"',
      headers: { Host: 'App.test:8080', 'X-Request-Id': 'a-request-id-of-a-client' },
    });

    assert.match(
      await stage.nextLine(),
      /^at=info method=GET path="\/cart\?id=%221%22" host=App\.test:8080 request_id=a-request-id-of-a-client fwd="127\.0\.0\.1" dyno=web\.1 connect=\d+ms service=\d+ms status=200 bytes=13 protocol=http$/,
    );
  },
);
