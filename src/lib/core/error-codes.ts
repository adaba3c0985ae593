import { ExitCode } from './exit-codes.js'

interface ErrorCodeInfo {
  exitCode: ExitCode
  /** One sentence for `docs/reference/errors.md`. */
  meaning: string
}

/** Every code an error can carry. Codes are stable: add, never rename. The error reference is generated from this. */
export const errorCodes = {
  // Use of the command line
  BadFlag: { exitCode: ExitCode.wrongUse, meaning: 'A flag or argument is unknown, missing or has a value that is not allowed.' },
  CommandNotFound: { exitCode: ExitCode.wrongUse, meaning: 'There is no such command.' },
  InputNeeded: {
    exitCode: ExitCode.wrongUse,
    meaning: 'A question would have to be asked, but there is no terminal. The message names the flag that answers it.',
  },
  ConfirmationNeeded: { exitCode: ExitCode.wrongUse, meaning: 'The command changes something and was not confirmed.' },
  NotConfirmed: {
    exitCode: ExitCode.failed,
    meaning: 'The question was answered with no, or the typed name differs. Nothing was changed.',
  },

  // Configuration and the repository
  NotARepository: { exitCode: ExitCode.wrongUse, meaning: 'No platform.yaml was found in this folder or above it.' },
  InvalidConfiguration: {
    exitCode: ExitCode.wrongUse,
    meaning: 'platform.yaml or an environment file has problems. All of them are listed with file, line and column.',
  },
  InvalidName: { exitCode: ExitCode.wrongUse, meaning: 'A name does not follow the naming rule.' },
  EnvironmentNotFound: { exitCode: ExitCode.wrongUse, meaning: 'There is no file for this environment.' },
  FolderNotEmpty: { exitCode: ExitCode.wrongUse, meaning: 'A new repository is only made in an empty folder.' },
  PathOutsideRepository: { exitCode: ExitCode.wrongUse, meaning: 'A path leads outside the repository.' },
  NotSupportedYet: { exitCode: ExitCode.wrongUse, meaning: 'This version of platform cannot do that yet.' },
  FileNotReadable: { exitCode: ExitCode.failed, meaning: 'A file could not be read (rights, or a folder in its place).' },
  FileNotWritable: { exitCode: ExitCode.failed, meaning: 'A file could not be written (rights, full disk, read-only file system).' },

  // Templates
  TemplateEdited: { exitCode: ExitCode.refused, meaning: 'A vendored file was changed by hand, so it is not overwritten.' },
  TemplateConflict: {
    exitCode: ExitCode.refused,
    meaning: 'A vendored file holds the markers of a merge conflict that nobody has resolved.',
  },
  TemplateUncommitted: {
    exitCode: ExitCode.refused,
    meaning: 'Edited files that an update of the templates would write are not committed, so nothing could bring them back.',
  },
  TemplateUpdateUnfinished: { exitCode: ExitCode.failed, meaning: 'An update of the templates was cut short and must be finished first.' },
  TemplateTampered: {
    exitCode: ExitCode.refused,
    meaning: 'A vendored file, its pristine copy or platform.lock.json is not what the templates say.',
  },
  TemplateTextMissing: {
    exitCode: ExitCode.failed,
    meaning: 'The text that a vendored file was made from is neither in the repository nor among the templates of this platform.',
  },
  TemplatesTooOld: {
    exitCode: ExitCode.wrongUse,
    meaning: 'A configuration file uses something that the version of a root module cannot do yet.',
  },
  TemplatesTooNew: { exitCode: ExitCode.wrongUse, meaning: 'A root module was made by a newer version of platform than this one.' },
  LockFileInvalid: { exitCode: ExitCode.wrongUse, meaning: 'platform.lock.json cannot be read.' },

  // Policies
  PolicyRefused: { exitCode: ExitCode.refused, meaning: 'A policy forbids it. Everything that breaks a rule is listed.' },
  PolicyInvalid: { exitCode: ExitCode.wrongUse, meaning: 'A rule of the plan policy cannot be evaluated, or would never be asked.' },
  PlanUnreadable: { exitCode: ExitCode.wrongUse, meaning: 'A file is not a Terraform plan, or not one that can be read here.' },

  // Tools
  ToolMissing: { exitCode: ExitCode.failed, meaning: 'A program that platform calls was not found and could not be installed.' },
  ToolVersion: { exitCode: ExitCode.failed, meaning: 'A program was found, but its version is outside the supported range.' },
  ToolInstallFailed: { exitCode: ExitCode.failed, meaning: 'A program could not be downloaded or built.' },
  ChecksumMismatch: {
    exitCode: ExitCode.refused,
    meaning: 'A download or a Terraform provider does not match the checksum of its publisher or of a lock file. It is not used.',
  },
  ProviderMissing: { exitCode: ExitCode.failed, meaning: 'The Terraform AWS provider is neither in a local mirror nor downloadable.' },
  ToolFailed: { exitCode: ExitCode.failed, meaning: 'A program that platform called ended with an error.' },

  // AWS
  NoCredentials: { exitCode: ExitCode.failed, meaning: 'There are no AWS credentials, they have expired, or AWS does not accept them.' },
  WrongAccount: { exitCode: ExitCode.refused, meaning: 'The credentials belong to another account than the configured one.' },
  AwsRefused: { exitCode: ExitCode.failed, meaning: 'AWS refused a call or could not be reached.' },
  EndpointNotLocal: {
    exitCode: ExitCode.refused,
    meaning: 'With target sandbox, an endpoint that is not on this machine was about to be used.',
  },
  DuplicateResource: {
    exitCode: ExitCode.refused,
    meaning: 'More than one resource in the account claims to be the same part of an environment.',
  },
  BackendNotOurs: {
    exitCode: ExitCode.refused,
    meaning: 'The state bucket exists but belongs to another account or is not set up as a state bucket.',
  },

  // Sandbox
  SandboxFailed: { exitCode: ExitCode.failed, meaning: 'The local AWS did not start or stopped answering.' },
  SandboxNotUsed: { exitCode: ExitCode.wrongUse, meaning: 'A sandbox command was run in a repository whose target is aws.' },

  // Git
  GitUnreachable: { exitCode: ExitCode.failed, meaning: 'The Git server did not answer.' },
  GitRefused: { exitCode: ExitCode.failed, meaning: 'The Git server refused: sign-in, rights, or a protected branch.' },
  GitConflict: {
    exitCode: ExitCode.failed,
    meaning: 'Somebody changed the same files in Git meanwhile, or the branches have nothing in common. Nothing local is lost.',
  },

  // Environments
  PreflightFailed: { exitCode: ExitCode.failed, meaning: 'A check before the start failed. Nothing was changed.' },
  UnsupportedKubernetesVersion: {
    exitCode: ExitCode.wrongUse,
    meaning: 'The Kubernetes version is not one that this version of platform supports.',
  },
  UpgradeBlocked: {
    exitCode: ExitCode.refused,
    meaning:
      'Something would break in the new Kubernetes version: an insight of EKS, an API that is gone there, or an add-on without a version.',
  },
  NetworkOverlap: { exitCode: ExitCode.wrongUse, meaning: 'The address range overlaps that of another environment.' },
  EnvironmentMoved: {
    exitCode: ExitCode.refused,
    meaning: 'The region or account of an environment is another one than when it was made.',
  },
  StateLocked: { exitCode: ExitCode.failed, meaning: 'Another run holds the lock of this environment.' },
  LockNotFound: { exitCode: ExitCode.wrongUse, meaning: 'There is no state lock with this id.' },
  StateMissing: {
    exitCode: ExitCode.refused,
    meaning: 'The state is empty or gone, but the account has resources with the tags of the root. A plan would make them a second time.',
  },
  StateConflict: {
    exitCode: ExitCode.refused,
    meaning: 'A state that could not be saved, or is to be restored, no longer fits the state in the bucket, which has moved on.',
  },
  StateUnreadable: { exitCode: ExitCode.failed, meaning: 'A state, in the bucket or in errored.tfstate, is not what Terraform writes.' },
  StateVersionNotFound: { exitCode: ExitCode.wrongUse, meaning: 'There is no such version of the state.' },
  RunInProgress: { exitCode: ExitCode.failed, meaning: 'Another process of platform is at work on this environment.' },
  RunNotFound: { exitCode: ExitCode.wrongUse, meaning: 'There is no such run in the journal.' },
  PlanFailed: { exitCode: ExitCode.failed, meaning: 'Terraform could not make a plan.' },
  ApplyFailed: {
    exitCode: ExitCode.failed,
    meaning: 'Terraform could not apply the plan to the end. Run the same command again to go on.',
  },
  PlanChanged: { exitCode: ExitCode.refused, meaning: 'The plan file is not the one that was confirmed.' },
  RollbackRefused: {
    exitCode: ExitCode.refused,
    meaning: 'An environment cannot be brought back to that commit: AWS does not go back there, or files of it are missing.',
  },
  DataLossRefused: { exitCode: ExitCode.refused, meaning: 'The plan would destroy or replace something that holds data.' },
  ProtectionOn: { exitCode: ExitCode.refused, meaning: 'The environment is protected against being destroyed.' },
  OrphansLeft: { exitCode: ExitCode.refused, meaning: 'After destroying, something of the environment is still in the account.' },
  VerifyFailed: { exitCode: ExitCode.failed, meaning: 'A step was carried out, but reading the result back shows something else.' },

  // Clusters
  ClusterNotFound: { exitCode: ExitCode.failed, meaning: 'EKS has no cluster for this environment.' },
  ClusterNotReady: { exitCode: ExitCode.failed, meaning: 'The cluster is still being made or changed, so it cannot be used yet.' },
  KubeconfigConflict: {
    exitCode: ExitCode.refused,
    meaning: 'The kubeconfig has an entry of the same name that belongs to something else. It is not overwritten.',
  },
  KubeconfigInvalid: { exitCode: ExitCode.failed, meaning: 'A kubeconfig is not what kubectl would read. It is not changed.' },
  KubeconfigLocked: { exitCode: ExitCode.failed, meaning: 'Another program holds the lock of a kubeconfig.' },
  KubernetesUnreachable: { exitCode: ExitCode.failed, meaning: 'The API server of a cluster gives no answer.' },
  KubernetesRefused: { exitCode: ExitCode.failed, meaning: 'The API server of a cluster refused a request.' },
  BackupNotFound: { exitCode: ExitCode.failed, meaning: 'There is no backup that an environment can be restored from.' },
  ClusterNotImportable: {
    exitCode: ExitCode.failed,
    meaning: 'The cluster has something that an environment around an existing cluster cannot describe.',
  },
  ImportNotClean: { exitCode: ExitCode.failed, meaning: 'Importing the cluster would change it.' },
  WrongCluster: {
    exitCode: ExitCode.refused,
    meaning: 'The API server is not that of the configured cluster, or the cluster is not the one of the environment.',
  },
  NamespaceTaken: {
    exitCode: ExitCode.refused,
    meaning: 'A namespace of a soft environment exists in the cluster of its host and belongs to something else.',
  },
  NamespaceStuck: {
    exitCode: ExitCode.failed,
    meaning: 'A namespace is being deleted, and finalizers keep something in it. The message names them.',
  },
  HostInUse: { exitCode: ExitCode.refused, meaning: 'The environment is the host of soft ones, which would be destroyed with it.' },
  HelmFailed: { exitCode: ExitCode.failed, meaning: 'Helm could not install, change or render a chart.' },
  ChartNotFound: { exitCode: ExitCode.failed, meaning: 'A chart is not in its repository, or the repository cannot be reached.' },
  ChartDigestMismatch: { exitCode: ExitCode.refused, meaning: 'A chart is not the one that platform.lock.json names. It is not used.' },
  ArgoCdNotReady: { exitCode: ExitCode.failed, meaning: 'Argo CD is not installed in the cluster, or does not answer.' },
  NotHealthy: {
    exitCode: ExitCode.failed,
    meaning: 'An application did not become synced and healthy. The message names the object and its last events.',
  },
  ManagementMissing: {
    exitCode: ExitCode.failed,
    meaning: 'The management cluster has not been bootstrapped, and a workload cluster is registered there.',
  },
  MonitoringUnreachable: {
    exitCode: ExitCode.failed,
    meaning: 'The Prometheus that watches over the environments gives no answer.',
  },
  ConsoleMissing: { exitCode: ExitCode.failed, meaning: 'Nothing leads to a user interface of the management cluster, or not yet.' },

  // Applications
  AppNotFound: { exitCode: ExitCode.wrongUse, meaning: 'There is no such application, or it has no overlay for the environment.' },
  AppExists: { exitCode: ExitCode.wrongUse, meaning: 'The application is already there for every environment that was named.' },
  AppPaused: { exitCode: ExitCode.refused, meaning: 'The application is paused, so nothing that Git says reaches the cluster.' },
  AppRevisionNotFound: { exitCode: ExitCode.wrongUse, meaning: 'The overlay of the application has no such earlier commit to go back to.' },

  // Add-ons
  AddonOutsideWindow: {
    exitCode: ExitCode.refused,
    meaning: 'An add-on does not run on the Kubernetes version of the cluster. The message names the versions that do.',
  },
  AddonNotFound: { exitCode: ExitCode.wrongUse, meaning: 'The catalogue has no add-on of this name.' },

  // Mirrors
  RegistryUnreachable: {
    exitCode: ExitCode.failed,
    meaning: 'A registry of images or charts gives no answer, or not with a certificate that is trusted.',
  },
  RegistryRefused: { exitCode: ExitCode.failed, meaning: 'A registry refused the login, the request, or so many requests.' },
  RepositoryMissing: { exitCode: ExitCode.failed, meaning: 'The registry that is pushed to has no repository for a chart or an image.' },
  ImageNotFound: { exitCode: ExitCode.failed, meaning: 'A registry does not have an image, or not for the platforms that were asked for.' },
  DiskFull: { exitCode: ExitCode.failed, meaning: 'The disk has no room left.' },
  MirrorIncomplete: {
    exitCode: ExitCode.failed,
    meaning: 'A folder of a mirror is missing something that its mirror.json names, or was not pulled to the end.',
  },
  MirrorInvalid: { exitCode: ExitCode.failed, meaning: 'The mirror.json of a folder is missing or not what "mirror pull" writes.' },
  MirrorOfAnother: {
    exitCode: ExitCode.refused,
    meaning: 'A folder holds the mirror of another platform, or for other kinds of machines.',
  },
  MirrorDigestMismatch: {
    exitCode: ExitCode.refused,
    meaning: 'A file of a mirror, or what a registry has under a name, is not what its digest says. It is not used.',
  },
  ImagesOutsideMirror: { exitCode: ExitCode.refused, meaning: 'With the values of the mirror a chart still takes images from elsewhere.' },

  Interrupted: {
    exitCode: ExitCode.interrupted,
    meaning: 'The run was stopped with Ctrl-C or a signal. Run the same command again to go on.',
  },
  TimedOut: { exitCode: ExitCode.failed, meaning: 'The time given by --timeout is over.' },
  Unexpected: { exitCode: ExitCode.failed, meaning: 'A defect in platform. Please report it with the stack trace.' },
} as const satisfies Record<string, ErrorCodeInfo>

export type ErrorCode = keyof typeof errorCodes
