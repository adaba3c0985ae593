import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { longestFirst } from './test/helpers/longest-first.js'

// The AWS SDK would print its notice about Node versions into the results.
const env = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' }
const OWN_FOLDER = 'test/helpers/temporary-setup.ts'

export default defineConfig({
  test: {
    sequence: {
      sequencer: longestFirst([
        'e2e/apps-elsewhere.test.ts',
        'e2e/lost-state.test.ts',
        'e2e/sandbox-clusters.test.ts',
        'e2e/bootstrap.test.ts',
        'e2e/addons.test.ts',
        'e2e/drift.test.ts',
        'e2e/terraform-faults.test.ts',
        'e2e/cluster-import.test.ts',
        'e2e/rollback.test.ts',
        'e2e/apps.test.ts',
        'e2e/environment.test.ts',
        'e2e/fleet.test.ts',
        'e2e/shared.test.ts',
        'e2e/modules/root-eks.test.ts',
        'e2e/resume.test.ts',
        'e2e/state.test.ts',
        'e2e/modules/root-shared.test.ts',
        'e2e/modules.test.ts',
        'e2e/policy/command.test.ts',
        'full/sandbox-argocd.test.ts',
        'full/addon-values.test.ts',
        'full/restore.test.ts',
        'full/aws-recovery.test.ts',
        'full/teardown.test.ts',
        'full/sandbox-revocation.test.ts',
        'full/soft-environment.test.ts',
        'full/shared-destroy.test.ts',
        'full/interruptions-before-plan.test.ts',
        'full/interruptions-from-state.test.ts',
        'full/aws-faults.test.ts',
        'full/recovery.test.ts',
      ]),
    },
    projects: [
      {
        test: {
          name: 'unit',
          env,
          include: ['test/{unit,commands,golden}/**/*.test.ts'],
          globalSetup: OWN_FOLDER,
          testTimeout: 60_000,
          // Vitest would leave one core free, and load every library anew for each file: three quarters of the time.
          maxWorkers: availableParallelism(),
          isolate: false,
        },
      },
      {
        test: {
          name: 'e2e',
          env,
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: [OWN_FOLDER, 'test/helpers/tools-setup.ts'],
          testTimeout: 600_000,
          hookTimeout: 900_000,
          // Two cores: Terraform keeps them busy, but half of the time is waiting for clusters.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'full',
          env,
          include: ['test/full/**/*.test.ts'],
          globalSetup: [OWN_FOLDER, 'test/helpers/tools-setup.ts'],
          testTimeout: 1_200_000,
          hookTimeout: 1_800_000,
          // Resources that AWS, and so the emulator, takes its time for: not part of the default suite.
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
