/** The logs of a control plane (Amazon EKS User Guide, "Send control plane logs to CloudWatch Logs"). */
export const logTypes = ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'] as const
export type LogType = (typeof logTypes)[number]

/** Where a control plane of the sandbox writes each, and the name of its stream before the hash. */
export const LOGS: Readonly<Record<LogType, { file: string; stream: string }>> = {
  api: { file: 'kube-apiserver.log', stream: 'kube-apiserver' },
  audit: { file: 'audit.log', stream: 'kube-apiserver-audit' },
  authenticator: { file: 'authenticator.log', stream: 'authenticator' },
  controllerManager: { file: 'kube-controller-manager.log', stream: 'kube-controller-manager' },
  scheduler: { file: 'kube-scheduler.log', stream: 'kube-scheduler' },
}

export function isLogType(text: string): text is LogType {
  return (logTypes as readonly string[]).includes(text)
}

export function logGroupOf(cluster: string): string {
  return `/aws/eks/${cluster}/cluster`
}

/**
 * When a line was written, in milliseconds. Lines of an audit log say it as `stageTimestamp`, those of the authenticator as `time`, others in the way
 * of Kubernetes: `I0131 12:00:00.000000`.
 */
export function timeOfLine(line: string, now: Date): number {
  const stated = /"stageTimestamp":"([^"]+)"/.exec(line)?.[1] ?? /^time="([^"]+)"/.exec(line)?.[1]
  const klog = /^[IWEF](\d\d)(\d\d) (\d\d:\d\d:\d\d\.\d{3})/.exec(line)
  const time = Date.parse(stated ?? (klog ? `${now.getUTCFullYear()}-${klog[1]}-${klog[2]}T${klog[3]}Z` : ''))
  // A line of last year's last day, seen in the new one.
  const passed = time > now.getTime() + 86_400_000 ? time - 365 * 86_400_000 : time
  return Number.isNaN(passed) ? now.getTime() : passed
}
