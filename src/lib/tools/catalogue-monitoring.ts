import type { ToolSpec } from './tool-spec.js'

const MIB = 1024 * 1024

/** Both programs are released in one archive, and lie in one package of Debian, whose version is older: no rule needs more. */
function ofPrometheus<const Name extends 'promtool' | 'prometheus'>(name: Name, purpose: string) {
  return {
    name,
    purpose,
    need: 'optional',
    range: '>=2.42.0 <4.0.0',
    version: '3.14.0',
    probe: { args: ['--version'], pattern: /, version (\d+\.\d+\.\d+)/ },
    install: {
      download: {
        url: 'https://github.com/prometheus/prometheus/releases/download/v{version}/prometheus-{version}.{os}-{arch}.tar.gz',
        checksums: 'https://github.com/prometheus/prometheus/releases/download/v{version}/sha256sums.txt',
        format: 'tar.gz',
        member: `prometheus-{version}.{os}-{arch}/${name}`,
        maxArchiveBytes: 250 * MIB,
        maxUnpackedBytes: 700 * MIB,
      },
      debian: { packages: ['prometheus'], program: `usr/bin/${name}` },
    },
    byHand: ['Install Prometheus 2.42 or newer: https://prometheus.io/download/'],
  } as const satisfies ToolSpec
}

/** What checks the rules and dashboards that platform brings. */
export const monitoringTools = {
  promtool: ofPrometheus('promtool', 'checks and tries the rules that raise alerts'),
  prometheus: ofPrometheus('prometheus', 'answers the queries of rules and dashboards in tests'),
} as const satisfies Record<string, ToolSpec>
