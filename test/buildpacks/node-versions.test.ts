import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'node:test';

const program = join(import.meta.dirname, '../../buildpacks/nodejs/semver.jq');

const RELEASES = [
  ...['0.10.47', '0.10.48', '0.12.18', '18.2.0', '18.3.0', '18.20.8', '20.1.0', '20.20.2'],
  ...['21.7.3', '22.1.0', '22.23.3', '24.9.0', '24.21.0', '26.10.0', '27.0.0-rc.1'],
];

function resolve(range: string): string {
  const versions = Object.fromEntries(
    RELEASES.map((version) => [
      version,
      { dist: { integrity: `sha512-${version}`, tarball: 'url' } },
    ]),
  );
  return execFileSync('jq', ['--raw-output', '--arg', 'range', range, '--from-file', program], {
    input: JSON.stringify({ versions }),
    encoding: 'utf8',
  }).trim();
}

describe('a version range', () => {
  for (const [range, version] of [
    ['24.x', '24.21.0'],
    ['24', '24.21.0'],
    ['v22.1.0', '22.1.0'],
    ['= 22.1.0', '22.1.0'],
    ['^20.1.0', '20.20.2'],
    ['^0.10', '0.10.48'],
    ['~18.2', '18.2.0'],
    ['~> 18.2', '18.2.0'],
    ['~0.10.47', '0.10.48'],
    ['>=18', '26.10.0'],
    ['>= 18.0.0 <21.0.0-0', '20.20.2'],
    ['>18 <=20.2', '20.1.0'],
    ['<12', '0.12.18'],
    ['18 - 20.1', '20.1.0'],
    ['18.0.0 - 21', '21.7.3'],
    ['18.x || 20.x', '20.20.2'],
    ['14 || >=16.2 <18.3', '18.2.0'],
    ['18.x.x', '18.20.8'],
    ['20.*', '20.20.2'],
    ['*', '26.10.0'],
    ['latest', '26.10.0'],
  ] as const) {
    test(`${range} is served by ${version}`, () => {
      assert.equal(resolve(range), `${version} sha512-${version} url`);
    });
  }

  test('that nothing satisfies is served by nothing', () => {
    assert.equal(resolve('^99'), '');
    assert.equal(resolve('23.99.x'), '');
  });

  test('never brings a pre-release', () => {
    assert.equal(resolve('>=27.0.0-rc.0'), '');
  });

  for (const nonsense of ['lts/*', 'twenty', '1.2.3.4', '^x.y']) {
    test(`${nonsense} is none`, () => {
      assert.equal(resolve(nonsense), 'invalid');
    });
  }
});
