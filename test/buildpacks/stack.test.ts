import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { ensureStack, stackTags } from '../support/stack.ts';

const make = join(import.meta.dirname, '../../buildpacks/stack/make');
const stack = ensureStack();

function inImage(image: string, script: string): string {
  return execFileSync('docker', ['run', '--rm', '--network', 'none', image, 'bash', '-c', script], {
    encoding: 'utf8',
  }).trim();
}

test('the two images are named after the same recipe', () => {
  const tags = stackTags();
  assert.match(tags.run, /^monoku\/debian-13:run-[0-9a-f]{12}$/);
  assert.equal(tags.build, tags.run.replace(':run-', ':build-'));
});

test('make has nothing to say when both images exist', () => {
  assert.equal(execFileSync(make, [], { encoding: 'utf8' }), '');
});

test('make explains its usage to whoever gives it another word', () => {
  assert.throws(
    () => execFileSync(make, ['--purge'], { encoding: 'utf8', stdio: 'pipe' }),
    /Unknown word "--purge"\.\n.*Usage: buildpacks\/stack\/make \[--tags\]/,
  );
});

test('make says that it needs root', () => {
  assert.throws(
    () => execFileSync('setpriv', ['--reuid', '65534', make], { encoding: 'utf8', stdio: 'pipe' }),
    /Making the stack needs root\.\n.*Run it again with sudo\./,
  );
});

for (const [name, image] of [
  ['run', stack.run],
  ['build', stack.build],
] as const) {
  test(`the ${name} image runs as the user dyno, at home in /app`, () => {
    const told = inImage(image, 'id -un; id -u; id -g; pwd; stat -c %U /app; echo "$LANG"');
    assert.deepEqual(told.split('\n'), ['dyno', '25000', '25000', '/app', 'dyno', 'C.UTF-8']);
  });

  test(`the ${name} image holds the programs that the platform starts`, () => {
    const programs = ['dumb-init', 'bash', 'tar', 'zstd', 'curl', 'openssl', 'jq'];
    assert.equal(inImage(image, `command -v ${programs.join(' ')} | wc -l`), '7');
  });
}

test('the run image is at most 260 MB', () => {
  const size = execFileSync('docker', ['image', 'inspect', '--format', '{{.Size}}', stack.run], {
    encoding: 'utf8',
  });
  assert.ok(Number(size) <= 260e6, size);
});

test('the run image holds no language runtime: each comes with its slug', () => {
  assert.equal(inImage(stack.run, 'command -v node python3 ruby gcc git || true'), '');
});

test('a program compiled in the build image finds its libraries in the run image', () => {
  const libraries = inImage(
    stack.build,
    'for name in pq ssl ffi sqlite3 jpeg png xml2 xslt yaml z; do echo "-l$name"; done > /tmp/flags;' +
      'echo "int main(){return 0;}" | gcc -x c -o /tmp/a - -Wl,--no-as-needed $(cat /tmp/flags);' +
      "objdump -p /tmp/a | awk '/NEEDED/ { print $2 }'",
  ).split('\n');
  assert.ok(libraries.length > 10);
  const known = inImage(stack.run, '/sbin/ldconfig -p');
  for (const library of libraries) assert.ok(known.includes(library), library);
});
