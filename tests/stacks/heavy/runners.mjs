// Jest and Vitest, in the environments that projects have.
import assert from 'node:assert/strict';
import { TEXT } from '../lib/pages.mjs';
import { makeProject } from '../lib/project.mjs';

const body = `test('a guest runs', async () => {
  const pool = await Pool.create({ workers: 1 });
  const { stdoutText } = await pool.run('guest.wasm', { stdin: ${JSON.stringify(TEXT)}, env: process.env });
  await pool.close();
  expect(stdoutText).toBe(${JSON.stringify(TEXT)});
  const bytes = await (await Pool.create({ workers: 1 })).run('guest.wasm', { stdin: Buffer.from('bytes') });
  expect(bytes.stdoutText).toBe('bytes');
}, 60_000);
`;

const environments = ['node', 'jsdom', 'happy-dom'];

const jestEnvironment = { node: 'node', jsdom: 'jsdom', 'happy-dom': '@happy-dom/jest-environment' };

const JEST = {
  jest: '30.5.2',
  'jest-environment-jsdom': '30.5.2',
  '@happy-dom/jest-environment': '20.14.5',
};

async function jest(t, entry, environment, { modules = false } = {}) {
  const head = modules ? `import { Pool } from '${entry}';` : `const { Pool } = require('${entry}');`;
  const name = `jest-${environment}`;
  const project = await makeProject(t, {
    name: 'jest',
    dependencies: JEST,
    manifest: {},
    files: {
      'test/app.test.js': modules ? 'test.skip("-", () => undefined);' : `${head}\n${body}`,
      'test/app.test.mjs': modules ? `${head}\n${body}` : 'test.skip("-", () => undefined);',
      'jest.config.json': JSON.stringify({
        testEnvironment: jestEnvironment[environment],
        testMatch: ['<rootDir>/test/*.test.*'],
        moduleFileExtensions: ['js', 'mjs', 'cjs', 'json'],
        transform: {},
        forceExit: true,
      }),
    },
  });
  await project.guest();
  const env = modules ? { NODE_OPTIONS: '--experimental-vm-modules' } : {};
  await project.run('jest', ['--config', 'jest.config.json', '--ci', '-i'], { env, timeout: 180_000 });
  t.say(`${name} ${entry}`);
}

async function vitest(t, entry, environment) {
  const project = await makeProject(t, {
    name: 'vitest',
    dependencies: { vitest: '5.1.1', vite: '8.3.8', jsdom: '29.0.1', 'happy-dom': '21.0.4' },
    files: {
      'test/app.test.js': `import { expect, test } from 'vitest';\nimport { Pool } from '${entry}';\n${body}`,
      'vite.config.js': `export default { test: { environment: '${environment}', include: ['test/*.test.js'] } };\n`,
    },
  });
  await project.guest();
  await project.run('vitest', ['run'], { timeout: 180_000 });
}

export const stacks = [
  ...environments.map((environment) => ({
    name: `Jest with ${environment}`,
    often: environment === 'jsdom',
    async run(t) {
      await jest(t, 'millrace', environment);
      await jest(t, 'millrace/inline', environment);
    },
  })),
  { name: 'Jest with node, as modules', run: (t) => jest(t, 'millrace', 'node', { modules: true }) },
  ...environments.map((environment) => ({
    name: `Vitest with ${environment}`,
    async run(t) {
      await vitest(t, 'millrace', environment);
      assert.ok(environment);
    },
  })),
];
