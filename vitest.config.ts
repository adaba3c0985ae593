import { defineConfig } from 'vitest/config'

// The AWS SDK would print its notice about Node versions into the results.
const env = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' }

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', env, include: ['test/{unit,commands,golden}/**/*.test.ts'], testTimeout: 20_000 } },
      {
        test: {
          name: 'e2e',
          env,
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: 'test/helpers/tools-setup.ts',
          testTimeout: 600_000,
          hookTimeout: 900_000,
          // Two cores: more than two Terraform runs at once only take longer.
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'full',
          env,
          include: ['test/full/**/*.test.ts'],
          globalSetup: 'test/helpers/tools-setup.ts',
          testTimeout: 1_200_000,
          hookTimeout: 1_800_000,
          // Resources that AWS, and so the emulator, takes its time for: not part of the default suite.
          maxWorkers: 2,
        },
      },
    ],
  },
})
