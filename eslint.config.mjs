// What eslint checks, beyond what the compiler does.
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['build/', 'coordinator-dist/', 'npm/dist/', '**/*.gen.ts', 'tests/package/types.ts'] },
  {
    files: ['bindings-js/src/**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: 'bindings-js/tsconfig.json' } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-unnecessary-condition': 'off',
      'max-lines-per-function': ['error', 60],
    },
  },
  {
    files: ['**/*.{js,mjs}'],
    extends: [tseslint.configs.base],
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-undef': 'off',
      'prefer-const': ['error', { ignoreReadBeforeAssign: true }],
      eqeqeq: 'error',
      'no-var': 'error',
    },
  },
);
