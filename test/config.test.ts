import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from '../server/config.ts';

const IMAGES = { run: 'stack:run', build: 'stack:build' };

test('without any setting everything has its default', () => {
  const config = readConfig(IMAGES, {});
  assert.equal(config.home, '/var/lib/monoku');
  assert.equal(config.domain, 'localhost');
  assert.deepEqual([config.httpPort, config.publicHttpPort, config.apiPort], [8080, 8080, 5443]);
  assert.deepEqual([config.runImage, config.buildImage], ['stack:run', 'stack:build']);
  assert.deepEqual([config.bootTimeout, config.stopTimeout], [60, 30]);
  assert.deepEqual(config.buildEnv, {});
});

test('a setting wins over its default, and the public port follows the port', () => {
  const config = readConfig(IMAGES, {
    MONOKU_HTTP_PORT: '80',
    MONOKU_DOMAIN: 'Apps.Example.com',
    MONOKU_RUN_IMAGE: 'heroku/heroku:24',
    MONOKU_BUILD_ENV: 'HTTP_PROXY, PIP_INDEX_URL ABSENT',
    HTTP_PROXY: 'http://proxy:3128',
    PIP_INDEX_URL: '',
    SECRET: 'not asked for',
  });
  assert.equal(config.publicHttpPort, 80);
  assert.equal(config.domain, 'apps.example.com');
  assert.equal(config.runImage, 'heroku/heroku:24');
  assert.deepEqual(config.buildEnv, { HTTP_PROXY: 'http://proxy:3128', PIP_INDEX_URL: '' });
});

test('every setting that can not be used is named with what was expected', () => {
  const wrong = {
    MONOKU_HTTP_PORT: '99999',
    MONOKU_DOMAIN: 'bad domain!',
    MONOKU_ADMIN_EMAIL: 'nobody',
    MONOKU_BUILDS_AT_ONCE: '0',
    MONOKU_LOG_LEVEL: 'loud',
    MONOKU_HOME: 'relative',
  };
  assert.throws(
    () => readConfig(IMAGES, wrong),
    (error: Error) => {
      for (const name of Object.keys(wrong))
        assert.match(error.message, new RegExp(`^${name} is not usable: `, 'm'));
      return true;
    },
  );
});
