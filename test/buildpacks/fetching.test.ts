import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createBuildSite, type BuildResult, type BuildSite } from '../support/build-container.ts';
import { serveFolder, type FileServer } from '../support/file-server.ts';
import { slugFiles } from '../support/slug-dyno.ts';

describe('what a build fetches itself', { timeout: 300_000 }, () => {
  let folder: string;
  let server: FileServer;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'monoku-git-host-'));
    server = await serveFolder(folder);
  });
  after(async () => {
    await server[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  test('submodules arrive at their commit, also nested ones with a relative URL', async () => {
    using site = createBuildSite('static-site');
    const inner = publish(folder, 'inner', {
      'inner.txt': 'inner',
      '.gitattributes': '* export-ignore',
    });
    const outer = publish(
      folder,
      'outer',
      { 'outer.txt': 'outer' },
      { path: 'deep/inner', commit: inner },
    );
    publish(folder, 'outer', { 'later.txt': 'not of that commit' });
    const url = `http://${site.gateway}:${server.port}/outer.git`;

    const built = await buildWithSubmodules(site, `${outer}\tvendor/outer\t${url}\n`);
    assert.equal(built.status, 0, built.output);
    assert.match(
      built.output,
      new RegExp(`-----> Fetching submodules\n {7}vendor/outer from ${url}\n`),
    );
    const files = slugFiles(built).filter(
      (path) => path.includes('vendor/') && !path.endsWith('/'),
    );
    assert.deepEqual(files, [
      './app/vendor/outer/.gitmodules',
      './app/vendor/outer/deep/inner/.gitattributes',
      './app/vendor/outer/deep/inner/inner.txt',
      './app/vendor/outer/outer.txt',
    ]);
  });

  test('a submodule whose commit is gone is refused', async () => {
    using site = createBuildSite('static-site');
    publish(folder, 'gone', { 'a.txt': 'a' });
    const url = `http://${site.gateway}:${server.port}/gone.git`;
    const refused = await buildWithSubmodules(site, `${'b'.repeat(40)}\tlib\t${url}\n`);
    assert.equal(
      refused.result('failure'),
      `The submodule "lib" could not be fetched from ${url}.\n`,
    );
    assert.equal(refused.status, 1);
  });

  test('a buildpack comes from a git URL, at the branch that is named', async () => {
    using site = createBuildSite('no-language');
    publish(folder, 'buildpack', buildpack('First'));
    git(join(folder, 'buildpack.git'), 'branch', 'stable');
    publish(folder, 'buildpack', buildpack('Second'));
    const url = `http://${site.gateway}:${server.port}/buildpack.git`;
    for (const [reference, name] of [
      [`${url}#stable`, 'First'],
      [url, 'Second'],
    ] as const) {
      publishInfo(join(folder, 'buildpack.git'));
      const built = await site.build({ environment: { BUILDPACKS: reference } });
      assert.equal(built.status, 0, built.output);
      assert.match(built.output, new RegExp(`-----> ${name} app detected\n`));
      assert.match(built.output, /Default types for buildpack -> web\n/);
      assert.ok(slugFiles(built).includes('./app/compiled'));
    }
  });

  test('a buildpack comes from a tarball, with or without a folder at its top', async () => {
    using site = createBuildSite('no-language');
    write(join(folder, 'packed'), buildpack('Packed'));
    tar(join(folder, 'flat.tgz'), join(folder, 'packed'), '.');
    tar(join(folder, 'nested.tgz'), folder, 'packed');
    for (const name of ['flat.tgz', 'nested.tgz']) {
      const reference = `http://${site.gateway}:${server.port}/${name}`;
      const built = await site.build({ environment: { BUILDPACKS: reference } });
      assert.match(built.output, /-----> Packed app detected\n/);
      assert.equal(built.status, 0, built.output);
    }
  });

  test('a buildpack that cannot be fetched is named', async () => {
    using site = createBuildSite('no-language');
    for (const name of ['none.tgz', 'none.git']) {
      const reference = `http://${site.gateway}:${server.port}/${name}`;
      const refused = await site.build({ environment: { BUILDPACKS: reference } });
      assert.equal(
        refused.result('failure'),
        `The buildpack ${reference} could not be fetched.\n`,
        refused.output,
      );
      assert.equal(refused.status, 1);
    }
  });
});

async function buildWithSubmodules(site: BuildSite, list: string): Promise<BuildResult> {
  const file = join(site.cache, '../submodules');
  writeFileSync(file, list);
  return await site.build({
    environment: { SUBMODULES: '/submodules' },
    docker: ['--volume', `${file}:/submodules:ro`],
  });
}

function buildpack(name: string): Record<string, string> {
  return {
    'bin/detect': `#!/bin/sh\necho ${name}\n`,
    'bin/compile': '#!/bin/sh\ntouch "$1/compiled"\n',
    'bin/release': '#!/bin/sh\nprintf "default_process_types:\\n  web: ./run\\n"\n',
  };
}

/** Commits the files, and perhaps a submodule, to a bare repository that any web server can serve. */
function publish(
  folder: string,
  name: string,
  files: Record<string, string>,
  submodule?: { path: string; commit: string },
): string {
  const repository = join(folder, `${name}.git`);
  const work = join(folder, `${name}-work`);
  if (!existsSync(repository)) {
    execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch', 'main', repository]);
  }
  const all = { ...files };
  if (submodule) {
    all['.gitmodules'] = `[submodule "x"]\n\tpath = ${submodule.path}\n\turl = ../inner.git\n`;
  }
  write(work, all);
  git(repository, '--work-tree', work, 'add', '--all');
  if (submodule) {
    git(
      repository,
      'update-index',
      '--add',
      '--cacheinfo',
      `160000,${submodule.commit},${submodule.path}`,
    );
  }
  git(
    repository,
    '--work-tree',
    work,
    '-c',
    'user.name=a',
    '-c',
    'user.email=a@b',
    'commit',
    '--quiet',
    '--message',
    'x',
  );
  publishInfo(repository);
  return git(repository, 'rev-parse', 'HEAD');
}

function publishInfo(repository: string): void {
  git(repository, 'update-server-info');
}

function write(folder: string, files: Record<string, string>): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { mode: 0o755 });
  }
}

function tar(file: string, folder: string, what: string): void {
  execFileSync('tar', ['--create', '--gzip', '--file', file, '--directory', folder, what]);
}

function git(repository: string, ...args: string[]): string {
  return execFileSync('git', ['--git-dir', repository, ...args], { encoding: 'utf8' }).trim();
}
